// Package revoke takes signed tokens back before they expire, and rotates
// refresh tokens.
//
// A [DenyList] stands around whatever verifies the tokens and has the same
// Verify method. It refuses a genuine token if it is revoked by its ID (jti), by
// its session (sid), or because its subject (sub) was logged out everywhere:
//
//	list := &revoke.DenyList{
//		Tokens:   policy, // a *jwt.Policy, jwt.Policies, …
//		Store:    revoke.NewMemory(time.Now(), 0),
//		Lifetime: time.Hour, // the longest of a token
//		Leeway:   policy.Leeway,
//
//		AllowNoSessionID: true, // or they must have a sid
//	}
//	token, err := list.Verify(ctx, text)
//	err = list.RevokeToken(ctx, token)
//	err = list.RevokeSubject(ctx, token.Claims.Issuer, token.Claims.Subject, time.Now())
//
// A [Rotation] issues short access tokens, and refresh tokens that work once
// (RFC 9700 section 4.14.2).
//
// What is revoked is kept in a [Store]: [Memory] for one process, the package
// revoke/redis for many machines, a [Cache] in front of either. Everything here is
// safe for concurrent use once it is set up.
//
// # When the store does not know
//
// If the store cannot answer, nothing is accepted: the error then is not a
// *[jwt.VerifyError], and means that it could not be decided. The same goes for a
// token that was issued before the store began, as after the restart of a process
// with a Memory, or of a Redis server that was emptied: see [ErrForgotten]. An
// error of a method that revokes means that nothing may have been revoked; to call
// it again does no harm.
package revoke

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Reasons that this package adds to those of jwt, for [errors.Is].
var (
	// ErrRevoked: the token or the session was taken back.
	ErrRevoked = errors.New("revoke: token revoked")

	// ErrReused: a refresh token was used again, as a thief or the robbed would
	// do, and its session has been revoked for it. It is an ErrRevoked, too.
	ErrReused = fmt.Errorf("%w: refresh token used twice", ErrRevoked)

	// ErrForgotten: the token is older than the memory of the store, which may
	// have known that it was revoked. From a DenyList, it means that it could not
	// be decided.
	ErrForgotten = errors.New("revoke: older than the memory of the store")
)

// A DenyList refuses tokens that were revoked. It is plain data: set it up, then
// use it from any number of goroutines without changing it. The zero value and
// nil accept and revoke nothing: their methods return an error that says what is
// missing.
//
// A token must have all that it could be revoked by: jti, sid, sub and iat. Each
// Allow field lets one be absent; a token without it cannot be revoked that way.
// IDs, sessions and subjects of different issuers are different things, even if
// they have the same name.
type DenyList struct {
	Tokens jwt.TokenVerifier // asked first; required for Verify
	Store  Store             // required

	// Lifetime is the longest life of a token, from iat to exp, or of a session
	// of a [Rotation], whichever is longer; required. Entries are kept as long as
	// this says, so that it must be the same in all that share a Store, and a
	// token that lives longer is refused. A token without exp lives this long.
	Lifetime time.Duration

	AllowNoID        bool // jti may be absent
	AllowNoSessionID bool // sid may be absent
	AllowNoSubject   bool // sub may be absent
	AllowNoIssuedAt  bool // iat may be absent; taken to be exp less Lifetime, the earliest possible

	// AllowOlderThanStore accepts tokens issued before the store began, unless
	// it knows better. Without it they are ErrForgotten, since an earlier store,
	// lost with its process or machine, may have had them revoked, as are those
	// whose entries it dropped before a clock went back. It is for the first days
	// of a store, and for those who can live with that.
	AllowOlderThanStore bool

	Leeway time.Duration    // that of the Policy: by how much clocks may differ
	Now    func() time.Time // the clock, that of the Policy; nil: time.Now
}

// Verify returns the token if Tokens accept it and nothing in the Store
// is against it. A refusal is a *[jwt.VerifyError]: their own, one with
// [ErrRevoked], or one with [jwt.ErrClaim] for a token that could not be revoked
// or lives too long. Any other error means that it could not be decided.
//
// The Store is asked once. Verify reads no clock, unless for a token without exp.
func (d *DenyList) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	if err := d.incomplete(); err != nil {
		return nil, err
	}
	if d.Tokens == nil {
		return nil, errors.New("revoke: DenyList.Tokens is nil, want what verifies the tokens")
	}
	t, err := d.Tokens.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, errors.New("revoke: DenyList.Tokens returned neither a token nor an error")
	}
	query, refusal := d.query(t)
	if refusal != nil {
		return nil, refusal
	}
	issued, end, refusal := d.life(t)
	if refusal != nil {
		return nil, refusal
	}
	if err := d.ask(ctx, query, issued, end); err != nil {
		return nil, err
	}
	return t, nil
}

// incomplete says what is wrong with the list itself.
func (d *DenyList) incomplete() error {
	switch {
	case d == nil:
		return errors.New("revoke: DenyList is nil")
	case d.Store == nil:
		return errors.New("revoke: DenyList.Store is nil, want where entries are kept")
	case d.Lifetime <= 0:
		return errors.New("revoke: DenyList.Lifetime is not positive, want the longest life of a token or session")
	case d.Leeway < 0:
		return errors.New("revoke: DenyList.Leeway is negative")
	}
	return nil
}

// query names what the token could be revoked by.
func (d *DenyList) query(t *jwt.Token) (Query, *jwt.VerifyError) {
	q := Query{Issuer: t.Claims.Issuer, ID: t.Claims.ID, Subject: t.Claims.Subject}
	var refusal *jwt.VerifyError
	if q.SessionID, refusal = sessionID(t); refusal != nil {
		return Query{}, refusal
	}
	switch {
	case q.ID == "" && !d.AllowNoID:
		return Query{}, absent("jti", "AllowNoID")
	case q.SessionID == "" && !d.AllowNoSessionID:
		return Query{}, absent("sid", "AllowNoSessionID")
	case q.Subject == "" && !d.AllowNoSubject:
		return Query{}, absent("sub", "AllowNoSubject")
	}
	return q, nil
}

func absent(claim, unless string) *jwt.VerifyError {
	return &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: claim, Detail: "got nothing, want what the token could be revoked by, or " + unless}
}

// sessionID returns the sid claim of a verified token, "" if it is absent.
func sessionID(t *jwt.Token) (string, *jwt.VerifyError) {
	payload := t.Payload()
	if id, ok := plainSessionID(payload); ok {
		return id, nil
	}
	v, ok := strictjson.Find(payload, "sid") // unique, in a verified payload
	if !ok {
		return "", nil
	}
	id, ok := v.Text("")
	if !ok {
		return "", &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "sid", Detail: "got " + v.Kind() + ", want a string"}
	}
	return id, nil
}

// plainSessionID reads the sid claim of the usual payload in a fraction of the
// time of a parser, and reports false for any other payload. Where JSON that is
// known to be valid has no backslash, every quote begins or ends a string; where
// it has one brace, there is one object; so that "sid" and a colon is the claim.
func plainSessionID(payload []byte) (id string, ok bool) {
	if bytes.IndexByte(payload, '\\') >= 0 {
		return "", false
	}
	const name = `"sid"`
	i := -1
	for at := 0; i < 0 && at < len(payload); at += 60 { // bytes.Index is quickest up to 64
		if j := bytes.Index(payload[at:min(at+60+len(name)-1, len(payload))], []byte(name)); j >= 0 {
			i = at + j
		}
	}
	if i < 0 {
		return "", true
	}
	value, colon := bytes.CutPrefix(payload[i+len(name):], []byte(`:"`))
	end := bytes.IndexByte(value, '"')
	if !colon || end < 0 || bytes.Count(payload, []byte(`{`)) != 1 {
		return "", false
	}
	return string(value[:end]), true
}

// life returns the earliest second in which the token can have been issued, and
// the last in which it can be accepted, both on the safe side.
func (d *DenyList) life(t *jwt.Token) (issued, end jwt.NumericDate, refusal *jwt.VerifyError) {
	issued, end = t.Claims.IssuedAt, t.Claims.ExpiresAt
	life := seconds(d.Lifetime)
	switch {
	case issued == 0 && !d.AllowNoIssuedAt:
		return 0, 0, absent("iat", "AllowNoIssuedAt")
	case issued == 0 && end == 0:
		return 0, 0, &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "exp", Detail: "got neither exp nor iat, want one to tell the token's life"}
	case issued == 0:
		issued = add(end, -life)
	case end == 0:
		end = add(issued, life)
		if now := jwt.NewNumericDate(d.now()); now > add(end, seconds(d.Leeway)) {
			return 0, 0, &jwt.VerifyError{Reason: jwt.ErrExpired, Claim: "iat", Detail: "more than " + d.Lifetime.String() + " ago, and there is no exp"}
		}
	case end > add(issued, life):
		return 0, 0, &jwt.VerifyError{Reason: jwt.ErrClaim, Claim: "exp", Detail: "more than " + d.Lifetime.String() + " after iat, the longest life of a token"}
	}
	return issued, d.lastSecond(end), nil
}

// lastSecond is the last second in which a token with this exp can be accepted:
// its fraction of a second and the leeway count.
func (d *DenyList) lastSecond(exp jwt.NumericDate) jwt.NumericDate {
	return add(exp, add(1, seconds(d.Leeway)))
}

// ask looks the names up, of which one was issued, or began, in the second
// issued and cannot be accepted after the second end.
func (d *DenyList) ask(ctx context.Context, q Query, issued, end jwt.NumericDate) error {
	a, err := d.Store.Lookup(ctx, q)
	if err != nil {
		return fmt.Errorf("revoke: asking the store: %w", err)
	}
	switch {
	case a.Since == 0:
		return errUnknownSince
	case a.ID:
		return &jwt.VerifyError{Reason: ErrRevoked, Claim: "jti"}
	case a.SessionID:
		return &jwt.VerifyError{Reason: ErrRevoked, Claim: "sid"}
	case a.Subject != 0 && issued <= a.Subject:
		return &jwt.VerifyError{Reason: ErrRevoked, Claim: "sub"}
	case d.AllowOlderThanStore:
		return nil
	case issued < a.Since:
		return fmt.Errorf("%w, which began %d s later", ErrForgotten, add(a.Since, -issued))
	case end <= a.Dropped:
		return fmt.Errorf("%w: the clock has gone back", ErrForgotten)
	}
	return nil
}

var errUnknownSince = errors.New("revoke: the store does not say since when it remembers")

func (d *DenyList) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

// RevokeToken revokes tokens by their ID: those that Verify returned, or that
// Tokens did. It does not end a session, whose refresh token brings new ones: to
// log out, see RevokeSession, or the End of a [Rotation]. It is an error if one
// has no jti, or neither exp nor iat; then none is revoked. If the Store fails,
// some may be, and it is safe to call RevokeToken again.
func (d *DenyList) RevokeToken(ctx context.Context, tokens ...*jwt.Token) error {
	if err := d.incomplete(); err != nil {
		return err
	}
	entries := make([]Entry, 0, len(tokens))
	for _, t := range tokens {
		switch {
		case t == nil:
			return errors.New("revoke: token is nil")
		case t.Claims.ID == "":
			return errors.New("revoke: token has no jti to revoke it by")
		case t.Claims.ExpiresAt == 0 && t.Claims.IssuedAt == 0:
			return errors.New("revoke: token has neither exp nor iat, want one to tell its life")
		}
		end := t.Claims.ExpiresAt
		if end == 0 {
			end = add(t.Claims.IssuedAt, seconds(d.Lifetime))
		}
		entries = append(entries, Entry{Issuer: t.Claims.Issuer, ID: t.Claims.ID, Until: d.lastSecond(end)})
	}
	return d.revoke(ctx, entries...)
}

// RevokeSession revokes every token of a session, which is their sid claim (see
// [Claims]), and ends the session if a [Rotation] keeps it in the same Store. It
// is safe to call again.
func (d *DenyList) RevokeSession(ctx context.Context, issuer, sessionID string) error {
	if err := d.incomplete(); err != nil {
		return err
	}
	if sessionID == "" {
		return errors.New("revoke: session ID is empty")
	}
	return d.revoke(ctx, Entry{Issuer: issuer, SessionID: sessionID, Until: d.lastOfAll(d.now())})
}

// RevokeSubject revokes every token of a subject that was issued in the second
// of the given time or before, and every session of a [Rotation] that began
// then. That is "log out everywhere" if the time is now: to keep one login,
// begin its session afterwards. An earlier time does not undo a later one. It is
// safe to call again.
//
// The time is compared with iat, a whole second of the issuer's clock, so that
// tokens issued later in the same second are revoked as well. If that clock may
// be ahead of the caller's, add by how much.
func (d *DenyList) RevokeSubject(ctx context.Context, issuer, subject string, at time.Time) error {
	if err := d.incomplete(); err != nil {
		return err
	}
	if subject == "" {
		return errors.New("revoke: subject is empty")
	}
	if at.Unix() <= 0 {
		return errors.New("revoke: time is before 1970, want the moment up to which tokens are revoked")
	}
	return d.revoke(ctx, Entry{Issuer: issuer, Subject: subject, IssuedAt: jwt.NewNumericDate(at), Until: d.lastOfAll(at)})
}

// lastOfAll is the last second in which any token issued up to a time can be
// accepted. Issuer's clock may be ahead by the leeway, too.
func (d *DenyList) lastOfAll(t time.Time) jwt.NumericDate {
	return d.lastSecond(add(jwt.NumericDate(t.Unix()), add(add(1, seconds(d.Lifetime)), seconds(d.Leeway))))
}

func (d *DenyList) revoke(ctx context.Context, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := d.Store.Revoke(ctx, jwt.NewNumericDate(d.now()), entries...); err != nil {
		return fmt.Errorf("revoke: telling the store: %w", err)
	}
	return nil
}

// seconds returns a duration that is not negative, rounded up.
func seconds(d time.Duration) jwt.NumericDate {
	return jwt.NumericDate((d / time.Second) + min(d%time.Second, 1))
}

// add returns a+b, or the nearest to it that 64 bits hold.
func add(a, b jwt.NumericDate) jwt.NumericDate {
	switch sum := a + b; {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	default:
		return sum
	}
}
