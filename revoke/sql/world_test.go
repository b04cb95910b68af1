package sql_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func now() jwt.NumericDate { return jwt.NewNumericDate(time.Now()) }

// revoke revokes an ID.
func revokeID(t testing.TB, s *revokesql.Store, id string) {
	t.Helper()
	check(t, s.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: id, Until: now() + 1000}))
}

// lookup asks for an ID.
func lookup(t testing.TB, s *revokesql.Store, id string) store.Answer {
	t.Helper()
	a, err := s.Lookup(t.Context(), store.Query{Issuer: "i", ID: id})
	check(t, err)
	return a
}

// run runs a statement that has the prefix of the store in the place of "jwt".
func run(t testing.TB, s *revokesql.Store, statement string) {
	t.Helper()
	_, err := s.DB.ExecContext(t.Context(), strings.ReplaceAll(statement, "jwt", s.Prefix))
	check(t, err)
}

func number(t testing.TB, s *revokesql.Store, query string) (n int) {
	t.Helper()
	check(t, s.DB.QueryRowContext(t.Context(), strings.ReplaceAll(query, "jwt", s.Prefix)).Scan(&n))
	return n
}

// wantError wants an error that says all of the words.
func wantError(t testing.TB, what string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: got no error, want one", what)
		return
	}
	for _, word := range append(words, "revoke/sql: ") {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: got %q, want %q in it", what, err, word)
		}
	}
}

// methods calls every method of a store that asks the database.
func methods(ctx context.Context, s *revokesql.Store) map[string]func() error {
	q := store.Query{Issuer: "i", ID: "a", SessionID: "b", Subject: "c"}
	return map[string]func() error{
		"Lookup": func() error { _, err := s.Lookup(ctx, q); return err },
		"Load":   func() error { _, _, err := s.Load(ctx, q); return err },
		"List":   func() error { _, err := s.List(ctx, "i", "c"); return err },
		"Revoke": func() error { return s.Revoke(ctx, now(), store.Entry{ID: "a", Until: now() + 9}) },
		"Use":    func() error { _, err := s.Use(ctx, now(), store.Entry{ID: "d", Until: now() + 9}); return err },
		"Swap": func() error {
			_, _, err := s.Swap(ctx, now(), store.Change{SessionID: "b", Subject: "c", New: "1", Until: now() + 9})
			return err
		},
		"Read":    func() error { _, err := s.Read(ctx, ""); return err },
		"Ping":    func() error { return s.Ping(ctx) },
		"Migrate": func() error { return s.Migrate(ctx) },
	}
}

func without(all map[string]func() error, names ...string) map[string]func() error {
	for _, name := range names {
		delete(all, name)
	}
	return all
}

func wantErrors(t *testing.T, all map[string]func() error, words ...string) {
	t.Helper()
	for name, call := range all {
		wantError(t, name, call(), words...)
	}
}
