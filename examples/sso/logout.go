package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/oidc"
)

// logout ends the session of an ID token (OpenID Connect RP-Initiated Logout 1.0),
// tells all clients, and sends the browser home.
func (i *issuer) logout(w http.ResponseWriter, r *http.Request) {
	hint := oidc.IDTokens(i.url, clientID, i.ring)
	token, err := hint.Verify(r.Context(), r.FormValue("id_token_hint"))
	if err != nil {
		http.Error(w, "this is no logout request of a client", http.StatusBadRequest)
		return
	}
	claims, err := jwt.ClaimsAs[idClaims](token)
	if err != nil {
		http.Error(w, "this is no logout request of a client", http.StatusBadRequest)
		return
	}
	if err := i.sessions.DenyList.RevokeSession(r.Context(), i.url, claims.SessionID); err != nil {
		http.Error(w, "the logout failed, please try again", http.StatusServiceUnavailable)
		return
	}
	i.mu.Lock()
	delete(i.browsers, cookieOf(r, loginCookie))
	i.mu.Unlock()
	setCookie(w, loginCookie, "", -1)
	i.tellAll(r.Context(), claims.Subject, claims.SessionID)
	http.Redirect(w, r, i.clients[clientID].homeURL, http.StatusSeeOther)
}

// tellAll sends a logout token to each client, and waits for their answers, for
// half a minute at most.
func (i *issuer) tellAll(ctx context.Context, user, sessionID string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for id, c := range i.clients {
		all.Go(func() {
			if err := i.tell(ctx, id, c, user, sessionID); err != nil {
				log.Printf("back-channel logout of %s: %v", id, err) // in real life, try again later
			}
		})
	}
	all.Wait()
}

func (i *issuer) tell(ctx context.Context, clientID string, c client, user, sessionID string) error {
	template := jwt.Template{
		KeyFunc: i.ring.Signer, Issuer: i.url, Audience: []string{clientID}, Type: "logout+jwt", Lifetime: 2 * time.Minute,
	}
	token, err := template.Sign(ctx, idClaims{
		Claims: jwt.Claims{Subject: user}, SessionID: sessionID,
		Events: map[string]any{"http://schemas.openid.net/event/backchannel-logout": struct{}{}},
	})
	if err != nil {
		return err
	}
	form := url.Values{"logout_token": {token}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.logoutURL, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("got status %d", answer.StatusCode)
	}
	return nil
}
