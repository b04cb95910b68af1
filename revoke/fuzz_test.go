package revoke

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/jsontest"
)

// A state that is read is written with the same meaning, also the members that are
// not known here.
func FuzzState(f *testing.F) {
	for _, text := range []string{
		`{"v":1,"id":"a","sub":"alice","began":1,"ends":2,"exp":3,"current":"c","at":4}`,
		`{"v":1,"id":"a","sub":"alice","current":"c","used":[{"hash":"h","at":1,"nonce":"n"}],"data":{"x":[1]},"later":{"y":null}}`,
		`{"v":1,"id":"a","current":"c"}`, `{"v":1,"id":"a","sub":"alice"}`, `{"v":2,"id":"a","sub":"alice","current":"c"}`, `{"v":1,"id":"","sub":"alice","current":"c"}`, `{}`, `[]`, ``,
		`{"v":1,"id":"a","sub":"alice","current":"c","began":1e400}`, `{"v":1,"id":"a","sub":"alice","current":"c","at":"1"}`,
	} {
		f.Add(text, "a")
		f.Add(text, "")
	}
	f.Fuzz(func(t *testing.T, text, id string) {
		s, err := decodeState(text, id)
		if err != nil {
			require.Nil(t, s)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.True(t, id == "" || s.ID == id)
		require.NotEmpty(t, s.Subject)
		require.NotEmpty(t, s.Current)
		again, err := s.encode()
		require.NoError(t, err)
		back, err := decodeState(again, s.ID)
		require.NoError(t, err)
		twice, err := back.encode()
		require.NoError(t, err)
		require.Equal(t, again, twice)
	})
}

// A text is a refresh token in one spelling only, and whatever the state is, a token
// that is neither its current one nor one that was used has no successor.
func FuzzRefreshToken(f *testing.F) {
	good := newRefreshToken(ticket{strings.Repeat("A", groupSize), strings.Repeat("B", epochSize), 7})
	f.Add(good.text())
	f.Add(good.text() + "=")
	f.Add("")
	f.Add(".")
	f.Fuzz(func(t *testing.T, text string) {
		r, ok := parseRefreshToken(text)
		if !ok {
			require.Nil(t, r)
			return
		}
		require.Equal(t, text, r.text())
		group, found := ticketOf(r.sessionID())
		require.True(t, found)
		require.Equal(t, r.ticket, group)
		s := &state{Current: good.hash()}
		next := s.successor(r, time.Unix(1_800_000_000, 0), time.Minute)
		require.Equal(t, r.hash() == good.hash(), next != nil)
	})
}

// A form of any method, type and body is answered with what RFC 6749 or RFC 7009
// has, and no session begins, goes on or ends but by its refresh token.
func FuzzForms(f *testing.F) {
	key, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("s", 32)), "")
	require.NoError(f, err)
	policy := &jwt.Policy{Keys: jwt.Keys{key}, Issuer: "i", Audience: []string{"a"}}
	sessions := &Sessions{
		DenyList: &DenyList{Tokens: policy, Store: NewMemory(0), Lifetime: time.Hour},
		Sign:     func(context.Context, Claims, *Session) (string, error) { return "access", nil },
		Issuer:   "i", AccessLifetime: time.Minute, SessionLifetime: time.Hour,
	}
	begun, err := sessions.Begin(context.Background(), "alice", nil)
	require.NoError(f, err)
	const form = "application/x-www-form-urlencoded"
	f.Add("POST", form, "refresh_token=a&grant_type=refresh_token")
	f.Add("POST", form, "token=a.b.c&token_type_hint=access_token")
	f.Add("POST", "multipart/form-data; boundary=a", "--a\r\n")
	f.Add("POST", form, "token="+strings.Repeat("A", 64)+"&token=b")
	f.Add("PUT", "", "%")
	f.Fuzz(func(t *testing.T, method, contentType, body string) {
		if strings.Contains(body, begun.Refresh) {
			return
		}
		for _, handle := range []string{"refresh", "revocation"} {
			r := httptest.NewRequest("POST", "/", strings.NewReader(body))
			r.Method = method
			r.Header["Content-Type"] = []string{contentType}
			w := httptest.NewRecorder()
			if handle == "refresh" {
				sessions.ServeRefresh(w, r)
				require.Contains(t, []int{400, 405}, w.Code)
			} else {
				sessions.ServeRevocation(w, r)
				require.Contains(t, []int{200, 400, 405}, w.Code)
			}
			require.True(t, w.Body.Len() == 0 || json.Valid(w.Body.Bytes()))
		}
		list, err := sessions.List(context.Background(), "alice")
		require.NoError(t, err)
		require.True(t, len(list) == 1 && slices.ContainsFunc(list, func(s Session) bool { return s.Subject == "alice" }))
	})
}

// Whatever a genuine token claims, a list says yes only to one that has what it could
// be revoked by, and says no to it from then on if it is revoked.
func FuzzDenyList(f *testing.F) {
	key, err := jwt.NewHMAC(jwt.HS256, []byte(strings.Repeat("s", 32)), "")
	require.NoError(f, err)
	now := time.Unix(1_800_000_000, 0)
	clock := func() time.Time { return now }
	f.Add(`"jti":"a","sid":"b","sub":"c","iat":1800000000,"exp":1800000600`)
	f.Add(`"jti":"a","sub":"c","iat":1800000000,"exp":1800000600`)
	f.Add(`"jti":"","sid":"","sub":"","iat":0,"exp":1800000600`)
	f.Add(`"jti":"a","sid":7,"sub":"c","iat":9e18,"exp":1900000000`)
	f.Fuzz(func(t *testing.T, claims string) {
		list := &DenyList{
			Tokens: &jwt.Policy{Keys: jwt.Keys{key}, AllowAnyIssuer: true, AllowAnyAudience: true, Now: clock},
			Store:  NewMemorySince(time.Unix(1, 0), 0), Lifetime: time.Hour, Now: clock,
		}
		text, err := jwt.Sign(t.Context(), key, json.RawMessage("{"+claims+"}"))
		if err != nil {
			return
		}
		token, err := list.Verify(t.Context(), text)
		if err != nil {
			var refusal *jwt.VerifyError
			require.ErrorAs(t, err, &refusal)
			return
		}
		c := jsontest.Object(t, token.Payload())
		for _, name := range []string{"jti", "sid", "sub"} {
			require.NotEmpty(t, c[name], name)
		}
		require.NoError(t, list.RevokeToken(t.Context(), token))
		_, err = list.Verify(t.Context(), text)
		require.ErrorIs(t, err, ErrRevoked)
	})
}
