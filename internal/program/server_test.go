//go:build unix

package program

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

// TestMain is the server that the tests start, on the port that the environment has, or
// a program that starts the server.
func TestMain(m *testing.M) {
	if port := os.Getenv("PROGRAM_TEST_PARENT"); port != "" {
		server := Redis(os.Args[0], port, ".")
		server.Env = append(os.Environ(), "PROGRAM_TEST_PARENT=", "PROGRAM_TEST_PORT="+port)
		_ = server.Run()
		os.Exit(1)
	}
	if port, err := strconv.Atoi(os.Getenv("PROGRAM_TEST_RESERVED")); err == nil {
		if reserve(port) {
			os.Exit(0)
		}
		os.Exit(1)
	}
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
	t.Parallel()
	seen := make(map[string]bool)
	for range 100 {
		port := FreePort()
		n, err := strconv.Atoi(port)
		assert.NoError(t, err)
		assert.True(t, n >= 10_000 && n < 32_000 && !seen[port], "%s, seen before: %v", port, seen[port])
		seen[port] = true
	}
}

func TestAFreePortIsNeitherTakenNorGiven(t *testing.T) {
	t.Parallel()
	taken, free, other := FreePort(), FreePort(), FreePort()
	listener, err := net.Listen("tcp", "127.0.0.1:"+taken)
	require.NoError(t, err)
	defer listener.Close()
	var given sync.Map
	tried := []string{taken, free, free, other}
	random := func(n int) int {
		assert.Equal(t, 22_000, n)
		port, err := strconv.Atoi(tried[0])
		require.NoError(t, err)
		tried = tried[1:]
		return port - 10_000
	}
	assert.Equal(t, free, freePort(&given, random))
	assert.Equal(t, other, freePort(&given, random))
	assert.Empty(t, tried)
}

func TestAFreePortIsGivenToOneProcess(t *testing.T) {
	t.Parallel()
	Processes(t)
	port, err := strconv.Atoi(FreePort())
	require.NoError(t, err)
	for port, mine := range map[int]bool{port: true, port + 30_000: false} {
		other := exec.Command(os.Args[0])
		other.Env = append(os.Environ(), "PROGRAM_TEST_RESERVED="+strconv.Itoa(port))
		assert.Equal(t, mine, other.Run() != nil, port)
	}
}

func TestServersRunUntilTheyAreStopped(t *testing.T) {
	t.Parallel()
	Processes(t)
	for _, stopped := range []string{"by the test", "at its end"} {
		port, cmd := FreePort(), exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "PROGRAM_TEST_PORT="+port)
		t.Run(stopped, func(t *testing.T) {
			stop := Serve(t, cmd, func() bool { return Accepts(port) })
			assert.True(t, Accepts(port), "the server runs")
			if stopped == "by the test" {
				stop()
			}
		})
		assert.True(t, !Accepts(port) && cmd.ProcessState != nil, "the server was stopped %s", stopped)
	}
}

func TestAServerThatDoesNotAnswerFailsTheTest(t *testing.T) {
	t.Parallel()
	Processes(t)
	for name, want := range map[string]string{os.Args[0]: os.Args[0] + " does not answer", "/no such program": "no such file"} {
		server := exec.Command(name)
		server.Env = append(os.Environ(), "PROGRAM_TEST_PORT="+FreePort())
		lines := reported.By(t, func(t testing.TB) { serve(t, server, func() bool { return false }, time.Millisecond) })
		require.Len(t, lines, 1)
		assert.Contains(t, lines[0], want)
	}
	assert.Len(t, reported.By(t, func(t testing.TB) { Serve(t, exec.Command("/no such program"), nil) }), 1)
}

func TestAServerThatEndsFailsTheTest(t *testing.T) {
	t.Parallel()
	Processes(t)
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), "PROGRAM_TEST_PORT=none")
	lines := reported.By(t, func(t testing.TB) { Serve(t, server, func() bool { return false }) })
	assert.Equal(t, []string{os.Args[0] + " ended before it answered: exit status 1"}, lines)
}

func TestARedisTakesArguments(t *testing.T) {
	t.Parallel()
	path, port, dir := Find(t, "redis-server"), FreePort(), t.TempDir()
	Serve(t, Redis(path, port, dir, "--dbfilename", "other"), func() bool { return Accepts(port) })
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("SAVE\r\nPING\r\n"))
	require.NoError(t, err)
	answer := make([]byte, len("+OK"))
	_, err = conn.Read(answer)
	require.NoError(t, err)
	assert.Equal(t, "+OK", string(answer))
	assert.FileExists(t, dir+"/other")
}
