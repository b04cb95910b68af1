package jwk

import (
	"slices"

	"github.com/seed-b1f8f58c/jwt"
)

// The values of use that this package knows (RFC 7517 section 4.2).
const (
	useSignature  = "sig"
	useEncryption = "enc"
)

// Permits reports whether the key's use and key_ops permit an operation of RFC
// 7517 section 4.3: sign, verify, encrypt, decrypt, wrapKey, unwrapKey,
// deriveKey or deriveBits. A key with neither member permits them all.
func (k *Key) Permits(operation string) bool {
	if k.missing() != nil || k.use != "" && k.use != useOf(operation) {
		return false
	}
	return k.operations == nil || slices.Contains(k.operations, operation)
}

// useOf returns the use that an operation belongs to, and "" for an unknown one.
func useOf(operation string) string {
	switch operation {
	case "sign", "verify":
		return useSignature
	case "encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits":
		return useEncryption
	}
	return ""
}

// useFor returns the use that an algorithm belongs to.
func useFor(alg jwt.Algorithm) string {
	if _, ok := encryption[alg]; ok {
		return useEncryption
	}
	return useSignature
}
