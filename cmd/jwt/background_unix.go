//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreBackgroundReads makes a read from the terminal of a command in the
// background an error, where it would stop the command.
func ignoreBackgroundReads() { signal.Ignore(syscall.SIGTTIN) }
