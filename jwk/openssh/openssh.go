// Package openssh reads OpenSSH key files as keys of package jwk. It stands
// apart because it needs golang.org/x/crypto/ssh, which package jwk does not.
package openssh

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

const maxSize = 16 << 10 // bytes; the file of a large RSA key has half of it

// Parse reads the one key of an OpenSSH file of at most 16 KiB: a private key as
// ssh-keygen writes it, or the line of a public key. RSA, ECDSA and Ed25519 keys
// are read, as strictly as by [jwk.New]; keys in security hardware and
// certificates are not. Several keys, an encrypted key, and options before a
// public key are an error. As [jwk.ParsePEM] does, it reads files as editors and
// environment variables leave them.
//
// The Key has no key ID and no alg, which [jwk.Key.With] adds; the comment is
// dropped.
func Parse(data []byte) (*jwk.Key, error) {
	key, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("openssh: %w", err)
	}
	k, err := jwk.New("", key, "")
	if err != nil {
		return nil, fmt.Errorf("openssh: %w", err)
	}
	return k, nil
}

func parse(data []byte) (any, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("got %d bytes, want at most %d", len(data), maxSize)
	}
	text := armour.Text(data)
	if kind, _, _ := strings.Cut(armour.Trim(text), " "); slices.Contains(plainTypes, kind) { // whatever its comment looks like
		return parsePublic(armour.Trim(text))
	}
	if text = armour.Inner(text); armour.In(text) {
		return parsePrivate(text)
	}
	return parsePublic(armour.Trim(text))
}

func parsePrivate(text string) (any, error) {
	blocks, err := armour.Blocks(text)
	if err != nil {
		return nil, err
	}
	if n := len(blocks); n != 1 {
		return nil, fmt.Errorf("got %d PEM blocks, want one key", n)
	}
	if blocks[0].Label != "OPENSSH PRIVATE KEY" {
		return nil, errors.New("got another PEM file, want OPENSSH PRIVATE KEY; jwk.ParsePEM reads others")
	}
	key, err := ssh.ParseRawPrivateKey(pem.EncodeToMemory(&pem.Block{Type: blocks[0].Label, Bytes: blocks[0].Bytes}))
	if _, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok {
		return nil, errors.New("the key is encrypted; decrypt a copy of it first: ssh-keygen -p -N '' -f copy")
	}
	if err != nil {
		return nil, errors.New("not a private key of a kind that is supported: RSA, ECDSA or Ed25519")
	}
	if key, ok := key.(*ed25519.PrivateKey); ok {
		return *key, nil
	}
	return key, nil
}

// plainTypes are those of public keys that are neither certificates nor held in
// security hardware.
var plainTypes = []string{ssh.KeyAlgoRSA, ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521}

func parsePublic(text string) (any, error) {
	if strings.HasPrefix(text, "---- BEGIN SSH2") {
		return nil, errors.New("got an SSH2 public key, want the line of an OpenSSH one; convert it: ssh-keygen -i -f key.pub")
	}
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		line = strings.TrimSpace(line)
		return line == "" || line[0] == '#'
	})
	if len(lines) != 1 {
		return nil, fmt.Errorf("got %d lines, want that of one public key", len(lines))
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(lines[0]))
	if len(options) > 0 {
		return nil, errors.New("got options before the public key, want the key alone")
	}
	if err != nil || !slices.Contains(plainTypes, key.Type()) {
		return nil, errors.New("not a public key of a kind that is supported: RSA, ECDSA or Ed25519")
	}
	return key.(ssh.CryptoPublicKey).CryptoPublicKey(), nil
}
