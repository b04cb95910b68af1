package jwk

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

var errAnotherKey = errors.New("the first certificate is for another key (RFC 7517 section 4.7)")

// readChain decodes x5c, which is carried for others; nothing here trusts it. A
// certificate of another key is refused. In a published key, a chain that cannot
// be read is passed over.
func (d *document) readChain(k *Key) error {
	v := d.value("x5c")
	if v == nil {
		return nil
	}
	texts, err := chainOf(v)
	if err == nil {
		err = checkChain(texts, k.public)
	}
	switch {
	case err == nil:
		k.chain = texts
	case d.published && !errors.Is(err, errAnotherKey):
		d.note("x5c", err.Error()+"; passed over")
	default:
		return fmt.Errorf("x5c: %w", err)
	}
	return nil
}

// chainOf returns the texts of an x5c.
func chainOf(v *strictjson.Value) ([]string, error) {
	texts, ok := v.Texts("", nil)
	switch {
	case !ok:
		return nil, errors.New("want an array of strings")
	case len(texts) == 0:
		return nil, errors.New("want at least one certificate")
	case len(texts) > maxChain:
		return nil, fmt.Errorf("got %d certificates, want at most %d", len(texts), maxChain)
	}
	return texts, nil
}

// checkChain reports texts that are not base64 as RFC 7517 section 4.7 wants it,
// and a first certificate that is not one, or is for another key.
func checkChain(texts []string, public crypto.PublicKey) (err error) {
	for i, text := range texts {
		der, decodeErr := base64.StdEncoding.Strict().DecodeString(text)
		if decodeErr != nil || strings.ContainsAny(text, "\r\n") {
			err = errors.New("not base64")
		}
		if i > 0 {
			continue
		}
		if err != nil { // what it says counts even so
			der, _ = base64.RawURLEncoding.DecodeString(armour.Base64URL(text))
		}
		cert, certErr := x509.ParseCertificate(der)
		switch {
		case certErr != nil && err == nil:
			err = errors.New("not a certificate")
		case certErr != nil:
		case cert.PublicKey == nil:
			err = errors.New("a certificate of a key that is not supported")
		case !samePublic(public, cert.PublicKey):
			return errAnotherKey
		}
	}
	return err
}

// samePublic reports whether a, nil for a secret, is the public key b.
func samePublic(a, b crypto.PublicKey) bool {
	key, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && key.Equal(b)
}
