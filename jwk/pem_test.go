package jwk_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// block returns a PEM file with one block.
func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestKeySurvivesPEM(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			k := newKey(t, kind, "", "")
			private, err := k.MarshalPrivatePEM()
			if kind == "oct" {
				assert.EqualError(t, err, "jwk: PEM: got a symmetric key, want a private key")
				_, err = k.MarshalPublicPEM()
				assert.EqualError(t, err, "jwk: a symmetric key has no public part")
				return
			}
			require.NoError(t, err)
			again, err := jwk.ParsePEM(private)
			require.NoError(t, err)
			assert.Equal(t, k.CryptoKey(), again.CryptoKey())
			assert.Equal(t, k.String(), again.String())

			public, err := k.MarshalPublicPEM()
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(string(public), "-----BEGIN PUBLIC KEY-----"))
			again, err = jwk.ParsePEM(public)
			require.NoError(t, err)
			assert.Equal(t, k.Public().CryptoKey(), again.CryptoKey())
			_, err = again.MarshalPrivatePEM()
			assert.EqualError(t, err, "jwk: PEM: got a "+kind+" public key, want a private key")
		})
	}
}

func TestParsePEMReadsEveryForm(t *testing.T) {
	rsaKey, ecKey := material()["RSA"].(*rsa.PrivateKey), material()["P-256"].(*ecdsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	require.NoError(t, err)
	der, err := base64.StdEncoding.DecodeString(certificate(t, "P-256"))
	require.NoError(t, err)
	parameters := block("EC PARAMETERS", []byte{6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7})
	for _, row := range []struct{ name, data, kind, want string }{
		{"PKCS #1", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), "RSA", "RSA private key"},
		{"PKCS #1 public", block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)), "RSA", "RSA public key"},
		{"SEC 1", block("EC PRIVATE KEY", sec1), "P-256", "P-256 private key"},
		{"SEC 1 after its parameters", parameters + block("EC PRIVATE KEY", sec1), "P-256", "P-256 private key"},
		{"a certificate", block("CERTIFICATE", der), "P-256", "P-256 public key"},
		{"text around it", "Subject: me\n\n" + block("CERTIFICATE", der) + "\nand more\n", "P-256", "P-256 public key"},
		{"carriage returns", strings.ReplaceAll(block("EC PRIVATE KEY", sec1), "\n", "\r\n"), "P-256", "P-256 private key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := jwk.ParsePEM([]byte(row.data))
			require.NoError(t, err)
			assert.Equal(t, newKey(t, row.kind, "", "").Thumbprint(), k.Thumbprint())
			assert.True(t, strings.HasPrefix(k.String(), row.want), k)
			assert.Empty(t, k.KeyID())
			assert.Empty(t, k.Algorithm())
		})
	}
}

func TestParsePEMRefuses(t *testing.T) {
	fipstest.SkipEnforced(t)
	key, err := newKey(t, "P-256", "", "").MarshalPrivatePEM()
	require.NoError(t, err)
	good := string(key)
	public, err := newKey(t, "P-256", "", "").MarshalPublicPEM()
	require.NoError(t, err)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	p224DER, err := x509.MarshalPKCS8PrivateKey(p224)
	require.NoError(t, err)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	broken := *material()["RSA"].(*rsa.PrivateKey)
	broken.D = small.D
	decoded, _ := pem.Decode(key)
	publicDER, _ := pem.Decode(public)
	parameters := block("EC PARAMETERS", []byte{6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7})
	for _, row := range []struct{ name, data, want string }{
		{"nothing", "", "no PEM block found"},
		{"a JWK", `{"kty":"EC"}`, "it is JSON; Parse reads a JWK, ParseSet a JWK Set"},
		{"two keys", good + good, `got 2 PEM blocks, beginning with "PRIVATE KEY" and "PRIVATE KEY", want one key`},
		{"a key and its public key", good + string(public), `beginning with "PRIVATE KEY" and "PUBLIC KEY", want one key`},
		{"three blocks", good + good + good, "got 3 PEM blocks"},
		{"a key and a malformed one", good + "-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----\n", "a PEM block is malformed"},
		{"a malformed key and a key", "-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----\n" + good, "a PEM block is malformed"},
		{"no end", good[:len(good)-10], "a PEM block is malformed"},
		{"parameters alone", parameters, "is no key that is read here"},
		{"parameters behind the key", block("EC PRIVATE KEY", nil) + parameters, "got 2 PEM blocks"},
		{"parameters before two keys", parameters + block("EC PRIVATE KEY", nil) + good, "got 3 PEM blocks"},
		{"parameters before another key", parameters + good, "got 2 PEM blocks"},
		{"a certificate request", block("CERTIFICATE REQUEST", decoded.Bytes), `"CERTIFICATE REQUEST": is no key that is read here`},
		{"an OpenSSH key", block("OPENSSH PRIVATE KEY", decoded.Bytes), "is read by the package jwk/openssh"},
		{"encrypted PKCS #8", block("ENCRYPTED PRIVATE KEY", decoded.Bytes), "decrypt it first: openssl pkey -in encrypted.pem -out key.pem"},
		{"encrypted PKCS #1", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "decrypt it first: openssl pkey"},
		{"the label of a public key", block("PUBLIC KEY", decoded.Bytes), "holds a private key; if it has been published as the label says, it is compromised"},
		{"the label of a certificate", block("CERTIFICATE", decoded.Bytes), "holds a private key"},
		{"the label of a private key", block("PRIVATE KEY", publicDER.Bytes), "holds a public key, want the private one that the label promises"},
		{"an empty block", block("PRIVATE KEY", nil), "not a key of a kind that is supported"},
		{"a cut key", block("PRIVATE KEY", decoded.Bytes[:len(decoded.Bytes)-1]), "not a key of a kind that is supported"},
		{"data after the key", block("PRIVATE KEY", append(append([]byte{}, decoded.Bytes...), 0)), "data after the key"},
		{"P-224", block("PRIVATE KEY", p224DER), "a key of P-224, which is not supported"},
		{"RSA of 1024 bits", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small)), "modulus of 1024 bits, want 2048 to 8192"},
		{"an RSA key of another d", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(&broken)), "not a key of a kind that is supported"},
		{"a private key of 8193 bytes", block("PRIVATE KEY", sequence(8193)), "got a private key of 8193 bytes, want at most 8192"},
		{"one of 8192 bytes", block("PRIVATE KEY", sequence(8192)), "not a key of a kind that is supported"},
		{"more than 64 KiB", good + strings.Repeat(" ", 64<<10), "want at most 65536"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := jwk.ParsePEM([]byte(row.data))
			assert.Nil(t, k)
			require.ErrorContains(t, err, row.want)
			assert.True(t, strings.HasPrefix(err.Error(), "jwk: PEM: "), err)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// sequence returns DER of size bytes that begins as a PKCS #1 private key does.
func sequence(size int) []byte {
	der := make([]byte, size)
	copy(der, []byte{0x30, 0x82, byte((size - 4) >> 8), byte(size - 4), 2, 1, 0, 2, 1, 1, 2, 1, 1, 4, 0x82, byte((size - 17) >> 8), byte(size - 17)})
	return der
}

func TestPEMOfX25519IsForECDH(t *testing.T) {
	private, err := newKey(t, "X25519", "", "").MarshalPrivatePEM()
	require.NoError(t, err)
	k, err := jwk.ParsePEM(private)
	require.NoError(t, err)
	assert.IsType(t, (*ecdh.PrivateKey)(nil), k.CryptoKey())
	_, err = k.Signer()
	assert.Error(t, err)
}
