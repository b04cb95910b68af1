package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/fips140"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

func TestForgedECDSASignatures(t *testing.T) {
	for _, alg := range []jwt.Algorithm{jwt.ES256, jwt.ES384, jwt.ES512} {
		s, v := pair(t, alg, "")
		params := curveOf(alg).Params()
		size := (params.BitSize + 7) / 8
		input := encode(header(string(alg))) + "." + encode(payload)
		good := must(s.Sign(t.Context(), []byte(input)))
		require.Len(t, good, 2*size)
		r, sig := good[:size], good[size:]
		number := func(n *big.Int) []byte { return n.FillBytes(make([]byte, size)) }
		zero, one := number(new(big.Int)), number(big.NewInt(1))
		order, prime := number(params.N), number(params.P)
		highest := make([]byte, size)
		for i := range highest {
			highest[i] = 0xFF
		}
		join := func(parts ...[]byte) (all []byte) {
			for _, p := range parts {
				all = append(all, p...)
			}
			return all
		}
		for _, row := range []struct {
			name string
			sig  []byte
		}{
			{"zero and zero", join(zero, zero)}, // the "psychic" signature
			{"zero and s", join(zero, sig)},
			{"r and zero", join(r, zero)},
			{"zero and one", join(zero, one)},
			{"one and zero", join(one, zero)},
			{"one and one", join(one, one)},
			{"order and order", join(order, order)},
			{"order and zero", join(order, zero)},
			{"zero and order", join(zero, order)},
			{"order and one", join(order, one)},
			{"r and order", join(r, order)},
			{"order and s", join(order, sig)},
			{"prime and prime", join(prime, prime)},
			{"highest and highest", join(highest, highest)},
			{"s and r", join(sig, r)},
			{"r and r", join(r, r)},
			{"r alone", r},
			{"r and s, cut", good[:len(good)-1]},
			{"r and s, cut before", good[1:]},
			{"r and s and a zero", join(good, []byte{0})},
			{"r and s behind a zero", join([]byte{0}, good)},
			{"r and s, each behind a zero", join([]byte{0}, r, []byte{0}, sig)},
			{"r and s behind zeros", join(zero, r, zero, sig)},
			{"r, and s behind a zero", join(r, []byte{0}, sig)},
			{"r, and s behind zeros", join(r, zero, sig)},
			{"r and s and r and s", join(good, good)},
			{"ASN.1 of r and s", sequence(integer(r), integer(sig))},
			{"ASN.1 filled up to size", join(sequence(integer(r), integer(sig)), zero, zero)[:2*size]},
			{"text of r and s", []byte(new(big.Int).SetBytes(r).String() + new(big.Int).SetBytes(sig).String())},
			{"nothing", nil},
		} {
			t.Run(string(alg)+"/"+row.name, func(t *testing.T) {
				token := input + "." + encode(row.sig)
				got, err := policy(v).Verify(t.Context(), token)
				refused(t, jwt.ErrSignature, token, got, err)
			})
		}
		t.Run(string(alg)+"/r and s beyond the order", func(t *testing.T) {
			for i, half := range []*big.Int{new(big.Int).SetBytes(r), new(big.Int).SetBytes(sig)} {
				half.Add(half, params.N)
				if half.BitLen() > size*8 {
					continue
				}
				forged := [][]byte{r, sig}
				forged[i] = number(half)
				assert.ErrorIs(t, v.Verify(t.Context(), []byte(input), join(forged...)), jwt.ErrSignature)
			}
		})
		t.Run(string(alg)+"/but s may be high or low", func(t *testing.T) {
			// RFC 7518 section 3.4 asks for neither, and signers elsewhere make both.
			other := number(new(big.Int).Sub(params.N, new(big.Int).SetBytes(sig)))
			assert.NoError(t, v.Verify(t.Context(), []byte(input), join(r, other)))
		})
	}
}

// A short r or s, and one with its highest bit set, take ways of their own
// through the two conversions of an ECDSA signature.
func TestECDSASignaturesOfAllSizes(t *testing.T) {
	// Of these numbers, the keys of RFC 6979 make a signature with a short r, and one with a short s.
	short := map[jwt.Algorithm][]int{jwt.ES256: {281, 192}, jwt.ES384: {541, 419}, jwt.ES512: {74, 99}}
	for _, row := range rfc6979 {
		t.Run(string(row.alg), func(t *testing.T) {
			key := must(ecdsa.ParseRawPrivateKey(row.curve, bytesOf(row.x)))
			local := must(jwt.NewSigner(row.alg, key, ""))
			var sig []byte // which the remote key makes too, in ASN.1
			viaASN1 := must(jwt.NewSigner(row.alg, &remote{key, func([]byte) ([]byte, error) {
				return asn1.Marshal([]*big.Int{new(big.Int).SetBytes(sig[:len(sig)/2]), new(big.Int).SetBytes(sig[len(sig)/2:])})
			}}, ""))
			v := must(jwt.NewVerifier(row.alg, key.Public(), ""))
			sizes := make(map[[2]bool]bool)
			for n := range 10 {
				i := n
				if n >= 8 {
					i = short[row.alg][n-8]
				}
				input := []byte(strconv.Itoa(i))
				sig = must(local.Sign(t.Context(), input))
				r, s := sig[:len(sig)/2], sig[len(sig)/2:]
				if row.alg == jwt.ES512 { // the first byte is 0 or 1
					r, s = r[1:], s[1:]
				}
				sizes[[2]bool{r[0] > 0x7f, s[0] > 0x7f}] = true
				require.False(t, n == 8 && r[0] != 0 || n == 9 && s[0] != 0, "%x", sig)
				require.NoError(t, v.Verify(t.Context(), input, sig), "%x", sig)
				if half := len(sig) / 2; sig[half] == 0 { // not to be left out
					assert.ErrorIs(t, v.Verify(t.Context(), input, append(sig[:half:half], sig[half+1:]...)), jwt.ErrSignature)
				}
				assert.Equal(t, sig, must(viaASN1.Sign(t.Context(), input)))
			}
			assert.Len(t, sizes, 4, "the highest bits of r and s, set and not")
		})
	}
}

// RFC 8032 section 5.1.7: S is below the order of the group.
func TestEd25519SignaturesAreNotMalleable(t *testing.T) {
	s, v := pair(t, jwt.EdDSA, "")
	input := []byte("input")
	sig := must(s.Sign(t.Context(), input))
	order, ok := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	require.True(t, ok)
	reversed := func(b []byte) []byte {
		out := make([]byte, len(b))
		for i := range b {
			out[len(b)-1-i] = b[i]
		}
		return out
	}
	half := new(big.Int).SetBytes(reversed(sig[32:]))
	for range 7 {
		half.Add(half, order)
		forged := append(append([]byte(nil), sig[:32]...), reversed(half.FillBytes(make([]byte, 32)))...)
		assert.ErrorIs(t, v.Verify(t.Context(), input, forged), jwt.ErrSignature)
	}
}

func TestRSASignaturesAreNotMalleable(t *testing.T) {
	for _, alg := range rsaFamily {
		s, v := pair(t, alg, "")
		input := []byte("input")
		sig := must(s.Sign(t.Context(), input))
		n := rsaKey().N
		number := new(big.Int).SetBytes(sig)
		for name, forged := range map[string][]byte{
			"with a zero in front":        append([]byte{0}, sig...),
			"with a zero behind":          append(append([]byte(nil), sig...), 0),
			"with the modulus added":      new(big.Int).Add(number, n).Bytes(),
			"subtracted from the modulus": new(big.Int).Sub(n, number).FillBytes(make([]byte, 256)),
			"cut":                         sig[:255],
			"zero":                        make([]byte, 256),
			"one":                         big.NewInt(1).FillBytes(make([]byte, 256)),
			"the modulus":                 n.Bytes(),
			"the modulus less one":        new(big.Int).Sub(n, big.NewInt(1)).Bytes(),
		} {
			assert.ErrorIs(t, v.Verify(t.Context(), input, forged), jwt.ErrSignature, "%s %s", alg, name)
		}
	}
}

// Paddings that some verifiers have taken for that of RFC 8017 section 9.2.
func TestRSAPaddingHasOneForm(t *testing.T) {
	key := rsaKey()
	_, v := pair(t, jwt.RS256, "")
	input := []byte("input")
	sum := sha256.Sum256(input)
	sha256Prefix := bytesOf("3031300d060960864801650304020105000420")
	padded := func(first, second, fill byte, content ...[]byte) []byte {
		end := slices.Concat(content...)
		m := append([]byte{first, second}, bytes.Repeat([]byte{fill}, 256-3-len(end))...)
		m = new(big.Int).Exp(new(big.Int).SetBytes(append(append(m, 0), end...)), key.D, key.N).FillBytes(make([]byte, 256))
		return m
	}
	assert.NoError(t, v.Verify(t.Context(), input, padded(0, 1, 0xFF, sha256Prefix, sum[:])))
	for name, forged := range map[string][]byte{
		"without NULL":                   padded(0, 1, 0xFF, bytesOf("302f300b0609608648016503040201"), bytesOf("0420"), sum[:]),
		"the hash alone":                 padded(0, 1, 0xFF, sum[:]),
		"the name of another hash":       padded(0, 1, 0xFF, bytesOf("3031300d060960864801650304020205000420"), sum[:]),
		"the padding of encryption":      padded(0, 2, 0xFF, sha256Prefix, sum[:]),
		"a padding of zeros":             padded(0, 0, 0, sha256Prefix, sum[:]),
		"a padding of other bytes":       padded(0, 1, 0xFE, sha256Prefix, sum[:]),
		"bytes behind the hash":          padded(0, 1, 0xFF, sha256Prefix, sum[:], make([]byte, 100)),
		"bytes between name and hash":    padded(0, 1, 0xFF, sha256Prefix, []byte{0}, sum[:]),
		"a hash that is cut":             padded(0, 1, 0xFF, sha256Prefix, sum[:31]),
		"the hash of the hash":           padded(0, 1, 0xFF, sha256Prefix, func() []byte { again := sha256.Sum256(sum[:]); return again[:] }()),
		"the hash of another input":      padded(0, 1, 0xFF, sha256Prefix, make([]byte, 32)),
		"a length in more bytes than it": padded(0, 1, 0xFF, bytesOf("308131300d060960864801650304020105000420"), sum[:]),
	} {
		assert.ErrorIs(t, v.Verify(t.Context(), input, forged), jwt.ErrSignature, name)
	}
}

// RFC 8032 section 5.1: signatures of a hash, or with a context, are other ones.
func TestVariantsOfEd25519AreNotExchanged(t *testing.T) {
	_, v := pair(t, jwt.EdDSA, "")
	input := []byte("input")
	sum := sha512.Sum512(input)
	forgeries := map[string][]byte{"Ed25519 of the hash": ed25519.Sign(ed25519Key(), sum[:])}
	fips140.WithoutEnforcement(func() { // attackers keep no rules
		forgeries["Ed25519ph"] = must(ed25519Key().Sign(nil, sum[:], crypto.SHA512))
		forgeries["Ed25519ctx"] = must(ed25519Key().Sign(nil, input, &ed25519.Options{Context: "JWT"}))
	})
	for name, forged := range forgeries {
		assert.ErrorIs(t, v.Verify(t.Context(), input, forged), jwt.ErrSignature, name)
	}
	assert.NoError(t, v.Verify(t.Context(), input, ed25519.Sign(ed25519Key(), input)))
}

// halves returns the r and s of an ECDSA signature, in 32 bytes each at least.
func halves(der []byte) (r, s []byte) {
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) > 0 {
		panic("not a signature")
	}
	size := max(32, (sig.R.BitLen()+7)/8, (sig.S.BitLen()+7)/8)
	return sig.R.FillBytes(make([]byte, size)), sig.S.FillBytes(make([]byte, size))
}

func sequence(parts ...[]byte) []byte { return raw(0x30, slices.Concat(parts...)) }

// integer returns the INTEGER of an unsigned number.
func integer(n []byte) []byte {
	n = bytes.TrimLeft(n, "\x00")
	if len(n) == 0 || n[0] >= 0x80 {
		n = append([]byte{0}, n...)
	}
	return raw(0x02, n)
}

func raw(tag byte, content []byte) []byte {
	if len(content) >= 0x80 {
		return append([]byte{tag, 0x81, byte(len(content))}, content...)
	}
	return append([]byte{tag, byte(len(content))}, content...)
}
