package redis_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

const issuer = "https://login.example"

// A world is a service over a store, by the real clock.
type world struct {
	list     *revoke.DenyList
	rotation *revoke.Rotation
}

func newWorld(t testing.TB, store revoke.SessionStore) *world {
	key, err := jwt.NewHMAC(jwt.HS256, []byte("a secret of thirty-two bytes ..."), "")
	check(t, err)
	list := &revoke.DenyList{Tokens: &jwt.Policy{Keys: jwt.Keys{key}, Issuer: issuer, AllowAnyAudience: true}, Store: store, Lifetime: time.Hour}
	return &world{list, &revoke.Rotation{
		List: list, Issuer: issuer, AccessLifetime: 10 * time.Minute, SessionLifetime: time.Hour,
		Sign: func(ctx context.Context, c revoke.Claims) (string, error) { return jwt.Sign(ctx, key, c) },
	}}
}

// verify says in a word what becomes of a token.
func (w *world) verify(ctx context.Context, token string) string {
	_, err := w.list.Verify(ctx, token)
	return outcome(err)
}

func outcome(err error) string {
	var refusal *jwt.VerifyError
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &refusal) && refusal.Reason == revoke.ErrRevoked:
		return "revoked"
	case errors.As(err, &refusal) && refusal.Reason == revoke.ErrForgotten:
		return "forgotten session"
	case errors.As(err, &refusal):
		return "refused: " + err.Error()
	case errors.Is(err, revoke.ErrForgotten):
		return "forgotten"
	}
	return "undecided"
}

// begin begins a session, as soon as the store has begun.
func (w *world) begin(t testing.TB, subject string) revoke.Tokens {
	t.Helper()
	var err error
	for range 50 {
		var tokens revoke.Tokens
		if tokens, err = w.rotation.Begin(t.Context(), subject); err == nil {
			return tokens
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal(err)
	return revoke.Tokens{}
}

func (w *world) want(t testing.TB, when, token, want string) {
	t.Helper()
	if got := w.verify(t.Context(), token); got != want {
		t.Errorf("%s: got %s, want %s", when, got, want)
	}
}

// impatient is a client for a server that comes and goes.
func impatient(o *redis.Options) {
	o.MaxRetries, o.DialTimeout, o.ReadTimeout, o.WriteTimeout = -1, 200*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
	o.DialerRetries = 1
}

// Whatever a server has after it was killed, no token that was revoked is
// accepted, no other one is refused, and the service recovers by itself.
func TestServerKilledUnderLoad(t *testing.T) {
	snapshot := func(s *server) { // an old one, from before the later revocations
		if err := s.client().Save(context.Background()).Err(); err != nil {
			s.t.Error(err)
		}
	}
	for _, row := range []struct {
		name         string
		args         []string
		allowRestart bool
		halfway      func(s *server)
		old          string // what becomes of tokens from before
	}{
		{"it has lost everything", nil, false, nil, "forgotten"},
		{"it has lost everything, though it should not", nil, true, nil, "forgotten"},
		{"it has an old snapshot", nil, false, snapshot, "forgotten"},
		{"it has everything, which nobody said", []string{"--appendonly", "yes", "--appendfsync", "always"}, false, nil, "forgotten"},
		{"it has everything", []string{"--appendonly", "yes", "--appendfsync", "always"}, true, nil, "accepted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, row.args...)
			var worlds []*world
			for range 2 { // two instances of a service
				worlds = append(worlds, newWorld(t, &revokeredis.Store{Client: s.client(impatient), AllowRestart: row.allowRestart}))
			}
			good, bad := worlds[0].begin(t, "alice"), worlds[0].begin(t, "alice")
			check(t, worlds[1].rotation.End(t.Context(), bad.Refresh))
			worlds[0].want(t, "before", good.Access, "accepted")
			worlds[0].want(t, "before", bad.Access, "revoked")

			load := begin(t, worlds)
			time.Sleep(300 * time.Millisecond)
			if row.halfway != nil {
				row.halfway(s)
				time.Sleep(300 * time.Millisecond)
			}
			s.kill()
			time.Sleep(300 * time.Millisecond)
			s.run()
			time.Sleep(1500 * time.Millisecond)
			load.end(t)

			worlds[1].want(t, "after", good.Access, row.old)
			if got := worlds[1].verify(t.Context(), bad.Access); got == "accepted" {
				t.Error("after: a revoked token is accepted")
			}
			later, gone := worlds[0].begin(t, "alice"), worlds[0].begin(t, "alice")
			check(t, worlds[1].rotation.End(t.Context(), gone.Refresh))
			worlds[1].want(t, "what comes after", later.Access, "accepted")
			worlds[1].want(t, "what comes after", gone.Access, "revoked")
			_, err := worlds[1].rotation.Refresh(t.Context(), later.Refresh)
			check(t, err)
		})
	}
}

// A load is what clients do all the time: each has tokens, and knows which of
// them are revoked.
type load struct {
	stop    chan struct{}
	all     sync.WaitGroup
	answers sync.Map // outcome → *atomic.Int64
	wrong   atomic.Int64
}

func begin(t *testing.T, worlds []*world) *load {
	l := &load{stop: make(chan struct{})}
	for i := range 8 {
		l.all.Go(func() { l.client(worlds, rand.New(rand.NewPCG(uint64(i), 1))) })
	}
	return l
}

func (l *load) end(t *testing.T) {
	close(l.stop)
	l.all.Wait()
	seen := make(map[string]int64)
	l.answers.Range(func(k, v any) bool { seen[k.(string)] = v.(*atomic.Int64).Load(); return true })
	t.Log(seen)
	if l.wrong.Load() > 0 {
		t.Errorf("%d answers were wrong", l.wrong.Load())
	}
	for _, answer := range []string{"good accepted", "good undecided", "bad revoked", "bad undecided"} {
		if seen[answer] == 0 {
			t.Errorf("there was no case of %q, so that the load was none", answer)
		}
	}
}

func (l *load) count(answer string) {
	n, _ := l.answers.LoadOrStore(answer, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

func (l *load) client(worlds []*world, r *rand.Rand) {
	type held struct {
		revoke.Tokens
		revoked bool
	}
	var tokens []held
	for i := 0; ; i++ {
		select {
		case <-l.stop:
			return
		default:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		w := worlds[r.IntN(len(worlds))]
		if i%20 == 0 {
			if issued, err := w.rotation.Begin(ctx, fmt.Sprint("user-", r.IntN(100))); err == nil {
				h := held{Tokens: issued}
				if i%40 == 0 { // only what was said to be revoked must be
					h.revoked = w.rotation.End(ctx, h.Refresh) == nil
					if !h.revoked {
						cancel()
						continue
					}
				}
				tokens = append(tokens, h)
			}
		}
		if len(tokens) > 0 {
			h := tokens[r.IntN(len(tokens))]
			answer := worlds[r.IntN(len(worlds))].verify(ctx, h.Access)
			switch {
			case h.revoked && answer == "accepted", !h.revoked && answer != "accepted" && answer != "undecided" && answer != "forgotten":
				l.wrong.Add(1)
			}
			l.count(map[bool]string{true: "bad ", false: "good "}[h.revoked] + answer)
		}
		cancel()
	}
}

func TestAServerThatForgetsBeginsAnew(t *testing.T) {
	for name, forget := range map[string]func(ctx context.Context, c *redis.Client) error{
		"all its keys":                 func(ctx context.Context, c *redis.Client) error { return c.FlushAll(ctx).Err() },
		"its scripts, as by a restart": func(ctx context.Context, c *redis.Client) error { return c.ScriptFlush(ctx).Err() },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			client := s.client()
			w, other := newWorld(t, &revokeredis.Store{Client: client}), newWorld(t, &revokeredis.Store{Client: client, Prefix: "other"})
			old := w.begin(t, "alice")
			w.want(t, "before", old.Access, "accepted")
			check(t, other.list.Store.(*revokeredis.Store).Ping(t.Context()))
			time.Sleep(1100 * time.Millisecond) // so that it is older than the new beginning
			check(t, forget(t.Context(), client))
			w.want(t, "after", old.Access, "forgotten")
			if _, err := w.rotation.Refresh(t.Context(), old.Refresh); outcome(err) != "forgotten session" && outcome(err) != "revoked" {
				t.Errorf("the session: got %v", err)
			}
			other.want(t, "of another store on the same server", old.Access, "forgotten")
			later := w.begin(t, "alice")
			w.want(t, "what comes after", later.Access, "accepted")
		})
	}
	t.Run("from the next second on, for it may have known of this one", func(t *testing.T) {
		s := start(t)
		client := s.client()
		w := newWorld(t, &revokeredis.Store{Client: client})
		w.begin(t, "alice")
		now := time.Now()
		time.Sleep(now.Truncate(time.Second).Add(time.Second).Sub(now))
		bad := w.begin(t, "alice")
		check(t, w.rotation.End(t.Context(), bad.Refresh))
		check(t, client.FlushAll(t.Context()).Err())
		w.want(t, "after", bad.Access, "forgotten")
	})
	t.Run("but not if it is said to lose nothing", func(t *testing.T) {
		s := start(t)
		client := s.client()
		w := newWorld(t, &revokeredis.Store{Client: client, AllowRestart: true})
		old := w.begin(t, "alice")
		time.Sleep(1100 * time.Millisecond)
		check(t, client.ScriptFlush(t.Context()).Err())
		w.want(t, "after", old.Access, "accepted")
		check(t, client.FlushAll(t.Context()).Err())
		w.want(t, "after it lost everything", old.Access, "forgotten")
	})
}

// A replica may have been behind when it takes the place of the primary.
func TestAPromotedReplicaBeginsAnew(t *testing.T) {
	primary := start(t)
	host, port, _ := net.SplitHostPort(primary.addr)
	replica := start(t, "--replicaof", host+" "+port)
	var addr atomic.Value
	addr.Store(primary.addr)
	client := redis.NewClient(&redis.Options{ContextTimeoutEnabled: true, MaxRetries: -1,
		Dialer: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr.Load().(string))
		}})
	defer client.Close()
	w := newWorld(t, &revokeredis.Store{Client: client})
	good, bad := w.begin(t, "alice"), w.begin(t, "alice")
	check(t, w.rotation.End(t.Context(), bad.Refresh))
	w.want(t, "before", good.Access, "accepted")
	w.want(t, "before", bad.Access, "revoked")
	for range 400 {
		if n, _ := client.Do(t.Context(), "WAIT", 1, 100).Int(); n == 1 {
			break
		}
	}
	time.Sleep(1100 * time.Millisecond)
	primary.kill()
	w.want(t, "while it is down", good.Access, "undecided")
	addr.Store(replica.addr)
	check(t, replica.client().Do(t.Context(), "REPLICAOF", "NO", "ONE").Err())
	w.want(t, "after", good.Access, "forgotten")
	w.want(t, "after", bad.Access, "revoked")
	later := w.begin(t, "alice")
	w.want(t, "what comes after", later.Access, "accepted")
}

// The loss of one node of a Cluster is the loss of its part of the names.
func TestANodeOfAClusterThatIsLost(t *testing.T) {
	servers, c := cluster(t)
	store := &revokeredis.Store{Client: c}
	check(t, store.Ping(t.Context()))
	check(t, servers[2].client().ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err())
	if err := store.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "evicts") {
		t.Errorf("Ping of a Cluster of which one node evicts: got %v, want it found", err)
	}
	w := newWorld(t, store)
	var tokens []revoke.Tokens
	for i := range 60 {
		tokens = append(tokens, w.begin(t, fmt.Sprint("user-", i)))
	}
	for _, issued := range tokens[:30] {
		check(t, w.rotation.End(t.Context(), issued.Refresh))
	}
	time.Sleep(1100 * time.Millisecond)
	servers[1].kill()
	_, err := os.Stat(filepath.Join(servers[1].dir, "nodes.conf"))
	check(t, err)
	servers[1].run()
	for range 400 {
		if ready(t.Context(), servers) {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	count := make(map[string]int)
	for i, issued := range tokens {
		answer := w.verify(t.Context(), issued.Access)
		for range 20 { // the client may still be finding its way
			if answer != "undecided" {
				break
			}
			time.Sleep(100 * time.Millisecond)
			answer = w.verify(t.Context(), issued.Access)
		}
		count[fmt.Sprint(i < 30, answer)]++
	}
	if count["trueaccepted"] > 0 || count["falserevoked"] > 0 {
		t.Errorf("got wrong answers: %v", count)
	}
	// Three names are on the other nodes in 8 cases of 27.
	if count["falseaccepted"] == 0 || count["falseforgotten"] == 0 || count["truerevoked"] == 0 || count["trueforgotten"] == 0 {
		t.Errorf("got %v, want some of each that is right", count)
	}
	later := w.begin(t, "alice")
	w.want(t, "what comes after", later.Access, "accepted")
}
