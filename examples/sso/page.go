package main

import (
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageHTML string

// newPage returns the page, which needs no server of its own but for its files.
func newPage(issuer, orders, invoices string) http.Handler {
	page := template.Must(template.New("").Parse(pageHTML))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Referrer-Policy", "no-referrer") // the address may hold a code
		_ = page.Execute(w, map[string]string{"Issuer": issuer, "Orders": orders, "Invoices": invoices})
	})
	return mux
}
