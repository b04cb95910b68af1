//go:build !unix

package main

// ignoreBackgroundReads does nothing where commands in the background are not
// stopped when they read.
func ignoreBackgroundReads() {}
