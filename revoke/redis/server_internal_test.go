package redis

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
)

// An imagined server answers each command by a function, without a connection.
type imagined func(cmd redis.Cmder) error

// clientOf returns a client of an imagined server.
func clientOf(t *testing.T, answer imagined) *redis.Client {
	c := redis.NewClient(&redis.Options{ContextTimeoutEnabled: true})
	c.AddHook(answer)
	t.Cleanup(func() { c.Close() })
	return c
}

func (f imagined) DialHook(next redis.DialHook) redis.DialHook { return next }

func (f imagined) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		err := f(cmd)
		cmd.SetErr(err)
		return err
	}
}

func (f imagined) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(_ context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			cmd.SetErr(f(cmd))
		}
		return nil
	}
}

// A serverError is what a server, and not the client, says.
type serverError string

func (e serverError) Error() string { return string(e) }

func (serverError) RedisError() {}

// script returns what a command asks of the script, of which part, and with what. The
// texts follow the keys.
func script(cmd redis.Cmder) (what, mark string, args []string) {
	all := cmd.Args() // evalsha, the hash, the number of keys, the mark, …
	if cmd.Name() != "evalsha" {
		return "", "", nil
	}
	keys := all[2].(int)
	for _, arg := range all[3+keys+3:] {
		args = append(args, *arg.(*string))
	}
	return all[3+keys].(string), all[3].(string), args
}
