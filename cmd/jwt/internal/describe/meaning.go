package describe

// meanings say what the members of headers and claims are, by their name.
var meanings = map[string]string{
	// claims: RFC 7519 section 4.1
	"iss": "issuer: who made the token",
	"sub": "subject: whom or what the token is about",
	"aud": "audience: the services that the token is for",
	"exp": "expires: the token is not accepted from this time on",
	"nbf": "not before: the token is not accepted before this time",
	"iat": "issued at: when the token was made",
	"jti": "the token's own identifier, by which it can be revoked",
	// OAuth
	"scope":                 "scope: what the client may do, in words separated by spaces",
	"scp":                   "scope: what the client may do",
	"client_id":             "the client application that the token was issued to",
	"cnf":                   "confirmation: the key whose holder alone may use the token",
	"act":                   "actor: who acts on behalf of the subject",
	"may_act":               "who may act on behalf of the subject",
	"roles":                 "the roles of the subject",
	"groups":                "the groups of the subject",
	"entitlements":          "what the subject is entitled to",
	"authorization_details": "what the client may do, in detail",
	"ath":                   "hash of the access token that the proof comes with",
	"htm":                   "method of the HTTP request that the proof is for",
	"htu":                   "address of the HTTP request that the proof is for",
	// OpenID Connect
	"azp":                "authorized party: the client that the ID token was issued to",
	"nonce":              "ties the token to one request: it must be the value that was sent",
	"auth_time":          "when the user logged in",
	"acr":                "how strong the login was: a class that issuer and client agree on",
	"amr":                "how the user logged in: methods, such as pwd or otp",
	"at_hash":            "hash of the access token that came with it",
	"c_hash":             "hash of the authorization code that came with it",
	"s_hash":             "hash of the state that came with it",
	"sid":                "the session at the issuer",
	"events":             "what the token tells, such as that a session has ended",
	"name":               "full name",
	"given_name":         "first name",
	"family_name":        "last name",
	"preferred_username": "the name that the user wants to be called by; it may change",
	"email":              "e-mail address",
	"email_verified":     "whether the issuer has verified the e-mail address",
	"phone_number":       "telephone number",
	"picture":            "address of a picture of the user",
	"locale":             "language and region of the user",
	"zoneinfo":           "time zone of the user",
	"updated_at":         "when the user's data last changed",
}

// headerMeanings are those of the parameters of a header.
var headerMeanings = map[string]string{
	// RFC 7515 section 4.1 and RFC 7516 section 4.1
	"alg":      "algorithm: how the token is signed, or how its key is encrypted",
	"enc":      "how the content is encrypted",
	"zip":      "how the content is compressed",
	"typ":      "type: what kind of token it is",
	"cty":      "content type: JWT if there is a token inside",
	"kid":      "key ID: which key of the issuer",
	"jku":      "address of keys, chosen by the author of the token: a verifier must not follow it",
	"jwk":      "a key, chosen by the author of the token: a verifier must not trust it",
	"x5u":      "address of a certificate, chosen by the author of the token: a verifier must not follow it",
	"x5c":      "a certificate, chosen by the author of the token: a verifier must not trust it",
	"x5t":      "SHA-1 thumbprint of the key's certificate",
	"x5t#S256": "SHA-256 thumbprint of the key's certificate",
	"crit":     "extensions that a verifier must understand, or refuse the token",
	"b64":      "whether the payload is base64url (RFC 7797)",
	"epk":      "ephemeral public key: the sender's half of the key agreement",
	"apu":      "name of the sender in the key agreement",
	"apv":      "name of the recipient in the key agreement",
	"iv":       "initialization vector of the encrypted key",
	"tag":      "authentication tag of the encrypted key",
	"p2s":      "salt of the password",
	"p2c":      "how often the password is hashed",
}

// An Entry is a member of the header or a claim, for people.
type Entry struct {
	Name    string `json:"name"`
	Value   string `json:"value"`         // JSON, in which nothing is invisible
	Time    string `json:"time,omitzero"` // of a claim that is a time
	Text    string `json:"text,omitzero"` // how long ago that is
	Meaning string `json:"meaning"`
}

// Entries returns the header and the claims in their order, each in words.
func (v *View) Entries() (header, claims []Entry) {
	for _, m := range Members(v.Header) {
		header = append(header, entry(m, headerMeanings))
	}
	for _, m := range Members(v.Claims) {
		e := entry(m, meanings)
		for _, at := range v.Times {
			if at.Claim == m.Name {
				e.Time, e.Text = at.Time, at.Text
			}
		}
		claims = append(claims, e)
	}
	return header, claims
}

func entry(m Member, meanings map[string]string) Entry {
	meaning := meanings[m.Name]
	if meaning == "" {
		meaning = "no registered meaning: ask the issuer"
	}
	return Entry{Name: string(EscapeJSON([]byte(m.Name))), Value: Indented(m.Value), Meaning: meaning}
}
