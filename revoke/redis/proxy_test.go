package redis_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A proxy stands between a client and a server, counts the round trips, and can
// lose answers, or all that is sent in either direction.
type proxy struct {
	addr  string
	deaf  atomic.Bool  // nothing comes through, and nobody is told
	turns atomic.Int64 // how often the client began to speak after it had listened
	lose  atomic.Int64 // how many answers to lose, by closing the connection
}

func newProxy(t testing.TB, to *server) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			backend, err := net.Dial("tcp", to.addr)
			if err != nil {
				client.Close()
				continue
			}
			var asking atomic.Bool
			done := func() { client.Close(); backend.Close() }
			t.Cleanup(done)
			all.Go(func() { defer done(); p.up(client, backend, &asking) })
			all.Go(func() { defer done(); p.down(backend, client, &asking) })
		}
	})
	return p
}

func (p *proxy) up(client, backend net.Conn, asking *atomic.Bool) {
	buf := make([]byte, 1<<20)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if !asking.Swap(true) {
			p.turns.Add(1)
		}
		if p.deaf.Load() {
			continue
		}
		if _, err := backend.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) down(backend, client net.Conn, asking *atomic.Bool) {
	buf := make([]byte, 1<<20)
	for {
		n, err := backend.Read(buf)
		if err != nil {
			return
		}
		if p.lose.Load() > 0 && p.lose.Add(-1) >= 0 {
			return
		}
		if p.deaf.Load() {
			continue
		}
		asking.Store(false)
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}
