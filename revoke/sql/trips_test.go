package sql_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
)

// A proxy counts how often a client begins to speak after it has listened.
type proxy struct {
	addr  string
	turns atomic.Int64
}

func newProxy(t testing.TB, to string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &proxy{addr: l.Addr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			backend, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			var asking atomic.Bool
			all.Go(func() {
				defer backend.Close()
				p.pipe(client, backend, func() {
					if !asking.Swap(true) {
						p.turns.Add(1)
					}
				})
			})
			all.Go(func() {
				defer client.Close()
				p.pipe(backend, client, func() { asking.Store(false) })
			})
		}
	})
	return p
}

func (p *proxy) pipe(from, to net.Conn, each func()) {
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		each()
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestRoundTrips(t *testing.T) {
	server := sharedServer(t)
	p := newProxy(t, fmt.Sprintf("127.0.0.1:%d", server.port))
	s := &revokesql.Store{DB: open(t, "pgx", strings.Replace(server.url(), fmt.Sprintf("127.0.0.1:%d", server.port), p.addr, 1), 1), Dialect: revokesql.PostgreSQL, Timeout: time.Minute, Prefix: "trips"}
	check(t, s.Migrate(t.Context()))
	calls := methods(t.Context(), s)
	for range 2 { // the first time, the driver prepares the statements
		for _, call := range calls {
			check(t, call())
		}
	}
	for name, want := range map[string]int64{"Lookup": 1, "Load": 1, "List": 1, "Read": 1, "Use": 2, "Revoke": 2} {
		before := p.turns.Load()
		check(t, calls[name]())
		if n := p.turns.Load() - before; n != want && n != want+1 || name != "Use" && name != "Revoke" && n != want { // and one to delete what is expired
			t.Errorf("%s: got %d round trips, want %d", name, n, want)
		}
	}
}
