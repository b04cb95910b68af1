// Package page is the inspector page: served on loopback, with the checks in this
// process, or as one HTML file that holds the library compiled to WebAssembly.
package page

import (
	_ "embed"
	"strings"
)

//go:embed index.html
var indexHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// The places of the page that differ between the two forms.
const (
	localStyle  = `<link rel="stylesheet" href="page.css">`
	localScript = `<script src="page.js" defer></script>`
	localMode   = `data-mode="local"`
)

// policy is the content security policy of both forms. No string becomes markup or
// script (Trusted Types), and nothing is sent but where connect allows.
func policy(script, style, connect string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src " + script, "style-src " + style, "connect-src " + connect, "img-src data:",
		"base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
	}, "; ")
}
