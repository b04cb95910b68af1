package fipstest

import (
	"crypto/fips140"
	"testing"
	"testing/synctest"
)

// Bubble is [synctest.Test]. In the FIPS 140-3 modes of Go 1.26 it skips the test: the
// source of entropy measures the jitter of a clock that stands still in a bubble.
// Go 1.27 reads another clock there.
func Bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if fips140.Enabled() && !entropyInBubbles {
		t.Skip("in a FIPS 140-3 mode, Go 1.26 has no entropy in a synctest bubble")
	}
	synctest.Test(t, test)
}
