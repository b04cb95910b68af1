//go:build !unix

package main

// ignoreBackgroundReads does nothing where commands in the background are not
// stopped when they read.
func ignoreBackgroundReads() {}

// inForeground reports whether this command is the one that the terminal talks to.
func inForeground(int) bool { return true }
