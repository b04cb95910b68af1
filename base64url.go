package jwt

import (
	"errors"

	"github.com/seed-b1f8f58c/jwt/internal/base64url"
)

// DecodeBase64URL decodes the base64url of RFC 7515 section 2 so that no two
// texts have the same value: only the URL-safe alphabet, no padding, no line
// breaks or spaces, and no bits set that belong to no byte. Its inverse is
// [base64.RawURLEncoding].
func DecodeBase64URL(s string) ([]byte, error) {
	b, ok := base64url.AppendDecode([]byte{}, []byte(s))
	if !ok {
		return nil, errors.New("jwt: " + base64url.Problem)
	}
	return b, nil
}
