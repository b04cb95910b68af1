//go:build !linux

package program

import "syscall"

// Only Linux ends a program with the process that started it.
func endsWithUs() *syscall.SysProcAttr { return new(syscall.SysProcAttr) }
