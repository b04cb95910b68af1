//go:build unix

package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt/internal/program"
)

// script is a go command that notes how it was called.
const script = `echo "$PWD: GOOS=$GOOS GOARCH=$GOARCH GOTOOLCHAIN=$GOTOOLCHAIN GOPATH=$GOPATH GOMODCACHE=$GOMODCACHE GOFLAGS=$GOFLAGS: $*" >> "${0%/*}/calls"
test -z "$FAIL" || { test "$FAIL" != "$1" || { printf '  what is wrong; to add it:\n\tgo get it  ' >&2; exit 1; } }
test -z "$SILENT" || exit 1
case $1 in
env) cat "${0%/*}/env" ;;
build) printf built > "$3" ;;
install) mkdir -p "$GOPATH/bin/js_wasm" && printf installed > "$GOPATH/bin/js_wasm/wasm" ;;
esac
`

// newBuild returns a build with a go command that only says that it compiles.
func newBuild(t *testing.T, version string) *build {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, program.WriteScript(filepath.Join(dir, "go"), script))
	for name, text := range map[string]string{"env": dir + "/root\ngo1.26.9 X:some\n/cache\n", "root/lib/wasm/wasm_exec.js": "support"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	for name, value := range map[string]string{"PATH": dir + ":" + os.Getenv("PATH"), "GOTOOLCHAIN": "mine", "GOPATH": "/mine", "GOMODCACHE": "/mine", "GOFLAGS": "-mod=mod"} {
		t.Setenv(name, value)
	}
	return &build{dir: dir, work: t.TempDir(), version: version}
}

// packed returns what is packed into the page.
func packed(t *testing.T, page []byte) string {
	t.Helper()
	match := regexp.MustCompile(`id="library">([^<]*)</script>`).FindSubmatch(page)
	require.NotNil(t, match)
	data, err := base64.StdEncoding.DecodeString(string(match[1]))
	require.NoError(t, err)
	zip, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	text, err := io.ReadAll(zip)
	require.NoError(t, err)
	return string(text)
}

func TestThePageIsBuiltFromTheFolderOrFromARelease(t *testing.T) {
	for version, want := range map[string]struct{ library, env, call string }{
		"":       {"built", "GOTOOLCHAIN=go1.26.9 GOPATH=/mine GOMODCACHE=/mine GOFLAGS=", "build -o WORK/library.wasm -trimpath -ldflags=-s -w " + library},
		"v1.2.3": {"installed", "GOTOOLCHAIN=go1.26.9 GOPATH=WORK GOMODCACHE=/cache GOFLAGS=", "install -trimpath -ldflags=-s -w " + library + "@v1.2.3"},
	} {
		b := newBuild(t, version)
		page, err := b.page(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want.library, packed(t, page))
		assert.Contains(t, string(page), "<script>support</script>")
		calls, err := os.ReadFile(filepath.Join(b.dir, "calls"))
		require.NoError(t, err)
		text := strings.ReplaceAll(strings.ReplaceAll(string(calls), b.work, "WORK"), b.dir+": ", "")
		assert.Equal(t, "GOOS=js GOARCH=wasm GOTOOLCHAIN=mine GOPATH=/mine GOMODCACHE=/mine GOFLAGS=: env GOROOT GOVERSION GOMODCACHE\n"+
			"GOOS=js GOARCH=wasm "+want.env+": "+want.call+"\n", text)
	}
}

func TestAPageThatCannotBeBuiltIsAnError(t *testing.T) {
	for want, change := range map[string]func(b *build){
		"go env: what is wrong; a command that is not of a released version builds": func(*build) { t.Setenv("FAIL", "env") },
		"go build: what is wrong; ":                              func(*build) { t.Setenv("FAIL", "build") },
		"go env: exit status 1; ":                                func(*build) { t.Setenv("SILENT", "1") },
		"go env: want three lines":                               func(b *build) { assert.NoError(t, os.WriteFile(filepath.Join(b.dir, "env"), []byte("/root\n"), 0o600)) },
		"the Go toolchain has no support for WebAssembly: open ": func(b *build) { assert.NoError(t, os.RemoveAll(filepath.Join(b.dir, "root"))) },
	} {
		t.Setenv("FAIL", "")
		t.Setenv("SILENT", "")
		b := newBuild(t, "")
		change(b)
		page, err := b.page(t.Context())
		require.ErrorContains(t, err, want)
		assert.Nil(t, page)
	}
	t.Setenv("FAIL", "build")
	t.Setenv("SILENT", "")
	b, temporary := newBuild(t, ""), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	_, err := Static(t.Context(), b.dir)
	require.ErrorContains(t, err, "go build: what is wrong")
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	assert.Empty(t, left)
	t.Setenv("TMPDIR", filepath.Join(temporary, "none"))
	_, err = Static(t.Context(), b.dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	t.Setenv("PATH", "/nonexistent")
	_, err = Static(t.Context(), b.dir)
	require.ErrorContains(t, err, "there is no go command in the PATH")
}

func TestOnlyReleasesAreInstalled(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"v1.2.3": "v1.2.3", "v0.10.0": "v0.10.0", "(devel)": "", "": "", "v1.2.3-0.20261126100000-abcdef012345": "", "v1.2.3+dirty": "", "xv1.2.3": ""} {
		info := &debug.BuildInfo{Main: debug.Module{Version: version}}
		assert.Equal(t, want, releaseVersion(info, true), version)
		assert.Empty(t, releaseVersion(info, false))
	}
	assert.Empty(t, releaseVersion(nil, false))
}

func TestOneFileHasEverythingAndConnectsToNothing(t *testing.T) {
	t.Parallel()
	page, err := assemble([]byte("wasm"), "support")
	require.NoError(t, err)
	text := string(page)
	assert.Equal(t, "wasm", packed(t, page))
	for _, want := range []string{
		`data-mode="static"`, "<style>" + pageCSS + "</style>", "<script>support</script>\n<script>" + pageJS + "</script>\n</body>",
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ` + hashOf("support") + " " + hashOf(pageJS) + ` 'wasm-unsafe-eval'; style-src ` + hashOf(pageCSS) + "; connect-src 'none'; ",
	} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, 1, strings.Count(indexHTML, localMode))
	for _, local := range []string{localStyle, localScript} {
		assert.NotContains(t, text, local)
		assert.Equal(t, 1, strings.Count(indexHTML, local))
	}
	assert.Equal(t, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='", hashOf(""))
	for _, support := range []string{"x</script>", "x</style>"} {
		page, err := assemble(nil, support)
		assert.Error(t, err)
		assert.Nil(t, page)
	}
}
