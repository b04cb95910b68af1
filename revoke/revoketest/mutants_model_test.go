package revoketest_test

import (
	"context"
	"sync/atomic"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// login is the issuer of the games against the model.
const login = "https://login.example"

// every reports true at each nth call for the issuer of the games.
func every(n int) func(issuer string) bool {
	var calls atomic.Int64
	return func(issuer string) bool { return issuer == login && calls.Add(1)%int64(n) == 0 }
}

// modelMutants are stores whose fault shows late in a game, or at the end of a time.
var modelMutants = map[string]func(m *mutant){
	"began more than a minute later":  func(m *mutant) { m.laterSince(61) },
	"began more than a minute before": func(m *mutant) { m.laterSince(-61) },
	"has an epoch of 15 letters":      func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Epoch = a.Epoch[:15] }) },
	"has no epoch and began first":    func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Epoch, a.Since = "", 1 }) },
	"has an epoch and began first":    func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Epoch, a.Since = "short", 1 }) },
	"has seen the future":             func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Since += 3599 }) },
	"knows of a revocation that was none": func(m *mutant) {
		now := every(50)
		m.answers(func(q store.Query, a *store.Answer) { a.SessionID = a.SessionID || now(q.Issuer) })
	},
	"knows of no revocation at times": func(m *mutant) {
		now := every(50)
		m.answers(func(q store.Query, a *store.Answer) {
			if now(q.Issuer) {
				a.ID, a.SessionID, a.Subject = false, false, 0
			}
		})
	},
	"forgets IDs of games": func(m *mutant) {
		m.answers(func(q store.Query, a *store.Answer) { a.ID = a.ID && q.Issuer != login })
	},
	"forgets subjects of games": func(m *mutant) {
		m.answers(func(q store.Query, a *store.Answer) {
			if q.Issuer == login {
				a.Subject = 0
			}
		})
	},
	"forgets sessions of games": func(m *mutant) {
		m.answers(func(q store.Query, a *store.Answer) { a.SessionID = a.SessionID && q.Issuer != login })
	},
	"takes subjects of games for revoked for ever": func(m *mutant) {
		m.answers(func(q store.Query, a *store.Answer) {
			if q.Issuer == login && a.Subject > 0 {
				a.Subject += 100_000
			}
		})
	},
	"begins anew in a game": func(m *mutant) {
		now := every(50)
		m.answers(func(q store.Query, a *store.Answer) {
			if now(q.Issuer) {
				a.Since, a.Epoch = a.Since+1<<20, a.Epoch+"x"
			}
		})
	},
	"fails to answer in a game": func(m *mutant) {
		now := every(50)
		m.lookup = func(ctx context.Context, q store.Query) (store.Answer, error) {
			if now(q.Issuer) {
				return store.Answer{}, errFault
			}
			return m.good.Lookup(ctx, q)
		}
	},
	"fails to load in a game": func(m *mutant) {
		now := every(20)
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			if now(q.Issuer) {
				return "", store.Answer{}, errFault
			}
			return m.good.Load(ctx, q)
		}
	},
	"loads nothing in a game": func(m *mutant) {
		now := every(20)
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			if now(q.Issuer) {
				state = ""
			}
			return state, a, err
		}
	},
	"fails to swap": func(m *mutant) {
		m.swap = func(context.Context, jwt.NumericDate, store.Change) (bool, store.Answer, error) {
			return false, store.Answer{}, errFault
		}
	},
	"swaps nothing": func(m *mutant) {
		m.swap = func(ctx context.Context, _ jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			a, err := m.good.Lookup(ctx, store.Query{Issuer: c.Issuer, SessionID: c.SessionID, Subject: c.Subject})
			return false, a, err
		}
	},
	"cuts dates that are far away": func(m *mutant) {
		m.answers(func(q store.Query, a *store.Answer) {
			if q.Issuer == "far" {
				a.Subject = 1<<31 - 1
			}
		})
	},
	"fails to end a session in a game": func(m *mutant) {
		m.revoke = func(ctx context.Context, date jwt.NumericDate, entries ...store.Entry) error {
			if len(entries) > 0 && entries[0].Issuer == login && entries[0].SessionID != "" {
				return errFault
			}
			return m.good.Revoke(ctx, date, entries...)
		}
	},
	"fails to revoke in a game": func(m *mutant) {
		now := every(20)
		m.revoke = func(ctx context.Context, date jwt.NumericDate, entries ...store.Entry) error {
			if len(entries) > 0 && now(entries[0].Issuer) {
				return errFault
			}
			return m.good.Revoke(ctx, date, entries...)
		}
	},
	"revokes only IDs in a game": func(m *mutant) {
		m.revoke = func(ctx context.Context, date jwt.NumericDate, entries ...store.Entry) error {
			if len(entries) > 0 && entries[0].Issuer == login && entries[0].ID == "" {
				return nil
			}
			return m.good.Revoke(ctx, date, entries...)
		}
	},
	"says that it began late of a session": func(m *mutant) {
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			ok, a, err := m.good.Swap(ctx, now, c)
			if c.Issuer == "j" {
				a.Since = 0
			}
			return ok, a, err
		}
	},
	"mixes up the sessions of issuers": func(m *mutant) {
		m.swaps(func(c *store.Change) {
			if c.Issuer == "j" {
				c.Issuer = "i"
			}
		})
	},
	"ends the session of another issuer": func(m *mutant) {
		m.records(func(e *store.Entry) {
			if e.Issuer == "j" {
				e.Issuer = "i"
			}
		})
	},
	"ends a session by its name as an ID": func(m *mutant) {
		m.records(func(e *store.Entry) {
			if e.ID == "t" || e.ID == "s7" {
				e.ID, e.SessionID = "", e.ID
			}
		})
	},
	"ends the session of a subject": func(m *mutant) {
		m.records(func(e *store.Entry) {
			if e.Subject == "t" {
				e.Subject, e.SessionID, e.IssuedAt = "", e.Subject, 0
			}
		})
	},
	"swaps without a subject": func(m *mutant) {
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			if c.Subject == "" {
				c.Subject = "nobody"
			}
			return m.good.Swap(ctx, now, c)
		}
	},
	"lists nothing but an error": func(m *mutant) {
		m.list = func(context.Context, string, string) ([]string, error) { return nil, errFault }
	},
	"lists what has ended": func(m *mutant) {
		m.list = func(ctx context.Context, issuer, subject string) ([]string, error) {
			states, err := m.good.List(ctx, issuer, subject)
			return append(states, "what has ended"), err
		}
	},
}

// laterSince lets Since be later after the first answer.
func (m *mutant) laterSince(by jwt.NumericDate) {
	first := true
	m.answers(func(q store.Query, a *store.Answer) {
		if !first && q.ID == "a" && q.Issuer == "" {
			a.Since += by
		}
		first = false
	})
}
