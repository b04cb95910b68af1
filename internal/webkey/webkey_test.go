package webkey

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
)

func TestCurves(t *testing.T) {
	for _, row := range []struct {
		kty, crv string
		ecdh     ecdh.Curve
		elliptic elliptic.Curve
	}{
		{"EC", "P-256", ecdh.P256(), elliptic.P256()},
		{"EC", "P-384", ecdh.P384(), elliptic.P384()},
		{"EC", "P-521", ecdh.P521(), elliptic.P521()},
		{"OKP", "X25519", ecdh.X25519(), nil},
	} {
		c, ok := CurveNamed(row.kty, row.crv)
		require.True(t, ok, row.crv)
		of, ok := CurveOf(row.ecdh)
		require.True(t, ok, row.crv)
		assert.Equal(t, c, of)
		assert.Equal(t, row.ecdh, c.ECDH)
		assert.Equal(t, row.elliptic, c.Elliptic)
		if row.elliptic != nil {
			assert.Equal(t, row.crv, row.elliptic.Params().Name)
		}

		var one, two *ecdh.PrivateKey
		var secret []byte
		fips140.WithoutEnforcement(func() { // X25519 is not approved
			var err error
			one, err = row.ecdh.GenerateKey(rand.Reader)
			require.NoError(t, err)
			two, err = row.ecdh.GenerateKey(rand.Reader)
			require.NoError(t, err)
			secret, err = one.ECDH(two.PublicKey())
			require.NoError(t, err)
		})
		assert.Len(t, secret, c.Size)
		assert.Len(t, one.Bytes(), c.Size)
		x, y := c.Coordinates(one.PublicKey().Bytes())
		assert.Len(t, x, c.Size)
		if row.kty == "OKP" {
			assert.Empty(t, y)
		} else {
			assert.Len(t, y, c.Size)
		}
		point := c.Point(x, y)
		assert.True(t, bytes.Equal(one.PublicKey().Bytes(), point), row.crv)
	}
	assert.Len(t, Curves, 4)
}

func TestX25519IsNotApproved(t *testing.T) {
	assert.Equal(t, "X25519", X25519().Name)
	for _, c := range Curves {
		assert.NoError(t, c.approved(false), c.Name)
		if c.Name == "X25519" {
			assert.EqualError(t, c.approved(true), "X25519 is not approved (FIPS 140-only mode), want P-256, P-384 or P-521")
			assert.Equal(t, fips140.Enforced(), c.Approved() != nil)
		} else {
			assert.NoError(t, c.approved(true), c.Name)
		}
	}
}

func TestX25519IsNotApprovedInTheFIPSMode(t *testing.T) {
	if fipstest.Enforced(t) {
		assert.Error(t, X25519().Approved())
	}
}

func TestUnknownCurves(t *testing.T) {
	for _, row := range [][2]string{{"", ""}, {"EC", ""}, {"", "P-256"}, {"OKP", "P-256"}, {"EC", "X25519"}, {"ec", "P-256"}, {"EC", "P256"}, {"OKP", "Ed25519"}} {
		c, ok := CurveNamed(row[0], row[1])
		assert.False(t, ok, row)
		assert.Zero(t, c)
	}
	c, ok := CurveOf(nil)
	assert.False(t, ok)
	assert.Zero(t, c)
}

func TestPrivateMembers(t *testing.T) {
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"} {
		assert.True(t, IsPrivate(name), name)
	}
	for _, name := range []string{"", "x", "y", "n", "e", "kty", "crv", "pub", "D", "dd"} {
		assert.False(t, IsPrivate(name), name)
	}
}
