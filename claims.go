package jwt

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
	"github.com/seed-b1f8f58c/jwt/internal/structjson"
)

// Claims are the registered claims (RFC 7519 section 4.1). Embed it in a struct
// of your own to sign private claims beside them, and to read them back with
// [ClaimsAs]. A field's zero value stands for an absent claim, so the zero value
// is an empty set of claims.
type Claims struct {
	Issuer    string      `json:"iss,omitzero"`
	Subject   string      `json:"sub,omitzero"`
	Audience  Audience    `json:"aud,omitzero"`
	ExpiresAt NumericDate `json:"exp,omitzero"`
	NotBefore NumericDate `json:"nbf,omitzero"`
	IssuedAt  NumericDate `json:"iat,omitzero"`
	ID        string      `json:"jti,omitzero"`
}

// An Audience lists whom a token is for (RFC 7519 section 4.1.3). In JSON, one
// recipient is a string and several are an array; both are read. Nil is an absent
// claim, and an empty one an array without a recipient.
type Audience []string

// MarshalJSON writes a string if there is one recipient, or else an array.
func (a Audience) MarshalJSON() ([]byte, error) { return a.append(nil) }

func (a Audience) append(b []byte) (_ []byte, err error) {
	if len(a) == 1 {
		return jsontext.AppendQuote(b, a[0])
	}
	b = append(b, '[')
	for i, recipient := range a {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = jsontext.AppendQuote(b, recipient); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads a string or an array of strings.
func (a *Audience) UnmarshalJSON(data []byte) error {
	value, ok := strictjson.ReadValue(data)
	if !ok {
		return errors.New("jwt: aud: got no single JSON value")
	}
	audience, ok := readAudience(&value, "", nil)
	if !ok {
		return errors.New("jwt: aud: got " + value.Kind() + ", want a string or an array of strings")
	}
	*a = audience
	return nil
}

func readAudience(v *strictjson.Value, source string, room []string) (Audience, bool) {
	if one, ok := v.Text(source); ok {
		return append(room, one), true
	}
	several, ok := v.Texts(source, room)
	if several == nil {
		several = []string{}
	}
	return several, ok
}

// A NumericDate is a time in seconds since 1970-01-01T00:00:00Z (RFC 7519
// section 2). Zero stands for an absent claim. In JSON it is a number, written
// as an integer. It is read without floating point; a fraction of a second is
// dropped here, but counts when a [Policy] compares it with the clock.
type NumericDate int64

// NewNumericDate returns t without its fraction of a second, and zero for the
// zero time.
func NewNumericDate(t time.Time) NumericDate {
	if t.IsZero() {
		return 0
	}
	return NumericDate(t.Unix())
}

// Time returns the date as a time in UTC, and the zero time for zero.
func (d NumericDate) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d), 0).UTC()
}

// UnmarshalJSON reads a JSON number.
func (d *NumericDate) UnmarshalJSON(data []byte) error {
	t, ok := parseInstant(data)
	if !ok {
		return errors.New("jwt: want a NumericDate, a number of seconds in 64 bits")
	}
	*d = NumericDate(t.sec)
	return nil
}

// An instant is a NumericDate with its fraction: sec + nsec/1e9, 0 ≤ nsec < 1e9.
type instant struct {
	sec  int64
	nsec int32
}

func instantOf(t time.Time) instant { return instant{t.Unix(), int32(t.Nanosecond())} }

// after reports whether i is later than j.
func (i instant) after(j instant) bool { return i.sec > j.sec || i.sec == j.sec && i.nsec > j.nsec }

// add returns the instant d later, or earlier if d is negative.
func (i instant) add(d time.Duration) instant {
	i.sec += int64(d / time.Second)
	i.nsec += int32(d % time.Second)
	switch {
	case i.nsec >= 1e9:
		return instant{i.sec + 1, i.nsec - 1e9}
	case i.nsec < 0:
		return instant{i.sec - 1, i.nsec + 1e9}
	}
	return i
}

// String returns the time in the form of RFC 3339, or its seconds where the year
// has more than four digits.
func (i instant) String() string {
	if i.sec < -62135596800 || i.sec > 253402300799 { // the years 1 and 9999
		return strconv.FormatInt(i.sec, 10) + " s"
	}
	return time.Unix(i.sec, int64(i.nsec)).UTC().Format(time.RFC3339)
}

// parseInstant reads a JSON number of seconds exactly, down to the nanosecond;
// smaller digits are dropped. It fails for what is not a number or does not fit
// 64 bits.
func parseInstant(number []byte) (_ instant, ok bool) {
	if sec, ok := parseInteger(number); ok {
		return instant{sec: sec}, true
	}
	digits, point, negative, ok := scanNumber(number)
	if !ok || point > 19 { // the first digit is not zero
		return instant{}, false
	}
	digit := func(i int) uint64 {
		if i < 0 || i >= len(digits) {
			return 0
		}
		return uint64(digits[i] - '0')
	}
	var sec, nsec uint64
	for i := range max(point, 0) { // at most 19 digits, which fit
		sec = sec*10 + digit(i)
	}
	for i := range 9 {
		nsec = nsec*10 + digit(point+i)
	}
	switch {
	case !negative:
		return instant{int64(sec), int32(nsec)}, sec <= math.MaxInt64
	case nsec > 0:
		return instant{-int64(sec) - 1, int32(1e9 - nsec)}, sec <= math.MaxInt64
	default:
		return instant{-int64(sec), 0}, sec <= math.MaxInt64+1
	}
}

// parseInteger reads the plain case: up to eighteen digits and nothing else.
func parseInteger(number []byte) (n int64, ok bool) {
	if len(number) == 0 || len(number) > 18 || number[0] == '0' && len(number) > 1 {
		return 0, false
	}
	for _, c := range number {
		if c < '0' || '9' < c {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// scanNumber takes a JSON number apart: its value is 0.digits × 10^point, where
// digits do not begin with a zero and are empty for zero.
func scanNumber(number []byte) (digits []byte, point int, negative, ok bool) {
	value := jsontext.Value(number)
	if !value.IsValid() || value.Kind() != '0' {
		return nil, 0, false, false
	}
	seenPoint := false
	for i, c := range number {
		switch {
		case c == '-':
			negative = true
		case c == '.':
			seenPoint = true
		case c == 'e' || c == 'E':
			exponent := parseExponent(number[i+1:])
			if len(digits) == 0 { // zero, whatever it is multiplied with
				exponent = 0
			}
			return digits, point + exponent, negative, true
		case '0' <= c && c <= '9':
			if c == '0' && len(digits) == 0 {
				if seenPoint {
					point--
				}
				continue
			}
			digits = append(digits, c)
			if !seenPoint {
				point++
			}
		}
	}
	return digits, point, negative, true
}

// parseExponent returns the exponent, cut to a size that is beyond any date
// but cannot overflow.
func parseExponent(text []byte) int {
	n, err := strconv.Atoi(string(text))
	const most = 1 << 30
	if err != nil && len(text) > 0 && text[0] == '-' {
		return -most
	} else if err != nil {
		return most
	}
	return min(max(n, -most), most)
}

// registered says which registered claims a payload has, so that an absent one
// differs from an empty one.
type registered uint8

const (
	hasIssuer registered = 1 << iota
	hasSubject
	hasAudience
	hasExpiresAt
	hasNotBefore
	hasIssuedAt
	hasID
)

// decodeClaims reads the registered claims in data, which is the payload. It
// returns the claim at fault, if it is one, and what is wrong.
func (t *Token) decodeClaims(data []byte) (claim, problem string) {
	o := strictjson.Read(data, 0)
	for o.Next() {
		ok, want := true, "a string"
		switch string(o.Name) {
		case "iss":
			t.has |= hasIssuer
			t.Claims.Issuer, ok = o.Value.Text(t.payload)
		case "sub":
			t.has |= hasSubject
			t.Claims.Subject, ok = o.Value.Text(t.payload)
		case "jti":
			t.has |= hasID
			t.Claims.ID, ok = o.Value.Text(t.payload)
		case "aud":
			t.has |= hasAudience
			want = "a string or an array of strings"
			t.Claims.Audience, ok = readAudience(&o.Value, t.payload, t.oneAudience[:0])
		case "exp":
			t.has |= hasExpiresAt
			t.fraction.exp, want, ok = readDate(&o.Value, &t.Claims.ExpiresAt)
		case "nbf":
			t.has |= hasNotBefore
			t.fraction.nbf, want, ok = readDate(&o.Value, &t.Claims.NotBefore)
		case "iat":
			t.has |= hasIssuedAt
			t.fraction.iat, want, ok = readDate(&o.Value, &t.Claims.IssuedAt)
		default:
			if t.private == 0 {
				t.private = o.Start
			}
			continue
		}
		if !ok {
			return string(o.Name), "got " + o.Value.Kind() + ", want " + want
		}
	}
	if o.Problem() != "" {
		return "", "payload: " + o.Problem()
	}
	return "", ""
}

// The dates to the nanosecond, zero for one that is absent.
func (t *Token) expiresAt() instant { return instant{int64(t.Claims.ExpiresAt), t.fraction.exp} }
func (t *Token) notBefore() instant { return instant{int64(t.Claims.NotBefore), t.fraction.nbf} }
func (t *Token) issuedAt() instant  { return instant{int64(t.Claims.IssuedAt), t.fraction.iat} }

// checkClaims finds what decodeClaims would, and decodes nothing.
func checkClaims(data []byte) (claim, problem string) {
	o := strictjson.Read(data, 0)
	for o.Next() {
		ok, want := true, "a string"
		switch string(o.Name) {
		case "iss", "sub", "jti":
			ok = o.Value.IsString()
		case "aud":
			ok, want = o.Value.IsString() || o.Value.IsStrings(), "a string or an array of strings"
		case "exp", "nbf", "iat":
			var date NumericDate
			_, want, ok = readDate(&o.Value, &date)
		}
		if !ok {
			return string(o.Name), "got " + o.Value.Kind() + ", want " + want
		}
	}
	if o.Problem() != "" {
		return "", "payload: " + o.Problem()
	}
	return "", ""
}

// readDate sets date and returns its fraction of a second.
func readDate(v *strictjson.Value, date *NumericDate) (nsec int32, want string, ok bool) {
	if !v.IsNumber() {
		return 0, "a number", false
	}
	t, ok := parseInstant(v.Raw)
	*date = NumericDate(t.sec)
	return t.nsec, "one that fits 64 bits", ok
}

// decode decodes the payload into the value that into points to, which is of the
// kind. Registered claims in it come from those that are decoded already.
func (t *Token) decode(into any, of *claimsKind) error {
	v := reflect.ValueOf(into).Elem()
	if of.codec != nil && t.decodeStruct(of.codec, v) {
		return nil
	}
	v.SetZero()
	return json.Unmarshal([]byte(t.payload), into)
}

// decodeStruct reports whether codec could do it.
func (t *Token) decodeStruct(codec *structjson.Codec, v reflect.Value) bool {
	source := t.payload
	if codec.Embeds {
		claims := v.Field(0).Addr().Interface().(*Claims)
		*claims = t.Claims
		claims.Audience = slices.Clone(claims.Audience)
		if t.private == 0 {
			return true
		}
		source = source[t.private-1:] // from the brace, comma or space before the first of the others
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	b.payload = append(append(b.payload[:0], '{'), source[1:]...)
	return codec.Decode(b.payload, source, v)
}

// A claimsKind is what there is to know about a type of claims.
type claimsKind struct {
	codec *structjson.Codec // nil if the type is for package json
	room  sync.Pool         // of pointers to zero values of the type
}

// claimsKinds remembers the answers of kindOf, by [reflect.Type].
var claimsKinds sync.Map

func kindOf(t reflect.Type) *claimsKind {
	known, ok := claimsKinds.Load(t)
	if !ok {
		known, _ = claimsKinds.LoadOrStore(t, &claimsKind{codec: structjson.New(t, reflect.TypeFor[Claims]())})
	}
	return known.(*claimsKind)
}

// appendStruct appends the JSON of a struct or a pointer to one, and reports
// false if it is for package json. What is checked needs no [checkClaims].
func appendStruct(b []byte, claims any) (_ []byte, checked, ok bool) {
	v := reflect.ValueOf(claims)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil, false, false
	}
	codec := kindOf(v.Type()).codec
	if codec == nil {
		return nil, false, false
	}
	open := len(b)
	if codec.Embeds {
		embedding, ok := claims.(interface{ registered() Claims })
		if !ok { // a type made by package reflect, or a named one of pointers
			return nil, false, false
		}
		registered := embedding.registered()
		var err error
		if b, err = registered.appendMembers(b); err != nil {
			return nil, false, false
		}
	}
	if b, ok = codec.Append(b, v); !ok {
		return nil, false, false
	}
	return closeObject(b, open), codec.Embeds && codec.Flat, true
}

// registered returns the Claims in a struct that embeds them.
func (c Claims) registered() Claims { return c }

// append appends the JSON of c as the encoder would write it, but faster.
func (c *Claims) append(b []byte) ([]byte, error) {
	open := len(b)
	b, err := c.appendMembers(b)
	if err != nil {
		return nil, err
	}
	return closeObject(b, open), nil
}

// appendMembers appends a comma and a member for each claim that is present.
func (c *Claims) appendMembers(b []byte) ([]byte, error) {
	m := members{b: b}
	m.text(`,"iss":`, c.Issuer)
	m.text(`,"sub":`, c.Subject)
	m.audience(`,"aud":`, c.Audience)
	m.date(`,"exp":`, c.ExpiresAt)
	m.date(`,"nbf":`, c.NotBefore)
	m.date(`,"iat":`, c.IssuedAt)
	m.text(`,"jti":`, c.ID)
	return m.b, m.err
}

// members are JSON to which each of its methods appends a member, unless that is
// absent.
type members struct {
	b   []byte
	err error
}

func (m *members) text(name, s string) {
	if s != "" && m.err == nil {
		m.b, m.err = jsontext.AppendQuote(append(m.b, name...), s)
	}
}

func (m *members) audience(name string, a Audience) {
	if a != nil && m.err == nil {
		m.b, m.err = a.append(append(m.b, name...))
	}
}

func (m *members) date(name string, d NumericDate) {
	if d != 0 {
		m.b = strconv.AppendInt(append(m.b, name...), int64(d), 10)
	}
}

// closeObject makes an object of the members from open on, each behind a comma.
func closeObject(b []byte, open int) []byte {
	if len(b) == open {
		b = append(b, '{')
	}
	b[open] = '{'
	return append(b, '}')
}
