package revoke

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// Sessions issue pairs of a short access token and a refresh token that works
// once and brings the next pair (RFC 9700 section 4.14.2). All the pairs that
// come from one Begin are a session. If a refresh token is used again later than
// the Grace, it may have been stolen. A thief cannot be told from the client, so
// the session is revoked at once: its refresh token, and by the [DenyList] of the
// services that accept them, its access tokens, which all have its ID as sid.
//
// Within the Grace, the same refresh token brings the same next one. So a client
// that refreshes twice at the same time, or again because it lost the answer, goes
// on. To refresh asks the store twice, and changes it last; or once, if the session
// was last changed by Sessions with the same DenyList, which remembers up to 16 MiB
// of their states.
//
// It is plain data: set it up, then use it from any number of goroutines without
// changing it. The zero value and nil issue nothing: their methods return an
// error that says what is missing.
//
// Only hashes of refresh tokens are stored, and the session ID is one, too: nobody
// who knows an access token, or the store, can present a refresh token, or end a
// session by presenting a false one.
type Sessions struct {
	// DenyList has the store, which must be a [store.SessionStore], and the clock;
	// required. Its Lifetime must be at least that of a session, so that
	// RevokeSubject outlasts the sessions. Its Tokens are used by ServeRevocation only, for access tokens.
	DenyList *DenyList

	// Sign returns the access token with these claims, as by [jwt.Sign], and with
	// others of your own if you like; required. It must keep them all, or the token
	// cannot be revoked. It may change s.Data, which is stored, and refuse by a
	// *[jwt.VerifyError], which Begin or Refresh returns. It is called before the
	// refresh token is used up, so that the client can try again if it fails.
	Sign func(ctx context.Context, c Claims, s *Session) (string, error)

	Issuer   string       // iss of the access tokens
	Audience jwt.Audience // aud

	AccessLifetime  time.Duration // of an access token; required, usually minutes
	SessionLifetime time.Duration // of a session, however often refreshed; required
	IdleLifetime    time.Duration // of a refresh token not used; 0: as long as the session

	// Grace is how long after its use a refresh token may be used again. 0: 10
	// seconds; negative: not at all; at most a minute. At most the last 8 tokens of
	// a session can be.
	Grace time.Duration

	// MaxSessions is how many sessions a subject may have. Begin ends those that
	// were not used for the longest time. 0: 100.
	MaxSessions int

	// Log gets why ServeRefresh and ServeRevocation answer 503, at level Error, and
	// that a refresh token may have been stolen, at level Warn; may be nil.
	Log *slog.Logger
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

// Begin begins a session of the subject, who has just been authenticated, and
// returns its first tokens. The data, which may be nil, are stored as JSON of at
// most 16 KiB, and are handed to Sign and returned by List: the client, its scope,
// the device. Do not store a secret in them.
func (s *Sessions) Begin(ctx context.Context, subject string, data any) (Tokens, error) {
	keep, err := s.incomplete()
	if err != nil {
		return Tokens{}, err
	}
	if subject == "" {
		return Tokens{}, errors.New("revoke: subject is empty")
	}
	encoded, err := encodeData(data)
	if err != nil {
		return Tokens{}, err
	}
	for range attempts {
		tokens, ended, err := s.begin(ctx, keep, subject, encoded)
		if err != nil {
			return Tokens{}, err
		}
		if !ended {
			return tokens, nil
		}
	}
	return Tokens{}, fmt.Errorf("revoke: the session was ended by another one of the subject %d times at once", attempts)
}

// attempts is how often something is tried that others interfere with.
const attempts = 16

// begin tries once. It reports true if the session is over already: of two that
// begin at the same time, each may have ended the other, and neither would be left.
func (s *Sessions) begin(ctx context.Context, keep store.SessionStore, subject string, encoded jsontext.Value) (Tokens, bool, error) {
	a, err := s.DenyList.lookup(ctx, store.Query{Issuer: s.Issuer, Subject: subject})
	if err != nil {
		return Tokens{}, false, err
	}
	now := s.DenyList.now()
	token, began := newRefreshToken(newTicket(s.Issuer, subject, a)), jwt.NewNumericDate(now)
	begun := &state{
		Version: stateVersion, ID: token.sessionID(), Subject: subject, Data: encoded,
		Began: began, Ends: add(began, seconds(s.SessionLifetime)), UsedAt: now.UnixMilli(), Current: token.hash(),
	}
	tokens, swapped, a, err := s.issue(ctx, keep, now, "", begun, token)
	if err != nil {
		return Tokens{}, false, err
	}
	if !swapped {
		return Tokens{}, false, errors.New("revoke: the store does not begin the session")
	}
	if err := s.judge(a, token, begun, now); err != nil {
		return Tokens{}, false, fmt.Errorf("revoke: the subject was revoked, or the store began anew, at the same time: %v", err)
	}
	ended, err := s.limit(ctx, subject, begun.ID)
	return tokens, ended, err
}

// incomplete returns what is wrong with the sessions themselves.
func (s *Sessions) incomplete() (store.SessionStore, error) {
	if s == nil {
		return nil, errors.New("revoke: Sessions is nil")
	}
	if s.DenyList == nil {
		return nil, errors.New("revoke: Sessions.DenyList is nil, want the list that refuses the tokens of ended sessions")
	}
	if err := s.DenyList.incomplete(); err != nil {
		return nil, fmt.Errorf("%w (Sessions.DenyList)", err)
	}
	keep, ok := s.DenyList.Store.(store.SessionStore)
	switch {
	case !ok:
		return nil, fmt.Errorf("revoke: Sessions.DenyList.Store keeps no sessions, want a store.SessionStore, got %T", s.DenyList.Store)
	case s.Sign == nil:
		return nil, errors.New("revoke: Sessions.Sign is nil, want what signs access tokens")
	case s.AccessLifetime < time.Second || s.SessionLifetime < s.AccessLifetime:
		return nil, errors.New("revoke: Sessions wants an AccessLifetime of a second or more, and a SessionLifetime that is not shorter")
	case s.DenyList.Lifetime < s.SessionLifetime:
		return nil, errors.New("revoke: Sessions.SessionLifetime is longer than DenyList.Lifetime, which is the longest of a token or session")
	case s.IdleLifetime < 0 || s.Grace > time.Minute || s.MaxSessions < 0:
		return nil, errors.New("revoke: Sessions wants an IdleLifetime and a MaxSessions that are not negative, and a Grace of at most a minute")
	}
	return keep, nil
}

func (s *Sessions) grace() time.Duration {
	if s.Grace == 0 {
		return 10 * time.Second
	}
	return max(s.Grace, 0)
}

// Refresh returns the next tokens of a session. A refusal is a *[jwt.VerifyError]
// with [jwt.ErrMalformed] for what is no refresh token; [jwt.ErrExpired];
// [ErrReused], for which the session was revoked; [ErrRevoked] for a session that
// was revoked earlier, or has ended; or [ErrForgotten] for one that began before
// the store did. To all of them the client's answer is a login. Any other error
// means that it could not be decided, and the refresh token still works.
func (s *Sessions) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	keep, err := s.incomplete()
	if err != nil {
		return Tokens{}, err
	}
	token, ok := parseRefreshToken(refreshToken)
	if !ok {
		return Tokens{}, notRefresh()
	}
	if tokens, done, err := s.refreshRecent(ctx, keep, token); done || err != nil {
		return tokens, err
	}
	for range attempts {
		tokens, swapped, err := s.refresh(ctx, keep, token)
		if err != nil {
			return Tokens{}, err
		}
		if swapped {
			return tokens, nil
		}
	}
	return Tokens{}, fmt.Errorf("revoke: the session was changed %d times at once", attempts)
}

// notRefresh is the refusal of a text that is no refresh token.
func notRefresh() error {
	return &jwt.VerifyError{Reason: jwt.ErrMalformed, Detail: "not a refresh token"}
}

// refresh tries once. If the session is changed at the same time, it reports
// false, and what it did may not be right any more.
func (s *Sessions) refresh(ctx context.Context, keep store.SessionStore, presented *refreshToken) (Tokens, bool, error) {
	old, current, err := s.load(ctx, keep, presented)
	if err != nil {
		return Tokens{}, false, err
	}
	now := s.DenyList.now()
	ended := jwt.NewNumericDate(now) >= current.end(s.IdleLifetime)
	next := current.successor(presented, now, s.grace())
	switch {
	case next == nil:
		if err := s.end(ctx, now, current); err != nil {
			return Tokens{}, false, fmt.Errorf("revoke: refresh token used a second time, and the session could not be revoked: %w", err)
		}
		return Tokens{}, false, &jwt.VerifyError{Reason: ErrReused, Detail: "the session is revoked"}
	case ended:
		return Tokens{}, false, &jwt.VerifyError{Reason: jwt.ErrExpired, Detail: "the session has ended"}
	}
	tokens, swapped, a, err := s.issue(ctx, keep, now, old, current, next)
	if err != nil {
		return Tokens{}, false, err
	}
	// Whoever is logged out after this answer, is so for what is issued now.
	if err := s.judge(a, presented, current, now); err != nil {
		if swapped { // or else the client's next try would look like theft
			_ = s.end(ctx, now, current)
		}
		return Tokens{}, false, err
	}
	return tokens, swapped, nil
}

// load returns the state of a session that nothing is against.
func (s *Sessions) load(ctx context.Context, keep store.SessionStore, presented *refreshToken) (text string, st *state, err error) {
	text, a, err := keep.Load(ctx, store.Query{Issuer: s.Issuer, SessionID: presented.sessionID()})
	if err != nil {
		return "", nil, jose.Undecided[*jwt.VerifyError]("revoke: asking the store", err)
	}
	now := s.DenyList.now()
	if text == "" {
		if err := s.judge(a, presented, new(state), now); err != nil {
			return "", nil, err
		}
		return "", nil, &jwt.VerifyError{Reason: ErrRevoked, Detail: "the session is not there, or not any more"}
	}
	st, err = decodeState(text, presented.sessionID())
	if err != nil {
		return "", nil, err
	}
	return text, st, s.judge(a, presented, st, now)
}

// judge returns a refusal if the store's answer is against the session. The clock
// by which it began may differ by a minute.
func (s *Sessions) judge(a store.Answer, token *refreshToken, st *state, now time.Time) error {
	end := max(lastSecond(st.Ends), jwt.NewNumericDate(now)) // a session that is over tells nothing of the clock
	q := store.Query{Issuer: s.Issuer, SessionID: token.sessionID(), Subject: st.Subject}
	return s.DenyList.judge(a, q, life{st.Began, end, 60})
}

// issue signs an access token, and stores the session's state if what is stored
// still is old.
func (s *Sessions) issue(ctx context.Context, keep store.SessionStore, now time.Time, old string, st *state, next *refreshToken) (Tokens, bool, store.Answer, error) {
	tokens, change, err := s.prepare(ctx, now, old, st, next)
	if err != nil {
		return Tokens{}, false, store.Answer{}, err
	}
	swapped, a, err := s.swap(ctx, keep, now, change)
	return tokens, swapped, a, err
}

// prepare signs an access token, and returns what to store.
func (s *Sessions) prepare(ctx context.Context, now time.Time, old string, st *state, next *refreshToken) (Tokens, store.Change, error) {
	issued := jwt.NewNumericDate(now)
	expires := min(add(issued, seconds(s.AccessLifetime)), st.Ends)
	session := st.session(s.IdleLifetime)
	access, err := s.Sign(ctx, Claims{
		Claims: jwt.Claims{Issuer: s.Issuer, Subject: st.Subject, Audience: s.Audience, IssuedAt: issued, ExpiresAt: expires,
			ID: next.ticket.group + rand.Text()},
		SessionID: st.ID,
	}, session)
	switch {
	case jose.Refuses[*jwt.VerifyError](err):
		return Tokens{}, store.Change{}, err
	case err != nil:
		return Tokens{}, store.Change{}, jose.Undecided[*jwt.VerifyError]("revoke: signing the access token", err)
	case access == "":
		return Tokens{}, store.Change{}, errors.New("revoke: Sessions.Sign returned no access token")
	}
	if st.Data, err = checkData(session.Data); err != nil {
		return Tokens{}, store.Change{}, err
	}
	st.LastExpiry = max(st.LastExpiry, expires)
	text, err := st.encode()
	if err != nil {
		return Tokens{}, store.Change{}, err
	}
	return Tokens{Access: access, Type: "Bearer", ExpiresIn: int64(expires - issued), Refresh: next.text()}, store.Change{
		Issuer: s.Issuer, SessionID: st.ID, Subject: st.Subject, Old: old, New: text,
		Until: max(st.end(s.IdleLifetime), lastSecond(st.LastExpiry)),
	}, nil
}

// swap makes the change, and remembers the new state.
func (s *Sessions) swap(ctx context.Context, keep store.SessionStore, now time.Time, change store.Change) (bool, store.Answer, error) {
	swapped, a, err := keep.Swap(ctx, jwt.NewNumericDate(now), change)
	if err != nil {
		return false, store.Answer{}, jose.Undecided[*jwt.VerifyError]("revoke: telling the store", err)
	}
	if swapped {
		s.DenyList.recent.put(s.Issuer, change.SessionID, change.New)
	}
	return swapped, a, nil
}
