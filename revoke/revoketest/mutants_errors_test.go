package revoketest_test

import (
	"context"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// failsToAnswer lets Lookup return an error beside the right answer.
func (m *mutant) failsToAnswer(which func(q store.Query) bool) {
	m.lookup = func(ctx context.Context, q store.Query) (store.Answer, error) {
		a, err := m.good.Lookup(ctx, q)
		if err == nil && which(q) {
			err = errFault
		}
		return a, err
	}
}

// errorMutants are stores that answer rightly, with an error.
var errorMutants = map[string]func(m *mutant){
	"fails to answer for a date far in the future": func(m *mutant) {
		m.failsToAnswer(func(q store.Query) bool { return q.Subject == "future" })
	},
	"fails to answer for nothing that was recorded": func(m *mutant) {
		m.failsToAnswer(func(q store.Query) bool { return q.ID == "or none" })
	},
	"fails to answer for one of many": func(m *mutant) { m.failsToAnswer(func(q store.Query) bool { return q.Issuer == "many" }) },
	"fails to answer for a use": func(m *mutant) {
		m.failsToAnswer(func(q store.Query) bool { return q.Issuer == "i" && q.ID == "b" })
	},
	"fails to answer for what was not used": func(m *mutant) {
		m.failsToAnswer(func(q store.Query) bool { return q.Issuer == "i" && q.ID == "c" })
	},
	"fails to use what was revoked after its use": func(m *mutant) {
		revoked := false
		m.records(func(e *store.Entry) { revoked = revoked || e.Issuer == "i" && e.ID == "a" })
		m.use = func(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
			a, err := m.good.Use(ctx, now, e)
			if err == nil && revoked && e.ID == "a" && a.ID {
				err = errFault
			}
			return a, err
		}
	},
	"fails to load nothing": func(m *mutant) {
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			if err == nil && q.Issuer == "k" {
				err = errFault
			}
			return state, a, err
		}
	},
	"fails to load what was revoked": func(m *mutant) {
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			if err == nil && q.ID == "t" && a.SessionID {
				err = errFault
			}
			return state, a, err
		}
	},
	"swaps what it says is an error": func(m *mutant) {
		m.swap = func(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
			ok, a, err := m.good.Swap(ctx, now, c)
			return ok || err != nil, a, err
		}
	},
	"loads the session of another subject": func(m *mutant) {
		const right, wrong = `"sub":"subject 1"`, `"sub":"subject 9"`
		m.load = func(ctx context.Context, q store.Query) (string, store.Answer, error) {
			state, a, err := m.good.Load(ctx, q)
			return strings.Replace(state, right, wrong, 1), a, err
		}
		m.swaps(func(c *store.Change) {
			c.Old, c.Subject = strings.Replace(c.Old, wrong, right, 1), strings.Replace(c.Subject, "subject 9", "subject 1", 1)
		})
	},
}
