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
	before   string // its life before a promotion, or that of its snapshot; zeros for none
	run      string // the process
	replicas bool
	now      int64
	text     string // the mark, "" if there is none
	mark     mark
}

// A mark is what the script keeps of a part. See there.
type mark struct {
	life, run    string
	branch       string
	since, epoch string
	seen         int64
	sure         bool
}

// slack is that of the script.
const slack = 900

// lost reports whether the server may have lost something of the part.
func (p *place) lost() bool {
	return p.text == "" || p.mark.life != p.life && (p.before != nobody || p.mark.run != p.run) || p.now < p.mark.seen-slack
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
	soon := int64(0) // when all can begin
	for _, p := range places {
		soon = max(soon, p.now+2)
	}
	epoch, branch := rand.Text(), rand.Text()[:16]
	var calls []*call
	for _, p := range places {
		if !p.lost() {
			continue
		}
		next := mark{branch: branch, since: "+" + strconv.FormatInt(soon, 10), epoch: epoch}
		if c.goesOn(p, places, servers) {
			next.since, next.epoch = p.mark.since, p.mark.epoch
			if c.lostNothing(p, servers) {
				next.branch = p.mark.branch
			}
		}
		next.sure = servers[p.run].sure && !p.replicas
		calls = append(calls, p.begin(next))
	}
	_, err = c.send(ctx, calls...)
	return err
}

// begin is the call that gives the part another mark, if nobody has done so and
// the server still has the same life.
func (p *place) begin(m mark) *call {
	return &call{what: "begin", tag: p.tag, args: []string{p.life, p.text, map[bool]string{false: "0", true: "1"}[m.sure], m.branch, m.since, m.epoch}}
}

// nobody is the life before one that did not begin with a promotion.
var nobody = strings.Repeat("0", 40)

// goesOn reports whether the part has lost no more than it may.
func (c conn) goesOn(p *place, places []*place, servers map[string]server) bool {
	if p.text == "" || p.now < p.mark.seen-slack {
		return false // emptied, or the clock has gone back
	}
	if c.lostNothing(p, servers) {
		return true
	}
	// All parts that were on one server have lost the same time.
	seen := p.mark.seen
	for _, q := range places {
		if q.run == p.run && q.mark.run == p.mark.run {
			seen = max(seen, q.mark.seen)
		}
	}
	return c.store.MayLose > 0 && time.Duration(p.now-seen)*time.Second <= c.store.MayLose
}

// lostNothing reports whether it is known that nothing of the part is lost.
func (c conn) lostNothing(p *place, servers map[string]server) bool {
	return c.moved(p, servers) || p.mark.sure && servers[p.run].sure && !p.replicas && p.before == nobody
}

// moved reports whether the part's slot was moved here from a server that lives
// on, and that this one was not a replica of.
func (c conn) moved(p *place, servers map[string]server) bool {
	from, alive := servers[p.mark.run]
	return !c.single && alive && p.mark.run != p.run && p.before != p.mark.life && p.before != from.life
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
	if len(list) != 6 {
		return nil, errors.New("revoke/redis: INFO replication lacks what identifies the server, want Redis 7.0 or Valkey")
	}
	p := &place{tag: tag}
	p.life, _ = list[0].(string)
	p.before, _ = list[1].(string)
	p.replicas = list[2] == int64(0)
	p.now, _ = list[3].(int64)
	p.text, _ = list[4].(string)
	p.run, _ = list[5].(string)
	if p.life == "" || p.before == "" || p.run == "" || p.now == 0 {
		return nil, errors.New("revoke/redis: INFO replication lacks what identifies the server, want Redis 7.0 or Valkey")
	}
	if p.text == "" {
		return p, nil
	}
	var err error
	p.mark, err = readMark(p.text)
	return p, err
}

func readMark(text string) (mark, error) {
	fields := strings.Split(text, " ")
	if len(fields) != 8 {
		return mark{}, errNotOurs
	}
	seen, err1 := decimal(fields[1])
	since, err2 := decimal(fields[6])
	if err1 != nil || err2 != nil || since <= 0 || fields[7] == "" {
		return mark{}, errNotOurs
	}
	return mark{life: fields[0], run: fields[3], branch: fields[4], since: fields[6], epoch: fields[7], seen: seen, sure: fields[2] == "1"}, nil
}

// A server is one that takes writes.
type server struct {
	life string
	sure bool // it loses nothing in a restart
}

// servers returns the servers that take writes, by their processes. A server that
// does not tell may lose something.
func (c conn) servers(ctx context.Context) map[string]server {
	servers := make(map[string]server)
	var lock sync.Mutex
	_ = c.each(ctx, func(ctx context.Context, node *redis.Client) error { // those out of reach are not there
		info, err := node.Info(ctx).Result()
		if err != nil {
			return fmt.Errorf("revoke/redis: %w", err)
		}
		s := server{field(info, "master_replid"), losesNothing(ctx, node, info)}
		lock.Lock()
		defer lock.Unlock()
		servers[field(info, "run_id")] = s
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
func losesNothing(ctx context.Context, node *redis.Client, info string) bool {
	if field(info, "aof_enabled") != "1" || field(info, "aof_rewrite_in_progress") != "0" || field(info, "aof_rewrite_scheduled") != "0" {
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
