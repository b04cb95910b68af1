package redis_test

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// sent counts what a client sends to a server: a command or a pipeline is one
// round trip. What it sends on its own, to a new connection or to learn which server of
// a cluster has what, is not counted.
type sent struct{ trips, commands atomic.Int64 }

func (s *sent) count(cmds ...redis.Cmder) {
	n := int64(0)
	for _, cmd := range cmds {
		switch cmd.Name() {
		case "hello", "client", "cluster":
		default:
			n++
		}
	}
	s.commands.Add(n)
	s.trips.Add(min(n, 1))
}

func (s *sent) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (s *sent) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		s.count(cmd)
		return next(ctx, cmd)
	}
}

func (s *sent) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		s.count(cmds...)
		return next(ctx, cmds)
	}
}
