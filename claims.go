package jwt

import (
	"encoding"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
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
			t.exp, want, ok = readDate(&o.Value, &t.Claims.ExpiresAt)
		case "nbf":
			t.has |= hasNotBefore
			t.nbf, want, ok = readDate(&o.Value, &t.Claims.NotBefore)
		case "iat":
			t.has |= hasIssuedAt
			t.iat, want, ok = readDate(&o.Value, &t.Claims.IssuedAt)
		default:
			if t.private == 0 {
				t.private = o.Start
			}
			continue
		}
		if !ok {
			return string(o.Name), "got " + o.Value.Kind() + ", want " + want
		}
		if t.private != 0 {
			t.private = mixed
		}
	}
	if o.Problem() != "" {
		return "", "payload: " + o.Problem()
	}
	return "", ""
}

// mixed says that there is a registered claim behind one that is not.
const mixed = -1

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

func readDate(v *strictjson.Value, date *NumericDate) (_ instant, want string, ok bool) {
	if !v.IsNumber() {
		return instant{}, "a number", false
	}
	t, ok := parseInstant(v.Raw)
	*date = NumericDate(t.sec)
	return t, "one that fits 64 bits", ok
}

// decode decodes the payload into the value that into points to. If that just
// embeds Claims, they are there already, and only what comes behind them is left.
func (t *Token) decode(into any) error {
	embedding, ok := into.(interface{ embedded() *Claims })
	if !ok || t.private == mixed || !kindOf(reflect.TypeOf(into).Elem()).embedsClaims {
		return json.Unmarshal([]byte(t.payload), into)
	}
	rest := append(make([]byte, 0, 2+len(t.payload)-t.private), '{')
	if t.private == 0 {
		rest = append(rest, '}')
	} else {
		rest = append(rest, t.payload[t.private:]...)
	}
	if err := json.Unmarshal(rest, into); err != nil {
		return err
	}
	claims := embedding.embedded()
	*claims = t.Claims
	claims.Audience = slices.Clone(claims.Audience)
	return nil
}

// embedded returns the Claims in a struct that embeds them.
func (c *Claims) embedded() *Claims { return c }

// A claimsKind is what the type of somebody's claims guarantees.
type claimsKind struct {
	embedsClaims bool // Claims, and besides them nothing that has to do with the registered ones
	shallow      bool // and nothing that could be nested too deep
}

// claimsKinds remembers the answers of kindOf, by reflect.Type.
var claimsKinds sync.Map

func kindOf(t reflect.Type) (kind claimsKind) {
	if known, ok := claimsKinds.Load(t); ok {
		return known.(claimsKind)
	}
	if t.Kind() == reflect.Struct && !codesItself(t) {
		kind = claimsKind{true, true}
		for i := 0; i < t.NumField() && t != reflect.TypeFor[Claims](); i++ {
			f := t.Field(i)
			kind.embedsClaims = kind.embedsClaims && staysApart(f)
			kind.shallow = kind.shallow && kind.embedsClaims && (f.Anonymous || isShallow(f.Type, 0))
		}
	}
	claimsKinds.Store(t, kind)
	return kind
}

// codesItself reports whether t has methods that the encoder or decoder calls.
func codesItself(t reflect.Type) bool {
	return slices.ContainsFunc([]reflect.Type{
		reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextAppender](),
		reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom](), reflect.TypeFor[encoding.TextUnmarshaler](),
	}, reflect.PointerTo(t).Implements)
}

// staysApart reports whether a field is the embedded Claims, or a plain one by
// another name than a registered claim has.
func staysApart(f reflect.StructField) bool {
	tag, tagged := f.Tag.Lookup("json")
	if f.Anonymous {
		return f.Type == reflect.TypeFor[Claims]() && !tagged
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = f.Name
	}
	switch name {
	case "iss", "sub", "aud", "exp", "nbf", "iat", "jti":
		return false
	}
	return !strings.Contains(name, "'") && (options == "" || options == "omitempty" || options == "omitzero")
}

// isShallow reports whether values of t nest a few levels at most.
func isShallow(t reflect.Type, depth int) bool {
	const most = 8
	if depth > most || codesItself(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return isShallow(t.Elem(), depth+1)
	case reflect.Struct:
		for i := range t.NumField() {
			if !isShallow(t.Field(i).Type, depth+1) {
				return false
			}
		}
		return true
	}
	return false
}

// append appends the JSON of c as the encoder would write it, but faster.
func (c *Claims) append(b []byte) (_ []byte, err error) {
	open := len(b)
	for _, m := range [...]struct {
		name  string
		text  string
		date  NumericDate
		names Audience
	}{
		{name: `,"iss":`, text: c.Issuer},
		{name: `,"sub":`, text: c.Subject},
		{name: `,"aud":`, names: c.Audience},
		{name: `,"exp":`, date: c.ExpiresAt},
		{name: `,"nbf":`, date: c.NotBefore},
		{name: `,"iat":`, date: c.IssuedAt},
		{name: `,"jti":`, text: c.ID},
	} {
		switch {
		case m.text != "":
			b, err = jsontext.AppendQuote(append(b, m.name...), m.text)
		case m.date != 0:
			b = strconv.AppendInt(append(b, m.name...), int64(m.date), 10)
		case m.names != nil:
			b, err = m.names.append(append(b, m.name...))
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) == open {
		b = append(b, '{')
	}
	b[open] = '{'
	return append(b, '}'), nil
}
