package jwk

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/armour"
)

// withoutArmour reads a key file that is no PEM file.
func withoutArmour(data []byte, text string) (parsedKey, error) {
	if k, err := parseDER(data); !errors.Is(err, errNotDER) {
		return k, err
	}
	text = armour.Trim(text)
	if err := otherKind(text); err != nil {
		return parsedKey{}, err
	}
	decoded, ok := armour.Decode(text)
	switch {
	case !ok:
	case len(decoded) > 0 && decoded[0] == 0x30:
		return parseDER(decoded)
	case len(decoded) == 32 || len(decoded) == 64:
		return parsedKey{}, fmt.Errorf("no PEM block found: it is base64 of %d bytes, maybe a key without its kind; New takes an ed25519.PublicKey, or an ed25519.PrivateKey of NewKeyFromSeed", len(decoded))
	}
	return parsedKey{}, errors.New("no PEM block found, nor DER or base64 of it; Parse reads a JWK")
}

const javaStore = "it is a Java key store; convert it: keytool -importkeystore -srckeystore store.jks -destkeystore store.p12 -deststoretype PKCS12, " +
	"then openssl pkcs12 -in store.p12 -nodes -nocerts -out key.pem"

// otherKind names a file that is plainly of another kind, with what helps.
func otherKind(text string) error {
	for _, kind := range [...]struct{ prefix, is string }{
		{"", "the file is empty"},
		{"{", "it is JSON; Parse reads a JWK, ParseSet a JWK Set"},
		{"ssh-", "it is an OpenSSH public key, which the package jwk/openssh reads"},
		{"ecdsa-sha2-", "it is an OpenSSH public key, which the package jwk/openssh reads"},
		{"sk-", "it is an OpenSSH public key of security hardware, which is not supported"},
		{"---- BEGIN SSH2", "it is an SSH2 public key; convert it: ssh-keygen -i -f key.pub, and the package jwk/openssh reads it"},
		{"PuTTY-User-Key-File-", "it is a PuTTY key; convert it: puttygen key.ppk -O private-openssh -o key, and the package jwk/openssh reads it"},
		{"\xFE\xED\xFE\xED", javaStore},
		{"\xCE\xCE\xCE\xCE", javaStore},
		{"0\x80", "it is BER, maybe of PKCS #12 or PKCS #7; convert it: openssl pkcs12 -in file.p12 -nodes -nocerts -out key.pem"},
		{"eyJ", "it is a token, or JSON in base64"},
		{"<RSAKeyValue", "it is an RSAKeyValue in XML, as .NET writes it; there, ExportPkcs8PrivateKeyPem and ExportSubjectPublicKeyInfoPem write PEM files"},
		{"<", "it is HTML or XML"},
		{"/", "it is the name of a file, want what is in it"},
		{"./", "it is the name of a file, want what is in it"},
		{"file:", "it is the name of a file, want what is in it"},
	} {
		if kind.prefix == "" && text == "" || kind.prefix != "" && strings.HasPrefix(text, kind.prefix) {
			return errors.New("no PEM block found: " + kind.is)
		}
	}
	return nil
}
