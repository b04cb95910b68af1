//go:build race

package slow

// Race is set with the race detector.
const Race = true
