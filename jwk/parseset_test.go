package jwk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/fipstest"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// setOf returns a JWK Set of entries.
func setOf(entries ...string) []byte {
	return []byte(`{"keys":[` + strings.Join(entries, ",") + `]}`)
}

func parseSet(t testing.TB, entries ...string) *jwk.Set {
	t.Helper()
	s, err := jwk.ParseSet(setOf(entries...))
	require.NoError(t, err)
	return s
}

// public returns the public JWK of a kind with members set.
func public(t testing.TB, kind string, changes map[string]any) string {
	return string(changedPublic(t, kind, changes))
}

func TestProviderSetsLoad(t *testing.T) {
	fipstest.SkipEnforced(t)
	data, err := os.ReadFile("testdata/providers.json")
	require.NoError(t, err)
	var providers struct {
		Sets []struct {
			Source                 string
			Verifies, Skips, Notes []string
			Set                    json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(data, &providers))
	require.Len(t, providers.Sets, 9)
	for _, p := range providers.Sets {
		t.Run(p.Source, func(t *testing.T) {
			s, err := jwk.ParseSet(p.Set)
			require.NoError(t, err)
			for _, want := range p.Verifies {
				keyID, alg, _ := strings.Cut(want, " ")
				assert.Equal(t, []string{want}, candidates(t, s, jwt.Header{KeyID: keyID, Algorithm: jwt.Algorithm(alg)}))
			}
			var skipped []string
			for _, k := range s.Skipped() {
				skipped = append(skipped, k.KeyID)
			}
			assert.Equal(t, p.Skips, skipped, "%v", s.Skipped())
			var noted []string
			for _, n := range s.Noted() {
				noted = append(noted, n.KeyID+" "+n.Member)
			}
			assert.Equal(t, p.Notes, noted, "%v", s.Noted())
			assert.Len(t, s.Keys(), bytes.Count(p.Set, []byte(`"kty"`))-len(p.Skips))
			again, err := jwk.ParseSet(marshal(t, s))
			require.NoError(t, err)
			assert.Equal(t, described(s), described(again))
		})
	}
}

func TestSetLeavesOutAlienEntries(t *testing.T) {
	kid := func(id string) map[string]any { return map[string]any{"kid": id} }
	s := parseSet(t,
		public(t, "RSA", kid("0")),
		`{"kty":"LMS","kid":"1","pub":"AAAA"}`,
		public(t, "P-256", kid("2")),
		public(t, "P-384", map[string]any{"kid": "3", "crv": "secp256k1"}),
		public(t, "P-384", kid("4")),
		public(t, "Ed25519", map[string]any{"kid": "5", "alg": "Ed448"}),
		public(t, "P-521", kid("6")),
		public(t, "RSA", map[string]any{"kid": "7", "e": "AQ"}),
		public(t, "Ed25519", kid("8")),
		public(t, "X25519", kid("9")),
	)
	type left struct {
		index int
		keyID string
		err   string
	}
	var skipped []left
	for _, k := range s.Skipped() {
		skipped = append(skipped, left{k.Index, k.KeyID, k.Err.Error()})
	}
	assert.Equal(t, []left{
		{1, "1", `jwk: unknown kty "LMS", want RSA, EC, OKP, AKP or oct`},
		{3, "3", `jwk: unknown crv "secp256k1", want P-256, P-384 or P-521`},
		{5, "5", `jwk: alg: unknown algorithm "Ed448", want one of the package's constants`},
		{7, "7", `jwk: RS256 key: got the RSA exponent 1, want an odd one from 3 to 2^31-1`},
	}, skipped)
	assert.Len(t, s.Keys(), 6)
	for kind, keyID := range map[string]string{"RSA": "0", "P-256": "2", "P-384": "4", "P-521": "6", "Ed25519": "8"} {
		signer, err := newKey(t, kind, "", keyID).Signer()
		require.NoError(t, err)
		assert.NoError(t, accepts(t, s, signer), kind)
	}
	signer, err := newKey(t, "Ed25519", jwt.Ed25519, "8").Signer()
	require.NoError(t, err)
	assert.NoError(t, accepts(t, s, signer), "Ed25519 under its other name")
}

func TestSetSkipsEntriesThatAreNoKeysAtAll(t *testing.T) {
	good := public(t, "P-256", map[string]any{"kid": "good"})
	for _, row := range []struct{ name, entry, keyID, want string }{
		{"null", `null`, "", "not a JSON object"},
		{"a number", `5`, "", "not a JSON object"},
		{"an array", `[{"kty":"EC"}]`, "", "not a JSON object"},
		{"an empty object", `{}`, "", "kty is absent"},
		{"a duplicate member", `{"kid":"a","kty":"EC","kty":"EC"}`, "a", `duplicate name "kty"`},
		{"broken UTF-8", `{"kid":"a","kty":"` + "\xff" + `"}`, "a", "invalid UTF-8"},
		{"a lone surrogate", `{"kid":"\ud800"}`, "", "bad escape"},
		{"a kid that is a number", `{"kid":5,"kty":"EC"}`, "", "kid: got a number, want a string"},
		{"deep nesting", `{"a":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`, "", "nested too deep"},
		{"more than 64 KiB", `{"kty":"` + strings.Repeat("x", 64<<10) + `"}`, "", "want at most 65536"},
		{"a set", string(setOf(good)), "", "got a JWK Set, want one JWK"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := parseSet(t, good, row.entry, good)
			require.Len(t, s.Skipped(), 1)
			assert.Equal(t, 1, s.Skipped()[0].Index)
			assert.Equal(t, row.keyID, s.Skipped()[0].KeyID)
			assert.ErrorContains(t, s.Skipped()[0].Err, row.want)
			assert.Len(t, s.Keys(), 2)
			assert.Equal(t, []string{"good ES256"}, candidates(t, s, jwt.Header{KeyID: "good", Algorithm: jwt.ES256}))
		})
	}
}

func TestParseSetRefusesWhatIsNoSet(t *testing.T) {
	good := public(t, "P-256", nil)
	for _, row := range []struct{ name, data, want string }{
		{"nothing", ``, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"a list of keys", `[` + good + `]`, "not a JSON object"},
		{"one key", good, "keys is absent"},
		{"an empty object", `{}`, "keys is absent"},
		{"keys not an array", `{"keys":{}}`, "keys: got an object, want an array"},
		{"keys null", `{"keys":null}`, "keys: got null, want an array"},
		{"keys in upper case", `{"Keys":[]}`, "keys is absent"},
		{"keys twice", `{"keys":[],"keys":[]}`, `duplicate name "keys"`},
		{"another member twice", `{"a":1,"keys":[],"a":1}`, `duplicate name "a"`},
		{"many other members", `{"keys":[]` + manyMembers() + `}`, "too many members"},
		{"data after it", `{"keys":[]}{}`, "data after the JSON object"},
		{"a broken name", `{"keys`, "not JSON at byte"},
		{"a name without a value", `{"keys"}`, "not JSON at byte"},
		{"another name without a value", `{"a"}`, "not JSON at byte"},
		{"no end", `{"keys":[` + good, "not JSON at byte"},
		{"no end of the object", `{"keys":[` + good + `]`, "not JSON at byte"},
		{"a broken entry", `{"keys":[{"kty":}]}`, "not JSON at byte"},
		{"no comma", `{"keys":[{} {}]}`, "not JSON at byte"},
		{"a trailing comma", `{"keys":[{},]}`, "not JSON at byte"},
		{"10,001 entries", `{"keys":[0` + strings.Repeat(",0", 10_000) + `]}`, "more than 10000 keys"},
		{"16 MiB and one byte", `{"keys":[]}` + strings.Repeat(" ", 16<<20-10), "want at most 16777216"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, parse := range []func([]byte) (*jwk.Set, error){jwk.ParseSet, jwk.ParsePrivateSet} {
				s, err := parse([]byte(row.data))
				assert.Nil(t, s)
				require.ErrorContains(t, err, row.want)
				assert.True(t, strings.HasPrefix(err.Error(), "jwk: "), err)
			}
		})
	}
	for _, row := range []struct {
		name, data string
		keys       int
	}{
		{"no keys", `{"keys":[]}`, 0},
		{"other members", `{"issuer":"x","keys":[` + good + `],"a":{"keys":1}}`, 1},
		{"spaces", " {\n\"keys\" : [ " + good + "\t] }\r\n", 1},
		{"64 members", `{"keys":[]` + strings.TrimSuffix(manyMembers(), `,"63":0`) + `}`, 0},
		{"16 MiB", `{"keys":[]}` + strings.Repeat(" ", 16<<20-11), 0},
		{"10,000 entries", `{"keys":[0` + strings.Repeat(",0", 9_999) + `]}`, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := jwk.ParseSet([]byte(row.data))
			require.NoError(t, err)
			assert.Len(t, s.Keys(), row.keys)
		})
	}
}

func manyMembers() (s string) {
	for i := range 64 {
		s += fmt.Sprintf(`,"%d":0`, i)
	}
	return s
}

func TestParseSetTakesNeitherPrivateNorSymmetricKeys(t *testing.T) {
	private := func(kind string) string { return string(changed(t, kind, map[string]any{"kid": kind})) }
	secret := string(changed(t, "oct", map[string]any{"kid": "oct", "alg": "HS256"}))
	onlyPrime := public(t, "RSA", map[string]any{"kid": "prime", "p": "AQAB"})
	entries := []string{private("RSA"), private("P-256"), private("Ed25519"), private("X25519"), onlyPrime, secret, public(t, "P-384", nil)}
	s := parseSet(t, entries...)
	require.Len(t, s.Skipped(), 6)
	for i, k := range s.Skipped() {
		want := "a private key among public keys"
		if k.KeyID == "oct" {
			want = "a symmetric key among public keys"
		}
		assert.Equal(t, i, k.Index)
		assert.ErrorContains(t, k.Err, want)
	}
	for _, kind := range []string{"RSA", "P-256", "Ed25519"} {
		signer, err := newKey(t, kind, "", kind).Signer()
		require.NoError(t, err)
		assert.ErrorIs(t, accepts(t, s, signer), jwt.ErrUnknownKey)
	}
	hmac, err := newKey(t, "oct", jwt.HS256, "oct").Signer()
	require.NoError(t, err)
	assert.ErrorIs(t, accepts(t, s, hmac), jwt.ErrUnknownKey)

	t.Run("ParsePrivateSet does", func(t *testing.T) {
		s, err := jwk.ParsePrivateSet(setOf(entries...))
		require.NoError(t, err)
		assert.Len(t, s.Keys(), 6)
		require.Len(t, s.Skipped(), 1)
		assert.Equal(t, "prime", s.Skipped()[0].KeyID)
		for _, k := range s.Keys() {
			if signer, err := k.Signer(); err == nil {
				assert.NoError(t, accepts(t, s, signer), k)
			}
		}
		assert.NoError(t, accepts(t, s, hmac))
		_, err = json.Marshal(s)
		assert.ErrorContains(t, err, "is symmetric, and no key to publish")
	})
}
