package redis_test

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

// sent counts what a client sends to a server: a command or a pipeline is one
// round trip.
type sent struct{ trips, commands atomic.Int64 }

func (s *sent) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (s *sent) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		s.trips.Add(1)
		s.commands.Add(1)
		return next(ctx, cmd)
	}
}

func (s *sent) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		s.trips.Add(1)
		s.commands.Add(int64(len(cmds)))
		return next(ctx, cmds)
	}
}

// BenchmarkLookup asks a server with 100,000 entries for three names at a time,
// and measures a bare PING beside it.
func BenchmarkLookup(b *testing.B) {
	s := start(b)
	client, count := s.client(), new(sent)
	client.AddHook(count)
	store := &revokeredis.Store{Client: client}
	ctx, now := b.Context(), jwt.NewNumericDate(time.Now())
	entries := make([]revoke.Entry, 100_000)
	for i := range entries {
		entries[i] = revoke.Entry{Issuer: "https://login.example", ID: fmt.Sprint(i), Until: now + 3600}
	}
	check(b, store.Revoke(ctx, now, entries...))
	check(b, store.Ping(ctx))
	lookup := func(i int) error {
		_, err := store.Lookup(ctx, revoke.Query{Issuer: "https://login.example", ID: fmt.Sprint(i), SessionID: "session", Subject: "subject"})
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
	cached := &revoke.Cache{Store: store, For: time.Minute}
	b.Run("Cache", func(b *testing.B) {
		q := revoke.Query{Issuer: "https://login.example", ID: "-1", SessionID: "session", Subject: "subject"}
		for b.Loop() {
			_, err := cached.Lookup(ctx, q)
			check(b, err)
		}
	})
}
