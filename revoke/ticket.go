package revoke

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// A ticket is the part of a session ID that proves, without any clock, what the
// session began after: the beginning of the store, and a revocation of its
// subject. Session IDs are
//
//	group (3)  hash of the handle (20)  "."  epoch (11)  subject (1 to 13)
//
// and their refresh tokens are
//
//	group (3)  epoch (11)  subject (1 to 13)  "."  handle and secret (64)
type ticket struct {
	group   string          // of the subject, for stores on many machines
	epoch   string          // the tag of the store's Epoch when the session began
	subject jwt.NumericDate // the Answer's Subject then; written in base 36
}

const (
	groupSize = 3
	hashSize  = 20
	epochSize = 11
)

// newTicket returns the ticket of a session that begins now.
func newTicket(issuer, subject string, a store.Answer) ticket {
	return ticket{store.Group(issuer, subject), epochTag(a.Epoch, issuer), a.Subject}
}

// epochTag names an epoch for those who use one issuer. It does not tell the epoch,
// so that nobody can name it for another issuer.
func epochTag(epoch, issuer string) string {
	return hashText("epoch", []byte(epoch+"\n"+issuer))[:epochSize]
}

// taggedEpoch is an epoch, and its tag for an issuer.
type taggedEpoch struct{ epoch, issuer, tag string }

// tagOf is epochTag, which it computes once for many tokens.
func (d *DenyList) tagOf(epoch, issuer string) string {
	if last := d.tag.Load(); last != nil && last.epoch == epoch && last.issuer == issuer {
		return last.tag
	}
	now := &taggedEpoch{epoch, issuer, epochTag(epoch, issuer)}
	d.tag.Store(now)
	return now.tag
}

// ticketOf returns the ticket in a session ID, and false if it has none.
func ticketOf(sessionID string) (t ticket, ok bool) {
	const dot = groupSize + hashSize
	if len(sessionID) < dot+1+epochSize || sessionID[dot] != '.' {
		return ticket{}, false
	}
	return readTicket(sessionID[:groupSize], sessionID[dot+1:])
}

func readTicket(group, text string) (t ticket, ok bool) {
	n, err := strconv.ParseUint(text[epochSize:], 36, 63)
	if err != nil || strconv.FormatUint(n, 36) != text[epochSize:] {
		return ticket{}, false
	}
	return ticket{group, text[:epochSize], jwt.NumericDate(n)}, true
}

func (t ticket) text() string { return t.epoch + strconv.FormatUint(uint64(t.subject), 36) }

// A refreshToken is a ticket, the 16 bytes of a session, which make its ID, and
// 32 more, which are other ones after each use.
type refreshToken struct {
	ticket ticket
	handle [16]byte
	secret [32]byte
	id     string // of the session
}

func newRefreshToken(t ticket) *refreshToken {
	r := &refreshToken{ticket: t}
	rand.Read(r.handle[:]) // never fails
	rand.Read(r.secret[:])
	r.id = r.makeID()
	return r
}

// next is the refresh token that replaces r. Whoever has r and the nonce can make
// it again; neither alone is enough.
func (r *refreshToken) next(nonce string) *refreshToken {
	mac := hmac.New(sha256.New, r.secret[:])
	mac.Write([]byte("next refresh token\n" + nonce))
	n := &refreshToken{ticket: r.ticket, handle: r.handle, id: r.id}
	mac.Sum(n.secret[:0])
	return n
}

func parseRefreshToken(text string) (*refreshToken, bool) {
	front, back, ok := strings.Cut(text, ".")
	r := new(refreshToken)
	if !ok || len(front) < groupSize+epochSize || len(back) != base64.RawURLEncoding.EncodedLen(len(r.handle)+len(r.secret)) {
		return nil, false
	}
	if r.ticket, ok = readTicket(front[:groupSize], front[groupSize:]); !ok {
		return nil, false
	}
	secrets, err := jwt.DecodeBase64URL(back)
	if err != nil {
		return nil, false
	}
	copy(r.secret[:], secrets[copy(r.handle[:], secrets):])
	r.id = r.makeID()
	return r, true
}

func (r *refreshToken) text() string {
	return r.ticket.group + r.ticket.text() + "." + base64.RawURLEncoding.EncodeToString(append(r.handle[:], r.secret[:]...))
}

func (r *refreshToken) hash() string {
	return hashText("refresh token", append(r.handle[:], r.secret[:]...))
}

func (r *refreshToken) sessionID() string { return r.id }

func (r *refreshToken) makeID() string {
	return r.ticket.group + hashText("session", r.handle[:])[:hashSize] + "." + r.ticket.text()
}

// hashText hashes a secret for one use.
func hashText(use string, secret []byte) string {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(use))))
	h.Write([]byte(use))
	h.Write(secret)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func sameHash(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
