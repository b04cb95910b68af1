package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	modulepath "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// release does what a stranger does with the next version: for each module, go
// get into an empty one, and a build of all its packages. The version is the one
// that the modules require of each other; they come from a proxy in a folder.
func release(root string, modules []module, out io.Writer) error {
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	proxy := filepath.Join(dir, "proxy")
	version, err := nextVersion(root)
	if err != nil {
		return err
	}
	for _, m := range modules {
		if err := publish(proxy, m, version); err != nil {
			return fmt.Errorf("%s: %w", m.path, err)
		}
	}
	for _, m := range modules {
		if err := fetch(filepath.Join(dir, "empty"), proxy, m, version); err != nil {
			return fmt.Errorf("%s: %w", m.path, err)
		}
		fmt.Fprintf(out, "go get %s@%s\n", m.path, version)
	}
	return nil
}

// nextVersion is the topmost one of CHANGELOG.md.
func nextVersion(root string) (string, error) {
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(changelog)) {
		if number, ok := strings.CutPrefix(line, "## ["); ok {
			if number, _, _ = strings.Cut(number, "]"); number != "Unreleased" {
				return "v" + number, nil
			}
		}
	}
	return "", fmt.Errorf("CHANGELOG.md has no version")
}

// publish writes a module into the proxy, as the protocol of go help goproxy
// wants it.
func publish(proxy string, m module, version string) error {
	dir := filepath.Join(proxy, filepath.FromSlash(m.path), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(m.dir, "go.mod"))
	if err != nil {
		return err
	}
	info, _ := json.Marshal(struct { // which has no other error than of a type
		Version string
		Time    time.Time
	}{version, time.Unix(1_700_000_000, 0).UTC()})
	var archive bytes.Buffer
	if err := zip.CreateFromDir(&archive, modulepath.Version{Path: m.path, Version: version}, m.dir); err != nil {
		return err
	}
	for name, data := range map[string][]byte{version + ".mod": mod, version + ".info": info, version + ".zip": archive.Bytes(), "list": []byte(version + "\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fetch gets a module into an empty one and builds its packages. It installs a
// command.
func fetch(work, proxy string, m module, version string) error {
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	known, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		return err
	}
	modules, others, _ := strings.Cut(strings.TrimSpace(string(known)), "\n")
	proxies := fileURL(proxy) + "," + fileURL(filepath.Join(modules, "cache", "download")) + "," + others
	// The go command has verified what is in the user's cache. The rest are these modules.
	cache := filepath.Join(filepath.Dir(proxy), "cache") // the version is not to be found in the user's afterwards
	commands := [][]string{
		{"mod", "init", "stranger.example/app"},
		{"get", m.path + "@" + version},
		{"build", m.path + "/..."},
	}
	if filepath.Base(filepath.Dir(m.dir)) == "cmd" { // which go install refuses if its go.mod has a replace
		commands = append(commands, []string{"install", m.path + "@" + version})
	}
	for _, args := range commands {
		c := exec.Command("go", args...)
		c.Dir = work
		c.Env = append(os.Environ(), "GOPROXY="+proxies, "GOSUMDB=off", "GOFLAGS=-modcacherw -mod=mod -trimpath", "GOMODCACHE="+cache, "GOWORK=off", "GOBIN="+filepath.Join(work, "bin"))
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

func fileURL(path string) string { return "file://" + filepath.ToSlash(path) }
