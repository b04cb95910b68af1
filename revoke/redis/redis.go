// Package redis keeps the deny list and the sessions of the package revoke in
// Redis, for services that run on more than one machine.
//
//	client := redis.NewClient(&redis.Options{Addr: "…", ContextTimeoutEnabled: true})
//	list := &revoke.DenyList{
//		Tokens:   policy,
//		Store:    &revokeredis.Store{Client: client},
//		Lifetime: 30 * 24 * time.Hour,
//	}
//
// # What Redis must be like
//
// Redis 7 or later, or Valkey: one server, one with replicas, or a Redis Cluster.
// It must not evict keys (maxmemory-policy noeviction), or tokens that were
// revoked would be accepted again; [Store.Ping] checks that.
//
// A server that may have lost something is noticed: one that is empty, one that
// was restarted, from whatever snapshot, and a replica that was promoted. From the
// next second on its memory begins anew. Tokens issued before are
// [revoke.ErrForgotten] until they expire, sessions begun before cannot be
// refreshed, and those that follow are good. Nothing has to be restarted. If your
// server loses nothing ("appendonly yes" and "appendfsync always"), say so by
// AllowRestart.
//
// What is not noticed: a primary that goes on without its network while a replica
// takes its place, and a server that becomes primary for the second time without
// having been restarted; min-replicas-to-write bounds what is lost then.
//
// # Keys
//
// Names of tokens, sessions and subjects are stored as their SHA-256, in strings
// that expire by themselves. The state of a session has its subject in clear text
// and hashes of its refresh tokens.
package redis

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// A Store is a [revoke.SessionStore] in Redis. Lookup, Load and Swap are one
// round trip each, Revoke is one for every 1,000 entries; the first use of a
// server, or of one that was restarted, takes three more. The zero value and nil
// keep nothing and answer nothing. Set the fields, then use it from any number of
// goroutines; it must not be copied.
//
// The server keeps entries and sessions a minute longer than asked, so that the
// clocks of the machines may differ by as much beyond the leeway.
type Store struct {
	// Client is a *[redis.Client] or *[redis.ClusterClient]; required. Its
	// ContextTimeoutEnabled must be set, so that a slow server does not hold
	// anybody longer than the context allows. Reads must not go to replicas or a
	// client-side cache, which lag behind without a bound (see [revoke.Cache]).
	// A *redis.Ring is refused: it loses keys when servers come and go.
	Client redis.UniversalClient

	// Prefix begins all keys, "jwt" if it is empty. It must not have braces or
	// line breaks. Those who share it share the store.
	Prefix string

	// AllowRestart goes on with what a server has after a restart or promotion,
	// since it never loses a write. An empty server still begins anew.
	AllowRestart bool

	beginning sync.Mutex
}

var _ revoke.SessionStore = (*Store)(nil)

// client returns the client, or says what is wrong with the store itself.
func (s *Store) client() (redis.UniversalClient, error) {
	if s == nil {
		return nil, errors.New("revoke/redis: Store is nil")
	}
	timeouts, stale := true, false
	switch c := s.Client.(type) {
	case nil:
		return nil, errNoClient
	case *redis.Ring:
		return nil, errors.New("revoke/redis: Store.Client is a redis.Ring, want a Client or ClusterClient")
	case *redis.Client:
		if c == nil {
			return nil, errNoClient
		}
		o := c.Options()
		timeouts, stale = o.ContextTimeoutEnabled, o.ClientSideCache != nil || o.ClientSideCacheConfig != nil
	case *redis.ClusterClient:
		if c == nil {
			return nil, errNoClient
		}
		o := c.Options()
		timeouts, stale = o.ContextTimeoutEnabled, o.ReadOnly || o.RouteByLatency || o.RouteRandomly
	}
	switch {
	case !timeouts:
		return nil, errors.New("revoke/redis: Store.Client does not heed deadlines, want ContextTimeoutEnabled in its options")
	case stale:
		return nil, errors.New("revoke/redis: Store.Client reads from replicas or a client-side cache, which lag behind")
	case strings.ContainsAny(s.Prefix, "{}\r\n"):
		return nil, errors.New("revoke/redis: Store.Prefix has braces or line breaks")
	}
	return s.Client, nil
}

var errNoClient = errors.New("revoke/redis: Store.Client is nil, want a client for Redis")

// Lookup says what is known against the names in q.
func (s *Store) Lookup(ctx context.Context, q revoke.Query) (revoke.Answer, error) {
	c, err := s.client()
	if err != nil {
		return revoke.Answer{}, err
	}
	a, err := s.lookup(ctx, c, q)
	if !errors.Is(err, errNoMemory) {
		return a, err
	}
	if !s.beginning.TryLock() {
		return revoke.Answer{}, errors.New("revoke/redis: the server's memory is just beginning")
	}
	defer s.beginning.Unlock()
	if a, err = s.lookup(ctx, c, q); !errors.Is(err, errNoMemory) {
		return a, err // another one has begun it meanwhile
	}
	if err := s.begin(ctx, c); err != nil {
		return revoke.Answer{}, err
	}
	return s.lookup(ctx, c, q)
}

// lookup asks for every name, and for the mark of its part, which is on the same
// node, in one step, so that neither can be lost in between.
func (s *Store) lookup(ctx context.Context, c redis.UniversalClient, q revoke.Query) (a revoke.Answer, err error) {
	var id, session, subject jwt.NumericDate
	names := [...]struct {
		kind, text string
		found      *jwt.NumericDate
	}{{ofID, q.ID, &id}, {ofSession, q.SessionID, &session}, {ofSubject, q.Subject, &subject}}
	var found []*jwt.NumericDate
	pipe := c.Pipeline()
	for _, name := range names {
		if name.text != "" {
			k := s.key(name.kind, q.Issuer, name.text)
			pipe.EvalSha(ctx, redis.NewScript(check(k.mark)).Hash(), []string{k.mark, k.entry})
			found = append(found, name.found)
		}
	}
	if len(found) == 0 {
		pipe.EvalSha(ctx, redis.NewScript(check(s.mark(0))).Hash(), []string{s.mark(0), s.mark(0)})
		found = append(found, new(jwt.NumericDate))
	}
	cmds, _ := pipe.Exec(ctx) // every command has its own error
	for i, cmd := range cmds {
		since, err := read(cmd, found[i])
		if err != nil {
			return revoke.Answer{}, err
		}
		a.Since = max(a.Since, since)
	}
	a.ID, a.SessionID, a.Subject = id != 0, session != 0, subject
	return a, nil
}

// check is the script of lookup, one for each part. A server remembers a script
// that it was once given whole, but neither saves nor replicates it: one that does
// not know it has been restarted or promoted since. It is given whole only to let
// the part begin anew, so that both happen in one step: it then remembers from the
// next second on, since what it had known of this one may be lost.
func check(mark string) string {
	return "-- deny list " + mark + `
if ARGV[1] == 'anew' or ARGV[1] == 'if empty' and redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('SET', KEYS[1], string.format('%d', redis.call('TIME')[1] + 1))
end
return redis.call('MGET', KEYS[1], KEYS[2])`
}

// read returns the date in the mark, and sets entry to that in the entry if there
// is one.
func read(cmd redis.Cmder, entry *jwt.NumericDate) (since jwt.NumericDate, err error) {
	reply, ok := cmd.(*redis.Cmd)
	if !ok {
		return 0, errors.New("revoke/redis: the client's answer is not of the type asked for")
	}
	values, err := reply.Slice()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		return 0, errNoMemory
	} else if err != nil {
		return 0, fmt.Errorf("revoke/redis: %w", err)
	}
	if len(values) != 2 {
		return 0, errNotOurs
	}
	for i, to := range [...]*jwt.NumericDate{&since, entry} {
		if values[i] == nil {
			continue
		}
		text, _ := values[i].(string)
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return 0, errNotOurs
		}
		*to = jwt.NumericDate(n)
	}
	if since == 0 {
		return 0, errNoMemory
	}
	return since, nil
}

var (
	errNoMemory = errors.New("revoke/redis: the server has lost its memory")
	errNotOurs  = errors.New("revoke/redis: a key that begins with Prefix holds something else, want another Prefix")
)

// begin lets those parts begin anew that may have lost something: not only the one
// that was asked for, or it would be found of each at another time.
func (s *Store) begin(ctx context.Context, c redis.UniversalClient) error {
	when := "anew"
	if s.AllowRestart {
		when = "if empty"
	}
	ask := c.Pipeline()
	for part := range parts {
		mark := s.mark(byte(part))
		ask.EvalSha(ctx, redis.NewScript(check(mark)).Hash(), []string{mark, mark})
	}
	known, _ := ask.Exec(ctx) // every command has its own error
	pipe := c.Pipeline()
	for part, cmd := range known {
		if _, err := read(cmd, new(jwt.NumericDate)); errors.Is(err, errNoMemory) {
			mark := s.mark(byte(part))
			pipe.Eval(ctx, check(mark), []string{mark, mark}, when)
		} else if err != nil {
			return err
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("revoke/redis: %w", err)
	}
	return nil
}

// Revoke records the entries.
func (s *Store) Revoke(ctx context.Context, now jwt.NumericDate, entries ...revoke.Entry) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	for i := range entries {
		if err := entries[i].Check(); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(entries, 1000) {
		pipe := c.Pipeline()
		for i := range some {
			s.record(ctx, pipe, now, &some[i])
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("revoke/redis: %w", err)
		}
	}
	return nil
}

// lifetime is a Lua function: how long to keep what is needed for so many seconds
// by the caller's clock, or until then by the server's, whichever is longer, and
// a minute.
const lifetime = `
local function lifetime(left, till)
  return math.max(tonumber(left), till - redis.call('TIME')[1]) + 60
end
`

// record has the later of the old and the new in the end, both of the date up to
// which tokens are revoked and of the expiry.
func (s *Store) record(ctx context.Context, pipe redis.Pipeliner, now jwt.NumericDate, e *revoke.Entry) {
	const script = lifetime + `
if KEYS[2] then redis.call('DEL', KEYS[2]) end
local ttl = math.max(lifetime(ARGV[2], ARGV[3]), redis.call('TTL', KEYS[1]))
if ttl > 0 then
  local date = redis.call('GET', KEYS[1])
  if not date or tonumber(date) < tonumber(ARGV[1]) then date = ARGV[1] end
  redis.call('SET', KEYS[1], date, 'EX', string.format('%d', ttl))
end
return 1`
	keys, date := []string(nil), int64(1)
	switch {
	case e.ID != "":
		keys = []string{s.key(ofID, e.Issuer, e.ID).entry}
	case e.SessionID != "":
		k := s.key(ofSession, e.Issuer, e.SessionID)
		keys = []string{k.entry, k.session}
	default:
		keys, date = []string{s.key(ofSubject, e.Issuer, e.Subject).entry}, int64(e.IssuedAt)
	}
	left, till := span(now, e.Until)
	pipe.Eval(ctx, script, keys, date, left, till)
}

// Load returns the state of a session.
func (s *Store) Load(ctx context.Context, issuer, sessionID string) (string, error) {
	c, err := s.client()
	if err != nil {
		return "", err
	}
	state, err := c.Get(ctx, s.key(ofSession, issuer, sessionID).session).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("revoke/redis: %w", err)
	}
	return state, nil
}

// Swap replaces the state of a session.
func (s *Store) Swap(ctx context.Context, now jwt.NumericDate, change revoke.Change) (bool, error) {
	const script = lifetime + `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local state = redis.call('GET', KEYS[2]) or ''
if state == ARGV[2] then return 1 end
if state ~= ARGV[1] then return 0 end
local ttl = math.max(lifetime(ARGV[3], ARGV[4]), 1)
redis.call('SET', KEYS[2], ARGV[2], 'EX', string.format('%d', ttl))
return 1`
	c, err := s.client()
	if err != nil {
		return false, err
	}
	if err := change.Check(); err != nil {
		return false, err
	}
	k := s.key(ofSession, change.Issuer, change.SessionID)
	left, till := span(now, change.Until)
	swapped, err := c.Eval(ctx, script, []string{k.entry, k.session}, change.Old, change.New, left, till).Int()
	if err != nil {
		return false, fmt.Errorf("revoke/redis: %w", err)
	}
	return swapped == 1, nil
}

// Ping reports whether the store can be used: for the start of a service, so that
// an empty server begins to remember before the first token is issued, and for
// readiness probes. It is an error if the server may evict keys, as far as it
// tells (INFO).
func (s *Store) Ping(ctx context.Context) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	if _, err := s.Lookup(ctx, revoke.Query{}); err != nil {
		return err
	}
	check := func(ctx context.Context, c *redis.Client) error {
		info, err := c.Info(ctx, "memory").Result()
		if err != nil {
			return fmt.Errorf("revoke/redis: %w", err)
		}
		const name = "\r\nmaxmemory_policy:"
		if _, policy, ok := strings.Cut(info, name); ok && !strings.HasPrefix(policy, "noeviction\r\n") {
			return errors.New("revoke/redis: the server evicts keys when its memory is full, want maxmemory-policy noeviction")
		}
		return nil
	}
	switch c := c.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, check)
	case *redis.Client:
		return check(ctx, c)
	}
	return nil
}

// span returns the seconds from now to a date, and the date, both cut to a size
// that Redis and Lua can reckon with.
func span(now, until jwt.NumericDate) (left, till int64) {
	const most = 1 << 40
	cut := func(d jwt.NumericDate) int64 { return int64(min(max(d, -most), most)) }
	return cut(until) - cut(now), cut(until)
}

// The kinds of names.
const (
	ofID      = "jti"
	ofSession = "sid"
	ofSubject = "sub"
)

// parts is how many parts the keys are in: those of one part have the same hash
// tag, so that a Cluster keeps them on one node.
const parts = 256

func (s *Store) mark(part byte) string {
	prefix := s.Prefix
	if prefix == "" {
		prefix = "jwt"
	}
	return prefix + ":{" + hex.EncodeToString([]byte{part}) + "}"
}

type key struct{ mark, entry, session string }

// key returns the keys for a name. Names, issuers and kinds that differ in
// anything have different keys.
func (s *Store) key(kind, issuer, name string) key {
	h := sha256.New()
	h.Write([]byte(kind)) // of one length
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(issuer))))
	h.Write([]byte(issuer))
	h.Write([]byte(name))
	sum := h.Sum(nil)
	mark := s.mark(sum[0])
	entry := mark + ":" + base64.RawURLEncoding.EncodeToString(sum)
	return key{mark, entry, entry + ":session"}
}
