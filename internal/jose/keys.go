package jose

import "errors"

// FitsKeyID reports whether a token with the kid of may be tried with a key that
// has the given one: if both name one, it is the same.
func FitsKeyID(key, of string) bool { return key == of || key == "" || of == "" }

// FirstKey returns the first of the keys that fits a token and that made it, for
// which try returns nil. At most [MaxTried] keys are tried. For a key that did not
// make the token, try returns the error no; any other error means that the key
// could not decide. If no key is found, the [Miss] says why.
//
// Refusal is the error type that refuses a token, *jwt.VerifyError.
func FirstKey[Refusal error, K any](keys []K, fits func(K) bool, try func(K) error, no error) (key K, found bool, miss Miss) {
	tried := 0
	var failures []error
	for _, k := range keys {
		if !fits(k) {
			continue
		}
		if tried++; tried > MaxTried {
			break
		}
		err := try(k)
		if err == nil {
			return k, true, Miss{}
		}
		if !Says[Refusal](err, no) {
			failures = append(failures, err)
		}
	}
	return key, false, Miss{tried, errors.Join(failures...)}
}

// A Miss says why no key was found to have made a token.
type Miss struct {
	tried   int
	failure error // of keys that could not decide
}

// None reports whether no key fits the token.
func (m Miss) None() bool { return m.tried == 0 }

// Detail says more about a token that the keys refused, or is empty.
func (m Miss) Detail() string {
	if m.tried > MaxTried {
		return "more keys fit the header than are tried, want a kid that tells them apart"
	}
	return ""
}

// Failure returns the errors of keys that could not decide, nil if there are none.
func (m Miss) Failure() error { return m.failure }
