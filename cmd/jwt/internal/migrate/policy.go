package migrate

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/types"
	"strings"
)

// source returns the code of a node in one line, cut if it is long.
func (p *pass) source(n ast.Node) string {
	var b bytes.Buffer
	_ = printer.Fprint(&b, p.Fset, n) // what was parsed can be printed
	text := strings.Join(strings.Fields(b.String()), " ")
	if len(text) > 80 {
		return "…"
	}
	return text
}

// parserOptions are what the options of a parser say.
type parserOptions struct {
	fields  []string // of the policy
	checks  []string
	named   map[string]bool // the options that are there
	unknown bool            // there are others, which cannot be seen
}

// options reads the options of a parser.
func (p *pass) options(args []ast.Expr, spread bool) parserOptions {
	o := parserOptions{named: make(map[string]bool), unknown: spread}
	for _, arg := range args {
		call, ok := ast.Unparen(arg).(*ast.CallExpr)
		if !ok {
			o.unknown = true
			continue
		}
		name := p.calleeName(call)
		if name == "" {
			o.unknown = true
		}
		o.named[name] = true
		if field := p.policyField(name, call); field != "" {
			o.fields = append(o.fields, field)
		}
	}
	return o
}

// calleeName returns the name of the function of a library that is called; "" for any other.
func (p *pass) calleeName(call *ast.CallExpr) string {
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		id = fun.Sel
	case *ast.Ident:
		id = fun
	default:
		return ""
	}
	obj := p.TypesInfo.Uses[id]
	if f, ok := obj.(*types.Func); ok && f.Pkg() != nil && libraryOf(f.Pkg().Path()) != nil {
		return nameOf(f)
	}
	return ""
}

// policyField returns the field of a Policy that says what the option says.
func (p *pass) policyField(option string, call *ast.CallExpr) string {
	if len(call.Args) == 0 {
		if option == "WithNotBeforeRequired" {
			return `Require: []string{"nbf"}`
		}
		return ""
	}
	args := make([]string, len(call.Args))
	for i, arg := range call.Args {
		args[i] = p.source(arg)
	}
	switch option {
	case "WithIssuer":
		return "Issuer: " + args[0]
	case "WithAudience":
		if isSlice(p.TypesInfo.TypeOf(call.Args[0])) {
			return "Audience: " + args[0]
		}
		return "Audience: []string{" + strings.Join(args, ", ") + "}"
	case "WithSubject":
		return "Subject: " + args[0]
	case "WithLeeway", "WithAcceptableSkew":
		return "Leeway: " + args[0]
	case "WithTimeFunc":
		return "Now: " + args[0]
	case "WithClock":
		return "Now: " + args[0] + ".Now"
	case "WithRequiredClaim":
		return "Require: []string{" + args[0] + "}"
	}
	return ""
}

func isSlice(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Slice)
	return ok
}

// policy returns the literal of the policy, and what to look at since it is not named.
func (o *parserOptions) policy() (literal, check string) {
	fields := append([]string{"Keys: keys"}, o.fields...)
	if !o.has("WithIssuer") {
		fields = append(fields, `Issuer: "…"`)
	}
	if !o.has("WithAudience") && !o.has("WithAllAudiences") {
		fields = append(fields, `Audience: []string{"…"}`)
	}
	checks := o.checks
	if o.unknown {
		checks = append(checks, "Some options cannot be seen here: read them by hand.")
	} else {
		checks = append(checks, o.missing()...)
	}
	return "policy := &jwt.Policy{" + strings.Join(fields, ", ") + "}", strings.Join(checks, " ")
}

func (o *parserOptions) has(option string) bool { return o.named[option] }

// missing says which questions the parser does not ask.
func (o *parserOptions) missing() []string {
	if o.has("WithoutClaimsValidation") {
		return []string{"WithoutClaimsValidation: no claim is checked, not even exp. A Policy always checks them: find out who relies on late tokens."}
	}
	var texts []string
	for _, row := range []struct{ option, text string }{
		{"WithAudience", "No WithAudience: it takes tokens for other services. Name this service in Audience; without it, a token with aud is refused."},
		{"WithIssuer", "No WithIssuer: it takes tokens of any issuer whose key fits. Name yours in Issuer; without it, a token with iss is refused."},
		{"WithExpirationRequired", "No WithExpirationRequired: it takes tokens without exp. They are refused here unless AllowNoExpiry."},
		{"WithValidMethods", "No WithValidMethods: the token chooses the algorithm. A key has one algorithm here."},
	} {
		if !o.has(row.option) && !(row.option == "WithAudience" && o.has("WithAllAudiences")) {
			texts = append(texts, row.text)
		}
	}
	if o.has("WithAllAudiences") {
		texts = append(texts, "WithAllAudiences asks for every audience: Policy.Audience asks for one of them. Ask for the others in Rules: jwt.RuleFor(\"aud\", func(c jwt.Claims) error {…}).")
	}
	return texts
}
