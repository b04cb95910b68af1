package redis

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// A memory of one server, as it tells of itself: r is its process, and b its life.
type memory struct {
	mark     string
	replicas bool
	aof      bool
	always   bool
	broken   string     // what it does not answer
	began    [][]string // the marks that it was given
}

var errBroken = errors.New("broken")

func (m *memory) conn(t *testing.T, mayLose time.Duration) conn {
	return conn{store: &Store{MayLose: mayLose}, prefix: "jwt", single: true, client: clientOf(t, m.answer)}
}

func (m *memory) answer(cmd redis.Cmder) error {
	what, _, args := script(cmd)
	if m.broken != "" && (cmd.Name() == m.broken || what == m.broken) {
		return errBroken
	}
	flags := map[bool]string{true: "1", false: "0"}
	switch cmd := cmd.(type) {
	case *redis.StringCmd:
		cmd.SetVal("# Server\r\nrun_id:r\r\nmaster_replid:" + b + "\r\naof_enabled:" + flags[m.aof] + "\r\naof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0\r\n")
	case *redis.MapStringStringCmd:
		cmd.SetVal(map[string]string{"appendfsync": map[bool]string{true: "always", false: "everysec"}[m.always]})
	case *redis.Cmd:
		if what == "begin" {
			m.began = append(m.began, args)
		}
		alone := int64(1)
		if m.replicas {
			alone = 0
		}
		cmd.SetVal([]any{b, nobody, alone, int64(1000), m.mark, "r"})
	}
	return nil
}

func TestAMarkSaysWhatIsKnown(t *testing.T) {
	const branch = "branch0123456789"
	mark := func(life string, seen int, sure, run string) string {
		return fmt.Sprintf("%s %010d %s %s %s 000000000007 500 epoch", life, seen, sure, run, branch)
	}
	for name, row := range map[string]struct {
		m       memory
		mayLose time.Duration
		recover []string // sure, branch, since and epoch; "" is a new one
		assure  []string
	}{
		"nothing happened": {memory{mark: mark(b, 990, "0", "r")}, 0, nil, nil},
		"it is empty":      {memory{}, 0, []string{"0", "", "+1002", ""}, nil},
		"it is empty, and loses nothing from now on":  {memory{aof: true, always: true}, 0, []string{"1", "", "+1002", ""}, nil},
		"it is empty, and has replicas":               {memory{aof: true, always: true, replicas: true}, 0, []string{"0", "", "+1002", ""}, nil},
		"it is empty, and writes every second":        {memory{aof: true}, 0, []string{"0", "", "+1002", ""}, nil},
		"it was restarted":                            {memory{mark: mark(a, 990, "0", "q")}, 0, []string{"0", "", "+1002", ""}, nil},
		"it was restarted, and may lose as much":      {memory{mark: mark(a, 990, "0", "q")}, 10 * time.Second, []string{"0", "", "500", "epoch"}, nil},
		"it was restarted, and may lose less":         {memory{mark: mark(a, 989, "0", "q")}, 10 * time.Second, []string{"0", "", "+1002", ""}, nil},
		"it was restarted, and lost nothing":          {memory{mark: mark(a, 990, "1", "q"), aof: true, always: true}, 0, []string{"1", branch, "500", "epoch"}, nil},
		"it was restarted, and had lost nothing":      {memory{mark: mark(a, 990, "1", "q"), aof: true}, 0, []string{"0", "", "+1002", ""}, nil},
		"it loses nothing any more":                   {memory{mark: mark(b, 990, "0", "r"), aof: true, always: true}, 0, nil, []string{"1", branch, "500", "epoch"}},
		"it loses nothing, as before":                 {memory{mark: mark(b, 990, "1", "r"), aof: true, always: true}, 0, nil, nil},
		"it loses nothing, but has a replica":         {memory{mark: mark(b, 990, "1", "r"), aof: true, always: true, replicas: true}, 0, nil, []string{"0", branch, "500", "epoch"}},
		"it may lose something now":                   {memory{mark: mark(b, 990, "1", "r"), aof: true}, 0, nil, []string{"0", branch, "500", "epoch"}},
		"it does not tell how it writes":              {memory{mark: mark(b, 990, "1", "r"), aof: true, always: true, broken: "config"}, 0, nil, []string{"0", branch, "500", "epoch"}},
		"it does not tell of itself":                  {memory{mark: mark(b, 990, "1", "r"), aof: true, always: true, broken: "info"}, 0, nil, []string{"0", branch, "500", "epoch"}},
		"the clock went back, though nothing is lost": {memory{mark: mark(b, 1901, "1", "r"), aof: true, always: true}, time.Hour, []string{"1", "", "+1002", ""}, nil},
	} {
		for what, want := range map[string][]string{"recover": row.recover, "assure": row.assure} {
			m := row.m
			do := conn.recover
			if what == "assure" {
				do = conn.assure
			}
			if err := do(m.conn(t, row.mayLose), t.Context()); err != nil {
				t.Errorf("%s: %s: %v", name, what, err)
			}
			if want == nil {
				if len(m.began) > 0 {
					t.Errorf("%s: %s: got the mark %q, want none", name, what, m.began)
				}
				continue
			}
			if len(m.began) != 1 || len(m.began[0]) != 6 || m.began[0][0] != b || m.began[0][1] != m.mark {
				t.Errorf("%s: %s: got %q, want a mark in the place of the one that was seen", name, what, m.began)
				continue
			}
			for i, got := range m.began[0][2:] {
				if got != want[i] && (want[i] != "" || len(got) < 16 || got == branch) {
					t.Errorf("%s: %s: got the mark %q, want %q", name, what, m.began[0][2:], want)
				}
			}
		}
	}
}

// A server that does not answer is given no mark.
func TestAMarkNeedsEveryAnswer(t *testing.T) {
	for _, broken := range []string{"read", "begin"} {
		for what, do := range map[string]func(conn, context.Context) error{"recover": conn.recover, "assure": conn.assure} {
			m := &memory{broken: broken, aof: true, always: true}
			if what == "assure" {
				m.mark = b + " 0000000990 0 r branch0123456789 000000000007 500 epoch"
			}
			if err := do(m.conn(t, 0), t.Context()); !errors.Is(err, errBroken) || len(m.began) > 0 {
				t.Errorf("%s without %s: got %v, want an error", what, broken, err)
			}
		}
	}
}
