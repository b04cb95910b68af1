package migrate

import (
	"go/ast"
	"go/types"
	"strings"
)

// A form is how the advice for a call is completed.
type form int

const (
	plain      form = iota
	parsing         // golang-jwt: Parse, ParseWithClaims
	parserMade      // golang-jwt: NewParser
	tokenMade       // golang-jwt: New, NewWithClaims
	signing         // golang-jwt: SignedString
	jwxParsing      // jwx: Parse
)

// complete returns the advice for a call, with its arguments.
func (p *pass) complete(text advice, call *ast.CallExpr) advice {
	switch text.form {
	case parsing:
		return p.parse(call)
	case parserMade:
		o := p.options(call.Args, call.Ellipsis.IsValid())
		text.write, text.check = o.policy()
	case tokenMade:
		return p.newToken(call)
	case signing:
		text.write = "token, err := template.Sign(ctx, claims)"
		for _, arg := range call.Args {
			if strings.Contains(p.source(arg), "NoneSignatureType") {
				text.check = noneRule
			}
		}
	case jwxParsing:
		o := p.options(call.Args[min(1, len(call.Args)):], call.Ellipsis.IsValid())
		return p.jwxParse(call, o)
	}
	return text
}

// parse is the advice for golang-jwt's Parse(text, keyFunc, options...) and
// ParseWithClaims(text, claims, keyFunc, options...), functions or methods.
func (p *pass) parse(call *ast.CallExpr) advice {
	withClaims := strings.HasSuffix(p.calleeName(call), "ParseWithClaims")
	fixed := 2
	if withClaims {
		fixed = 3
	}
	if len(call.Args) < fixed { // f(g()) has them all in one
		return advice{}
	}
	claims := "map[string]any"
	if withClaims {
		claims = p.claimsType(call.Args[1])
	}
	verify := "claims, err := jwt.VerifyAs[" + claims + "](ctx, policy, " + p.source(call.Args[0]) + ")"

	o := p.options(call.Args[fixed:], call.Ellipsis.IsValid())
	if fun, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && strings.HasPrefix(p.calleeName(call), "Parser.") {
		made, ok := ast.Unparen(fun.X).(*ast.CallExpr)
		if !ok || p.calleeName(made) != "NewParser" {
			return advice{write: verify, check: "The options are where the parser is made. " + claimsRule}
		}
		o = p.options(made.Args, made.Ellipsis.IsValid())
	}
	policy, check := o.policy()
	return advice{write: policy + "\n" + verify, check: strings.TrimSpace(check + " " + claimsRule)}
}

const claimsRule = "If err is not nil there are no claims."

// claimsType returns the type of the claims that a call fills in.
func (p *pass) claimsType(e ast.Expr) string {
	t := p.TypesInfo.TypeOf(e)
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || types.IsInterface(t) {
		return "Claims"
	}
	if libraryOf(named.Obj().Pkg().Path()) != nil { // only interfaces are of no package
		if _, isMap := named.Underlying().(*types.Map); isMap {
			return "map[string]any"
		}
		return "jwt.Claims"
	}
	return types.TypeString(t, types.RelativeTo(p.Types))
}

// newToken is the advice for golang-jwt's New(method) and NewWithClaims(method, claims).
func (p *pass) newToken(call *ast.CallExpr) advice {
	if len(call.Args) == 0 {
		return advice{}
	}
	claims := "claims"
	if len(call.Args) > 1 && p.calleeName(call) == "NewWithClaims" {
		if text := p.source(call.Args[1]); text != "…" && !strings.Contains(text, "{") {
			claims = text
		}
	}
	method := p.source(call.Args[0])
	if strings.HasSuffix(method, "SigningMethodNone") {
		return advice{write: "nothing: there are no unsigned tokens", check: noneRule}
	}
	return advice{
		write: "template := &jwt.Template{Key: key, Issuer: \"…\", Audience: []string{\"…\"}, Lifetime: 15 * time.Minute}\n" +
			"token, err := template.Sign(ctx, " + claims + ")",
		check: "The template sets iss, aud, iat, exp and jti: leave them out of the claims. The key has algorithm and kid.",
	}
}

// keyFunc lists a function that is a key function of golang-jwt.
func (p *pass) keyFunc(at ast.Node, typ *ast.FuncType, body *ast.BlockStmt) {
	if body == nil || typ.Params.NumFields() != 1 || typ.Results.NumFields() != 2 {
		return
	}
	token := p.TypesInfo.TypeOf(typ.Params.List[0].Type)
	if typeName(token) != "Token" || libraryOf(mentions(token)) != golangJWT || !types.IsInterface(p.TypesInfo.TypeOf(typ.Results.List[0].Type)) {
		return
	}
	looks := p.looksAt(body)
	checks := []string{keyFuncRule}
	if !looks["Token.Method"] && !looks["alg"] {
		checks = append(checks, "It does not look at the algorithm: without WithValidMethods, a token chooses it.")
	}
	if looks["kid"] {
		checks = append(checks, "It chooses by kid: give each key its own. A kid that no key has is refused.")
	}
	if looks["Token.Claims"] || looks["Parser.ParseUnverified"] {
		checks = append(checks, "It reads claims that are not verified: use jwt.Policies, or jwt.PolicyFunc, with one policy for each issuer.")
	}
	for _, parameter := range []string{"jku", "jwk", "x5u", "x5c"} {
		if looks[parameter] {
			checks = append(checks, "It reads "+parameter+", so that the token names its own key. Keys come from the policy only.")
		}
	}
	write := p.keyOf(body)
	if looks["kid"] {
		write += ", a key for each kid"
	}
	p.add(at, mentions(token), "key function", advice{write: write, check: strings.Join(checks, " ")})
}

// looksAt returns what of libraries a function uses, and the header parameters it names.
func (p *pass) looksAt(body *ast.BlockStmt) map[string]bool {
	looks := make(map[string]bool)
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if obj := p.TypesInfo.Uses[n]; obj != nil && obj.Pkg() != nil && libraryOf(obj.Pkg().Path()) != nil {
				looks[nameOf(obj)] = true
			}
		case *ast.BasicLit:
			looks[strings.Trim(n.Value, "\"`")] = true
		}
		return true
	})
	return looks
}

// keyOf returns the keys of a policy that has what a key function returns.
func (p *pass) keyOf(body *ast.BlockStmt) string {
	write := "Policy.Keys: jwt.Keys{…}, a *jwk.Set, or *jwthttp.RemoteKeys"
	ast.Inspect(body, func(n ast.Node) bool {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok || len(ret.Results) != 2 {
			return true
		}
		source := p.source(ret.Results[0])
		switch types.TypeString(p.TypesInfo.TypeOf(ret.Results[0]), nil) {
		case "[]byte", "[]uint8":
			write = `key, err := jwt.NewHMAC(jwt.HS256, ` + source + `, "kid") // once; Policy.Keys: jwt.Keys{key}`
		case "*crypto/rsa.PublicKey":
			write = `key, err := jwt.NewVerifier(jwt.RS256, ` + source + `, "kid") // once; Policy.Keys: jwt.Keys{key}`
		case "*crypto/ecdsa.PublicKey":
			write = `key, err := jwt.NewVerifier(jwt.ES256, ` + source + `, "kid") // once; Policy.Keys: jwt.Keys{key}`
		case "crypto/ed25519.PublicKey":
			write = `key, err := jwt.NewVerifier(jwt.EdDSA, ` + source + `, "kid") // once; Policy.Keys: jwt.Keys{key}`
		}
		return true
	})
	return write
}

// validate lists a method Validate or Valid of claims that have a type of a library in them.
func (p *pass) validate(decl *ast.FuncDecl) {
	if decl.Recv == nil || decl.Name.Name != "Validate" && decl.Name.Name != "Valid" || decl.Type.Params.NumFields() != 0 ||
		decl.Type.Results.NumFields() != 1 || !types.Identical(p.TypesInfo.TypeOf(decl.Type.Results.List[0].Type), types.Universe.Lookup("error").Type()) {
		return
	}
	t := p.TypesInfo.TypeOf(decl.Recv.List[0].Type)
	if t == nil {
		return
	}
	if ptr, ok := t.(*types.Pointer); ok {
		t = ptr.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range s.Fields() {
		path := mentions(f.Type())
		if f.Embedded() && path != "" {
			claims := typeName(t)
			p.add(decl.Name, path, claims+"."+decl.Name.Name, advice{
				write: "func (c " + claims + ") Validate() error, and in Policy.Rules: jwt.RuleFor(\"…\", " + claims + ".Validate)",
				check: validRule,
			})
			return
		}
	}
}
