package jwk_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// least returns the shortest of a few times that f takes: of the processor, which others
// use, too, where the system counts it.
func least(f func()) time.Duration {
	shortest := time.Duration(math.MaxInt64)
	for range 3 {
		start, used := time.Now(), program.ProcessorTime()
		f()
		took := program.ProcessorTime() - used
		if used == 0 {
			took = time.Since(start)
		}
		shortest = min(shortest, took)
	}
	return shortest
}

// filled repeats what piece returns for 0, 1, 2 … up to size bytes.
func filled(size int, piece func(i int) string) string {
	var b strings.Builder
	for i := 0; ; i++ {
		p := piece(i)
		if b.Len()+len(p) > size {
			return b.String()
		}
		b.WriteString(p)
	}
}

// Sixteen times the input takes about sixteen times as long, where comparing
// everything with everything would take 256 times as long.
func TestParsersTakeTimeInProportion(t *testing.T) {
	if runtime.GOARCH == "wasm" {
		t.Skip("a busy machine interrupts a slow one for too long to compare times")
	}
	set := func(data []byte) { jwk.ParseSet(data) }
	private := func(data []byte) { jwk.ParsePrivateSet(data) }
	key := func(data []byte) { jwk.Parse(data) }
	file := func(data []byte) { jwk.ParsePEM(data) }
	certificates := func(data []byte) { jwk.ParseCertificates(data) }
	point := strings.TrimSuffix(public(t, "Ed25519", nil), "}")
	ec := strings.TrimSuffix(public(t, "P-256", nil), "}")
	certificate := string(marshal(t, certificatePEM(t, "P-256")))
	ops := func(size int) string {
		return `,"key_ops":[""` + filled(size, func(i int) string { return fmt.Sprintf(`,"%d"`, i) }) + "]}"
	}
	members := func(i int) string { return fmt.Sprintf(`,"%d":%d`, i, i) }
	entries := func(entry string) func(int) []byte {
		return func(size int) []byte {
			return []byte(`{"keys":[0` + filled(size, func(i int) string { return "," + strings.ReplaceAll(entry, "#", fmt.Sprint(i)) }) + "]}")
		}
	}
	for _, row := range []struct {
		name  string
		parse func([]byte)
		size  int
		data  func(size int) []byte
	}{
		{"key_ops of one key", key, 15 << 10, func(n int) []byte { return []byte(ec + ops(n)) }},
		{"x5c of one key", key, 15 << 10, func(n int) []byte {
			return []byte(ec + `,"x5c":[""` + filled(n, func(int) string { return `,"AAAA"` }) + "]}")
		}},
		{"a long n", key, 15 << 10, func(n int) []byte { return []byte(`{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("a", n) + `"}`) }},
		{"a long e", key, 15 << 10, func(n int) []byte {
			return []byte(strings.Replace(public(t, "RSA", nil), "AQAB", strings.Repeat("a", n), 1))
		}},
		{"nesting", key, 15 << 10, func(n int) []byte {
			return []byte(ec + `,"a":` + strings.Repeat("[", n/2) + strings.Repeat("]", n/2) + "}")
		}},
		{"members of one set", set, 256 << 10, func(n int) []byte { return []byte(`{"keys":[]` + filled(n, members) + "}") }},
		{"key_ops in a set", set, 256 << 10, entries(ec + ops(60<<10))},
		{"few key_ops in a set", set, 256 << 10, entries(ec + ops(900))},
		{"members in a set", set, 256 << 10, entries(ec + filled(500, members) + "}")},
		{"nothing in a set", set, 4 << 10, entries("0")},
		{"odd keys in a set", set, 128 << 10, entries(`{"kty":"EC","crv":"P-256","x5c":"","x5t":1,"key_ops":["a","a"],"x":"=","y":"+/"}`)},
		{"Ed25519 keys in a set", set, 64 << 10, entries(point + `,"kid":"#"}`)},
		{"keys of one kid in a set", set, 64 << 10, entries(ec + `,"kid":"a"}`)},
		{"keys without kid in a set", set, 64 << 10, entries(point + `}`)},
		{"keys in a set of one's own", private, 64 << 10, entries(ec + `,"kid":"#"}`)},
		{"certificates", certificates, 64 << 10, func(n int) []byte {
			return []byte(`{"":` + certificate + filled(n, func(i int) string { return fmt.Sprintf(`,"%d":%s`, i, certificate) }) + "}")
		}},
		{"escapes in a key file", file, 15 << 10, func(n int) []byte {
			return []byte("-----BEGIN PRIVATE KEY-----" + strings.Repeat(`\`, n) + "-----END PRIVATE KEY-----")
		}},
		{"lines of a key file", file, 15 << 10, func(n int) []byte {
			return []byte("-----BEGIN PRIVATE KEY-----" + strings.Repeat("a\n", n/2) + "-----END PRIVATE KEY-----")
		}},
		{"blocks of a key file", file, 15 << 10, func(n int) []byte {
			return []byte(filled(n, func(int) string { return "-----BEGIN A-----\nAAAA\n-----END A-----\n" }))
		}},
		{"beginnings of a key file", file, 15 << 10, func(n int) []byte { return []byte(filled(n, func(int) string { return "-----BEGIN " })) }},
		{"base64 without armour", file, 15 << 10, func(n int) []byte { return []byte(strings.Repeat("M", n)) }},
		{"integers in DER", file, 14 << 10, func(n int) []byte {
			return append([]byte{0x30, 0x83, 0, byte(n / 3 * 3 >> 8), byte(n / 3 * 3)}, strings.Repeat("\x02\x01\x01", n/3)...)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			small, large := row.data(row.size/4), row.data(4*row.size)
			row.parse(small)
			one, sixteen, ratio := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64), math.Inf(1)
			for range 100 { // others use the machine, too: the shortest times count
				one, sixteen = min(one, least(func() { row.parse(small) })), min(sixteen, least(func() { row.parse(large) }))
				if ratio = float64(sixteen) / float64(max(one, 20*time.Microsecond)); ratio < 64 {
					return
				}
			}
			assert.Less(t, ratio, 64.0)
		})
	}
}

func TestArraysOfTextsHaveABound(t *testing.T) {
	ops := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("%06d", i)
		}
		return list
	}
	// Each of these takes nine bytes, and the brackets two.
	_, err := jwk.Parse(changed(t, "P-256", map[string]any{"key_ops": append(ops(113), "abc")}))
	require.NoError(t, err, "1,024 bytes")
	_, err = jwk.Parse(changed(t, "P-256", map[string]any{"key_ops": append(ops(113), "abcd")}))
	assert.ErrorContains(t, err, "key_ops: got 1025 bytes, want at most 1024")
	s := parseSet(t, public(t, "P-256", map[string]any{"key_ops": ops(10_000)[:7000]}))
	assert.ErrorContains(t, s.Skipped()[0].Err, "key_ops: got 63001 bytes, want at most 1024")

	chain := []string{certificate(t, "P-256")}
	for len(chain) < 32 {
		chain = append(chain, "AAAA")
	}
	k, err := jwk.Parse(changed(t, "P-256", map[string]any{"x5c": chain}))
	require.NoError(t, err)
	assert.Contains(t, string(marshal(t, k)), `"AAAA","AAAA"`)
	_, err = jwk.Parse(changed(t, "P-256", map[string]any{"x5c": append(chain, "AAAA")}))
	assert.ErrorContains(t, err, "x5c: got 33 certificates, want at most 32")
	s = parseSet(t, public(t, "P-256", map[string]any{"x5c": append(chain, "AAAA")}))
	assert.Equal(t, []jwk.Note{{Member: "x5c", Detail: "got 33 certificates, want at most 32; passed over"}}, s.Noted())
}

// edSet is a set of n Ed25519 keys, of which n/100 are different.
func edSet(t testing.TB, n int) []byte {
	t.Helper()
	entries := make([]string, n)
	for i := range entries {
		if i < max(n/100, 1) {
			k, err := jwk.Generate(jwt.EdDSA)
			require.NoError(t, err)
			entries[i] = fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":"%s","kid":"#"}`, base64.RawURLEncoding.EncodeToString(pointOf(k)))
		} else {
			entries[i] = entries[i%(n/100)]
		}
	}
	for i := range entries {
		entries[i] = strings.Replace(entries[i], "#", fmt.Sprint("key-", i), 1)
	}
	return setOf(entries...)
}

func TestVerifiersAreMadeWhenTheyAreAskedFor(t *testing.T) {
	data := edSet(t, 1000)
	allocations := testing.AllocsPerRun(2, func() {
		s, err := jwk.ParseSet(data)
		require.NoError(t, err)
		require.Len(t, s.Keys(), 1000)
	})
	assert.Less(t, allocations/1000, 45.0)
}

func BenchmarkParseSetOfEd25519Keys(b *testing.B) {
	data := edSet(b, 10_000)
	for b.Loop() {
		if _, err := jwk.ParseSet(data); err != nil {
			b.Fatal(err)
		}
	}
}

// pointOf returns the bytes of an Ed25519 public key.
func pointOf(k *jwk.Key) []byte { return k.Public().CryptoKey().(ed25519.PublicKey) }
