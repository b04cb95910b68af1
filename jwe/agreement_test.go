package jwe_test

import (
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwe"
)

// The tokens of this test are encrypted with the key that the ephemeral key comes
// to, or that it would come to if it were not refused.
func TestEphemeralKeys(t *testing.T) {
	fipstest.SkipEnforced(t)
	static := map[string]*ecdh.PrivateKey{}
	for crv := range ecdhCurves {
		static[crv] = ecdhKey(crv)
	}
	ec := func(crv, x, y string) string {
		return `{"kty":"EC","crv":"` + crv + `","x":"` + x + `","y":"` + y + `"}`
	}
	okp := func(x []byte) string { return `{"kty":"OKP","crv":"X25519","x":"` + b64(x) + `"}` }
	coordinates := func(crv string) (x, y string) {
		key, err := ecdhCurves[crv].GenerateKey(rand.Reader)
		require.NoError(t, err)
		point := key.PublicKey().Bytes()
		if crv == "X25519" {
			return b64(point), ""
		}
		return b64(point[1 : 1+len(point)/2]), b64(point[1+len(point)/2:])
	}
	x, y := coordinates("P-256")
	x384, y384 := coordinates("P-384")
	u, _ := coordinates("X25519")
	p256 := elliptic.P256().Params().P
	shifted := append(unb64(x), unb64(y)...) // the same 64 bytes, cut elsewhere
	offCurve := unb64(y)
	offCurve[31] ^= 1
	type row struct{ name, crv, epk, want string }
	rows := []row{
		{"a string", "P-256", `"` + x + `"`, "epk: got a string, want an object"},
		{"null", "P-256", `null`, "epk: got null, want an object"},
		{"an array", "P-256", `[` + ec("P-256", x, y) + `]`, "epk: got an array, want an object"},
		{"empty", "P-256", `{}`, `epk: got kty "", crv "", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"the wrong kty", "P-256", strings.Replace(ec("P-256", x, y), "EC", "OKP", 1), `epk: got kty "OKP", crv "P-256", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"kty in another case", "P-256", strings.Replace(ec("P-256", x, y), "EC", "ec", 1), `epk: got kty "ec", crv "P-256", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"a curve that is not served", "P-256", ec("secp256k1", x, y), `epk: got kty "EC", crv "secp256k1", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"X448", "X25519", `{"kty":"OKP","crv":"X448","x":"` + u + `"}`, `epk: got kty "OKP", crv "X448", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"an Ed25519 key", "X25519", `{"kty":"OKP","crv":"Ed25519","x":"` + u + `"}`, `epk: got kty "OKP", crv "Ed25519", want EC with P-256, P-384 or P-521, or OKP with X25519`},
		{"crv is no string", "P-256", `{"kty":"EC","crv":1,"x":"` + x + `","y":"` + y + `"}`, "epk: crv: got a number, want a string"},
		{"x is no string", "P-256", `{"kty":"EC","crv":"P-256","x":[],"y":"` + y + `"}`, "epk: x: got an array, want a string"},
		{"no x", "P-256", `{"kty":"EC","crv":"P-256","y":"` + y + `"}`, "epk: coordinate of the wrong size for P-256"},
		{"no y", "P-256", `{"kty":"EC","crv":"P-256","x":"` + x + `"}`, "epk: coordinate of the wrong size for P-256"},
		{"a compressed point", "P-256", ec("P-256", b64(append([]byte{2}, unb64(x)...)), ""), "epk: coordinate of the wrong size for P-256"},
		{"padding", "P-256", ec("P-256", x+"=", y), "epk: coordinate: not base64url without padding"},
		{"the other base64", "P-256", ec("P-256", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xff", 32))), y), "epk: coordinate: not base64url without padding"},
		{"a zero in front", "P-256", ec("P-256", b64(append([]byte{0}, unb64(x)...)), y), "epk: coordinate of the wrong size for P-256"},
		{"cut elsewhere", "P-256", ec("P-256", b64(shifted[:31]), b64(shifted[31:])), "epk: coordinate of the wrong size for P-256"},
		{"a point that is not on the curve", "P-256", ec("P-256", x, b64(offCurve)), "epk: no point on the curve P-256"},
		{"zero", "P-256", ec("P-256", b64(make([]byte, 32)), b64(make([]byte, 32))), "epk: no point on the curve P-256"},
		{"a coordinate not below the prime", "P-256", ec("P-256", b64(p256.Bytes()), y), "epk: no point on the curve P-256"},
		{"the coordinates of another curve", "P-256", ec("P-256", x384, y384), "epk: coordinate of the wrong size for P-256"},
		{"X25519 of 31 bytes", "X25519", okp(unb64(u)[:31]), "epk: coordinate of the wrong size for X25519"},
		{"X25519 of 33 bytes", "X25519", okp(append(unb64(u), 0)), "epk: coordinate of the wrong size for X25519"},
		{"a private X25519 key", "X25519", strings.Replace(okp(unb64(u)), "}", `,"d":"AA"}`, 1), "epk: holds a private key"},
		{"a name twice", "P-256", strings.Replace(ec("P-256", x, y), "}", `,"x":"`+x+`"}`, 1), `header: duplicate name "x"`},
		{"another curve than the key's", "P-256", ec("P-384", x384, y384), "decrypt"},
		{"an X25519 key for P-256", "P-256", okp(unb64(u)), "decrypt"},
		{"a P-256 key for X25519", "X25519", ec("P-256", x, y), "decrypt"},
	}
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		rows = append(rows, row{"a private key's " + name, "P-256", strings.Replace(ec("P-256", x, y), "}", `,"`+name+`":1}`, 1), "epk: holds a private key"})
	}
	for i, point := range smallOrderPoints() {
		rows = append(rows, row{fmt.Sprint("X25519 point of small order ", i), "X25519", okp(point), "decrypt"})
	}
	for _, alg := range agreeAlgorithms {
		for _, row := range rows {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				key, err := jwe.NewDecrypter(alg, jwe.A128GCM, static[row.crv], "")
				require.NoError(t, err)
				want := "jwt: malformed token: " + row.want
				if row.want == "decrypt" {
					want = notDecrypted
				}
				// What X25519 comes to with a point of small order is known to all: zeros,
				// or nothing where an error is overlooked.
				for _, secret := range [][]byte{make([]byte, 32), nil} {
					token := craft{header: `{"alg":"` + string(alg) + `","enc":"A128GCM","epk":` + row.epk + `}`, enc: jwe.A128GCM, cek: agreedKey(secret, "A128GCM"), plaintext: "secret"}.token()
					_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
					assert.EqualError(t, err, want)
				}
			})
		}
	}
}

// agreedKey is the Concat KDF for one round, with no party information.
func agreedKey(secret []byte, enc string) []byte {
	h := sha256.New()
	h.Write([]byte{0, 0, 0, 1})
	h.Write(secret)
	h.Write(append([]byte{0, 0, 0, byte(len(enc))}, enc...))
	h.Write([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128})
	return h.Sum(nil)[:16]
}

// smallOrderPoints are the u of the points of order 1, 2, 4 and 8 on Curve25519 and
// its twist, and their spellings that are not reduced: 0, 1, -1, the two of order 8.
func smallOrderPoints() (points [][]byte) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	order8, _ := new(big.Int).SetString("325606250916557431795983626356110631294008115727848805560023387167927233504", 10)
	order8b, _ := new(big.Int).SetString("39382357235489614581723060781553021112529911719440698176882885853963445705823", 10)
	for _, u := range []*big.Int{
		big.NewInt(0), big.NewInt(1), new(big.Int).Sub(p, big.NewInt(1)), order8, order8b,
		p, new(big.Int).Add(p, big.NewInt(1)),
	} {
		point := u.FillBytes(make([]byte, 32))
		for i, j := 0, 31; i < j; i, j = i+1, j-1 {
			point[i], point[j] = point[j], point[i]
		}
		high := append([]byte(nil), point...)
		high[31] |= 0x80 // a bit that is ignored
		points = append(points, point, high)
	}
	return points
}

// Written as RFC 8037 and RFC 7518 want it: no y on X25519.
func TestEphemeralKeysAreWrittenWithTheMembersOfTheirCurve(t *testing.T) {
	fipstest.SkipEnforced(t)
	for crv, members := range map[string]string{
		"P-256": "crv kty x y", "P-384": "crv kty x y", "P-521": "crv kty x y", "X25519": "crv kty x",
	} {
		key, err := jwe.NewEncrypter(jwe.ECDHES, jwe.A128GCM, ecdhKey(crv).PublicKey(), "")
		require.NoError(t, err)
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), key, jwe.Header{}, nil)
		require.NoError(t, err)
		var header struct {
			EPK map[string]string `json:"epk"`
		}
		require.NoError(t, json.Unmarshal(unb64(strings.Split(token, ".")[0]), &header))
		assert.Equal(t, members, strings.Join(slices.Sorted(maps.Keys(header.EPK)), " "))
		assert.Equal(t, crv, header.EPK["crv"])
	}
}

func TestEphemeralKeyMustBeThere(t *testing.T) {
	for _, alg := range agreeAlgorithms {
		key, err := jwe.NewDecrypter(alg, jwe.A128GCM, ecdhKey("P-256"), "")
		require.NoError(t, err)
		token := craft{header: `{"alg":"` + string(alg) + `","enc":"A128GCM"}`, enc: jwe.A128GCM, cek: randomBytes(16)}.token()
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), key, token)
		assert.EqualError(t, err, "jwt: malformed token: epk: got nothing, want an object")
	}
}

func TestPartyInformationIsReadStrictly(t *testing.T) {
	p := newPair(t, jwe.ECDHES, jwe.A128GCM, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
	token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, jwe.Header{}, nil)
	require.NoError(t, err)
	header := string(unb64(strings.Split(token, ".")[0]))
	for _, row := range []struct{ member, want string }{
		{`"apu":1`, "apu: got a number, want a string"},
		{`"apv":null`, "apv: got null, want a string"},
		{`"apu":"QQ=="`, "apu: not base64url without padding"},
		{`"apv":"QR"`, "apv: not base64url without padding"},
		{`"apv":"Q\n"`, "apv: not base64url without padding"},
	} {
		token := craft{header: strings.TrimSuffix(header, "}") + "," + row.member + "}", enc: jwe.A128GCM, cek: randomBytes(16)}.token()
		_, _, err = jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
		assert.EqualError(t, err, "jwt: malformed token: "+row.want)
	}
}

func TestPartyInformationIsPartOfTheAgreement(t *testing.T) {
	for _, alg := range agreeAlgorithms {
		p := newPair(t, alg, jwe.A256CBCHS512, ecdhKey("P-256").PublicKey(), ecdhKey("P-256"), "")
		in := jwe.Header{PartyUInfo: []byte("Alice"), PartyVInfo: []byte("Bob")}
		token, err := jwe.InsecureEncryptUnsigned(t.Context(), p.encrypt, in, []byte("secret"))
		require.NoError(t, err)
		h, got, err := jwe.InsecureDecryptUnsigned(t.Context(), p.decrypt, token)
		require.NoError(t, err)
		assert.Equal(t, "secret Alice Bob", string(got)+" "+string(h.PartyUInfo)+" "+string(h.PartyVInfo))
	}
}
