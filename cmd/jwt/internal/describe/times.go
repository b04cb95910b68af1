package describe

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Moment is a claim that is a time.
type Moment struct {
	Claim string `json:"claim"`
	Time  string `json:"time"`
	Text  string `json:"text"`
	at    time.Time
}

// timeClaims are the claims with times, and what is said of those before and after
// now.
var timeClaims = []struct{ name, past, future string }{
	{"iat", "issued %s ago", "issued %s from now"},
	{"auth_time", "logged in %s ago", "logged in %s from now"},
	{"nbf", "valid since %s ago", "valid in %s"},
	{"exp", "expired %s ago", "expires in %s"},
}

func moments(claims []Member, now time.Time) (found []Moment) {
	for _, c := range timeClaims {
		at, ok := dateOf(Find(claims, c.name))
		if !ok {
			continue
		}
		text := fmt.Sprintf(c.past, inWords(now.Sub(at)))
		if at.After(now) {
			text = fmt.Sprintf(c.future, inWords(at.Sub(now)))
		} else if now.Sub(at) < time.Second {
			text, _, _ = strings.Cut(fmt.Sprintf(c.past, "now"), " ago")
		}
		found = append(found, Moment{c.name, at.Format(time.RFC3339), text, at})
	}
	return found
}

// lastDate is the end of the year 9999, after which RFC 3339 has no dates.
const lastDate = 253402300799

// dateOf returns the time that a NumericDate stands for.
func dateOf(value jsontext.Value) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(string(value), 64) // which reads no other JSON value
	if err != nil || seconds < 0 || seconds > lastDate {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true
}

// inWords says how long a duration is, in the largest unit of which there are two
// or more, or one exactly.
func inWords(d time.Duration) string {
	const day = 24 * time.Hour
	if d == math.MaxInt64 { // as far as time.Time.Sub reaches
		return "more than 292 years"
	}
	for _, unit := range []struct {
		name string
		d    time.Duration
	}{{"year", 365 * day}, {"month", 30 * day}, {"day", day}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := int64(d / unit.d); n > 1 || n == 1 && d%unit.d == 0 {
			return count(n, unit.name)
		}
	}
	return count(int64(d/time.Second), "second")
}

func count(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
