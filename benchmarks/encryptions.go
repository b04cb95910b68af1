package main

// An encryption is one way of key management and content encryption of a JWE
// (RFC 7518 sections 4 and 5).
type encryption struct{ alg, enc string }

// The encryptions that are measured.
var encryptions = []encryption{
	{"dir", "A256GCM"},
	{"dir", "A256CBC-HS512"},
	{"A256KW", "A256GCM"},
	{"RSA-OAEP-256", "A256GCM"},
	{"ECDH-ES", "A256GCM"},
	{"ECDH-ES+A256KW", "A128CBC-HS256"},
}
