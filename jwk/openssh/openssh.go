// Package openssh reads OpenSSH key files as keys of package jwk. It stands
// apart because it needs golang.org/x/crypto/ssh, which package jwk does not.
package openssh

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/ssh"

	"github.com/seed-b1f8f58c/jwt/jwk"
)

const maxSize = 16 << 10 // bytes; the file of a large RSA key has half of it

// Parse reads the one key of an OpenSSH file of at most 16 KiB: a private key as
// ssh-keygen writes it, or the line of a public key. RSA, ECDSA and Ed25519 keys
// are read, as strictly as by [jwk.New]; keys in security hardware and
// certificates are not. Several keys, an encrypted key, and options before a
// public key are an error.
//
// The Key has no key ID and no alg; the comment is dropped.
func Parse(data []byte) (*jwk.Key, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("openssh: got %d bytes, want at most %d", len(data), maxSize)
	}
	parse := parsePublic
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		parse = parsePrivate
	}
	key, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("openssh: %w", err)
	}
	k, err := jwk.New(key, "", "")
	if err != nil {
		return nil, fmt.Errorf("openssh: %w", err)
	}
	return k, nil
}

func parsePrivate(data []byte) (any, error) {
	if n := bytes.Count(data, []byte("-----BEGIN ")); n != 1 {
		return nil, fmt.Errorf("got %d PEM blocks, want one key", n)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("the PEM block is malformed")
	}
	if block.Type != "OPENSSH PRIVATE KEY" {
		return nil, errors.New("got another PEM file, want OPENSSH PRIVATE KEY; jwk.ParsePEM reads others")
	}
	key, err := ssh.ParseRawPrivateKey(data)
	if _, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok {
		return nil, errors.New("the key is encrypted; decrypt a copy of it first: ssh-keygen -p -N '' -f copy")
	}
	if err != nil {
		return nil, errors.New("not a private key of a kind that is supported: RSA, ECDSA or Ed25519")
	}
	if key, ok := key.(*ed25519.PrivateKey); ok && key != nil {
		return *key, nil
	}
	return key, nil
}

// plainTypes are those of public keys that are neither certificates nor held in
// security hardware.
var plainTypes = []string{ssh.KeyAlgoRSA, ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521}

func parsePublic(data []byte) (any, error) {
	lines := slices.DeleteFunc(bytes.Split(data, []byte("\n")), func(line []byte) bool {
		line = bytes.TrimSpace(line)
		return len(line) == 0 || line[0] == '#'
	})
	if len(lines) != 1 {
		return nil, fmt.Errorf("got %d lines, want that of one public key", len(lines))
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey(lines[0])
	if err != nil {
		return nil, errors.New("not a public key")
	}
	if len(options) > 0 {
		return nil, errors.New("got options before the public key, want the key alone")
	}
	public, ok := key.(ssh.CryptoPublicKey)
	if !ok || !slices.Contains(plainTypes, key.Type()) {
		return nil, errors.New("not a public key of a kind that is supported: RSA, ECDSA or Ed25519")
	}
	return public.CryptoPublicKey(), nil
}
