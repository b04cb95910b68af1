package revoketest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	random "math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A world is two instances of a service with a clock and keys of their own making.
type world struct {
	now      atomic.Int64 // Unix time in ns
	list     [2]*revoke.DenyList
	sessions [2]*revoke.Sessions
}

const (
	access   = 30 * time.Second
	session  = 5 * time.Minute
	idle     = 2 * time.Minute
	grace    = 5 * time.Second
	leeway   = 2 * time.Second
	issuer   = "https://login.example"
	audience = "https://api.example"
)

func newWorld(t *testing.T, one, other store.SessionStore, grace time.Duration) *world {
	secret := make([]byte, 32)
	rand.Read(secret)
	key, err := jwt.NewHMAC(jwt.HS256, secret, "")
	must(t, err)
	w := new(world)
	w.now.Store(later().Truncate(time.Second).UnixNano())
	clock := func() time.Time { return time.Unix(0, w.now.Load()) }
	for i, s := range []store.SessionStore{one, other} {
		w.list[i] = &revoke.DenyList{
			Tokens: &jwt.Policy{Keys: jwt.Keys{key}, Issuer: issuer, Audience: []string{audience}, Leeway: leeway, Now: clock},
			Store:  s, Lifetime: session, Now: clock,
		}
		w.sessions[i] = &revoke.Sessions{
			DenyList: w.list[i], Issuer: issuer, Audience: jwt.Audience{audience},
			Sign: func(ctx context.Context, c revoke.Claims, _ *revoke.Session) (string, error) {
				return jwt.Sign(ctx, key, c)
			},
			AccessLifetime: access, SessionLifetime: session, IdleLifetime: idle, Grace: grace,
		}
	}
	return w
}

// testModel plays random games against a model that forgets nothing and has no
// store.
func testModel(t *testing.T, open opener[store.SessionStore]) {
	seen := make(map[string]int)
	for seed := range uint64(4) {
		one, other := open(t)
		play(t, seed, one, other, seen)
	}
	t.Log(seen)
}

// play plays one game, and counts its outcomes.
func play(t *testing.T, seed uint64, one, other store.SessionStore, seen map[string]int) {
	t.Helper()
	m := newModel(newWorld(t, one, other, grace), seed, seen)
	for step := range 1500 {
		if m.step(t.Context()); m.wrong != "" {
			t.Fatalf("seed %d, step %d: %s", seed, step, m.wrong)
		}
	}
}

// A model is the simple truth about what was issued and revoked.
type model struct {
	*world
	random   *random.Rand
	latest   time.Time // that the clock has shown
	tokens   []*jwt.Token
	texts    []string
	families []*family
	ids      map[string]bool            // revoked tokens
	revoked  map[string]bool            // sessions
	subjects map[string]jwt.NumericDate // revoked up to this second
	knows    map[string]jwt.NumericDate // as of the family
	seen     map[string]int
	wrong    string
}

func newModel(w *world, seed uint64, seen map[string]int) *model {
	return &model{world: w, random: random.New(random.NewPCG(seed, 0)), seen: seen,
		ids: make(map[string]bool), revoked: make(map[string]bool), subjects: make(map[string]jwt.NumericDate), knows: make(map[string]jwt.NumericDate)}
}

// A family is a session and its refresh tokens, the one that works last.
type family struct {
	id, subject string
	knows       jwt.NumericDate // up to when its subject was revoked when it began
	began       time.Time
	refresh     []string
	usedAt      []time.Time // of each refresh token but the last, first
	used        int         // the first that may be used again
	expires     time.Time   // the last of its access tokens
}

// last is when the family was last changed.
func (f *family) last() time.Time {
	if len(f.usedAt) == 0 {
		return f.began
	}
	return f.usedAt[len(f.usedAt)-1]
}

// use notes that the refresh token that works is used.
func (f *family) use(now time.Time) {
	for f.used < len(f.usedAt) && age(f.usedAt[f.used], now) > grace.Milliseconds() {
		f.used++
	}
	f.usedAt = append(f.usedAt, now)
}

func age(t, now time.Time) int64 { return now.UnixMilli() - t.UnixMilli() }

func (m *model) time() time.Time { return time.Unix(0, m.now.Load()) }

// back reports whether the clock shows less than it has shown.
func (m *model) back() bool { return m.time().Before(m.latest) }

func (m *model) step(ctx context.Context) {
	if m.time().After(m.latest) {
		m.latest = m.time()
	}
	i := m.random.IntN(2) // the instance
	switch n := m.random.IntN(100); {
	case n < 15:
		m.begin(ctx, i)
	case n < 40:
		m.refresh(ctx, i)
	case n < 75:
		m.verify(ctx, i)
	case n < 79:
		m.revoke(ctx, i)
	case n < 82:
		m.end(ctx, i)
	default:
		m.tick()
	}
}

func (m *model) tick() {
	most := 3 * time.Second
	switch m.random.IntN(20) {
	case 0:
		most = session
	case 1, 2:
		most = access
	case 3:
		most = -access
		m.seen["back"]++
	}
	by := time.Duration(m.random.Int64N(int64(max(most, -most))))
	if most < 0 {
		by = -by
	}
	m.now.Add(int64(by))
}

func (m *model) failf(format string, args ...any) { m.wrong = fmt.Sprintf(format, args...) }

func (m *model) begin(ctx context.Context, i int) {
	subject := fmt.Sprintf("subject %d", m.random.IntN(4))
	tokens, err := m.world.sessions[i].Begin(ctx, subject, nil)
	if err != nil {
		m.failf("Begin: %v", err)
		return
	}
	m.seen["begun"]++
	m.families = append(m.families, &family{subject: subject, began: m.time(), knows: m.subjects[subject]})
	m.issued(ctx, i, m.families[len(m.families)-1], tokens)
}

// issued notes tokens that must be good.
func (m *model) issued(ctx context.Context, i int, f *family, tokens revoke.Tokens) {
	t, err := m.list[i].Tokens.Verify(ctx, tokens.Access)
	if err != nil {
		m.failf("access token just issued: %v", err)
		return
	}
	c, err := jwt.ClaimsAs[revoke.Claims](t)
	if err != nil || c.Subject != f.subject || f.id != "" && c.SessionID != f.id || c.IssuedAt.Time().Unix() != m.time().Unix() {
		m.failf("access token just issued: got claims %+v, %v", c, err)
	}
	f.id, f.expires = c.SessionID, c.ExpiresAt.Time()
	if n := len(f.refresh); n == 0 || f.refresh[n-1] != tokens.Refresh {
		f.refresh = append(f.refresh, tokens.Refresh)
	}
	if len(f.refresh) != len(f.usedAt)+1 {
		m.failf("got %d refresh tokens of a session after %d were used", len(f.refresh), len(f.usedAt))
	}
	m.knows[c.SessionID] = f.knows
	m.tokens, m.texts = append(m.tokens, t), append(m.texts, tokens.Access)
}

func (m *model) refresh(ctx context.Context, i int) {
	if len(m.families) == 0 {
		return
	}
	f := m.families[max(0, len(m.families)-1-m.random.IntN(8))]
	n := len(f.refresh) - 1
	if m.random.IntN(4) == 0 {
		n = max(0, n-m.random.IntN(4))
	}
	now := m.time()
	again := n < len(f.usedAt)
	works := !again || n >= f.used && age(f.usedAt[n], now) <= grace.Milliseconds()
	over := now.Unix() >= min(f.began.Unix()+int64(session.Seconds()), f.last().Unix()+int64(idle.Seconds()))
	bySubject := m.subjects[f.subject] > f.knows && m.subjects[f.subject] >= jwt.NewNumericDate(f.began)-60
	revoked := m.revoked[f.id] || bySubject

	tokens, err := m.world.sessions[i].Refresh(ctx, f.refresh[n])
	var refusal *jwt.VerifyError
	switch {
	case err == nil && works && !over && !revoked:
		if again {
			m.seen["grace"]++
		} else {
			f.use(now)
			m.seen["refreshed"]++
		}
		m.issued(ctx, i, f, tokens)
	case err == nil:
		m.failf("Refresh succeeded: works %v, over %v, revoked %v", works, over, revoked)
	case !errors.As(err, &refusal):
		m.failf("Refresh: %v", err)
	case refusal.Reason == revoke.ErrReused && !works && !m.revoked[f.id]:
		m.revoked[f.id] = true
		m.seen["reused"]++
	case refusal.Reason == revoke.ErrRevoked && (revoked || m.dropped(f)):
		if bySubject && works && !over {
			m.revoked[f.id] = true // by its own name, too
		}
		m.seen["refresh revoked"]++
	case refusal.Reason == jwt.ErrExpired && over && works:
		m.seen["refresh expired"]++
	case refusal.Reason == revoke.ErrForgotten && m.back():
	default:
		m.failf("Refresh: %v: works %v, over %v, revoked %v", err, works, over, revoked)
	}
}

// dropped reports whether the store may have dropped the session.
func (m *model) dropped(f *family) bool {
	end := min(f.began.Unix()+int64(session.Seconds()), f.last().Unix()+int64(idle.Seconds()))
	return m.latest.Unix() > max(end, f.expires.Unix()+int64(leeway.Seconds()))
}

func (m *model) pick() int { return max(0, len(m.tokens)-1-m.random.IntN(24)) }

func (m *model) verify(ctx context.Context, i int) {
	if len(m.tokens) == 0 {
		return
	}
	n := m.pick()
	c, err := jwt.ClaimsAs[revoke.Claims](m.tokens[n])
	if err != nil {
		m.failf("claims: %v", err)
		return
	}
	by := ""
	switch {
	case m.ids[c.ID]:
		by = "revoked by jti"
	case m.revoked[c.SessionID]:
		by = "revoked by sid"
	case m.subjects[c.Subject] > m.knows[c.SessionID] && m.subjects[c.Subject] >= c.IssuedAt-2:
		by = "revoked by sub"
	}
	future := c.IssuedAt > jwt.NewNumericDate(m.time())+2
	expired := !c.ExpiresAt.Time().Add(leeway).After(m.time())
	_, err = m.list[i].Verify(ctx, m.texts[n])
	var refusal *jwt.VerifyError
	switch {
	case err == nil && by == "" && !expired && !future:
		m.seen["accepted"]++
	case errors.As(err, &refusal) && refusal.Reason == jwt.ErrExpired && expired:
		m.seen["expired"]++
	case errors.As(err, &refusal) && refusal.Reason == jwt.ErrClaim && refusal.Claim == "iat" && future:
		m.seen["in the future"]++
	case errors.As(err, &refusal) && refusal.Reason == revoke.ErrRevoked && by != "" && !expired:
		m.seen[by]++
	case errors.Is(err, revoke.ErrForgotten) && m.back() && !expired:
	default:
		m.failf("Verify: got %v: want %q, expired %v", err, by, expired)
	}
}

func (m *model) revoke(ctx context.Context, i int) {
	if len(m.tokens) == 0 {
		return
	}
	t := m.tokens[m.pick()]
	c, err := jwt.ClaimsAs[revoke.Claims](t)
	switch m.random.IntN(5) {
	case 0, 1:
		err = errors.Join(err, m.list[i].RevokeToken(ctx, t))
		m.ids[c.ID] = true
	case 2, 3:
		err = errors.Join(err, m.list[i].RevokeSession(ctx, issuer, c.SessionID))
		m.revoked[c.SessionID] = true
	default:
		at := m.time().Add(-time.Duration(m.random.Int64N(int64(access))))
		err = errors.Join(err, m.list[i].RevokeSubject(ctx, issuer, c.Subject, at))
		date, last := jwt.NewNumericDate(at), m.subjects[c.Subject]
		if last-1200 <= date && date <= last { // sessions may know of the last one
			date = last + 1
		}
		m.subjects[c.Subject] = max(last, date)
	}
	if err != nil {
		m.failf("revoking: %v", err)
	}
}

func (m *model) end(ctx context.Context, i int) {
	if len(m.families) == 0 {
		return
	}
	f := m.families[max(0, len(m.families)-1-m.random.IntN(8))]
	if err := m.world.sessions[i].End(ctx, f.refresh[m.random.IntN(len(f.refresh))]); err != nil {
		m.failf("End: %v", err)
	}
	if !m.dropped(f) { // or else there may have been nothing to end, and all its tokens have expired
		m.revoked[f.id] = true
	}
	m.seen["ended"]++
}
