package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// Names are such that benchstat can split them: -row .fullname -col /lib, say.

func BenchmarkVerify(b *testing.B) {
	for _, alg := range algorithms {
		for _, what := range contents(alg) {
			b.Run(fmt.Sprintf("alg=%s/claims=%s", alg, what), func(b *testing.B) { benchVerify(b, alg, what) })
		}
	}
}

func BenchmarkSign(b *testing.B) {
	for _, alg := range algorithms {
		for _, what := range contents(alg) {
			b.Run(fmt.Sprintf("alg=%s/claims=%s", alg, what), func(b *testing.B) { benchSign(b, alg, what) })
		}
	}
}

// BenchmarkVerifyParallel is to be compared between -cpu 1 and more.
func BenchmarkVerifyParallel(b *testing.B) {
	for _, alg := range setAlgorithms {
		b.Run(fmt.Sprintf("alg=%s/claims=%s", alg, typed), func(b *testing.B) { benchVerifyParallel(b, alg, typed) })
	}
}

// BenchmarkKeySet verifies a token of one key out of many, found by its key ID.
func BenchmarkKeySet(b *testing.B) {
	for _, alg := range setAlgorithms {
		for _, size := range setSizes {
			b.Run(fmt.Sprintf("alg=%s/keys=%d", alg, size), func(b *testing.B) { benchKeySet(b, alg, size) })
		}
	}
}

// BenchmarkRemoteKeySet verifies with a key set behind a URL, once it is there.
func BenchmarkRemoteKeySet(b *testing.B) {
	b.Run("alg=ES256/keys=10", func(b *testing.B) { benchRemote(b, "ES256", 10) })
}

// BenchmarkReject refuses tokens.
func BenchmarkReject(b *testing.B) {
	for _, bad := range badTokens() {
		b.Run("why="+bad.why, func(b *testing.B) { benchReject(b, bad) })
	}
}

// What one algorithm of each kind is enough for: one that hides nothing, and one
// that services verify others' tokens with.
var (
	setAlgorithms = []string{"HS256", "ES256"}
	setSizes      = []int{10, 1000}
)

// contents says with which claims an algorithm is measured: with all of them
// where the cryptography hides nothing.
func contents(alg string) []content {
	switch alg {
	case "HS256":
		return []content{registered, typed, largeList, largeText}
	case "ES256", "EdDSA":
		return []content{registered, typed}
	default:
		return []content{typed}
	}
}

func benchVerify(b *testing.B, alg string, what content) {
	for _, lib := range libraries {
		b.Run("lib="+lib.name, func(b *testing.B) {
			v := lib.verify(alg, what, issue(alg, "", payload(claimsOf(what))))
			v.check(b, claimsOf(what))
			timed(b, v.run)
		})
	}
}

func benchSign(b *testing.B, alg string, what content) {
	for _, lib := range libraries {
		b.Run("lib="+lib.name, func(b *testing.B) {
			s := lib.sign(alg, what)
			s.check(b, alg, what)
			timed(b, s.run)
		})
	}
}

func benchVerifyParallel(b *testing.B, alg string, what content) {
	for _, lib := range libraries {
		b.Run("lib="+lib.name, func(b *testing.B) {
			token := issue(alg, "", payload(claimsOf(what)))
			shared := lib.verify(alg, what, token)
			shared.check(b, claimsOf(what))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				run := shared.run
				if lib.oneAtATime {
					run = lib.verify(alg, what, token).run
				}
				for pb.Next() {
					if err := run(); err != nil {
						b.Error("a good token is refused:", err)
						return
					}
				}
			})
		})
	}
}

func benchKeySet(b *testing.B, alg string, size int) {
	for _, lib := range libraries {
		if lib.keySet == nil {
			continue
		}
		b.Run("lib="+lib.name, func(b *testing.B) {
			keys := namedKeys(alg, size)
			v := lib.keySet(alg, keys, typed, keySetToken(alg, keys))
			v.check(b, claimsOf(typed))
			timed(b, v.run)
		})
	}
}

func benchRemote(b *testing.B, alg string, size int) {
	for _, lib := range libraries {
		if lib.remote == nil {
			continue
		}
		b.Run("lib="+lib.name, func(b *testing.B) {
			keys := namedKeys(alg, size)
			server := serveKeys(keys)
			defer server.Close()
			v := lib.remote(server.URL, alg, keys, typed, keySetToken(alg, keys))
			v.check(b, claimsOf(typed))
			timed(b, v.run)
		})
	}
}

func benchReject(b *testing.B, bad badToken) {
	for _, lib := range libraries {
		if lib.name == floor.name && !bad.floor {
			continue
		}
		b.Run("lib="+lib.name, func(b *testing.B) {
			run := lib.verify("HS256", typed, bad.token()).run
			timed(b, func() error {
				if err := run(); err == nil && lib.name != floor.name {
					return errAccepted
				}
				return nil
			})
		})
	}
}

var errAccepted = errors.New("a bad token is accepted")

// timed is the loop of all benchmarks on one processor.
func timed(b *testing.B, run func() error) {
	b.ReportAllocs()
	begin := program.ProcessorTime()
	for b.Loop() {
		if err := run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(program.ProcessorTime()-begin)/float64(b.N), processorUnit)
}

// A badToken is one that must be refused, of HS256 and typed claims otherwise.
type badToken struct {
	why   string
	floor bool // a MAC over all of it is the least that it can cost
	token func() string
}

func badTokens() []badToken {
	const mb = 1 << 20
	long := func(size int) []byte {
		c := claimsOf(typed)
		c.Role = strings.Repeat("r", size)
		return payload(c)
	}
	return []badToken{
		{"dots-1MB", false, func() string { return strings.Repeat(".", mb) }},
		{"dots-60KB", false, func() string { return strings.Repeat(".", 60<<10) }},
		{"not-a-token", false, func() string { return "not a token" }},
		{"payload-1MB-bad-signature", false, func() string { return spoilt(issue("HS256", "", long(mb))) }},
		{"payload-40KB-bad-signature", true, func() string { return spoilt(issue("HS256", "", long(40<<10))) }},
		{"bad-signature", true, func() string { return spoilt(issue("HS256", "", payload(claimsOf(typed)))) }},
		{"expired", true, func() string { return issue("HS256", "", payload(expired(claimsOf(typed)))) }},
	}
}

// spoilt changes the first byte of a token's signature.
func spoilt(token string) string {
	i := strings.LastIndexByte(token, '.') + 1
	other := "A"
	if token[i] == 'A' {
		other = "B"
	}
	return token[:i] + other + token[i+1:]
}

func namedKeys(alg string, size int) []namedKey {
	keys := make([]namedKey, size)
	for i := range keys {
		keys[i].id = fmt.Sprintf("key-%04d", i)
		if alg == "HS256" {
			keys[i].key = secret(keys[i].id)
		} else {
			keys[i].key = curveKey(keys[i].id)
		}
	}
	return keys
}

// keySetToken is signed by the key in the middle, where a search through the
// list is half done.
func keySetToken(alg string, keys []namedKey) string {
	k := keys[len(keys)/2]
	return signToken(alg, k.key, `{"alg":"`+alg+`","kid":"`+k.id+`","typ":"JWT"}`, payload(claimsOf(typed)))
}

// serveKeys publishes the P-256 keys as a JWK Set (RFC 7517 section 5).
func serveKeys(keys []namedKey) *httptest.Server {
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	for _, k := range keys {
		point := must(curveKey(k.id).PublicKey.Bytes())
		set.Keys = append(set.Keys, map[string]string{
			"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": k.id,
			"x": base64URL(point[1:33]), "y": base64URL(point[33:]),
		})
	}
	body := must(json.Marshal(set))
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Write(body)
	}))
}
