package migrate

import (
	"maps"
	"strings"
)

// golangJWT is golang-jwt, all versions, and what it came from.
var golangJWT = &library{
	paths: []string{"github.com/golang-jwt/jwt", "github.com/dgrijalva/jwt-go", "github.com/form3tech-oss/jwt-go"},
	names: merged(methodsOfGolangJWT(), map[string]advice{
		"Parse":                       {form: parsing},
		"ParseWithClaims":             {form: parsing},
		"Parser.Parse":                {form: parsing},
		"Parser.ParseWithClaims":      {form: parsing},
		"NewParser":                   {form: parserMade},
		"NewValidator":                {form: parserMade},
		"Validator":                   {write: "*jwt.Policy"},
		"Validator.Validate":          {write: "nothing: policy.Verify checks the claims, after the signature", check: "Nothing can be checked before a signature is verified. Claims from elsewhere: jwt.InsecureToken."},
		"Parser":                      {write: "*jwt.Policy, or jwt.TokenVerifier for what may be another"},
		"Parser.ParseUnverified":      {write: "header, payload, err := jwt.InsecureDecode(token)", check: "Nobody has verified what it returns: it is for tools that show tokens. To choose a key by issuer, use jwt.Policies or jwt.PolicyFunc, which verify it."},
		"Parser.DecodeSegment":        {write: "jwt.DecodeBase64URL(segment)", check: "A segment that is decoded by hand is not verified."},
		"Parser.ValidMethods":         {write: "nothing: a key has one algorithm", check: "Make each key with the algorithm that is listed here."},
		"Parser.UseJSONNumber":        {write: "a field of type int64, or json.Number"},
		"Parser.SkipClaimsValidation": {write: "nothing: a Policy always checks the claims", check: "No claim is checked, not even exp. Find out who relies on late tokens."},
		"ParserOption":                {write: "fields of jwt.Policy"},

		"New":                 {form: tokenMade},
		"NewWithClaims":       {form: tokenMade},
		"Token.SignedString":  {form: signing},
		"Token.SigningString": {write: "token, err := jwt.Sign(ctx, key, claims) // signs at once; a key elsewhere is a jwt.Signer"},
		"Token.EncodeSegment": {write: "base64.RawURLEncoding.EncodeToString(data)"},
		"EncodeSegment":       {write: "base64.RawURLEncoding.EncodeToString(data)"},
		"DecodeSegment":       {write: "jwt.DecodeBase64URL(segment)", check: "A segment that is decoded by hand is not verified."},
		"TokenOption":         {write: "fields of jwt.Template"},

		"Token":           {write: "*jwt.Token, which only a Verify method returns; to sign, none is needed"},
		"Token.Raw":       {write: "the text that was verified: keep it beside the *jwt.Token"},
		"Token.Method":    {write: "token.Header.Algorithm", check: "A check of the algorithm is not needed: a key has one. What else depends on it?"},
		"Token.Header":    {write: "token.Header, a jwt.Header{Algorithm, KeyID, Type, ContentType}; jwt.HeaderAs[T](token) for other parameters", check: "A check of kid, typ or cty belongs into the policy: Types, Require, Keys. To set kid, give it to the key; to set others, Template.Header."},
		"Token.Claims":    {write: "jwt.ClaimsAs[Claims](token), or jwt.VerifyAs[Claims](ctx, policy, text)", check: "There are no claims before the signature is verified."},
		"Token.Signature": {write: "nothing: signatures are not kept", check: "Tell tokens apart by jti, not by their signature."},
		"Token.Valid":     {write: "nothing: err == nil", check: "Where Valid is looked at and err is not, an error must end the request now."},

		"Keyfunc":                          {write: "jwt.KeySet: jwt.Keys{…}, a *jwk.Set, or *jwthttp.RemoteKeys", check: keyFuncRule},
		"VerificationKey":                  {write: "jwt.Verifier"},
		"VerificationKeySet":               {write: "jwt.Keys{first, second}"},
		"VerificationKeySet.Keys":          {write: "jwt.Keys{first, second}"},
		"Claims":                           {write: "any: claims are a struct that embeds jwt.Claims, and implement nothing"},
		"Claims.Valid":                     {write: "Validate() error", check: validRule},
		"ClaimsValidator":                  {write: "Validate() error on the claims, and jwt.RuleFor(\"…\", Claims.Validate) in Policy.Rules", check: validRule},
		"ClaimsValidator.Validate":         {write: "nothing: jwt.VerifyAs and jwt.ClaimsAs call Validate", check: validRule},
		"RegisteredClaims":                 {write: "jwt.Claims"},
		"RegisteredClaims.Valid":           {write: "nothing: policy.Verify has checked the registered claims", check: validRule},
		"RegisteredClaims.Issuer":          {write: "Claims.Issuer; to sign, Template.Issuer"},
		"RegisteredClaims.Subject":         {write: "Claims.Subject"},
		"RegisteredClaims.Audience":        {write: "Claims.Audience; to sign, Template.Audience"},
		"RegisteredClaims.ExpiresAt":       {write: "Claims.ExpiresAt, a jwt.NumericDate: 0 is absent; to sign, Template.Lifetime"},
		"RegisteredClaims.NotBefore":       {write: "Claims.NotBefore, a jwt.NumericDate: 0 is absent; to sign, Template.NotBefore"},
		"RegisteredClaims.IssuedAt":        {write: "Claims.IssuedAt, a jwt.NumericDate: 0 is absent; a Template sets it"},
		"RegisteredClaims.ID":              {write: "Claims.ID; a Template sets a random one"},
		"MapClaims":                        {write: "a struct that embeds jwt.Claims; map[string]any works, too", check: "In a map, numbers are float64, and a claim of another type is a type assertion that fails. Is each assertion checked?"},
		"MapClaims.Valid":                  {write: "nothing: policy.Verify has checked the registered claims", check: validRule},
		"ClaimStrings":                     {write: "jwt.Audience", check: "One recipient is written as a string here; jwt.AudienceList writes an array."},
		"NumericDate":                      {write: "jwt.NumericDate, an int64 of seconds: 0 is absent; no pointer"},
		"NumericDate.Time":                 {write: "date.Time()"},
		"NewNumericDate":                   {write: "jwt.NewNumericDate(t); for exp of new tokens, Template.Lifetime"},
		"MarshalSingleStringAsArray":       {write: "jwt.Audience writes a string for one recipient, jwt.AudienceList an array"},
		"TimePrecision":                    {write: "nothing: dates are written in seconds, and fractions count when they are compared"},
		"TimeFunc":                         {write: "Policy.Now, Template.Now", check: "A package variable that tests set changes every verification of the program."},
		"DecodePaddingAllowed":             {write: "nothing: a token has no padding", check: "With padding a token has more than one text form. Find out which issuer sends it."},
		"DecodeStrict":                     {write: "nothing: decoding is strict"},
		"RegisterSigningMethod":            {write: "a type with the methods of jwt.Signer and jwt.Verifier; nothing is registered", check: "Test it with jwttest.TestSigner and jwttest.TestVerifier."},
		"GetSigningMethod":                 {write: "jwt.Algorithm(name), given to the key when it is made", check: "If the name comes from a token, the token chooses the algorithm."},
		"GetAlgorithms":                    {write: "the constants of jwt.Algorithm"},
		"SigningMethodNone":                {write: "nothing: there are no unsigned tokens", check: noneRule},
		"UnsafeAllowNoneSignatureType":     {write: "nothing: there are no unsigned tokens", check: noneRule},
		"NoneSignatureTypeDisallowedError": {write: "jwt.ErrMalformed", check: noneRule},
		"SigningMethod":                    {write: "jwt.Signer, jwt.Verifier"},
		"SigningMethod.Alg":                {write: "key.Algorithm()", check: "A check of the algorithm is not needed: a key has one."},
		"SigningMethod.Sign":               {write: "key.Sign(ctx, input)"},
		"SigningMethod.Verify":             {write: "key.Verify(ctx, input, signature)", check: "It verifies a signature only: no claim is checked. Use a Policy for tokens."},

		"ParseRSAPrivateKeyFromPEM":             {write: `key, err := jwk.ParsePEM(data); key, err = key.With(jwt.RS256, "kid"); signer, err := key.Signer()`, check: rsaRule},
		"ParseRSAPrivateKeyFromPEMWithPassword": {check: "This form of encryption is broken (RFC 1423). Convert the file: openssl pkcs8 -topk8, or jwt convert; read it with jwk.ParsePEM."},
		"ParseRSAPublicKeyFromPEM":              {write: `key, err := jwk.ParsePEM(data); key, err = key.With(jwt.RS256, "kid"); verifier, err := key.Verifier()`, check: rsaRule},
		"ParseECPrivateKeyFromPEM":              {write: "key, err := jwk.ParsePEM(data); signer, err := key.Signer()"},
		"ParseECPublicKeyFromPEM":               {write: "key, err := jwk.ParsePEM(data); verifier, err := key.Verifier()"},
		"ParseEdPrivateKeyFromPEM":              {write: "key, err := jwk.ParsePEM(data); signer, err := key.Signer()"},
		"ParseEdPublicKeyFromPEM":               {write: "key, err := jwk.ParsePEM(data); verifier, err := key.Verifier()"},

		"WithIssuer":              {write: "Policy.Issuer"},
		"WithAudience":            {write: "Policy.Audience"},
		"WithAllAudiences":        {write: `Policy.Audience for one of them, and for the others Policy.Rules: jwt.RuleFor("aud", func(c jwt.Claims) error {…})`, check: "Policy.Audience asks for one of its texts, this option for all of them."},
		"WithSubject":             {write: "Policy.Subject"},
		"WithLeeway":              {write: "Policy.Leeway", check: "Usually under a minute: a stolen token lives that much longer."},
		"WithTimeFunc":            {write: "Policy.Now, Template.Now"},
		"WithValidMethods":        {write: "nothing: a key has one algorithm", check: "Make each key with the algorithm that is listed here."},
		"WithExpirationRequired":  {write: "nothing: exp is required unless AllowNoExpiry"},
		"WithNotBeforeRequired":   {write: `Policy.Require: []string{"nbf"}`},
		"WithIssuedAt":            {write: "Policy.MaxAge, which makes iat required and bounds the age", check: "Without MaxAge an iat in the future is no reason to refuse."},
		"WithJSONNumber":          {write: "a field of type int64, or json.Number"},
		"WithStrictDecoding":      {write: "nothing: decoding is strict"},
		"WithPaddingAllowed":      {write: "nothing: a token has no padding", check: "With padding a token has more than one text form. Find out which issuer sends it."},
		"WithoutClaimsValidation": {write: "nothing: a Policy always checks the claims", check: "No claim is checked, not even exp. Find out who relies on late tokens."},

		"ErrTokenExpired":                 {write: "jwt.ErrExpired", check: "It says here that the token is genuine and otherwise acceptable."},
		"ErrTokenNotValidYet":             {write: "jwt.ErrNotYetValid"},
		"ErrTokenMalformed":               {write: "jwt.ErrMalformed"},
		"ErrTokenUnverifiable":            {write: "jwt.ErrUnknownKey", check: outageRule},
		"ErrTokenSignatureInvalid":        {write: "jwt.ErrSignature"},
		"ErrSignatureInvalid":             {write: "jwt.ErrSignature"},
		"ErrECDSAVerification":            {write: "jwt.ErrSignature"},
		"ErrEd25519Verification":          {write: "jwt.ErrSignature"},
		"ErrTokenUsedBeforeIssued":        {write: "jwt.ErrNotYetValid, with Policy.MaxAge"},
		"ErrTokenInvalidAudience":         {write: claimError("aud")},
		"ErrTokenInvalidIssuer":           {write: claimError("iss")},
		"ErrTokenInvalidSubject":          {write: claimError("sub")},
		"ErrTokenInvalidId":               {write: claimError("jti")},
		"ErrTokenInvalidClaims":           {write: "jwt.ErrClaim", check: "ErrExpired and ErrNotYetValid are not ErrClaim here."},
		"ErrTokenRequiredClaimMissing":    {write: "jwt.ErrClaim"},
		"ErrInvalidType":                  {write: "jwt.ErrClaim"},
		"ErrInvalidKey":                   {write: "the error of jwt.NewHMAC, jwt.NewSigner or jwt.NewVerifier, when the program starts"},
		"ErrInvalidKeyType":               {write: "the error of jwt.NewHMAC, jwt.NewSigner or jwt.NewVerifier, when the program starts"},
		"ErrKeyMustBePEMEncoded":          {write: "the error of jwk.ParsePEM"},
		"ErrNotRSAPrivateKey":             {write: "the error of key.Signer"},
		"ErrNotRSAPublicKey":              {write: "the error of key.Verifier"},
		"ErrNotECPrivateKey":              {write: "the error of key.Signer"},
		"ErrNotECPublicKey":               {write: "the error of key.Verifier"},
		"ErrNotEdPrivateKey":              {write: "the error of key.Signer"},
		"ErrNotEdPublicKey":               {write: "the error of key.Verifier"},
		"ValidationError":                 {write: "*jwt.VerifyError{Reason, Claim, Detail}", check: outageRule},
		"ValidationError.*":               {write: "errors.Is(err, jwt.ErrExpired) and the other reasons of *jwt.VerifyError", check: "An error has one reason here, never a set of bits: expired means otherwise acceptable."},
		"NewValidationError":              {write: "&jwt.VerifyError{Reason: jwt.ErrClaim, Claim: \"…\", Detail: \"…\"}"},
		"ValidationErrorMalformed":        {write: "jwt.ErrMalformed"},
		"ValidationErrorUnverifiable":     {write: "jwt.ErrUnknownKey", check: outageRule},
		"ValidationErrorSignatureInvalid": {write: "jwt.ErrSignature"},
		"ValidationErrorAudience":         {write: claimError("aud")},
		"ValidationErrorExpired":          {write: "jwt.ErrExpired", check: "It says here that the token is genuine and otherwise acceptable."},
		"ValidationErrorIssuedAt":         {write: "jwt.ErrNotYetValid, with Policy.MaxAge"},
		"ValidationErrorIssuer":           {write: claimError("iss")},
		"ValidationErrorNotValidYet":      {write: "jwt.ErrNotYetValid"},
		"ValidationErrorId":               {write: claimError("jti")},
		"ValidationErrorClaimsInvalid":    {write: "jwt.ErrClaim"},

		"request.ParseFromRequest":             {write: fromRequest, check: extractorRule},
		"request.ParseFromRequestWithClaims":   {write: fromRequest, check: extractorRule},
		"request.ParseFromRequestOption":       {write: "fields of jwthttp.Middleware"},
		"request.WithClaims":                   {write: "jwthttp.ClaimsFrom[Claims](r.Context())"},
		"request.WithParser":                   {write: "Middleware.Tokens"},
		"request.Extractor":                    {write: "Middleware.Extract, a func(*http.Request) (string, error)"},
		"request.Extractor.ExtractToken":       {write: "jwthttp.BearerToken(r)"},
		"request.AuthorizationHeaderExtractor": {write: "jwthttp.BearerToken, which is the default of Middleware.Extract"},
		"request.BearerExtractor":              {write: "jwthttp.BearerToken, which is the default of Middleware.Extract"},
		"request.HeaderExtractor":              {write: `jwthttp.HeaderToken("X-…")`, check: extractorRule},
		"request.OAuth2Extractor":              {write: "jwthttp.BearerToken", check: extractorRule},
		"request.ArgumentExtractor":            {check: extractorRule},
		"request.MultiExtractor":               {write: "a func(*http.Request) (string, error) in Middleware.Extract", check: extractorRule},
		"request.PostExtractionFilter":         {write: "a func(*http.Request) (string, error) in Middleware.Extract", check: extractorRule},
		"request.BearerExtractor.*":            {write: "jwthttp.BearerToken(r)"},
		"request.HeaderExtractor.*":            {write: `jwthttp.HeaderToken("X-…")(r)`, check: extractorRule},
		"request.MultiExtractor.*":             {write: "a func(*http.Request) (string, error) in Middleware.Extract", check: extractorRule},
		"request.PostExtractionFilter.*":       {write: "a func(*http.Request) (string, error) in Middleware.Extract", check: extractorRule},
		"request.ErrNoTokenInRequest":          {write: "jwthttp.ErrNoToken"},
	}),
}

const (
	keyFuncRule   = "Each check in the function (alg, kid, iss) must be somewhere else now: alg and kid in the keys, iss in the policy. Claims that it reads are not verified."
	validRule     = "Validate is called by VerifyAs, ClaimsAs and ClaimsFrom, and adds to the policy's checks. Policy.Rules asks it wherever the policy is asked. A Valid that left out exp does so no more."
	noneRule      = "Anybody can write an unsigned token. In tests, use jwttest or jwt.InsecureToken."
	rsaRule       = "RSA keys are 2048 to 8192 bits. Write the algorithm that tokens have today, and their kid."
	outageRule    = "An error that is no *jwt.VerifyError means that it could not be decided: answer 503, not 401."
	extractorRule = "Tokens in a query or form end up in logs and histories. Use the Authorization header or a cookie."
	fromRequest   = "handler = (&jwthttp.Middleware{Tokens: policy}).Handler(handler), and in it jwthttp.ClaimsFrom[Claims](r.Context())"
)

func claimError(claim string) string {
	return `var refusal *jwt.VerifyError; errors.As(err, &refusal) && refusal.Claim == "` + claim + `"`
}

// methodsOfGolangJWT are the methods of its claims, and its algorithms.
func methodsOfGolangJWT() map[string]advice {
	names := make(map[string]advice)
	for claim, field := range map[string]string{
		"Audience": "Audience", "ExpirationTime": "ExpiresAt", "IssuedAt": "IssuedAt", "Issuer": "Issuer", "NotBefore": "NotBefore", "Subject": "Subject",
	} {
		for _, typ := range []string{"Claims", "RegisteredClaims", "MapClaims"} {
			names[typ+".Get"+claim] = advice{write: "claims." + field + ", a field of jwt.Claims"}
		}
	}
	for method, field := range map[string]string{
		"VerifyAudience": `Policy.Audience`, "VerifyIssuer": "Policy.Issuer", "VerifyExpiresAt": "nothing: exp is required and checked, unless AllowNoExpiry",
		"VerifyNotBefore": "nothing: nbf is checked where it is present", "VerifyIssuedAt": "Policy.MaxAge",
	} {
		for _, typ := range []string{"RegisteredClaims", "StandardClaims", "MapClaims"} {
			names[typ+"."+method] = advice{write: field, check: "With required=false a token without the claim passes; here it is refused. The policy asks on every path, not only on this one."}
		}
	}
	names["StandardClaims"] = advice{write: "jwt.Claims"}
	names["StandardClaims.Valid"] = advice{write: "nothing: policy.Verify has checked the registered claims", check: validRule}
	for old, field := range map[string]string{"Id": "ID", "Issuer": "Issuer", "Subject": "Subject", "Audience": "Audience, a list", "ExpiresAt": "ExpiresAt, a jwt.NumericDate", "NotBefore": "NotBefore, a jwt.NumericDate", "IssuedAt": "IssuedAt, a jwt.NumericDate"} {
		names["StandardClaims."+old] = advice{write: "Claims." + field}
	}
	for _, typ := range []string{"SigningMethodHMAC", "SigningMethodRSA", "SigningMethodRSAPSS", "SigningMethodECDSA", "SigningMethodEd25519"} {
		names[typ] = advice{write: "nothing: a key has one algorithm", check: "A check that token.Method has this type is the check of the algorithm: make the key with that algorithm."}
		for _, method := range []string{"Alg", "Sign", "Verify"} {
			names[typ+"."+method] = advice{write: signingMethod[method], check: "It handles a signature only: no claim is checked. Use a Policy for tokens."}
		}
	}
	for _, family := range []struct{ names, write, check string }{
		{"HS256 HS384 HS512", `jwt.NewHMAC(jwt.#, secret, "kid")`, "The secret is at least as long as the hash: 32, 48 or 64 bytes. Decode it first if it is base64 or hex."},
		{"RS256 RS384 RS512 PS256 PS384 PS512", `jwt.NewSigner(jwt.#, privateKey, "kid"), jwt.NewVerifier(jwt.#, publicKey, "kid")`, "RSA keys are 2048 to 8192 bits."},
		{"ES256 ES384 ES512 EdDSA", `jwt.NewSigner(jwt.#, privateKey, "kid"), jwt.NewVerifier(jwt.#, publicKey, "kid")`, ""},
	} {
		for alg := range strings.FieldsSeq(family.names) {
			names["SigningMethod"+alg] = advice{write: strings.ReplaceAll(family.write, "#", alg), check: family.check}
		}
	}
	return names
}

var signingMethod = map[string]string{"Alg": "key.Algorithm()", "Sign": "key.Sign(ctx, input)", "Verify": "key.Verify(ctx, input, signature)"}

func merged(all ...map[string]advice) map[string]advice {
	names := make(map[string]advice)
	for _, m := range all {
		maps.Copy(names, m)
	}
	return names
}
