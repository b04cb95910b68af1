//go:build unix

package program

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// Pause lets a process stand still until [Resume].
func Pause(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }

// Resume lets a process go on after [Pause].
func Resume(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }

// ProcessorTime is what this process has used, of all processors.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverUser is whom a server runs as if this process is root's, nil if it is not.
func serverUser() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// asServerUser has a program run as the server's user.
func asServerUser(cmd *exec.Cmd) {
	c := serverUser()
	if c == nil {
		return
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Credential = c
}

// Give makes the server's user the owner of a file or folder.
func Give(path string) error {
	if c := serverUser(); c != nil {
		return os.Chown(path, int(c.Uid), int(c.Gid))
	}
	return nil
}
