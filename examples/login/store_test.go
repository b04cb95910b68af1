package main

import (
	"context"
	"errors"
	"log"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	revokesql "github.com/seed-b1f8f58c/jwt/revoke/sql"
)

// The first connections are closed without an answer: more than one call makes. Those after
// them are refused until the server starts. No other test starts a program meanwhile, which
// would have the listener, too, for a moment.
func TestTheProgramMayStartBeforeItsServer(t *testing.T) {
	for _, kind := range []string{"postgres", "redis"} {
		t.Run(kind, func(t *testing.T) {
			server := newServer(t, kind)
			early, err := net.Listen("tcp", "127.0.0.1:"+server.port)
			if err != nil {
				t.Fatal(err)
			}
			opened := make(chan error, 1)
			go func() {
				_, err := openStore(server.where)
				early.Close() // which ends the wait for what does not come
				opened <- err
			}()
			for range 5 {
				connection, err := early.Accept()
				if err != nil {
					t.Fatalf("%v; the program got %v", err, <-opened)
				}
				connection.Close()
			}
			early.Close()
			server.start(t)
			if err := <-opened; err != nil {
				t.Error(err)
			}
		})
	}
}

// logged is called with each line of the log.
type logged func(line string)

func (l logged) Write(line []byte) (int, error) { l(string(line)); return len(line), nil }

func TestADatabaseThatForgetsIsNotOpened(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	defer log.SetOutput(log.Writer())
	log.SetOutput(logged(func(line string) {
		if strings.Contains(line, "in memory") {
			cancel()
		}
	}))
	_, err := openSQL(ctx, "sqlite", ":memory:", revokesql.SQLite)
	if err == nil || ctx.Err() != context.Canceled {
		t.Errorf("got %v, want an error, and the reason in the log", err)
	}
}

func TestRetryEndsWithTheFirstSuccessOrWithTheContext(t *testing.T) {
	down := errors.New("down")
	for _, test := range []struct {
		succeeds int // the call that does
		want     error
		calls    int
		takes    time.Duration
	}{
		{1, nil, 1, 0},
		{3, nil, 3, time.Second},
		{100, down, 5, 2100 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2100*time.Millisecond)
			defer cancel()
			began, calls := time.Now(), 0
			err := retry(ctx, func(context.Context) error {
				if calls++; calls < test.succeeds {
					return down
				}
				return nil
			})
			if took := time.Since(began); err != test.want || calls != test.calls || took != test.takes {
				t.Errorf("got %v after %d calls and %v, want %v after %d and %v", err, calls, took, test.want, test.calls, test.takes)
			}
		})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := retry(ended, func(ctx context.Context) error { return ctx.Err() }); err != context.Canceled {
		t.Errorf("got %v, want the context's error", err)
	}
}
