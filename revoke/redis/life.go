package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// A place is what the script's "read" tells of a part and the server that has it.
type place struct {
	tag      string
	life     string // of the server
	before   string // its life as a replica, or of the snapshot that it was started with
	replicas bool
	now      int64
	text     string // the mark, "" if there is none
	mark     mark
}

// A mark is what the script keeps of a part. See there.
type mark struct {
	life, since, epoch string
	seen               int64
	sure               bool
}

// slack is that of the script.
const slack = 900

// lost reports whether the server may have lost something of the part.
func (p *place) lost() bool {
	return p.text == "" || p.mark.life != p.life || p.now < p.mark.seen-slack
}

// recover lets the memory of each part begin anew that may have lost something, or
// go on if it has not. It does so for all parts at once: otherwise it would be
// found of each at another time.
func (c conn) recover(ctx context.Context) error {
	places, err := c.read(ctx)
	if err != nil {
		return err
	}
	servers := c.servers(ctx)
	epoch := rand.Text()
	var calls []*call
	for _, p := range places {
		if !p.lost() {
			continue
		}
		since, of := "", epoch
		if c.goesOn(p, places, servers) {
			since, of = p.mark.since, p.mark.epoch
		}
		calls = append(calls, p.begin(since, of, servers[p.life] && !p.replicas))
	}
	if len(calls) == 0 {
		return nil
	}
	_, err = c.send(ctx, calls...)
	return err
}

// begin is the call that gives the part another mark, if nobody has done so and
// the server still has the same life.
func (p *place) begin(since, epoch string, sure bool) *call {
	return &call{what: "begin", tag: p.tag, args: []string{p.life, p.text, since, epoch, map[bool]string{false: "0", true: "1"}[sure]}}
}

// goesOn reports whether the part has lost no more than it may.
func (c conn) goesOn(p *place, places []*place, servers map[string]bool) bool {
	if p.text == "" || p.mark.life == p.life {
		return false // emptied, or the clock has gone back
	}
	if _, alive := servers[p.mark.life]; alive && !c.single && p.before != p.mark.life {
		return true // its slot was moved here: the server that it was on lives on
	}
	if p.mark.sure && servers[p.life] && !p.replicas && strings.Trim(p.before, "0") == "" {
		return true
	}
	// All parts that were on one server have lost the same time.
	seen := p.mark.seen
	for _, q := range places {
		if q.life == p.life && q.mark.life == p.mark.life {
			seen = max(seen, q.mark.seen)
		}
	}
	return time.Duration(p.now-seen)*time.Second <= c.store.MayLose && p.now >= seen-slack && c.store.MayLose > 0
}

// read returns what there is of each part.
func (c conn) read(ctx context.Context) ([]*place, error) {
	tags := c.tags()
	calls := make([]*call, len(tags))
	for i, tag := range tags {
		calls[i] = &call{what: "read", tag: tag}
	}
	cmds, err := c.send(ctx, calls...)
	if err != nil {
		return nil, err
	}
	places := make([]*place, len(tags))
	for i, cmd := range cmds {
		if places[i], err = readPlace(tags[i], cmd); err != nil {
			return nil, err
		}
	}
	return places, nil
}

func readPlace(tag string, cmd *redis.Cmd) (*place, error) {
	list, _ := cmd.Slice()
	if len(list) != 5 {
		return nil, errors.New("revoke/redis: INFO replication lacks what identifies the server, want Redis 7.0 or Valkey")
	}
	p := &place{tag: tag}
	p.life, _ = list[0].(string)
	p.before, _ = list[1].(string)
	p.replicas = list[2] != "0"
	p.now, _ = list[3].(int64)
	p.text, _ = list[4].(string)
	if p.life == "" || p.now == 0 {
		return nil, errors.New("revoke/redis: INFO replication lacks what identifies the server, want Redis 7.0 or Valkey")
	}
	if p.text == "" {
		return p, nil
	}
	fields := strings.Split(p.text, " ")
	if len(fields) != 5 {
		return nil, errNotOurs
	}
	since, err1 := strconv.ParseInt(fields[1], 10, 64)
	seen, err2 := strconv.ParseInt(fields[3], 10, 64)
	if err1 != nil || err2 != nil || since <= 0 || fields[2] == "" {
		return nil, errNotOurs
	}
	p.mark = mark{fields[0], fields[1], fields[2], seen, fields[4] == "1"}
	return p, nil
}

// servers returns the lives of the servers that take writes, and whether each
// loses nothing in a restart. A server that does not tell may lose something.
func (c conn) servers(ctx context.Context) map[string]bool {
	servers := make(map[string]bool)
	var lock sync.Mutex
	_ = c.each(ctx, func(ctx context.Context, node *redis.Client) error { // those out of reach live no more
		info, err := node.Info(ctx, "replication").Result()
		if err != nil {
			return fmt.Errorf("revoke/redis: %w", err)
		}
		sure := losesNothing(ctx, node)
		lock.Lock()
		defer lock.Unlock()
		servers[field(info, "master_replid")] = sure
		return nil
	})
	return servers
}

// each calls f for each server that takes writes.
func (c conn) each(ctx context.Context, f func(ctx context.Context, node *redis.Client) error) error {
	switch client := c.client.(type) {
	case *redis.Client:
		return f(ctx, client)
	case *redis.ClusterClient:
		return client.ForEachMaster(ctx, f)
	}
	return nil
}

// losesNothing reports whether a server has written each command to its disk
// before it answers.
func losesNothing(ctx context.Context, node *redis.Client) bool {
	info, err := node.Info(ctx, "persistence").Result()
	if err != nil || field(info, "aof_enabled") != "1" || field(info, "aof_rewrite_in_progress") != "0" || field(info, "aof_rewrite_scheduled") != "0" {
		return false
	}
	config, err := node.ConfigGet(ctx, "appendfsync").Result()
	return err == nil && config["appendfsync"] == "always"
}

// field returns a field of INFO.
func field(info, name string) string {
	_, value, _ := strings.Cut("\n"+info, "\n"+name+":")
	value, _, _ = strings.Cut(value, "\r\n")
	return value
}
