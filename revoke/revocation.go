package revoke

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// RevokeToken revokes tokens by their ID: those that Verify returned, or that
// Tokens did. It does not end a session, whose refresh token brings new ones: for
// a logout, see RevokeSession, or the End of [Sessions]. It is an error if one
// has no jti, or neither exp nor iat; then none is revoked. If the Store fails,
// some may be, and it is safe to call RevokeToken again.
func (d *DenyList) RevokeToken(ctx context.Context, tokens ...*jwt.Token) error {
	if err := d.incomplete(); err != nil {
		return err
	}
	entries := make([]store.Entry, 0, len(tokens))
	for _, t := range tokens {
		switch {
		case t == nil:
			return errors.New("revoke: token is nil")
		case t.Claims.ID == "":
			return errors.New("revoke: token has no jti to revoke it by")
		case t.Claims.ExpiresAt == 0 && t.Claims.IssuedAt == 0 && !hasIssuedAt(t):
			return errors.New("revoke: token has neither exp nor iat, want one to tell its life")
		}
		end := t.Claims.ExpiresAt
		if end == 0 {
			end = add(t.Claims.IssuedAt, seconds(d.Lifetime))
		}
		entries = append(entries, store.Entry{Issuer: t.Claims.Issuer, ID: t.Claims.ID, Until: lastSecond(end)})
	}
	return d.revoke(ctx, entries...)
}

// RevokeSession revokes every token of a session, which is their sid claim (see
// [Claims]), and ends the session if [Sessions] keep it in the same Store. It is
// safe to call again.
func (d *DenyList) RevokeSession(ctx context.Context, issuer, sessionID string) error {
	if err := d.incomplete(); err != nil {
		return err
	}
	if sessionID == "" {
		return errors.New("revoke: session ID is empty")
	}
	return d.revoke(ctx, store.Entry{Issuer: issuer, SessionID: sessionID, Until: d.lastOfAll(d.now())})
}

// RevokeSubject revokes every token of a subject that was issued in the second
// of the given time or before, and every session of [Sessions] that began then.
// That is "log out everywhere" if the time is now. An earlier time does not undo a
// later one. It is safe to call again.
//
// The time is compared with iat, a whole second of the issuer's clock, less the
// leeway, so that other tokens issued up to the leeway later are revoked as well.
// A session that begins after RevokeSubject has returned is not, so that to keep
// one login, begin its session afterwards.
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
	a, err := d.lookup(ctx, store.Query{Issuer: issuer, Subject: subject})
	if err != nil {
		return err
	}
	// Sessions that began after an earlier entry know of it by its date, and are
	// exempt from it. This entry is another one, and must have another date.
	issued := jwt.NewNumericDate(at)
	if near := add(a.Subject, -seconds(2*maxLeeway)); a.Subject != 0 && near <= issued && issued <= a.Subject {
		issued = add(a.Subject, 1)
	}
	return d.revoke(ctx, store.Entry{Issuer: issuer, Subject: subject, IssuedAt: issued, Until: d.lastOfAll(issued.Time())})
}

// lastSecond is the last second in which a token with this exp can be accepted,
// by the slowest clock.
func lastSecond(exp jwt.NumericDate) jwt.NumericDate {
	return add(exp, add(1, seconds(maxLeeway)))
}

// lastOfAll is the last second in which any token issued up to a time can be
// accepted. The issuer's clock may be ahead, too.
func (d *DenyList) lastOfAll(t time.Time) jwt.NumericDate {
	return lastSecond(add(jwt.NewNumericDate(t), add(add(1, seconds(d.Lifetime)), seconds(maxLeeway))))
}

func (d *DenyList) revoke(ctx context.Context, entries ...store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := d.Store.Revoke(ctx, jwt.NewNumericDate(d.now()), entries...); err != nil {
		return jose.Undecided[*jwt.VerifyError]("revoke: telling the store", err)
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
