package jwk

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// ParsePEM reads the one key of a key file of at most 64 KiB: a private key in
// PKCS #8, PKCS #1 or SEC 1, a public key as SubjectPublicKeyInfo or PKCS #1, or
// an X.509 certificate, of which only the key is looked at. Several keys or
// certificates are an error; the EC PARAMETERS that openssl ecparam writes before
// a key are not. Text around the block is ignored.
//
// The file may be as editors and environment variables leave it: with line breaks
// escaped as \n, quotes, a byte order mark, indentation, a label of another key
// format, as DER, or as base64 of DER or of
// the whole file. Files of another kind
// are an error that names the kind, and the command or function that helps.
//
// The Key has no key ID and no alg; [Key.With] adds them. A key for RSASSA-PSS
// serves the PS algorithms only, and is written as JSON with the one that it serves.
func ParsePEM(data []byte) (*Key, error) {
	k, err := parsePEM(data)
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %w", err)
	}
	return k, nil
}

func parsePEM(data []byte) (*Key, error) {
	if len(data) > maxKeySize {
		return nil, fmt.Errorf("got %d bytes, want at most %d", len(data), maxKeySize)
	}
	read, err := parseFile(data)
	if err != nil {
		return nil, err
	}
	copied, err := own(read.key)
	if err != nil {
		return nil, err
	}
	return newKey(copied, read.attributes)
}

// parseFile finds out what is in a key file. DER, or base64 of it, is a key as a whole:
// text in it that looks like a PEM file, as in the subject of a certificate, is not
// the key of the file.
func parseFile(data []byte) (parsedKey, error) {
	if isDER(data) {
		return parseDER(data)
	}
	text := armour.Text(data)
	if armour.In(text) {
		return parseArmoured(text)
	}
	if decoded, ok := armour.Decode(armour.Trim(text)); ok && isDER(decoded) {
		return parseDER(decoded)
	}
	if text = armour.Inner(text); armour.In(text) {
		return parseArmoured(text)
	}
	return withoutArmour(data, text)
}

// parseArmoured reads a PEM file.
func parseArmoured(text string) (parsedKey, error) {
	blocks, err := armour.Blocks(text)
	if err != nil {
		return parsedKey{}, err
	}
	if len(blocks) == 2 && blocks[0].Label == "EC PARAMETERS" && blocks[1].Label == "EC PRIVATE KEY" {
		blocks = blocks[1:]
	}
	if len(blocks) > 1 {
		hint := ""
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			hint = "; ParseCertificates reads a map of key IDs to certificates"
		}
		return parsedKey{}, fmt.Errorf("got %d PEM blocks, beginning with %s and %s, want one key%s",
			len(blocks), strictjson.Quote(blocks[0].Label), strictjson.Quote(blocks[1].Label), hint)
	}
	k, err := parseBlock(blocks[0])
	if err != nil {
		return parsedKey{}, fmt.Errorf("%s: %w", strictjson.Quote(blocks[0].Label), err)
	}
	return k, nil
}

// parseBlock reads the key of a block. The label tells a private key from a public
// one; its format is that of its content.
func parseBlock(b armour.Block) (parsedKey, error) {
	private := strings.HasSuffix(b.Label, "PRIVATE KEY")
	switch {
	case b.Encrypted || b.Label == "ENCRYPTED PRIVATE KEY":
		return parsedKey{}, errEncrypted
	case strings.HasPrefix(b.Label, "PGP "):
		return parsedKey{}, errors.New("a key of OpenPGP, which is not supported")
	case b.Label == "OPENSSH PRIVATE KEY" || strings.HasPrefix(string(b.Bytes), "openssh-key-v1\x00"):
		return parsedKey{}, errors.New("is read by the package jwk/openssh")
	case !private && !strings.HasSuffix(b.Label, "PUBLIC KEY") && !strings.HasSuffix(b.Label, "CERTIFICATE"):
		if _, err := parseDER(b.Bytes); err != nil && !errors.Is(err, errNotDER) && !errors.Is(err, errNoKind) {
			return parsedKey{}, err
		}
		return parsedKey{}, errors.New("is no key that is read here, want PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY, PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE")
	}
	k, err := parseDER(b.Bytes)
	switch {
	case errors.Is(err, errNotDER):
		return parsedKey{}, errNoKind
	case err != nil:
		return parsedKey{}, err
	case private && !k.isPrivate():
		return parsedKey{}, errors.New("holds a public key, want the private one that the label promises")
	case !private && k.isPrivate():
		return parsedKey{}, errors.New("holds a private key; if it has been published as the label says, it is compromised")
	}
	return k, nil
}

// MarshalPublicPEM returns the public part as a PEM file with a
// SubjectPublicKeyInfo. A symmetric key has none: it is an error.
func (k *Key) MarshalPublicPEM() ([]byte, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	if k.public == nil {
		return nil, errors.New("jwk: a symmetric key has no public part")
	}
	der, err := x509.MarshalPKIXPublicKey(standard(k.public))
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// MarshalPrivatePEM returns a private key as a PEM file in PKCS #8, not
// encrypted. A public or symmetric key is an error.
func (k *Key) MarshalPrivatePEM() ([]byte, error) {
	if err := k.missing(); err != nil {
		return nil, err
	}
	if k.private == nil || k.public == nil {
		return nil, fmt.Errorf("jwk: PEM: got a %s, want a private key", k.description())
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.private())
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
