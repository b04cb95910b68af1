package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/seed-b1f8f58c/jwt/cmd/jwt/internal/page"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
	"github.com/spf13/cobra"
)

// webFlags are the flags of the inspector page.
type webFlags struct {
	web    bool
	noOpen bool
	listen string
	static string
}

func (f *webFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.web, "web", false, "show the token on a page in the browser, which verifies it as one types, too")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "the `address` of --web, on loopback; port 0 is any")
	flags.BoolVar(&f.noOpen, "no-open", false, "print the address of --web, and open no browser")
	flags.StringVar(&f.static, "static", "", "write that page to an HTML `file` which works without this command; needs Go")
	cmd.MarkFlagsMutuallyExclusive("web", "static")
	_ = cmd.MarkFlagFilename("static", "html")
}

// writePage writes the page that works without this command.
func (f *webFlags) writePage(c *cli, ctx context.Context) error {
	if _, err := os.Lstat(f.static); err == nil {
		return existsAlready("--static", f.static)
	}
	defer c.progress("compiling the library to WebAssembly")()
	html, err := page.Static(ctx, "")
	if err != nil {
		return err
	}
	if err := writeNew("--static", f.static, html, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s: the inspector page, %.1f MB; open it from the disk or from any file server\n", f.static, float64(len(html))/1e6)
	return err
}

// serve serves the page with the token until ctx ends.
func (f *webFlags) serve(c *cli, ctx context.Context, token string) error {
	listener, host, err := listenLoopback(ctx, f.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	server := page.NewServer(host, token, fetchKeys)
	if c.json {
		err = c.printJSON(map[string]string{"url": server.URL()})
	} else {
		_, err = fmt.Fprintf(c.stdout, "page  %s\nstop  press Ctrl-C\n", server.URL())
	}
	if err != nil {
		return err
	}
	if isTerminal(c.stdout) && !f.noOpen {
		openBrowser(server.OnceURL())
	}
	return serveUntil(ctx, listener, server)
}

// fetchKeys returns the key set of a URL or of an issuer, for the page.
func fetchKeys(ctx context.Context, url, issuer string) ([]byte, error) {
	r := &remoteFlags{jwks: url}
	from, fetch := r.source(issuer)
	if !isURL(from) {
		return nil, errors.New("give the URL of a key set, or an issuer whose keys can be discovered")
	}
	keys, err := fetch(from, jwthttp.RemoteOptions{Timeout: fetchTimeout})
	if err != nil {
		return nil, err
	}
	if err := keys.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("the keys could not be fetched: %w", err)
	}
	return json.MarshalIndent(keys.State().Set, "", "  ")
}

// listenLoopback listens on an address of this machine only.
func listenLoopback(ctx context.Context, address string) (listener net.Listener, host string, err error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil || !isLoopback(name) {
		return nil, "", errors.New("--listen: want an address on loopback, such as 127.0.0.1:8080")
	}
	if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address); err != nil {
		return nil, "", err
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return listener, net.JoinHostPort(name, port), nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// serveUntil serves until ctx ends.
func serveUntil(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := newServer(handler)
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newServer bounds how long a request may take to arrive.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second}
}

// openBrowser opens a page in the browser of the desktop, if there is one. The
// address is printed anyway.
func openBrowser(url string) {
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		command = []string{"open"}
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	if cmd := exec.Command(command[0], append(command[1:], url)...); cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
