package redis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/revoke/store"
)

// pageSize is how many entries one server tells in a page at most.
const pageSize = 5000

// Read implements [store.Feed]. It asks each server of a cluster once, and those that
// have something new a second time.
//
// A position has a line for each part: what the mark of the part said when it was
// read, and behind "|" how many of the entries in each list were read. Lists only
// grow, and expire as a whole, so that no entry is skipped. If the server may have
// lost something, the part has another branch, and is read from the beginning.
func (s *Store) Read(ctx context.Context, from string) (store.Page, error) {
	return do(ctx, s, func(ctx context.Context, c conn) (page store.Page, err error) {
		err = c.remembering(ctx, func() error {
			page, err = c.readPage(ctx, from)
			return err
		})
		return page, err
	})
}

func (c conn) readPage(ctx context.Context, from string) (store.Page, error) {
	tags := c.tags()
	lines := make([]string, len(tags))
	if from != "" {
		lines = strings.Split(from, "\n")
	}
	if len(lines) != len(tags) {
		return store.Page{}, errors.New("revoke/redis: not a position of this store")
	}
	all, err := c.tellers(ctx)
	if err != nil {
		return store.Page{}, err
	}
	news, err := c.news(ctx, all, lines)
	if err != nil {
		if cluster, ok := c.client.(*redis.ClusterClient); ok {
			cluster.ReloadState(ctx) // parts may have been moved
		}
		return store.Page{}, err
	}
	page := store.Page{From: from}
	for _, n := range news {
		line, entries, err := n.after(lines[n.part])
		if err != nil {
			return store.Page{}, err
		}
		lines[n.part] = line
		page.Entries = append(page.Entries, entries...)
		page.More = page.More || !n.whole()
	}
	page.Answer, page.AnswerTo, err = c.beginnings(lines)
	page.Next = strings.Join(lines, "\n")
	return page, err
}

// beginnings returns what the lines say of when the parts began, and, if that is not
// the same, what they say of those that have the names in a query.
func (c conn) beginnings(lines []string) (all store.Answer, of func(q store.Query) store.Answer, err error) {
	heads := make([]string, len(lines))
	for i, line := range lines {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			return store.Answer{}, nil, errNotOurs
		}
		epoch, _, _ := strings.Cut(fields[3], "|")
		heads[i] = fields[2] + " " + epoch
		if err := new(call).add(&all, heads[i]); err != nil {
			return store.Answer{}, nil, err
		}
	}
	if slices.Max(heads) == slices.Min(heads) {
		return all, nil, nil
	}
	byTag := make(map[string]string, len(heads))
	for i, tag := range c.tags() {
		byTag[tag] = heads[i]
	}
	return all, func(q store.Query) (a store.Answer) {
		for _, part := range c.look(q) {
			if new(call).add(&a, byTag[part.tag]) != nil {
				return store.Answer{}
			}
		}
		return a
	}, nil
}

// A teller is a server with the parts that it has, by their numbers.
type teller struct {
	client processor
	parts  []int
}

// tellers returns the servers that have the parts.
func (c conn) tellers(ctx context.Context) ([]*teller, error) {
	if c.single {
		return []*teller{{c.client, []int{0}}}, nil
	}
	cluster, ok := c.client.(*redis.ClusterClient)
	if !ok {
		return nil, errors.New("revoke/redis: Store.Client is another type, want a *redis.Client or *redis.ClusterClient for a feed")
	}
	var all []*teller
	of := make(map[*redis.Client]*teller)
	for i, tag := range c.tags() {
		client, err := cluster.MasterForKey(ctx, c.mark(tag))
		if err != nil {
			return nil, fmt.Errorf("revoke/redis: %w", err)
		}
		if of[client] == nil {
			of[client] = &teller{client: client}
			all = append(all, of[client])
		}
		of[client].parts = append(of[client].parts, i)
	}
	return all, nil
}

// news returns what is not in the lines, from all servers at the same time.
func (c conn) news(ctx context.Context, all []*teller, lines []string) ([]news, error) {
	results, errs := make([][]news, len(all)), make([]error, len(all))
	var wait sync.WaitGroup
	for i, t := range all[1:] {
		wait.Go(func() { results[i+1], errs[i+1] = c.newsOf(ctx, t, lines) })
	}
	results[0], errs[0] = c.newsOf(ctx, all[0], lines)
	wait.Wait()
	return slices.Concat(results...), errors.Join(errs...)
}

func (c conn) newsOf(ctx context.Context, t *teller, lines []string) ([]news, error) {
	if len(t.parts) > 1 {
		changed, err := c.tell(ctx, "news", t, lines)
		if err != nil || len(changed) == 0 {
			return nil, err
		}
		t = &teller{client: t.client}
		for _, n := range changed {
			t.parts = append(t.parts, n.part)
		}
	}
	return c.tell(ctx, "feed", t, lines)
}

func (c conn) tell(ctx context.Context, what string, t *teller, lines []string) ([]news, error) {
	tags := c.tags()
	args := append(make([]string, 0, 1+2*len(t.parts)), strconv.Itoa(pageSize))
	for _, part := range t.parts {
		line := lines[part]
		if what == "news" {
			line, _, _ = strings.Cut(line, "|")
		}
		args = append(args, string(c.appendBegin(nil, tags[part])), line)
	}
	cmd := c.process(ctx, t.client, &call{what: what, tag: tags[t.parts[0]], args: args, form: crossing})
	list, err := cmd.Slice()
	if err != nil {
		return nil, fmt.Errorf("revoke/redis: %w", err)
	}
	if len(list) == 0 {
		return nil, errNotOurs
	}
	switch list[0] {
	case "lost":
		return nil, errLost
	case "damaged":
		return nil, errDamaged
	}
	all := make([]news, len(list)-1)
	for i, told := range list[1:] {
		if all[i], err = readNews(told, t.parts); err != nil {
			return nil, err
		}
	}
	return all, nil
}

var errDamaged = errors.New("revoke/redis: keys of the feed are missing, which somebody has deleted or the server evicted")

// news is what the script tells of a part.
type news struct {
	part  int
	tail  string // of the mark
	now   int64
	lists []newsList
}

type newsList struct {
	till, from, count, read int64
	entries                 []store.Entry
}

func readNews(told any, parts []int) (n news, err error) {
	fields, _ := told.([]any)
	if len(fields) < 3 {
		return n, errNotOurs
	}
	i, _ := fields[0].(int64)
	tail, _ := fields[1].(string)
	now, ok := fields[2].(int64)
	if !ok || i < 1 || i > int64(len(parts)) || len(tail) < 32 {
		return n, errNotOurs
	}
	n = news{part: parts[i-1], tail: tail, now: now, lists: make([]newsList, len(fields)-3)}
	for i, told := range fields[3:] {
		if n.lists[i], err = readList(told); err != nil {
			return n, err
		}
	}
	return n, nil
}

func readList(told any) (l newsList, err error) {
	fields, _ := told.([]any)
	if len(fields) != 4 {
		return l, errNotOurs
	}
	till, ok1 := fields[0].(string)
	from, ok2 := fields[1].(int64)
	count, ok3 := fields[2].(int64)
	texts, ok4 := fields[3].([]any)
	end, err := decimal(till)
	if !ok1 || !ok2 || !ok3 || !ok4 || err != nil {
		return l, errNotOurs
	}
	l = newsList{end, from, count, from + int64(len(texts)), make([]store.Entry, len(texts))}
	for i, text := range texts {
		text, _ := text.(string)
		if l.entries[i], err = readEntry(text); err != nil {
			return l, err
		}
	}
	return l, nil
}

// whole reports whether the part has no more.
func (n *news) whole() bool {
	return !slices.ContainsFunc(n.lists, func(l newsList) bool { return l.read < l.count })
}

// after returns the line behind the news, which come after another one, and the
// entries.
func (n *news) after(line string) (next string, entries []store.Entry, err error) {
	before, pairs, _ := strings.Cut(line, "|")
	if !strings.HasPrefix(before, n.tail[:16]) {
		pairs = ""
	}
	read := make(map[int64]int64)
	for pair := range strings.FieldsSeq(pairs) {
		till, count, _ := strings.Cut(pair, ":")
		end, err1 := decimal(till)
		was, err2 := decimal(count)
		if err1 != nil || err2 != nil {
			return "", nil, errNotOurs
		}
		if end > n.now {
			read[end] = was
		}
	}
	for _, l := range n.lists {
		read[l.till] = l.read
		entries = append(entries, l.entries...)
	}
	tail := n.tail
	if !n.whole() {
		tail = tail[:17] + "-" + tail[29:] // as no mark is
	}
	text := append([]byte(tail), '|')
	for _, end := range slices.Sorted(maps.Keys(read)) {
		text = fmt.Appendf(text, " %d:%d", end, read[end])
	}
	return string(text), entries, nil
}

// textOf returns an entry as the feed has it: kind, IssuedAt, Until, the length of
// the issuer, and the issuer with the name.
func textOf(e *store.Entry, kind, till string) string {
	name := e.ID
	switch kind {
	case ofSession:
		name = e.SessionID
	case ofSubject:
		name = e.Subject
	}
	issuer := store.ShortName(e.Issuer)
	return fmt.Sprintf("%s %d %s %d %s%s", kind, e.IssuedAt, till, len(issuer), issuer, store.ShortName(name))
}

func readEntry(text string) (store.Entry, error) {
	kind, rest, _ := strings.Cut(text, " ")
	date, rest, _ := strings.Cut(rest, " ")
	till, rest, _ := strings.Cut(rest, " ")
	length, names, _ := strings.Cut(rest, " ")
	at, err1 := decimal(date)
	until, err2 := decimal(till)
	n, err3 := strconv.ParseUint(length, 10, 31)
	if err1 != nil || err2 != nil || err3 != nil || n > uint64(len(names)) {
		return store.Entry{}, errNotOurs
	}
	e := store.Entry{Issuer: names[:n], IssuedAt: jwt.NumericDate(at), Until: jwt.NumericDate(until)}
	switch kind {
	case ofID:
		e.ID = names[n:]
	case ofSession:
		e.SessionID = names[n:]
	case ofSubject:
		e.Subject = names[n:]
	}
	if e.Check() != nil {
		return store.Entry{}, errNotOurs
	}
	return e, nil
}
