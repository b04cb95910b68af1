package dpop

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/seed-b1f8f58c/jwt"
)

// Nonces are what a server gives its clients to put into their proofs (RFC 9449
// sections 8 and 9), so that a proof cannot be made long before it is used. A
// nonce holds the time at which it was made, and is authenticated, so that
// nothing is stored. They come from [NewNonces]; nil and the zero value have none.
type Nonces struct {
	lifetime time.Duration
	macs     func() [][]byte // the secrets, where no formatting finds them
}

// NewNonces returns Nonces that are accepted for a lifetime, of one second or
// more; usually some minutes. All servers that share clients need the same
// secrets, each of at least 32 random bytes: the first makes nonces, all of them
// verify, which allows rotation. Without a secret, a new one is made, for a server
// of one process.
func NewNonces(lifetime time.Duration, secrets ...[]byte) (*Nonces, error) {
	if lifetime < time.Second {
		return nil, fmt.Errorf("dpop: nonces: got a lifetime of %s, want a second or more, such as 5*time.Minute", lifetime)
	}
	if len(secrets) == 0 {
		secret := make([]byte, minSecret)
		rand.Read(secret) // never fails
		secrets = [][]byte{secret}
	}
	var copies [][]byte
	for _, secret := range secrets {
		if len(secret) < minSecret {
			return nil, fmt.Errorf("dpop: nonces: got a secret of %d bytes, want at least %d", len(secret), minSecret)
		}
		copies = append(copies, append([]byte(nil), secret...))
	}
	return &Nonces{lifetime, func() [][]byte { return copies }}, nil
}

const (
	minSecret = sha256.Size
	macSize   = 16 // bytes of a MAC that are sent
	timeSize  = 8
)

// make returns the nonce of a second.
func (n *Nonces) make(now time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(now.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b, mac(n.macs()[0], b)...))
}

// check reports whether a nonce is one of these and in time, and whether the
// client should get a new one.
func (n *Nonces) check(nonce string, now time.Time) (ok, renew bool) {
	b, err := jwt.DecodeBase64URL(nonce)
	if err != nil || len(b) != timeSize+macSize {
		return false, true
	}
	for i, secret := range n.macs() {
		if !hmac.Equal(mac(secret, b[:timeSize]), b[timeSize:]) {
			continue
		}
		age := now.Sub(time.Unix(int64(binary.BigEndian.Uint64(b)), 0))
		return -n.lifetime <= age && age <= n.lifetime, i > 0 || age > n.lifetime/2
	}
	return false, true
}

func mac(secret, message []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("dpop nonce\x00"))
	h.Write(message)
	return h.Sum(nil)[:macSize]
}
