package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"golang.org/x/term"
)

// A keyboard is where jwt serve is told to rotate its keys: a terminal, of which
// each key is read as it is pressed, or lines of standard input.
type keyboard struct {
	c     *cli
	state *term.State // of the terminal as it was; nil if it is none
}

// listenToKeys makes the terminal hand over each key, if there is one and this
// command is not in its background.
func (c *cli) listenToKeys() *keyboard {
	ignoreBackgroundReads()
	k := &keyboard{c: c}
	if fd := int(c.stdin.Fd()); !c.json && isTerminal(c.stdout) && inForeground(fd) {
		k.state, _ = term.MakeRaw(fd) // without, there are still lines
	}
	return k
}

func (k *keyboard) raw() bool { return k.state != nil }

// restore makes the terminal what it was.
func (k *keyboard) restore() {
	if k.raw() {
		_ = term.Restore(int(k.c.stdin.Fd()), k.state) // the terminal has gone
	}
}

// print prints a text with line breaks as this terminal wants them.
func (k *keyboard) print(text string) error {
	if k.raw() {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	_, err := fmt.Fprint(k.c.stdout, text)
	return err
}

// The keys that a terminal does not turn into signals while each is read.
const (
	controlC         = 3
	controlBackslash = 28
)

// read rotates the keys of the issuer whenever r is pressed, or is the text of a
// line. It calls stop at Ctrl-C.
func (k *keyboard) read(ctx context.Context, stop func(), i *issuer) {
	input := bufio.NewScanner(k.c.stdin)
	if k.raw() {
		input.Split(bufio.ScanBytes)
	}
	for input.Scan() {
		switch text := input.Text(); {
		case k.raw() && (text[0] == controlC || text[0] == controlBackslash):
			stop()
			return
		case strings.TrimSpace(text) != "r":
		default:
			keyID, err := i.rotate(ctx)
			if err != nil {
				_ = k.print("jwt: " + err.Error() + "\n") // nobody reads it any more
				continue
			}
			_ = k.print("rotated: new tokens are signed by the key " + keyID + "\n")
		}
	}
}
