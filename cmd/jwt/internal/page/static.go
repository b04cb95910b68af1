package page

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

const library = "github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/page/wasm"

// Static returns the page as one HTML file that works from any file server and from
// a disk, and connects to nothing. The library is compiled to WebAssembly with the
// Go toolchain of the user: that of the version of this command if it is a release,
// or else that of the module in the folder dir.
func Static(ctx context.Context, dir string) ([]byte, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, errors.New("the static page is compiled with Go, and there is no go command in the PATH: install Go, or use --web")
	}
	work, err := os.MkdirTemp("", "jwt-page")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	b := &build{dir: dir, work: work, version: releaseVersion(debug.ReadBuildInfo())}
	return b.page(ctx)
}

// A build compiles the library.
type build struct {
	dir, work                string
	version                  string // of a release; "": what is in dir
	goroot, goversion, cache string
}

func (b *build) page(ctx context.Context) ([]byte, error) {
	wasm, err := b.wasm(ctx)
	if err != nil {
		return nil, err
	}
	support, err := os.ReadFile(filepath.Join(b.goroot, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, fmt.Errorf("the Go toolchain has no support for WebAssembly: %w", err)
	}
	return assemble(wasm, string(support))
}

func (b *build) wasm(ctx context.Context) ([]byte, error) {
	known, err := b.run(ctx, "env", "GOROOT", "GOVERSION", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(known), "\n")
	if len(lines) != 3 {
		return nil, errors.New("go env: want three lines")
	}
	b.goroot, b.cache = lines[0], lines[2]
	b.goversion, _, _ = strings.Cut(lines[1], " ") // experiments are behind it
	file := filepath.Join(b.work, "library.wasm")
	flags := []string{"-trimpath", "-ldflags=-s -w"}
	if b.version != "" {
		file = filepath.Join(b.work, "bin", "js_wasm", "wasm")
		_, err = b.run(ctx, append(append([]string{"install"}, flags...), library+"@"+b.version)...)
	} else {
		_, err = b.run(ctx, append(append([]string{"build", "-o", file}, flags...), library)...)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// run runs the go command for WebAssembly.
func (b *build) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOBIN=")
	if b.goversion != "" { // so that compiler and wasm_exec.js are of one version
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+b.goversion)
	}
	if args[0] == "install" {
		cmd.Env = append(cmd.Env, "GOPATH="+b.work, "GOMODCACHE="+b.cache)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		reason, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "; to add it:") // which is not what helps
		return "", fmt.Errorf("go %s: %s; a command that is not of a released version builds the page in the folder cmd/jwt of a clone",
			args[0], cmp.Or(reason, err.Error()))
	}
	return string(out), nil
}

var release = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// releaseVersion is that of a command, if it was installed from a release.
func releaseVersion(info *debug.BuildInfo, ok bool) string {
	if !ok || !release.MatchString(info.Main.Version) {
		return ""
	}
	return info.Main.Version
}

// assemble puts everything into one file. The hashes in its policy let no other
// script run.
func assemble(wasm []byte, support string) ([]byte, error) {
	var packed bytes.Buffer // which takes everything
	zip, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = zip.Write(wasm)
	_ = zip.Close()
	for _, text := range []string{support, pageJS, pageCSS} {
		if strings.Contains(text, "</script") || strings.Contains(text, "</style") {
			return nil, errors.New("a script that cannot stand in the page")
		}
	}
	csp := policy(hashOf(support)+" "+hashOf(pageJS)+" 'wasm-unsafe-eval'", hashOf(pageCSS), "'none'")
	page := strings.NewReplacer(
		localMode, `data-mode="static"`,
		localStyle, `<meta http-equiv="Content-Security-Policy" content="`+csp+`">`+"\n<style>"+pageCSS+"</style>",
		localScript, "",
		"</body>", `<script type="application/octet-stream" id="library">`+base64.StdEncoding.EncodeToString(packed.Bytes())+"</script>\n"+
			"<script>"+support+"</script>\n<script>"+pageJS+"</script>\n</body>",
	).Replace(indexHTML)
	return []byte(page), nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
