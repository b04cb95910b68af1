//go:build !unix

package program

import (
	"errors"
	"os/exec"
	"time"
)

// Pause is only on Unix.
func Pause(int) error { return errors.ErrUnsupported }

// Resume is only on Unix.
func Resume(int) error { return errors.ErrUnsupported }

// ProcessorTime is known only on Unix.
func ProcessorTime() time.Duration { return 0 }

// Elsewhere a server runs as who started it.
func asServerUser(*exec.Cmd) {}

// Give does nothing: a server runs as who started it.
func Give(string) error { return nil }
