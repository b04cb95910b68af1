package webdriver

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// Program starts a program, which is killed when the test ends. It waits for the
// first line of the output that matches, and returns what its first group has. A
// program that ends without it is started again, a few times: chromedriver takes a free
// port of IPv4, and ends if somebody has that of IPv6.
func Program(t testing.TB, line *regexp.Regexp, name string, args ...string) string {
	t.Helper()
	for range 5 {
		if text, ok := start(t, limit, line, name, args...); ok {
			return text
		}
	}
	t.Fatalf("webdriver: %s ended without a line %s, five times", name, line)
	return ""
}

// start is one start of Program. It reports false if the program ended without the line.
func start(t testing.TB, limit time.Duration, line *regexp.Regexp, name string, args ...string) (text string, ok bool) {
	t.Helper()
	program := exec.Command(name, args...)
	program.Stderr = os.Stderr
	output, _ := program.StdoutPipe() // which fails where there is one already
	if err := program.Start(); err != nil {
		t.Fatal("webdriver: ", err)
	}
	t.Cleanup(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if m := line.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
				_, _ = io.Copy(io.Discard, output) // or it would be blocked
				return
			}
		}
	}()
	select {
	case text, ok = <-found:
		return text, ok
	case <-time.After(limit):
		t.Fatalf("webdriver: no line %s from %s within %v", line, name, limit)
	}
	return "", false
}
