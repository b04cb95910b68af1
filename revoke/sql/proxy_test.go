package sql_test

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A proxy stands between a client and a server, and counts how often a client begins
// to speak after it has listened.
type proxy struct {
	addr  string
	turns atomic.Int64
	to    atomic.Pointer[server] // of later connections
	deaf  atomic.Bool            // nothing comes through, and nobody is told
}

func newProxy(t testing.TB, to *server) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &proxy{addr: l.Addr().String()}
	p.to.Store(to)
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			backend, err := net.Dial("tcp", p.to.Load().addr())
			if err != nil {
				client.Close()
				continue
			}
			t.Cleanup(func() { client.Close(); backend.Close() })
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
		if p.deaf.Load() {
			continue
		}
		each()
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// url is that of a database behind the proxy.
func (p *proxy) url() string {
	s := p.to.Load()
	return strings.Replace(s.url(), s.addr(), p.addr, 1)
}
