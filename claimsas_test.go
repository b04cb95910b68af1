package jwt_test

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
)

// Types that embed Claims in every way there is, and some in which another field
// gets in between.
type (
	embeds struct {
		jwt.Claims
		Role  string `json:"role"`
		Count int64  `json:",omitempty"`
		skip  int    //nolint:unused // not exported
	}
	embedsPointer struct {
		*jwt.Claims
		Role string `json:"role"`
	}
	embedsTagged struct {
		jwt.Claims `json:"claims"`
		Role       string `json:"role"`
	}
	embedsInline struct {
		jwt.Claims `json:",embed"`
		Role       string `json:"role"`
	}
	embedsDeep struct {
		embeds
		Deep string `json:"deep"`
	}
	embedsTwo struct {
		jwt.Claims
		Other
	}
	Other struct {
		Deeper
		Role string `json:"role"`
	}
	Deeper struct {
		Subject string `json:"sub"`
	}
	shadows struct {
		jwt.Claims
		Expiry any `json:"exp"`
	}
	malformed struct {
		jwt.Claims
		Iss any `json:"'iss'"`
	}
	shadowsNoTag struct {
		jwt.Claims
		Sub string `json:"Sub,case:ignore"`
	}
	shadowsClaimsField struct {
		jwt.Claims
		Subject string `json:"subject"`
	}
	catchesAll struct {
		jwt.Claims
		Rest map[string]any `json:",embed"`
	}
	decodesByMethod struct {
		jwt.Claims
		Text string
	}
	decodesByText struct {
		jwt.Claims
		Text string
	}
	named struct {
		Claims jwt.Claims
		Role   string `json:"role"`
	}
)

func (d *decodesByMethod) UnmarshalJSON(data []byte) error {
	d.Text = string(data)
	return nil
}

func (d *decodesByText) UnmarshalText(data []byte) error {
	d.Text = string(data)
	return nil
}

// What ClaimsAs reads in a quick way is what the decoder reads.
func TestClaimsAsReadsWhatTheDecoderReads(t *testing.T) {
	for _, payload := range []string{
		`{}`,
		`{"iss":"i"}`,
		`{"role":"r"}`,
		`{"iss":"i","sub":"s","aud":"a","exp":1,"nbf":2,"iat":3,"jti":"j"}`,
		`{"iss":"i","sub":"s","aud":["a","b"],"exp":1.9,"nbf":2e0,"iat":-3,"jti":"\u006a","role":"r","Count":7,"deep":"d"}`,
		`{"role":"r","Count":7,"deep":"d","iss":"i","sub":"s","aud":[],"exp":0}`,
		`{"iss":"i","role":"r","sub":"s","claims":{"iss":"inner"},"Claims":{"sub":"inner"}}`,
		` { "iss" : "i" , "role" : "r" , "x" : { "role" : [ 1 , { } ] } } `,
		"\n{\t\"r\\u006fle\":\"r\",\"\\u0069ss\":\"i\"\r}",
		"\n{\t\"\\u0069ss\":\"i\",\"r\\u006fle\":\"r\"\r}",
		`{"iss":"i","Sub":"S","subject":"x","SUB":"y","role":"r"}`,
		`{"iss":"i","role":7}`,
		`{"iss":"i","role":null}`,
		`{"exp":1,"Count":9223372036854775807}`,
		`{"exp":1,"Count":9223372036854775808}`,
	} {
		t.Run(payload, func(t *testing.T) {
			p := lenient(hs256(t))
			p.Now = func() time.Time { return time.Unix(-10, 0) } // before every exp
			p.Leeway = time.Hour
			verified, err := p.Verify(t.Context(), signed(t, hs256(t), payload))
			require.NoError(t, err)
			compareDecoders[embeds](t, verified)
			compareDecoders[*embeds](t, verified)
			compareDecoders[embedsPointer](t, verified)
			compareDecoders[embedsTagged](t, verified)
			compareDecoders[embedsInline](t, verified)
			compareDecoders[embedsDeep](t, verified)
			compareDecoders[embedsTwo](t, verified)
			compareDecoders[shadows](t, verified)
			compareDecoders[malformed](t, verified)
			compareDecoders[shadowsNoTag](t, verified)
			compareDecoders[shadowsClaimsField](t, verified)
			compareDecoders[catchesAll](t, verified)
			compareDecoders[decodesByMethod](t, verified)
			compareDecoders[decodesByText](t, verified)
			compareDecoders[named](t, verified)
			compareDecoders[jwt.Claims](t, verified)
			compareDecoders[*jwt.Claims](t, verified)
			compareDecoders[map[string]any](t, verified)
			compareDecoders[any](t, verified)
		})
	}
}

func compareDecoders[T any](t *testing.T, verified *jwt.Token) {
	t.Helper()
	var want T
	wantErr := json.Unmarshal(verified.Payload(), &want)
	for range 2 { // the second time, the type is known
		got, err := jwt.ClaimsAs[T](verified)
		if !assert.Equal(t, wantErr == nil, err == nil, "%T: %v and %v", want, wantErr, err) || err != nil {
			return
		}
		assert.Equal(t, want, got)
	}
}

// A caller may change what it got.
func TestClaimsAsHandsOutAnAudienceOfItsOwn(t *testing.T) {
	token := signed(t, hs256(t), `{"aud":["a","b"],"exp":4102444800}`)
	verified, err := lenient(hs256(t)).Verify(t.Context(), token)
	require.NoError(t, err)
	first, err := jwt.ClaimsAs[embeds](verified)
	require.NoError(t, err)
	first.Audience[0] = "changed"
	second, err := jwt.ClaimsAs[embeds](verified)
	require.NoError(t, err)
	assert.Equal(t, jwt.Audience{"a", "b"}, second.Audience)
	assert.Equal(t, jwt.Audience{"a", "b"}, verified.Claims.Audience)
}

type encodesByMethod struct{ jwt.Claims }

func (encodesByMethod) MarshalJSON() ([]byte, error) { return []byte(`{"exp":"1"}`), nil }

type encodesByPointerMethod struct{ jwt.Claims }

func (*encodesByPointerMethod) MarshalJSON() ([]byte, error) { return []byte(`{"aud":7}`), nil }

// Sign looks at what it wrote wherever the type does not say it all.
func TestSignChecksWhatTypesLeaveOpen(t *testing.T) {
	for _, claims := range []any{
		shadows{Expiry: "1"}, shadows{Expiry: true}, &shadows{Expiry: "1"},
		catchesAll{Rest: map[string]any{"jti": 7}},
		catchesAll{Claims: jwt.Claims{ID: "1"}, Rest: map[string]any{"jti": "2"}},
		encodesByMethod{}, &encodesByMethod{}, encodesByPointerMethod{}, &encodesByPointerMethod{},
		(*embeds)(nil), (*jwt.Claims)(nil), embeds{Role: "\xff"}, embeds{Claims: jwt.Claims{Audience: jwt.Audience{"\xff"}}},
	} {
		token, err := jwt.Sign(t.Context(), hs256(t), claims)
		assert.Error(t, err, "%T %+v", claims, claims)
		assert.Empty(t, token)
	}
	for _, claims := range []any{
		embeds{Claims: jwt.Claims{Issuer: "i", ExpiresAt: 4102444800}, Role: "r", Count: 1}, &embeds{},
		embedsPointer{Claims: &jwt.Claims{ID: "j"}}, embedsTagged{}, embedsInline{}, embedsDeep{}, embedsTwo{},
		shadows{Expiry: 4102444800}, catchesAll{Rest: map[string]any{"role": 7}}, named{},
	} {
		token, err := jwt.Sign(t.Context(), hs256(t), claims)
		require.NoError(t, err, "%T", claims)
		want, err := json.Marshal(claims)
		require.NoError(t, err)
		verified, err := lenient(hs256(t)).Verify(t.Context(), token)
		require.NoError(t, err, "%T", claims)
		assert.Equal(t, string(want), string(verified.Payload()))
	}
}
