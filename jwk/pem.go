package jwk

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// ParsePEM reads the one key of a PEM file of at most 64 KiB: a private key in
// PKCS #8, PKCS #1 or SEC 1, a public key as SubjectPublicKeyInfo or PKCS #1, or
// an X.509 certificate, of which only the key is looked at. Several keys or
// certificates are an error; the EC PARAMETERS that openssl ecparam writes
// before a key are not. Text around the block is ignored.
//
// The Key has no key ID and no alg; [New] adds them.
func ParsePEM(data []byte) (*Key, error) {
	block, err := onlyBlock(data)
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %w", err)
	}
	key, err := parseBlock(block)
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %s: %w", strictjson.Quote(block.Type), err)
	}
	copied, err := own(key)
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %w", err)
	}
	k, err := newKey(copied, attributes{})
	if err != nil {
		return nil, fmt.Errorf("jwk: PEM: %w", err)
	}
	return k, nil
}

// onlyBlock returns the block of the one key in data.
func onlyBlock(data []byte) (*pem.Block, error) {
	if len(data) > maxKeySize {
		return nil, fmt.Errorf("got %d bytes, want at most %d", len(data), maxKeySize)
	}
	var blocks []*pem.Block
	begins := bytes.Count(data, []byte("-----BEGIN "))
	for rest := data; len(blocks) <= begins; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		blocks = append(blocks, block)
	}
	if begins == 0 {
		return nil, errors.New("no PEM block found; Parse reads a JWK")
	}
	if len(blocks) != begins {
		return nil, errors.New("a PEM block is malformed")
	}
	if len(blocks) == 2 && blocks[0].Type == "EC PARAMETERS" && blocks[1].Type == "EC PRIVATE KEY" {
		blocks = blocks[1:]
	}
	if len(blocks) > 1 {
		return nil, fmt.Errorf("got %d PEM blocks, beginning with %s and %s, want one key",
			len(blocks), strictjson.Quote(blocks[0].Type), strictjson.Quote(blocks[1].Type))
	}
	return blocks[0], nil
}

// maxPrivateDER is more bytes than any private key that is taken has; without
// it, checking an RSA key that is too large would take long.
const maxPrivateDER = 8 << 10

func parseBlock(block *pem.Block) (key any, err error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, errors.New("the key is encrypted; decrypt it first: openssl pkey -in encrypted.pem -out key.pem")
	}
	if strings.HasSuffix(block.Type, "PRIVATE KEY") && len(block.Bytes) > maxPrivateDER {
		return nil, fmt.Errorf("got a private key of %d bytes, want at most %d", len(block.Bytes), maxPrivateDER)
	}
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		var cert *x509.Certificate
		if cert, err = x509.ParseCertificate(block.Bytes); err == nil {
			key = cert.PublicKey
		}
	case "OPENSSH PRIVATE KEY":
		return nil, errors.New("is read by the package jwk/openssh")
	default:
		return nil, errors.New("is no key that is read here, want PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY, PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE")
	}
	if err != nil {
		return nil, errors.New("not a key of a kind that is supported: RSA, P-256, P-384, P-521, Ed25519 or X25519")
	}
	if der, one := cryptobyte.String(block.Bytes), cryptobyte.String(nil); !der.ReadASN1(&one, asn1.SEQUENCE) || !der.Empty() {
		return nil, errors.New("data after the key")
	}
	return key, nil
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
	der, err := x509.MarshalPKIXPublicKey(k.public)
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
