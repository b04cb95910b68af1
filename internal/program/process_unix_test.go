//go:build unix

package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAScriptIsAProgram(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, WriteScript(script, "echo $1\n"))
	out, err := exec.CommandContext(t.Context(), script, "7").Output()
	require.NoError(t, err)
	assert.Equal(t, "7\n", string(out))
	assert.ErrorIs(t, WriteScript(script+"/file", ""), syscall.ENOTDIR)
}

// To write to a pipe waits for its reader.
func TestNoProcessStartsWhileAScriptIsWritten(t *testing.T) {
	mayStart := func() bool {
		ok := syscall.ForkLock.TryLock()
		if ok {
			syscall.ForkLock.Unlock()
		}
		return ok
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	written := make(chan error, 1)
	go func() { written <- WriteScript(pipe, "") }()
	for begun := time.Now(); mayStart(); {
		if time.Since(begun) > time.Minute {
			t.Fatal("processes start, or nothing is written for a minute")
		}
	}
	text, err := os.ReadFile(pipe)
	require.NoError(t, err)
	assert.Equal(t, "#!/bin/sh\n", string(text))
	require.NoError(t, <-written)
	assert.True(t, mayStart())
}

func TestAPausedProcessStandsStillUntilItIsResumed(t *testing.T) {
	Processes(t)
	port, cmd := FreePort(), exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PROGRAM_TEST_PORT="+port)
	Serve(t, cmd, func() bool { return Accepts(port) })
	pid := cmd.Process.Pid
	changed := func(options int) (status syscall.WaitStatus) {
		for {
			if _, err := syscall.Wait4(pid, &status, options, nil); err == nil {
				return status
			} else if err != syscall.EINTR {
				t.Fatal(err)
			}
		}
	}
	require.NoError(t, Pause(pid))
	assert.True(t, changed(syscall.WUNTRACED).Stopped())
	require.NoError(t, Resume(pid))
	assert.True(t, changed(syscall.WCONTINUED).Continued())

	const none = 1 << 30 // more than there can be
	assert.ErrorIs(t, Pause(none), syscall.ESRCH)
	assert.ErrorIs(t, Resume(none), syscall.ESRCH)
}

func TestProcessorTimeIsThatOfThisProcess(t *testing.T) {
	before := ProcessorTime()
	for begun := time.Now(); ProcessorTime() < before+10*time.Millisecond; {
		require.Less(t, time.Since(begun), time.Minute, "a busy minute after %v", before)
	}
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	assert.GreaterOrEqual(t, ProcessorTime(), time.Duration(u.Utime.Nano()+u.Stime.Nano()))
}

func TestTheUserOfAServerIsTheFirstThatThereIs(t *testing.T) {
	t.Parallel()
	root, nobody := serverUser(0, "no such user", "root"), serverUser(0, "nobody", "root")
	require.NotNil(t, root)
	assert.Equal(t, syscall.Credential{}, *root)
	require.NotNil(t, nobody)
	assert.NotZero(t, nobody.Uid)
	assert.NotZero(t, nobody.Gid)
	assert.Nil(t, serverUser(0, "no such user"))
	assert.Nil(t, serverUser(1000, "root"), "who is not root can be nobody else")
}

func TestNobodyIsGivenWhatIsNotThere(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	assert.ErrorIs(t, Give(filepath.Join(t.TempDir(), "x")), os.ErrNotExist)
}
