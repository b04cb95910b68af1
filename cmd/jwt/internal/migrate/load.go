package migrate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// List returns the places to change in the packages that the patterns name, as
// "./...", with their tests. Files are relative to dir. What could not be loaded is
// an error, beside what was found in the rest.
func List(ctx context.Context, dir, tags string, patterns ...string) ([]Finding, error) {
	config := &packages.Config{Context: ctx, Dir: dir, Tests: true}
	if tags != "" {
		config.BuildFlags = []string{"-tags=" + tags}
	}
	return list(config, patterns...)
}

func list(config *packages.Config, patterns ...string) ([]Finding, error) {
	config.Mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedTypes |
		packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedModule
	pkgs, err := packages.Load(config, patterns...)
	if err != nil {
		return nil, err
	}
	pkgs = slices.DeleteFunc(pkgs, func(pkg *packages.Package) bool { // the main that go test writes
		return pkg.Name == "main" && strings.HasSuffix(pkg.ID, ".test")
	})
	var findings []Finding
	for _, pkg := range pkgs {
		findings = append(findings, find(pkg)...)
	}
	failures := loadErrors(pkgs)
	unread, err := unread(config.Dir, patterns, pkgs)
	if err != nil {
		failures = append(failures, err)
	}
	findings = append(findings, unread...)
	if len(pkgs) == 0 && len(findings) == 0 {
		failures = append(failures, fmt.Errorf("no packages in %s", strings.Join(patterns, " ")))
	}
	for i, f := range findings {
		findings[i].File = relative(config.Dir, f.File)
	}
	slices.SortFunc(findings, compare)
	// A file is in its package, and in the package with its tests.
	return slices.Compact(findings), errors.Join(failures...)
}

// loadErrors returns what could not be loaded, each once.
func loadErrors(pkgs []*packages.Package) []error {
	var failures []error
	seen := make(map[string]bool)
	packages.Visit(pkgs, nil, func(pkg *packages.Package) {
		for _, err := range pkg.Errors {
			if !seen[err.Error()] {
				seen[err.Error()] = true
				failures = append(failures, err)
			}
		}
	})
	return failures
}

// unread returns a finding for each Go file that imports a library and was not
// loaded: it is for another platform or tag, in another module, or in testdata.
func unread(dir string, patterns []string, pkgs []*packages.Package) ([]Finding, error) {
	loaded, dirs := make(map[string]bool), make(map[string]bool)
	for _, pkg := range pkgs {
		for _, name := range slices.Concat(pkg.GoFiles, pkg.CompiledGoFiles) {
			loaded[name] = true
			dirs[filepath.Dir(name)] = true
		}
		for _, name := range pkg.IgnoredFiles {
			dirs[filepath.Dir(name)] = true
		}
	}
	for _, pattern := range patterns {
		root, ok := strings.CutSuffix(filepath.ToSlash(pattern), "/...")
		if !ok || !strings.HasPrefix(root, ".") && !filepath.IsAbs(root) {
			continue
		}
		if err := folders(absolute(dir, root), dirs); err != nil {
			return nil, err
		}
	}
	var findings []Finding
	for folder := range dirs {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if name := filepath.Join(folder, entry.Name()); strings.HasSuffix(name, ".go") && entry.Type().IsRegular() && !loaded[name] {
				found, err := importsIn(name)
				if err != nil {
					return nil, err
				}
				findings = append(findings, found...)
			}
		}
	}
	return findings, nil
}

// folders adds the folders from root downwards that may have code of the user.
func folders(root string, dirs map[string]bool) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); path != root && (name == "vendor" || name == "node_modules" || strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		dirs[path] = true
		return nil
	})
}

// importsIn lists the libraries that a file imports that was not loaded.
func importsIn(name string) ([]Finding, error) {
	const check = "The file was not loaded: it is for another platform, tag or module, or test data."
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, data, parser.ImportsOnly)
	var findings []Finding
	if err != nil {
		for _, lib := range libraries {
			for _, path := range lib.paths {
				if bytes.Contains(data, []byte(path)) {
					return append(findings, Finding{File: name, Line: 1, Column: 1, Library: path, Use: "import", Write: unknown, Check: check}), nil
				}
			}
		}
		return nil, nil
	}
	for _, spec := range file.Imports {
		if path := strings.Trim(spec.Path.Value, "\"`"); libraryOf(path) != nil {
			pos := fset.Position(spec.Pos())
			findings = append(findings, Finding{name, pos.Line, pos.Column, path, "import", unknown, check, false})
		}
	}
	return findings, nil
}

func absolute(dir, name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	abs, _ := filepath.Abs(name) // the folder of a process that runs in none has no packages
	return abs
}

func relative(dir, name string) string {
	if rel, _ := filepath.Rel(absolute(dir, "."), name); filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return name
}
