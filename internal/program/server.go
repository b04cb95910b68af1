package program

import (
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

// givenPorts are those that FreePort has returned. No other call returns them.
var givenPorts sync.Map

// FreePort returns a port of 127.0.0.1 that nothing listens on. It is below those that
// the system gives to connections, and no other process gets it from FreePort while this one
// runs, so that it stays free until a server takes it, and while that starts anew.
func FreePort() string { return freePort(&givenPorts, rand.IntN) }

func freePort(given *sync.Map, random func(n int) int) string {
	for {
		offset := random(22_000)
		port := strconv.Itoa(10_000 + offset)
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		_ = listener.Close()
		if _, before := given.LoadOrStore(port, nil); !before && reserve(10_000+offset) {
			return port
		}
	}
}

// Serve starts a server and waits until it answers, a minute at most, or until it has
// ended, which fails the test. The server is killed by stop, or at the end of the test:
// by its Cancel, if it has one.
func Serve(t testing.TB, server *exec.Cmd, answers func() bool) (stop func()) {
	t.Helper()
	return serve(t, server, answers, time.Minute)
}

func serve(t testing.TB, server *exec.Cmd, answers func() bool, limit time.Duration) (stop func()) {
	t.Helper()
	if err := server.Start(); err != nil {
		t.Fatal(err.Error())
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait(); close(ended) }()
	stop = sync.OnceFunc(func() {
		if server.Cancel != nil {
			_ = server.Cancel()
		} else {
			_ = server.Process.Kill()
		}
		<-ended
	})
	t.Cleanup(stop)
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		if answers() {
			return stop
		}
		select {
		case err := <-ended:
			t.Fatalf("%s ended before it answered: %v", server.Path, err)
		case <-time.After(25 * time.Millisecond):
		}
	}
	t.Fatal(server.Path + " does not answer")
	return nil
}

// Accepts reports whether a server accepts connections on a port of 127.0.0.1.
func Accepts(port string) bool {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// Redis is a Redis or Valkey, by the path of its program, on a port of 127.0.0.1. It
// saves nothing unless args ask for it. It ends with the process that started it.
func Redis(path, port, dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, append([]string{"--bind", "127.0.0.1", "--port", port, "--dir", dir, "--save", "", "--appendonly", "no"}, args...)...)
	cmd.SysProcAttr = endsWithUs()
	return cmd
}
