package redis

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// waiting waits for a server that does not answer, as a client does: until the
// deadline, whatever the context says.
func waiting(ctx context.Context, _ conn) (int, error) {
	time.Sleep(time.Until(deadline(ctx)) + 1)
	return 0, errors.New("i/o timeout")
}

// TestTimeout calls a server that does not answer, by a clock that stands still
// meanwhile.
func TestTimeout(t *testing.T) {
	client := redis.NewClient(&redis.Options{ContextTimeoutEnabled: true}) // which is not used
	defer client.Close()
	synctest.Test(t, func(t *testing.T) {
		call := func(s *Store, ends, canceled time.Duration) (took time.Duration, err error) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if ends > 0 {
				ctx, cancel = context.WithTimeout(ctx, ends)
				defer cancel()
			}
			if canceled > 0 {
				time.AfterFunc(canceled, cancel)
			}
			begun := time.Now()
			_, err = do(ctx, s, waiting)
			return time.Since(begun).Truncate(time.Millisecond), err
		}
		for _, row := range []struct{ timeout, ends, want time.Duration }{
			{0, 0, time.Second}, {0, time.Hour, time.Second}, {10 * time.Second, 0, 10 * time.Second}, {10 * time.Second, time.Second / 2, time.Second / 2},
		} {
			if took, err := call(&Store{Client: client, Timeout: row.timeout}, row.ends, 0); took != row.want || err == nil || err.Error() != "i/o timeout" {
				t.Errorf("%+v: got %v after %v", row, err, took)
			}
		}

		// The first call that waits does not heed that it is canceled, the others do.
		s := &Store{Client: client}
		if took, _ := call(s, 0, time.Second/4); took != time.Second {
			t.Errorf("the first call took %v, want 1s", took)
		}
		for range 2 {
			took, err := call(s, 0, time.Second/4)
			if took != time.Second/4 || !errors.Is(err, context.Canceled) || err.Error() != "revoke/redis: context canceled" {
				t.Errorf("the next call: got %v after %v, want it to be canceled after 250ms", err, took)
			}
		}
		time.Sleep(time.Minute)
		if took, err := call(s, 0, 0); took != time.Second || err == nil {
			t.Errorf("a call that is not canceled: got %v after %v, want an error after 1s", err, took)
		}
		time.Sleep(time.Minute)
		if !s.stalled.Load() {
			t.Error("the server answers, it seems")
		}
		for want, f := range map[bool]func(context.Context, conn) (int, error){
			false: func(context.Context, conn) (int, error) { return 7, nil },
			true:  waiting,
		} {
			n, err := do(t.Context(), s, f)
			time.Sleep(time.Minute)
			if s.stalled.Load() != want || (err != nil) != want || (n == 7) == want {
				t.Errorf("got %d, %v, want a server that stands still: %v", n, err, want)
			}
			s.stalled.Store(true)
		}
		late := new(Store)
		late.Client = client
		if n, err := do(t.Context(), late, func(ctx context.Context, _ conn) (int, error) { time.Sleep(time.Minute); return 7, nil }); n != 7 || err != nil || late.stalled.Load() {
			t.Errorf("an answer that comes late: got %d, %v, want a server that answers", n, err)
		}
		late.stalled.Store(true)
		if n, err := do(t.Context(), late, func(ctx context.Context, _ conn) (int, error) { time.Sleep(time.Minute); return 7, nil }); n != 0 || err == nil {
			t.Errorf("an answer that nobody waits for: got %d, %v", n, err)
		}
		if time.Sleep(time.Hour); late.stalled.Load() {
			t.Error("an answer that nobody waited for is none")
		}
		broken := errors.New("broken")
		if _, err := do(t.Context(), s, func(context.Context, conn) (int, error) { return 0, broken }); err != broken {
			t.Errorf("got %v, want the error", err)
		}
		time.Sleep(time.Minute)
		if s.stalled.Load() {
			t.Error("an error at once makes the server stand still")
		}
		if _, err := do(t.Context(), s, func(context.Context, conn) (int, error) { return 0, broken }); err != broken || s.stalled.Load() {
			t.Errorf("got %v, want the error of a server that answers", err)
		}
	})
}

// A pipelines hook notes how many commands are sent at once.
type pipelines struct {
	redis.Hook
	sizes []int
}

func (p *pipelines) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { p.sizes = append(p.sizes, 1); return next(ctx, cmd) }
}

func (p *pipelines) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		p.sizes = append(p.sizes, len(cmds))
		return next(ctx, cmds)
	}
}

func TestRevokeTellsAThousandAtOnce(t *testing.T) {
	answer := imagined(func(cmd redis.Cmder) error { cmd.(*redis.Cmd).SetVal("5 e -"); return nil })
	sent := &pipelines{Hook: answer}
	client := redis.NewClient(&redis.Options{ContextTimeoutEnabled: true})
	defer client.Close()
	client.AddHook(sent)
	client.AddHook(answer)
	entries := make([]store.Entry, 2001)
	for i := range entries {
		entries[i] = store.Entry{ID: strconv.Itoa(i), Until: 9}
	}
	keep := &Store{Client: client, Timeout: time.Minute}
	if err := keep.Revoke(t.Context(), 1, entries...); err != nil || !slices.Equal(sent.sizes, []int{1000, 1000, 1}) {
		t.Errorf("got %v after %v commands, want a thousand at once", err, sent.sizes)
	}
	sent.sizes = nil
	if err := keep.Revoke(t.Context(), 1); err != nil || len(sent.sizes) > 0 {
		t.Errorf("nothing: got %v after %v commands", err, sent.sizes)
	}
}

func TestDatesAreCut(t *testing.T) {
	const most = 1 << 40
	for _, row := range []struct {
		now, until jwt.NumericDate
		left, till string
	}{
		{1000, 1060, "60", "1060"},
		{1000, 940, "-60", "940"},
		{0, most, "1099511627776", "1099511627776"},
		{0, most + 1, "1099511627776", "1099511627776"},
		{1, most - 1, "1099511627774", "1099511627775"},
		{0, -most - 1, "-1099511627776", "-1099511627776"},
		{-1 << 63, 1<<63 - 1, "2199023255552", "1099511627776"},
	} {
		if left, till := span(row.now, row.until); left != row.left || till != row.till {
			t.Errorf("from %d to %d: got %s, %s, want %s, %s", row.now, row.until, left, till, row.left, row.till)
		}
	}
}
