// Package jwk reads, writes, generates and rotates keys: JSON Web Keys and sets of
// them (RFC 7517, RFC 7518 section 6, RFC 8037, RFC 9964), PEM and other key files, and, with
// the package openssh below it, OpenSSH files. It reads and writes bytes and does no
// I/O.
//
// A [Key] is checked when it is made and does not change afterwards. It gives a
// [jwt.Signer] or a [jwt.Verifier] for its one algorithm:
//
//	key, err := jwk.Generate(jwt.ES256)  // or Parse, ParsePEM, New
//	signer, err := key.Signer()
//	token, err := jwt.Sign(ctx, signer, claims)
//
// A [Set] is the [jwt.KeySet] of many keys. Publish it with json.Marshal, which
// writes public keys only, and verify with it on the other side:
//
//	set, err := jwk.ParseSet(data)
//	policy := &jwt.Policy{Keys: set, Issuer: "https://login.example", Audience: []string{"https://api.example"}}
//
// A [KeyRing] is for key rotation: it has the key that signs now and the keys to
// publish now.
//
//	ring := &jwk.KeyRing{Algorithm: jwt.ES256, RotateEvery: 30 * 24 * time.Hour}
//	template := &jwt.Template{KeyFunc: ring.Signer, Issuer: "https://login.example", Lifetime: 10 * time.Minute}
//
// # Keys without alg
//
// A key that names no algorithm (RFC 7517 section 4.4) serves the one of its
// curve if it is an EC key, EdDSA and Ed25519 if it is an Ed25519 key, PS256 if it
// is a key file's RSASSA-PSS key, and RS256 if it is another RSA key: that is what
// the identity providers use that publish RSA keys without alg. [Key.SignerFor],
// [Key.VerifierFor] and [Set.WithRSA] choose another, and [Key.With] names one. A
// secret without alg has no default. An AKP key must name its algorithm.
//
// # Private parts
//
// json.Marshal, %v, %+v and log/slog show nothing of a Key, Set or KeyRing but what
// is public. Private parts and secrets leave by [Key.MarshalPrivateJSON],
// [Key.MarshalPrivatePEM], [Key.CryptoKey], [KeyRing.MarshalPrivateJSON] and
// [KeyRing.Store] only.
//
// # What is refused
//
// Coordinates are a point on their curve; RSA keys have 2048 to 8192 bits, an odd
// exponent from 3 to 2^31-1 and two primes; secrets have 128 bits or more; a
// private part belongs to its public part. The first certificate of x5c must be for
// the key; no certificate, x5t or x5u is ever trusted, used or followed.
//
// JSON is read strictly: unique names, valid UTF-8, nothing after it. So are the
// members of keys of your own, by [Parse] and [ParsePrivateSet]: base64url without
// padding, coordinates of the full width of their curve, and integers of RSA keys
// without leading zero octets (RFC 7518 section 2), but for one before a set top
// bit, the sign octet that section 6.3.1.1 warns of, which is dropped. [ParseSet]
// reads keys that others publish, and passes over what decides nothing.
//
// Members that are not known are left out when the key is written again;
// [Key.Member] reads them.
package jwk

import (
	"crypto"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// A Key is one private, public or symmetric key with what is known of its use.
// It comes from [Parse], [ParsePEM], [New], [Generate] or a [Set], does not
// change, and may be used concurrently. The zero value and nil are no key: their
// methods return zero values, nil or an error.
type Key struct {
	kty, crv string // crv is "" for RSA and oct, and the alg of an AKP key
	attributes
	public  crypto.PublicKey // nil for a symmetric key
	private func() any       // the private key or secret, where no formatting finds it; nil for a public key
}

var errNotText = errors.New("jwk: key ID: not valid UTF-8")

// New returns the Key for a key of the standard library: *[rsa.PrivateKey],
// *[ecdsa.PrivateKey], [ed25519.PrivateKey], *[ecdh.PrivateKey], with Go 1.27 or later
// *mldsa.PrivateKey, the public counterpart of one of them, or a secret of at least 16
// random bytes as []byte.
// It is copied. A key in an HSM or KMS goes to [jwt.NewSigner] instead.
//
// The alg is one of the constants of package jwt or an algorithm of RFC 7518
// section 4 or 5 for encryption, and says the use as well; "" leaves both open, but
// for an ML-DSA key, which serves the algorithm of its parameter set.
// The key ID may be "". A common one is the thumbprint, which [Key.With] adds:
//
//	key, err = key.With(jwt.RS256, key.Thumbprint())
func New(alg jwt.Algorithm, key any, keyID string) (*Key, error) {
	if !utf8.ValidString(keyID) {
		return nil, errNotText
	}
	copied, err := own(key)
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	use := ""
	if alg != "" {
		use = useFor(alg)
	}
	k, err := newKey(copied, attributes{algorithm: alg, use: use, keyID: keyID})
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return k, nil
}

// newKey returns the Key for what own or a decoder returned.
func newKey(key any, a attributes) (*Key, error) {
	k := &Key{attributes: a, public: publicPart(key)}
	if !isPublic(key) {
		k.private = func() any { return key }
	}
	k.kty, k.crv = kindOf(k.identity())
	if k.kty == "AKP" && k.algorithm == "" { // which serves one, and must name it (RFC 9964 section 3)
		k.algorithm = jwt.Algorithm(k.crv)
	}
	if err := k.check(); err != nil {
		return nil, err
	}
	return k, nil
}

// identity is what the thumbprint is made of: the public key or the secret.
func (k *Key) identity() any {
	if k.public != nil {
		return k.public
	}
	return k.private()
}

// check reports attributes that do not fit the key or each other.
func (k *Key) check() error {
	for _, op := range k.operations {
		if use := useOf(op); use != "" && (k.use == useSignature || k.use == useEncryption) && use != k.use {
			return fmt.Errorf("key_ops: %s does not go with use %q (RFC 7517 section 4.3)", strictjson.Quote(op), k.use)
		}
	}
	if k.algorithm != "" {
		if err := k.serves(k.algorithm); err != nil {
			return fmt.Errorf("alg: %w", err)
		}
	}
	return nil
}

// missing reports a Key that is nil or zero.
func (k *Key) missing() error {
	if k == nil || k.kty == "" {
		return errors.New("jwk: the key is nil or zero, want one from Parse, ParsePEM, New or Generate")
	}
	return nil
}

// KeyID returns the kid, and "" if there is none.
func (k *Key) KeyID() string {
	if k == nil {
		return ""
	}
	return k.keyID
}

// Algorithm returns the alg, and "" if the key names none. It may be one for
// encryption.
func (k *Key) Algorithm() jwt.Algorithm {
	if k == nil {
		return ""
	}
	return k.algorithm
}

// Use returns the use: "sig", "enc", another text, or "" if it is left open.
func (k *Key) Use() string {
	if k == nil {
		return ""
	}
	return k.use
}

// Public returns the public part of the key, with key_ops for the other side:
// verify in the place of sign, and so on. A public key returns itself; a
// symmetric key, which has no public part, returns nil.
func (k *Key) Public() *Key {
	if k.missing() != nil || k.public == nil {
		return nil
	}
	if k.private == nil {
		return k
	}
	public := *k
	public.private, public.members = nil, nil
	if k.operations != nil {
		counterpart := map[string]string{"sign": "verify", "decrypt": "encrypt", "unwrapKey": "wrapKey"}
		others := make([]string, len(k.operations))
		for i, op := range k.operations {
			if others[i] = op; counterpart[op] != "" {
				others[i] = counterpart[op]
			}
		}
		public.operations, _ = distinct(others)
	}
	return &public
}

// CryptoKey returns the key as one of the standard library, private if the key
// is: *[rsa.PrivateKey], *[ecdsa.PrivateKey], [ed25519.PrivateKey], for X25519
// *[ecdh.PrivateKey], *mldsa.PrivateKey, one of their public counterparts, or a secret as []byte.
// Each call makes a copy. It is nil for the zero Key.
func (k *Key) CryptoKey() any {
	if k.missing() != nil {
		return nil
	}
	key := k.public
	if k.private != nil {
		key = k.private()
	}
	copied, err := own(key)
	if err != nil {
		return nil // not reached: the key has been through own or a decoder
	}
	return standard(copied)
}

// String describes the key on one line without its private part; of a symmetric
// key it does not tell the thumbprint either.
func (k *Key) String() string {
	if k.missing() != nil {
		return "no key"
	}
	s := k.description()
	for _, a := range [...]struct{ name, value string }{{"alg", string(k.algorithm)}, {"use", k.use}, {"kid", k.keyID}} {
		if a.value != "" {
			s += ", " + a.name + " " + strictjson.Quote(a.value)
		}
	}
	if k.public != nil {
		s += ", thumbprint " + k.Thumbprint()
	}
	return s
}

// description names the kind of the key.
func (k *Key) description() string {
	switch {
	case k.public == nil:
		return "symmetric key"
	case k.private == nil:
		return k.kind() + " public key"
	default:
		return k.kind() + " private key"
	}
}
