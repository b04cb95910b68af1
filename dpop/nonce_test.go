package dpop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var issued = time.Unix(1_800_000_000, 0)

func TestANonceIsGoodForItsLifetimeAndRenewedAfterHalfOfIt(t *testing.T) {
	nonces, err := NewNonces(time.Minute)
	require.NoError(t, err)
	nonce := nonces.make(issued)
	for _, row := range []struct {
		age       time.Duration
		ok, renew bool
	}{
		{0, true, false},
		{30 * time.Second, true, false},
		{31 * time.Second, true, true},
		{60 * time.Second, true, true},
		{61 * time.Second, false, true},
		{1000 * time.Hour, false, true},
		{-60 * time.Second, true, false}, // made by another server, whose clock is ahead
		{-61 * time.Second, false, false},
	} {
		ok, renew := nonces.check(nonce, issued.Add(row.age))
		assert.Equal(t, row.ok, ok, "accepted at %s", row.age)
		assert.Equal(t, row.renew, renew, "renewed at %s", row.age)
	}
	assert.True(t, isNonce(nonce))
	assert.Len(t, nonce, 32)
}

func TestANonceOfAnotherServerIsRefused(t *testing.T) {
	nonces, err := NewNonces(time.Minute)
	require.NoError(t, err)
	others, err := NewNonces(time.Minute)
	require.NoError(t, err)
	nonce := nonces.make(issued)
	for _, bad := range []string{
		"", "x", others.make(issued), nonce + "A", nonce[:31], nonce + "=", nonce + "\n", strings.Repeat("A", 32), nonces.make(issued.Add(time.Second))[:11] + nonce[11:],
	} {
		ok, renew := nonces.check(bad, issued)
		assert.False(t, ok, bad)
		assert.True(t, renew, bad)
	}
	for i := range nonce { // a change of any character
		changed := []byte(nonce)
		changed[i] = map[bool]byte{true: 'B', false: 'A'}[changed[i] == 'A']
		ok, _ := nonces.check(string(changed), issued)
		assert.False(t, ok, "character %d", i)
	}
}

// The secrets may serve something else, too, whose MACs are no nonces.
func TestANonceHasAMACOfItsOwn(t *testing.T) {
	secret := []byte(strings.Repeat("s", 32))
	nonces, err := NewNonces(time.Minute, secret)
	require.NoError(t, err)
	second := binary.BigEndian.AppendUint64(nil, uint64(issued.Unix()))
	h := hmac.New(sha256.New, secret)
	h.Write(second)
	ok, _ := nonces.check(base64.RawURLEncoding.EncodeToString(append(second, h.Sum(nil)[:16]...)), issued)
	assert.False(t, ok)
}

// All secrets verify and the first one makes nonces, so that a new one can be
// given to all servers before it is used.
func TestSecretsOfNoncesCanBeRotated(t *testing.T) {
	earlier, later := []byte(strings.Repeat("e", 32)), []byte(strings.Repeat("l", 32))
	before, err := NewNonces(time.Minute, earlier)
	require.NoError(t, err)
	after, err := NewNonces(time.Minute, later, earlier)
	require.NoError(t, err)
	clear(later) // NewNonces has copies

	ok, renew := after.check(before.make(issued), issued)
	assert.True(t, ok)
	assert.True(t, renew, "the client gets one of the new secret")
	ok, renew = after.check(after.make(issued), issued)
	assert.True(t, ok)
	assert.False(t, renew)
	ok, _ = before.check(after.make(issued), issued)
	assert.False(t, ok)
}

func TestNoncesWantALifetimeAndLongSecrets(t *testing.T) {
	_, err := NewNonces(time.Second - 1)
	assert.ErrorContains(t, err, ", want a second or more, such as 5*time.Minute")
	_, err = NewNonces(time.Second)
	assert.NoError(t, err)
	_, err = NewNonces(time.Minute, make([]byte, 32), make([]byte, 31))
	assert.EqualError(t, err, "dpop: nonces: got a secret of 31 bytes, want at least 32")
}

func TestNoncesShowNoSecret(t *testing.T) {
	secret := strings.Repeat("secret! ", 4)
	nonces, err := NewNonces(time.Minute, []byte(secret))
	require.NoError(t, err)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		shown := fmt.Sprintf(format, nonces)
		assert.NotContains(t, shown, "secret!")
		assert.NotContains(t, shown, "736563726574")
		assert.NotContains(t, shown, "115 101 99")
	}
}

func TestWhatMayBeANonce(t *testing.T) { // NQCHAR of RFC 6749 appendix A
	for _, good := range []string{"a", "!", "#", "[", "]", "~", "eyJ7S_zG.eyJH0-Z.HX4w-7v", strings.Repeat("a", 1024)} {
		assert.True(t, isNonce(good), good)
	}
	for _, bad := range []string{"", " ", "a b", "a\"", "a\\", "a\n", "\x7F", "ü", strings.Repeat("a", 1025)} {
		assert.False(t, isNonce(bad), bad)
	}
}

// Nothing is a nonce but what these made, in time.
func FuzzNonce(f *testing.F) {
	nonces, err := NewNonces(time.Minute, []byte(strings.Repeat("s", minSecret))) // the same in each process
	require.NoError(f, err)
	good, late := nonces.make(issued), nonces.make(issued.Add(-time.Hour))
	for _, text := range []string{"", "A", good, late, good + "=", strings.Repeat("A", 32)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ok, renew := nonces.check(text, issued)
		require.Equal(t, text == good, ok)
		require.Equal(t, text != good, renew)
	})
}
