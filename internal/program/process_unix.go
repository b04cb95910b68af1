//go:build unix

package program

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Pause lets a process stand still until [Resume].
func Pause(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }

// Resume lets a process go on after [Pause].
func Resume(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }

// WriteScript writes a program of the shell, as a new file. No process that this one starts
// meanwhile inherits the open file, which nothing could run until that process has become
// another program.
func WriteScript(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700)
}

// ProcessorTime is what this process has used, of all processors.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // has no other error than of its arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// ports is a file of which each process locks the bytes whose positions are its ports.
var ports = sync.OnceValues(func() (file int, err error) {
	return syscall.Open(filepath.Join(os.TempDir(), "jwt-test-ports"), syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC, 0o666)
})

// reserve reports whether no other process has the port, and keeps it until this one ends.
func reserve(port int) bool {
	file, err := ports()
	if err != nil {
		return true // it is another user's, say
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: int64(port), Len: 1}
	err = syscall.FcntlFlock(uintptr(file), syscall.F_SETLK, &lock)
	return err != syscall.EAGAIN && err != syscall.EACCES
}

// systemArgs have PostgreSQL share memory by files, of which there is more.
var systemArgs = []string{"-c", "dynamic_shared_memory_type=mmap"}

// endServer has a server end its children, and then itself.
func endServer(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }

// serverUser is whom a server runs as if the process is root's: the first user that the
// system knows. It is nil if the process is not root's.
func serverUser(uid int, names ...string) *syscall.Credential {
	if uid != 0 {
		return nil
	}
	for _, name := range names {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.Atoi(u.Uid)
			gid, _ := strconv.Atoi(u.Gid)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// ourServerUser is the server's user for this process.
func ourServerUser() *syscall.Credential { return serverUser(os.Getuid(), "postgres", "nobody") }

// asServerUser has a program run as the server's user, in a folder that everybody may read.
func asServerUser(cmd *exec.Cmd) {
	cmd.Dir = "/"
	cmd.SysProcAttr.Credential = ourServerUser()
}

// Give makes the server's user the owner of a file or folder.
func Give(path string) error {
	if c := ourServerUser(); c != nil {
		return os.Chown(path, int(c.Uid), int(c.Gid))
	}
	return nil
}
