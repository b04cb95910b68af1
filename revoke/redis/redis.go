// Package redis keeps the deny list and the sessions of the package revoke in
// Redis or Valkey, for services that run on more than one machine.
//
//	client := redis.NewClient(&redis.Options{Addr: "…", ContextTimeoutEnabled: true})
//	list := &revoke.DenyList{
//		Tokens:   policy,
//		Store:    &revokeredis.Store{Client: client},
//		Lifetime: 30 * 24 * time.Hour,
//	}
//
// # What the server must be like
//
// Redis 7.0 or later, or Valkey: one server, one with replicas, or a cluster. It
// must not evict keys (maxmemory-policy noeviction), or tokens that were revoked
// would be accepted again. [Store.Ping] checks this and more. The user needs
//
//	+@connection +info +eval +evalsha +get +mget +set +del +time +ttl +expire
//	+zadd +zrem +zrange +zremrangebyscore +rpush +llen +lrange
//	+hincrby +hget +hgetall +hkeys +hdel ~jwt:* ~{jwt}:* and in a cluster +cluster|slots
//
// and +config|get for a restart to be proven harmless. Each command asks for what a
// write asks for, so that a replica, a primary without the replicas it wants
// (min-replicas-to-write), or one whose disk fails, does not answer.
//
// # When the server may have lost something
//
// Whenever the server is restarted, promoted, or emptied, its memory begins anew in
// the next second: tokens and sessions from before are [revoke.ErrForgotten], which
// clients heal by a login. Nothing has to be restarted. The memory goes on
//
//   - after a restart with "appendonly yes" and "appendfsync always" both before and
//     after, and no replicas before: then nothing was lost;
//
//   - after any restart or promotion that took no longer than MayLose;
//
//   - after slots of a cluster were moved, if the server that they were on still has
//     others when that is found: with the next request, or Ping.
//
// What goes wrong, what clients see of it, and what to do:
//
//	failure                       clients see       what to do
//	server down, slow, isolated   503               Sentinel or a cluster; see Timeout
//	restarted, not as above       401, login        appendfsync always, or MayLose
//	replica promoted              401, login        MayLose
//	memory full                   503 at login      raise maxmemory: revoking and refreshing go on
//	primary cut off, and another  it answers until  min-replicas-to-write 1
//	one promoted                  it notices
//
// # Keys
//
// Names of tokens, sessions and subjects are stored as their SHA-256, in strings
// that expire by themselves, 15 minutes later than they must, so that the server's
// clock may jump ahead by as much. If it jumps farther and comes back, the memory
// begins anew. The state of a session has its subject and data in clear text, and
// hashes of its refresh tokens. With a *redis.Client all keys have the hash tag
// {jwt}; in a cluster there are 256 tags.
//
// For a revoke.Replica, what is revoked or used is also told in a feed, with names in
// clear text, by the same script: in lists of what ends at about the same time, which
// expire as a whole, a quarter of their time later at most. A feed is of one branch of
// the memory: where the server may have lost something, another branch begins, and
// replicas read all again.
package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A Store is a [store.SessionStore], a [store.OnceStore] and a [store.Feed] in Redis.
// Every method is one round trip, but List, and Read in a cluster, which are two, and Revoke, which is one for every
// 1,000 entries; the first use of a server, or of one that was restarted, takes
// four more. The zero value and nil keep nothing and answer nothing. Set the
// fields, then use it from any number of goroutines; it must not be copied.
type Store struct {
	// Client is a *[redis.Client] or *[redis.ClusterClient]; required. Its
	// ContextTimeoutEnabled must be set, so that a slow server does not hold
	// anybody longer than the context allows. Reads must not go to replicas or a
	// client-side cache, which lag behind without a bound.
	// A *redis.Ring is refused: it loses keys when servers come and go.
	Client redis.UniversalClient

	// Prefix begins all keys, "jwt" if it is empty. It must not have braces or
	// line breaks. Those who share it share the store.
	Prefix string

	// Timeout is how long a method may take, also if its context allows more.
	// 0: 1 second. A context that is canceled is heeded at once, but by the first
	// calls that wait for a server that has just ceased to answer.
	Timeout time.Duration

	// MayLose is for how long before a restart or promotion the server may have
	// lost what it was told, its outage included. If it was shorter, the memory
	// goes on, and revocations made in that time may be undone. 0: nothing may be
	// lost.
	MayLose time.Duration

	beginning sync.Mutex
	stalled   atomic.Bool // the last call waited in vain
}

var (
	_ store.SessionStore = (*Store)(nil)
	_ store.OnceStore    = (*Store)(nil)
	_ store.Feed         = (*Store)(nil)
)

// conn returns the client, or says what is wrong with the store itself.
func (s *Store) conn() (conn, error) {
	if s == nil {
		return conn{}, errors.New("revoke/redis: Store is nil")
	}
	timeouts, stale := true, false
	switch c := s.Client.(type) {
	case nil:
		return conn{}, errNoClient
	case *redis.Ring:
		return conn{}, errors.New("revoke/redis: Store.Client is a redis.Ring, want a Client or ClusterClient")
	case *redis.Client:
		if c == nil {
			return conn{}, errNoClient
		}
		o := c.Options()
		timeouts, stale = o.ContextTimeoutEnabled, o.ClientSideCache != nil || o.ClientSideCacheConfig != nil
	case *redis.ClusterClient:
		if c == nil {
			return conn{}, errNoClient
		}
		o := c.Options()
		timeouts, stale = o.ContextTimeoutEnabled, o.ReadOnly || o.RouteByLatency || o.RouteRandomly
	}
	switch {
	case !timeouts:
		return conn{}, errors.New("revoke/redis: Store.Client does not heed deadlines, want ContextTimeoutEnabled in its options")
	case stale:
		return conn{}, errors.New("revoke/redis: Store.Client reads from replicas or a client-side cache, which lag behind")
	case strings.ContainsAny(s.Prefix, "{}\r\n"):
		return conn{}, errors.New("revoke/redis: Store.Prefix has braces or line breaks")
	case s.Timeout < 0 || s.MayLose < 0:
		return conn{}, errors.New("revoke/redis: Store has a negative Timeout or MayLose")
	}
	prefix := s.Prefix
	if prefix == "" {
		prefix = "jwt"
	}
	_, single := s.Client.(*redis.Client)
	return conn{s, s.Client, prefix, single}, nil
}

var errNoClient = errors.New("revoke/redis: Store.Client is nil, want a client for Redis")

// Lookup implements [store.Store].
func (s *Store) Lookup(ctx context.Context, q store.Query) (store.Answer, error) {
	return do(ctx, s, func(ctx context.Context, c conn) (store.Answer, error) {
		_, a, err := c.ask(ctx, c.look(q)...)
		return a, err
	})
}

// Revoke implements [store.Store].
func (s *Store) Revoke(ctx context.Context, now jwt.NumericDate, entries ...store.Entry) error {
	for i := range entries {
		if err := entries[i].Check(); err != nil {
			return err
		}
	}
	_, err := do(ctx, s, func(ctx context.Context, c conn) (none struct{}, err error) {
		for some := range slices.Chunk(entries, 1000) {
			calls := make([]*call, len(some))
			for i := range some {
				calls[i] = c.revoke(now, &some[i])
			}
			if _, err := c.run(ctx, calls...); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	return err
}

func (c conn) revoke(now jwt.NumericDate, e *store.Entry) *call {
	left, till := span(now, e.Until)
	date, k := "1", key{}
	switch {
	case e.ID != "":
		k = c.key(ofID, e.Issuer, e.ID)
	case e.SessionID != "":
		k = c.key(ofSession, e.Issuer, e.SessionID)
	default:
		k, date = c.key(ofSubject, e.Issuer, e.Subject), strconv.FormatInt(int64(e.IssuedAt), 10)
	}
	call := &call{what: "revoke", tag: k.tag, entries: []key{k}, args: []string{date, left, till, textOf(e, k.kind, till)}}
	if k.kind == ofSession {
		call.keys = []string{k.state()}
	}
	return call
}

// Use implements [store.OnceStore]. A call that the client repeats for a lost
// answer still is the first.
func (s *Store) Use(ctx context.Context, now jwt.NumericDate, e store.Entry) (store.Answer, error) {
	if err := e.CheckUse(); err != nil {
		return store.Answer{}, err
	}
	return do(ctx, s, func(ctx context.Context, c conn) (store.Answer, error) {
		k, nonce := c.key(ofID, e.Issuer, e.ID), used+rand.Text()
		left, till := span(now, e.Until)
		replies, a, err := c.ask(ctx, &call{what: "use", tag: k.tag, entries: []key{k}, args: []string{nonce, left, till, textOf(&e, k.kind, till)}})
		if err != nil {
			return store.Answer{}, err
		}
		a.ID = a.ID && !strings.HasSuffix(replies[0].head, " "+nonce)
		return a, nil
	})
}

// do runs f with a connection for as long as the context and the Timeout allow. The
// client heeds deadlines, but not that a context is canceled while it waits for the
// server: the first call to wait in vain does so until the Timeout.
func do[T any](ctx context.Context, s *Store, f func(ctx context.Context, c conn) (T, error)) (T, error) {
	var none T
	c, err := s.conn()
	if err != nil {
		return none, err
	}
	timeout := s.Timeout
	if timeout == 0 {
		timeout = time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if s.stalled.Load() {
		return doAside(ctx, s, c, f)
	}
	value, err := f(ctx, c)
	if err != nil && ctx.Err() != nil {
		s.stalled.Store(true)
	}
	return value, err
}

// doAside is do for a server that let the last call wait in vain: f runs in a
// goroutine of its own, which ends by the Timeout.
func doAside[T any](ctx context.Context, s *Store, c conn, f func(ctx context.Context, c conn) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	aside, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline(ctx))
	go func() {
		defer cancel()
		value, err := f(aside, c)
		done <- result{value, err}
		s.stalled.Store(err != nil && aside.Err() != nil)
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("revoke/redis: %w", ctx.Err())
	}
}

func deadline(ctx context.Context) time.Time {
	t, _ := ctx.Deadline()
	return t
}

// span returns the seconds from now to a date, and the date, both cut to a size
// that Redis and Lua can reckon with.
func span(now, until jwt.NumericDate) (left, till string) {
	const most = 1 << 40
	cut := func(d jwt.NumericDate) int64 { return int64(min(max(d, -most), most)) }
	return strconv.FormatInt(cut(until)-cut(now), 10), strconv.FormatInt(cut(until), 10)
}
