// Package jwe encrypts and decrypts JSON Web Tokens (RFC 7516, compact form), for
// claims that must stay secret in transit.
//
// Encryption does not prove who made a token: anybody can encrypt to a public key.
// Therefore the usual encrypted token is a nested one, signed and then encrypted
// (RFC 7519 section 2). [SignAndEncrypt] makes one:
//
//	recipient, err := jwe.NewEncrypter(jwe.ECDHES, jwe.A256GCM, publicKey, "b-2026")
//	token, err := jwe.SignAndEncrypt(ctx, signer, recipient, claims)
//
// A [Policy] verifies it: it decrypts the token with one of its keys and passes the
// signed token inside to a [jwt.Policy], whose *[jwt.Token] it returns. A Policy can
// be used wherever a jwt.Policy can.
//
//	key, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A256GCM, privateKey, "b-2026")
//	policy := &jwe.Policy{
//		Keys:   []jwe.Decrypter{key},
//		Signed: &jwt.Policy{Keys: jwt.Keys{sender}, Issuer: "https://a.example", Audience: []string{"https://b.example"}},
//	}
//	verified, err := policy.Verify(ctx, token)
//
// Set the audience in the signed claims: a recipient can encrypt the signed token
// again, to somebody else.
//
// Two parties with a [SharedKey] can omit the signature, see [EncryptUnsigned] and
// [UnsignedPolicy]. To accept content from anybody, see [InsecureDecryptUnsigned].
//
// # Keys
//
// A key serves one alg and one enc, fixed when it is made. A token that names
// others is not tried with it. If nothing else is required, use [ECDHES] on X25519
// or P-256 with [A256GCM], and [A256KW] between two parties that share a secret.
//
// Private keys in an HSM or KMS plug in as a [crypto.Decrypter] or an
// [ecdh.KeyExchanger], other algorithms as an [Encrypter] and a [Decrypter]. Keys of
// package jwk, which reads key files, keep their alg, key ID, use and key_ops with
// [EncrypterFrom], [DecrypterFrom] and [SharedKeyFrom].
//
// # What is not supported
//
//   - RSA1_5: its padding reveals plaintexts to whoever can tell two kinds of failure
//     apart (RFC 8725 section 3.2).
//   - PBES2: passwords can be guessed, and the token says how much work the recipient
//     does before it can refuse the token.
//   - zip: the size of compressed content reveals something about it (RFC 8725 section
//     3.6), and a small token can decompress to a very large one.
//   - 192-bit keys and AES-GCM key wrapping: they add nothing to the others.
//   - The JSON serialization, with several recipients and unprotected headers: a JSON
//     Web Token has the compact form (RFC 7519 section 1).
//
// # Limits
//
// A token has at most 64 KiB ([Policy].MaxSize), its header at most 16 KiB and 64
// members, its encrypted key at most 4 KiB. At most 8 keys are tried.
// Initialization vectors, content encryption keys and ephemeral keys are random and
// new for each token; [NewSharedKey] says how many tokens a key serves. The length of
// a token reveals the length of its content.
//
// # Errors
//
// A refusal is a *[jwt.VerifyError]. Its reason is [ErrDecrypt] for everything that
// goes wrong in decryption. Any other error means that it could not be decided.
// Everything in this package is safe for concurrent use once it is set up.
package jwe

import (
	"context"
	"errors"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// SignAndEncrypt returns a nested token: the claims signed by signer, as by
// [jwt.Sign], and encrypted by key. A [Policy] verifies it.
//
// The context is passed to the keys, which may be remote.
func SignAndEncrypt(ctx context.Context, signer jwt.Signer, key Encrypter, claims any) (string, error) {
	signed, err := jwt.Sign(ctx, signer, claims)
	if err != nil {
		return "", err
	}
	return Encrypt(ctx, key, signed)
}

// Encrypt returns a nested token: a signed token, encrypted by key. Use it with
// [jwt.SignHeader] for signed tokens with another header. It is an error if signed
// does not have the three parts of a signed token; the signature is not verified.
func Encrypt(ctx context.Context, key Encrypter, signed string) (string, error) {
	if !isSigned(signed) {
		return "", errors.New("jwe: got no signed token to encrypt, " + wantSigned)
	}
	return encrypt(ctx, key, &Header{ContentType: nestedType}, []byte(signed))
}

// InsecureEncryptUnsigned returns the plaintext encrypted by key, with the type,
// content type and party information of h. The token does NOT prove who made it:
// with a public key, anybody can. The algorithm and the key ID are the key's: leave
// these fields of h empty, or set the same values.
func InsecureEncryptUnsigned(ctx context.Context, key Encrypter, h Header, plaintext []byte) (string, error) {
	if h.EphemeralKey != nil {
		return "", errors.New("jwe: header: got an ephemeral key, want none: the key makes one for each token")
	}
	return encrypt(ctx, key, &h, plaintext)
}

// InsecureDecryptUnsigned returns the header and the plaintext of a token of at
// most 64 KiB. They do NOT prove who made the token: unless key is a [SharedKey],
// anybody can. The plaintext is not checked; if the content type is "JWT", it is a
// signed token.
func InsecureDecryptUnsigned(ctx context.Context, key Decrypter, token string) (Header, []byte, error) {
	if inspect.IsNil(key) || key.Algorithm() == "" {
		return Header{}, nil, errors.New("jwe: no key to decrypt with")
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	var h Header
	if refusal := b.read(token, jose.DefaultMaxSize, &h); refusal != nil {
		return Header{}, nil, refusal
	}
	if err := decrypt(ctx, b, &h, []Decrypter{key}); err != nil {
		return Header{}, nil, err
	}
	return h, append([]byte{}, b.plaintext...), nil
}

const (
	nestedType = "JWT" // cty of a nested token (RFC 7519 section 5.2)
	claimsType = "JWT" // typ of a token that has claims
)
