package jwk

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/internal/base64url"
)

// text returns a string, "" if it is absent. An empty one is an error.
func (d *document) text(name string) (string, error) {
	v := d.value(name)
	if v == nil {
		return "", nil
	}
	if !v.IsString() {
		return "", fmt.Errorf("%s: got %s, want a string", name, v.Kind())
	}
	switch common := v.Raw; string(common) { // without an allocation
	case `"RSA"`:
		return "RSA", nil
	case `"EC"`:
		return "EC", nil
	case `"OKP"`:
		return "OKP", nil
	case `"P-256"`:
		return "P-256", nil
	case `"Ed25519"`:
		return "Ed25519", nil
	case `"sig"`:
		return useSignature, nil
	case `"RS256"`:
		return string(jwt.RS256), nil
	case `"ES256"`:
		return string(jwt.ES256), nil
	case `""`:
		if name != "kid" {
			return "", fmt.Errorf("%s is empty", name)
		}
	}
	text, _ := v.Text("")
	return text, nil
}

// octets decodes the base64url of a member that must be there. In a published key
// it may be padded, broken into lines, or of the other alphabet: each of these
// has one meaning.
func (d *document) octets(name string) ([]byte, error) {
	if v := d.value(name); v != nil && v.IsString() { // as nearly always; an escape is in no alphabet
		if b, ok := base64url.AppendDecode(nil, v.Raw[1:len(v.Raw)-1]); ok && len(b) > 0 {
			return b, nil
		}
	}
	text, err := d.text(name)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, fmt.Errorf("%s is absent", name)
	}
	b, err := jwt.DecodeBase64URL(text)
	if err == nil {
		return b, nil
	}
	if d.published {
		if b, other := jwt.DecodeBase64URL(armour.Base64URL(text)); other == nil && len(b) > 0 {
			d.note(name, "base64 with padding, spaces or the letters of RFC 4648 section 4; read")
			return b, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", name, unprefixed(err))
}

// integer decodes a Base64urlUInt (RFC 7518 section 2): as few octets as the
// value needs, or with the sign octet that section 6.3.1.1 warns of, one zero
// before a set top bit. In a published key there may be any number of zeros.
func (d *document) integer(name string) (*big.Int, error) {
	b, err := d.octets(name)
	if err != nil {
		return nil, err
	}
	if b[0] == 0 && len(b) > 1 {
		switch {
		case d.published:
			d.note(name, "leading zero octets (RFC 7518 section 2); read without them")
		case b[1] < 0x80:
			return nil, fmt.Errorf("%s: got leading zero octets, want none (RFC 7518 section 2)", name)
		}
	}
	return new(big.Int).SetBytes(b), nil
}

// coordinate decodes an integer that has exactly size bytes (RFC 7518 section
// 6.2.1.2). In a published key there may be more or fewer leading zeros.
func (d *document) coordinate(name string, size int) ([]byte, error) {
	b, err := d.octets(name)
	if err != nil || len(b) == size {
		return b, err
	}
	if n := bytes.TrimLeft(b, "\x00"); d.published && len(n) <= size {
		d.note(name, fmt.Sprintf("%d bytes, not %d; read as the same number", len(b), size))
		return append(make([]byte, size-len(n)), n...), nil
	}
	return nil, wrongSize(name, len(b), size)
}

// fixed decodes a member of exactly size bytes.
func (d *document) fixed(name string, size int) ([]byte, error) {
	b, err := d.octets(name)
	if err == nil && len(b) != size {
		err = wrongSize(name, len(b), size)
	}
	return b, err
}

func wrongSize(name string, got, want int) error {
	return fmt.Errorf("%s: got %d bytes, want %d", name, got, want)
}

// scalar decodes the d of a private key, nil for a public one.
func (d *document) scalar(size int) ([]byte, error) {
	if d.value("d") == nil {
		return nil, nil
	}
	return d.fixed("d", size)
}
