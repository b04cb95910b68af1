package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed programs/verify.mjs
var nodeProgram []byte

//go:embed programs/verify.c
var cProgram []byte

//go:embed programs/verify.rs
var rustProgram []byte

// A program verifies all tokens and returns lines of a library with its version, an
// algorithm and nanoseconds, separated by tabs.
type program struct {
	name string
	run  func() ([]byte, error)
}

func setUpNode(dir, modules string) (program, error) {
	if _, err := exec.LookPath("node"); err != nil {
		return program{}, errors.New("jose and fast-jwt: node is not installed")
	}
	for _, m := range []string{"jose", "fast-jwt"} {
		if _, err := os.Stat(filepath.Join(modules, m)); err != nil {
			return program{}, fmt.Errorf("jose and fast-jwt: no %s in %s", m, modules)
		}
	}
	modules, err := filepath.Abs(modules)
	if err != nil {
		return program{}, err
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		return program{}, err
	}
	file := filepath.Join(dir, "verify.mjs")
	run := func() ([]byte, error) { return exec.Command("node", file, dir).CombinedOutput() }
	return program{"node", run}, os.WriteFile(file, nodeProgram, 0o600)
}

func setUpC(dir string) (program, error) {
	source, binary := filepath.Join(dir, "verify.c"), filepath.Join(dir, "verify")
	if err := os.WriteFile(source, cProgram, 0o600); err != nil {
		return program{}, err
	}
	if out, err := exec.Command("gcc", "-O2", "-o", binary, source, "-ljwt").CombinedOutput(); err != nil {
		return program{}, fmt.Errorf("libjwt: want gcc and libjwt-dev: %w\n%s", err, out)
	}
	version := "unknown"
	if out, err := exec.Command("pkg-config", "--modversion", "libjwt").Output(); err == nil {
		version = strings.TrimSpace(string(out))
	}
	return program{"libjwt", func() ([]byte, error) { return exec.Command(binary, dir, version).CombinedOutput() }}, nil
}

// setUpRust compiles the program with crates that are here, and asks no registry.
func setUpRust(dir, crates string) (program, error) {
	found, _ := filepath.Glob(filepath.Join(crates, "jsonwebtoken-*"))
	if len(found) == 0 {
		return program{}, errors.New("jsonwebtoken: no jsonwebtoken in " + crates)
	}
	version := filepath.Base(found[len(found)-1])
	manifest := fmt.Sprintf("[package]\nname = \"verify\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n"+
		"[[bin]]\nname = \"verify-rust\"\npath = \"verify.rs\"\n\n"+
		"[dependencies]\njsonwebtoken = \"=%s\"\nserde = { version = \"1\", features = [\"derive\"] }\n", strings.TrimPrefix(version, "jsonwebtoken-"))
	config := fmt.Sprintf("[source.crates-io]\nreplace-with = \"here\"\n\n[source.here]\ndirectory = %q\n", crates)
	for name, text := range map[string]string{"verify.rs": string(rustProgram), "Cargo.toml": manifest, ".cargo/config.toml": config} {
		file := filepath.Join(dir, "rust", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return program{}, err
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return program{}, err
		}
	}
	cmd := exec.Command("cargo", "build", "--release", "--offline", "--quiet")
	cmd.Dir = filepath.Join(dir, "rust")
	if out, err := cmd.CombinedOutput(); err != nil {
		return program{}, fmt.Errorf("jsonwebtoken: want cargo and librust-jsonwebtoken-dev: %w\n%s", err, out)
	}
	compiler, err := exec.Command("rustc", "--version").Output() // rustc 1.63.0 (…)
	if err != nil {
		return program{}, err
	}
	version = strings.Replace(version, "-", " ", 1)
	if words := strings.Fields(string(compiler)); len(words) > 1 {
		version += ", rust " + words[1]
	}
	binary := filepath.Join(cmd.Dir, "target", "release", "verify-rust")
	return program{"jsonwebtoken", func() ([]byte, error) { return exec.Command(binary, dir, version).CombinedOutput() }}, nil
}
