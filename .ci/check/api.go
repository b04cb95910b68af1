package main

import (
	"errors"
	"fmt"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// compareAPI fails if what the packages export is not what api/ says.
func compareAPI(root string, modules []module, out io.Writer) error {
	current, err := exported(modules)
	if err != nil {
		return err
	}
	var differences []string
	for name, lines := range current {
		recorded, err := os.ReadFile(filepath.Join(root, "api", name))
		if err != nil {
			return fmt.Errorf("%w; go run . api -update writes it", err)
		}
		was := strings.Split(strings.TrimSuffix(string(recorded), "\n"), "\n")
		for _, line := range lines {
			if !slices.Contains(was, line) {
				differences = append(differences, "new:  "+line)
			}
		}
		for _, line := range was {
			if !slices.Contains(lines, line) {
				differences = append(differences, "gone: "+line)
			}
		}
	}
	if len(differences) > 0 {
		return errors.New(strings.Join(differences, "\n") + "\nthe exported API is not the one in api/; if that is meant, go run . api -update")
	}
	fmt.Fprintf(out, "the exported API of %d modules is as recorded\n", len(current))
	return nil
}

// updateAPI writes api/.
func updateAPI(root string, modules []module) error {
	current, err := exported(modules)
	if err != nil {
		return err
	}
	dir := filepath.Join(root, "api")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, lines := range current {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// exported returns a line for each exported name, by the file of its module.
func exported(modules []module) (map[string][]string, error) {
	files := make(map[string][]string)
	for _, m := range modules {
		found, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps, Dir: m.dir}, "./...")
		if err != nil {
			return nil, err
		}
		if packages.PrintErrors(found) > 0 {
			return nil, fmt.Errorf("%s does not compile", m.path)
		}
		var lines []string
		for _, p := range found {
			if p.Name == "main" || strings.Contains(p.PkgPath+"/", "/internal/") {
				continue
			}
			lines = append(lines, describe(p.Types)...)
		}
		if len(lines) > 0 {
			slices.Sort(lines)
			files[strings.ReplaceAll(strings.TrimPrefix(m.path, "github.com/seed-b1f8f58c/"), "/", "-")+".txt"] = lines
		}
	}
	return files, nil
}

// describe returns a line for each exported name of a package.
func describe(p *types.Package) (lines []string) {
	qualify := func(other *types.Package) string {
		if other == p {
			return ""
		}
		return other.Path()
	}
	add := func(format string, args ...any) {
		lines = append(lines, "pkg "+p.Path()+", "+fmt.Sprintf(format, args...))
	}
	for _, name := range p.Scope().Names() {
		object := p.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		named, ok := object.(*types.TypeName)
		if constant, isConst := object.(*types.Const); isConst {
			add("const %s %s = %s", name, types.TypeString(constant.Type(), qualify), constant.Val().ExactString())
			continue
		}
		if !ok || named.IsAlias() {
			add("%s", types.ObjectString(object, qualify))
			continue
		}
		switch under := named.Type().Underlying().(type) {
		case *types.Struct:
			add("type %s struct", name)
			for i := range under.NumFields() {
				if f := under.Field(i); f.Exported() {
					add("type %s struct, %s %s %s", name, f.Name(), types.TypeString(f.Type(), qualify), under.Tag(i))
				}
			}
		case *types.Interface:
			add("type %s interface", name)
			for i := range under.NumMethods() {
				if m := under.Method(i); m.Exported() {
					add("type %s interface, %s%s", name, m.Name(), strings.TrimPrefix(types.TypeString(m.Type(), qualify), "func"))
				}
			}
		default:
			add("type %s %s", name, types.TypeString(under, qualify))
		}
		methods := types.NewMethodSet(types.NewPointer(named.Type()))
		for i := range methods.Len() {
			if m := methods.At(i).Obj(); m.Exported() && m.Pkg() == p {
				add("method (*%s) %s%s", name, m.Name(), strings.TrimPrefix(types.TypeString(m.Type(), qualify), "func"))
			}
		}
	}
	return lines
}
