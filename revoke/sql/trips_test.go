package sql_test

import (
	"testing"
	"time"

	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
)

func TestRoundTrips(t *testing.T) {
	server := sharedServer(t)
	p := newProxy(t, server)
	s := &revokesql.Store{DB: openPinging(t, p.url(), 1, false), Dialect: revokesql.PostgreSQL, Timeout: time.Minute, Prefix: "trips"}
	check(t, s.Migrate(t.Context()))
	calls := methods(t.Context(), s)
	for range 2 { // the first time, the driver prepares the statements
		for _, call := range calls {
			check(t, call())
		}
	}
	for name, want := range map[string]int64{"Lookup": 1, "Load": 1, "List": 1, "Read": 1, "Use": 2, "Revoke": 2} {
		before := p.turns.Load()
		check(t, calls[name]())
		if n := p.turns.Load() - before; n != want && n != want+1 || name != "Use" && name != "Revoke" && n != want { // and one to delete what is expired
			t.Errorf("%s: got %d round trips, want %d", name, n, want)
		}
	}
}
