//go:build go1.27

package fipstest

const entropyInBubbles = true
