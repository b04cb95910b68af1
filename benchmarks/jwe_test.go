package main

import (
	"bytes"
	"testing"
)

func BenchmarkEncrypt(b *testing.B) { eachEncryption(b, benchEncrypt) }
func BenchmarkDecrypt(b *testing.B) { eachEncryption(b, benchDecrypt) }

func eachEncryption(b *testing.B, bench func(*testing.B, encryption)) {
	for _, kind := range encryptions {
		b.Run("alg="+kind.alg+"/enc="+kind.enc, func(b *testing.B) { bench(b, kind) })
	}
}

func benchEncrypt(b *testing.B, kind encryption) {
	for _, lib := range libraries {
		if lib.encrypt == nil {
			continue
		}
		b.Run("lib="+lib.name, func(b *testing.B) {
			s := lib.encrypt(kind, payload(claimsOf(typed)))
			s.checkEncrypted(b, kind, payload(claimsOf(typed)))
			timed(b, s.run)
		})
	}
}

func benchDecrypt(b *testing.B, kind encryption) {
	for _, lib := range libraries {
		if lib.decrypt == nil {
			continue
		}
		b.Run("lib="+lib.name, func(b *testing.B) {
			d := lib.decrypt(kind, encrypted(b, kind, payload(claimsOf(typed))))
			d.check(b, payload(claimsOf(typed)))
			timed(b, d.run)
		})
	}
}

func TestEveryLibraryDecryptsWhatTheOthersEncrypt(t *testing.T) {
	plaintext := payload(claimsOf(typed))
	for _, kind := range encryptions {
		for _, sender := range libraries {
			if sender.encrypt == nil {
				continue
			}
			token, err := sender.encrypt(kind, plaintext).token()
			if err != nil {
				t.Fatal(sender.name, kind, err)
			}
			for _, lib := range libraries {
				if lib.decrypt != nil {
					t.Run(kind.alg+" "+kind.enc+" "+sender.name+" to "+lib.name, func(t *testing.T) {
						lib.decrypt(kind, token).check(t, plaintext)
					})
				}
			}
		}
	}
}

// A decryption is one token about to be decrypted.
type decryption struct {
	run       func() error
	plaintext func() ([]byte, error)
}

func decrypting(decrypt func() ([]byte, error)) decryption {
	return decryption{
		run:       func() error { _, err := decrypt(); return err },
		plaintext: decrypt,
	}
}

func (d decryption) check(tb testing.TB, want []byte) {
	tb.Helper()
	got, err := d.plaintext()
	if err != nil {
		tb.Fatal("a good token is refused:", err)
	}
	if !bytes.Equal(got, want) {
		tb.Fatalf("got  %s\nwant %s", got, want)
	}
}

// checkEncrypted lets another library decrypt the token.
func (s signing) checkEncrypted(tb testing.TB, kind encryption, want []byte) {
	tb.Helper()
	token, err := s.token()
	if err != nil {
		tb.Fatal(err)
	}
	goJOSE.decrypt(kind, token).check(tb, want)
}

// encrypted is the token that all decrypt.
func encrypted(tb testing.TB, kind encryption, plaintext []byte) string {
	token, err := goJOSE.encrypt(kind, plaintext).token()
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

// key returns the recipient's key: a secret, or an RSA or ECDH key.
func (e encryption) key() any {
	switch {
	case e.alg == "dir" && e.enc == "A256CBC-HS512":
		return append(secret("MAC"), secret("CBC")...)
	case e.alg == "dir", e.alg == "A256KW":
		return secret(e.alg)
	case e.alg == "RSA-OAEP-256":
		return rsaKey()
	default:
		return curveKey(e.alg)
	}
}
