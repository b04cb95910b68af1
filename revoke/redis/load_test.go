package redis_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-b1f8f58c/jwt/revoke"
	revokeredis "github.com/seed-b1f8f58c/jwt/revoke/redis"
)

// Whatever a server has after it was killed, no token that was revoked is
// accepted, no other one is refused but as forgotten, and the service recovers by
// itself.
func TestAServerKilledUnderLoad(t *testing.T) {
	for name, args := range map[string][]string{
		"it has lost everything": nil,
		"it has an old snapshot": {"--save", "3600 1"},
		"it has everything":      always,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, program string) {
				t.Parallel()
				s := start(t, program, args...)
				var worlds []*world
				for range 2 { // two instances of a service
					worlds = append(worlds, newWorld(t, &revokeredis.Store{Client: s.client(impatient), Timeout: time.Minute}))
				}
				worlds[0].begin(t, "alice")
				load := newLoad(worlds)
				load.await(t, "good accepted", "bad revoked")
				if name == "it has an old snapshot" {
					s.do("SAVE")
					load.await(t, "good accepted", "bad revoked")
				}
				s.kill()
				load.await(t, "good undecided", "bad undecided")
				s.run()
				load.await(t, "good accepted", "bad revoked")
				load.end(t)
				if forgotten := load.count("good forgotten"); name == "it has everything" && forgotten > 0 {
					t.Errorf("%d tokens were forgotten, though nothing was lost", forgotten)
				}
			})
		})
	}
}

// A load is what clients do all the time: each has tokens, and knows which of
// them are revoked.
type load struct {
	stop    chan struct{}
	all     sync.WaitGroup
	answers sync.Map // outcome → *atomic.Int64
	wrong   atomic.Int64
}

func newLoad(worlds []*world) *load {
	l := &load{stop: make(chan struct{})}
	for i := range 4 {
		l.all.Go(func() { l.client(worlds, rand.New(rand.NewPCG(uint64(i), 1))) })
	}
	return l
}

// await waits until there were some more of each of the answers.
func (l *load) await(t *testing.T, answers ...string) {
	t.Helper()
	for _, answer := range answers {
		before := l.count(answer)
		eventually(t, answer, func() bool { return l.count(answer) >= before+20 })
	}
}

func (l *load) end(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.all.Wait()
	seen := make(map[string]int64)
	l.answers.Range(func(k, v any) bool { seen[k.(string)] = v.(*atomic.Int64).Load(); return true })
	t.Log(seen)
	if l.wrong.Load() > 0 {
		t.Errorf("%d answers were wrong", l.wrong.Load())
	}
}

func (l *load) counter(answer string) *atomic.Int64 {
	n, _ := l.answers.LoadOrStore(answer, new(atomic.Int64))
	return n.(*atomic.Int64)
}

func (l *load) count(answer string) int64 { return l.counter(answer).Load() }

func (l *load) client(worlds []*world, r *rand.Rand) {
	type held struct {
		revoke.Tokens
		revoked bool
	}
	var tokens []held
	ctx := context.Background()
	for i := 0; ; i++ {
		select {
		case <-l.stop:
			return
		default:
		}
		if i%20 == 0 {
			w := worlds[r.IntN(len(worlds))]
			if issued, err := w.sessions.Begin(ctx, fmt.Sprint("user-", r.IntN(1000)), nil); err == nil {
				h := held{issued, i%40 == 0}
				if !h.revoked || w.sessions.End(ctx, h.Refresh) == nil { // only what was said to be revoked must be
					tokens = append(tokens, h)
				}
			}
		}
		if len(tokens) > 0 {
			h := tokens[max(0, len(tokens)-1-r.IntN(20))]
			answer := worlds[r.IntN(len(worlds))].verify(ctx, h.Access)
			if h.revoked && answer == "accepted" || !h.revoked && answer != "accepted" && answer != "undecided" && answer != "forgotten" {
				l.wrong.Add(1)
			}
			l.counter(map[bool]string{true: "bad ", false: "good "}[h.revoked] + answer).Add(1)
		}
	}
}
