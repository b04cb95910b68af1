package revoke

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/seed-b1f8f58c/jwt"
)

// A Rotation issues pairs of a short access token and a refresh token that works
// once and brings the next pair (RFC 9700 section 4.14.2). All the pairs that
// come from one Begin are a session. If a refresh token is used again, its holder
// or somebody else has stolen it; which of them cannot be told, so that the
// session is revoked at once: its refresh token, and through the [DenyList] of
// whoever accepts them, its access tokens, which all have its ID as sid.
//
// This also strikes a client that refreshes twice at the same time: exactly one
// call succeeds, the others count as theft. Let it take turns, or see Grace. To
// refresh asks the store three times, and changes it last.
//
// It is plain data: set it up, then use it from any number of goroutines without
// changing it. The zero value and nil issue nothing: their methods return an
// error that says what is missing.
//
// A refresh token is 48 random bytes, of which the first 16 stay the same for a
// session. Only hashes of it are stored, and the session ID is one, too: nobody
// who knows an access token, or the store, can present a refresh token, or end a
// session by presenting a false one.
type Rotation struct {
	// List has the store, which must be a [SessionStore], the clock and the
	// leeway; required. Its Lifetime must be at least SessionLifetime, so that
	// RevokeSubject outlasts the sessions. Its Tokens are not used.
	List *DenyList

	// Sign returns the access token with these claims, as by [jwt.Sign], and with
	// others of your own if you like; required. It must keep them all, or the token
	// cannot be revoked. It is called before the refresh token is used up, so that
	// the client can try again if it fails.
	Sign func(ctx context.Context, c Claims) (string, error)

	Issuer   string       // iss of the access tokens
	Audience jwt.Audience // aud

	AccessLifetime  time.Duration // of an access token; required, usually minutes
	SessionLifetime time.Duration // of a session, however often refreshed; required
	IdleLifetime    time.Duration // of a refresh token not used; 0: as long as the session

	// Grace is how long after its use a refresh token may be used again, as long
	// as the one that replaced it has not been: by a client that lost the answer.
	// The answer then replaces the lost one, whose refresh token counts as used:
	// there is never more than one that works. At most a minute; 0: no grace.
	Grace time.Duration
}

// Claims are those of an access token: the registered ones, and its session.
type Claims struct {
	jwt.Claims
	SessionID string `json:"sid,omitzero"`
}

// Tokens are what the client gets. The JSON is that of RFC 6749 section 5.1. Both
// are secrets; formatting and logging do not show them.
type Tokens struct {
	Access    string `json:"access_token"`
	Type      string `json:"token_type"` // "Bearer"
	ExpiresIn int64  `json:"expires_in"` // seconds that the access token is good for
	Refresh   string `json:"refresh_token"`
}

// Format writes no token.
func (Tokens) Format(f fmt.State, _ rune) { io.WriteString(f, "revoke.Tokens{…}") }

// LogValue shows no token.
func (Tokens) LogValue() slog.Value { return slog.StringValue("revoke.Tokens{…}") }

// incomplete says what is wrong with the rotation itself.
func (r *Rotation) incomplete() (SessionStore, error) {
	if r == nil {
		return nil, errors.New("revoke: Rotation is nil")
	}
	if err := r.List.incomplete(); err != nil {
		return nil, fmt.Errorf("%w (Rotation.List)", err)
	}
	store, ok := r.List.Store.(SessionStore)
	switch {
	case !ok:
		return nil, fmt.Errorf("revoke: Rotation.List.Store keeps no sessions, want a SessionStore, got %T", r.List.Store)
	case r.Sign == nil:
		return nil, errors.New("revoke: Rotation.Sign is nil, want what signs access tokens")
	case r.AccessLifetime < time.Second || r.SessionLifetime < r.AccessLifetime:
		return nil, errors.New("revoke: Rotation wants an AccessLifetime of a second or more, and a SessionLifetime that is not shorter")
	case r.List.Lifetime < r.SessionLifetime:
		return nil, errors.New("revoke: Rotation.SessionLifetime is longer than List.Lifetime, which is the longest of a token or session")
	case r.IdleLifetime < 0 || r.Grace < 0 || r.Grace > time.Minute:
		return nil, errors.New("revoke: Rotation wants an IdleLifetime that is not negative, and a Grace from 0 to a minute")
	}
	return store, nil
}

// Begin begins a session of the subject, who has just been authenticated, and
// returns its first tokens. If the subject was logged out everywhere in this
// very second, or a remote store began in it, Begin waits for the next second:
// the tokens would be refused otherwise.
func (r *Rotation) Begin(ctx context.Context, subject string) (Tokens, error) {
	store, err := r.incomplete()
	if err != nil {
		return Tokens{}, err
	}
	if subject == "" {
		return Tokens{}, errors.New("revoke: subject is empty")
	}
	token := newRefreshToken(nil) // which nobody gets: used up for the first one
	now, err := r.awaitSecond(ctx, Query{Issuer: r.Issuer, SessionID: token.sessionID(), Subject: subject})
	if err != nil {
		return Tokens{}, err
	}
	s := session{Subject: subject, Began: jwt.NewNumericDate(now), Ends: add(jwt.NewNumericDate(now), seconds(r.SessionLifetime))}
	tokens, swapped, err := r.issue(ctx, store, now, "", s, token)
	if err != nil {
		return Tokens{}, err
	}
	if !swapped {
		return Tokens{}, errors.New("revoke: the store does not begin the session")
	}
	return tokens, nil
}

// awaitSecond returns the time, when it is in a second of which nothing issued
// is refused for its time alone.
func (r *Rotation) awaitSecond(ctx context.Context, q Query) (time.Time, error) {
	for range 3 {
		a, err := r.List.Store.Lookup(ctx, q)
		if err != nil {
			return time.Time{}, fmt.Errorf("revoke: asking the store: %w", err)
		}
		now := r.List.now() // not before: the store may have begun meanwhile
		this, first := jwt.NewNumericDate(now), add(a.Subject, 1)
		if !r.List.AllowOlderThanStore {
			first = max(first, a.Since)
		}
		switch {
		case a.Since == 0:
			return time.Time{}, errUnknownSince
		case first <= this:
			return now, nil
		case first > add(this, 1):
			return time.Time{}, fmt.Errorf("revoke: what is issued now would be refused, for another %d s", add(first, -this))
		}
		timer := time.NewTimer(first.Time().Sub(now))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return time.Time{}, fmt.Errorf("revoke: waiting for the next second: %w", ctx.Err())
		}
	}
	return time.Time{}, errors.New("revoke: what is issued now would be refused, and the clock stands still")
}

// Refresh returns the next tokens of a session. A refusal is a *[jwt.VerifyError]
// with [jwt.ErrMalformed] for what is no refresh token; [jwt.ErrExpired];
// [ErrReused], for which the session was revoked; [ErrRevoked] for a session that
// was revoked earlier, or has ended and been forgotten; or [ErrForgotten] for one
// whose subject may have been logged out. To all of them the client's answer is
// to log in. Any other error means that it could not be decided; the refresh
// token then still works, unless the store had carried out what it could not
// confirm, which is another case for Grace.
func (r *Rotation) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	store, err := r.incomplete()
	if err != nil {
		return Tokens{}, err
	}
	token, ok := parseRefreshToken(refreshToken)
	if !ok {
		return Tokens{}, errNotRefresh
	}
	const attempts = 16
	for range attempts {
		tokens, swapped, err := r.refresh(ctx, store, token)
		if err != nil {
			return Tokens{}, err
		}
		if swapped {
			return tokens, nil
		}
	}
	return Tokens{}, fmt.Errorf("revoke: the session was changed %d times at once", attempts)
}

var errNotRefresh error = &jwt.VerifyError{Reason: jwt.ErrMalformed, Detail: "not a refresh token"}

// refresh tries once. If the session is changed at the same time, it reports
// false, and what it did may not be right any more.
func (r *Rotation) refresh(ctx context.Context, store SessionStore, token refreshToken) (Tokens, bool, error) {
	state, err := store.Load(ctx, r.Issuer, token.sessionID())
	if err != nil {
		return Tokens{}, false, fmt.Errorf("revoke: asking the store: %w", err)
	}
	if state == "" {
		return Tokens{}, false, &jwt.VerifyError{Reason: ErrRevoked, Detail: "the session is not there, or not any more"}
	}
	s, err := decodeSession(state)
	if err != nil {
		return Tokens{}, false, err
	}
	// Before the store is asked: who is logged out after its answer, is so for
	// what is issued now.
	now := r.List.now()
	end := max(r.List.lastSecond(s.Ends), jwt.NewNumericDate(now)) // a session that is over says nothing of the clock
	err = r.List.ask(ctx, Query{Issuer: r.Issuer, SessionID: token.sessionID(), Subject: s.Subject}, s.Began, end)
	switch {
	case errors.Is(err, ErrForgotten): // an old state may have come back: no talk of theft
		return Tokens{}, false, &jwt.VerifyError{Reason: ErrForgotten}
	case err != nil:
		return Tokens{}, false, err
	case !s.knows(token, now, r.Grace, r.List.Leeway):
		if err := r.end(ctx, token, s, now); err != nil {
			return Tokens{}, false, fmt.Errorf("%w, and the session could not be revoked: %w", ErrReused, err)
		}
		return Tokens{}, false, &jwt.VerifyError{Reason: ErrReused, Detail: "the session is revoked"}
	case jwt.NewNumericDate(now) >= s.end(r.IdleLifetime):
		return Tokens{}, false, &jwt.VerifyError{Reason: jwt.ErrExpired, Detail: "the session has ended"}
	}
	return r.issue(ctx, store, now, state, s, token)
}

// issue signs an access token, and puts a new refresh token in the place of the
// one presented, if the session's state still is old.
func (r *Rotation) issue(ctx context.Context, store SessionStore, now time.Time, old string, s session, presented refreshToken) (Tokens, bool, error) {
	issued := jwt.NewNumericDate(now)
	expires := min(add(issued, seconds(r.AccessLifetime)), s.Ends)
	access, err := r.Sign(ctx, Claims{
		Claims:    jwt.Claims{Issuer: r.Issuer, Subject: s.Subject, Audience: r.Audience, IssuedAt: issued, ExpiresAt: expires, ID: rand.Text()},
		SessionID: presented.sessionID(),
	})
	if err != nil {
		return Tokens{}, false, fmt.Errorf("revoke: signing the access token: %w", err)
	}
	if access == "" {
		return Tokens{}, false, errors.New("revoke: Rotation.Sign returned no access token")
	}
	next := newRefreshToken(presented)
	s.rotate(presented, next, now)
	s.LastExpiry = max(s.LastExpiry, expires)
	state, err := s.encode()
	if err != nil {
		return Tokens{}, false, err
	}
	swapped, err := store.Swap(ctx, issued, Change{
		Issuer: r.Issuer, SessionID: presented.sessionID(), Old: old, New: state,
		Until: max(s.end(r.IdleLifetime), r.List.lastSecond(s.LastExpiry)),
	})
	if err != nil {
		return Tokens{}, false, fmt.Errorf("revoke: telling the store: %w", err)
	}
	return Tokens{Access: access, Type: "Bearer", ExpiresIn: int64(expires - issued), Refresh: next.text()}, swapped, nil
}

// End ends the session that a refresh token belongs to, also if the token was
// used before: its tokens are refused from now on. A session that has ended
// already is no error (RFC 7009 section 2.2), but a text that is no refresh token
// is a *[jwt.VerifyError] with [jwt.ErrMalformed]. Any other error means that the
// session may not have ended, and it is safe to call End again.
func (r *Rotation) End(ctx context.Context, refreshToken string) error {
	store, err := r.incomplete()
	if err != nil {
		return err
	}
	token, ok := parseRefreshToken(refreshToken)
	if !ok {
		return errNotRefresh
	}
	// Without a session nothing is recorded, or anybody could fill the store.
	state, err := store.Load(ctx, r.Issuer, token.sessionID())
	if err != nil {
		return fmt.Errorf("revoke: asking the store: %w", err)
	}
	if state == "" {
		return nil
	}
	s, err := decodeSession(state)
	if err != nil {
		return err
	}
	return r.end(ctx, token, s, r.List.now())
}

// end revokes the session for as long as any of its access tokens can live: also
// one that is being issued at this moment, by a clock that is ahead.
func (r *Rotation) end(ctx context.Context, token refreshToken, s session, now time.Time) error {
	soon := add(add(jwt.NewNumericDate(now), seconds(r.List.Leeway)), seconds(r.AccessLifetime))
	return r.List.revoke(ctx, Entry{Issuer: r.Issuer, SessionID: token.sessionID(), Until: r.List.lastSecond(max(s.LastExpiry, soon))})
}

// A session is what a SessionStore keeps the JSON of.
type session struct {
	Subject    string          `json:"sub"`
	Began      jwt.NumericDate `json:"began"`
	Ends       jwt.NumericDate `json:"ends"`
	LastExpiry jwt.NumericDate `json:"exp"`            // the latest of an access token
	Current    string          `json:"current"`        // hash of the refresh token that works
	Used       string          `json:"used,omitempty"` // hash of the one before
	UsedAt     int64           `json:"at"`             // when that was first used, Unix time in ms
}

func decodeSession(state string) (session, error) {
	var s session
	if err := json.Unmarshal([]byte(state), &s, json.RejectUnknownMembers(true)); err != nil || s.Subject == "" || s.Current == "" {
		return session{}, errors.New("revoke: the store returned what is not the state of a session")
	}
	return s, nil
}

func (s *session) encode() (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("revoke: session: %w", err) // the subject is not valid UTF-8
	}
	return string(text), nil
}

// knows reports whether the token works: it is the current one, or the one before
// within the grace. The clock that measured its use may be ahead by the leeway.
func (s *session) knows(token refreshToken, now time.Time, grace, leeway time.Duration) bool {
	if sameHash(token.hash(), s.Current) {
		return true
	}
	age := now.UnixMilli() - s.UsedAt
	return grace > 0 && sameHash(token.hash(), s.Used) && -leeway.Milliseconds() <= age && age <= grace.Milliseconds()
}

// rotate makes next the token that works. The grace for used does not begin again
// if used is used again.
func (s *session) rotate(used, next refreshToken, now time.Time) {
	if !sameHash(used.hash(), s.Used) {
		s.Used, s.UsedAt = used.hash(), now.UnixMilli()
	}
	s.Current = next.hash()
}

// end is when the current refresh token ceases to work.
func (s *session) end(idle time.Duration) jwt.NumericDate {
	if idle == 0 {
		return s.Ends
	}
	return min(s.Ends, add(jwt.NumericDate(s.UsedAt/1000), seconds(idle)))
}

// A refreshToken is the 16 bytes of a session, which make its ID, and 32 more.
type refreshToken []byte

const (
	handleSize  = 16
	refreshSize = handleSize + 32
)

// newRefreshToken returns a token of the same session as before, or of a new one
// if that is nil.
func newRefreshToken(before refreshToken) refreshToken {
	token := make(refreshToken, refreshSize)
	rand.Read(token) // never fails
	if before != nil {
		copy(token, before[:handleSize])
	}
	return token
}

func parseRefreshToken(text string) (refreshToken, bool) {
	if len(text) != base64.RawURLEncoding.EncodedLen(refreshSize) {
		return nil, false
	}
	token, err := jwt.DecodeBase64URL(text)
	return token, err == nil
}

func (t refreshToken) text() string { return base64.RawURLEncoding.EncodeToString(t) }

func (t refreshToken) hash() string { return hashText("refresh token", t) }

func (t refreshToken) sessionID() string { return hashText("session", t[:handleSize])[:22] }

func hashText(use string, secret []byte) string {
	h := sha256.New()
	h.Write([]byte(use + " of a rotation\n"))
	h.Write(secret)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func sameHash(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
