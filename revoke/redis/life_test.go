package redis_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

// always are the arguments of a server that loses nothing.
var always = []string{"--appendonly", "yes", "--appendfsync", "always"}

// A past is a service with a token that is good and one that is revoked.
type past struct {
	*world
	good, bad revoke.Tokens
}

func newPast(t *testing.T, keep *revokeredis.Store) *past {
	t.Helper()
	p := &past{world: newWorld(t, keep)}
	p.good, p.bad = p.begin(t, "alice"), p.begin(t, "alice")
	p.end(t, p.bad)
	p.want(t, "before", p.good.Access, "accepted")
	p.want(t, "before", p.bad.Access, "revoked")
	return p
}

// check wants the good token to be as told, its session, too, the bad one not to be
// accepted, and all that follows to be good.
func (p *past) check(t *testing.T, after, want string) {
	t.Helper()
	eventually(t, "an answer "+after, func() bool { return p.verify(t.Context(), p.good.Access) != "undecided" })
	p.want(t, after, p.good.Access, want)
	if got := p.refresh(t.Context(), p.good.Refresh); got != want && (want != "forgotten" || got != "revoked") {
		t.Errorf("%s: the session: got %s, want %s", after, got, want)
	}
	for what, got := range map[string]string{"token": p.verify(t.Context(), p.bad.Access), "session": p.refresh(t.Context(), p.bad.Refresh)} {
		if got != "revoked" && got != "forgotten" {
			t.Errorf("%s: a %s that was revoked: got %s", after, what, got)
		}
	}
	later, gone := p.begin(t, "alice"), p.begin(t, "alice")
	p.end(t, gone)
	p.want(t, "what comes "+after, later.Access, "accepted")
	p.want(t, "what comes "+after, gone.Access, "revoked")
	if got := p.refresh(t.Context(), later.Refresh); got != "accepted" {
		t.Errorf("what comes %s: refresh: got %s", after, got)
	}
}

func TestARestart(t *testing.T) {
	everysec := []string{"--appendonly", "yes", "--appendfsync", "everysec"}
	snapshots := []string{"--save", "3600 1"}
	kill, shutdown := (*server).kill, (*server).shutdown
	save := func(s *server) { s.do("SAVE"); s.kill() }
	written := func(s *server) { // the server puts writing off while the disk is slow
		eventually(s.t, "the log to be written", func() bool {
			return strings.Contains(fmt.Sprint(s.do("INFO persistence")), "aof_buffer_length:0\r\n")
		})
		s.kill()
	}
	for _, row := range []struct {
		name    string
		args    []string
		mayLose time.Duration
		stop    func(s *server)
		want    string
	}{
		{"that loses everything", nil, 0, kill, "forgotten"},
		{"that loses everything, though it may lose much", nil, time.Hour, kill, "forgotten"},
		{"that loses nothing", always, 0, kill, "accepted"},
		{"that loses nothing, and ends well", always, 0, shutdown, "accepted"},
		{"that may have lost something", everysec, 0, kill, "forgotten"},
		{"that may have lost something, which it may", everysec, time.Hour, written, "accepted"},
		{"with a snapshot", snapshots, 0, save, "forgotten"},
		{"with a snapshot that is young enough", snapshots, time.Hour, save, "accepted"},
		{"that ends well, with a snapshot", snapshots, 0, shutdown, "forgotten"},
		{"that ends well, with a snapshot that is young enough", snapshots, time.Hour, shutdown, "accepted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			each(t, func(t *testing.T, program string) {
				t.Parallel()
				s := start(t, program, row.args...)
				p := newPast(t, &revokeredis.Store{Client: s.client(impatient), MayLose: row.mayLose, Timeout: time.Minute})
				row.stop(s)
				p.want(t, "while it is down", p.good.Access, "undecided")
				s.run()
				p.check(t, "after", row.want)
			})
		})
	}
}

// What MayLose allows is measured by the last time that the server is known to
// have been told something.
func TestMayLoseIsABound(t *testing.T) {
	s := start(t, programs[0], always...)
	p := newPast(t, &revokeredis.Store{Client: s.client(impatient), MayLose: time.Hour, Timeout: time.Minute})
	s.changeMark(func(fields []string) { fields[1], fields[2] = fmt.Sprint(time.Now().Unix()-3000), "0" })
	s.kill()
	s.run()
	p.want(t, "after less than it may lose", p.good.Access, "accepted")
	s.changeMark(func(fields []string) {
		fields[0], fields[1], fields[2], fields[3] = strings.Repeat("a", 40), fmt.Sprint(time.Now().Unix()-3601), "0", strings.Repeat("b", 40)
	})
	p.check(t, "after more than it may lose", "forgotten")
}

// changeMark changes the mark of a server: life, seen, sure, run, branch, changes,
// since, epoch.
func (s *server) changeMark(change func(fields []string)) {
	s.t.Helper()
	const key = "{jwt}:mark"
	c := redis.NewClient(options(s.addr))
	defer c.Close()
	text, err := c.Get(context.Background(), key).Result()
	check(s.t, err)
	fields := strings.Fields(text)
	change(fields)
	check(s.t, c.Set(context.Background(), key, strings.Join(fields, " "), 0).Err())
}

// A server is not trusted to lose nothing if that was not so all the time.
func TestARestartThatIsNotProvenHarmless(t *testing.T) {
	for name, before := range map[string]func(t *testing.T, s *server, keep *revokeredis.Store){
		"it wrote every second, as a later Ping found": func(t *testing.T, s *server, keep *revokeredis.Store) {
			s.do("CONFIG SET appendfsync everysec")
			check(t, keep.Ping(t.Context()))
			s.do("CONFIG SET appendfsync always")
		},
		"it had a replica": func(t *testing.T, s *server, keep *revokeredis.Store) {
			replica := start(t, programs[0], "--replicaof", s.host())
			eventually(t, "the replica", func() bool { return s.do("WAIT 1 100") == int64(1) })
			check(t, keep.Ping(t.Context()))
			replica.kill()
		},
		"it writes every second afterwards": func(_ *testing.T, s *server, _ *revokeredis.Store) { s.args[3] = "everysec" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, programs[0], "--appendonly", "yes", "--appendfsync", "always")
			keep := &revokeredis.Store{Client: s.client(impatient), Timeout: time.Minute}
			p := newPast(t, keep)
			before(t, s, keep)
			s.kill()
			s.run()
			p.check(t, "after", "forgotten")
		})
	}
	t.Run("and is, once a Ping has found it so", func(t *testing.T) {
		t.Parallel()
		s := start(t, programs[0], "--appendonly", "yes", "--appendfsync", "everysec")
		keep := &revokeredis.Store{Client: s.client(impatient), Timeout: time.Minute}
		p := newPast(t, keep)
		s.do("CONFIG SET appendfsync always")
		check(t, keep.Ping(t.Context()))
		s.kill()
		s.args[3] = "always"
		s.run()
		p.check(t, "after", "accepted")
	})
}

// Scripts are no memory: those of others may come, and all may go.
func TestWhatIsNoLoss(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		s := start(t, program)
		keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
		p := newPast(t, keep)
		for name, nothing := range map[string]func(){
			"600 scripts of others": func() {
				pipe := s.client().Pipeline()
				for i := range 600 {
					pipe.Eval(t.Context(), fmt.Sprint("return ", i), nil)
				}
				_, err := pipe.Exec(t.Context())
				check(t, err)
			},
			"no scripts": func() { s.do("SCRIPT FLUSH") },
			"two other services": func() {
				newPast(t, &revokeredis.Store{Client: s.client(), Prefix: "a", Timeout: time.Minute})
				newPast(t, &revokeredis.Store{Client: s.client(), Prefix: "b", Timeout: time.Minute})
			},
			"a Ping":               func() { check(t, keep.Ping(t.Context())) },
			"a replica":            func() { start(t, program, "--replicaof", s.host()) },
			"connections that end": func() { s.do("CLIENT KILL TYPE normal SKIPME yes") },
		} {
			nothing()
			p.want(t, name, p.good.Access, "accepted")
			p.want(t, name, p.bad.Access, "revoked")
		}
		p.check(t, "at last", "accepted")
	})
}

func TestAnEmptiedServerBeginsAnew(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		s := start(t, program)
		p := newPast(t, &revokeredis.Store{Client: s.client(), MayLose: time.Hour, Timeout: time.Minute})
		s.do("FLUSHALL")
		p.check(t, "after", "forgotten")
	})
}

// A clock that has been ahead may have let entries expire.
func TestAServersClockThatJumps(t *testing.T) {
	s := start(t, programs[0])
	p := newPast(t, &revokeredis.Store{Client: s.client(), MayLose: time.Hour, Timeout: time.Minute})
	s.changeMark(func(fields []string) { fields[1] = fmt.Sprint(time.Now().Unix() + 890) })
	p.want(t, "14 minutes ahead and back", p.good.Access, "accepted")
	s.changeMark(func(fields []string) { fields[1] = fmt.Sprint(time.Now().Unix() + 31*24*3600) })
	p.check(t, "a month ahead and back", "forgotten")
}

// A pair is a primary and its replica, of which a client sees one.
type pair struct {
	primary, replica *server
	addr             atomic.Value
	client           *redis.Client
}

func newPair(t *testing.T, program string, args ...string) *pair {
	p := &pair{primary: start(t, program, args...)}
	p.replica = start(t, program, append([]string{"--replicaof", p.primary.host()}, args...)...)
	p.see(p.primary)
	p.client = redis.NewClient(options("", impatient, func(o *redis.Options) {
		o.Dialer = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, p.addr.Load().(string))
		}
	}))
	t.Cleanup(func() { p.client.Close() })
	p.caughtUp(t)
	return p
}

// see makes later connections go to s. Those to the other one must have ended.
func (p *pair) see(s *server) { p.addr.Store(s.addr) }

// caughtUp waits until the replica has all that the primary was told. WAIT is
// about what its own connection wrote, so that this writes something first.
func (p *pair) caughtUp(t *testing.T) {
	t.Helper()
	c := redis.NewClient(options(p.primary.addr))
	defer c.Close()
	connection := c.Conn()
	defer connection.Close()
	eventually(t, "the replica", func() bool {
		check(t, connection.Set(context.Background(), "caught-up", "1", time.Minute).Err())
		replicas, err := connection.Wait(context.Background(), 1, 100*time.Millisecond).Result()
		return err == nil && replicas == 1
	})
}

func TestAPromotedReplica(t *testing.T) {
	for name, row := range map[string]struct {
		mayLose time.Duration
		want    string
	}{"begins anew": {0, "forgotten"}, "goes on, if it may have lost something": {time.Hour, "accepted"}} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, program string) {
				t.Parallel()
				servers := newPair(t, program, always...)
				p := newPast(t, &revokeredis.Store{Client: servers.client, MayLose: row.mayLose, Timeout: time.Minute})
				servers.caughtUp(t)
				servers.primary.kill()
				p.want(t, "while it is down", p.good.Access, "undecided")
				servers.see(servers.replica)
				p.want(t, "a replica", p.good.Access, "undecided")
				servers.replica.do("REPLICAOF NO ONE")
				p.check(t, "after", row.want)
			})
		})
	}
}

// A primary that is none any more, or that has lost sight of its replicas, does not
// answer for what was revoked elsewhere.
func TestAPrimaryThatMustNotWriteDoesNotAnswer(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		servers := newPair(t, program)
		p := newPast(t, &revokeredis.Store{Client: servers.client, Timeout: time.Minute})
		undecided := func(when string) {
			t.Helper()
			for _, token := range []revoke.Tokens{p.good, p.bad} {
				p.want(t, when, token.Access, "undecided")
				if got := p.refresh(t.Context(), token.Refresh); got != "undecided" {
					t.Errorf("%s: refresh: got %s", when, got)
				}
			}
		}
		servers.primary.do("CONFIG SET min-replicas-max-lag 600") // of a replica that is there
		servers.primary.do("CONFIG SET min-replicas-to-write 1")
		p.want(t, "with its replica", p.good.Access, "accepted")
		servers.primary.do("CONFIG SET min-replicas-to-write 2")
		undecided("with fewer replicas than it wants")
		servers.primary.do("CONFIG SET min-replicas-to-write 0")
		p.want(t, "again", p.good.Access, "accepted")
		servers.primary.do("REPLICAOF 127.0.0.1 1") // which nobody is
		undecided("demoted, with its link cut")
		servers.primary.do("REPLICAOF NO ONE")
		p.check(t, "promoted again", "forgotten")
	})
}

func TestADiskThatFailsIsUndecided(t *testing.T) {
	s := start(t, programs[0], "--save", "3600 1")
	p := newPast(t, &revokeredis.Store{Client: s.client(), Timeout: time.Minute})
	check(t, os.RemoveAll(s.dir))
	s.do("BGSAVE")
	eventually(t, "the snapshot to fail", func() bool {
		return strings.Contains(s.do("INFO persistence").(string), "rdb_last_bgsave_status:err")
	})
	p.want(t, "when a snapshot has failed", p.good.Access, "undecided")
	if err := p.list.Store.(*revokeredis.Store).Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "snapshot") {
		t.Errorf("Ping: got %v, want it found", err)
	}
}

// An instance that stood still while it let the memory begin anew does not do so
// again to a memory that others have begun and used meanwhile.
func TestASlowBeginnerResetsNothing(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		s := start(t, program)
		slow := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
		empty, err := slow.SlowBeginner(t.Context())
		check(t, err)
		p := newPast(t, &revokeredis.Store{Client: s.client(), Timeout: time.Minute})
		check(t, empty())
		p.check(t, "after a beginner that saw an empty server", "accepted")
		used, err := slow.SlowBeginner(t.Context())
		check(t, err)
		s.changeMark(func(fields []string) { fields[1] = fmt.Sprint(time.Now().Unix() + 1) }) // a second later
		check(t, used())
		p.want(t, "after a beginner that saw another second", p.good.Access, "accepted")
	})
}
