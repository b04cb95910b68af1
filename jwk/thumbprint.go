package jwk

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// Thumbprint returns the JWK thumbprint with SHA-256 (RFC 7638) in base64url, 43
// characters. It is the same for a private key and its public key. That of a
// secret helps to guess the secret unless it is random (RFC 7638 section 7).
func (k *Key) Thumbprint() string {
	if k.missing() != nil {
		return ""
	}
	p := publicParameters(k.identity())
	slices.SortFunc(p, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	sum := sha256.Sum256(append(p.appendJSON([]byte{'{'}), '}'))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ThumbprintURI returns the thumbprint as a URI (RFC 9278).
func (k *Key) ThumbprintURI() string {
	if k.missing() != nil {
		return ""
	}
	return "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + k.Thumbprint()
}
