package jwk

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// ParseCertificates reads a JSON object of key IDs and PEM certificates, which
// Firebase and other services of Google publish instead of a JWK Set:
//
//	{"5c31f58a…": "-----BEGIN CERTIFICATE-----\nMIID…", …}
//
// Only the public key of a certificate is looked at: not its issuer, nor its
// dates. Trust in the keys is trust in the place that they come from. A PEM
// public key in the place of a certificate is read as well. Entries that are
// neither are left out and told by [Set.Skipped], with their index in the object.
//
// It is an error if data is not such an object: names that are there twice, no
// PEM text in it, more than 16 MiB or 10,000 entries.
func ParseCertificates(data []byte) (*Set, error) {
	if len(data) > maxSetSize {
		return nil, fmt.Errorf("jwk: got certificates of %d bytes, want at most %d", len(data), maxSetSize)
	}
	s, found := new(Set), false
	o := strictjson.Read(bytes.TrimPrefix(data, byteOrderMark), maxKeys)
	for i := 0; o.Next(); i++ {
		text, ok := o.Value.Text("")
		if !ok {
			s.skipped = append(s.skipped, Skipped{i, string(o.Name), errors.New("jwk: got " + o.Value.Kind() + ", want a PEM certificate")})
			continue
		}
		found = found || armour.In(text)
		k, err := parseCertificate(text, string(o.Name))
		if err != nil {
			s.skipped = append(s.skipped, Skipped{i, string(o.Name), err})
			continue
		}
		s.keys = append(s.keys, k)
	}
	switch {
	case o.Problem() != "":
		return nil, errors.New("jwk: not a map of key IDs to PEM certificates: " + o.Problem())
	case !found:
		return nil, errors.New("jwk: not a map of key IDs to PEM certificates: no PEM text in it; ParseSet reads JWK Sets")
	}
	s.index()
	return s, nil
}

// parseCertificate returns the public key of a PEM text.
func parseCertificate(text, keyID string) (*Key, error) {
	k, err := ParsePEM([]byte(text))
	if err != nil {
		return nil, err
	}
	if k.private != nil {
		return nil, errors.New("jwk: a private key among certificates")
	}
	return k.With("", keyID)
}
