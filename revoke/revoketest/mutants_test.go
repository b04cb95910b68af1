package revoketest_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A mutant is a store without faults of which some methods are replaced.
type mutant struct {
	good *journal

	crowded bool // many call at the same time

	looking, revoking sync.Mutex

	lookup func(ctx context.Context, q store.Query) (store.Answer, error)
	revoke func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error
	use    func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error)
	load   func(ctx context.Context, q store.Query) (string, store.Answer, error)
	swap   func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error)
	list   func(ctx context.Context, issuer, subject string) ([]string, error)
	read   func(ctx context.Context, from string) (store.Page, error)
}

func newMutant() *mutant {
	j := newJournal()
	return &mutant{good: j, lookup: j.Lookup, revoke: j.Revoke, use: j.Use, load: j.Load, swap: j.Swap, list: j.List, read: j.Read}
}

func (m *mutant) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	m.looking.Lock()
	defer m.looking.Unlock()
	return m.lookup(ctx, q)
}

func (m *mutant) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	m.revoking.Lock()
	defer m.revoking.Unlock()
	return m.revoke(ctx, now, entries...)
}

func (m *mutant) Use(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	return m.use(ctx, now, e)
}

func (m *mutant) Load(ctx context.Context, q store.Query) (string, store.Answer, error) {
	return m.load(ctx, q)
}

func (m *mutant) Swap(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
	return m.swap(ctx, now, c)
}

func (m *mutant) List(ctx context.Context, issuer, subject string) ([]string, error) {
	return m.list(ctx, issuer, subject)
}

func (m *mutant) Read(ctx context.Context, from string) (store.Page, error) { return m.read(ctx, from) }

// meeting is what many callers do between two steps: the first waits for another, so that
// it does not depend on who runs when whether two are there.
func (m *mutant) meeting() func() {
	var callers atomic.Int32
	met := make(chan struct{})
	return func() {
		if !m.crowded {
			return
		}
		if callers.Add(1) == 2 {
			close(met)
		}
		select {
		case <-met:
		case <-time.After(30 * time.Second): // they come one by one, and the mutant is not found
		}
	}
}

// answers changes what Lookup returns.
func (m *mutant) answers(change func(q store.Query, a *store.Answer)) {
	m.lookup = func(ctx context.Context, q store.Query) (store.Answer, error) {
		a, err := m.good.Lookup(ctx, q)
		change(q, &a)
		return a, err
	}
}

// records changes what Revoke is told.
func (m *mutant) records(change func(e *store.Entry)) {
	m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
		changed := append([]store.Entry(nil), entries...)
		for i := range changed {
			change(&changed[i])
		}
		return m.good.Revoke(ctx, now, changed...)
	}
}

// swaps changes what Swap is told.
func (m *mutant) swaps(change func(c *store.Change)) {
	m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
		change(&c)
		return m.good.Swap(ctx, now, c)
	}
}

// mutants are stores that break a promise.
var mutants = map[string]func(m *mutant){
	"forgets IDs":              func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.ID = false }) },
	"forgets sessions":         func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.SessionID = false }) },
	"forgets subjects":         func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Subject = 0 }) },
	"knows too much":           func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.ID = true }) },
	"does not know since when": func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Since = 0 }) },
	"began in the future":      func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Since += 1 << 20 }) },
	"has a short epoch":        func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Epoch = "short" }) },
	"has no epoch":             func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Epoch = "" }) },
	"has the epoch of others":  func(m *mutant) { m.answers(func(_ store.Query, a *store.Answer) { a.Epoch = strings.Repeat("a", 16) }) },
	"begins anew again and again": func(m *mutant) {
		n := 0
		m.answers(func(_ store.Query, a *store.Answer) { n++; a.Epoch += strings.Repeat("a", n) })
	},
	"is late by one answer": func(m *mutant) {
		before := make(map[store.Query]store.Answer)
		var mu sync.Mutex
		m.answers(func(q store.Query, a *store.Answer) {
			mu.Lock()
			defer mu.Unlock()
			if old, ok := before[q]; ok {
				*a, before[q] = old, *a
			} else {
				before[q] = *a
			}
		})
	},
	"ignores issuers": func(m *mutant) { m.records(func(e *store.Entry) { e.Issuer = "i" }) },
	"ignores case":    func(m *mutant) { m.answers(func(q store.Query, a *store.Answer) { a.ID = a.ID || q.ID == "SAME" }) },
	"mixes IDs and sessions": func(m *mutant) {
		m.records(func(e *store.Entry) {
			if e.ID == "same" {
				e.ID, e.SessionID = "", e.ID
			}
		})
	},
	"forgets the end of a long list": func(m *mutant) {
		m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
			return m.good.Revoke(ctx, now, entries[:min(len(entries), 1000)]...)
		}
	},
	"records what is beside a bad entry": func(m *mutant) {
		m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
			for _, e := range entries {
				if err := m.good.Revoke(ctx, now, e); err != nil {
					return err
				}
			}
			return nil
		}
	},
	"records nothing": func(m *mutant) {
		m.revoke = func(context.Context, jwt.NumericDate, ...store.Entry) error { return nil }
	},
	"keeps the date it has": func(m *mutant) {
		has := make(map[string]jwt.NumericDate)
		m.records(func(e *store.Entry) {
			if has[e.Subject] == 0 {
				has[e.Subject] = e.IssuedAt
			}
			if e.Subject != "" {
				e.IssuedAt = has[e.Subject]
			}
		})
	},
	"takes the last date": func(m *mutant) {
		last := make(map[store.Query]jwt.NumericDate)
		m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
			for _, e := range entries {
				last[store.Query{Issuer: e.Issuer, Subject: e.Subject}] = e.IssuedAt
			}
			return m.good.Revoke(ctx, now, entries...)
		}
		m.answers(func(q store.Query, a *store.Answer) {
			if at, ok := last[store.Query{Issuer: q.Issuer, Subject: q.Subject}]; ok && q.Subject != "" {
				a.Subject = at
			}
		})
	},
	"hangs": func(m *mutant) {
		m.lookup = func(ctx context.Context, q store.Query) (store.Answer, error) {
			if ctx.Err() != nil {
				time.Sleep(time.Minute) // longer than any store may take
			}
			return m.good.Lookup(ctx, q)
		}
	},
	"lets an ID be used twice": func(m *mutant) {
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			a.ID = false
			return a, err
		}
	},
	"uses an ID in two steps": func(m *mutant) {
		meet := m.meeting()
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Lookup(ctx, store.Query{Issuer: e.Issuer, ID: e.ID})
			meet()
			if err == nil {
				_, err = m.good.Use(ctx, now, e)
			}
			return a, err
		}
	},
	"uses what is no ID": func(m *mutant) {
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			if e.ID == "" {
				return m.good.Lookup(ctx, store.Query{})
			}
			return m.good.Use(ctx, now, e)
		}
	},
	"swaps whatever there is": func(m *mutant) {
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			c.Old, _, _ = m.good.Load(ctx, store.Query{Issuer: c.Issuer, SessionID: c.SessionID})
			return m.good.Swap(ctx, now, c)
		}
	},
	"swaps in two steps": func(m *mutant) {
		meet := m.meeting()
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			state, a, err := m.good.Load(ctx, store.Query{Issuer: c.Issuer, SessionID: c.SessionID, Subject: c.Subject})
			if err == nil && c.Old != "" && state == c.Old && !a.SessionID {
				meet()
				for state != c.New && state != "" && err == nil { // "": it was revoked meanwhile
					c.Old = state
					_, _, err = m.good.Swap(ctx, now, c)
					state, _, _ = m.good.Load(ctx, store.Query{Issuer: c.Issuer, SessionID: c.SessionID})
				}
				return true, a, err
			}
			return m.good.Swap(ctx, now, c)
		}
	},
	"does not swap twice": func(m *mutant) {
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			state, a, err := m.good.Load(ctx, store.Query{Issuer: c.Issuer, SessionID: c.SessionID, Subject: c.Subject})
			if state == c.New {
				return false, a, err
			}
			return m.good.Swap(ctx, now, c)
		}
	},
	"does not say what it swapped against": func(m *mutant) {
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			ok, a, err := m.good.Swap(ctx, now, c)
			return ok, store.Answer{Since: a.Since, Epoch: a.Epoch}, err
		}
	},
	"does not say what it loads against": func(m *mutant) {
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			return state, store.Answer{Since: a.Since, Epoch: a.Epoch}, err
		}
	},
	"resurrects a session": func(m *mutant) {
		var revoked sync.Map
		m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
			for _, e := range entries {
				if e.SessionID != "" {
					revoked.Store(store.Query{Issuer: e.Issuer, SessionID: e.SessionID}, true)
				}
			}
			return m.good.Revoke(ctx, now, entries...)
		}
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			q := store.Query{Issuer: c.Issuer, SessionID: c.SessionID}
			if _, ok := revoked.Load(q); ok {
				a, err := m.good.Lookup(ctx, q)
				return c.Old == "", a, err
			}
			return m.good.Swap(ctx, now, c)
		}
	},
	"loads what has ended": func(m *mutant) {
		last := make(map[store.Query]string)
		var mu sync.Mutex
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			mu.Lock()
			defer mu.Unlock()
			of := store.Query{Issuer: q.Issuer, SessionID: q.SessionID}
			if state != "" {
				last[of] = state
			}
			return last[of], a, err
		}
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			ok, a, err := m.good.Swap(ctx, now, c)
			if mu.Lock(); ok {
				last[store.Query{Issuer: c.Issuer, SessionID: c.SessionID}] = c.New
			}
			mu.Unlock()
			return ok, a, err
		}
	},
	"trims states": func(m *mutant) {
		m.swaps(func(c *store.Change) { c.Old, c.New = strings.TrimSpace(c.Old), strings.TrimSpace(c.New) })
	},
	"spoils states":        func(m *mutant) { m.swaps(func(c *store.Change) { c.New = strings.ToValidUTF8(c.New, "") }) },
	"swaps without a name": func(m *mutant) { m.swaps(func(c *store.Change) { c.Subject += "x" }) },
	"lists nobody's": func(m *mutant) {
		m.list = func(context.Context, string, string) ([]string, error) { return nil, nil }
	},
	"lists those of all issuers": func(m *mutant) {
		m.list = func(ctx context.Context, issuer, subject string) ([]string, error) {
			states, err := m.good.List(ctx, issuer, subject)
			if issuer == "i" {
				others, _ := m.good.List(ctx, "j", subject)
				states = append(states, others...)
			}
			return states, err
		}
	},
	"lists at most five": func(m *mutant) {
		m.list = func(ctx context.Context, issuer, subject string) ([]string, error) {
			states, err := m.good.List(ctx, issuer, subject)
			return states[:min(len(states), 5)], err
		}
	},
}

// A deny list alone is tested as such.
type denyListOnly struct{ store.Store }

func TestAStoreMayKeepNoSessions(t *testing.T) {
	revoketest.TestStore(t, func(*testing.T) (one, other store.Store) {
		s := denyListOnly{revoke.NewMemory(0)}
		return s, s
	})
}

func TestAStoreWithoutFaultsPasses(t *testing.T) {
	revoketest.TestStore(t, func(*testing.T) (one, other store.Store) {
		m := newMutant()
		return m, m
	})
}

// Parts of a store may begin one by one, within a minute.
func TestAStoreMayBeginInParts(t *testing.T) {
	for _, by := range []jwt.NumericDate{60, -60} {
		revoketest.TestStore(t, func(*testing.T) (one, other store.Store) {
			m := newMutant()
			m.laterSince(by)
			return m, m
		})
	}
}

func TestAStoreMayHaveNoEpoch(t *testing.T) {
	revoketest.TestStore(t, func(*testing.T) (one, other store.Store) {
		m := newMutant()
		first := func(a *store.Answer) { a.Since, a.Epoch = 1, "" }
		m.answers(func(_ store.Query, a *store.Answer) { first(a) })
		m.reads(func(p *store.Page) { first(&p.Answer) })
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			first(&a)
			return a, err
		}
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			first(&a)
			return state, a, err
		}
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			ok, a, err := m.good.Swap(ctx, now, c)
			first(&a)
			return ok, a, err
		}
		return m, m
	})
}
