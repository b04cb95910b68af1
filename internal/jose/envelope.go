package jose

// An Envelope says that the payload in the place of a token was decrypted with a
// key that only those have who may make such tokens, so that it is genuine without
// a signature.
type Envelope struct{ Header Header }

// An Enveloped is the way for package jwe to the claims of package jwt. Where a
// key set of package jwt is one, a policy takes the token for the JSON of the
// claims; where a signer is one, signing returns the JSON of the claims. Only
// packages of this module can name the type of its method.
type Enveloped interface{ Envelope() Envelope }
