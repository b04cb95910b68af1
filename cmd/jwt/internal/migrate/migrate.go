// Package migrate lists where Go code uses another JWT library, and what to write
// with this one instead.
package migrate

import (
	"cmp"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A Finding is one place to change.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Library string `json:"library"`         // the import path of the other library
	Use     string `json:"use"`             // what is used, as "jwt.ParseWithClaims"
	Write   string `json:"write,omitempty"` // Go code, or a sentence in a comment
	Check   string `json:"check,omitempty"` // the security rule to look at
	Known   bool   `json:"known"`           // false: it has to be read by hand
}

// unknown is the advice for what is in no table.
const unknown = "Not known: read it by hand."

// A pass is the work on one package.
type pass struct {
	*packages.Package
	findings []Finding
}

// find returns every use of a library in a package. One that does not compile is read
// as far as possible.
func find(pkg *packages.Package) []Finding {
	p := &pass{Package: pkg}
	for _, file := range pkg.Syntax {
		p.imports(file)
		var path []ast.Node
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				path = path[:len(path)-1]
				return true
			}
			path = append(path, n)
			switch n := n.(type) {
			case *ast.Ident:
				p.use(n, path)
			case *ast.FuncLit:
				p.keyFunc(n, n.Type, n.Body)
			case *ast.FuncDecl:
				p.keyFunc(n.Name, n.Type, n.Body)
				p.validate(n)
			}
			return true
		})
	}
	return p.findings
}

// imports lists the imports of libraries.
func (p *pass) imports(file *ast.File) {
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, "\"`")
		lib := libraryOf(path)
		if lib == nil {
			continue
		}
		text := advice{write: `import "github.com/seed-b1f8f58c/jwt"`}
		if lib.imports != "" {
			text.write = lib.imports
		}
		if name := spec.Name; name != nil && (name.Name == "_" || name.Name == ".") {
			text = advice{}
		}
		p.add(spec, path, "import", text)
	}
}

// use lists an identifier that stands for something of a library, or for something
// of another module that a type of a library is part of.
func (p *pass) use(id *ast.Ident, path []ast.Node) {
	obj := p.TypesInfo.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return
	}
	if _, isImport := obj.(*types.PkgName); isImport {
		return
	}
	lib := libraryOf(obj.Pkg().Path())
	if lib == nil {
		if from := p.foreign(obj); from != "" {
			p.add(id, from, obj.Pkg().Name()+"."+nameOf(obj), advice{
				check: "A type of the library is part of it, in a module that is not listed here."})
		}
		return
	}
	name := nameOf(obj)
	text := lib.advice(obj.Pkg().Path(), name)
	if call := callOf(id, path); call != nil {
		text = p.complete(text, call)
	} else if text.form != plain {
		text.write = "" // a function that is a value
	}
	p.add(id, obj.Pkg().Path(), obj.Pkg().Name()+"."+name, text)
}

// nameOf returns the name of an object in its package: "Parse", "Token.Valid".
func nameOf(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.Func:
		if recv := obj.Signature().Recv(); recv != nil {
			return typeName(recv.Type()) + "." + obj.Name()
		}
	case *types.Var:
		if obj.IsField() {
			return owner(obj) + "." + obj.Name()
		}
	}
	return obj.Name()
}

// owner returns the name of the type that has the field.
func owner(field *types.Var) string {
	field = field.Origin()
	scope := field.Pkg().Scope()
	for _, name := range scope.Names() {
		if s, ok := scope.Lookup(name).Type().Underlying().(*types.Struct); ok {
			for f := range s.Fields() {
				if f == field {
					return name
				}
			}
		}
	}
	return ""
}

// foreign returns the import path of a library that a type of which is part of an
// object of another module, such as a middleware's.
func (p *pass) foreign(obj types.Object) string {
	path := obj.Pkg().Path()
	if path == p.PkgPath || p.Module != nil && (path == p.Module.Path || strings.HasPrefix(path, p.Module.Path+"/")) {
		return "" // its declaration is listed
	}
	return mentions(obj.Type())
}

// mentions returns the import path of a library of which a type is part of t.
func mentions(t types.Type) string {
	switch t := t.(type) {
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil && libraryOf(pkg.Path()) != nil {
			return pkg.Path()
		}
	case *types.Alias:
		return mentions(types.Unalias(t))
	case interface{ Elem() types.Type }: // pointers, slices, arrays, maps, channels
		return mentions(t.Elem())
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if path := mentions(v.Type()); path != "" {
					return path
				}
			}
		}
	}
	return ""
}

func typeName(t types.Type) string {
	t = types.Unalias(t)
	if ptr, ok := t.(*types.Pointer); ok {
		t = types.Unalias(ptr.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// add appends a finding.
func (p *pass) add(at ast.Node, library, use string, text advice) {
	known := text.write != ""
	if !known {
		text.write = unknown
	}
	pos := p.Fset.Position(at.Pos())
	p.findings = append(p.findings, Finding{pos.Filename, pos.Line, pos.Column, library, use, text.write, text.check, known})
}

// compare orders findings by where they are.
func compare(a, b Finding) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Use, b.Use))
}

// callOf returns the call whose function the identifier names; nil if it is not called.
func callOf(id *ast.Ident, path []ast.Node) *ast.CallExpr {
	var fun ast.Node = id
	for _, n := range slices.Backward(path[:len(path)-1]) {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel != fun {
				return nil
			}
			fun = n
		case *ast.ParenExpr, *ast.IndexExpr:
			fun = n
		case *ast.CallExpr:
			if n.Fun == fun {
				return n
			}
			return nil
		default:
			return nil
		}
	}
	return nil
}
