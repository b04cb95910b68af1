package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/revoke"
)

// TestMain is the program itself in the processes that tests start.
func TestMain(m *testing.M) {
	if os.Getenv("LOGIN_TEST_PROCESS") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A process is the program, which a test can kill.
type process struct {
	t     *testing.T
	where string
	port  string
	cmd   *exec.Cmd
	kill  func() // ends the process at once, as kill -9 does
}

// run starts the process, and waits until it answers.
func (p *process) run() {
	p.t.Helper()
	p.cmd = exec.Command(os.Args[0], "-addr", "127.0.0.1:"+p.port, "-store", p.where)
	p.cmd.Env = append(os.Environ(), "LOGIN_TEST_PROCESS=1")
	p.cmd.Stderr = os.Stderr
	p.kill = program.Serve(p.t, p.cmd, func() bool { return program.Accepts(p.port) })
}

// TestEverybodyStaysSignedInWhenTheProcessIsKilled kills the process while clients
// refresh their tokens, and starts it again with the same store.
func TestEverybodyStaysSignedInWhenTheProcessIsKilled(t *testing.T) {
	for _, kind := range []string{"sqlite", "postgres", "redis"} {
		t.Run(kind, func(t *testing.T) {
			where, _ := place(t, kind)
			secret := "a secret of thirty-two bytes ..."
			if kind == "sqlite" {
				secret = "" // it is in a file beside the other one
			}
			t.Setenv("LOGIN_SECRET", secret)
			p := &process{t: t, where: where, port: program.FreePort()}
			p.run()
			c := &client{t: t, instances: []*httptest.Server{{URL: "http://127.0.0.1:" + p.port}}}
			still, out := c.post("/login", credentials, 200), c.post("/login", credentials, 200)
			c.post("/logout", logout(out), 200)
			devices := make([]*roaming, 4)
			for i := range devices {
				devices[i] = &roaming{at: c.instances[0].URL, tokens: c.post("/login", credentials, 200)}
			}
			for range 3 {
				stop, some := make(chan struct{}), make(chan struct{}, 1000)
				var all sync.WaitGroup
				for _, d := range devices {
					all.Go(func() { d.refreshUntil(stop, some) })
				}
				ended := make(chan struct{})
				go func() { all.Wait(); close(ended) }()
				for range 10 {
					select {
					case <-some:
					case <-ended: // all of them had their answer too late
					}
				}
				p.kill() // in the middle of some requests
				close(stop)
				<-ended
				p.run()
				for _, d := range devices {
					d.mustRefresh(c)
					c.me(d.tokens.Access, 200)
				}
				c.me(still.Access, 200)
				c.me(out.Access, 401)
				c.post("/refresh", refreshToken(out), 400)
			}
			(&roaming{at: c.instances[0].URL, tokens: still, asked: time.Now()}).mustRefresh(c)
		})
	}
}

// roaming is a device that refreshes its token all the time.
type roaming struct {
	at     string
	tokens revoke.Tokens
	asked  time.Time // when the token was used first
}

// refreshUntil refreshes until it is told to stop, or there is no answer.
func (d *roaming) refreshUntil(stop <-chan struct{}, some chan<- struct{}) {
	for {
		d.asked = time.Now()
		if d.refresh() != nil {
			return
		}
		select {
		case <-stop:
			d.asked = time.Now()
			return
		case some <- struct{}{}:
		default:
		}
	}
}

// mustRefresh fails the test if the token is refused, but for one whose answer came so late
// that the Grace for lost answers, 10 s, may have passed: then the device logs in anew.
func (d *roaming) mustRefresh(c *client) {
	c.t.Helper()
	err := d.refresh()
	if err != nil && time.Since(d.asked) < 8*time.Second {
		c.t.Errorf("after a restart: %v", err)
	}
	if err != nil {
		d.tokens = c.post("/login", credentials, 200)
	}
}

// refresh keeps the old tokens if there is no answer. It tries again while the store
// does not answer.
func (d *roaming) refresh() error {
	var response *http.Response
	var body []byte
	for start := time.Now(); ; {
		var err error
		if response, err = http.PostForm(d.at+"/refresh", refreshToken(d.tokens)); err != nil {
			return err
		}
		body, err = io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return err
		}
		if response.StatusCode != 503 || time.Since(start) > time.Minute {
			break
		}
	}
	var next revoke.Tokens
	if response.StatusCode != 200 || json.Unmarshal(body, &next) != nil {
		return fmt.Errorf("got %d %s", response.StatusCode, body)
	}
	d.tokens = next
	return nil
}
