package sql

import (
	"context"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Load implements [store.SessionStore].
func (s *Store) Load(ctx context.Context, q store.Query) (string, store.Answer, error) {
	type loaded struct {
		state []byte
		a     store.Answer
	}
	l, err := do(ctx, s, "loading a session", func(ctx context.Context, text *statements) (l loaded, err error) {
		l.a, err = s.ask(ctx, text, func() scanner { return s.DB.QueryRowContext(ctx, text.load, names(q)...) }, &l.state)
		return l, err
	})
	return string(l.state), l.a, err
}

// Swap implements [store.SessionStore].
func (s *Store) Swap(ctx context.Context, now jwt.NumericDate, c store.Change) (bool, store.Answer, error) {
	if err := c.Check(); err != nil {
		return false, store.Answer{}, err
	}
	type swapped struct {
		ok bool
		a  store.Answer
	}
	issuer, name, until := store.ShortName(c.Issuer), store.ShortName(c.SessionID), span(c.Until)
	w, err := do(ctx, s, "changing a session", func(ctx context.Context, text *statements) (swapped, error) {
		statement, args := text.renew, []any{issuer, name, []byte(c.Old), []byte(c.New), until, until - span(now)}
		if c.Old == "" {
			statement, args[2] = text.first, store.ShortName(c.Subject)
		}
		q := store.Query{Issuer: c.Issuer, SessionID: c.SessionID, Subject: c.Subject}
		a, err := s.look(ctx, text, q) // before, since another one may revoke the session right after the change
		if err != nil {
			return swapped{}, err
		}
		n, err := s.write(ctx, text, statement, args...)
		if err == nil && n == 0 {
			a, err = s.look(ctx, text, q) // which may be revoked now
		}
		return swapped{n > 0, a}, err
	})
	return w.ok, w.a, err
}

// List implements [store.SessionStore]. Of more than 1,000 sessions it returns
// those that end first.
func (s *Store) List(ctx context.Context, issuer, subject string) ([]string, error) {
	return do(ctx, s, "listing sessions", func(ctx context.Context, text *statements) ([]string, error) {
		rows, err := s.DB.QueryContext(ctx, text.list, store.ShortName(issuer), store.ShortName(subject))
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var states []string
		for rows.Next() {
			var state string
			if err := rows.Scan(&state); err != nil {
				return nil, err
			}
			states = append(states, state)
		}
		return states, rows.Err()
	})
}
