//go:build unix

package main

import (
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// ignoreBackgroundReads makes a read from the terminal of a command in the
// background an error, where it would stop the command.
func ignoreBackgroundReads() { signal.Ignore(syscall.SIGTTIN) }

// inForeground reports whether this command is the one that the terminal talks to.
func inForeground(terminal int) bool {
	group, err := unix.IoctlGetInt(terminal, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
