//go:build unix

package program

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// TestMain is the server that TestServersRunUntilTheyAreStopped starts, on the port that
// the environment has.
func TestMain(m *testing.M) {
	port := os.Getenv("PROGRAM_TEST_PORT")
	if port == "" {
		os.Exit(m.Run())
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	for err == nil { // until it is killed
		_, err = l.Accept()
	}
	os.Exit(1)
}

func TestFreePortsAreBelowThoseOfConnections(t *testing.T) {
	seen := make(map[string]bool)
	for range 100 {
		port := FreePort()
		if n, err := strconv.Atoi(port); err != nil || n < 10_000 || n >= 32_000 || seen[port] {
			t.Errorf("got %s, seen before: %v", port, seen[port])
		}
		if Accepts(port) {
			t.Errorf("something listens on port %s", port)
		}
		seen[port] = true
	}
}

func TestServersRunUntilTheyAreStopped(t *testing.T) {
	Processes(t)
	for _, stopped := range []string{"by the test", "at its end"} {
		port, cmd := FreePort(), exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "PROGRAM_TEST_PORT="+port)
		t.Run(stopped, func(t *testing.T) {
			stop := Serve(t, cmd, func() bool { return Accepts(port) })
			if !Accepts(port) || cmd.ProcessState != nil {
				t.Error("the server does not run")
			}
			if stopped == "by the test" {
				stop()
			}
		})
		if Accepts(port) || cmd.ProcessState == nil {
			t.Errorf("the server still runs after it was stopped %s", stopped)
		}
	}
}

func TestAServerOfPostgreSQLIsNotRoot(t *testing.T) {
	FindPostgreSQL(t)
	dir, err := os.MkdirTemp("", "program") // of others than root, too
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := Give(dir); err != nil {
		t.Fatal(err)
	}
	if err := InitDB(dir+"/data", "somebody"); err != nil {
		t.Fatal(err)
	}
	if err := InitDB(dir+"/data", "somebody"); err == nil {
		t.Error("a folder with data is taken")
	}
	port := FreePort()
	Serve(t, PostgreSQL(dir+"/data", port), func() bool { return Accepts(port) })
}

func TestARedisTakesArguments(t *testing.T) {
	path, port, dir := Find(t, "redis-server"), FreePort(), t.TempDir()
	Serve(t, Redis(path, port, dir, "--dbfilename", "other"), func() bool { return Accepts(port) })
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("SAVE\r\nPING\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len("+OK"))
	if _, err := conn.Read(answer); err != nil || string(answer) != "+OK" {
		t.Fatalf("got %q, %v", answer, err)
	}
	if _, err := os.Stat(dir + "/other"); err != nil {
		t.Error(err)
	}
}
