package jwt_test

import (
	stdjson "encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
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
	claimsAlias  = jwt.Claims
	embedsHidden struct {
		claimsAlias
		Role string `json:"role"`
	}
	pointerToEmbeds *embeds
)

func (d *decodesByMethod) UnmarshalJSON(data []byte) error {
	d.Text = string(data)
	return nil
}

func (d *decodesByText) UnmarshalText(data []byte) error {
	d.Text = string(data)
	return nil
}

// encodingJSON has package json do what encoding/json does, with exact names.
var encodingJSON = json.JoinOptions(jsonv1.DefaultOptionsV1(), json.MatchCaseInsensitiveNames(false), jsontext.AllowDuplicateNames(false))

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
			compareDecoders[embedsHidden](t, verified)
			compareDecoders[pointerToEmbeds](t, verified)
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
	wantErr := json.Unmarshal(verified.Payload(), &want, encodingJSON)
	for range 2 { // the second time, the type is known
		got, err := jwt.ClaimsAs[T](verified)
		if !assert.Equal(t, wantErr == nil, err == nil, "%T: %v and %v", want, wantErr, err) || err != nil {
			return
		}
		assert.Equal(t, want, got)
	}
}

// A method may hold on to what it is called on, which must not become the memory
// of another token's claims.
type held struct{ Value string }

var holding []*held

func (h *held) UnmarshalJSON(data []byte) error {
	holding = append(holding, h)
	h.Value = string(data)
	return nil
}

func TestClaimsAsDecodesIntoMemoryOfItsOwn(t *testing.T) {
	read := func(payload string) {
		verified, err := lenient(hs256(t)).Verify(t.Context(), signed(t, hs256(t), payload))
		require.NoError(t, err)
		_, err = jwt.ClaimsAs[struct {
			Held held `json:"held"`
		}](verified)
		require.NoError(t, err)
		_, err = jwt.ClaimsAs[held](verified)
		require.NoError(t, err)
	}
	holding = nil
	read(`{"held":"a","exp":4102444800}`)
	read(`{"held":"b","exp":4102444800}`)
	require.Len(t, holding, 4)
	for i, want := range []string{`"a"`, `{"held":"a","exp":4102444800}`, `"b"`, `{"held":"b","exp":4102444800}`} {
		assert.Equal(t, want, holding[i].Value)
	}
}

// A caller may change what it got, of as many recipients as there are.
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
		encodesByMethod{}, &encodesByMethod{}, &encodesByPointerMethod{},
		(*embeds)(nil), (*jwt.Claims)(nil), embeds{Role: "\xff"}, embeds{Claims: jwt.Claims{Audience: jwt.Audience{"\xff"}}},
	} {
		token, err := jwt.Sign(t.Context(), hs256(t), claims)
		assert.Error(t, err, "%T %+v", claims, claims)
		assert.Empty(t, token)
	}
	made := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Claims", Type: reflect.TypeFor[jwt.Claims](), Anonymous: true}}))
	made.Elem().Field(0).Set(reflect.ValueOf(jwt.Claims{ID: "j"}))
	for _, claims := range []any{
		embeds{Claims: jwt.Claims{Issuer: "i", ExpiresAt: 4102444800}, Role: "r", Count: 1}, &embeds{},
		embedsPointer{Claims: &jwt.Claims{ID: "j"}}, embedsTagged{}, embedsInline{}, embedsDeep{}, embedsTwo{}, encodesByPointerMethod{}, // whose method is not for a value
		shadows{Expiry: 2102444800}, catchesAll{Rest: map[string]any{"role": 7}}, named{},
		embedsHidden{claimsAlias: jwt.Claims{ID: "j"}, Role: "r"}, pointerToEmbeds(&embeds{Role: "r"}), made.Elem().Interface(), made.Interface(),
	} {
		token, err := jwt.Sign(t.Context(), hs256(t), claims)
		require.NoError(t, err, "%T", claims)
		want, err := json.Marshal(claims, encodingJSON)
		require.NoError(t, err)
		verified, err := lenient(hs256(t)).Verify(t.Context(), token)
		require.NoError(t, err, "%T", claims)
		assert.Equal(t, string(want), string(verified.Payload()))
	}
}

type (
	deepAny struct {
		jwt.Claims
		X any
	}
	deepRaw struct {
		jwt.Claims
		X jsontext.Value
	}
	deepMap struct {
		jwt.Claims
		X map[string]any
	}
	deepSelf struct {
		jwt.Claims
		X *recursive
	}
	recursive struct{ X *recursive }
)

// What is nested too deep for a verifier is not signed, whatever type hides it.
func TestSignRefusesWhatIsNestedTooDeep(t *testing.T) {
	var nested any = map[string]any{}
	self := &recursive{}
	for range 600 {
		nested = map[string]any{"x": nested}
		self = &recursive{self}
	}
	raw := jsontext.Value(strings.Repeat("[", 600) + strings.Repeat("]", 600))
	for _, claims := range []any{
		deepAny{X: nested}, deepRaw{X: raw}, deepMap{X: nested.(map[string]any)}, deepSelf{X: self},
		&deepAny{X: nested}, &deepSelf{X: self},
	} {
		_, err := jwt.Sign(t.Context(), hs256(t), claims)
		assert.ErrorContains(t, err, "nested too deep", "%T", claims)
	}
}

type lists struct {
	jwt.Claims
	A []string `json:"a"`
	B []string `json:"b"`
}

// The lists of texts of one token share memory, and no element of it.
func TestClaimsAsHandsOutListsThatDoNotOverlap(t *testing.T) {
	for _, audience := range []jwt.Audience{nil, {}, {"1"}, {"1", "2"}, {"1", "2", "3", "4"}, {"1", "2", "3", "4", "5"}} {
		want := lists{jwt.Claims{Audience: audience, ExpiresAt: 4102444800}, []string{"3", "4"}, []string{"5", "6", "7"}}
		token, err := jwt.Sign(t.Context(), hs256(t), want)
		require.NoError(t, err)
		verified, err := lenient(hs256(t)).Verify(t.Context(), token)
		require.NoError(t, err)
		got, err := jwt.ClaimsAs[lists](verified)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		_, _, _ = append(got.Audience, "x"), append(got.A, "x"), append(got.B, "x")
		assert.Equal(t, want, got)
		assert.Equal(t, audience, verified.Claims.Audience)
		alone, err := jwt.ClaimsAs[jwt.Claims](verified)
		require.NoError(t, err)
		assert.Equal(t, want.Claims, alone)
		if len(alone.Audience) > 0 {
			alone.Audience[0] = "changed"
			assert.Equal(t, audience, verified.Claims.Audience)
		}
	}
}

// Claims that come over from encoding/json are the same in a token.
func TestSignEncodesAsEncodingJSONDoes(t *testing.T) {
	type inner struct {
		Since time.Time      `json:"since"`
		Left  *int           `json:"left,omitempty"`
		Right map[string]int `json:"right"`
	}
	type claims struct {
		jwt.Claims
		Count    int                `json:"count,omitempty"`
		Off      bool               `json:"off,omitempty"`
		Lifetime time.Duration      `json:"lifetime"`
		Number   stdjson.Number     `json:"number"`
		Empty    stdjson.Number     `json:"empty"`
		Bytes    []byte             `json:"bytes"`
		Sum      [4]byte            `json:"sum"`
		List     []string           `json:"list"`
		Labels   map[string]string  `json:"labels"`
		By       map[int]bool       `json:"by"`
		Big      int64              `json:"big,string"`
		Ratio    float64            `json:"ratio"`
		Raw      stdjson.RawMessage `json:"raw"`
		AuthTime jwt.NumericDate    `json:"auth_time,omitempty"`
		Any      any                `json:"any"`
		Inner    inner              `json:"inner"`
		Inners   []*inner           `json:"inners"`
		Untagged string
		Skipped  string `json:"-"`
	}
	of := claims{
		Claims:   jwt.Claims{Issuer: "<i>", Audience: jwt.Audience{"a"}, ExpiresAt: 4102444800},
		Lifetime: time.Minute, Number: "12.50", Bytes: []byte{255, 254}, Sum: [4]byte{1, 2}, By: map[int]bool{10: true, 9: false}, Big: 1 << 60, Ratio: 1e21,
		Raw: stdjson.RawMessage(`{"x": [1]}`), Any: map[string]any{"b": 1, "a": nil}, Inner: inner{Since: time.Unix(1, 0).UTC()}, Inners: []*inner{nil, {}}, Untagged: "u", Skipped: "s",
	}
	for _, v := range []any{of, &of} {
		token, err := jwt.Sign(t.Context(), hs256(t), v)
		require.NoError(t, err)
		verified, err := lenient(hs256(t)).Verify(t.Context(), token)
		require.NoError(t, err)
		want, err := stdjson.Marshal(v)
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(verified.Payload()))
		got, err := jwt.ClaimsAs[claims](verified)
		require.NoError(t, err)
		var back claims
		require.NoError(t, stdjson.Unmarshal(want, &back))
		assert.Equal(t, back, got)
	}
}

// A field without a tag is filled by its very name, where encoding/json would take
// any case of letters.
func TestClaimsAsComparesNamesExactly(t *testing.T) {
	verified, err := lenient(hs256(t)).Verify(t.Context(), signed(t, hs256(t), `{"role":"a","ROLE":"b","Tenant":7,"exp":4102444800}`))
	require.NoError(t, err)
	got, err := jwt.ClaimsAs[struct {
		Role   string
		Tenant int
	}](verified)
	require.NoError(t, err)
	assert.Empty(t, got.Role)
	assert.Equal(t, 7, got.Tenant)
}

func TestClaimsAsNamesTheClaimThatDoesNotFit(t *testing.T) {
	type claims struct {
		jwt.Claims
		Roles   []string `json:"roles"`
		Address struct {
			Lines []string `json:"lines"`
		} `json:"address"`
		Rest map[string]int `json:",embed"`
	}
	type flat struct {
		jwt.Claims
		Roles []string `json:"roles"`
	}
	verify := func(payload string) *jwt.Token {
		verified, err := lenient(hs256(t)).Verify(t.Context(), signed(t, hs256(t), payload))
		require.NoError(t, err)
		return verified
	}
	for payload, want := range map[string][2]string{
		`{"roles":"admin","exp":4102444800}`:              {"roles", "got a string"},
		`{"exp":4102444800,"address":{"lines":["a",7]}}`:  {"address", "got a number"},
		`{"exp":4102444800,"more":{"x":1}}`:               {"more", "got an object"},
		`{"exp":4102444800,"roles":["a",{"x":"secret"}]}`: {"roles", "got an object"},
	} {
		got, err := jwt.ClaimsAs[claims](verify(payload))
		var refusal *jwt.VerifyError
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, jwt.ErrClaim)
		assert.Equal(t, want[0], refusal.Claim, payload)
		assert.Contains(t, refusal.Detail, want[1])
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, claims{}, got)
	}
	_, err := jwt.ClaimsAs[flat](verify(`{"roles":["a",7],"exp":4102444800}`))
	var refusal *jwt.VerifyError
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, "roles", refusal.Claim)
	assert.Equal(t, "[1]: got a number, want a string", refusal.Detail)
}

// Claims that a struct reads are those that encoding/json reads where its names are
// exact, and are written and read back the same.
func FuzzClaimsAs(f *testing.F) {
	type claims struct {
		jwt.Claims
		Role   string             `json:"role"`
		Level  int8               `json:"level"`
		Teams  []string           `json:"teams,omitempty"`
		Labels map[string]*int64  `json:"labels"`
		Raw    stdjson.RawMessage `json:"raw,omitempty"`
	}
	for _, text := range []string{`{}`, `{"iss":"a","role":"b","level":7,"teams":["x"],"labels":{"y":1,"z":null},"raw":{"w":[]}}`, `{"level":128}`, `{"level":1.0}`, `{"role":null}`, `{"labels":[]}`, `{"teams":"x"}`, `{"ROLE":"a"}`} {
		f.Add([]byte(text))
	}
	key := hs256(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		token, err := jwt.InsecureToken(stdjson.RawMessage(text))
		if err != nil {
			return
		}
		got, err := jwt.ClaimsAs[claims](token)
		if err != nil {
			var refusal *jwt.VerifyError
			require.ErrorAs(t, err, &refusal)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		signed, err := jwt.Sign(t.Context(), key, got)
		require.NoError(t, err)
		_, payload, err := jwt.InsecureDecode(signed)
		require.NoError(t, err)
		back, err := jwt.ClaimsAs[claims](must(jwt.InsecureToken(stdjson.RawMessage(payload))))
		require.NoError(t, err)
		again, err := jwt.Sign(t.Context(), key, back)
		require.NoError(t, err)
		require.Equal(t, signed, again)
	})
}

func TestTheFirstClaimThatIsNotTextIsNamed(t *testing.T) {
	_, err := jwt.Sign(t.Context(), hs256(t), jwt.Claims{Issuer: "\xff", Subject: "\xff", Audience: jwt.Audience{"\xff"}})
	require.EqualError(t, err, "jwt: claims: iss: got a text that is not valid UTF-8")
}
