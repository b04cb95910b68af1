package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

//go:embed script.lua
var source string

// A form is the script with a first line, and its hash.
type form struct{ source, hash any }

func newForm(first string) form {
	source := first + "\n" + source
	return form{source, redis.NewScript(source).Hash()}
}

// The script, as one that may use more memory than the server is given, for what
// must not fail, and as one that may not, for new sessions.
var (
	lavish  = newForm("#!lua flags=allow-oom")
	thrifty = newForm("#!lua")
)

var (
	errNotOurs = errors.New("revoke/redis: a key that begins with Prefix holds something else, want another Prefix")
	errLost    = errors.New("revoke/redis: the server has lost its memory")
)

// A conn is a way to the server.
type conn struct {
	store  *Store
	client redis.UniversalClient
	prefix string
	single bool // one server: all keys are in one part
}

// A call is one run of the script, on the keys of one part.
type call struct {
	what    any // a string
	tag     string
	entries []key    // to look at
	keys    []string // others
	args    []string
	thrifty bool
}

// A reply is what the script returned.
type reply struct {
	head string // since, epoch, the values of the entries
	rest []string
}

// used begins the value of an ID that was used.
const used = "u"

// command returns the call as a command, by the script's hash or whole. Texts are
// handed on by their addresses, which spares copies, but for the first key, by
// which a cluster finds the node.
func (c conn) command(ctx context.Context, call *call, whole bool) *redis.Cmd {
	script := lavish
	if call.thrifty {
		script = thrifty
	}
	args := make([]any, 0, 7+len(call.entries)+len(call.keys)+len(call.args))
	if whole {
		args = append(args, "eval", script.source)
	} else {
		args = append(args, "evalsha", script.hash)
	}
	args = append(args, 1+len(call.entries)+len(call.keys), c.mark(call.tag))
	for i := range call.entries {
		args = append(args, &call.entries[i].text)
	}
	for i := range call.keys {
		args = append(args, &call.keys[i])
	}
	args = append(args, call.what, len(call.entries), time.Now().Unix())
	for i := range call.args {
		args = append(args, &call.args[i])
	}
	return redis.NewCmd(ctx, args...)
}

// send makes the calls in one round trip. A server that does not know the script
// is given it in another one.
func (c conn) send(ctx context.Context, calls ...*call) ([]*redis.Cmd, error) {
	cmds := make([]*redis.Cmd, len(calls))
	if len(calls) == 1 {
		cmds[0] = c.command(ctx, calls[0], false)
		_ = c.client.Process(ctx, cmds[0]) // the command has the error
	} else {
		pipe := c.client.Pipeline()
		for i, call := range calls {
			cmds[i] = c.command(ctx, call, false)
			_ = pipe.Process(ctx, cmds[i])
		}
		_, _ = pipe.Exec(ctx) // as have these
	}
	for i, cmd := range cmds {
		if err := cmd.Err(); err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
			cmds[i] = c.command(ctx, calls[i], true)
			_ = c.client.Process(ctx, cmds[i])
		}
		if err := cmds[i].Err(); err != nil {
			return nil, fmt.Errorf("revoke/redis: %w", err)
		}
	}
	return cmds, nil
}

// run makes the calls. If the server's memory is lost, it begins anew first.
func (c conn) run(ctx context.Context, calls ...*call) ([]reply, error) {
	replies, err := c.try(ctx, calls...)
	if !errors.Is(err, errLost) {
		return replies, err
	}
	c.store.beginning.Lock()
	defer c.store.beginning.Unlock()
	if replies, err = c.try(ctx, calls...); !errors.Is(err, errLost) {
		return replies, err // another one has begun it meanwhile
	}
	if err := c.recover(ctx); err != nil {
		return nil, err
	}
	return c.try(ctx, calls...)
}

func (c conn) try(ctx context.Context, calls ...*call) ([]reply, error) {
	cmds, err := c.send(ctx, calls...)
	if err != nil {
		return nil, err
	}
	replies := make([]reply, len(cmds))
	for i, cmd := range cmds {
		if replies[i], err = read(cmd.Val()); err != nil {
			return nil, err
		}
	}
	return replies, nil
}

// read reads what the script returned: the head, a list that begins with it, or a
// list of one word if the memory is lost.
func read(value any) (r reply, err error) {
	if head, ok := value.(string); ok && head != "" {
		return reply{head: head}, nil
	}
	list, _ := value.([]any)
	for i, item := range list {
		text, ok := item.(string)
		switch {
		case !ok:
			return reply{}, errNotOurs
		case i == 0:
			r.head = text
		default:
			r.rest = append(r.rest, text)
		}
	}
	switch r.head {
	case "":
		return reply{}, errors.New("revoke/redis: the client's answer is not of the type asked for")
	case "lost":
		return reply{}, errLost
	}
	return r, nil
}

// ask is run that also returns what is known against the entries of the calls.
func (c conn) ask(ctx context.Context, calls ...*call) ([]reply, store.Answer, error) {
	replies, err := c.run(ctx, calls...)
	if err != nil {
		return nil, store.Answer{}, err
	}
	var a store.Answer
	for i := range replies {
		if err := calls[i].add(&a, replies[i].head); err != nil {
			return nil, store.Answer{}, err
		}
	}
	return replies, a, nil
}

// add adds to an answer what the head of a reply says. The epochs of several parts
// are one that nobody can have seen, unless they are the same.
func (call *call) add(a *store.Answer, head string) error {
	since, rest, _ := strings.Cut(head, " ")
	epoch, rest, _ := strings.Cut(rest, " ")
	date, err := strconv.ParseInt(since, 10, 64)
	if err != nil || date <= 0 || epoch == "" {
		return errNotOurs
	}
	switch {
	case a.Epoch == "":
		a.Epoch = epoch
	case a.Epoch != epoch:
		a.Epoch += epoch
	}
	a.Since = max(a.Since, jwt.NumericDate(date))
	for _, k := range call.entries {
		var value string
		value, rest, _ = strings.Cut(rest, " ")
		if value == "-" {
			continue
		}
		switch k.kind {
		case ofID:
			a.ID = true
		case ofSession:
			a.SessionID = true
		case ofSubject:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n <= 0 {
				return errNotOurs
			}
			a.Subject = jwt.NumericDate(n)
		}
		if k.kind != ofSubject && value != "1" && !strings.HasPrefix(value, used) {
			return errNotOurs
		}
	}
	if rest != "" {
		return errNotOurs
	}
	return nil
}

// look returns the calls that look for the names in q: one for each part.
func (c conn) look(q store.Query) []*call {
	room := new(struct {
		call    call
		calls   [3]*call
		entries [3]key
	})
	calls, entries := room.calls[:0], room.entries[:0]
	for _, name := range [...]struct{ kind, text string }{{ofSession, q.SessionID}, {ofSubject, q.Subject}, {ofID, q.ID}} {
		if name.text == "" {
			continue
		}
		k := c.key(name.kind, q.Issuer, name.text)
		i := 0
		for i < len(calls) && calls[i].tag != k.tag {
			i++
		}
		switch {
		case i < len(calls):
			calls[i].entries = append(calls[i].entries, k)
		case i == 0:
			room.call = call{what: "look", tag: k.tag, entries: append(entries, k)}
			calls = append(calls, &room.call)
		default:
			calls = append(calls, &call{what: "look", tag: k.tag, entries: []key{k}})
		}
	}
	if len(calls) == 0 {
		calls = append(calls, &call{what: "look", tag: c.tags()[0]})
	}
	return calls
}
