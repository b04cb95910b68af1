package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	mathrand "math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// files returns keys of every kind in the DER structures that they come in.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	add := func(name string, der []byte, err error) {
		require.NoError(t, err, name)
		files[name] = der
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	var xKey *ecdh.PrivateKey
	fips140.WithoutEnforcement(func() { xKey, err = ecdh.X25519().GenerateKey(rand.Reader) })
	require.NoError(t, err)
	for name, key := range map[string]interface{ Public() crypto.PublicKey }{"RSA": rsaKey, "EC": ecKey, "Ed25519": edKey, "X25519": xKey} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		add(name+" PKCS #8", der, err)
		der, err = x509.MarshalPKIXPublicKey(key.Public())
		add(name+" public", der, err)
	}
	files["RSA PKCS #1"] = x509.MarshalPKCS1PrivateKey(rsaKey)
	files["RSA PKCS #1 public"] = x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)
	der, err := x509.MarshalECPrivateKey(ecKey)
	add("EC SEC 1", der, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err = x509.CreateCertificate(rand.Reader, template, template, edKey.Public(), edKey)
	add("certificate", der, err)
	der, err = asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}}, make([]byte, 48)})
	add("encrypted PKCS #8", der, err)
	return files
}

// utf16Of is text as PowerShell writes it.
func utf16Of(text string) string {
	encoded := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = binary.LittleEndian.AppendUint16(encoded, unit)
	}
	return string(encoded)
}

func TestKeysAndCertificatesAreNoSecrets(t *testing.T) {
	for name, der := range files(t) {
		assert.Equal(t, "a DER key or certificate", Kind(der), name)
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(der)
			assert.Equal(t, "a key or certificate in base64", Kind([]byte(text)), name)
			lines := "\n\t " + text[:20] + "\r\n" + text[20:40] + " \t" + text[40:] + "\n"
			assert.Equal(t, "a key or certificate in base64", Kind([]byte(lines)), name)
		}
		block := string(pem.EncodeToMemory(&pem.Block{Type: "KEY", Bytes: der}))
		for _, file := range []string{
			block, "\ufeff" + block, " \r\n" + block, `"` + strings.ReplaceAll(block, "\n", `\n`) + `"`, "Bag Attributes\n" + block, "x=1;" + block,
			url.PathEscape(block), url.QueryEscape(block), base64.StdEncoding.EncodeToString([]byte(block)), utf16Of(block),
		} {
			assert.Equal(t, "a PEM file", Kind([]byte(file)), name)
		}
		assert.Empty(t, Kind(der[:len(der)-1]), "%s cut", name)
		assert.Empty(t, Kind(append([]byte{0}, der...)), "%s behind a byte", name)
		assert.Empty(t, Kind(append(bytes.Clone(der), 0)), "%s before a byte", name)
	}
	assert.Equal(t, "a PEM file", Kind([]byte("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n")))
}

func TestSSHKeysAreNoSecrets(t *testing.T) {
	edPublic, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for _, key := range []any{edPublic, &ecKey.PublicKey} {
		public, err := ssh.NewPublicKey(key)
		require.NoError(t, err)
		line := string(ssh.MarshalAuthorizedKey(public))
		for _, file := range []string{line, "  " + line, "host.example " + line, `command="ls -l" ` + line, strings.Replace(line, " ", "  ", 1), strings.TrimSpace(line) + " alice@example"} {
			assert.Equal(t, "an SSH key", Kind([]byte(file)), file)
		}
	}
	for _, file := range []string{
		"ssh-rsa AAAAB3NzaC1yc2E", "sk-ssh-ed25519@openssh.com AAAAGnNr", "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNr", "PuTTY-User-Key-File-3: ssh-rsa\n",
		`command="ssh-" ssh-rsa AAAAB3NzaC1yc2E`, "ssh-ssh-x ssh-rsa AAAAB3NzaC1yc2E", "ssh-" + strings.Repeat("x", 59) + " AAAA",
	} {
		assert.Equal(t, "an SSH key", Kind([]byte(file)), file)
	}
	for _, other := range []string{"ssh-rsa", "ssh-rsa ", "ssh-rsa BBBB", "my-ssh-rsa AAAA", "AAAAB3NzaC1yc2E ssh-rsa", "PuTTY-User", "xssh-rsa AAAA", "ssh-ssh-" + strings.Repeat("x", 59) + " AAAA", "ecdsa-sha2 AAAA", "ssh-ssh-rsa", "ssh-rsa ~AAAA", "ssh-" + strings.Repeat("x", 60) + " AAAA"} {
		assert.Empty(t, Kind([]byte(other)), other)
	}
}

func TestJSONWebKeysAreNoSecrets(t *testing.T) {
	for _, file := range []string{
		`{"kty":"oct","k":"AA"}`, "\n { \"kid\" : \"1\", \"kty\" : \"RSA\" }\n", `{"keys":[]}`, "\ufeff" + `{"kty":"oct"}`, `'{"kty":"EC"}'`, `{"x":"kty","kty":"oct"}`, `{"use":"keys","keys" :[]}`,
		`[{"kty":"oct"}]`, `{"a":{"b":[{"kty":"RSA"}]}}`, `key: {"kty":"RSA"}`, `{"kty":"RSA"} // of today`, `"{\"kty\":\"RSA\"}"`, `{\"keys\":[]}`,
	} {
		assert.Equal(t, "a JSON Web Key", Kind([]byte(file)), file)
		encoded := base64.StdEncoding.EncodeToString([]byte(file))
		assert.Equal(t, "a key or certificate in base64", Kind([]byte(encoded)), file)
	}
	for _, other := range []string{`{}`, `{"secret":"kty"}`, `{"x":"kty", "y":"keys"}`, `"kty":`, `"kty"`, `"kty":"oct","x":{}`, `{"k\ty":1}`, `{"kty"~:"oct"}`} {
		assert.Empty(t, Kind([]byte(other)), other)
	}
}

// ASN.1 that is no key, down to the last element that tells.
func TestOtherBytesMayBeSecrets(t *testing.T) {
	sequence := func(elements ...string) []byte {
		body := strings.Join(elements, "")
		return append([]byte{0x30, byte(len(body))}, body...)
	}
	const integer, octets, bits, oid, null = "\x02\x01\x05", "\x04\x02ab", "\x03\x02\x00a", "\x06\x01\x2a", "\x05\x00"
	algorithm := string(sequence(oid, null))
	for _, row := range []struct {
		body []byte
		key  bool
	}{
		{sequence(integer, integer), true},
		{sequence(integer, algorithm, octets), true},
		{sequence(integer, octets, "\xa0\x00"), true},
		{sequence(algorithm, bits), true},
		{sequence(algorithm, octets), true},
		{sequence(string(sequence(integer)), algorithm, bits), true},
		{sequence(algorithm, algorithm, bits), true},

		{sequence(), false},
		{sequence(integer), false},
		{sequence(null), false},
		{sequence(integer, null), false},
		{sequence(integer, integer, null), false},
		{sequence(integer, algorithm), false},
		{sequence(integer, algorithm, bits), false},
		{sequence(integer, string(sequence(null)), octets), false},
		{sequence(integer, octets), false},
		{sequence(integer, octets, bits), false},
		{sequence(algorithm), false},
		{sequence(algorithm, null), false},
		{sequence(algorithm, bits, null), false},
		{sequence(algorithm, octets, null), false},
		{sequence(algorithm, "\x04\x7f"), false},
		{sequence(algorithm, algorithm), false},
		{sequence(algorithm, algorithm, octets), false},
		{sequence(algorithm, algorithm, bits, null), false},
		{sequence(string(sequence(null)), bits), false},
		{sequence(string(sequence(integer)), string(sequence(null)), bits), false},
		{append([]byte{0x31}, sequence(algorithm, bits)[1:]...), false},
		{sequence("\x02\x7f"), false},
		{[]byte("a secret of 32 bytes that has no form"), false},
		{[]byte("Mixed letters and the like, which begin with an M"), false},
		{nil, false},
		{make([]byte, 64), false},
	} {
		assert.Equal(t, row.key, Kind(row.body) != "", "%x", row.body)
	}
	whole := base64.StdEncoding.EncodeToString(sequence(integer, "\x02\x02\x05\x05"))
	assert.NotEmpty(t, Kind([]byte(whole)))
	assert.Empty(t, Kind([]byte(whole+"!")), "a letter of no base64")
	random := mathrand.NewChaCha8([32]byte{1})
	for range 20000 {
		secret := make([]byte, 32)
		random.Read(secret)
		secret[0] = 0x30
		require.Empty(t, Kind(secret), "%x", secret)
	}
}

// Twice the bytes are about twice the time: where it is not, the large one takes
// minutes.
func TestTheCostIsBounded(t *testing.T) {
	const size = 1 << 20
	for name, text := range map[string]string{
		"letters": "M", "names": "ssh-", "names and spaces": "ssh- ", "sequences": "\x30\x80", "lines": "M\n", "members": `{"kty" `, "words": `{"kty"`,
	} {
		data := []byte(strings.Repeat(text, size/len(text)))
		assert.Empty(t, Kind(data), name)
		assert.LessOrEqual(t, testing.AllocsPerRun(1, func() { Kind(data) }), 8.0, name)
	}
}
