// Package jwe encrypts and decrypts JSON Web Tokens (RFC 7516, compact form), for
// claims that must stay secret on their way.
//
// Encryption does not say who made a token: anybody can encrypt to a public key.
// So the road here is the nested token, signed and then encrypted (RFC 7519
// section 2). [SignAndEncrypt] makes one:
//
//	recipient, err := jwe.NewEncrypter(jwe.ECDHES, jwe.A256GCM, publicKey, "b-2026")
//	token, err := jwe.SignAndEncrypt(ctx, signer, recipient, claims)
//
// A [Policy] opens it: it decrypts with one of its keys, and leaves the signed
// token to a [jwt.Policy], whose *[jwt.Token] it returns. It can stand wherever a
// jwt.Policy can.
//
//	key, err := jwe.NewDecrypter(jwe.ECDHES, jwe.A256GCM, privateKey, "b-2026")
//	policy := &jwe.Policy{
//		Keys:   []jwe.Decrypter{key},
//		Signed: &jwt.Policy{Keys: jwt.Keys{sender}, Issuer: "https://a.example", Audience: []string{"https://b.example"}},
//	}
//	verified, err := policy.Verify(ctx, token)
//
// Let the signed claims name their audience: a recipient can encrypt what it was
// sent once more, to somebody else.
//
// Claims without a signature are for two parties with a [SharedKey], see
// [EncryptUnsigned] and [UnsignedPolicy]; and for those who take them from
// anybody, see [InsecureDecryptUnsigned].
//
// # Keys
//
// A key serves one alg and one enc, fixed when it is made; a token that names
// others is not tried with it. Private keys in an HSM or KMS plug in as a
// [crypto.Decrypter] or an [ecdh.KeyExchanger], and other algorithms behind
// [Encrypter] and [Decrypter]. Keys in files come from package jwk.
//
// Where nothing else is asked for: [ECDHES] on X25519 or P-256 with [A256GCM], and
// [A256KW] between two parties that share a secret.
//
// Left out on purpose: RSA1_5, for its padding gives plaintexts away to whoever
// can tell two failures apart (RFC 8725 section 3.2 says so too); PBES2, for a
// password is guessed, and the token says how much work to do before it is
// refused; zip, for the size of what was compressed leaks it (RFC 8725 section
// 3.6), and little can unpack to much; the 192-bit sizes and AES-GCM key wrapping,
// for they add nothing to the others; and the JSON serialization, whose several
// recipients and unprotected headers no JSON Web Token has (RFC 7519 section 1).
//
// # Limits
//
// A token has at most 64 KiB ([Policy].MaxSize), its header at most 16 KiB, its
// encrypted key 4 KiB; at most 8 keys are tried. Initialization vectors, content
// encryption keys and ephemeral keys are random and made anew for each token; see
// [NewSharedKey] for how many tokens a key serves. How long a token is shows
// through, about to the byte.
//
// A refusal is a *[jwt.VerifyError], with the reason [ErrDecrypt] for whatever
// goes wrong in decryption; any other error means that it could not be decided.
// Everything here is safe for concurrent use once it is set up.
package jwe

import (
	"context"
	"errors"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/inspect"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// SignAndEncrypt returns a nested token: the claims signed by signer, as by
// [jwt.Sign], and encrypted by key. A [Policy] opens it.
//
// The context is handed to the keys, which may be remote.
func SignAndEncrypt(ctx context.Context, signer jwt.Signer, key Encrypter, claims any) (string, error) {
	signed, err := jwt.Sign(ctx, signer, claims)
	if err != nil {
		return "", err
	}
	return Encrypt(ctx, key, signed)
}

// Encrypt returns a nested token: one that is signed already, encrypted by key.
// Use it with [jwt.SignHeader] for tokens with a type of their own.
func Encrypt(ctx context.Context, key Encrypter, signed string) (string, error) {
	if !isSigned(signed) {
		return "", errors.New("jwe: got no signed token to encrypt, " + wantSigned)
	}
	return encrypt(ctx, key, Header{ContentType: nestedType}, []byte(signed))
}

// InsecureEncryptUnsigned returns the plaintext encrypted by key, with the type,
// content type and party information of h. It does NOT prove who made it: with a
// public key that is anybody. The algorithm and the key ID are the key's: these
// fields of h are left empty, or have the same values.
func InsecureEncryptUnsigned(ctx context.Context, key Encrypter, h Header, plaintext []byte) (string, error) {
	if h.EphemeralKey != nil {
		return "", errors.New("jwe: header: got an ephemeral key, want none: the key makes one for each token")
	}
	return encrypt(ctx, key, h, plaintext)
}

// InsecureDecryptUnsigned returns the header and the plaintext of a token of at
// most 64 KiB. It does NOT say who made it: if key is not a [SharedKey], anybody
// may have. Nor does it look at the plaintext, which is a signed token if the
// content type says so.
func InsecureDecryptUnsigned(ctx context.Context, key Decrypter, token string) (Header, []byte, error) {
	if inspect.IsNil(key) || key.Algorithm() == "" {
		return Header{}, nil, errors.New("jwe: no key to decrypt with")
	}
	b := buffers.Get().(*buffer)
	defer b.free()
	h, refusal := b.read(token, jose.DefaultMaxSize)
	if refusal != nil {
		return Header{}, nil, refusal
	}
	if err := decrypt(ctx, b, h, []Decrypter{key}); err != nil {
		return Header{}, nil, err
	}
	return h, append([]byte{}, b.plaintext...), nil
}

const (
	nestedType = "JWT" // cty of a nested token (RFC 7519 section 5.2)
	claimsType = "JWT" // typ of a token that has claims
)
