package webdriver

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/internal/reported"
)

// The test binary is the program that the tests start.
func TestMain(m *testing.M) {
	switch os.Getenv("WEBDRIVER_PROGRAM") {
	case "":
		os.Exit(m.Run())
	case "speaks":
		os.Stdout.WriteString("first\nport 7\nport 8\n")
		hang()
	case "talks":
		os.Stdout.WriteString("port 7\n" + strings.Repeat("more\n", 1<<18))
		_ = os.Mkdir(os.Getenv("WEBDRIVER_STARTED"), 0o700)
		hang()
	case "says": // what the driver says whose port it is
		os.Stdout.WriteString("ChromeDriver was started successfully on port " + os.Getenv("WEBDRIVER_PORT") + ".\n")
		hang()
	case "listens":
		port := os.Getenv("WEBDRIVER_PORT")
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			os.Stdout.WriteString("port " + port + "\n")
			for err == nil {
				_, err = l.Accept()
			}
		}
	case "ends":
		_, _ = os.MkdirTemp(os.Getenv("WEBDRIVER_STARTED"), "")
	case "ends, and then speaks":
		if os.Mkdir(os.Getenv("WEBDRIVER_STARTED"), 0o700) != nil { // it is there
			os.Stdout.WriteString("port 7\n")
			hang()
		}
	}
}

// hang waits until the program is killed. For the runtime it is no deadlock, as select
// without cgo is.
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}

// itself is the program of these tests, which does as it is told.
func itself(t *testing.T, does string) string {
	t.Helper()
	program.Processes(t)
	name, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("WEBDRIVER_PROGRAM", does)
	return name
}

func TestAProgramRunsUntilTheTestEnds(t *testing.T) {
	assert.Equal(t, "7", Program(t, regexp.MustCompile(`^port (\d+)`), itself(t, "speaks")))
}

func TestAProgramThatEndsEarlyIsStartedAgain(t *testing.T) {
	t.Setenv("WEBDRIVER_STARTED", filepath.Join(t.TempDir(), "started"))
	assert.Equal(t, "7", Program(t, regexp.MustCompile(`^port (\d+)`), itself(t, "ends, and then speaks")))
}

func TestAProgramThatSaysNothingFailsTheTest(t *testing.T) {
	started := t.TempDir()
	t.Setenv("WEBDRIVER_STARTED", started)
	name, line := itself(t, "ends"), regexp.MustCompile("(x)")
	one := func(test func(t testing.TB)) string {
		lines := reported.By(t, test)
		require.Len(t, lines, 1)
		return lines[0]
	}
	assert.Equal(t, "webdriver: "+name+" ended without a line (x), five times", one(func(t testing.TB) { Program(t, line, name) }))
	starts, err := os.ReadDir(started)
	assert.NoError(t, err)
	assert.Len(t, starts, 5)
	assert.Contains(t, one(func(t testing.TB) { Program(t, line, name+"-that-is-not-there") }), "no such file")
	t.Setenv("WEBDRIVER_PROGRAM", "speaks")
	assert.Equal(t, "webdriver: no line (x) from "+name+" within 1ms", one(func(t testing.TB) { start(t, time.Millisecond, line, name) }))
}

// The program writes more than a pipe holds, and is killed with the test.
func TestTheOutputOfAProgramIsReadUntilItEnds(t *testing.T) {
	done := filepath.Join(t.TempDir(), "done")
	t.Setenv("WEBDRIVER_STARTED", done)
	name := itself(t, "talks")
	t.Run("runs", func(t *testing.T) {
		assert.Equal(t, "7", Program(t, regexp.MustCompile(`^port (\d+)`), name))
		assert.Eventually(t, func() bool { _, err := os.Stat(done); return err == nil }, time.Minute, time.Millisecond)
	})
	port := program.FreePort()
	t.Setenv("WEBDRIVER_PROGRAM", "listens")
	t.Setenv("WEBDRIVER_PORT", port)
	t.Run("is killed", func(t *testing.T) {
		Program(t, regexp.MustCompile(`^port (\d+)`), name)
		assert.True(t, program.Accepts(port))
	})
	assert.False(t, program.Accepts(port))
}
