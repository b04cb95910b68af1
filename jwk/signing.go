package jwk

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jose"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// encryption has the algorithms for encrypted tokens that a key may name (RFC
// 7518 sections 4 and 5): the kty they take, and for a secret its size in bytes,
// 0 for any. Such a key is carried for others and verifies nothing.
var encryption = map[jwt.Algorithm][]struct {
	kty, crv string
	size     int
}{
	"RSA-OAEP":       {{"RSA", "", 0}},
	"RSA-OAEP-256":   {{"RSA", "", 0}},
	"RSA-OAEP-384":   {{"RSA", "", 0}},
	"RSA-OAEP-512":   {{"RSA", "", 0}},
	"ECDH-ES":        {{"EC", "", 0}, {"OKP", "X25519", 0}},
	"ECDH-ES+A128KW": {{"EC", "", 0}, {"OKP", "X25519", 0}},
	"ECDH-ES+A192KW": {{"EC", "", 0}, {"OKP", "X25519", 0}},
	"ECDH-ES+A256KW": {{"EC", "", 0}, {"OKP", "X25519", 0}},
	"A128KW":         {{"oct", "", 16}},
	"A192KW":         {{"oct", "", 24}},
	"A256KW":         {{"oct", "", 32}},
	"A128GCMKW":      {{"oct", "", 16}},
	"A192GCMKW":      {{"oct", "", 24}},
	"A256GCMKW":      {{"oct", "", 32}},
	"dir":            {{"oct", "", 0}},
	"A128GCM":        {{"oct", "", 16}},
	"A192GCM":        {{"oct", "", 24}},
	"A256GCM":        {{"oct", "", 32}},
	"A128CBC-HS256":  {{"oct", "", 32}},
	"A192CBC-HS384":  {{"oct", "", 48}},
	"A256CBC-HS512":  {{"oct", "", 64}},
}

// serves reports why alg is not one for this key.
func (k *Key) serves(alg jwt.Algorithm) error {
	if k.pss && !isPSS(alg) {
		return errPSSOnly
	}
	takes, ok := encryption[alg]
	if !ok {
		if signatures[alg] == k.kind() && k.public != nil {
			return nil // the key itself has been checked
		}
		_, err := k.verifier(alg)
		return err
	}
	for _, t := range takes {
		if t.kty != k.kty || t.crv != "" && t.crv != k.crv {
			continue
		}
		if secret, ok := k.identity().([]byte); ok && t.size != 0 && len(secret) != t.size {
			return fmt.Errorf("%s wants a secret of %d bytes, got %d", alg, t.size, len(secret))
		}
		return nil
	}
	return fmt.Errorf("%s takes no %s key", alg, k.kind())
}

var errPSSOnly = errors.New("an RSASSA-PSS key serves PS256, PS384 and PS512 only")

// isPSS reports whether alg is one of RSASSA-PSS.
func isPSS(alg jwt.Algorithm) bool { return alg == jwt.PS256 || alg == jwt.PS384 || alg == jwt.PS512 }

// kind names what the key is.
func (k *Key) kind() string {
	if k.crv != "" {
		return k.crv
	}
	return k.kty
}

// Signer returns the signer for the key's algorithm, or if it names none, for
// that of the package comment. It is an error if the key has no private part, or
// its use or key_ops do not permit to sign.
func (k *Key) Signer() (jwt.Signer, error) { return k.SignerFor(k.usual()) }

// SignerFor is [Key.Signer] for a key that names no algorithm. If it names one,
// alg must be the same.
func (k *Key) SignerFor(alg jwt.Algorithm) (jwt.Signer, error) {
	if err := k.ready("sign", alg); err != nil {
		return nil, err
	}
	if k.private == nil {
		return nil, errors.New("jwk: got a public key, want a private one to sign")
	}
	switch key := k.private().(type) {
	case []byte:
		s, err := jwt.NewHMAC(alg, key, k.keyID)
		if err != nil {
			return nil, fmt.Errorf("jwk: %w", unprefixed(err))
		}
		return s, nil
	case crypto.Signer:
		s, err := jwt.NewSigner(alg, key, k.keyID)
		if err != nil {
			return nil, fmt.Errorf("jwk: %w", unprefixed(err))
		}
		return s, nil
	}
	return nil, fmt.Errorf("jwk: a key of %s does not sign", k.kind())
}

// Verifier returns the verifier for the key's algorithm, or if it names none,
// for that of the package comment; an Ed25519 key without alg gives the one for
// EdDSA. It is an error if the use or key_ops do not permit to verify. A private
// key verifies as its public key does.
func (k *Key) Verifier() (jwt.Verifier, error) { return k.VerifierFor(k.usual()) }

// VerifierFor is [Key.Verifier] for a key that names no algorithm. If it names
// one, alg must be the same.
func (k *Key) VerifierFor(alg jwt.Algorithm) (jwt.Verifier, error) {
	if public := k.Public(); public != nil {
		k = public
	}
	if err := k.ready("verify", alg); err != nil {
		return nil, err
	}
	v, err := k.verifier(alg)
	if err != nil {
		return nil, fmt.Errorf("jwk: %w", err)
	}
	return v, nil
}

// ready reports why the key does not do the operation with alg.
func (k *Key) ready(operation string, alg jwt.Algorithm) error {
	if err := k.missing(); err != nil {
		return err
	}
	if !k.Permits(operation) {
		return fmt.Errorf("jwk: use or key_ops do not permit to %s", operation)
	}
	if k.algorithm != "" && k.algorithm != alg {
		return fmt.Errorf("jwk: the key is for %s, not for %s", k.algorithm, strictjson.Quote(string(alg)))
	}
	if k.pss && !isPSS(alg) {
		return fmt.Errorf("jwk: %w", errPSSOnly)
	}
	if _, ok := encryption[alg]; ok {
		return fmt.Errorf("jwk: %s is for encryption, want a signature algorithm", alg)
	}
	if alg == "" {
		return fmt.Errorf("jwk: a key of %s without alg has no usual algorithm, want one named with SignerFor or VerifierFor", k.kind())
	}
	return nil
}

// verifier returns the verifier for alg, whatever the key is for.
func (k *Key) verifier(alg jwt.Algorithm) (jwt.Verifier, error) {
	var v jwt.Verifier
	var err error
	if k.public == nil {
		v, err = jwt.NewHMAC(alg, k.private().([]byte), k.keyID)
	} else {
		v, err = jwt.NewVerifier(alg, standard(k.public), k.keyID)
	}
	if err != nil {
		return nil, unprefixed(err)
	}
	if public := k.Public(); public != nil {
		k = public
	}
	return &keyVerifier{v, k}, nil
}

// A keyVerifier is a verifier of package jwt that knows its Key.
type keyVerifier struct {
	jwt.Verifier
	key *Key
}

// Issuer returns the issuer that the key names, maybe with a name in braces in place
// of a part, for [jwt.IssuedKey]; "" if it names none. A member issuer that is no
// string is returned as it is, which is no issuer of any token.
func (v *keyVerifier) Issuer() string {
	member := v.key.Member("issuer")
	value, _ := strictjson.ReadValue(member, 0)
	if issuer, ok := value.Text(""); ok {
		return issuer
	}
	return string(member)
}

// Unwrap returns the verifier of package jwt.
func (v *keyVerifier) Unwrap(jose.Module) jwt.Verifier { return v.Verifier }

// KeyOf returns the Key of a verifier that a [Set] or [Key.Verifier] returned, and
// nil for any other. It gives access to the members of the key that verified a token:
//
//	key := jwk.KeyOf(token.Verifier())
//	issuer := key.Member("issuer")
func KeyOf(v jwt.Verifier) *Key {
	if v, ok := v.(*keyVerifier); ok && v != nil {
		return v.key
	}
	return nil
}

// same reports whether the other key is the same, whatever it is for.
func (k *Key) same(other *Key) bool {
	if k.public == nil && other.public == nil {
		return hmac.Equal(k.private().([]byte), other.private().([]byte))
	}
	if a, ok := k.public.(*rsa.PublicKey); ok { // as Equal does, which makes copies of both numbers
		b, ok := other.public.(*rsa.PublicKey)
		return ok && a.E == b.E && a.N.Cmp(b.N) == 0
	}
	return samePublic(k.public, other.public)
}

// takesRSA reports whether alg is one for RSA keys.
func takesRSA(alg jwt.Algorithm) bool { return signatures[alg] == "RSA" }

// signatures has the algorithms of package jwt, and the kind of key that each
// takes.
var signatures = map[jwt.Algorithm]string{
	jwt.HS256: "oct", jwt.HS384: "oct", jwt.HS512: "oct",
	jwt.RS256: "RSA", jwt.RS384: "RSA", jwt.RS512: "RSA",
	jwt.PS256: "RSA", jwt.PS384: "RSA", jwt.PS512: "RSA",
	jwt.ES256: "P-256", jwt.ES384: "P-384", jwt.ES512: "P-521",
	jwt.EdDSA: "Ed25519", jwt.Ed25519: "Ed25519",
	jwt.MLDSA44: "ML-DSA-44", jwt.MLDSA65: "ML-DSA-65", jwt.MLDSA87: "ML-DSA-87",
}

// usual returns the key's algorithm, or the one to use if it names none.
func (k *Key) usual() jwt.Algorithm {
	if algs := k.algorithms(jwt.RS256); len(algs) > 0 {
		return algs[0]
	}
	return ""
}

// algorithms returns what the key serves: the algorithm it names, or those of
// its kind, with rsa for an RSA key.
func (k *Key) algorithms(rsa jwt.Algorithm) []jwt.Algorithm {
	switch {
	case k.missing() != nil:
		return nil
	case k.algorithm != "":
		return []jwt.Algorithm{k.algorithm}
	case k.pss && !isPSS(rsa):
		return []jwt.Algorithm{jwt.PS256}
	case k.kty == "RSA":
		return []jwt.Algorithm{rsa}
	case k.crv == "Ed25519":
		return []jwt.Algorithm{jwt.EdDSA, jwt.Ed25519}
	case k.crv == "P-256":
		return []jwt.Algorithm{jwt.ES256}
	case k.crv == "P-384":
		return []jwt.Algorithm{jwt.ES384}
	case k.crv == "P-521":
		return []jwt.Algorithm{jwt.ES512}
	}
	return nil
}
