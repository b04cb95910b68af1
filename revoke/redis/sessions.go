package redis

import (
	"context"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Load implements [store.SessionStore].
func (s *Store) Load(ctx context.Context, q store.Query) (string, store.Answer, error) {
	type loaded struct {
		state string
		a     store.Answer
	}
	l, err := do(ctx, s, func(ctx context.Context, c conn) (loaded, error) {
		if q.SessionID == "" {
			_, a, err := c.ask(ctx, c.look(q)...)
			return loaded{"", a}, err
		}
		calls := c.look(q) // the session first
		calls[0].what, calls[0].keys = "load", []string{calls[0].entries[0].state()}
		replies, a, err := c.ask(ctx, calls...)
		if err != nil || len(replies[0].rest) != 1 {
			return loaded{}, orNotOurs(err)
		}
		return loaded{replies[0].rest[0], a}, nil
	})
	return l.state, l.a, err
}

func orNotOurs(err error) error {
	if err == nil {
		return errNotOurs
	}
	return err
}

// Swap implements [store.SessionStore].
func (s *Store) Swap(ctx context.Context, now jwt.NumericDate, change store.Change) (bool, store.Answer, error) {
	type swapped struct {
		ok bool
		a  store.Answer
	}
	if err := change.Check(); err != nil {
		return false, store.Answer{}, err
	}
	w, err := do(ctx, s, func(ctx context.Context, c conn) (swapped, error) {
		calls := c.swap(now, &change)
		replies, a, err := c.ask(ctx, calls...)
		if err != nil {
			return swapped{}, err
		}
		last := replies[len(replies)-1].rest
		if len(last) != 1 {
			return swapped{}, errNotOurs
		}
		return swapped{last[0] == "1", a}, nil
	})
	return w.ok, w.a, err
}

// swap returns the calls for a change: one, if the session and the list of its
// subject are in one part; or else the list first, so that no session is missing
// there.
func (c conn) swap(now jwt.NumericDate, change *store.Change) []*call {
	session, subject := c.key(ofSession, change.Issuer, change.SessionID), c.key(ofSubject, change.Issuer, change.Subject)
	left, till := span(now, change.Until)
	swap := &call{
		what: "swap", tag: session.tag, entries: []key{session}, keys: []string{session.state()},
		args: []string{change.Old, change.New, left, till, subject.list()},
	}
	if change.Old == "" {
		swap.form = thrifty
	}
	if session.tag == subject.tag {
		swap.entries, swap.keys = append(swap.entries, subject), append(swap.keys, subject.list())
		return []*call{swap}
	}
	return []*call{{
		what: "enlist", tag: subject.tag, entries: []key{subject}, keys: []string{subject.list()},
		args: []string{left, till, session.state()},
	}, swap}
}

// List implements [store.SessionStore]. Of more than 1,000 sessions it returns
// those that end first.
func (s *Store) List(ctx context.Context, issuer, subject string) ([]string, error) {
	return do(ctx, s, func(ctx context.Context, c conn) ([]string, error) {
		k := c.key(ofSubject, issuer, subject)
		replies, err := c.run(ctx, &call{what: "list", tag: k.tag, keys: []string{k.list()}})
		if err != nil || len(replies[0].rest) == 0 {
			return nil, err
		}
		byTag := make(map[string]*call)
		var calls []*call
		for _, state := range replies[0].rest {
			_, tag, _ := strings.Cut(state, "{")
			tag, _, _ = strings.Cut(tag, "}")
			if byTag[tag] == nil {
				byTag[tag] = &call{what: "states", tag: tag}
				calls = append(calls, byTag[tag])
			}
			byTag[tag].keys = append(byTag[tag].keys, state)
		}
		if replies, err = c.run(ctx, calls...); err != nil {
			return nil, err
		}
		var states []string
		for _, r := range replies {
			for _, state := range r.rest {
				if state != "" {
					states = append(states, state)
				}
			}
		}
		return states, nil
	})
}
