package main

import (
	"bytes"
	"crypto/aes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"

	"github.com/seed-b1f8f58c/jwt/testkit"
)

// recipientFaults are mistakes in choosing the key to decrypt with.
var recipientFaults = []fault{
	"the use of a key is not looked at", "the operations of a key are not looked at", "the alg of a key is not looked at", "the key in the header decrypts", "keys in the header decrypt", "the name of a key is the key", "keys that verify decrypt, too", "without keys the secret is of zeros",
	"kid of an encrypted token is not looked at", "kid is compared in lower case", "kid is compared by prefix", "kid that is no text is passed over",
	"alg is not looked at", "an absent alg is that of the key", "alg is compared in lower case", "spaces around alg are cut off", "alg is compared by prefix", "alg is compared up to a zero byte", "alg may be in an array", "alg of an object inside counts", "a password is as good", "a key agreement is as good", "the alg none of an encrypted token is as good",
	"enc is not looked at", "any enc is allowed", "only the first enc is allowed", "an absent enc is the first that is allowed", "enc is compared in lower case", "spaces around enc are cut off", "enc may be in an array", "enc is compared by prefix",
}

// A secretKey is a shared key of a row.
type secretKey struct {
	Alg, Kid, Use, K string
	Ops              []string `json:"key_ops"`
}

func (k secretKey) bytes() []byte { return decode(k.K) }

// keys are those that may decrypt a token with the header.
func (d *plainDecrypter) keys(header map[string]any, alg string) (fit []secretKey) {
	texts := d.c.Decryption.Keys
	kid, hasKid := header["kid"].(string)
	brought := func(value any) {
		data, _ := json.Marshal(value)
		texts = append(texts[:len(texts):len(texts)], data)
	}
	switch d.fault {
	case "the key in the header decrypts":
		brought(header["jwk"])
	case "keys in the header decrypt":
		if list, _ := header["keys"].([]any); len(list) > 0 {
			brought(list[0])
		}
	case "the name of a key is the key":
		texts = append(texts[:len(texts):len(texts)], json.RawMessage(kid))
	case "keys that verify decrypt, too":
		texts = slices.Concat(texts, d.c.Keys)
	case "without keys the secret is of zeros":
		if len(texts) == 0 {
			brought(map[string]any{"alg": alg, "k": strings.Repeat("A", 43)})
		}
	}
	for _, text := range texts {
		var k secretKey
		if json.Unmarshal(text, &k) != nil {
			continue
		}
		if d.fault == "the alg of a key is not looked at" || d.fault == "keys that verify decrypt, too" && k.Alg == "HS256" {
			k.Alg = alg
		}
		named := !hasKid || k.Kid == "" || k.Kid == kid || d.fault == "kid of an encrypted token is not looked at" ||
			d.fault == "kid is compared in lower case" && strings.EqualFold(kid, k.Kid) || d.fault == "kid is compared by prefix" && strings.HasPrefix(kid, k.Kid)
		if header["kid"] != nil && !hasKid && d.fault != "kid that is no text is passed over" || !named {
			continue
		}
		if d.purposeFits(k) && d.algorithmFits(k.Alg, alg, header) {
			fit = append(fit, k)
		}
	}
	return fit
}

func (d *plainDecrypter) purposeFits(k secretKey) bool {
	operation := "unwrapKey"
	if k.Alg == "dir" {
		operation = "decrypt"
	}
	return (k.Use != "sig" || d.fault == "the use of a key is not looked at") && (len(k.Ops) == 0 || slices.Contains(k.Ops, operation) || d.fault == "the operations of a key are not looked at")
}

// algorithmFits reports whether the key is for the alg of the token.
func (d *plainDecrypter) algorithmFits(own, alg string, header map[string]any) bool {
	switch d.fault {
	case "alg is not looked at":
		return true
	case "an absent alg is that of the key":
		return header["alg"] == nil || alg == own
	case "alg is compared in lower case":
		return strings.EqualFold(alg, own)
	case "spaces around alg are cut off":
		return strings.TrimSpace(alg) == own
	case "alg is compared by prefix":
		return strings.HasPrefix(alg, own)
	case "alg is compared up to a zero byte":
		text, _, _ := strings.Cut(alg, "\x00")
		return text == own
	case "alg may be in an array":
		list, _ := header["alg"].([]any)
		return alg == own || slices.Contains(list, any(own))
	case "alg of an object inside counts":
		inner, _ := header["x"].(map[string]any)
		return alg == own || inner["alg"] == own
	case "a password is as good":
		return alg == own || alg == "PBES2-HS256+A128KW"
	case "a key agreement is as good":
		return alg == own || alg == "ECDH-ES"
	}
	return alg == own
}

// encryption is the enc of the token as a fault reads it.
func (d *plainDecrypter) encryption(header map[string]any) (enc string, ok bool) {
	enc, _ = header["enc"].(string)
	allowed := d.c.Decryption.Content
	same := func(one string) bool { return one == enc }
	switch d.fault {
	case "enc is not looked at":
		return allowed[0], true
	case "any enc is allowed":
		return enc, contentKeySizes[enc] != 0
	case "only the first enc is allowed":
		return enc, enc == allowed[0]
	case "an absent enc is the first that is allowed":
		if header["enc"] == nil {
			return allowed[0], true
		}
	case "enc is compared in lower case":
		same = func(one string) bool { return strings.EqualFold(one, enc) }
	case "spaces around enc are cut off":
		same = func(one string) bool { return one == strings.TrimSpace(enc) }
	case "enc is compared by prefix":
		same = func(one string) bool { return strings.HasPrefix(enc, one) }
	case "enc may be in an array":
		if list, _ := header["enc"].([]any); len(list) == 1 {
			enc, _ = list[0].(string)
		}
	}
	i := slices.IndexFunc(allowed, same)
	if i < 0 {
		return "", false
	}
	return allowed[i], true
}

// opens returns the content.
func (d *plainDecrypter) opens(header map[string]any, first string, parts [5][]byte) ([]byte, bool) {
	alg, _ := header["alg"].(string)
	if alg == "none" && d.fault == "the alg none of an encrypted token is as good" {
		return parts[3], true
	}
	enc, ok := d.encryption(header)
	if !ok {
		return nil, false
	}
	for _, k := range d.keys(header, alg) {
		cek, ok := d.contentKey(k, header, enc, parts[1])
		if !ok {
			continue
		}
		if content, ok := d.content(enc, cek, d.authenticated(header, first, parts[0]), parts); ok {
			return content, true
		}
	}
	return nil, false
}

// keyPartFaults are mistakes with the encrypted key.
var keyPartFaults = []fault{
	"an encrypted key of dir is passed over", "the size of a secret is not looked at", "a long secret is cut", "the size of the CEK is not looked at", "a long CEK is cut", "a short CEK is filled with zeros", "a short secret is filled with zeros", "the CEK is of zeros", "a wrapped key of no bytes is of zeros", "without an encrypted key the secret is the CEK", "a key that does not unwrap is of zeros", "an absent encrypted key is of zeros",
	"the initial value is not looked at", "only the first half of the initial value is looked at", "only the second half of the initial value is looked at", "keys may be wrapped with padding", "an encrypted key may be plain", "an encrypted key may be plain behind the initial value", "keys may be wrapped block by block", "keys may be wrapped twice",
	"the tag of a wrapped key is not looked at", "the tag of a wrapped key may be shorter", "the vector of a wrapped key may have any size",
}

// contentKey is the CEK of a token.
func (d *plainDecrypter) contentKey(k secretKey, header map[string]any, enc string, wrapped []byte) (cek []byte, ok bool) {
	secret, size := k.bytes(), contentKeySizes[enc]
	switch {
	case k.Alg == "dir" || d.fault == "without an encrypted key the secret is the CEK" && len(wrapped) == 0:
		cek, ok = secret, len(wrapped) == 0 || d.fault == "an encrypted key of dir is passed over"
		if d.fault == "a long secret is cut" && len(cek) > size {
			cek = cek[:size]
		}
	case len(secret) == 0 || len(secret) != map[string]int{"A128": 16, "A192": 24, "A256": 32}[k.Alg[:min(4, len(k.Alg))]] && d.fault != "the size of a secret is not looked at":
		return nil, false
	case strings.HasSuffix(k.Alg, "GCMKW"):
		cek, ok = d.unwrapGCM(secret, header, wrapped)
	case header["alg"] == "PBES2-HS256+A128KW" && header["p2c"] == json.Number("1000") && d.fault == "a password is as good":
		secret, _ = pbkdf2.Key(sha256.New, string(secret), append([]byte("PBES2-HS256+A128KW\x00"), make([]byte, 8)...), 1000, 16)
		cek, ok = d.unwrap(secret, wrapped, size)
	default:
		cek, ok = d.unwrap(secret, wrapped, size)
	}
	switch {
	case d.fault == "a long CEK is cut" && len(cek) > size:
		cek = cek[:size]
	case d.fault == "a short CEK is filled with zeros" && k.Alg != "dir" && len(cek) < size, d.fault == "a short secret is filled with zeros" && k.Alg == "dir" && len(cek) < size:
		cek = append(slices.Clone(cek), make([]byte, size-len(cek))...)
	case d.fault == "the CEK is of zeros":
		cek = make([]byte, size)
	}
	return cek, ok && (len(cek) == size || d.fault == "the size of the CEK is not looked at")
}

// unwrap is RFC 3394 section 2.2.2 with a fault.
func (d *plainDecrypter) unwrap(secret, wrapped []byte, size int) (cek []byte, ok bool) {
	initial := bytes.Repeat([]byte{0xa6}, 8)
	switch d.fault {
	case "an encrypted key may be plain":
		if len(wrapped) == size {
			return wrapped, true
		}
	case "an encrypted key may be plain behind the initial value":
		if cek, ok := bytes.CutPrefix(wrapped, initial); ok {
			return cek, true
		}
	case "keys may be wrapped block by block":
		if len(wrapped) == size {
			block, _ := aes.NewCipher(secret)
			cek = slices.Clone(wrapped)
			for at := 0; at < len(cek); at += aes.BlockSize {
				block.Decrypt(cek[at:], cek[at:])
			}
			return cek, true
		}
	case "an absent encrypted key is of zeros", "a wrapped key of no bytes is of zeros":
		if len(wrapped) == 0 && d.fault == "an absent encrypted key is of zeros" || bytes.Equal(wrapped, initial) && d.fault == "a wrapped key of no bytes is of zeros" {
			return make([]byte, size), true
		}
	}
	if len(wrapped)%8 != 0 || len(wrapped) < 24 {
		return nil, false
	}
	got, cek := unwrapped(secret, wrapped)
	switch d.fault {
	case "the initial value is not looked at":
		return cek, true
	case "only the first half of the initial value is looked at":
		return cek, bytes.HasPrefix(got, initial[:4])
	case "only the second half of the initial value is looked at":
		return cek, bytes.HasSuffix(got, initial[:4])
	case "keys may be wrapped with padding":
		if bytes.HasPrefix(got, []byte{0xa6, 0x59, 0x59, 0xa6}) {
			return cek, true
		}
	case "a key that does not unwrap is of zeros":
		if !bytes.Equal(got, initial) {
			return make([]byte, size), true
		}
	case "keys may be wrapped twice":
		if len(cek) > size && bytes.Equal(got, initial) {
			got, cek = unwrapped(secret, cek)
		}
	}
	return cek, bytes.Equal(got, initial)
}

// unwrapped returns the initial value and the key.
func unwrapped(secret, wrapped []byte) (initial, key []byte) {
	block, _ := aes.NewCipher(secret)
	wrapped = slices.Clone(wrapped)
	units := uint64(len(wrapped)/8 - 1)
	for t := 6 * units; t > 0; t-- {
		at := 8 + 8*((t-1)%units)
		both := slices.Concat(wrapped[:8], wrapped[at:at+8])
		binary.BigEndian.PutUint64(both, binary.BigEndian.Uint64(both)^t)
		block.Decrypt(both, both)
		copy(wrapped, both[:8])
		copy(wrapped[at:], both[8:])
	}
	return wrapped[:8], wrapped[8:]
}

// unwrapGCM is RFC 7518 section 4.7 with a fault.
func (d *plainDecrypter) unwrapGCM(secret []byte, header map[string]any, wrapped []byte) ([]byte, bool) {
	iv, hasVector := header["iv"].(string)
	tag, hasTag := header["tag"].(string)
	if !hasVector || !hasTag {
		return nil, false
	}
	outer := &plainDecrypter{map[fault]fault{"the tag of a wrapped key is not looked at": "the tag is not looked at", "the tag of a wrapped key may be shorter": "a tag may be shorter", "the vector of a wrapped key may have any size": "a vector may have any size"}[d.fault], testkit.Case{}}
	return outer.openGCM(secret, decode(iv), nil, wrapped, decode(tag))
}
