package main

import (
	"embed"
	"html/template"
	"net/http"
	"time"
)

//go:embed web
var files embed.FS

var pages = template.Must(template.ParseFS(files, "web/*.html"))

// Cookies do not tell ports apart, so that each server has a name of its own. With
// https, the names begin with "__Host-" and Secure is set.
const (
	loginCookie = "login_session"
	shopCookie  = "shop_session"
	startCookie = "shop_login" // of a login that has begun
)

func setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: max(int(life/time.Second), -1), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func cookieOf(r *http.Request, name string) string {
	if cookies := r.CookiesNamed(name); len(cookies) == 1 {
		return cookies[0].Value
	}
	return ""
}

// show writes a page that loads nothing but the style, script and data of its own
// server, and whose forms lead to these places only.
func show(w http.ResponseWriter, status int, page string, data any, formsTo string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address may hold a code
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+formsTo)
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, page, data)
}

// showLogin shows the password page. Its form goes to the same address, so that
// the login request is kept, and from there to the client.
func showLogin(w http.ResponseWriter, status int, c client, problem string) {
	show(w, status, "login.html", map[string]string{"Problem": problem, "Home": c.homeURL}, c.redirectURL)
}

// serveFiles serves embedded files.
func serveFiles(mux *http.ServeMux, names ...string) {
	for _, name := range names {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Content-Type-Options", "nosniff")
			http.ServeFileFS(w, r, files, "web/"+name)
		})
	}
}
