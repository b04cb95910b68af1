package redis_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/revoketest"
)

// empty returns a function that gives out pairs of stores over new parts of the
// server's memory.
func empty(client func() redis.UniversalClient) func(t *testing.T) (one, other revoke.SessionStore) {
	n := 0
	return func(t *testing.T) (one, other revoke.SessionStore) {
		n++
		prefix := fmt.Sprint("test", n)
		return &revokeredis.Store{Client: client(), Prefix: prefix}, &revokeredis.Store{Client: client(), Prefix: prefix}
	}
}

func TestStoreIsAStore(t *testing.T) {
	s := start(t)
	revoketest.TestStore(t, empty(func() redis.UniversalClient { return s.client() }))
}

func TestStoreIsAStoreInACluster(t *testing.T) {
	_, c := cluster(t)
	revoketest.TestStore(t, empty(func() redis.UniversalClient { return c }))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// all asks for three names.
var all = revoke.Query{Issuer: "i", ID: "id", SessionID: "session", Subject: "subject"}

func TestEveryCallIsOneRoundTrip(t *testing.T) {
	s := start(t)
	p := newProxy(t, s)
	store := &revokeredis.Store{Client: s.client(func(o *redis.Options) { o.Addr = p.addr })}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, store.Ping(ctx))
	trips := func(f func()) int64 {
		f() // so that there is a connection
		before := p.turns.Load()
		f()
		return p.turns.Load() - before
	}
	for name, f := range map[string]func(){
		"Lookup of three names": func() { _, err := store.Lookup(ctx, all); check(t, err) },
		"Lookup of none":        func() { _, err := store.Lookup(ctx, revoke.Query{}); check(t, err) },
		"Load":                  func() { _, err := store.Load(ctx, "i", "s"); check(t, err) },
		"Swap": func() {
			_, err := store.Swap(ctx, now, revoke.Change{SessionID: "s", New: "1", Until: now + 10})
			check(t, err)
		},
		"Revoke of two names": func() {
			check(t, store.Revoke(ctx, now, revoke.Entry{ID: "a", Until: now + 10}, revoke.Entry{SessionID: "b", Until: now + 10}))
		},
	} {
		if n := trips(f); n != 1 {
			t.Errorf("%s: got %d round trips, want 1", name, n)
		}
	}
	many := make([]revoke.Entry, 1000)
	for i := range many {
		many[i] = revoke.Entry{ID: fmt.Sprint(i), Until: now + 10}
	}
	// More may be seen, for a server begins to answer before it has read all.
	if n := trips(func() { check(t, store.Revoke(ctx, now, many...)) }); n > 50 {
		t.Errorf("Revoke of a thousand: got %d round trips, want one pipeline", n)
	}
}

// A repeated Swap, as the client repeats what it got no answer to, has happened.
func TestALostAnswerIsNoFailure(t *testing.T) {
	s := start(t)
	p := newProxy(t, s)
	store := &revokeredis.Store{Client: s.client(func(o *redis.Options) { o.Addr = p.addr })}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, store.Ping(ctx))
	for i, c := range []revoke.Change{{New: "1"}, {Old: "1", New: "2"}, {Old: "2", New: "3"}} {
		c.SessionID, c.Until = "s", now+100
		p.lose.Store(1)
		swapped, err := store.Swap(ctx, now, c)
		if err != nil || !swapped || p.lose.Load() > 0 {
			t.Errorf("change %d: got %v, %v with %d answers to be lost, want true with the answer lost", i, swapped, err, p.lose.Load())
		}
	}
	p.lose.Store(1)
	check(t, store.Revoke(ctx, now, revoke.Entry{SessionID: "s", Until: now + 100}))
	if a, err := store.Lookup(ctx, revoke.Query{SessionID: "s"}); err != nil || !a.SessionID {
		t.Errorf("got %+v, %v, want it revoked", a, err)
	}
}

func TestTheServerDropsWhatIsOver(t *testing.T) {
	s := start(t)
	client := s.client()
	store := &revokeredis.Store{Client: client, Prefix: "test"}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, store.Ping(ctx))
	ttls := func() (ttls []time.Duration) {
		keys, err := client.Keys(ctx, "test:{*}:*").Result()
		check(t, err)
		for _, key := range keys {
			ttl, err := client.TTL(ctx, key).Result()
			check(t, err)
			ttls = append(ttls, ttl)
		}
		check(t, client.Del(ctx, append(keys, "-")...).Err())
		return ttls
	}
	const minute = jwt.NumericDate(60)
	for _, row := range []struct {
		name             string
		now, until, want jwt.NumericDate
	}{
		{"as long as asked and a minute", now, now + 1000, 1000 + minute},
		{"longer if the caller's clock is behind", now - 500, now + 1000, 1500 + minute},
		{"no shorter if the caller's clock is ahead", now + 500, now + 1000, 1000 + minute},
		{"no longer than it can be told", now, 1<<63 - 1, 1<<40 - now + minute},
	} {
		for name, f := range map[string]func() error{
			"ID":      func() error { return store.Revoke(ctx, row.now, revoke.Entry{ID: "a", Until: row.until}) },
			"session": func() error { return store.Revoke(ctx, row.now, revoke.Entry{SessionID: "a", Until: row.until}) },
			"subject": func() error {
				return store.Revoke(ctx, row.now, revoke.Entry{Subject: "a", IssuedAt: 1, Until: row.until})
			},
			"again, for less long": func() error {
				return errors.Join(store.Revoke(ctx, row.now, revoke.Entry{ID: "a", Until: row.until}), store.Revoke(ctx, row.now, revoke.Entry{ID: "a", Until: row.now + 1}))
			},
			"again, for longer": func() error {
				return errors.Join(store.Revoke(ctx, row.now, revoke.Entry{ID: "a", Until: row.now + 1}), store.Revoke(ctx, row.now, revoke.Entry{ID: "a", Until: row.until}))
			},
			"state": func() error {
				_, err := store.Swap(ctx, row.now, revoke.Change{SessionID: "s", New: "1", Until: row.until})
				return err
			},
		} {
			check(t, f())
			got := ttls()
			if want := time.Duration(row.want) * time.Second; len(got) != 1 || got[0] > want+time.Second || got[0] < want-2*time.Second {
				t.Errorf("%s: %s: got %v, want %v", row.name, name, got, want)
			}
		}
	}
}

func TestTheServerKeepsNothingThatIsOver(t *testing.T) {
	s := start(t)
	client := s.client()
	store := &revokeredis.Store{Client: client, Prefix: "test"}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, store.Ping(ctx))
	check(t, store.Revoke(ctx, now, revoke.Entry{ID: "a", Until: now - 62}))
	if got := client.Keys(ctx, "test:{*}:*").Val(); len(got) != 0 {
		t.Errorf("what is over: got %v, want nothing kept", got)
	}
	// And it does: the rest is Redis's own promise.
	check(t, store.Revoke(ctx, now, revoke.Entry{ID: "a", Until: now - 59}))
	for range 100 {
		a, err := store.Lookup(ctx, revoke.Query{ID: "a"})
		check(t, err)
		if !a.ID {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("an entry does not expire")
}

func TestNothingIsStoredInClearTextThatNeedNotBe(t *testing.T) {
	s := start(t)
	client := s.client()
	store := &revokeredis.Store{Client: client}
	w := newWorld(t, store)
	tokens, err := w.rotation.Begin(t.Context(), "alice")
	check(t, err)
	tokens, err = w.rotation.Refresh(t.Context(), tokens.Refresh)
	check(t, err)
	verified, err := w.list.Verify(t.Context(), tokens.Access)
	check(t, err)
	check(t, w.list.RevokeToken(t.Context(), verified))
	check(t, w.list.RevokeSubject(t.Context(), "i", "bob", time.Now()))
	keys, err := client.Keys(t.Context(), "*").Result()
	check(t, err)
	dump := strings.Join(keys, "\n")
	for _, key := range keys {
		value, err := client.Get(t.Context(), key).Result()
		check(t, err)
		dump += "\n" + value
	}
	for _, secret := range []string{tokens.Access, tokens.Refresh, tokens.Refresh[:20], tokens.Refresh[24:], verified.Claims.ID, "bob", issuer} {
		if strings.Contains(dump, secret) {
			t.Errorf("the server has %q", secret)
		}
	}
	if !strings.Contains(dump, "alice") {
		t.Error("the subject of the session is not found, so that the test looks in the wrong place")
	}
}

func TestUnfitClientsAreRefused(t *testing.T) {
	good := &redis.Options{Addr: "127.0.0.1:1", ContextTimeoutEnabled: true}
	impatient(good)
	options := func(f func(o *redis.Options)) *redis.Client { o := *good; f(&o); return redis.NewClient(&o) }
	clusters := func(f func(o *redis.ClusterOptions)) *redis.ClusterClient {
		o := redis.ClusterOptions{Addrs: []string{good.Addr}, ContextTimeoutEnabled: true}
		f(&o)
		return redis.NewClusterClient(&o)
	}
	for name, row := range map[string]struct {
		store *revokeredis.Store
		want  string
	}{
		"nil store":            {nil, "Store is nil"},
		"zero store":           {&revokeredis.Store{}, "Client is nil"},
		"nil client":           {&revokeredis.Store{Client: (*redis.Client)(nil)}, "Client is nil"},
		"nil cluster client":   {&revokeredis.Store{Client: (*redis.ClusterClient)(nil)}, "Client is nil"},
		"ring":                 {&revokeredis.Store{Client: redis.NewRing(&redis.RingOptions{})}, "Ring"},
		"nil ring":             {&revokeredis.Store{Client: (*redis.Ring)(nil)}, "Ring"},
		"no deadlines":         {&revokeredis.Store{Client: options(func(o *redis.Options) { o.ContextTimeoutEnabled = false })}, "deadlines"},
		"no deadlines in many": {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.ContextTimeoutEnabled = false })}, "deadlines"},
		"client-side cache": {&revokeredis.Store{Client: options(func(o *redis.Options) {
			o.Protocol, o.ClientSideCacheConfig = 3, &redis.ClientSideCacheConfig{}
		})}, "lag behind"},
		"read only":        {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.ReadOnly = true })}, "lag behind"},
		"nearest replica":  {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.RouteByLatency = true })}, "lag behind"},
		"any replica":      {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.RouteRandomly = true })}, "lag behind"},
		"brace":            {&revokeredis.Store{Client: redis.NewClient(good), Prefix: "a{b"}, "braces"},
		"other brace":      {&revokeredis.Store{Client: redis.NewClient(good), Prefix: "a}b"}, "braces"},
		"line break":       {&revokeredis.Store{Client: redis.NewClient(good), Prefix: "a\nb"}, "line breaks"},
		"nobody listening": {&revokeredis.Store{Client: redis.NewClient(good)}, "refused"},
	} {
		ctx, now := t.Context(), jwt.NumericDate(1)
		_, lookup := row.store.Lookup(ctx, all)
		_, load := row.store.Load(ctx, "i", "s")
		swapped, swap := row.store.Swap(ctx, now, revoke.Change{SessionID: "s", New: "1"})
		if swapped {
			t.Errorf("%s: swapped", name)
		}
		for call, err := range map[string]error{"Lookup": lookup, "Load": load, "Swap": swap, "Ping": row.store.Ping(ctx),
			"Revoke": row.store.Revoke(ctx, now, revoke.Entry{ID: "a"})} {
			if err == nil || !strings.HasPrefix(err.Error(), "revoke/redis: ") || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%s: %s: got %v, want revoke/redis: … %s …", name, call, err, row.want)
			}
		}
	}
}

func TestPingFindsAServerThatEvicts(t *testing.T) {
	s := start(t)
	client := s.client(impatient)
	store := &revokeredis.Store{Client: client}
	check(t, store.Ping(t.Context()))
	if n := client.DBSize(t.Context()).Val(); n != 256 {
		t.Errorf("got %d marks after Ping, want the memory to have begun in 256 parts", n)
	}
	for _, policy := range []string{"allkeys-lru", "volatile-ttl"} {
		check(t, client.ConfigSet(t.Context(), "maxmemory-policy", policy).Err())
		if err := store.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "evicts") {
			t.Errorf("%s: got %v, want it found", policy, err)
		}
	}
	s.kill()
	if err := store.Ping(t.Context()); err == nil {
		t.Error("Ping of a server that is down: got no error")
	}
}

func TestWhatSomebodyElseStoredIsNoAnswer(t *testing.T) {
	s := start(t)
	client := s.client()
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	for i, value := range []string{"", "x", "0", "-1", "1.5", "1e9", "99999999999999999999"} {
		store := &revokeredis.Store{Client: client, Prefix: fmt.Sprint("test", i)}
		check(t, store.Revoke(ctx, now, revoke.Entry{Issuer: "i", ID: "id", Until: now + 10}))
		keys, err := client.Keys(ctx, store.Prefix+":*").Result()
		check(t, err)
		if len(keys) != 1 {
			t.Fatal(keys)
		}
		check(t, store.Ping(ctx))
		check(t, client.Set(ctx, keys[0], value, 0).Err())
		if _, err := store.Lookup(ctx, all); err == nil {
			t.Errorf("entry %q: got no error", value)
		}
		check(t, client.Del(ctx, keys[0]).Err())
		marks, err := client.Keys(ctx, store.Prefix+":{*}").Result()
		check(t, err)
		if len(marks) != 256 {
			t.Fatalf("got %d marks, want 256", len(marks))
		}
		check(t, client.Set(ctx, keys[0][:len(store.Prefix)+5], value, 0).Err())
		if _, err := store.Lookup(ctx, all); err == nil {
			t.Errorf("mark %q: got no error", value)
		}
	}
}

func TestASlowServerHoldsNobodyBeyondTheContext(t *testing.T) {
	s := start(t)
	store := &revokeredis.Store{Client: s.client()}
	w := newWorld(t, store)
	tokens, err := w.rotation.Begin(t.Context(), "alice")
	check(t, err)
	check(t, s.client().Do(t.Context(), "CLIENT", "PAUSE", "1500", "ALL").Err())
	begun := time.Now()
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if got := w.verify(ctx, tokens.Access); got != "undecided" {
			t.Errorf("got %s, want undecided", got)
		}
		cancel()
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("three answers took %v, want 100 ms each", took)
	}
	if got := w.verify(t.Context(), tokens.Access); got != "accepted" {
		t.Errorf("got %s from a caller that can wait, want accepted", got)
	}
}

func TestNoGoroutineIsLeftBehind(t *testing.T) {
	s := start(t)
	before := runtime.NumGoroutine()
	client := redis.NewClient(&redis.Options{Addr: s.addr, ContextTimeoutEnabled: true})
	w := newWorld(t, &revokeredis.Store{Client: client})
	for range 10 {
		tokens, err := w.rotation.Begin(t.Context(), "alice")
		check(t, err)
		_, err = w.rotation.Refresh(t.Context(), tokens.Refresh)
		check(t, err)
		check(t, w.rotation.End(t.Context(), tokens.Refresh))
	}
	check(t, client.Close())
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("got %d goroutines, want at most %d as before", runtime.NumGoroutine(), before)
}
