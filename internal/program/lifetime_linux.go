package program

import "syscall"

// endsWithUs has a program killed when the process that started it ends.
func endsWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
