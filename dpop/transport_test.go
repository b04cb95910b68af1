package dpop_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/dpop"
)

// A server is a RoundTripper that answers by itself and notes the claims of the
// proofs that it gets.
type server struct {
	t      testing.TB
	answer func(r *http.Request, n int) *http.Response

	mu     sync.Mutex
	proofs []map[string]any // nil for a request without one
	bodies []string
	closed int   // answers
	atEnd  int   // answers that were read to their end
	left   []int // bytes of each answer that were not read
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var claims map[string]any
	if text := r.Header.Get("DPoP"); text != "" {
		_, payload, err := jwt.InsecureDecode(text)
		require.NoError(s.t, err)
		token, err := jwt.InsecureToken(payload)
		require.NoError(s.t, err)
		claims, err = jwt.ClaimsAs[map[string]any](token)
		require.NoError(s.t, err)
	}
	s.proofs = append(s.proofs, claims)
	body := ""
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		require.NoError(s.t, err)
		body = string(data)
		r.Body.Close()
	}
	s.bodies = append(s.bodies, body)
	if s.answer == nil {
		return s.reply(200, "ok"), nil
	}
	return s.answer(r, len(s.proofs)), nil
}

// reply returns an answer with headers, each a name and a value.
func (s *server) reply(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Add(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: &noting{strings.NewReader(body), s}}
}

// noting is a body that notes what happens to it.
type noting struct {
	*strings.Reader
	by *server
}

func (n *noting) Close() error {
	n.by.mu.Lock()
	defer n.by.mu.Unlock()
	n.by.closed++
	n.by.left = append(n.by.left, n.Len())
	if n.Len() == 0 {
		n.by.atEnd++
	}
	return nil
}

func newTransport(t testing.TB, s *server) *dpop.Transport {
	t.Helper()
	s.t = t
	prover, err := dpop.NewProver(jwt.ES256, newKey(t, jwt.ES256))
	require.NoError(t, err)
	return &dpop.Transport{Prover: prover, Base: s}
}

// send sends a request and returns the body of the answer.
func send(t testing.TB, transport http.RoundTripper, method, url, body, authorization string) (*http.Response, string) {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	require.NoError(t, err)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := transport.RoundTrip(r)
	require.NoError(t, err)
	assert.Empty(t, r.Header.Get("DPoP"), "the request is not changed")
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	answer.Body.Close()
	return answer, string(text)
}

func TestATransportAddsAProofToEachRequest(t *testing.T) {
	s := &server{}
	transport := newTransport(t, s)
	for _, row := range []struct {
		authorization string
		ath           any
		proof         bool
	}{
		{"", nil, true},
		{"Basic eDp5", nil, true},
		{"basic eDp5", nil, true},
		{"DPoP " + rfcAccessToken, rfcHash, true},
		{"dpop   " + rfcAccessToken, rfcHash, true},
		{"Bearer " + rfcAccessToken, nil, false},
		{"Negotiate eDp5", nil, false},
	} {
		send(t, transport, "PUT", "https://api.example/orders?x=1", "body", row.authorization)
		last := s.proofs[len(s.proofs)-1]
		if !row.proof {
			assert.Nil(t, last, row.authorization)
			continue
		}
		assert.Equal(t, "PUT", last["htm"])
		assert.Equal(t, "https://api.example/orders", last["htu"])
		assert.Equal(t, row.ath, last["ath"], row.authorization)
		assert.NotContains(t, last, "nonce")
		assert.Equal(t, "body", s.bodies[len(s.bodies)-1])
	}
}

func TestAProofIsForTheHostThatTheServerSees(t *testing.T) {
	s := &server{}
	transport := newTransport(t, s)
	r, err := http.NewRequest("", "http://alice@10.0.0.1:8080/orders", nil)
	require.NoError(t, err)
	r.Host, r.Method = "api.example", ""
	_, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.Equal(t, "http://api.example/orders", s.proofs[0]["htu"])
	assert.Equal(t, "GET", s.proofs[0]["htm"])
	s.answer = func(r *http.Request, _ int) *http.Response { return s.reply(200, "", "DPoP-Nonce", "of-"+r.URL.Host) }
	r.Host = ""
	_, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.Equal(t, "http://10.0.0.1:8080/orders", s.proofs[1]["htu"])
	r.URL.Host = "10.0.0.2"
	_, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.NotContains(t, s.proofs[2], "nonce", "that of another host")
	_, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.Equal(t, "of-10.0.0.2", s.proofs[3]["nonce"])
	r.Host = "api.example"
	_, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.NotContains(t, s.proofs[4], "nonce", "that of the host in the URL")
}

func TestTheLatestNonceOfEachOriginIsSent(t *testing.T) {
	s := &server{}
	s.answer = func(r *http.Request, n int) *http.Response {
		return s.reply(200, "", "DPoP-Nonce", fmt.Sprintf("%s-%d", r.URL.Host, n))
	}
	transport := newTransport(t, s)
	for _, url := range []string{"https://a.example", "https://b.example", "https://a.example/x", "https://A.example", "http://a.example", "https://b.example"} {
		send(t, transport, "GET", url, "", "")
	}
	var sent []any
	for _, claims := range s.proofs {
		sent = append(sent, claims["nonce"])
	}
	assert.Equal(t, []any{nil, nil, "a.example-1", "a.example-3", nil, "b.example-2"}, sent)
}

func TestWhatIsNoNonceIsNotKept(t *testing.T) {
	for _, headers := range [][]string{
		{"DPoP-Nonce", ""}, {"DPoP-Nonce", "a b"}, {"DPoP-Nonce", `"a"`}, {"DPoP-Nonce", "a", "DPoP-Nonce", "b"}, {"DPoP-Nonce", strings.Repeat("a", 1025)},
	} {
		s := &server{}
		s.answer = func(*http.Request, int) *http.Response {
			return s.reply(401, "", append(headers, "WWW-Authenticate", `DPoP error="use_dpop_nonce"`)...)
		}
		transport := newTransport(t, s)
		send(t, transport, "GET", "https://api.example", "", "")
		send(t, transport, "GET", "https://api.example", "", "")
		require.Len(t, s.proofs, 2, "nothing is repeated")
		assert.NotContains(t, s.proofs[1], "nonce")
	}
}

// RFC 9449 sections 8 and 9.
func TestARequestIsRepeatedOnceWithTheNonceThatTheServerWants(t *testing.T) {
	for _, row := range []struct {
		name    string
		status  int
		body    string
		headers []string
		again   bool
	}{
		{"a resource server", 401, "a body", []string{"WWW-Authenticate", `DPoP error="use_dpop_nonce", error_description="x"`, "DPoP-Nonce", "n1"}, true},
		{"one of several challenges", 401, "", []string{"WWW-Authenticate", `Bearer`, "WWW-Authenticate", `Basic, DPoP error="use_dpop_nonce"`, "DPoP-Nonce", "n1"}, true},
		{"another error of a like name", 401, "", []string{"WWW-Authenticate", `DPoP error="no_use_dpop_nonce", error="use_dpop_nonces"`, "DPoP-Nonce", "n1"}, false},
		{"a token endpoint", 400, `{"error":"use_dpop_nonce"}`, []string{"DPoP-Nonce", "n1"}, true},
		{"a token endpoint with another status", 401, `{"error":"use_dpop_nonce"}`, []string{"DPoP-Nonce", "n1"}, true},
		{"a token endpoint with another error", 400, `{"error":"invalid_grant"}`, []string{"DPoP-Nonce", "n1"}, false},
		{"a body that is no JSON", 400, "use_dpop_nonce", []string{"DPoP-Nonce", "n1"}, false},
		{"another challenge", 401, "", []string{"WWW-Authenticate", `DPoP error="invalid_token"`, "DPoP-Nonce", "n1"}, false},
		{"no nonce", 401, "", []string{"WWW-Authenticate", `DPoP error="use_dpop_nonce"`}, false},
		{"another status", 403, `{"error":"use_dpop_nonce"}`, []string{"WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", "n1"}, false},
		{"success", 200, `{"error":"use_dpop_nonce"}`, []string{"DPoP-Nonce", "n1"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &server{}
			s.answer = func(_ *http.Request, n int) *http.Response {
				if n == 1 {
					return s.reply(row.status, row.body, row.headers...)
				}
				return s.reply(200, "ok", "DPoP-Nonce", "n2")
			}
			transport := newTransport(t, s)
			answer, text := send(t, transport, "POST", "https://api.example/orders", "body", "DPoP "+rfcAccessToken)
			if !row.again {
				assert.Len(t, s.proofs, 1)
				assert.Equal(t, row.status, answer.StatusCode)
				assert.Equal(t, row.body, text, "the whole body can be read")
				return
			}
			require.Len(t, s.proofs, 2)
			assert.Equal(t, 200, answer.StatusCode)
			assert.Equal(t, "ok", text)
			assert.Equal(t, []string{"body", "body"}, s.bodies)
			assert.Equal(t, "n1", s.proofs[1]["nonce"])
			assert.Equal(t, rfcHash, s.proofs[1]["ath"])
			assert.NotEqual(t, s.proofs[0]["jti"], s.proofs[1]["jti"])
			assert.Equal(t, 2, s.closed, "both answers are closed")
			assert.Equal(t, 2, s.atEnd, "so that their connections can be used again")
			send(t, transport, "GET", "https://api.example/orders", "", "")
			assert.Equal(t, "n2", s.proofs[2]["nonce"])
		})
	}
}

func TestAServerThatAsksForANonceForEverIsNotFollowed(t *testing.T) {
	s := &server{}
	s.answer = func(_ *http.Request, n int) *http.Response {
		return s.reply(401, "", "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", fmt.Sprint("n", n))
	}
	transport := newTransport(t, s)
	answer, _ := send(t, transport, "GET", "https://api.example", "", "")
	assert.Equal(t, 401, answer.StatusCode)
	assert.Len(t, s.proofs, 2)

	same := &server{}
	same.answer = func(*http.Request, int) *http.Response {
		return same.reply(401, "", "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", "n")
	}
	transport = newTransport(t, same)
	send(t, transport, "GET", "https://api.example", "", "")
	send(t, transport, "GET", "https://api.example", "", "")
	assert.Len(t, same.proofs, 3, "the nonce that was just refused is not tried again")
}

// The answer that asks for a nonce is read, so that its connection can be used
// again, but not for ever.
func TestALargeAnswerThatAsksForANonceIsNotReadWhole(t *testing.T) {
	s := &server{}
	s.answer = func(_ *http.Request, n int) *http.Response {
		return s.reply(401, strings.Repeat("x", 100<<10), "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", fmt.Sprint("n", n))
	}
	_, body := send(t, newTransport(t, s), "GET", "https://api.example", "", "")
	assert.Len(t, body, 100<<10)
	assert.Equal(t, []int{36 << 10, 0}, s.left)
}

func TestABodyThatCannotBeReadAgainIsSentOnce(t *testing.T) {
	s := &server{}
	s.answer = func(_ *http.Request, n int) *http.Response {
		return s.reply(400, `{"error":"use_dpop_nonce"}`, "DPoP-Nonce", "n1")
	}
	transport := newTransport(t, s)
	r, err := http.NewRequest("POST", "https://api.example", io.NopCloser(strings.NewReader("body")))
	require.NoError(t, err)
	answer, err := transport.RoundTrip(r)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, `{"error":"use_dpop_nonce"}`, string(text))
	assert.Len(t, s.proofs, 1)

	r, err = http.NewRequest("POST", "https://api.example", strings.NewReader("body"))
	require.NoError(t, err)
	r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
	s.answer = func(_ *http.Request, n int) *http.Response {
		return s.reply(400, `{"error":"use_dpop_nonce"}`, "DPoP-Nonce", "n2")
	}
	answer, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.Equal(t, 400, answer.StatusCode)
	assert.Equal(t, "n1", s.proofs[1]["nonce"], "the nonce is kept for the next request")
	assert.Len(t, s.proofs, 2)

	r, err = http.NewRequest("POST", "https://api.example", http.NoBody)
	require.NoError(t, err)
	r.GetBody = nil
	s.answer = func(_ *http.Request, n int) *http.Response {
		if n == 3 {
			return s.reply(400, `{"error":"use_dpop_nonce"}`, "DPoP-Nonce", "n3")
		}
		return s.reply(200, "ok")
	}
	answer, err = transport.RoundTrip(r)
	require.NoError(t, err)
	assert.Equal(t, 200, answer.StatusCode)
}

func TestALargeAnswerOfATokenEndpointArrivesWhole(t *testing.T) {
	large := strings.Repeat("x", 100<<10)
	s := &server{}
	s.answer = func(*http.Request, int) *http.Response { return s.reply(400, large, "DPoP-Nonce", "n") }
	_, text := send(t, newTransport(t, s), "POST", "https://api.example", "body", "")
	assert.Equal(t, large, text)
	assert.Equal(t, 1, s.closed)
}

// The nonces kept are bounded: a client that follows links to ever new hosts does
// not grow.
// An error is looked for in the first 64 KiB of an answer.
func TestAnErrorInALargeAnswerIsFoundIfItIsReadWhole(t *testing.T) {
	for size, sent := range map[int]int{64 << 10: 2, 64<<10 + 1: 1} {
		s := &server{}
		s.answer = func(_ *http.Request, n int) *http.Response {
			const text = `{"error":"use_dpop_nonce"`
			return s.reply(400, text+strings.Repeat(" ", size-len(text)-1)+"}", "DPoP-Nonce", "n"+strconv.Itoa(n))
		}
		_, text := send(t, newTransport(t, s), "POST", "https://login.example/token", "a=b", "")
		assert.Len(t, s.proofs, sent, size)
		assert.Len(t, text, size)
	}
}

// An answer that breaks off says nothing, whatever came of it.
func TestAnErrorInAnAnswerThatBreaksOffIsNotFollowed(t *testing.T) {
	s, broken := &server{}, errors.New("broken off")
	s.answer = func(*http.Request, int) *http.Response {
		answer := s.reply(400, "", "DPoP-Nonce", "n1")
		answer.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"error":"use_dpop_nonce"}`), iotest.ErrReader(broken)))
		return answer
	}
	r, err := http.NewRequest("GET", "https://login.example/token", nil)
	require.NoError(t, err)
	answer, err := newTransport(t, s).RoundTrip(r)
	require.NoError(t, err)
	assert.Len(t, s.proofs, 1)
	text, err := io.ReadAll(answer.Body)
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, `{"error":"use_dpop_nonce"}`, string(text))
}

func TestNoncesOfManyOriginsAreBounded(t *testing.T) {
	s := &server{}
	s.answer = func(*http.Request, int) *http.Response { return s.reply(200, "", "DPoP-Nonce", "n") }
	transport := newTransport(t, s)
	for i := range 300 {
		send(t, transport, "GET", fmt.Sprintf("https://h%d.example", i), "", "")
	}
	s.proofs = nil
	for i := range 300 { // a new nonce of an origin that has one takes no room
		send(t, transport, "GET", "https://h299.example", "", "")
		require.Equal(t, "n", s.proofs[i]["nonce"])
	}
	s.answer, s.proofs = nil, nil
	kept := 0
	for i := range 300 {
		send(t, transport, "GET", fmt.Sprintf("https://h%d.example", i), "", "")
		if s.proofs[i]["nonce"] != nil {
			kept++
		}
	}
	assert.Equal(t, 256, kept)
	assert.Equal(t, "n", s.proofs[299]["nonce"], "the latest is there")
}

func TestATransportMayBeUsedConcurrently(t *testing.T) {
	s := &server{}
	s.answer = func(r *http.Request, n int) *http.Response {
		if r.Header.Get("X-Again") == "" && n%3 == 0 {
			return s.reply(401, "", "WWW-Authenticate", `DPoP error="use_dpop_nonce"`, "DPoP-Nonce", fmt.Sprint("n", n))
		}
		return s.reply(200, "", "DPoP-Nonce", fmt.Sprint("n", n))
	}
	transport := newTransport(t, s)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				send(t, transport, "POST", "https://api.example", "body", "")
			}
		})
	}
	wg.Wait()
}

// closer notes that a body was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

func TestATransportThatCannotMakeAProofSendsNothing(t *testing.T) {
	for want, transport := range map[string]*dpop.Transport{
		"dpop: Transport.Prover is nil, want what makes the proofs":            {},
		"dpop: the Prover is nil or zero, want one from NewProver":             {Prover: &dpop.Prover{}, Base: &server{t: t}},
		"dpop: Transport.Prover is nil, want what makes the proofs ":           nil,
		"dpop: the Prover is nil or zero, want one from NewProver (no client)": {Prover: &dpop.Prover{}},
	} {
		body := &closer{Reader: strings.NewReader("body")}
		r, err := http.NewRequest("POST", "https://api.example", body)
		require.NoError(t, err)
		_, err = transport.RoundTrip(r)
		assert.EqualError(t, err, strings.TrimSuffix(strings.TrimSuffix(want, " "), " (no client)"))
		assert.True(t, body.closed, "as http.RoundTripper wants")
	}
	_, err := (&dpop.Transport{Prover: &dpop.Prover{}}).RoundTrip(&http.Request{URL: &url.URL{Scheme: "https", Host: "api.example"}})
	assert.Error(t, err, "without a body")
	_, err = newTransport(t, &server{}).RoundTrip(&http.Request{})
	assert.EqualError(t, err, "dpop: request without a URL")
	_, err = newTransport(t, &server{}).RoundTrip(nil)
	assert.EqualError(t, err, "dpop: request without a URL")
}

// idling is a RoundTripper with connections.
type idling struct {
	http.RoundTripper
	closed int
}

func (i *idling) CloseIdleConnections() { i.closed++ }

func TestIdleConnectionsAreClosedWithThoseOfTheBase(t *testing.T) {
	transport, base := newTransport(t, &server{}), &idling{}
	(&http.Client{Transport: transport}).CloseIdleConnections() // a Base that has none
	transport.Base = base
	(&http.Client{Transport: transport}).CloseIdleConnections()
	assert.Equal(t, 1, base.closed)
	(*dpop.Transport)(nil).CloseIdleConnections()
}

// failing is a RoundTripper that reaches nobody.
type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("unreachable")
}

// Some servers forget to tell the nonce that they want.
func TestARequestIsNotRepeatedWithoutANonce(t *testing.T) {
	s := &server{t: t}
	s.answer = func(_ *http.Request, n int) *http.Response {
		if n == 1 {
			return s.reply(200, "", "DPoP-Nonce", "n1")
		}
		return s.reply(401, "", "WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
	}
	transport := newTransport(t, s)
	for range 2 {
		send(t, transport, "GET", "https://api.example/orders", "", "DPoP token")
	}
	assert.Len(t, s.proofs, 2)
}

func TestAnErrorOfTheSecondAttemptIsReturned(t *testing.T) {
	s, down := &server{t: t}, errors.New("network down")
	transport := newTransport(t, s)
	transport.Base = roundTripper(func(r *http.Request) (*http.Response, error) {
		if len(s.proofs) == 1 {
			return nil, down
		}
		return s.RoundTrip(r)
	})
	s.answer = func(*http.Request, int) *http.Response {
		return s.reply(401, "", "DPoP-Nonce", "n1", "WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
	}
	r, err := http.NewRequest("GET", "https://api.example/orders", nil)
	require.NoError(t, err)
	answer, err := transport.RoundTrip(r)
	assert.ErrorIs(t, err, down)
	assert.Nil(t, answer)
}

func TestAnErrorOfTheNetworkIsReturned(t *testing.T) {
	transport := newTransport(t, &server{})
	transport.Base = failing{}
	r, err := http.NewRequest("GET", "https://api.example", nil)
	require.NoError(t, err)
	_, err = transport.RoundTrip(r)
	assert.EqualError(t, err, "unreachable")
}
