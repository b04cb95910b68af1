package main

import (
	"bufio"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

//go:embed foreign/jose.mjs foreign/package.json foreign/package-lock.json foreign/pyjwt.py
var foreignFiles embed.FS

// foreignLibraries starts the programs of other languages that can be had here:
// Node's jose, which npm installs into a temporary folder, and Python's PyJWT,
// which has to be there. Stop ends them.
func foreignLibraries() (all []library, stop func(), err error) {
	var processes []*process
	dir, err := os.MkdirTemp("", "testkit")
	stop = func() {
		for _, p := range processes {
			p.stop()
		}
		os.RemoveAll(dir)
	}
	if err != nil {
		return nil, stop, err
	}
	if err := os.CopyFS(dir, foreignFiles); err != nil {
		return nil, stop, err
	}
	work := filepath.Join(dir, "foreign")
	install := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = work
	if out, npmErr := install.CombinedOutput(); npmErr != nil {
		err = errors.Join(err, fmt.Errorf("jose is left out: npm install: %w: %s", npmErr, out))
	} else if p, startErr := start(work, "node", "jose.mjs"); startErr != nil {
		err = errors.Join(err, fmt.Errorf("jose is left out: %w", startErr))
	} else {
		processes = append(processes, p)
		all = append(all, library{"jose " + p.version, "", p.verify, false, p})
	}
	python := "python3"
	if exec.Command(python, "-c", "import jwt").Run() != nil {
		python = "/usr/bin/python3" // that of the system, for which Debian's python3-jwt is
	}
	if p, startErr := start(work, python, "pyjwt.py"); startErr != nil {
		err = errors.Join(err, fmt.Errorf("PyJWT is left out: %w", startErr))
	} else {
		processes = append(processes, p)
		all = append(all, library{"PyJWT " + p.version, "", p.verify, false, p})
	}
	return all, stop, err
}

// A process is a verifier that speaks the protocol of [testkit.Serve].
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	version string
	err     error // of the first row without an answer, behind which no other row is tried
}

// start starts one of the programs in the folder foreign, which write one line with
// their version before the first case.
func start(dir, program string, args ...string) (*process, error) {
	p, err := run(dir, program, args...)
	if err != nil {
		return nil, err
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s ended before it said its version: %w", program, err)
	}
	p.version = line[:len(line)-1]
	return p, nil
}

func run(dir, program string, args ...string) (*process, error) {
	p := &process{command: exec.Command(program, args...)}
	p.command.Dir, p.command.Stderr = dir, os.Stderr
	p.in, _ = p.command.StdinPipe() // which fail where there is one already
	out, _ := p.command.StdoutPipe()
	p.out = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) verify(c testkit.Case) testkit.Verdict {
	data, err := json.Marshal(c)
	if err != nil || p.err != nil {
		return testkit.Unsupported
	}
	_, err = p.in.Write(append(data, '\n'))
	var line []byte
	if err == nil {
		line, err = p.out.ReadBytes('\n')
	}
	var answer testkit.Answer
	if err == nil {
		err = json.Unmarshal(line, &answer)
	}
	switch {
	case err != nil:
	case answer.ID != c.ID:
		err = errors.New("the id is another one")
	case answer.Verdict != testkit.Accept && answer.Verdict != testkit.Refuse && answer.Verdict != testkit.Unsupported:
		err = errors.New("the verdict is none of accept, refuse and unsupported")
	default:
		return answer.Verdict
	}
	p.err = fmt.Errorf("row %s: got %.100q, want a line with its id and verdict: %w", c.ID, line, err)
	return testkit.Unsupported
}

func (p *process) stop() {
	p.in.Close()
	p.command.Wait()
}
