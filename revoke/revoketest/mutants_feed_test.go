package revoketest_test

import (
	"context"
	"errors"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

var errFault = errors.New("a fault")

// reads changes what Read returns.
func (m *mutant) reads(change func(p *store.Page)) {
	m.read = func(ctx context.Context, from string) (store.Page, error) {
		p, err := m.good.Read(ctx, from)
		change(&p)
		return p, err
	}
}

// feedMutants are stores that break a promise of a feed, or of one use.
var feedMutants = map[string]func(m *mutant){
	"cannot be read": func(m *mutant) {
		m.read = func(context.Context, string) (store.Page, error) { return store.Page{}, errFault }
	},
	"tells nothing": func(m *mutant) { m.reads(func(p *store.Page) { p.Entries = nil }) },
	"skips the first of a page": func(m *mutant) {
		m.reads(func(p *store.Page) { p.Entries = p.Entries[min(1, len(p.Entries)):] })
	},
	"says that there is no more": func(m *mutant) { m.reads(func(p *store.Page) { p.More = false }) },
	"tells of another name": func(m *mutant) {
		m.reads(func(p *store.Page) { p.Entries = append(p.Entries, store.Entry{ID: "another"}) })
	},
	"tells early dates": func(m *mutant) {
		m.reads(func(p *store.Page) {
			for i := range p.Entries {
				if p.Entries[i].IssuedAt > 1 {
					p.Entries[i].IssuedAt--
				}
			}
		})
	},
	"does not say when it began in its feed": func(m *mutant) {
		m.reads(func(p *store.Page) { p.Answer.Since = 0 })
	},
	"tells of no name": func(m *mutant) {
		m.reads(func(p *store.Page) { p.Entries = append(p.Entries, store.Entry{Issuer: "i"}) })
	},
	"tells of two names at once": func(m *mutant) {
		m.reads(func(p *store.Page) { p.Entries = append(p.Entries, store.Entry{ID: "a", SessionID: "b"}) })
	},
	"reads from elsewhere": func(m *mutant) { m.reads(func(p *store.Page) { p.From = "elsewhere" }) },
	"begins each time":     func(m *mutant) { m.reads(func(p *store.Page) { p.Next, p.More = "", false }) },
	"reads another memory": func(m *mutant) { m.reads(func(p *store.Page) { p.Answer.Epoch += "x" }) },
	"does not tell of uses": func(m *mutant) {
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			return m.good.Memory.Use(ctx, now, e)
		}
	},
	"does not tell of one issuer": func(m *mutant) {
		m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
			if len(entries) > 0 && entries[0].Issuer == "many" {
				return m.good.Memory.Revoke(ctx, now, entries...)
			}
			return m.good.Revoke(ctx, now, entries...)
		}
	},
	"does not shorten names": func(m *mutant) {
		m.reads(func(p *store.Page) {
			for i := range p.Entries {
				if len(p.Entries[i].Issuer) == 50 {
					p.Entries[i].Issuer += "x"
				}
			}
		})
	},
	"fails to revoke what others do": func(m *mutant) {
		m.revoke = func(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
			if len(entries) == 1 && entries[0].Issuer == "0" {
				return errFault
			}
			return m.good.Revoke(ctx, now, entries...)
		}
	},
	"says too much of a use": func(m *mutant) {
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			a.SessionID = e.Issuer == "j"
			if e.Issuer == "" {
				a.Subject = 1
			}
			return a, err
		}
	},
	"does not know when it began at a use": func(m *mutant) {
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			a.Since = 0
			return a, err
		}
	},
	"looks up no uses": func(m *mutant) {
		used := make(map[store.Query]bool)
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			if err == nil && !a.ID && e.Issuer != "0" && e.ID != "used" {
				used[store.Query{Issuer: e.Issuer, ID: e.ID}] = true
			}
			return a, err
		}
		m.answers(func(q store.Query, a *store.Answer) { a.ID = a.ID && !used[q] })
	},
	"lets what was revoked after its use be used": func(m *mutant) {
		revoked := false
		m.records(func(e *store.Entry) { revoked = revoked || e.Issuer == "i" && e.ID == "a" })
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			a.ID = a.ID && !(revoked && e.ID == "a")
			return a, err
		}
	},
	"fails to use": func(m *mutant) {
		m.use = func(context.Context, jwt.NumericDate, store.Entry) (store.Answer, error) {
			return store.Answer{}, errFault
		}
	},
	"takes any entry for a use": func(m *mutant) {
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			if e.ID == "c" {
				return m.good.Use(ctx, now, store.Entry{Issuer: e.Issuer, ID: e.ID, Until: e.Until})
			}
			return m.good.Use(ctx, now, e)
		}
	},
}
