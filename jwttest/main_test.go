package jwttest_test

import (
	"crypto/rand"
	"testing"
)

// In the FIPS 140-3 modes of Go 1.26, the first read of randomness must not be in a
// synctest bubble: docs/fips.md.
func TestMain(m *testing.M) {
	rand.Read(make([]byte, 1))
	m.Run()
}
