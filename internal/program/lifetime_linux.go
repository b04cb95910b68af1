package program

import (
	"os/exec"
	"syscall"
)

// endWithUs has a program killed when the process that started it ends.
func endWithUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
