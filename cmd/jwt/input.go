package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/describe"
)

const (
	maxTokenInput = 1 << 20  // bytes of a token with what is around it
	maxFile       = 16 << 20 // bytes of a key set or of claims
	maxLine       = 4000     // bytes that a terminal surely hands over in one line
)

var errNoToken = errors.New("no token: give it as the argument or on standard input")

// readToken returns the token that is the argument or, without one, standard input.
func (c *cli) readToken(args []string) (string, error) {
	if len(args) == 1 && args[0] != "-" {
		if _, err := os.Stat(args[0]); err == nil {
			return "", fmt.Errorf("%q is a file: a token in a file is read from standard input, by < and its name", args[0])
		}
		return describe.Tidy(args[0]), nil
	}
	if isTerminal(c.stdin) {
		fmt.Fprintln(c.stderr, "Paste a token and press Enter:")
		line, _ := bufio.NewReader(c.stdin).ReadString('\n') // the end of the input ends a line
		if line == "" {
			return "", errNoToken
		}
		if len(line) > maxLine {
			return "", fmt.Errorf("a terminal cuts lines of more than %d bytes; put the token into a file, and read that: < file", maxLine)
		}
		return describe.Tidy(line), nil
	}
	data, err := c.readStdin(maxTokenInput)
	if err != nil {
		return "", err
	}
	token := describe.Tidy(string(data))
	if token == "" {
		return "", errNoToken
	}
	return token, nil
}

// readStdin returns all of standard input.
func (c *cli) readStdin(limit int64) ([]byte, error) {
	if c.stdinRead {
		return nil, errors.New("standard input can be read once only: put one of the two into a file")
	}
	c.stdinRead = true
	data, err := io.ReadAll(io.LimitReader(c.stdin, limit+1))
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("standard input has more than %d bytes", limit)
	}
	return data, nil
}

// readFile returns what is in the file that a flag or argument names; "-" is
// standard input. Its errors do not repeat the name if it may be a secret.
func (c *cli) readFile(flag, name string) ([]byte, error) {
	if name == "-" {
		return c.readStdin(maxFile)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(flag, name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fileError(flag, name, err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s: the file has more than %d bytes", flag, maxFile)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("%s: the file is empty", flag)
	}
	return data, nil
}

// fileNames are the ends of names that are files and not keys.
var fileNames = []string{".pem", ".jwk", ".jwks", ".json", ".key", ".pub", ".crt", ".cer", ".der", ".txt", ".secret"}

func fileError(flag, name string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if strings.ContainsAny(name, "{\n") || strings.Contains(name, "-----") {
		return fmt.Errorf("%s: want the name of a file; a key on the command line can be read by others on this machine", flag)
	}
	if slices.Contains(fileNames, filepath.Ext(name)) {
		return fmt.Errorf("%s %s: %w", flag, name, err)
	}
	return fmt.Errorf("%s: the file cannot be read: %w", flag, err)
}

// writeNew writes a file that only its owner can read, and never one that is there
// already.
func writeNew(flag, name string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return existsAlready(flag, name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}

func existsAlready(flag, name string) error {
	return fmt.Errorf("%s %s: the file exists already and is not overwritten", flag, name)
}
