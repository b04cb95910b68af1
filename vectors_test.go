package jwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/hex"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// A vector is an RFC's example of a token: a row of the files in testdata.
type vector struct {
	Source, Title string
	Algorithm     jwt.Algorithm
	KeyID         string
	Key           map[string]string // a JWK (RFC 7517)
	Payload       string
	Token         string
	Outcome       string
	Reproducible  bool
}

func vectors(t testing.TB) (all []vector) {
	t.Helper()
	files, err := filepath.Glob("testdata/rfc*.json")
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var f struct {
			About  string
			Tokens []vector
		}
		require.NoError(t, json.Unmarshal(data, &f, json.MatchCaseInsensitiveNames(true), json.RejectUnknownMembers(true)), file)
		all = append(all, f.Tokens...)
	}
	require.Len(t, all, 10)
	return all
}

func (v vector) bytes(t testing.TB, name string) []byte {
	t.Helper()
	b, err := jwt.DecodeBase64URL(v.Key[name])
	require.NoError(t, err)
	return b
}

func (v vector) number(t testing.TB, name string) *big.Int {
	t.Helper()
	return new(big.Int).SetBytes(v.bytes(t, name))
}

// keys returns the vector's keys; the signer is nil if no private part is given.
func (v vector) keys(t testing.TB) (jwt.Signer, jwt.Verifier) {
	t.Helper()
	var public crypto.PublicKey
	var private crypto.Signer
	var err error
	hasPrivate := v.Key["d"] != ""
	switch v.Key["kty"] {
	case "oct":
		k, err := jwt.NewHMAC(v.Algorithm, v.bytes(t, "k"), v.KeyID)
		require.NoError(t, err)
		return k, k
	case "RSA":
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: v.number(t, "n"), E: int(v.number(t, "e").Int64())}}
		public, private = &key.PublicKey, key
		if hasPrivate {
			key.D, key.Primes = v.number(t, "d"), []*big.Int{v.number(t, "p"), v.number(t, "q")}
		}
	case "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-521": elliptic.P521()}[v.Key["crv"]]
		public, err = ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, v.bytes(t, "x")...), v.bytes(t, "y")...))
		require.NoError(t, err)
		if hasPrivate {
			private, err = ecdsa.ParseRawPrivateKey(curve, v.bytes(t, "d"))
			require.NoError(t, err)
		}
	case "OKP":
		public = ed25519.PublicKey(v.bytes(t, "x"))
		if hasPrivate {
			private = ed25519.NewKeyFromSeed(v.bytes(t, "d"))
		}
	default:
		t.Fatal("no key", v.Key)
	}
	verifier, err := jwt.NewVerifier(v.Algorithm, public, v.KeyID)
	require.NoError(t, err)
	if !hasPrivate {
		return nil, verifier
	}
	signer, err := jwt.NewSigner(v.Algorithm, private, v.KeyID)
	require.NoError(t, err)
	return signer, verifier
}

func TestVectorsVerify(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Source+" "+v.Title, func(t *testing.T) {
			if v.Outcome == "malformed" {
				got, err := lenient(hs256(t)).Verify(t.Context(), v.Token)
				refused(t, jwt.ErrMalformed, v.Token, got, err)
				return
			}
			_, verifier := v.keys(t)
			p := lenient(verifier)
			p.Now = func() time.Time { return time.Unix(1300819379, 0) }
			got, err := p.Verify(t.Context(), v.Token)
			switch v.Outcome {
			case "accepted":
				require.NoError(t, err)
				assert.Equal(t, v.Payload, string(got.Payload()))
				assert.Equal(t, jwt.Claims{Issuer: "joe", ExpiresAt: 1300819380}, got.Claims)
				assert.Equal(t, v.Algorithm, got.Header.Algorithm)
				private, err := jwt.ClaimsAs[map[string]any](got)
				require.NoError(t, err)
				assert.Equal(t, true, private["http://example.com/is_root"])
				p.Now = func() time.Time { return time.Unix(1300819380, 0) }
				got, err = p.Verify(t.Context(), v.Token)
				refused(t, jwt.ErrExpired, v.Token, got, err)
			case "claim": // the signature is good, the payload is no JSON
				refused(t, jwt.ErrClaim, v.Token, got, err)
			default:
				t.Fatal(v.Outcome)
			}
			verifySignature(t, verifier, v.Token)
		})
	}
}

// verifySignature checks that the signature of a token is good for what was
// signed and for nothing else.
func verifySignature(t *testing.T, verifier jwt.Verifier, token string) {
	t.Helper()
	dot := strings.LastIndex(token, ".")
	sig, err := jwt.DecodeBase64URL(token[dot+1:])
	require.NoError(t, err)
	assert.NoError(t, verifier.Verify(t.Context(), []byte(token[:dot]), sig))
	assert.ErrorIs(t, verifier.Verify(t.Context(), []byte(token[:dot]+"A"), sig), jwt.ErrSignature)
	assert.ErrorIs(t, verifier.Verify(t.Context(), []byte(token[:dot]), sig[1:]), jwt.ErrSignature)
	assert.ErrorIs(t, verifier.Verify(t.Context(), []byte(token[:dot]), nil), jwt.ErrSignature)
}

func TestVectorsSign(t *testing.T) {
	reproduced := 0
	for _, v := range vectors(t) {
		if v.Outcome == "malformed" {
			continue
		}
		signer, verifier := v.keys(t)
		if signer == nil {
			continue
		}
		t.Run(v.Source+" "+v.Title, func(t *testing.T) {
			header, body, err := jwt.InsecureDecode(v.Token)
			require.NoError(t, err)
			assert.Equal(t, v.Payload, string(body))
			token := signRaw(t, signer, string(header), v.Payload)
			verifySignature(t, verifier, token)
			if v.Reproducible {
				assert.Equal(t, v.Token, token)
				reproduced++
			}
		})
	}
	assert.Equal(t, 4, reproduced)
}

// RFC 6979 appendix A.2.5 to A.2.7, message "sample", the curve's own hash.
var rfc6979 = []struct {
	alg     jwt.Algorithm
	curve   elliptic.Curve
	x, r, s string
}{
	{jwt.ES256, elliptic.P256(),
		"C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
		"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
		"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
	{jwt.ES384, elliptic.P384(),
		"6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
		"94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
		"99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8"},
	{jwt.ES512, elliptic.P521(),
		"00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538",
		"00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA",
		"00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A"},
}

func TestECDSAIsDeterministic(t *testing.T) {
	for _, row := range rfc6979 {
		t.Run(string(row.alg), func(t *testing.T) {
			x, err := hex.DecodeString(row.x)
			require.NoError(t, err)
			key, err := ecdsa.ParseRawPrivateKey(row.curve, x)
			require.NoError(t, err)
			signer, err := jwt.NewSigner(row.alg, key, "")
			require.NoError(t, err)
			sig, err := signer.Sign(t.Context(), []byte("sample"))
			require.NoError(t, err)
			assert.Equal(t, strings.ToLower(row.r+row.s), hex.EncodeToString(sig))
		})
	}
}

func TestOnlyPSSAndMLDSASignaturesDiffer(t *testing.T) {
	for _, alg := range allAlgorithms {
		s, _ := pair(t, alg, "")
		one, err := jwt.Sign(t.Context(), s, jwt.Claims{Subject: "alice"})
		require.NoError(t, err)
		two, err := jwt.Sign(t.Context(), s, jwt.Claims{Subject: "alice"})
		require.NoError(t, err)
		random := strings.HasPrefix(string(alg), "PS") || strings.HasPrefix(string(alg), "ML-DSA")
		assert.Equal(t, random, one != two, alg)
	}
}
