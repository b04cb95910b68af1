package jwt

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// Each decoder is held to a second one beside it that is slow, plain, and built
// from other parts.

// slowBase64URL decodes bit by bit, from RFC 4648 section 5 alone.
func slowBase64URL(s string) ([]byte, bool) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var bits []byte
	for _, c := range []byte(s) {
		value := strings.IndexByte(alphabet, c)
		if value < 0 {
			return nil, false
		}
		for shift := 5; shift >= 0; shift-- {
			bits = append(bits, byte(value>>shift&1))
		}
	}
	decoded := []byte{}
	for ; len(bits) >= 8; bits = bits[8:] {
		var b byte
		for _, bit := range bits[:8] {
			b = b<<1 | bit
		}
		decoded = append(decoded, b)
	}
	// What is left belongs to no byte: less than a letter of it, and all zero.
	return decoded, len(bits) < 6 && !bytes.Contains(bits, []byte{1})
}

// slowObject reads one strict JSON object, by jsontext. The members are in order.
func slowObject(data []byte) (names []string, values map[string]jsontext.Value, ok bool) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	values = map[string]jsontext.Value{}
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, nil, false
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, nil, false
		}
		text := name.String()
		value, err := d.ReadValue()
		if err != nil || depthOf(value) >= strictjson.MaxDepth {
			return nil, nil, false
		}
		names, values[text] = append(names, text), value.Clone()
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, nil, false
	}
	if _, err := d.ReadToken(); err == nil || err.Error() != "EOF" { // nothing may follow
		return nil, nil, false
	}
	return names, values, true
}

// depthOf says how deep a valid value nests.
func depthOf(v jsontext.Value) (deepest int) {
	d := jsontext.NewDecoder(bytes.NewReader(v))
	for {
		if _, err := d.ReadToken(); err != nil {
			return deepest
		}
		deepest = max(deepest, d.StackDepth())
	}
}

// membersOf counts the members of all objects in a valid value.
func membersOf(v jsontext.Value) (n int) {
	d := jsontext.NewDecoder(bytes.NewReader(v))
	for {
		if _, err := d.ReadToken(); err != nil {
			return n
		}
		if kind, length := d.StackIndex(d.StackDepth()); kind == '{' && length%2 == 1 {
			n++ // a name was read
		}
	}
}

func slowText(v jsontext.Value) (text string, ok bool) {
	return text, v.Kind() == '"' && json.Unmarshal(v, &text) == nil
}

// slowDate reads a NumericDate with fractions of any size: its floor in whole
// nanoseconds. It gives up on exponents that would take too much memory.
func slowDate(number []byte) (nanoseconds *big.Int, ok, tooLarge bool) {
	v := jsontext.Value(number)
	if !v.IsValid() || v.Kind() != '0' {
		return nil, false, false
	}
	text := strings.ToLower(strings.TrimSpace(string(number)))
	if _, exponent, found := strings.Cut(text, "e"); found && len(strings.TrimLeft(exponent, "+-0")) > 3 || len(text) > 2000 {
		return nil, false, true
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("a JSON number is a rational number: " + text)
	}
	r.Mul(r, big.NewRat(1e9, 1))
	// Towards zero, as digits beyond the nanosecond are dropped.
	return new(big.Int).Quo(r.Num(), r.Denom()), true, false
}

// fits64 reports whether the whole seconds fit.
func fits64(nanoseconds *big.Int) bool {
	return new(big.Int).Div(nanoseconds, big.NewInt(1e9)).IsInt64() // the floor
}

func (i instant) nanoseconds() *big.Int {
	n := new(big.Int).Mul(big.NewInt(i.sec), big.NewInt(1e9))
	return n.Add(n, big.NewInt(int64(i.nsec)))
}

func FuzzBase64URL(f *testing.F) {
	for _, s := range []string{"", "A", "AA", "AB", "AAA", "AAB", "AAAA", "AAAAA", "Zm9vYmFy", "-_-_", "+/+/", "Zg==", "Zm\n9", "Zm9v\r\n", "\xff\xff\xff\xff", "AAAAAA=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantOK := slowBase64URL(s)
		got, err := DecodeBase64URL(s)
		if (err == nil) != wantOK || wantOK && !bytes.Equal(got, want) {
			t.Fatalf("%q: got %x and %v, want %x and %v", s, got, err, want, wantOK)
		}
	})
}

func FuzzNumericDate(f *testing.F) {
	for _, s := range []string{
		"0", "-0", "1", "-1", "1.5", "-1.5", "0.1", "-0.1", "0.0000000001", "1e0", "1E+3", "15e-1", "123456789012345678", "1234567890123456789",
		"9223372036854775807", "9223372036854775808", "-9223372036854775807", "-9223372036854775808", "9223372036854775807.9999999999",
		"-9223372036854775807.5", "-9223372036854775808.0", "-9223372036854775808.5", "-9223372036854775808e0", "-9223372036854775809", "18446744073709551616", "1e18", "1e19", "1e400", "-1e400", "1e-400", "0e400", "0.0e-400", "00", "01", "-", "+1", ".5", "1.", "1e",
		"1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999", "0.00000000000000000000001e23", "1000000000000000000000e-21",
		"1800000000.123456789", "1800000000.1234567891", "null", "\"1\"", " 1", "1 ", "0.0 ", "\n1e2", "1e2\r", "1 2", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseInstant([]byte(s))
		if ok && (got.nsec < 0 || got.nsec >= 1e9) {
			t.Fatalf("%q: %d nanoseconds", s, got.nsec)
		}
		want, valid, tooLarge := slowDate([]byte(s))
		if tooLarge {
			return
		}
		valid = valid && fits64(want)
		if wantOK := valid && strings.Trim(s, " \t\r\n") == s; ok != wantOK {
			t.Fatalf("%q: got %v, want %v", s, ok, wantOK)
		}
		if ok && got.nanoseconds().Cmp(want) != 0 {
			t.Fatalf("%q: got %v, want %v", s, got.nanoseconds(), want)
		}
		d := NumericDate(7) // which may have spaces around it
		err := d.UnmarshalJSON([]byte(s))
		if (err == nil) != valid || ok && int64(d) != got.sec || !valid && d != 7 {
			t.Fatalf("%q: UnmarshalJSON gave %d and %v", s, d, err)
		}
	})
}

// slowHeader is decodeHeader, by the book.
func slowHeader(data []byte) (h Header, ok bool) {
	_, values, ok := slowObject(data)
	if !ok || membersOf(data) > 64 {
		return Header{}, false
	}
	for _, name := range []string{"crit", "b64", "enc", "zip"} {
		if values[name] != nil && !(name == "b64" && string(values[name]) == "true") {
			return Header{}, false
		}
	}
	for name, target := range map[string]*string{"alg": (*string)(&h.Algorithm), "kid": &h.KeyID, "typ": &h.Type, "cty": &h.ContentType} {
		if values[name] == nil {
			continue
		}
		if *target, ok = slowText(values[name]); !ok || *target == "" && name != "kid" {
			return Header{}, false
		}
	}
	if h.Algorithm == "" || slices.Contains(spellings("none"), string(h.Algorithm)) {
		return Header{}, false
	}
	return h, true
}

// spellings are all ways to write a word in small and capital letters.
func spellings(word string) []string {
	all := []string{""}
	for _, c := range word {
		for i := range all {
			all = append(all, all[i]+strings.ToUpper(string(c)))
			all[i] += string(c)
		}
	}
	return all
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{
		`{"alg":"HS256"}`, `{"alg":"HS256","kid":"k","typ":"JWT","cty":"x"}`, `{"\u0061lg":"\u0048"}`, `{"alg":"none"}`, `{"alg":"nOnE"}`, `{"alg":""}`, `{"alg":7}`,
		`{"alg":"a","crit":["x"]}`, `{"alg":"a","b64":false}`, `{"alg":"a","zip":"DEF"}`, `{"alg":"a","enc":"x"}`, `{"alg":"a","kid":""}`, `{"alg":"a","typ":""}`, `{"alg":"a","cty":""}`,
		`{"alg":"a","alg":"b"}`, `{"alg":"a","x":{"y":[{}]},"x":1}`, `{"alg":"a"}x`, `{}`, `[]`, ``, "{\"alg\":\"\xff\"}", `{"alg":"\ud800"}`,
		`{"alg":"a","x":` + strings.Repeat("[", 511) + strings.Repeat("]", 511) + `}`, `{"alg":"a","x":` + strings.Repeat("[", 512) + strings.Repeat("]", 512) + `}`,
		`{"alg":"a","x":[` + strings.Repeat(`{"y":0},`, 62) + `0]}`, `{"alg":"a","x":[` + strings.Repeat(`{"y":0},`, 63) + `0]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		h, refusal := decodeHeader(data, string(data))
		if !bytes.Equal(before, data) {
			t.Fatalf("%q was changed", before)
		}
		want, ok := slowHeader(data)
		if (refusal == nil) != ok || h != want {
			t.Fatalf("%q: got %+v and %v, want %+v and %v", data, h, refusal, want, ok)
		}
		if refusal != nil {
			requirePlain(t, refusal)
			return
		}
		again, err := appendHeader(nil, h)
		if err != nil {
			t.Fatalf("%+v: %v", h, err)
		}
		if back, refusal := decodeHeader(again, string(again)); refusal != nil || back != h {
			t.Fatalf("%+v came back as %+v, %v", h, back, refusal)
		}
	})
}

// requirePlain checks that a refusal is one short line.
func requirePlain(t *testing.T, refusal *VerifyError) {
	t.Helper()
	text := refusal.Error()
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F || r == 0x2028 }) || len(text) > 1500 || refusal.Reason == nil {
		t.Fatalf("%q", text)
	}
}

// slowToken is decodeClaims, by the book.
func slowToken(data []byte) (c Claims, dates map[string]*big.Int, ok, tooLarge bool) {
	_, values, ok := slowObject(data)
	if !ok {
		return Claims{}, nil, false, false
	}
	dates = map[string]*big.Int{}
	for name, target := range map[string]*string{"iss": &c.Issuer, "sub": &c.Subject, "jti": &c.ID} {
		if values[name] != nil {
			if *target, ok = slowText(values[name]); !ok {
				return Claims{}, nil, false, false
			}
		}
	}
	for name, target := range map[string]*NumericDate{"exp": &c.ExpiresAt, "nbf": &c.NotBefore, "iat": &c.IssuedAt} {
		if values[name] == nil {
			continue
		}
		at, valid, large := slowDate(values[name])
		if large {
			return Claims{}, nil, false, true
		}
		if !valid || !fits64(at) {
			return Claims{}, nil, false, false
		}
		dates[name] = at
		*target = NumericDate(new(big.Int).Div(at, big.NewInt(1e9)).Int64()) // the floor
	}
	if aud := values["aud"]; aud != nil {
		if one, ok := slowText(aud); ok {
			c.Audience = Audience{one}
		} else {
			var several []jsontext.Value
			if aud.Kind() != '[' || json.Unmarshal(aud, &several) != nil {
				return Claims{}, nil, false, false
			}
			c.Audience = Audience{}
			for _, v := range several {
				text, ok := slowText(v)
				if !ok {
					return Claims{}, nil, false, false
				}
				c.Audience = append(c.Audience, text)
			}
		}
	}
	return c, dates, true, false
}

var claimSeeds = []string{
	`{}`, `{"iss":"a","sub":"b","aud":"c","exp":1800000060,"nbf":1,"iat":2,"jti":"d","x":{"y":[1,"z",null]}}`, `{"aud":["a","b"]}`, `{"aud":[]}`, `{"aud":""}`, `{"aud":[""]}`, `{"aud":[ "a" , "\u0062" ]}`,
	`{"aud":["a",7]}`, `{"aud":null}`, `{"aud":[["a"]]}`, `{"iss":7}`, `{"sub":null}`, `{"jti":[]}`, `{"\u0069ss":"\u0061"}`, `{"iss":"a","iss":"a"}`, `{"iss":"a","\u0069ss":"a"}`,
	`{"exp":"1"}`, `{"exp":1.5}`, `{"exp":-1.5}`, `{"exp":1e400}`, `{"exp":9223372036854775808}`, `{"exp":-0}`, `{"exp":1e18,"nbf":1E-5}`, `{"ISS":7,"Exp":"x"}`,
	`{"iss":"\ud83d\ude00"}`, `{"iss":"\ud83d"}`, "{\"iss\":\"\xff\"}", `{"x":{"a":1,"a":2}}`, `{"a":1}{"b":2}`, `[]`, `null`, `"x"`, ``, ` `, "\uFEFF{}", `{"x":tru}`,
}

func FuzzClaims(f *testing.F) {
	for _, s := range claimSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		token := Token{payload: string(data)}
		claim, problem := token.decodeClaims(data, nil)
		want, dates, ok, tooLarge := slowToken(data)
		if tooLarge {
			return
		}
		if (problem == "") != ok {
			t.Fatalf("%q: got %q %q, want %v", data, claim, problem, ok)
		}
		if !ok {
			requirePlain(t, &VerifyError{Reason: ErrClaim, Claim: claim, Detail: problem})
			return
		}
		if got := token.Claims; !equalClaims(got, want) {
			t.Fatalf("%q: got %+v, want %+v", data, got, want)
		}
		for name, got := range map[string]instant{"exp": token.expiresAt(), "nbf": token.notBefore(), "iat": token.issuedAt()} {
			if at := dates[name]; at != nil && got.nanoseconds().Cmp(at) != 0 || at == nil && got != (instant{}) {
				t.Fatalf("%q: %s is %v, want %v", data, name, got.nanoseconds(), at)
			}
		}
		_, values, _ := slowObject(data)
		for name, bit := range map[string]registered{"iss": hasIssuer, "sub": hasSubject, "aud": hasAudience, "exp": hasExpiresAt, "nbf": hasNotBefore, "iat": hasIssuedAt, "jti": hasID} {
			if has := token.has&bit != 0; has != (values[name] != nil) {
				t.Fatalf("%q: has %s: %v", data, name, has)
			}
		}
		// What a user's struct reads is the same.
		read, err := ClaimsAs[Claims](&token)
		if err != nil || !equalClaims(read, want) {
			t.Fatalf("%q: ClaimsAs gave %+v and %v, want %+v", data, read, err, want)
		}
		requireSameEncoding(t, want)
	})
}

func equalClaims(a, b Claims) bool {
	return a.Issuer == b.Issuer && a.Subject == b.Subject && a.ID == b.ID && a.ExpiresAt == b.ExpiresAt && a.NotBefore == b.NotBefore &&
		a.IssuedAt == b.IssuedAt && slices.Equal(a.Audience, b.Audience) && (a.Audience == nil) == (b.Audience == nil)
}

// requireSameEncoding holds the quick encoder of Claims to the general one.
func requireSameEncoding(t *testing.T, c Claims) {
	t.Helper()
	quick, quickErr := c.append(nil)
	general, generalErr := json.Marshal(c)
	if (quickErr == nil) != (generalErr == nil) || quickErr == nil && !bytes.Equal(quick, general) {
		t.Fatalf("%+v: got %s and %v, want %s and %v", c, quick, quickErr, general, generalErr)
	}
}

func FuzzClaimsEncoding(f *testing.F) {
	f.Add("", "", "", "", uint8(0), int64(0), int64(0), int64(0), "")
	f.Add("a", "b", "c", "d", uint8(2), int64(1), int64(-2), int64(math.MaxInt64), "e")
	f.Add("\"\\/<>&", "\u2028\u00e9\U0001F600", "\x00\x1f\x7f", "\xff", uint8(2), int64(-math.MaxInt64), int64(0), int64(1), "\ufffd")
	f.Add("\xed\xa0\x80", "x", "x", "x", uint8(1), int64(0), int64(0), int64(0), "\xc0\x80")
	f.Add("", "", "", "", uint8(1), int64(0), int64(0), int64(0), "")
	f.Add("", "", "", "", uint8(2), int64(0), int64(0), int64(0), "")
	f.Add("", "x", "\xff", "x", uint8(3), int64(5), int64(0), int64(0), "")
	f.Add("\xff", "", "a", "", uint8(1), int64(5), int64(0), int64(0), "")
	f.Add("", "\xff", "a", "b", uint8(2), int64(5), int64(0), int64(0), "j")
	f.Fuzz(func(t *testing.T, iss, sub, aud1, aud2 string, audiences uint8, exp, nbf, iat int64, jti string) {
		c := Claims{iss, sub, nil, NumericDate(exp), NumericDate(nbf), NumericDate(iat), jti}
		switch audiences % 4 {
		case 1:
			c.Audience = Audience{aud1}
		case 2:
			c.Audience = Audience{aud1, aud2}
		case 3:
			c.Audience = Audience{}
		}
		requireSameEncoding(t, c)
	})
}

// slowVerify is Policy.Verify for HS256 and one policy: the whole flow again, in
// the plainest way, and only yes or no.
func slowVerify(token string, secret []byte, now time.Time) (ok, tooLarge bool) {
	parts := strings.Split(token, ".")
	if len(token) > 65536 || len(parts) != 3 || len(parts[0]) > 16384 {
		return false, false
	}
	var decoded [3][]byte
	for i, part := range parts {
		if decoded[i], ok = slowBase64URL(part); !ok {
			return false, false
		}
	}
	h, ok := slowHeader(decoded[0])
	if !ok || h.Algorithm != HS256 || h.KeyID != "" && h.KeyID != "key-1" {
		return false, false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(parts[0] + "." + parts[1]))
	if !bytes.Equal(mac.Sum(nil), decoded[2]) {
		return false, false
	}
	c, dates, ok, tooLarge := slowToken(decoded[1])
	if !ok {
		return false, tooLarge
	}
	at := big.NewInt(now.UnixNano())
	return isASCII(h.Type) && (h.Type == "" || strings.EqualFold(h.Type, "JWT") || strings.EqualFold(h.Type, "application/jwt")) &&
		c.Issuer == "iss" && slices.Contains(c.Audience, "aud") &&
		dates["exp"] != nil && dates["exp"].Cmp(at) > 0 &&
		(dates["nbf"] == nil || dates["nbf"].Cmp(at) <= 0), false
}

func isASCII(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 }) }

func FuzzPolicyVerify(f *testing.F) {
	secret := []byte(strings.Repeat("s", 32))
	key, err := NewHMAC(HS256, secret, "key-1")
	if err != nil {
		f.Fatal(err)
	}
	now := time.Unix(1800000000, 0)
	p := &Policy{Keys: Keys{key}, Issuer: "iss", Audience: []string{"aud"}, Now: func() time.Time { return now }}
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	good := `{"iss":"iss","aud":"aud","exp":1800000060}`
	for _, h := range []string{
		`{"alg":"HS256"}`, `{"alg":"HS256","kid":"key-1","typ":"JWT"}`, `{"alg":"HS256","typ":"application/jwt"}`, `{"alg":"HS256","typ":"at+jwt"}`, `{"alg":"HS256","kid":"x"}`,
		`{"alg":"none"}`, `{"alg":"RS256"}`, `{"alg":"HS256","crit":["exp"]}`, `{"alg":"HS256","alg":"none"}`, `{"alg":"HS256","b64":false}`, `x`,
	} {
		f.Add(b64(h)+"."+b64(good)+".", true)
	}
	for _, body := range append(claimSeeds, good, `{"iss":"iss","aud":["x","aud"],"exp":1800000000.5,"nbf":1800000000}`, `{"iss":"iss","aud":"aud","exp":1800000000}`,
		`{"iss":"iss","aud":"aud","exp":1900000000,"nbf":1800000001}`, `{"iss":"iss","aud":"aud","exp":1900000000,"exp":1}`) {
		f.Add(b64(`{"alg":"HS256"}`)+"."+b64(body)+".", true)
	}
	for _, token := range []string{"", ".", "..", "...", "a.b.c", "e30.e30.e30", b64(`{"alg":"HS256"}`) + "." + b64(good) + ".AAAA", b64(`{"alg":"HS256"}`) + "=." + b64(good) + ".", b64(`{"alg":"HS256"}`) + "\n." + b64(good) + "."} {
		f.Add(token, false)
		f.Add(token, true)
	}
	f.Fuzz(func(t *testing.T, token string, sign bool) {
		if i := strings.LastIndexByte(token, '.'); sign && i >= 0 { // or else hardly any signature would be good
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(token[:i]))
			token = token[:i+1] + b64(string(mac.Sum(nil)))
		}
		want, tooLarge := slowVerify(token, secret, now)
		got, err := p.Verify(context.Background(), token)
		if tooLarge {
			return
		}
		if (err == nil) != want || (got != nil) != want {
			t.Fatalf("%q: got %v and %v, want %v", token, got, err, want)
		}
		if _, ofMany := (Policies{p}).Verify(context.Background(), token); (ofMany == nil) != want {
			t.Fatalf("%q: Policies gave %v, want %v", token, ofMany, want)
		}
		if err != nil {
			var refusal *VerifyError
			if !errors.As(err, &refusal) {
				t.Fatalf("%q: %v", token, err)
			}
			requirePlain(t, refusal)
			return
		}
		_, body, err := InsecureDecode(token)
		if err != nil || !bytes.Equal(body, got.Payload()) {
			t.Fatalf("%q: payload %q, want %q, %v", token, got.Payload(), body, err)
		}
	})
}
