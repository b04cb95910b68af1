//go:build unix

package program

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

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
	if err := Pause(pid); err != nil || !changed(syscall.WUNTRACED).Stopped() {
		t.Errorf("got %v, want it to stand still", err)
	}
	if err := Resume(pid); err != nil || !changed(syscall.WCONTINUED).Continued() {
		t.Errorf("got %v, want it to go on", err)
	}
}

func TestProcessorTimeIsThatOfThisProcess(t *testing.T) {
	before := ProcessorTime()
	for begun := time.Now(); ProcessorTime() < before+10*time.Millisecond; {
		if time.Since(begun) > time.Minute {
			t.Fatalf("got %v, and %v after a busy minute", before, ProcessorTime())
		}
	}
}
