//go:build !unix

package program

import (
	"errors"
	"os"
	"os/exec"
	"time"
)

// Pause is only on Unix.
func Pause(int) error { return errors.ErrUnsupported }

// Resume is only on Unix.
func Resume(int) error { return errors.ErrUnsupported }

// WriteScript is only on Unix.
func WriteScript(string, string) error { return errors.ErrUnsupported }

// ProcessorTime is known only on Unix.
func ProcessorTime() time.Duration { return 0 }

// Elsewhere other processes are not asked.
func reserve(int) bool { return true }

// Elsewhere PostgreSQL needs no argument of the system's.
var systemArgs []string

// Elsewhere only a kill ends a server.
func endServer(p *os.Process) error { return p.Kill() }

// Elsewhere a server runs as who started it.
func asServerUser(*exec.Cmd) {}

// Give does nothing: a server runs as who started it.
func Give(string) error { return nil }
