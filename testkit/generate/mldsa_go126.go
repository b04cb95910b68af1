//go:build !go1.27

package main

import "github.com/seed-b1f8f58c/jwt/testkit"

// mldsaCases makes no rows: the standard library has no ML-DSA yet, and the file of
// those rows stays as it is.
func mldsaCases() []testkit.Case { return nil }
