package redis_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-b1f8f58c/jwt"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

func now() jwt.NumericDate { return jwt.NewNumericDate(time.Now()) }

// A follower reads the feed of a store.
type follower struct {
	keep     *revokeredis.Store
	position string
	seen     map[string]int // how often each ID was told
}

func follow(keep *revokeredis.Store) *follower { return &follower{keep: keep} }

// read reads until there is no more, and counts what it is told. After an error, the
// next read begins where this one did.
func (f *follower) read(ctx context.Context) error {
	position, seen := f.position, make(map[string]int)
	for more := true; more; {
		page, err := f.keep.Read(ctx, position)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			seen[e.ID]++
		}
		position, more = page.Next, page.More
	}
	f.position, f.seen = position, seen
	return nil
}

// want wants to be told of these IDs, once each, and of no others.
func (f *follower) want(t *testing.T, when string, ids ...string) {
	t.Helper()
	var err error
	eventually(t, when, func() bool { err = f.read(t.Context()); return err == nil })
	for _, id := range ids {
		if f.seen[id] != 1 {
			t.Errorf("%s: got %s %d times, want once", when, id, f.seen[id])
		}
	}
	if len(f.seen) != len(ids) {
		t.Errorf("%s: got %d IDs, want %d", when, len(f.seen), len(ids))
	}
}

func revokeID(t testing.TB, keep *revokeredis.Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		check(t, keep.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: id, Until: now() + 1000}))
	}
}

func TestFeedGoesOnWhereNothingIsLost(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		s := start(t, program, always...)
		keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
		revokeID(t, keep, "a", "b")
		check(t, keep.Ping(t.Context())) // which finds that the server loses nothing
		f := follow(keep)
		f.want(t, "at first", "a", "b")
		s.kill()
		if err := f.read(t.Context()); err == nil {
			t.Error("without a server: got no error")
		}
		s.run()
		f.want(t, "after a restart")
		revokeID(t, keep, "c")
		f.want(t, "what is new", "c")
		replica := start(t, program, append([]string{"--replicaof", s.host()}, always...)...)
		eventually(t, "the replica", func() bool { return s.do("WAIT 1 100") == int64(1) })
		f.want(t, "with a first replica")
		if _, err := (&revokeredis.Store{Client: replica.client(), Timeout: time.Minute}).Read(t.Context(), ""); err == nil {
			t.Error("a replica of the server answers, want an error")
		}
	})
}

func TestFeedBeginsAgainWhereSomethingMayBeLost(t *testing.T) {
	for name, row := range map[string]struct {
		args    []string
		mayLose time.Duration
		lose    func(s *server)
		want    []string
	}{
		"everything":                {nil, 0, func(s *server) { s.kill(); s.run() }, nil},
		"everything, at once":       {nil, time.Hour, func(s *server) { s.do("FLUSHALL") }, nil},
		"something, which it may":   {[]string{"--save", "3600 1"}, time.Hour, func(s *server) { s.kill(); s.run() }, []string{"a"}},
		"something, which it knows": {[]string{"--save", "3600 1"}, 0, func(s *server) { s.kill(); s.run() }, []string{"a"}},
		"the mark":                  {nil, 0, func(s *server) { s.do("DEL {jwt}:mark") }, []string{"a", "b", "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, program string) {
				t.Parallel()
				s := start(t, program, row.args...)
				keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute, MayLose: row.mayLose}
				revokeID(t, keep, "a")
				if row.args != nil {
					s.do("SAVE")
				}
				revokeID(t, keep, "b", "c") // the reader sees what the server may lose
				f := follow(keep)
				f.want(t, "at first", "a", "b", "c")
				row.lose(s)
				revokeID(t, &revokeredis.Store{Client: s.client(), Timeout: time.Minute, MayLose: row.mayLose}, "d", "e", "g") // in the places of those lost
				f.want(t, "afterwards", append(row.want, "d", "e", "g")...)
				revokeID(t, keep, "h")
				f.want(t, "what is new", "h")
			})
		})
	}
}

func TestFeedOfAPromotedReplicaBeginsAgain(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		t.Parallel()
		servers := newPair(t, program)
		keep := &revokeredis.Store{Client: servers.client, Timeout: time.Minute, MayLose: time.Hour}
		revokeID(t, keep, "a")
		servers.caughtUp(t)
		servers.replica.do("REPLICAOF 127.0.0.1 1") // it lags behind
		revokeID(t, keep, "b", "c")
		f := follow(keep)
		f.want(t, "at first", "a", "b", "c")
		servers.primary.kill()
		servers.see(servers.replica)
		eventually(t, "the other server", func() bool { return servers.client.Ping(t.Context()).Err() == nil })
		if err := f.read(t.Context()); err == nil {
			t.Error("a replica answers, want an error")
		}
		servers.replica.do("REPLICAOF NO ONE")
		revokeID(t, &revokeredis.Store{Client: servers.client, Timeout: time.Minute, MayLose: time.Hour}, "d", "e")
		f.want(t, "after the promotion", "a", "d", "e")
	})
}

// A feed of which somebody has deleted a part is an error that says so, whether a
// reader has read that part or not.
func TestDamagedFeedIsAnError(t *testing.T) {
	each(t, func(t *testing.T, program string) {
		s := start(t, program)
		client := s.client()
		for name, damage := range map[string]func(feed, list string){
			"a list is deleted":                 func(_, list string) { client.Del(t.Context(), list) },
			"a list is trimmed at its head":     func(_, list string) { client.LTrim(t.Context(), list, 1, -1) },
			"a list is trimmed at its end":      func(_, list string) { client.LTrim(t.Context(), list, 0, -2) },
			"a list has more":                   func(_, list string) { client.RPush(t.Context(), list, "jti 0 9999999999 1 ix") },
			"all lists are deleted":             func(feed, _ string) { client.Del(t.Context(), feed) },
			"the count of all is too low":       func(feed, _ string) { client.HIncrBy(t.Context(), feed, "n", -1) },
			"it was deleted, and written again": func(feed, list string) { client.Del(t.Context(), feed, list) },
		} {
			t.Run(name, func(t *testing.T) {
				prefix := "t" + strings.ReplaceAll(strings.ReplaceAll(name, " ", ""), ",", "")
				keep := &revokeredis.Store{Client: client, Prefix: prefix, Timeout: time.Minute}
				revokeID(t, keep, "a", "b", "c")
				f, feed := follow(keep), "{"+prefix+"}:feed"
				f.want(t, "at first", "a", "b", "c")
				lists := client.Keys(t.Context(), feed+":*").Val() // more than one if the end of a list was in between
				if len(lists) == 0 {
					t.Fatal("there is no list")
				}
				damage(feed, lists[0])
				revokeID(t, keep, "d")
				for from, f := range map[string]*follower{"where it was": f, "the beginning": follow(keep)} {
					if err := f.read(t.Context()); err == nil || !strings.Contains(err.Error(), "revoke/redis: keys of the feed are missing, which somebody has deleted or the server evicted") {
						t.Errorf("from %s: got %v, want an error", from, err)
					}
				}
				lists = client.Keys(t.Context(), feed+":*").Val()
				client.Del(t.Context(), append(lists, "{"+prefix+"}:mark", feed)...) // the memory begins anew
				revokeID(t, keep, "e")
				f.want(t, "with another memory", "e")
			})
		}
	})
}

func TestFeedOfSomebodyElse(t *testing.T) {
	s := start(t, programs[0])
	client := s.client()
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	for _, text := range []string{"", "x", "jti", "jti 0", "jti 0 9", "jti 0 9 1", "jti 0 9 2 i", "jti 0 9 -1 ia", "jti 0 9 x ia", "jti x 9 1 ia", "jti 0 x 1 ia",
		"jti 0 9 1 i", "jti 7 9 1 ia", "sub 0 9 1 ia", "jtx 0 9 1 ia", "jti 0 9 99999999999 ia"} {
		s.do("FLUSHALL")
		revokeID(t, keep, "a")
		check(t, client.LSet(t.Context(), client.Keys(t.Context(), "{jwt}:feed:*").Val()[0], 0, text).Err())
		if page, err := keep.Read(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "holds something else") {
			t.Errorf("%q: got %v, %v, want an error", text, page.Entries, err)
		}
	}
	s.do("FLUSHALL")
	revokeID(t, keep, "a")
	for _, position := range []string{"x", "|", "x 1 2 3| 4:5", strings.Repeat("x", 1000)} {
		if page, err := keep.Read(t.Context(), position); err != nil || len(page.Entries) != 1 || page.More {
			t.Errorf("position %.20q: got %v, %v, want it read from the beginning", position, page, err)
		}
	}
	if _, err := keep.Read(t.Context(), "x\ny"); err == nil || !strings.Contains(err.Error(), "revoke/redis: not a position of this store") {
		t.Errorf("a position of a cluster: got %v, want an error", err)
	}
}

// What is revoked again and again does not fill the server. The callers' clocks are
// ahead, so that the end is the same in each second.
func TestFeedTellsNothingTwice(t *testing.T) {
	s := start(t, programs[0])
	keep := &revokeredis.Store{Client: s.client(), Timeout: time.Minute}
	until := now() + 1000
	one := func() {
		check(t, keep.Revoke(t.Context(), until, store.Entry{Issuer: "i", ID: "a", Until: until}, store.Entry{Issuer: "i", SessionID: "b", Until: until},
			store.Entry{Issuer: "i", Subject: "c", IssuedAt: 7, Until: until}, store.Entry{Issuer: "i", Subject: "c", IssuedAt: 5, Until: until}))
		_, err := keep.Use(t.Context(), until, store.Entry{Issuer: "i", ID: "a", Until: until})
		check(t, err)
	}
	one()
	f := follow(keep)
	check(t, f.read(t.Context()))
	for range 100 {
		one()
	}
	f.want(t, "revoked again")
	for name, e := range map[string]store.Entry{
		"a later date": {Issuer: "i", Subject: "c", IssuedAt: 8, Until: until},
		"a later end":  {Issuer: "i", SessionID: "b", Until: until + 5},
		"another name": {Issuer: "j", SessionID: "b", Until: until},
	} {
		check(t, keep.Revoke(t.Context(), until, e))
		page, err := keep.Read(t.Context(), f.position)
		check(t, err)
		if len(page.Entries) != 1 || page.Entries[0] != e {
			t.Errorf("%s: got %v, want %v", name, page.Entries, e)
		}
		f.position = page.Next
	}
	_, err := keep.Use(t.Context(), until, store.Entry{Issuer: "i", ID: "used", Until: until})
	check(t, err)
	revokeID(t, keep, "used")
	page, err := keep.Read(t.Context(), f.position)
	check(t, err)
	if len(page.Entries) != 2 {
		t.Errorf("an ID that was used, then revoked: got %v, want both", page.Entries)
	}
}

// Lists are few, whatever the ends of their entries are, and are gone when all in
// them has expired.
func TestFeedKeepsFewListsAndNoneThatIsOver(t *testing.T) {
	s := start(t, programs[0])
	client := s.client()
	keep := &revokeredis.Store{Client: client, Timeout: time.Minute}
	before := now()
	var entries []store.Entry
	for i := range 5000 {
		entries = append(entries, store.Entry{Issuer: "i", ID: fmt.Sprint(i), Until: now() + jwt.NumericDate(i*i/10)}) // a month at most
	}
	check(t, keep.Revoke(t.Context(), now(), entries...))
	after := now()
	lists := client.Keys(t.Context(), "{jwt}:feed:*").Val()
	if len(lists) > 70 {
		t.Errorf("got %d lists, want few", len(lists))
	}
	if n := client.HLen(t.Context(), "{jwt}:feed").Val(); n != int64(len(lists))+1 {
		t.Errorf("got %d counts for %d lists, want one for each and one of all", n, len(lists))
	}
	for _, list := range lists {
		var till jwt.NumericDate
		_, err := fmt.Sscanf(list, "{jwt}:feed:%d", &till)
		check(t, err)
		ms, err := client.Do(t.Context(), "PEXPIRETIME", list).Int64()
		check(t, err)
		if gone := jwt.NumericDate(ms / 1000); gone < till || gone > till+after-before {
			t.Errorf("%s: is gone at %d, want that at its end", list, gone)
		}
		for _, text := range client.LRange(t.Context(), list, 0, -1).Val() {
			var until jwt.NumericDate
			_, err := fmt.Sscanf(text, "jti 0 %d", &until)
			check(t, err)
			if need := until + 900 - before; till < until+900 || till > after+need+need/4 {
				t.Fatalf("an entry that is needed for %d s is kept for %d s, want a quarter more at most", need, till-after)
			}
		}
	}
	f := follow(keep)
	f.want(t, "at first", ids(entries)...)

	// Lists that are over are gone, with their counts, when another one begins.
	odd := func(date jwt.NumericDate) string { return fmt.Sprint(date | 1) } // as the end of no list is
	over := odd(now() - 1)
	check(t, client.HSet(t.Context(), "{jwt}:feed", over, 5, odd(now()+899), 5).Err())
	f.position = ""
	if check(t, f.read(t.Context())); len(f.seen) != len(entries) {
		t.Errorf("with a list that is as good as over: got %d IDs, want %d", len(f.seen), len(entries))
	}
	check(t, keep.Revoke(t.Context(), now(), store.Entry{Issuer: "i", ID: "far", Until: now() + 100_000_000}))
	f.want(t, "what is new", "far")
	if client.HExists(t.Context(), "{jwt}:feed", over).Val() {
		t.Error("the count of a list that is over is still there")
	}
	check(t, client.HSet(t.Context(), "{jwt}:feed", odd(now()+990), 5).Err())
	f.position = ""
	if err := f.read(t.Context()); err == nil {
		t.Error("a list that is missing, and not over: got no error")
	}
}

func ids(entries []store.Entry) (ids []string) {
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	return ids
}

// Of many entries, a page has 5,000 at most from each server.
func TestFeedIsReadInPages(t *testing.T) {
	check := func(t *testing.T, keep *revokeredis.Store, servers int) {
		keep.Timeout = time.Minute
		var entries []store.Entry
		for i := range 12_000 {
			entries = append(entries, store.Entry{Issuer: "i", ID: fmt.Sprint(i), Until: now() + 1000})
		}
		check(t, keep.Revoke(t.Context(), now(), entries...))
		total, pages := make(map[string]bool), 0
		for position, more := "", true; more; pages++ {
			page, err := keep.Read(t.Context(), position)
			check(t, err)
			if len(page.Entries) > 5000*servers || len(page.Entries) == 0 {
				t.Fatalf("page %d has %d entries", pages, len(page.Entries))
			}
			for _, e := range page.Entries {
				if total[e.ID] {
					t.Fatal("an entry is told twice")
				}
				total[e.ID] = true
			}
			position, more = page.Next, page.More
			revokeID(t, keep, fmt.Sprint("new-", pages)) // which must not make an end impossible
		}
		if pages != 3 && servers == 1 || len(total) < len(entries)+pages-1 {
			t.Errorf("got %d entries in %d pages, want all in 3", len(total), pages)
		}
	}
	t.Run("of one server", func(t *testing.T) {
		check(t, &revokeredis.Store{Client: start(t, programs[0]).client(), Timeout: time.Minute}, 1)
	})
	t.Run("of a cluster", func(t *testing.T) {
		_, c := cluster(t, programs[0], 3)
		check(t, &revokeredis.Store{Client: c, Timeout: time.Minute}, 3)
	})
}

// A read takes one round trip, in a cluster one to each server, and one more to
// those that have something new.
func TestFeedTakesFewRoundTrips(t *testing.T) {
	s := start(t, programs[0])
	one, count := s.client(), new(sent)
	one.AddHook(count)
	f := follow(&revokeredis.Store{Client: one, Timeout: time.Minute})
	f.want(t, "at first")
	before := count.trips.Load()
	revokeID(t, f.keep, "a")
	f.want(t, "what is new", "a")
	if n := count.trips.Load() - before; n != 2 {
		t.Errorf("got %d round trips to revoke and read, want 2", n)
	}
	_, c := cluster(t, programs[0], 3)
	count = new(sent)
	c.OnNewNode(func(node *redis.Client) { node.AddHook(count) })
	f = follow(&revokeredis.Store{Client: c, Timeout: time.Minute})
	f.want(t, "at first")
	commands := func() int64 {
		before := count.commands.Load()
		check(t, f.read(t.Context()))
		return count.commands.Load() - before
	}
	if n := commands(); n != 3 {
		t.Errorf("got %d commands for nothing new, want one to each server", n)
	}
	revokeID(t, f.keep, "a")
	if n := commands(); n != 4 || f.seen["a"] != 1 {
		t.Errorf("got %d commands, want one more to the server with something new", n)
	}
}
