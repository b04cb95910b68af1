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
	// For a feed, as one that also looks at other parts that the server has.
	crossing = newForm("#!lua flags=allow-oom,allow-cross-slot-keys")
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
	form    form // the zero value is lavish
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
	script := call.form
	if script == (form{}) {
		script = lavish
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

// A processor is a client, or one for a server of a cluster.
type processor interface {
	Process(ctx context.Context, cmd redis.Cmder) error
}

// process makes a call. A server that does not know the script is given it in
// another round trip.
func (c conn) process(ctx context.Context, client processor, call *call) *redis.Cmd {
	cmd := c.command(ctx, call, false)
	_ = client.Process(ctx, cmd) // the command has the error
	if unknownScript(cmd) {
		cmd = c.command(ctx, call, true)
		_ = client.Process(ctx, cmd)
	}
	return cmd
}

// unknownScript reports whether a server did not know a command's script. HasErrorPrefix
// allocates for no error, too.
func unknownScript(cmd *redis.Cmd) bool {
	return cmd.Err() != nil && redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT")
}

// send makes the calls in one round trip.
func (c conn) send(ctx context.Context, calls ...*call) ([]*redis.Cmd, error) {
	cmds := make([]*redis.Cmd, len(calls))
	if len(calls) == 1 {
		cmds[0] = c.process(ctx, c.client, calls[0])
	} else {
		pipe := c.client.Pipeline()
		for i, call := range calls {
			cmds[i] = c.command(ctx, call, false)
			_ = pipe.Process(ctx, cmds[i])
		}
		_, _ = pipe.Exec(ctx) // each command has its error
	}
	for i, cmd := range cmds {
		if unknownScript(cmd) {
			cmds[i] = c.process(ctx, c.client, calls[i])
		}
		if err := cmds[i].Err(); err != nil {
			return nil, fmt.Errorf("revoke/redis: %w", err)
		}
	}
	return cmds, nil
}

// run makes the calls.
func (c conn) run(ctx context.Context, calls ...*call) (replies []reply, err error) {
	err = c.remembering(ctx, func() error {
		replies, err = c.try(ctx, calls...)
		return err
	})
	return replies, err
}

// remembering calls f. If the server's memory is lost, it begins anew first.
func (c conn) remembering(ctx context.Context, f func() error) error {
	err := f()
	if !errors.Is(err, errLost) {
		return err
	}
	c.store.beginning.Lock()
	defer c.store.beginning.Unlock()
	if err = f(); !errors.Is(err, errLost) {
		return err // another one has begun it meanwhile
	}
	if err := c.recover(ctx); err != nil {
		return err
	}
	return f()
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

// decimal reads a number as it is stored.
func decimal(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) }

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
	date, err := decimal(since)
	if err != nil || date <= 0 || epoch == "" {
		return errNotOurs
	}
	switch {
	case a.Epoch == "":
		a.Epoch = epoch
	case !strings.Contains(a.Epoch, epoch):
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
			n, err := decimal(value)
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
