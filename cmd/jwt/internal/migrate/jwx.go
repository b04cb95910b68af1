package migrate

import (
	"go/ast"
	"strings"
)

// jwx is jwx, all versions.
var jwx = &library{
	paths: []string{"github.com/lestrrat-go/jwx"},
	names: map[string]advice{
		"jwt.Parse":         {form: jwxParsing},
		"jwt.ParseString":   {form: jwxParsing},
		"jwt.ParseReader":   {form: jwxParsing},
		"jwt.ParseInsecure": {write: "header, payload, err := jwt.InsecureDecode(token)", check: "Nobody has verified what it returns: it is for tools that show tokens. To choose a key by issuer, use jwt.Policies or jwt.PolicyFunc, which verify it."},
		"jwt.ParseRequest":  {write: fromRequest, check: "It looks where its options say, headers, forms and cookies: Middleware.Extract looks in one place. " + extractorRule},
		"jwt.ParseHeader":   {write: fromRequest},
		"jwt.ParseCookie":   {write: `(&jwthttp.Middleware{Tokens: policy, Extract: jwthttp.CookieToken("…")}).Handler(handler)`, check: "A cookie is sent by other sites' requests, too: SameSite, and http.CrossOriginProtection."},
		"jwt.ParseForm":     {write: "a func(*http.Request) (string, error) in Middleware.Extract", check: extractorRule},
		"jwt.Validate":      {write: "nothing: policy.Verify checks the claims, after the signature", check: jwxRule},

		"jwt.WithKey":                 {write: `Policy.Keys: jwt.Keys{key}, with jwt.NewVerifier(alg, publicKey, "kid") or jwt.NewHMAC(alg, secret, "kid"); to sign, Template.Key`},
		"jwt.WithKeySet":              {write: "Policy.Keys: a *jwk.Set, or *jwthttp.RemoteKeys", check: "Keys that name no algorithm serve the one of their type and curve; RSA keys RS256."},
		"jwt.WithKeyProvider":         {write: "a type with the method of jwt.KeySet", check: "Test it with jwttest.TestKeySet."},
		"jwt.WithVerifyAuto":          {check: "The token names the URL of its key (jku). Keys come from the policy only: jwthttp.NewRemoteKeys with a URL that you know."},
		"jwt.WithVerify":              {write: "nothing: a Policy always verifies the signature", check: "With false, anybody can write the token. Find out who relies on it; jwt.InsecureDecode is for tools."},
		"jwt.WithValidate":            {write: "nothing: a Policy always checks the claims", check: "With false, no claim is checked, not even exp. Find out who relies on late tokens."},
		"jwt.WithIssuer":              {write: "Policy.Issuer"},
		"jwt.WithAudience":            {write: "Policy.Audience"},
		"jwt.WithSubject":             {write: "Policy.Subject"},
		"jwt.WithJwtID":               {write: `Policy.Rules: jwt.Equal("jti", id)`},
		"jwt.WithAcceptableSkew":      {write: "Policy.Leeway", check: "Usually under a minute: a stolen token lives that much longer."},
		"jwt.WithClock":               {write: "Policy.Now"},
		"jwt.WithContext":             {write: "the context of policy.Verify"},
		"jwt.WithRequiredClaim":       {write: "Policy.Require"},
		"jwt.WithClaimValue":          {write: "Policy.Rules: jwt.Equal(claim, text); jwt.RuleFor for what is no string"},
		"jwt.WithMaxDelta":            {write: "Policy.MaxAge for the time since iat; jwt.RuleFor for others"},
		"jwt.WithMinDelta":            {write: "jwt.RuleFor in Policy.Rules"},
		"jwt.WithTruncation":          {write: "nothing: fractions of a second count"},
		"jwt.WithResetValidators":     {write: "nothing: the checks of a Policy cannot be removed", check: "It removes the checks of exp, nbf and iat. Find out who relies on that."},
		"jwt.WithValidator":           {write: "Policy.Rules: jwt.Rule{Claim: \"…\", Check: func(t *jwt.Token) error {…}}", check: "A rule is asked of a token whose signature is good, needs no network, and must be in every policy that is to ask it."},
		"jwt.WithToken":               {write: "jwt.VerifyAs[Claims]"},
		"jwt.WithTypedClaim":          {write: "a field of a struct that embeds jwt.Claims"},
		"jwt.WithHeaderKey":           {write: `Middleware.Extract: jwthttp.HeaderToken("…")`},
		"jwt.WithCookieKey":           {write: `Middleware.Extract: jwthttp.CookieToken("…")`},
		"jwt.WithFormKey":             {write: "a func(*http.Request) (string, error) in Middleware.Extract", check: extractorRule},
		"jwt.WithInsecureNoSignature": {write: "nothing: there are no unsigned tokens", check: noneRule},
		"jwt.WithPedantic":            {write: "nothing: tokens are read strictly"},
		"jwt.WithStrictStringClaims":  {write: "nothing: a registered claim of the wrong type is refused"},
		"jwt.WithFlattenAudience":     {write: "jwt.Audience writes a string for one recipient, jwt.AudienceList an array"},
		"jwt.Settings":                {write: "nothing: there are no settings of the package"},
		"jwt.RegisterCustomField":     {write: "a field of a struct that embeds jwt.Claims"},
		"jwt.Validator":               {write: "jwt.Rule"},
		"jwt.ValidatorFunc":           {write: "jwt.Rule{Claim: \"…\", Check: …}"},
		"jwt.ValidateOption":          {write: "fields of jwt.Policy"},
		"jwt.ParseOption":             {write: "fields of jwt.Policy"},
		"jwt.SignOption":              {write: "fields of jwt.Template"},
		"jwt.ClaimContainsString":     {write: `jwt.Contains("…", "…") in Policy.Rules`},
		"jwt.ClaimValueIs":            {write: `jwt.Equal("…", "…") in Policy.Rules`},
		"jwt.IsRequired":              {write: "Policy.Require"},
		"jwt.IsExpirationValid":       {write: "nothing: exp is always checked"},
		"jwt.IsNbfValid":              {write: "nothing: nbf is always checked"},
		"jwt.IsIssuedAtValid":         {write: "Policy.MaxAge", check: "Without MaxAge an iat in the future is no reason to refuse."},
		"jwt.ClockFunc":               {write: "a func() time.Time in Policy.Now"},
		"jwt.Clock":                   {write: "a func() time.Time in Policy.Now"},

		"jwt.NewBuilder":         {write: "template := &jwt.Template{Key: key, Issuer: \"…\", Audience: []string{\"…\"}, Lifetime: 15 * time.Minute}\ntoken, err := template.Sign(ctx, claims)", check: "The template sets iss, aud, iat, exp and jti: leave them out of the claims."},
		"jwt.New":                {write: "a struct that embeds jwt.Claims"},
		"jwt.Builder":            {write: "a struct that embeds jwt.Claims"},
		"jwt.Builder.Issuer":     {write: "Template.Issuer"},
		"jwt.Builder.Audience":   {write: "Template.Audience", check: "One recipient is written as a string here; jwt.AudienceList writes an array."},
		"jwt.Builder.Subject":    {write: "Claims.Subject"},
		"jwt.Builder.Expiration": {write: "Template.Lifetime"},
		"jwt.Builder.IssuedAt":   {write: "nothing: a Template sets it"},
		"jwt.Builder.NotBefore":  {write: "Template.NotBefore"},
		"jwt.Builder.JwtID":      {write: "nothing: a Template sets a random one"},
		"jwt.Builder.Claim":      {write: "a field of a struct that embeds jwt.Claims"},
		"jwt.Builder.Build":      {write: "token, err := template.Sign(ctx, claims)"},
		"jwt.Sign":               {write: "token, err := template.Sign(ctx, claims), or jwt.Sign(ctx, key, claims)"},
		"jwt.NewSerializer":      {write: "jwe.SignAndEncrypt(ctx, signer, encrypter, claims)"},
		"jwt.Serializer":         {write: "jwe.SignAndEncrypt(ctx, signer, encrypter, claims)"},

		"jwt.Token":               {write: "a struct that embeds jwt.Claims; *jwt.Token is what a Verify method returns"},
		"jwt.Token.Issuer":        {write: "claims.Issuer"},
		"jwt.Token.Subject":       {write: "claims.Subject"},
		"jwt.Token.Audience":      {write: "claims.Audience"},
		"jwt.Token.Expiration":    {write: "claims.ExpiresAt.Time()"},
		"jwt.Token.IssuedAt":      {write: "claims.IssuedAt.Time()"},
		"jwt.Token.NotBefore":     {write: "claims.NotBefore.Time()"},
		"jwt.Token.JwtID":         {write: "claims.ID"},
		"jwt.Token.Get":           {write: "a field of your claims", check: "Is the type of each claim checked, and that it is there?"},
		"jwt.IssuerKey":           {write: "Claims.Issuer"},
		"jwt.SubjectKey":          {write: "Claims.Subject"},
		"jwt.AudienceKey":         {write: "Claims.Audience"},
		"jwt.ExpirationKey":       {write: "Claims.ExpiresAt; exp is required unless AllowNoExpiry"},
		"jwt.NotBeforeKey":        {write: "Claims.NotBefore"},
		"jwt.IssuedAtKey":         {write: "Claims.IssuedAt"},
		"jwt.JwtIDKey":            {write: "Claims.ID"},
		"jwt.Get":                 {write: "a field of your claims"},
		"jwt.Token.Has":           {write: "Policy.Require, or a pointer field"},
		"jwt.Token.Set":           {write: "a field of your claims"},
		"jwt.Token.PrivateClaims": {write: "jwt.ClaimsAs[map[string]any](token)"},
		"jwt.Token.AsMap":         {write: "jwt.ClaimsAs[map[string]any](token)"},

		"jwt.TokenExpiredError":         {write: "jwt.ErrExpired", check: "It says here that the token is genuine and otherwise acceptable."},
		"jwt.ErrTokenExpired":           {write: "jwt.ErrExpired", check: "It says here that the token is genuine and otherwise acceptable."},
		"jwt.TokenNotYetValidError":     {write: "jwt.ErrNotYetValid"},
		"jwt.ErrTokenNotYetValid":       {write: "jwt.ErrNotYetValid"},
		"jwt.InvalidAudienceError":      {write: claimError("aud")},
		"jwt.ErrInvalidAudience":        {write: claimError("aud")},
		"jwt.InvalidIssuerError":        {write: claimError("iss")},
		"jwt.ErrInvalidIssuer":          {write: claimError("iss")},
		"jwt.InvalidIssuedAtError":      {write: "jwt.ErrNotYetValid, with Policy.MaxAge"},
		"jwt.ErrInvalidIssuedAt":        {write: "jwt.ErrNotYetValid, with Policy.MaxAge"},
		"jwt.MissingRequiredClaimError": {write: "jwt.ErrClaim"},
		"jwt.ErrMissingRequiredClaim":   {write: "jwt.ErrClaim"},
		"jwt.ParseError":                {write: "jwt.ErrMalformed", check: outageRule},
		"jwt.ValidateError":             {write: "*jwt.VerifyError"},
		"jwt.IsValidationError":         {write: "errors.As(err, &refusal) with a *jwt.VerifyError", check: outageRule},

		"jwk.Set":                       {write: "*jwk.Set"},
		"jwk.Key":                       {write: "*jwk.Key"},
		"jwk.Parse":                     {write: "set, err := jwk.ParseSet(data); jwk.ParsePrivateSet for private keys"},
		"jwk.ParseKey":                  {write: "key, err := jwk.Parse(data), or jwk.ParsePEM(data)"},
		"jwk.WithPEM":                   {write: "jwk.ParsePEM(data)"},
		"jwk.Import":                    {write: "key, err := jwk.New(alg, key, kid)"},
		"jwk.FromRaw":                   {write: "key, err := jwk.New(alg, key, kid)"},
		"jwk.NewSet":                    {write: "jwk.NewSet(keys...)"},
		"jwk.PublicSetOf":               {write: "jwk.NewSet: a set has public keys only"},
		"jwk.PublicKeyOf":               {write: "key.Public()"},
		"jwk.Fetch":                     {write: "keys, err := jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})", check: "A fetch for each token makes the key server a part of each request; RemoteKeys keeps keys and fetches ahead."},
		"jwk.NewCache":                  {write: "keys, err := jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})", check: "For how long is a key used that is no longer published? RemoteOptions.MaxAge: 2 hours."},
		"jwk.NewCachedSet":              {write: "keys, err := jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})"},
		"jwk.Cache":                     {write: "*jwthttp.RemoteKeys"},
		"jwk.Cache.Register":            {write: "jwthttp.NewRemoteKeys(url, jwthttp.RemoteOptions{})"},
		"jwk.Cache.Get":                 {write: "Policy.Keys: keys"},
		"jwk.Cache.Lookup":              {write: "Policy.Keys: keys"},
		"jwk.Cache.CachedSet":           {write: "Policy.Keys: keys"},
		"jwk.Cache.Refresh":             {write: "keys.Refresh(ctx)"},
		"jwk.AssignKeyID":               {write: "key.With(alg, key.Thumbprint())"},
		"jwk.KeyIDKey":                  {write: "key.With(alg, kid)"},
		"jwk.AlgorithmKey":              {write: "key.With(alg, kid)"},
		"jws.WithInferAlgorithmFromKey": {write: "nothing: a key that names no algorithm serves one", check: "The token chooses among the algorithms of a key. A key has one here."},
		"jws.WithRequireKid":            {write: "nothing: a token without kid is tried with the keys of its algorithm, at most eight"},
		"jwa.NoSignature":               {write: "nothing: there are no unsigned tokens", check: noneRule},
		"jwa.RS256":                     {write: "jwt.RS256"}, "jwa.RS384": {write: "jwt.RS384"}, "jwa.RS512": {write: "jwt.RS512"},
		"jwa.PS256": {write: "jwt.PS256"}, "jwa.PS384": {write: "jwt.PS384"}, "jwa.PS512": {write: "jwt.PS512"},
		"jwa.ES256": {write: "jwt.ES256"}, "jwa.ES384": {write: "jwt.ES384"}, "jwa.ES512": {write: "jwt.ES512"},
		"jwa.HS256": {write: "jwt.HS256", check: "The secret is at least 32 bytes."}, "jwa.HS384": {write: "jwt.HS384", check: "The secret is at least 48 bytes."}, "jwa.HS512": {write: "jwt.HS512", check: "The secret is at least 64 bytes."},
		"jwa.EdDSA": {write: "jwt.EdDSA"}, "jwa.SignatureAlgorithm": {write: "jwt.Algorithm"},
	},
}

const jwxRule = "Claims that no option names are not checked, and exp may be absent; a Policy asks that iss and aud are named or absent, and requires exp. The type (typ) is \"JWT\" or absent unless Types says otherwise."

// jwxParse is the advice for jwx's Parse(data, options...).
func (p *pass) jwxParse(call *ast.CallExpr, o parserOptions) advice {
	if len(call.Args) == 0 {
		return advice{}
	}
	fields, checks := append([]string{"Keys: keys"}, o.fields...), []string{}
	for _, row := range []struct{ option, field, check string }{
		{"WithIssuer", `Issuer: "…"`, "No WithIssuer: it takes tokens of any issuer whose key fits, unless jwt.Validate asks later. Name yours in Issuer."},
		{"WithAudience", `Audience: []string{"…"}`, "No WithAudience: it takes tokens for other services, unless jwt.Validate asks later. Name this service in Audience."},
	} {
		if !o.has(row.option) {
			fields = append(fields, row.field)
			checks = append(checks, row.check)
		}
	}
	if o.unknown {
		checks = append(checks, "Some options cannot be seen here: read them by hand.")
	}
	if !o.has("WithRequiredClaim") {
		checks = append(checks, "exp may be absent there; it is required here unless AllowNoExpiry.")
	}
	return advice{
		write: "policy := &jwt.Policy{" + strings.Join(fields, ", ") + "}\nclaims, err := jwt.VerifyAs[Claims](ctx, policy, " + p.source(call.Args[0]) + ")",
		check: strings.Join(checks, " "),
	}
}
