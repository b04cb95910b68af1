package jwt

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A NumericDate is a time in seconds since 1970-01-01T00:00:00Z (RFC 7519
// section 2). Zero stands for an absent claim. In JSON it is a number, written
// as an integer. It is read without floating point; a fraction of a second is
// dropped here, but counts when a [Policy] compares it with the clock.
type NumericDate int64

// NewNumericDate returns t without its fraction of a second, and zero for the
// zero time. For 1970-01-01T00:00:00Z it returns 1, the second after it, because
// zero would leave the claim out: an exp that was computed from nothing has passed.
func NewNumericDate(t time.Time) NumericDate {
	switch sec := t.Unix(); {
	case t.IsZero():
		return 0
	case sec == 0:
		return 1
	default:
		return NumericDate(sec)
	}
}

// Time returns the date as a time in UTC, and the zero time for zero. It returns
// the last [time.Time] there is for dates after it, in the year 292,277,024,627.
func (d NumericDate) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	const yearOne = -62135596800 // from where a time.Time counts
	return time.Unix(min(int64(d), math.MaxInt64+yearOne), 0).UTC()
}

const jsonSpace = " \t\r\n"

// UnmarshalJSON reads a JSON number.
func (d *NumericDate) UnmarshalJSON(data []byte) error {
	t, ok := parseInstant(bytes.Trim(data, jsonSpace))
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
func (i instant) String() string { return string(i.append(nil)) }

func (i instant) append(b []byte) []byte {
	if i.sec < -62135596800 || i.sec > 253402300799 { // the years 1 and 9999
		return append(strconv.AppendInt(b, i.sec, 10), " s"...)
	}
	return time.Unix(i.sec, int64(i.nsec)).UTC().AppendFormat(b, time.RFC3339)
}

// parseInstant reads a JSON number of seconds exactly, down to the nanosecond;
// smaller digits are dropped. It fails for what is not a number, has spaces around
// it, or does not fit 64 bits.
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
	if !value.IsValid() || value.Kind() != '0' || len(bytes.Trim(number, jsonSpace)) < len(number) {
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
		default: // a digit
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
	const most = 1 << 30
	n, _ := strconv.Atoi(string(text)) // the nearest int, if it is out of range
	return min(max(n, -most), most)
}
