// Package slow tells tests where computing takes long, so that they try fewer changes of a
// token there: one that is wrongly accepted is so everywhere.
package slow

import "runtime"

// Arithmetic is set on processors for which the standard library has no assembly for
// the arithmetic of signatures: they take ten times as long and more.
const Arithmetic = runtime.GOARCH == "386" || runtime.GOARCH == "wasm"
