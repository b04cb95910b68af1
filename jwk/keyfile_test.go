package jwk_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
	"github.com/seed-b1f8f58c/jwt/jwk"
)

// privatePEM returns the private key of a kind as a PEM file.
func privatePEM(t testing.TB, kind string) string {
	t.Helper()
	data, err := newKey(t, kind, "", "").MarshalPrivatePEM()
	require.NoError(t, err)
	return string(data)
}

// publicPEM returns the public key of a kind as a PEM file.
func publicPEM(t testing.TB, kind string) string {
	t.Helper()
	data, err := newKey(t, kind, "", "").MarshalPublicPEM()
	require.NoError(t, err)
	return string(data)
}

// lines returns text with something else in the place of line breaks.
func lines(text, between string) string { return strings.ReplaceAll(text, "\n", between) }

func utf16Text(text string, big bool) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		if big {
			b = append(b, byte(unit>>8), byte(unit))
		} else {
			b = append(b, byte(unit), byte(unit>>8))
		}
	}
	return string(b)
}

func TestKeyFilesAreReadAsPeopleHaveThem(t *testing.T) {
	body := func(text string) string { // without armour and line breaks
		block, _ := pem.Decode([]byte(text))
		return base64.StdEncoding.EncodeToString(block.Bytes)
	}
	for name, change := range map[string]func(string) string{
		"as it is":                        func(s string) string { return s },
		"line breaks of two characters":   func(s string) string { return lines(s, `\n`) },
		"line breaks of three characters": func(s string) string { return lines(s, `\\n`) },
		"CRLF of four characters":         func(s string) string { return lines(s, `\r\n`) },
		"in double quotes":                func(s string) string { return `"` + lines(s, `\n`) + `"` },
		"in single quotes":                func(s string) string { return `'` + s + `'` },
		"a line of an environment file":   func(s string) string { return `KEY="` + lines(s, `\n`) + `"` },
		"a member of a JSON object":       func(s string) string { return `{"private_key":"` + lines(s, `\n`) + `","id":1}` },
		"a byte order mark":               func(s string) string { return "\ufeff" + s },
		"UTF-16, little endian":           func(s string) string { return utf16Text(s, false) },
		"UTF-16, big endian":              func(s string) string { return utf16Text(s, true) },
		"CRLF":                            func(s string) string { return lines(s, "\r\n") },
		"CR alone":                        func(s string) string { return lines(s, "\r") },
		"empty lines between":             func(s string) string { return lines(s, "\n\n") },
		"indented":                        func(s string) string { return "  " + lines(s, "\n    ") },
		"indented with tabs":              func(s string) string { return "\t" + lines(s, "\n\t") },
		"spaces at the ends of lines":     func(s string) string { return lines(s, "  \n") },
		"on one line":                     func(s string) string { return lines(s, " ") },
		"on one line without spaces":      func(s string) string { return lines(s, "") },
		"lines that go on":                func(s string) string { return lines(s, "\\\n") },
		"no padding":                      func(s string) string { return strings.ReplaceAll(s, "=", "") },
		"the other alphabet": func(s string) string {
			if strings.Contains(s, "+++++") {
				return s // a boundary of five dashes would come of it
			}
			return strings.NewReplacer("+", "-", "/", "_").Replace(s)
		},
		"a header before it":          func(s string) string { return "Bag Attributes\n    friendlyName: key\n" + s },
		"a header in it":              func(s string) string { return strings.Replace(s, "KEY-----\n", "KEY-----\nComment: mine\n\n", 1) },
		"DER":                         func(s string) string { block, _ := pem.Decode([]byte(s)); return string(block.Bytes) },
		"no armour":                   func(s string) string { return body(s) },
		"no armour, with line breaks": func(s string) string { return body(s)[:40] + "\r\n" + body(s)[40:] + "\n" },
		"no armour, in quotes":        func(s string) string { return `"` + body(s) + `"` },
		"no armour, base64url":        func(s string) string { return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(body(s)) },
		"base64 of the file":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64 of the file, with line breaks": func(s string) string {
			b := base64.StdEncoding.EncodeToString([]byte(s))
			return b[:76] + "\n" + b[76:] + "\n"
		},
		"in a Kubernetes secret": func(s string) string {
			return "data:\n  tls.key: " + base64.StdEncoding.EncodeToString([]byte(s)) + "\nkind: Secret\n"
		},
		"base64 in an environment file": func(s string) string {
			return "KEY='" + base64.StdEncoding.EncodeToString([]byte(s)) + "'\nOTHER=1\n"
		},
		"escaped as in a URL":        func(s string) string { return url.PathEscape(s) },
		"escaped as in a form":       func(s string) string { return url.QueryEscape(s) },
		"spaces of a web page":       func(s string) string { return lines(s, "\n\u00a0\u200b") },
		"text constants":             func(s string) string { return `"` + lines(strings.TrimSpace(s), `\n" +`+"\n  \"") + `";` },
		"other text constants":       func(s string) string { return `'` + lines(strings.TrimSpace(s), `\n'+`+"\n  '") + `',` },
		"text constants in C":        func(s string) string { return `"` + lines(strings.TrimSpace(s), `\n"`+"\n  \"") + `"` },
		"base64 of the escaped file": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(lines(s, `\n`))) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{"RSA", "P-256", "Ed25519"} {
				k, err := jwk.ParsePEM([]byte(change(privatePEM(t, kind))))
				require.NoError(t, err, kind)
				assert.Equal(t, newKey(t, kind, "", "").CryptoKey(), k.CryptoKey())
				k, err = jwk.ParsePEM([]byte(change(publicPEM(t, kind))))
				require.NoError(t, err, kind)
				assert.Equal(t, newKey(t, kind, "", "").Public().CryptoKey(), k.CryptoKey())
			}
		})
	}
}

func TestKeyFilesAreReadByTheirContent(t *testing.T) {
	rsaKey, ecKey := material()["RSA"].(*rsa.PrivateKey), material()["P-256"].(*ecdsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	require.NoError(t, err)
	der := func(text string) []byte { block, _ := pem.Decode([]byte(text)); return block.Bytes }
	for _, row := range []struct {
		name  string
		label string
		der   []byte
		want  string
	}{
		{"PKCS #8", "RSA PRIVATE KEY", der(privatePEM(t, "RSA")), "RSA private key"},
		{"PKCS #8", "EC PRIVATE KEY", der(privatePEM(t, "P-256")), "P-256 private key"},
		{"PKCS #8 of another kind", "RSA PRIVATE KEY", der(privatePEM(t, "Ed25519")), "Ed25519 private key"},
		{"PKCS #1", "PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), "RSA private key"},
		{"SEC 1", "PRIVATE KEY", sec1, "P-256 private key"},
		{"SEC 1", "ECDSA PRIVATE KEY", sec1, "P-256 private key"},
		{"SubjectPublicKeyInfo", "RSA PUBLIC KEY", der(publicPEM(t, "RSA")), "RSA public key"},
		{"SubjectPublicKeyInfo", "EC PUBLIC KEY", der(publicPEM(t, "P-256")), "P-256 public key"},
		{"SubjectPublicKeyInfo", "CERTIFICATE", der(publicPEM(t, "P-256")), "P-256 public key"},
		{"PKCS #1", "PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey), "RSA public key"},
		{"a certificate", "PUBLIC KEY", der(certificatePEM(t, "RSA")), "RSA public key"},
		{"a certificate", "X509 CERTIFICATE", der(certificatePEM(t, "P-256")), "P-256 public key"},
	} {
		t.Run(row.name+" as "+row.label, func(t *testing.T) {
			k, err := jwk.ParsePEM([]byte(block(row.label, row.der)))
			require.NoError(t, err)
			assert.Contains(t, k.String(), row.want)
			again, err := jwk.ParsePEM(row.der)
			require.NoError(t, err, "as DER")
			assert.Equal(t, k.CryptoKey(), again.CryptoKey())
		})
	}
}

func TestPublicKeysAreReadInTheirRareForms(t *testing.T) {
	nullParameters := derOf(publicPEM(t, "RSA"))
	require.Equal(t, []byte{5, 0}, nullParameters[17:19])
	without := append([]byte{0x30, 0x82, 1, 0x20, 0x30, 11}, append(append([]byte{}, nullParameters[6:17]...), nullParameters[19:]...)...)
	k, err := jwk.ParsePEM([]byte(block("PUBLIC KEY", without)))
	require.NoError(t, err, "RSA without NULL")
	assert.Equal(t, newKey(t, "RSA", "", "").Thumbprint(), k.Thumbprint())

	for _, kind := range []string{"P-256", "P-384", "P-521"} {
		public := newKey(t, kind, "", "").Public().CryptoKey().(*ecdsa.PublicKey)
		point, err := public.Bytes()
		require.NoError(t, err)
		size := len(point) / 2
		compressed := append([]byte{2 + point[2*size]&1}, point[1:1+size]...)
		oid, err := asn1.Marshal(map[string]asn1.ObjectIdentifier{"P-256": {1, 2, 840, 10045, 3, 1, 7}, "P-384": {1, 3, 132, 0, 34}, "P-521": {1, 3, 132, 0, 35}}[kind])
		require.NoError(t, err)
		spki := func(point []byte) string {
			der, err := asn1.Marshal(struct {
				Algorithm pkix.AlgorithmIdentifier
				Point     asn1.BitString
			}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, Parameters: asn1.RawValue{FullBytes: oid}}, asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
			require.NoError(t, err)
			return block("PUBLIC KEY", der)
		}
		k, err := jwk.ParsePEM([]byte(spki(compressed)))
		require.NoError(t, err, "a compressed point")
		assert.Equal(t, newKey(t, kind, "", "").Thumbprint(), k.Thumbprint())
		compressed[0] ^= 1
		k, err = jwk.ParsePEM([]byte(spki(compressed)))
		require.NoError(t, err, "its twin")
		assert.NotEqual(t, newKey(t, kind, "", "").Thumbprint(), k.Thumbprint())
		for name, point := range map[string][]byte{
			"too short": compressed[:size], "too long": append(compressed[:1+size:1+size], 0), "the sign alone": {2}, "nothing": {}, "infinity": {0},
			"not on the curve": append([]byte{2}, bytes.Repeat([]byte{0xFF}, size)...),
		} {
			_, err = jwk.ParsePEM([]byte(spki(point)))
			assert.ErrorContains(t, err, "not a key of a kind that is supported", name)
		}
	}
}

func TestFilesOfOtherKindsAreNamed(t *testing.T) {
	key := privatePEM(t, "P-256")
	der, _ := pem.Decode([]byte(key))
	openSSH := block("OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00"))
	for _, row := range []struct{ name, data, want string }{
		{"nothing", "", "the file is empty"},
		{"space", " \n\t", "the file is empty"},
		{"quotes alone", `""`, "the file is empty"},
		{"a JWK", string(changed(t, "P-256", nil)), "it is JSON; Parse reads a JWK, ParseSet a JWK Set"},
		{"an OpenSSH public key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfrFOMH me@example.com\n", "an OpenSSH public key, which the package jwk/openssh reads"},
		{"another", "ecdsa-sha2-nistp256 AAAA", "an OpenSSH public key, which the package jwk/openssh reads"},
		{"one in hardware", "sk-ssh-ed25519@openssh.com AAAA", "security hardware"},
		{"an OpenSSH private key", openSSH, "is read by the package jwk/openssh"},
		{"one with another label", block("PRIVATE KEY", []byte("openssh-key-v1\x00")), "is read by the package jwk/openssh"},
		{"RFC 4716", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n", "ssh-keygen -i -f key.pub"},
		{"PuTTY", "PuTTY-User-Key-File-3: ssh-rsa\n", "puttygen key.ppk -O private-openssh -o key"},
		{"OpenPGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdG\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n", "a key of OpenPGP, which is not supported"},
		{"a Java key store", "\xFE\xED\xFE\xED\x00\x00\x00\x02", "keytool -importkeystore"},
		{"an older one", "\xCE\xCE\xCE\xCE\x00\x00\x00\x02", "keytool -importkeystore"},
		{"BER", "0\x80\x02\x01\x03", "openssl pkcs12 -in file.p12"},
		{"a token", "eyJhbGciOiJIUzI1NiJ9.e30.", "it is a token"},
		{"a page", "<!DOCTYPE html>", "it is HTML or XML"},
		{"a key of .NET", "<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>", "ExportPkcs8PrivateKeyPem"},
		{"32 bytes in base64", base64.StdEncoding.EncodeToString(make([]byte, 32)), "it is base64 of 32 bytes"},
		{"64 bytes in base64", base64.StdEncoding.EncodeToString(make([]byte, 64)), "it is base64 of 64 bytes"},
		{"33 bytes in base64", base64.StdEncoding.EncodeToString(make([]byte, 33)), "no PEM block found, nor DER"},
		{"two files in base64", base64.StdEncoding.EncodeToString([]byte(key)) + "\n.\n" + base64.StdEncoding.EncodeToString([]byte(key)), "no PEM block found"},
		{"a URL that is malformed", "-----BEGIN%20PUBLIC%2", "no PEM block found"},
		{"a form that is malformed", "-----BEGIN+PUBLIC%2", "no PEM block found"},
		{"a path", "/etc/keys/private.pem", "the name of a file, want what is in it"},
		{"another path", "./private.pem", "the name of a file, want what is in it"},
		{"a URL of a file", "file:///etc/keys/private.pem", "the name of a file, want what is in it"},
		{"base64 of DER and another character", base64.StdEncoding.EncodeToString(derOf(key)) + "*", "no PEM block found, nor DER or base64 of it"},
		{"text", "hello", "no PEM block found, nor DER or base64 of it"},
		{"base64 of something else", base64.StdEncoding.EncodeToString([]byte("hello, world")), "no PEM block found, nor DER or base64 of it"},
		{"base64 of base64 of the file", base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(key)))), "no PEM block found"},
		{"DER that goes on", string(der.Bytes) + "\x00", "data after the key"},
		{"DER that is cut", string(der.Bytes[:len(der.Bytes)-1]), "no PEM block found, nor DER"},
		{"no end", key[:len(key)-8], "a PEM block is malformed"},
		{"another end", strings.Replace(key, "END PRIVATE", "END PUBLIC", 1), "a PEM block is malformed"},
		{"a letter of no base64", strings.Replace(key, "KEY-----\nM", "KEY-----\nM?", 1), "a PEM block is malformed"},
		{"no dashes behind the label", strings.Replace(key, "PRIVATE KEY-----", "PRIVATE KEY", 1), "a PEM block is malformed"},
		{"a beginning in the block", strings.Replace(key, "KEY-----\n", "KEY-----\n-----BEGIN PRIVATE KEY-----\n", 1), "a PEM block is malformed"},
		{"a map of certificates", string(marshal(t, map[string]string{"a": certificatePEM(t, "RSA"), "b": certificatePEM(t, "P-256")})), "got 2 PEM blocks"},
		{"a map of certificates, named", string(marshal(t, map[string]string{"a": certificatePEM(t, "RSA"), "b": certificatePEM(t, "P-256")})), "; ParseCertificates reads a map of key IDs to certificates"},
		{"DSA", block("DSA PRIVATE KEY", []byte{0x30, 18, 2, 1, 0, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1}), "a DSA key, which is not supported"},
		{"SEC 1 without a curve", block("EC PRIVATE KEY", []byte{0x30, 6, 2, 1, 1, 4, 1, 1}), "an EC key without the name of its curve"},
		{"a public EC key without a curve", block("PUBLIC KEY", []byte{0x30, 14, 0x30, 9, 6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 3, 1, 0}), "an EC key without the name of its curve"},
		{"an encrypted key in DER", string([]byte{0x30, 10, 0x30, 5, 6, 3, 0x2A, 3, 4, 4, 1, 0}), "the key is encrypted; decrypt it first"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, err := jwk.ParsePEM([]byte(row.data))
			assert.Nil(t, k)
			require.ErrorContains(t, err, row.want)
			assert.True(t, strings.HasPrefix(err.Error(), "jwk: PEM: "), err)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestKeyStoresOfJavaAreNamedAndConverted(t *testing.T) {
	keytool := program.Find(t, "keytool")
	dir := t.TempDir()
	run := func(args string) {
		command := exec.Command(keytool, strings.Fields(args)...)
		command.Dir = dir
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
	run("-genkeypair -keyalg EC -groupname secp256r1 -dname CN=example -alias a -storetype JKS -storepass secret -keypass secret -keystore store.jks")
	_, err := readPEM(t, dir, "store.jks")
	require.ErrorContains(t, err, "keytool -importkeystore -srckeystore store.jks -destkeystore store.p12 -deststoretype PKCS12")
	run("-importkeystore -srckeystore store.jks -destkeystore store.p12 -deststoretype PKCS12 -srcstorepass secret -deststorepass secret")
	_, err = readPEM(t, dir, "store.p12")
	require.ErrorContains(t, err, "PKCS #12")
	openssl(t, dir, strings.Fields("pkcs12 -in store.p12 -nodes -nocerts -passin pass:secret -out key.pem")...)
	_, err = readPEM(t, dir, "key.pem")
	assert.NoError(t, err)
}

func TestParseNamesWhatIsNoJWK(t *testing.T) {
	key := privatePEM(t, "P-256")
	for _, row := range []struct{ name, data, want string }{
		{"a PEM file", key, "it is a PEM file, which ParsePEM reads"},
		{"a PEM file behind text", "Bag Attributes\n" + key, "it is a PEM file, which ParsePEM reads"},
		{"a PEM file in JSON", string(marshal(t, map[string]string{"private_key": key, "type": "service_account"})), "a PEM key is in private_key, which ParsePEM reads"},
		{"an array", `[{"kty":"EC"}]`, "it is an array"},
		{"a token", "eyJhbGciOiJIUzI1NiJ9.e30.", "it is a token or a base64 text"},
		{"a page", "<html>", "it is HTML or XML"},
		{"JSON in quotes", `"{\"kty\":\"EC\"}"`, "it is JSON in quotes or escaped"},
		{"JSON in other quotes", `'{"kty":"EC"}'`, "it is JSON in quotes or escaped"},
		{"escaped JSON", `{\"kty\":\"EC\"}`, "it is JSON in quotes or escaped"},
		{"a byte order mark", "\ufeff" + string(changed(t, "P-256", nil)), "there is a byte order mark before it"},
		{"an OpenSSH key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfrFOMH me", "it is an SSH key, which the package jwk/openssh reads"},
		{"DER", string(derOf(key)), "it is a DER key or certificate, which ParsePEM reads"},
		{"base64 of DER", base64.StdEncoding.EncodeToString(derOf(key)), "it is a key or certificate in base64, which ParsePEM reads"},
	} {
		_, err := jwk.Parse([]byte(row.data))
		assert.ErrorContains(t, err, row.want, row.name)
	}
	_, err := jwk.Parse([]byte(`{"kty":"EC",}`))
	assert.ErrorContains(t, err, "not a JWK: ")
	assert.NotContains(t, err.Error(), "; it is", "it is a JWK but for its JSON")
}

func TestKeysOfALargeFileAreRefusedBeforeTheyAreRead(t *testing.T) {
	key := privatePEM(t, "P-256")
	k, err := jwk.ParsePEM([]byte(key + strings.Repeat(" ", 64<<10-len(key))))
	require.NoError(t, err)
	assert.NotNil(t, k)
	_, err = jwk.ParsePEM([]byte(key + strings.Repeat(" ", 64<<10+1-len(key))))
	assert.ErrorContains(t, err, "want at most 65536")
}

// Who has a certificate issued may choose texts in it, and so may not choose the key
// that its file is read as.
func TestTextInACertificateIsNotTheKeyOfItsFile(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, padding := range []string{"", "x", "xx"} {
		for name, text := range map[string]string{
			"PEM":                  publicPEM(t, "Ed25519"),
			"base64 of PEM":        base64.StdEncoding.EncodeToString([]byte(publicPEM(t, "Ed25519"))),
			"PEM, escaped for URL": strings.ReplaceAll(publicPEM(t, "Ed25519"), "BEGIN ", "BEGIN%20"),
		} {
			template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"api.example"}, ExtraExtensions: []pkix.Extension{
				{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: []byte(padding + text)}}}
			der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
			require.NoError(t, err)
			for form, file := range map[string][]byte{
				"DER":    der,
				"base64": []byte(base64.StdEncoding.EncodeToString(der)),
				"lines":  []byte(lines(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), "\r\n")),
			} {
				read, err := jwk.ParsePEM(file)
				if assert.NoError(t, err, "%s in %s", name, form) {
					assert.Equal(t, key.Public(), read.CryptoKey(), "%s in %s", name, form)
				}
			}
			_, err = jwk.ParsePEM(append(der, '\n'))
			assert.ErrorContains(t, err, "data after the key", name)
		}
	}
}

func TestASingleByteIsNoKey(t *testing.T) {
	t.Parallel()
	_, err := jwk.ParsePEM([]byte("MA=="))
	assert.EqualError(t, err, "jwk: PEM: not a key: not DER")
}
