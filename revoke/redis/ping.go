package redis

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Ping returns what hinders the store: for the start of a service, so that an
// empty server begins to remember before the first token is issued, and for
// readiness probes. It asks whether the server can be reached and the user is
// permitted what the store needs; whether it is Redis 7.0 or later, or Valkey;
// whether it evicts keys when its memory is full, or has failed to write to its
// disk; and whether it saves anything, if MayLose is set. In a cluster, it asks
// each primary.
func (s *Store) Ping(ctx context.Context) error {
	_, err := do(ctx, s, func(ctx context.Context, c conn) (none struct{}, err error) {
		if err := c.each(ctx, c.check); err != nil {
			return none, fmt.Errorf("revoke/redis: %w", err)
		}
		var calls []*call
		for _, tag := range c.tags() {
			begin := string(c.appendBegin(nil, tag))
			calls = append(calls, &call{what: "try", tag: tag, keys: []string{begin + ":try", begin + ":tries", begin + ":try:hash", begin + ":try:list"}})
		}
		if _, err := c.run(ctx, calls...); err != nil {
			return none, err
		}
		return none, c.assure(ctx)
	})
	if err != nil && denied.MatchString(err.Error()) {
		return fmt.Errorf("%w (the user lacks a permission: see the documentation of revoke/redis)", err)
	}
	return err
}

// denied is what servers say of a command that the user is not permitted.
var denied = regexp.MustCompile(`NOPERM|ACL failure|user executing the script can't`)

// check returns what hinders one server.
func (c conn) check(ctx context.Context, node *redis.Client) error {
	info, err := node.Info(ctx).Result()
	if err != nil {
		return err
	}
	version, _, _ := strings.Cut(field(info, "redis_version"), ".")
	major, err := strconv.Atoi(version)
	switch policy := field(info, "maxmemory_policy"); {
	case err == nil && major < 7 && field(info, "valkey_version") == "":
		return errors.New("the server is Redis " + field(info, "redis_version") + ", want 7.0 or later, or Valkey")
	case policy != "" && policy != "noeviction":
		return errors.New("the server evicts keys when its memory is full, want maxmemory-policy noeviction")
	case field(info, "aof_enabled") == "1" && field(info, "aof_last_write_status") == "err":
		return errors.New("the server could not write its append-only file, see its log")
	case field(info, "rdb_last_bgsave_status") == "err":
		return errors.New("the server could not save a snapshot, see its log")
	}
	if c.store.MayLose > 0 && field(info, "aof_enabled") == "0" && field(info, "connected_slaves") == "0" {
		if save, err := node.ConfigGet(ctx, "save").Result(); err == nil && save["save"] == "" {
			return errors.New("Store.MayLose is set, and the server saves nothing, want appendonly yes")
		}
	}
	return nil
}

// assure notes in the marks whether the servers lose nothing in a restart, which
// may have been changed while they run.
func (c conn) assure(ctx context.Context) error {
	places, err := c.read(ctx)
	if err != nil {
		return err
	}
	servers := c.servers(ctx)
	var calls []*call
	for _, p := range places {
		if sure := servers[p.run].sure && !p.replicas; !p.lost() && sure != p.mark.sure {
			next := p.mark
			next.sure = sure
			calls = append(calls, p.begin(next))
		}
	}
	_, err = c.send(ctx, calls...)
	return err
}
