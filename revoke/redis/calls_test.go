package redis_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// all asks for three names.
var all = store.Query{Issuer: "i", ID: "id", SessionID: "session", Subject: "subject"}

func TestEveryCallIsOneRoundTrip(t *testing.T) {
	s := start(t, programs[0])
	p := newProxy(t, s)
	keep := &revokeredis.Store{Client: s.client(func(o *redis.Options) { o.Addr = p.addr }), Timeout: time.Minute}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, keep.Ping(ctx))
	trips := func(f func()) int64 {
		f() // so that there is a connection
		before := p.turns.Load()
		f()
		return p.turns.Load() - before
	}
	loadNothing := func(q store.Query) {
		state, a, err := keep.Load(ctx, q)
		if check(t, err); state != "" || a.Since == 0 {
			t.Errorf("got %q, %+v, want an answer without a state", state, a)
		}
	}
	for name, f := range map[string]func(){
		"Lookup of three names": func() { _, err := keep.Lookup(ctx, all); check(t, err) },
		"Lookup of none":        func() { _, err := keep.Lookup(ctx, store.Query{}); check(t, err) },
		"Load":                  func() { _, _, err := keep.Load(ctx, all); check(t, err) },
		"Load of nothing":       func() { loadNothing(store.Query{}) },
		"Load of no session":    func() { loadNothing(store.Query{Issuer: "i", ID: "id", Subject: "subject"}) },
		"Swap": func() {
			_, _, err := keep.Swap(ctx, now, store.Change{SessionID: "s", Subject: "alice", New: "1", Until: now + 10})
			check(t, err)
		},
		"Use": func() { _, err := keep.Use(ctx, now, store.Entry{ID: "a", Until: now + 10}); check(t, err) },
		"Revoke of two names": func() {
			check(t, keep.Revoke(ctx, now, store.Entry{ID: "a", Until: now + 10}, store.Entry{SessionID: "b", Until: now + 10}))
		},
	} {
		if n := trips(f); n != 1 {
			t.Errorf("%s: got %d round trips, want 1", name, n)
		}
	}
	many := make([]store.Entry, 1000)
	for i := range many {
		many[i] = store.Entry{ID: fmt.Sprint(i), Until: now + 10}
	}
	// More may be seen, for a server begins to answer before it has read all.
	if n := trips(func() { check(t, keep.Revoke(ctx, now, many...)) }); n > 50 {
		t.Errorf("Revoke of a thousand: got %d round trips, want one pipeline", n)
	}
}

// A repeated Swap, as the client repeats what it got no answer to, has happened.
func TestALostAnswerIsNoFailure(t *testing.T) {
	s := start(t, programs[0])
	p := newProxy(t, s)
	keep := &revokeredis.Store{Client: s.client(func(o *redis.Options) { o.Addr = p.addr }), Timeout: time.Minute}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, keep.Ping(ctx))
	for i, c := range []store.Change{{New: "1"}, {Old: "1", New: "2"}, {Old: "2", New: "3"}} {
		c.SessionID, c.Subject, c.Until = "s", "alice", now+100
		p.lose.Store(1)
		swapped, _, err := keep.Swap(ctx, now, c)
		if err != nil || !swapped || p.lose.Load() > 0 {
			t.Errorf("change %d: got %v, %v with %d answers to be lost, want true with the answer lost", i, swapped, err, p.lose.Load())
		}
	}
	p.lose.Store(1)
	a, err := keep.Use(ctx, now, store.Entry{ID: "a", Until: now + 100})
	if err != nil || a.ID || p.lose.Load() > 0 {
		t.Errorf("the first use: got %v, %v, want it to be the first", a.ID, err)
	}
	if a, err = keep.Use(ctx, now, store.Entry{ID: "a", Until: now + 100}); err != nil || !a.ID {
		t.Errorf("the second use: got %v, %v, want it not to be the first", a.ID, err)
	}
	p.lose.Store(1)
	check(t, keep.Revoke(ctx, now, store.Entry{SessionID: "s", Until: now + 100}))
	if a, err := keep.Lookup(ctx, store.Query{SessionID: "s"}); err != nil || !a.SessionID {
		t.Errorf("got %+v, %v, want it revoked", a, err)
	}
}

func TestTheServerDropsWhatIsOver(t *testing.T) {
	s := start(t, programs[0])
	client := s.client()
	keep := &revokeredis.Store{Client: client, Prefix: "test", Timeout: time.Minute}
	ctx := t.Context()
	check(t, keep.Ping(ctx))
	end := func() int64 { // the second in which the only key goes that is not a list
		keys, err := client.Keys(ctx, "{test}:[js]*").Result()
		check(t, err)
		defer client.Del(ctx, keys...)
		keys = slices.DeleteFunc(keys, func(key string) bool { return strings.HasSuffix(key, ":sessions") })
		if len(keys) != 1 {
			t.Fatalf("got the keys %q, want one", keys)
		}
		ms, err := client.Do(ctx, "PEXPIRETIME", keys[0]).Int64()
		check(t, err)
		return ms / 1000
	}
	const slack = jwt.NumericDate(900)
	for _, row := range []struct {
		name          string
		ahead         jwt.NumericDate // of the caller's clock
		until, within jwt.NumericDate // from now on
	}{
		{"as long as asked, and the slack", 0, 1000, 1000 + slack},
		{"longer if the caller's clock is behind", -500, 1000, 1500 + slack},
		{"no shorter if the caller's clock is ahead", 500, 1000, 1000 + slack},
		{"no longer than it can be told", 0, 1 << 62, 1 << 62},
	} {
		for name, f := range map[string]func(now, until jwt.NumericDate) error{
			"ID": func(now, until jwt.NumericDate) error {
				return keep.Revoke(ctx, now, store.Entry{ID: "a", Until: until})
			},
			"session": func(now, until jwt.NumericDate) error {
				return keep.Revoke(ctx, now, store.Entry{SessionID: "a", Until: until})
			},
			"subject": func(now, until jwt.NumericDate) error {
				return keep.Revoke(ctx, now, store.Entry{Subject: "a", IssuedAt: 1, Until: until})
			},
			"again, for less long": func(now, until jwt.NumericDate) error {
				return errors.Join(keep.Revoke(ctx, now, store.Entry{ID: "a", Until: until}), keep.Revoke(ctx, now, store.Entry{ID: "a", Until: now + 1}))
			},
			"again, for longer": func(now, until jwt.NumericDate) error {
				return errors.Join(keep.Revoke(ctx, now, store.Entry{ID: "a", Until: now + 1}), keep.Revoke(ctx, now, store.Entry{ID: "a", Until: until}))
			},
			"state": func(now, until jwt.NumericDate) error {
				_, _, err := keep.Swap(ctx, now, store.Change{SessionID: "s", Subject: "alice", New: "1", Until: until})
				return err
			},
			"use": func(now, until jwt.NumericDate) error {
				_, err := keep.Use(ctx, now, store.Entry{ID: "a", Until: until})
				return err
			},
		} {
			before := now()
			check(t, f(before+row.ahead, before+row.until))
			least, rounded := min(before+row.within, 1<<40+slack), jwt.NumericDate(0)
			most := least + now() - before
			if strings.HasPrefix(name, "again") {
				rounded = 1 // by the server, when it is asked how long it keeps it
			}
			if got := jwt.NumericDate(end()); got < least-rounded || got > most+rounded {
				t.Errorf("%s: %s: got it kept until %d, want %d to %d", row.name, name, got, least, most)
			}
		}
	}
}

func TestTheServerKeepsNothingThatIsOver(t *testing.T) {
	s := start(t, programs[0])
	client := s.client()
	keep := &revokeredis.Store{Client: client, Prefix: "test", Timeout: time.Minute}
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	check(t, keep.Ping(ctx))
	check(t, keep.Revoke(ctx, now, store.Entry{ID: "a", Until: now - 902}))
	if got := client.Keys(ctx, "{test}:[js]*").Val(); len(got) != 0 {
		t.Errorf("what is over: got %v, want nothing kept", got)
	}
}

func TestNoTokenIsStored(t *testing.T) {
	s := start(t, programs[0])
	client := s.client()
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	w := newWorld(t, keep)
	tokens, err := w.sessions.Begin(t.Context(), "alice@users.example", nil)
	check(t, err)
	tokens, err = w.sessions.Refresh(t.Context(), tokens.Refresh)
	check(t, err)
	verified, err := w.list.Verify(t.Context(), tokens.Access)
	check(t, err)
	check(t, w.list.RevokeToken(t.Context(), verified))
	check(t, w.list.RevokeSubject(t.Context(), "i", "bob@users.example", time.Now()))
	keys, err := client.Keys(t.Context(), "*").Result()
	check(t, err)
	dump, feed := strings.Join(keys, "\n"), ""
	for _, key := range keys {
		switch client.Type(t.Context(), key).Val() {
		case "zset":
			dump += "\n" + strings.Join(client.ZRange(t.Context(), key, 0, -1).Val(), "\n")
		case "hash":
			dump += "\n" + fmt.Sprint(client.HGetAll(t.Context(), key).Val())
		case "list":
			feed += "\n" + strings.Join(client.LRange(t.Context(), key, 0, -1).Val(), "\n")
		default:
			value, err := client.Get(t.Context(), key).Result()
			check(t, err)
			dump += "\n" + value
		}
	}
	for _, secret := range []string{tokens.Access, tokens.Refresh, tokens.Refresh[16:36], tokens.Refresh[40:]} {
		if strings.Contains(dump+feed, secret) {
			t.Errorf("the server has %q", secret)
		}
	}
	for _, name := range []string{verified.Claims.ID, "bob@users.example", issuer} {
		if strings.Contains(dump, name) || !strings.Contains(feed, name) {
			t.Errorf("the server has %q, want it in the feed alone", name)
		}
	}
	if !strings.Contains(dump, "alice@users.example") {
		t.Error("the subject of the session is not found, so that the test looks in the wrong place")
	}
}

func TestUnfitClientsAreRefused(t *testing.T) {
	good := options("127.0.0.1:1", impatient)
	changed := func(f func(o *redis.Options)) *redis.Client { o := *good; f(&o); return redis.NewClient(&o) }
	clusters := func(f func(o *redis.ClusterOptions)) *redis.ClusterClient {
		o := redis.ClusterOptions{Addrs: []string{good.Addr}, ContextTimeoutEnabled: true}
		f(&o)
		return redis.NewClusterClient(&o)
	}
	for name, row := range map[string]struct {
		keep *revokeredis.Store
		want string
	}{
		"nil store":            {nil, "revoke/redis: Store is nil"},
		"zero store":           {&revokeredis.Store{}, "revoke/redis: Store.Client is nil, want a client for Redis"},
		"nil client":           {&revokeredis.Store{Client: (*redis.Client)(nil)}, "revoke/redis: Store.Client is nil, want a client for Redis"},
		"nil cluster client":   {&revokeredis.Store{Client: (*redis.ClusterClient)(nil)}, "revoke/redis: Store.Client is nil, want a client for Redis"},
		"ring":                 {&revokeredis.Store{Client: redis.NewRing(&redis.RingOptions{})}, "revoke/redis: Store.Client is a redis.Ring, want a Client or ClusterClient"},
		"nil ring":             {&revokeredis.Store{Client: (*redis.Ring)(nil)}, "revoke/redis: Store.Client is a redis.Ring, want a Client or ClusterClient"},
		"no deadlines":         {&revokeredis.Store{Client: changed(func(o *redis.Options) { o.ContextTimeoutEnabled = false })}, "revoke/redis: Store.Client does not heed deadlines, want ContextTimeoutEnabled in its options"},
		"no deadlines in many": {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.ContextTimeoutEnabled = false })}, "revoke/redis: Store.Client does not heed deadlines, want ContextTimeoutEnabled in its options"},
		"client-side cache": {&revokeredis.Store{Client: changed(func(o *redis.Options) {
			o.Protocol, o.ClientSideCacheConfig = 3, &redis.ClientSideCacheConfig{}
		})}, "revoke/redis: Store.Client reads from replicas or a client-side cache, which lag behind"},
		"read only":        {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.ReadOnly = true })}, "revoke/redis: Store.Client reads from replicas or a client-side cache, which lag behind"},
		"nearest replica":  {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.RouteByLatency = true })}, "revoke/redis: Store.Client reads from replicas or a client-side cache, which lag behind"},
		"any replica":      {&revokeredis.Store{Client: clusters(func(o *redis.ClusterOptions) { o.RouteRandomly = true })}, "revoke/redis: Store.Client reads from replicas or a client-side cache, which lag behind"},
		"brace":            {&revokeredis.Store{Client: redis.NewClient(good), Prefix: "a{b"}, "revoke/redis: Store.Prefix has braces or line breaks"},
		"other brace":      {&revokeredis.Store{Client: redis.NewClient(good), Prefix: "a}b"}, "revoke/redis: Store.Prefix has braces or line breaks"},
		"negative timeout": {&revokeredis.Store{Client: redis.NewClient(good), Timeout: -1}, "revoke/redis: Store has a negative Timeout or MayLose"},
		"negative loss":    {&revokeredis.Store{Client: redis.NewClient(good), MayLose: -1}, "revoke/redis: Store has a negative Timeout or MayLose"},
		"line break":       {&revokeredis.Store{Client: redis.NewClient(good), Prefix: "a\nb"}, "revoke/redis: Store.Prefix has braces or line breaks"},
		"nobody listening": {&revokeredis.Store{Client: redis.NewClient(good), Timeout: time.Minute}, "refused"},
		"no cluster":       {&revokeredis.Store{Client: clusters(func(*redis.ClusterOptions) {})}, ""},
	} {
		ctx, now := t.Context(), jwt.NumericDate(1)
		_, lookup := row.keep.Lookup(ctx, all)
		_, _, load := row.keep.Load(ctx, all)
		_, list := row.keep.List(ctx, "i", "s")
		_, read := row.keep.Read(ctx, "")
		_, use := row.keep.Use(ctx, now, store.Entry{ID: "a"})
		swapped, _, swap := row.keep.Swap(ctx, now, store.Change{SessionID: "s", Subject: "alice", New: "1"})
		if swapped {
			t.Errorf("%s: swapped", name)
		}
		for call, err := range map[string]error{"Lookup": lookup, "Load": load, "Swap": swap, "List": list, "Use": use, "Ping": row.keep.Ping(ctx),
			"Revoke": row.keep.Revoke(ctx, now, store.Entry{ID: "a"}), "Read": read} {
			whole := strings.HasPrefix(row.want, "revoke/redis: ")
			if err == nil || !strings.HasPrefix(err.Error(), "revoke/redis: ") || !strings.Contains(err.Error(), row.want) || whole && err.Error() != row.want {
				t.Errorf("%s: %s: got %v, want revoke/redis: … %s …", name, call, err, row.want)
			}
		}
	}
}

func TestWhatSomebodyElseStoredIsNoAnswer(t *testing.T) {
	s := start(t, programs[0])
	client := s.client()
	ctx, now := t.Context(), jwt.NewNumericDate(time.Now())
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	check(t, keep.Revoke(ctx, now, store.Entry{Issuer: "i", ID: "id", Until: now + 10}))
	swapped, _, err := keep.Swap(ctx, now, store.Change{Issuer: "i", SessionID: "session", Subject: "subject", New: "1", Until: now + 10})
	check(t, err)
	if !swapped {
		t.Fatal("not swapped")
	}
	for _, key := range client.Keys(ctx, "*").Val() {
		if strings.HasSuffix(key, ":sessions") || strings.HasSuffix(key, ":mark") || strings.Contains(key, ":feed") {
			continue
		}
		value, ttl := client.Get(ctx, key).Val(), client.TTL(ctx, key).Val()
		for _, other := range []string{"", "x", "0", "-1", "1.5", "1 2", "99999999999999999999"} {
			check(t, client.Set(ctx, key, other, 0).Err())
			_, err := keep.Lookup(ctx, all)
			if state, _, load := keep.Load(ctx, all); err == nil && (load == nil && state == other && other != "" || !strings.HasSuffix(key, ":session")) {
				t.Errorf("%s: %q: got no error", key, other)
			}
		}
		client.Del(ctx, key)
		client.LPush(ctx, key, "a list")
		if state, _, err := keep.Load(ctx, all); err != nil || strings.HasSuffix(key, ":session") && state != "" {
			t.Errorf("%s: a list: got %q, %v, want it not to be seen", key, state, err)
		}
		client.Del(ctx, key)
		check(t, client.Set(ctx, key, value, max(ttl, 0)).Err())
	}
	if a, err := keep.Lookup(ctx, all); err != nil || !a.ID {
		t.Errorf("afterwards: got %v, %v", a.ID, err)
	}
	for _, mark := range []string{"x", "x y z"} {
		check(t, client.Set(ctx, "{jwt}:mark", mark, 0).Err())
		if a, err := keep.Lookup(ctx, all); err == nil || !strings.Contains(err.Error(), "want another Prefix") {
			t.Errorf("the mark %q: got %v, %v, want an error", mark, a, err)
		}
	}
}

// A server that stands still holds nobody for longer than the Timeout, or than the
// context allows.
func TestAServerThatStandsStill(t *testing.T) {
	s := start(t, programs[0])
	w := newWorld(t, &revokeredis.Store{Client: s.client()})
	tokens := w.begin(t, "alice")
	s.pause(true)
	took := func(ctx context.Context) time.Duration {
		begun := time.Now()
		if got := w.verify(ctx, tokens.Access); got != "undecided" {
			t.Errorf("got %s, want undecided", got)
		}
		return time.Since(begun)
	}
	if d := took(t.Context()); d < 900*time.Millisecond || d > 30*time.Second {
		t.Errorf("without a deadline: an answer took %v, want about the Timeout of 1 s", d)
	}
	w.list.Store.(*revokeredis.Store).Timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if d := took(ctx); d > 30*time.Second {
		t.Errorf("with a deadline: an answer took %v, want about 100 ms", d)
	}
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if d := took(ctx); d > 30*time.Second {
		t.Errorf("with a context that is canceled: an answer took %v, want about 100 ms", d)
	}
	s.pause(false)
	if got := w.verify(t.Context(), tokens.Access); got != "accepted" {
		t.Errorf("got %s from a caller that can wait, want accepted", got)
	}
}

// A breaker fails to do one thing.
type breaker struct {
	sent
	what string
}

var errBroken = errors.New("broken")

func (b *breaker) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		for _, arg := range cmd.Args() {
			if arg == b.what {
				cmd.SetErr(errBroken)
				return errBroken
			}
		}
		return next(ctx, cmd)
	}
}

func TestAListThatBreaksOffIsAnError(t *testing.T) {
	s := start(t, programs[0])
	client, broken := s.client(), s.client(impatient)
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	now := jwt.NewNumericDate(time.Now())
	ok, _, err := keep.Swap(t.Context(), now, store.Change{Issuer: "i", SessionID: "s", Subject: "alice", New: "1", Until: now + 60})
	check(t, err)
	if states, err := keep.List(t.Context(), "i", "alice"); err != nil || len(states) != 1 || !ok {
		t.Fatalf("got %v, %v, want one session", states, err)
	}
	for _, what := range []string{"list", "states"} {
		broken.AddHook(&breaker{what: what})
		if states, err := (&revokeredis.Store{Client: broken, Timeout: time.Minute}).List(t.Context(), "i", "alice"); !errors.Is(err, errBroken) || states != nil {
			t.Errorf("%s: got %v, %v, want an error", what, states, err)
		}
		broken = s.client(impatient)
	}
}

// A list is two commands, of however many sessions, and leaves out what the server has
// dropped.
func TestAListIsOfWhatIsThere(t *testing.T) {
	s := start(t, programs[0])
	client, count := s.client(), new(sent)
	client.AddHook(count)
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	for _, id := range []string{"a", "b", "c"} {
		_, _, err := keep.Swap(t.Context(), now(), store.Change{Issuer: "i", SessionID: id, Subject: "alice", New: "state of " + id, Until: now() + 60})
		check(t, err)
	}
	list := func(want ...string) {
		t.Helper()
		before := count.commands.Load()
		states, err := keep.List(t.Context(), "i", "alice")
		check(t, err)
		if slices.Sort(states); !slices.Equal(states, want) {
			t.Errorf("got %q, want %q", states, want)
		}
		if n := count.commands.Load() - before; n != 2 {
			t.Errorf("got %d commands, want 2", n)
		}
	}
	list("state of a", "state of b", "state of c")
	states := client.Keys(t.Context(), "*:session").Val()
	slices.Sort(states)
	check(t, client.Del(t.Context(), states[0]).Err())
	left, err := keep.List(t.Context(), "i", "alice")
	check(t, err)
	if len(left) != 2 || slices.Contains(left, "") {
		t.Errorf("got %q, want two sessions", left)
	}
}

// A client may be of any type that the packages of others have, but for a feed.
func TestOtherClientsAreTakenButForAFeed(t *testing.T) {
	s := start(t, programs[0])
	keep := &revokeredis.Store{Client: struct{ redis.UniversalClient }{s.client()}, Timeout: time.Minute}
	if a, err := keep.Lookup(t.Context(), all); err != nil || a.Since == 0 {
		t.Errorf("got %+v, %v, want an answer", a, err)
	}
	if _, err := keep.Read(t.Context(), ""); err == nil || err.Error() != "revoke/redis: Store.Client is another type, want a *redis.Client or *redis.ClusterClient for a feed" {
		t.Errorf("got %v, want an error", err)
	}
}

// A full memory does not hinder what revokes, nor a session that goes on.
func TestAFullMemory(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		s := start(t, program)
		p := newPast(t, &revokeredis.Store{Client: s.client(), Timeout: time.Minute})
		another := p.begin(t, "bob")
		s.do("CONFIG SET maxmemory 1")
		p.want(t, "full", p.good.Access, "accepted")
		if got := p.refresh(t.Context(), p.good.Refresh); got != "accepted" {
			t.Errorf("refresh: got %s", got)
		}
		if _, err := p.sessions.Begin(t.Context(), "alice", nil); err == nil || !strings.Contains(err.Error(), "OOM") {
			t.Errorf("login: got %v, want OOM", err)
		}
		p.end(t, another)
		p.want(t, "ended", another.Access, "revoked")
		check(t, p.sessions.EndAll(t.Context(), "alice"))
		p.want(t, "ended", p.good.Access, "revoked")
		s.do("CONFIG SET maxmemory 0")
		p.want(t, "again", p.begin(t, "alice").Access, "accepted")
	})
}

// The permissions that the package comment names are enough, and each is needed.
func TestPermissions(t *testing.T) {
	doc, err := os.ReadFile("redis.go")
	check(t, err)
	text := regexp.MustCompile(`(?s)The user needs\n(.*?)and \+config\|get`).FindSubmatch(doc)
	rules := strings.Fields(strings.NewReplacer("//", "", "and in a cluster", "").Replace(string(text[1])))
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		s := start(t, program)
		s.do("ACL SETUSER service on >password " + strings.Join(rules, " "))
		keep := &revokeredis.Store{Client: s.client(func(o *redis.Options) { o.Username, o.Password = "service", "password" }), Timeout: time.Minute}
		check(t, keep.Ping(t.Context()))
		p := newPast(t, keep)
		if list, err := p.sessions.List(t.Context(), "alice"); err != nil || len(list) != 1 {
			t.Errorf("List: got %d, %v", len(list), err)
		}
		_, err := keep.Use(t.Context(), 1, store.Entry{ID: "a", Until: 10})
		check(t, err)
		for _, rule := range rules {
			if !strings.HasPrefix(rule, "+") || rule == "+@connection" || rule == "+cluster|slots" || rule == "+eval" {
				continue
			}
			s.do("ACL SETUSER service -" + rule[1:])
			if err := keep.Ping(t.Context()); err == nil || !strings.HasSuffix(err.Error(), " (the user lacks a permission: see the documentation of revoke/redis)") {
				t.Errorf("without %s: Ping: got %v", rule, err)
			}
			s.do("ACL SETUSER service " + rule)
		}
		check(t, keep.Ping(t.Context()))
	})
}

// A check makes few allocations.
func TestLookupAllocates(t *testing.T) {
	s := start(t, programs[0])
	keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
	check(t, keep.Ping(t.Context()))
	n := testing.AllocsPerRun(200, func() { _, err := keep.Lookup(t.Context(), all); check(t, err) })
	if t.Logf("%.0f allocations", n); n > 23 {
		t.Errorf("got %.0f allocations, want at most 23", n)
	}
}

func TestNoGoroutineIsLeftBehind(t *testing.T) {
	s := start(t, programs[0])
	before := runtime.NumGoroutine()
	client := redis.NewClient(options(s.addr))
	w := newWorld(t, &revokeredis.Store{Client: client, Timeout: time.Minute})
	for range 10 {
		tokens, err := w.sessions.Begin(t.Context(), "alice", nil)
		check(t, err)
		_, err = w.sessions.Refresh(t.Context(), tokens.Refresh)
		check(t, err)
		check(t, w.sessions.End(t.Context(), tokens.Refresh))
	}
	check(t, client.Close())
	eventually(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

func TestRefreshIsOneRoundTripForAServiceThatChangedTheSession(t *testing.T) {
	s := start(t, programs[0])
	client, count := s.client(), new(sent)
	client.AddHook(count)
	here, elsewhere := newWorld(t, &revokeredis.Store{Client: client, Timeout: time.Minute}), newWorld(t, &revokeredis.Store{Client: client, Timeout: time.Minute})
	tokens := here.begin(t, "alice")
	refresh := func(w *world, want int64) {
		t.Helper()
		before := count.trips.Load()
		next, err := w.sessions.Refresh(t.Context(), tokens.Refresh)
		check(t, err)
		if n := count.trips.Load() - before; n != want {
			t.Errorf("got %d round trips, want %d", n, want)
		}
		tokens = next
	}
	refresh(here, 1)
	refresh(here, 1)
	refresh(elsewhere, 2)
	refresh(elsewhere, 1)
	refresh(here, 2)
}
