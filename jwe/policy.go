package jwe

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Policy says which nested tokens are accepted: encrypted to one of its keys,
// with a cty of "JWT" (RFC 7519 section 5.2), and with a signed token inside that
// is accepted by another policy. It is plain data: set it up, then use it from any number of goroutines without changing it.
// The zero value and nil accept nothing: their Verify returns an error that says
// what is missing.
type Policy struct {
	Keys []Decrypter // the keys to decrypt with; required

	// Signed says what is accepted of the signed token inside: a *[jwt.Policy],
	// [jwt.Policies], or a check built on top of them. It is required.
	Signed jwt.TokenVerifier

	Type    string // typ must be this media type; if empty, "JWT" or absent
	MaxSize int    // longest token in bytes; 0: 65,536
}

const (
	defaultMaxSize = 64 << 10 // bytes of a token
	maxKeySize     = 4 << 10  // bytes of an encrypted key
	maxCandidates  = 8        // keys tried for one token
)

// Verify decrypts the token and returns what Signed makes of the signed token
// inside. A refusal is a *[jwt.VerifyError]; any other error means that it could
// not be decided, because the policy is incomplete or a key is out of reach.
//
// The context is handed to the keys and to Signed.
func (p *Policy) Verify(ctx context.Context, token string) (*jwt.Token, error) {
	if err := p.incomplete(); err != nil {
		return nil, err
	}
	m, refusal := parse(token, p.maxSize())
	if refusal != nil {
		return nil, refusal
	}
	if refusal := p.checkTypes(m.Header); refusal != nil {
		return nil, refusal
	}
	plaintext, err := decrypt(ctx, m, p.Keys)
	if err != nil {
		return nil, err
	}
	signed := string(plaintext)
	if !isSigned(signed) {
		return nil, malformed("", "the content is not a signed token, "+wantSigned)
	}
	t, err := p.Signed.Verify(ctx, signed)
	if err == nil && t == nil {
		err = errors.New("jwe: Policy.Signed returned no token")
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// incomplete says what is wrong with the policy itself.
func (p *Policy) incomplete() error {
	switch {
	case p == nil:
		return errors.New("jwe: Policy is nil")
	case len(p.Keys) == 0:
		return errors.New("jwe: Policy.Keys is empty, want the keys to decrypt with")
	case isNil(p.Signed):
		return errors.New("jwe: Policy.Signed is nil, want the policy for the signed token inside")
	case p.MaxSize < 0:
		return errors.New("jwe: Policy has a negative MaxSize")
	}
	return nil
}

func (p *Policy) maxSize() int {
	if p.MaxSize == 0 {
		return defaultMaxSize
	}
	return p.MaxSize
}

// checkTypes refuses what does not say that it is a nested token.
func (p *Policy) checkTypes(h Header) *jwt.VerifyError {
	want := p.Type
	if want == "" {
		want = claimsType
	}
	absent := p.Type == "" && h.Type == ""
	if !absent && !jose.SameMediaType(h.Type, want) {
		return malformed("typ", gotWant(h.Type, want))
	}
	if !jose.SameMediaType(h.ContentType, nestedType) {
		return malformed("cty", gotWant(h.ContentType, nestedType))
	}
	return nil
}

func gotWant(got, want string) string {
	if got == "" {
		return "got nothing, want " + strictjson.Quote(want)
	}
	return "got " + strictjson.Quote(got) + ", want " + strictjson.Quote(want)
}

// isSigned reports whether a token has the three parts of a signed one.
func isSigned(token string) bool {
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	return header != "" && payload != "" && signature != "" && !strings.Contains(signature, ".")
}

const wantSigned = "want three parts separated by two dots"

// A message is an encrypted token in its parts.
type message struct {
	Header
	header       []byte // as it was encoded: it is authenticated together with the content
	encryptedKey []byte
	sealed       []byte // initialization vector, ciphertext and tag in one piece
	ivSize       int
	tagSize      int
}

// parse takes a token apart, which says nothing yet about whether it is genuine.
func parse(token string, maxSize int) (*message, *jwt.VerifyError) {
	if len(token) > maxSize {
		return nil, malformed("", tooLarge(len(token), maxSize))
	}
	var parts [5]string
	if problem := split(&parts, token); problem != "" {
		return nil, malformed("", problem)
	}
	if len(parts[0]) > jose.MaxHeaderSize {
		return nil, malformed("", "header: "+tooLarge(len(parts[0]), jose.MaxHeaderSize))
	}
	data, err := jwt.DecodeBase64URL(parts[0])
	if err != nil {
		return nil, malformed("", "header: "+notBase64URL)
	}
	m := &message{header: []byte(parts[0])}
	var refusal *jwt.VerifyError
	if m.Header, refusal = decodeHeader(data); refusal != nil {
		return nil, refusal
	}
	return m, m.decode(parts[1], parts[2], parts[3], parts[4])
}

// split finds the five parts of a token.
func split(parts *[5]string, token string) (problem string) {
	rest, ok := token, true
	for i := range parts {
		if !ok {
			if i == 3 {
				return "three parts: a signed token, want an encrypted one of five"
			}
			return wantFiveParts
		}
		parts[i], rest, ok = strings.Cut(rest, ".")
	}
	if ok {
		return wantFiveParts
	}
	return ""
}

const wantFiveParts = "want five parts separated by four dots"

// decode sets what follows the header.
func (m *message) decode(encryptedKey, iv, ciphertext, tag string) *jwt.VerifyError {
	if size := len(encryptedKey) / 4 * 3; size > maxKeySize {
		return malformed("", "encrypted key: "+tooLarge(size, maxKeySize))
	}
	var err error
	if m.encryptedKey, err = jwt.DecodeBase64URL(encryptedKey); err != nil {
		return malformed("", "encrypted key: "+notBase64URL)
	}
	m.sealed = make([]byte, 0, (len(iv)+len(ciphertext)+len(tag))*3/4)
	for _, part := range [...]struct{ name, text string }{{"initialization vector", iv}, {"ciphertext", ciphertext}, {"tag", tag}} {
		decoded, err := jwt.DecodeBase64URL(part.text)
		if err != nil {
			return malformed("", part.name+": "+notBase64URL)
		}
		switch m.sealed = append(m.sealed, decoded...); part.name {
		case "initialization vector":
			m.ivSize = len(decoded)
		case "tag":
			m.tagSize = len(decoded)
		}
	}
	return nil
}

func tooLarge(size, limit int) string {
	return strconv.Itoa(size) + " bytes, want at most " + strconv.Itoa(limit)
}

// decrypt returns the plaintext by the first key that fits the header and
// decrypts the message.
func decrypt[K Decrypter](ctx context.Context, m *message, keys []K) ([]byte, error) {
	tried := 0
	var failure error
	for _, key := range keys {
		if !fits(key, m.Header) {
			continue
		}
		if tried++; tried > maxCandidates {
			break
		}
		plaintext, err := m.open(ctx, key)
		if err == nil {
			return plaintext, nil
		}
		switch {
		case errors.Is(err, ErrDecrypt):
		case failure == nil:
			failure = err
		default:
			failure = fmt.Errorf("%w; %w", failure, err)
		}
	}
	switch {
	case failure != nil:
		return nil, undecided(failure)
	case tried == 0:
		return nil, &jwt.VerifyError{Reason: jwt.ErrUnknownKey, Detail: describe(m.Header)}
	case tried > maxCandidates:
		return nil, &jwt.VerifyError{Reason: ErrDecrypt, Detail: "more keys fit the header than are tried, want a kid that tells them apart"}
	}
	return nil, &jwt.VerifyError{Reason: ErrDecrypt}
}

// undecided is the error of a key that could not do its work. Should it contain
// the refusal of another token, that is not one of this token.
func undecided(err error) error {
	var refusal *jwt.VerifyError
	if errors.As(err, &refusal) {
		return fmt.Errorf("jwe: decrypting the key: %v", err)
	}
	return fmt.Errorf("jwe: decrypting the key: %w", err)
}

// fits reports whether a token with header h may be tried with key.
func fits(key Decrypter, h Header) bool {
	if isNil(key) || key.Algorithm() != h.Algorithm || key.Encryption() != h.Encryption {
		return false
	}
	keyID := key.KeyID()
	return keyID == h.KeyID || keyID == "" || h.KeyID == ""
}

// open returns the plaintext, or ErrDecrypt. That the key could not be decrypted
// shows only together with the content, which is tried with a random one then, so
// that nobody can tell the two apart (RFC 7516 section 11.5).
func (m *message) open(ctx context.Context, key Decrypter) ([]byte, error) {
	f, err := contentOf(m.Encryption)
	if err != nil {
		return nil, err
	}
	if m.ivSize != f.ivSize || m.tagSize != f.tagSize {
		return nil, ErrDecrypt
	}
	content, genuine, err := m.content(ctx, key, f)
	if err != nil {
		return nil, err
	}
	plaintext, err := content.Open(nil, nil, m.sealed, m.header)
	if err != nil || !genuine {
		return nil, ErrDecrypt
	}
	return plaintext, nil
}

// content returns the cipher for the content of the message, and whether it is
// the one that the key says.
func (m *message) content(ctx context.Context, key Decrypter, f contentFacts) (content cipher.AEAD, genuine bool, err error) {
	if shared, ok := key.(*SharedKey); ok && shared.content != nil {
		return shared.content(), len(m.encryptedKey) == 0, nil
	}
	random := f.newKey()
	cek, err := key.DecryptKey(ctx, m.Header, m.encryptedKey)
	if err != nil && !errors.Is(err, ErrDecrypt) {
		return nil, false, err
	}
	genuine = err == nil && len(cek) == f.keySize
	if !genuine {
		cek = random
	}
	content, err = f.cipher(cek)
	return content, genuine, err
}
