package program

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// In TestMain, the program with PROGRAM_TEST_PARENT starts the one with PROGRAM_TEST_PORT.
func TestAServerEndsWithTheProcessThatStartedIt(t *testing.T) {
	t.Parallel()
	port, parent := FreePort(), exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "PROGRAM_TEST_PARENT="+port)
	Serve(t, parent, func() bool { return Accepts(port) })()
	for begun := time.Now(); Accepts(port); {
		if time.Since(begun) > time.Minute {
			t.Fatal("the server still runs after a minute")
		}
	}
	assert.Equal(t, syscall.SIGKILL, PostgreSQL("data", port).SysProcAttr.Pdeathsig)
}
