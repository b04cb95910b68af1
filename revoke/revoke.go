// Package revoke has revocation of signed tokens before they expire, sessions
// with refresh tokens, and tokens that are accepted once.
//
// A [DenyList] stands around whatever verifies the tokens and has the same
// Verify method. It refuses a genuine token if it is revoked by its ID (jti), by
// its session (sid), or because its subject (sub) was logged out everywhere:
//
//	list := &revoke.DenyList{
//		Tokens:   policy, // a *jwt.Policy, jwt.Policies, …
//		Store:    revoke.NewMemory(0),
//		Lifetime: time.Hour, // the longest of a token
//
//		AllowAbsent: []string{"sid"}, // by default a token has jti, sid, sub and iat
//	}
//	token, err := list.Verify(ctx, text)
//	err = list.RevokeToken(ctx, token)
//	err = list.RevokeSubject(ctx, token.Claims.Issuer, token.Claims.Subject, time.Now())
//
// [Sessions] issue short access tokens, and refresh tokens that work once
// (RFC 9700 section 4.14.2). [Once] accepts each token a single time.
//
// What is revoked is kept in a store: [Memory] for one process, the packages
// revoke/sql (PostgreSQL, or a file of SQLite) and revoke/redis for what must
// survive it, or one of your own (package revoke/store). A [Replica] is a copy of a
// remote deny list in memory.
// Everything here is safe for concurrent use once it is set up.
//
// # When the store does not know
//
// If the store cannot answer, nothing is accepted: the error then is not a
// *[jwt.VerifyError], and means that it could not be decided. An error of a method
// that revokes means that nothing may have been revoked; it is safe to call it
// again. A token that was issued before the store began is refused with
// [ErrForgotten], since an earlier store may have had it revoked. The client gets
// a good one by a refresh or a login.
//
//	failure                           clients see         what to do
//	store out of reach, slow, full    503 until it ends   see the error; give the store more room
//	store lost its data               401 once, login     nothing
//	store restarted, lost nothing     nothing, if proven  see the store: how it can be proven
//	clocks differ beyond the leeway   401 for new tokens  set the clocks; raise Policy.Leeway
//	refresh token used again, late    401, login          warn the user: it may have been stolen
package revoke

import (
	"errors"
	"fmt"
)

// Reasons that this package adds to those of jwt, for [errors.Is].
var (
	// ErrRevoked: the token or the session was revoked.
	ErrRevoked = errors.New("revoke: token revoked")

	// ErrReused: a token that works once was used again. For a refresh token this
	// means that it may have been stolen, and its session has been revoked. It is
	// an ErrRevoked, too.
	ErrReused = fmt.Errorf("%w: used a second time", ErrRevoked)

	// ErrForgotten: the token is older than the memory of the store, which may
	// have known that it was revoked. The client needs a new one.
	ErrForgotten = errors.New("revoke: token older than the memory of the store")
)
