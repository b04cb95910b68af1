package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// BenchmarkLookup asks a server with 100,000 entries for three names at a time,
// and measures a bare PING beside it.
func BenchmarkLookup(b *testing.B) {
	s := start(b, programs[0])
	client, count := s.client(), new(sent)
	client.AddHook(count)
	keep := &revokeredis.Store{Client: client}
	ctx, now := b.Context(), jwt.NewNumericDate(time.Now())
	entries := make([]store.Entry, 100_000)
	for i := range entries {
		entries[i] = store.Entry{Issuer: "https://login.example", ID: fmt.Sprint(i), Until: now + 3600}
	}
	check(b, keep.Revoke(ctx, now, entries...))
	check(b, keep.Ping(ctx))
	lookup := func(i int) error {
		_, err := keep.Lookup(ctx, store.Query{Issuer: "https://login.example", ID: fmt.Sprint(i), SessionID: "session", Subject: "subject"})
		return err
	}
	for name, f := range map[string]func(i int) error{"Lookup": lookup, "PING": func(int) error { return client.Ping(ctx).Err() }} {
		b.Run(name, func(b *testing.B) {
			trips, commands, n := count.trips.Load(), count.commands.Load(), 0
			for ; b.Loop(); n++ {
				check(b, f(n))
			}
			b.ReportMetric(float64(count.trips.Load()-trips)/float64(n), "round-trips/op")
			b.ReportMetric(float64(count.commands.Load()-commands)/float64(n), "commands/op")
		})
	}
	b.Run("Lookup in parallel", func(b *testing.B) {
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				check(b, lookup(i))
			}
		})
	})
}

// BenchmarkSessions verifies a token of a session, and refreshes it.
func BenchmarkSessions(b *testing.B) {
	s := start(b, programs[0])
	w := newWorld(b, &revokeredis.Store{Client: s.client()})
	w.sessions.Grace = -1
	refresh := func(tokens *revoke.Tokens) (err error) {
		*tokens, err = w.sessions.Refresh(b.Context(), tokens.Refresh)
		return err
	}
	b.Run("Verify", func(b *testing.B) {
		tokens := w.begin(b, "alice")
		b.ReportAllocs()
		for b.Loop() {
			_, err := w.list.Verify(b.Context(), tokens.Access)
			check(b, err)
		}
	})
	b.Run("Refresh", func(b *testing.B) {
		tokens := w.begin(b, "alice")
		b.ReportAllocs()
		for b.Loop() {
			check(b, refresh(&tokens))
		}
	})
	b.Run("Refresh in parallel", func(b *testing.B) {
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			tokens := w.begin(b, "alice")
			for pb.Next() {
				check(b, refresh(&tokens))
			}
		})
	})
}
