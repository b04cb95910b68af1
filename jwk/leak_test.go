package jwk_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// leaks are the ways in which a private value may show in a text. They take long
// to write, and each test asks for those of one key thousands of times.
func leaks(t testing.TB, k *jwk.Key) (texts []string) {
	t.Helper()
	if known, ok := knownLeaks.Load(k); ok {
		return known.([]string)
	}
	data, err := k.MarshalPrivateJSON()
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(data, &members))
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "k", "priv"} {
		value, ok := members[name].(string)
		if !ok {
			continue
		}
		b, err := jwt.DecodeBase64URL(value)
		require.NoError(t, err)
		n := new(big.Int).SetBytes(b)
		texts = append(texts,
			value[:20], value[len(value)-20:],
			base64.StdEncoding.EncodeToString(b)[:20], base64.StdEncoding.EncodeToString(b[1:])[:20], base64.StdEncoding.EncodeToString(b[2:])[:20],
			hex.EncodeToString(b)[:20], strings.ToUpper(hex.EncodeToString(b))[:20],
			n.String()[:20],
			string(b[:10]), fmt.Sprintf("%q", string(b[:10])),
			strings.Trim(fmt.Sprint(b[:10]), "[]"), strings.ReplaceAll(strings.Trim(fmt.Sprint(b[:10]), "[]"), " ", ","),
			strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", b[:10]), "[]byte{"), "}"),
		)
	}
	require.NotEmpty(t, texts)
	knownLeaks.Store(k, texts)
	return texts
}

var knownLeaks sync.Map // from *jwk.Key to []string

func assertNoLeak(t *testing.T, k *jwk.Key, where, text string) {
	t.Helper()
	for _, leak := range leaks(t, k) {
		assert.False(t, strings.Contains(text, leak), "%s shows a private value", where)
	}
}

// holder has keys in fields that formatting reads by reflection alone.
type holder struct {
	pointer *jwk.Key
	value   jwk.Key
	any     any
	set     *jwk.Set
	setCopy jwk.Set
	Public  *jwk.Key
}

func TestNothingPrivateIsPrinted(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			alg := jwt.Algorithm("")
			if kind == "oct" {
				alg = jwt.HS256
			}
			k := newKey(t, kind, alg, "kid-1")
			s := mustSet(t, k)
			h := holder{k, *k, k, s, *s, k}
			signer, _ := k.Signer()
			verifier, _ := k.Verifier()
			things := map[string]any{
				"the key": k, "its value": *k, "a set": s, "a set's value": *s, "a holder": h, "a pointer to it": &h,
				"a list": []*jwk.Key{k}, "a list of values": []jwk.Key{*k}, "a map": map[string]*jwk.Key{"a": k}, "a map of keys": map[*jwk.Key]int{k: 1},
				"a pointer to a pointer": &k, "its signer": signer, "its verifier": verifier, "its methods": k.MarshalPrivateJSON,
			}
			for name, thing := range things {
				for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%t", "%p", "%T", "%c", "%U", "%e"} {
					assertNoLeak(t, k, format+" of "+name, fmt.Sprintf(format, thing))
				}
				assertNoLeak(t, k, "Sprint of "+name, fmt.Sprint(thing))
				assertNoLeak(t, k, "Errorf of "+name, fmt.Errorf("%w %v", errors.ErrUnsupported, thing).Error())
				for how, text := range encodings(thing) {
					assertNoLeak(t, k, how+" of "+name, text)
				}
			}
		})
	}
}

// encodings returns what each encoder makes of v, or says of it.
func encodings(v any) map[string]string {
	texts := make(map[string]string)
	add := func(how string, data []byte, err error) { texts[how] = fmt.Sprintf("%s %+v", data, err) }
	data, err := json.Marshal(v)
	add("encoding/json", data, err)
	data, err = jsonv2.Marshal(v)
	add("encoding/json/v2", data, err)
	data, err = xml.Marshal(v)
	add("encoding/xml", data, err)
	var text bytes.Buffer
	err = gob.NewEncoder(&text).Encode(v)
	add("encoding/gob", text.Bytes(), err)
	for how, handler := range map[string]func(io.Writer) slog.Handler{
		"slog text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
		"slog JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	} {
		text.Reset()
		slog.New(handler(&text)).Info("message", "key", v, slog.Group("group", "key", v), slog.Any("list", []any{v}))
		add(how, text.Bytes(), nil)
	}
	failing := new(recorder)
	assert.Equal(failing, v, "something else")
	add("a failed assertion", failing.Bytes(), nil)
	return texts
}

// recorder is a test whose failures are text.
type recorder struct{ bytes.Buffer }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(r, format, args...) }

func TestJSONOfAKeyIsItsPublicPart(t *testing.T) {
	for _, kind := range kinds {
		if kind == "oct" {
			continue
		}
		k := newKey(t, kind, "", "1")
		want := marshal(t, k.Public())
		assertSameJSON(t, want, marshal(t, k))
		assertSameJSON(t, []byte(`{"keys":[`+string(want)+`]}`), marshal(t, mustSet(t, k)))
		assertSameJSON(t, []byte(`{"Key":`+string(want)+`}`), marshal(t, struct{ Key *jwk.Key }{k}))
		assert.Equal(t, strings.Replace(k.String(), "private", "public", 1), k.Public().String())
	}
	assert.Equal(t, "null", string(marshal(t, (*jwk.Key)(nil))))
	_, err := json.Marshal(newKey(t, "oct", "", ""))
	assert.ErrorContains(t, err, "a symmetric key has no public part")
	_, err = json.Marshal(mustSet(t, newKey(t, "P-256", "", ""), newKey(t, "oct", "", "")))
	assert.ErrorContains(t, err, "is symmetric, and no key to publish")
	assert.NotContains(t, newKey(t, "oct", "", "").String(), newKey(t, "oct", "", "").Thumbprint())
}

func TestErrorsShowNothingPrivate(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			k := newKey(t, kind, "", "")
			valid, err := k.MarshalPrivateJSON()
			require.NoError(t, err)
			var members map[string]any
			require.NoError(t, json.Unmarshal(valid, &members))
			try := func(data []byte) {
				_, err := jwk.Parse(data)
				assertNoLeak(t, k, "Parse", fmt.Sprintf("%+v", err))
				for _, parse := range []func([]byte) (*jwk.Set, error){jwk.ParseSet, jwk.ParsePrivateSet} {
					s, err := parse(setOf(string(data)))
					assertNoLeak(t, k, "ParseSet", fmt.Sprintf("%+v %+v %+v", s, s.Skipped(), err))
				}
			}
			for name := range members {
				try(changedJSON(t, valid, map[string]any{name: nil}))
				for _, value := range []any{"", 1, "AAAA", "?", members[name].(string) + "A", members[name].(string) + "="} {
					try(changedJSON(t, valid, map[string]any{name: value}))
				}
				if name == "kty" || name == "crv" || name == "alg" {
					continue // names of a kind, which messages quote
				}
				for _, value := range members { // the private values in every other place
					try(changedJSON(t, valid, map[string]any{name: value}))
				}
			}
			for end := range len(valid) {
				try(valid[:end])
			}
			if pem, err := k.MarshalPrivatePEM(); err == nil {
				for end := range len(pem) {
					_, err := jwk.ParsePEM(pem[:end])
					assertNoLeak(t, k, "ParsePEM", fmt.Sprintf("%+v", err))
				}
			}
		})
	}
	t.Run("of keys that New refuses", func(t *testing.T) {
		k := newKey(t, "RSA", "", "")
		broken := *material()["RSA"].(*rsa.PrivateKey)
		another, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		broken.Primes = another.Primes
		_, err = jwk.New("", &broken, "")
		require.Error(t, err)
		assertNoLeak(t, k, "New", err.Error())
	})
}
