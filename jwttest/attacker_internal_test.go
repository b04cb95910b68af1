package jwttest

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestTheAttackerHasKeysForEachAlgorithmWithPublicKeys(t *testing.T) {
	t.Parallel()
	for _, family := range [][]jwt.Algorithm{
		{jwt.RS256, jwt.RS384, jwt.RS512}, {jwt.PS256, jwt.PS384, jwt.PS512}, {jwt.ES256, jwt.ES384, jwt.ES512}, {jwt.EdDSA, jwt.Ed25519},
	} {
		for _, alg := range family {
			assert.True(t, asymmetric[alg], alg)
		}
	}
	for _, alg := range []jwt.Algorithm{jwt.HS256, jwt.HS384, jwt.HS512} {
		assert.False(t, asymmetric[alg], alg)
	}
}

func TestTheCertificateOfTheAttackerIsGoodNow(t *testing.T) {
	t.Parallel()
	x := newAttacker(t, NewIssuer(t))
	certificate, err := x509.ParseCertificate(x.certificate())
	require.NoError(t, err)
	assert.NoError(t, certificate.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature))
	assert.True(t, certificate.NotBefore.Before(time.Now()))
	assert.True(t, certificate.NotAfter.After(time.Now().Add(time.Hour)))
}
