package redis_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

func TestPingFindsWhatHinders(t *testing.T) {
	s := start(t, programs[0], "--appendonly", "yes")
	client := s.client(impatient)
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	check(t, keep.Ping(t.Context()))
	if n := client.DBSize(t.Context()).Val(); n != 1 {
		t.Errorf("got %d keys after Ping, want the mark alone", n)
	}
	find := func(want string) {
		t.Helper()
		if err := keep.Ping(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "revoke/redis: ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "permission") {
			t.Errorf("got %v, want revoke/redis: … %s …", err, want)
		}
	}
	for _, policy := range []string{"allkeys-lru", "volatile-ttl"} {
		s.do("CONFIG SET maxmemory-policy " + policy)
		find("the server evicts keys when its memory is full, want maxmemory-policy noeviction")
	}
	s.do("CONFIG SET maxmemory-policy noeviction")
	keep.MayLose = time.Minute
	check(t, keep.Ping(t.Context()))
	s.do("CONFIG SET appendonly no")
	find("Store.MayLose is set, and the server saves nothing, want appendonly yes")
	check(t, client.ConfigSet(t.Context(), "save", "900 1").Err())
	check(t, keep.Ping(t.Context()))
	check(t, client.ConfigSet(t.Context(), "save", "").Err())
	keep.MayLose = 0
	check(t, keep.Ping(t.Context()))
	s.kill()
	find("refused")
}

// A pretender answers INFO as another server would.
type pretender struct {
	sent
	change func(info string) string
}

func (p *pretender) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if text, ok := cmd.(*redis.StringCmd); ok && cmd.Name() == "info" {
			text.SetVal(p.change(text.Val()))
		}
		return err
	}
}

func TestPingFindsWhatTheServerTells(t *testing.T) {
	s := start(t, programs[0])
	version := field(t, s, "redis_version")
	for _, row := range []struct{ old, new, want string }{
		{"redis_version:" + version, "redis_version:6.2.14", "the server is Redis 6.2.14, want 7.0 or later, or Valkey"},
		{"redis_version:" + version, "redis_version:7.0.0", ""},
		{"redis_version:" + version, "redis_version:10.0.0", ""},
		{"redis_version:" + version, "redis_version:6.2.14\r\nvalkey_version:9.0.0", ""},
		{"redis_version:" + version, "other_version:1", ""},
		{"aof_enabled:0", "aof_enabled:1\r\naof_last_write_status:err", "the server could not write its append-only file, see its log"},
		{"aof_enabled:0", "aof_enabled:0\r\naof_last_write_status:err", ""},
		{"rdb_last_bgsave_status:ok", "rdb_last_bgsave_status:err", "the server could not save a snapshot, see its log"},
		{"maxmemory_policy:noeviction", "maxmemory_policy:allkeys-lfu", "the server evicts keys when its memory is full, want maxmemory-policy noeviction"},
		{"maxmemory_policy:noeviction", "", ""},
	} {
		client := s.client()
		client.AddHook(&pretender{change: func(info string) string { return strings.Replace(info, row.old, row.new, 1) }})
		err := (&revokeredis.Store{Client: client, Timeout: time.Minute}).Ping(t.Context())
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%q: got %v, want %q", row.new, err, row.want)
		}
	}
}

// A server that does not answer one question of Ping is not ready, but CONFIG may be
// denied to the user.
func TestPingWantsEveryAnswer(t *testing.T) {
	s := start(t, programs[0], "--appendonly", "yes", "--appendfsync", "always")
	keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
	check(t, keep.Ping(t.Context()))
	for _, what := range []string{"info", "try", "read"} {
		client := s.client(impatient)
		client.AddHook(&breaker{what: what})
		if err := (&revokeredis.Store{Client: client, Timeout: time.Minute}).Ping(t.Context()); !errors.Is(err, errBroken) || !strings.HasPrefix(err.Error(), "revoke/redis: ") {
			t.Errorf("%s: got %v, want an error", what, err)
		}
	}
	client := s.client(impatient)
	client.AddHook(&breaker{what: "begin"})
	begins := &revokeredis.Store{Client: client, Timeout: time.Minute}
	check(t, begins.Ping(t.Context())) // as nothing has changed
	s.do("CONFIG SET appendfsync everysec")
	if err := begins.Ping(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("what changed is to be noted: got %v, want an error", err)
	}
	check(t, keep.Ping(t.Context()))
	check(t, begins.Ping(t.Context()))

	s.do("CONFIG SET appendonly no")
	s.do("ACL SETUSER service on >password +@all -config ~*")
	keep = &revokeredis.Store{Client: s.client(func(o *redis.Options) { o.Username, o.Password = "service", "password" }), Timeout: time.Minute, MayLose: time.Minute}
	check(t, keep.Ping(t.Context()))
}

// field returns a field of INFO.
func field(t *testing.T, s *server, name string) string {
	_, value, _ := strings.Cut(s.client().Info(t.Context()).Val(), "\r\n"+name+":")
	value, _, _ = strings.Cut(value, "\r\n")
	return value
}
