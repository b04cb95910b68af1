package jwt

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lax takes every signature, none included. It cannot be compared.
type lax struct{ _ []int }

func (lax) Algorithm() Algorithm                              { return "X" }
func (lax) KeyID() string                                     { return "" }
func (lax) Sign(context.Context, []byte) ([]byte, error)      { return []byte("x"), nil }
func (lax) Verify(_ context.Context, input, sig []byte) error { return nil }

// What a Cache holds is what may be found again, counted once.
func TestCacheHoldsNoMoreThanItMay(t *testing.T) {
	key, err := NewHMAC(HS256, make([]byte, 32), "")
	require.NoError(t, err)
	now := time.Unix(1000, 0)
	newCache := func(key Verifier) *Cache {
		return &Cache{Policies: Policies{{Keys: Keys{key}, Now: func() time.Time { return now }}}, MaxAge: time.Second}
	}
	cache := newCache(key)
	token, err := Sign(t.Context(), key, Claims{ExpiresAt: 1100})
	require.NoError(t, err)
	for range 5 { // each time it is too old, and remembered anew
		_, err = cache.Verify(t.Context(), token)
		require.NoError(t, err)
		now = now.Add(2 * time.Second)
	}
	young := cache.memory().young.Load()
	all := held(young)
	require.Len(t, all, 1)
	assert.Equal(t, 1, young.entries)
	assert.Equal(t, all[0].size(), young.bytes)
	now = time.Unix(1008, 0)
	cache.MaxAge = time.Hour
	_, err = cache.Verify(t.Context(), token)
	require.NoError(t, err)
	now = time.Unix(1100, 0)
	_, err = cache.Verify(t.Context(), token)
	require.ErrorIs(t, err, ErrExpired)
	assert.Empty(t, held(young), "an expired token is gone")
	assert.Zero(t, young.entries)
	assert.Zero(t, young.bytes)

	// Neither is a token that could not be found again.
	now = time.Unix(1000, 0)
	token, err = Sign(t.Context(), lax{}, Claims{ExpiresAt: 1100})
	require.NoError(t, err)
	cache = newCache(lax{})
	_, err = cache.Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Empty(t, held(cache.memory().young.Load()))
}

// held are the tokens of a generation.
func held(g *generation) (all []*remembered) {
	if g == nil {
		return nil
	}
	for i := range g.places {
		if at := g.places[i].Load(); at != nil {
			all = append(all, *at...)
		}
	}
	return all
}

func TestEachCacheHasASecret(t *testing.T) {
	one, other := (&Cache{}).memory(), (&Cache{}).memory()
	assert.NotEqual(t, one.secret, other.secret)
	assert.NotEqual(t, one.digest("a signature"), other.digest("a signature"))
	assert.NotEqual(t, one.digest("a signature"), one.digest("another signature"))
	assert.Equal(t, one.digest("a signature"), one.digest("a signature"))
}

// What is held stays under MaxBytes, whatever the tokens are like.
func TestCacheHoldsNoMoreBytesThanItMay(t *testing.T) {
	const most = 1 << 20
	long := func(n int) string { return rand.Text() + strings.Repeat("x", n) }
	escaped := func(n int) string { return strings.Repeat(`\u0078`, n) }
	for name, make := range map[string]func() (header, payload string){
		"long headers":       func() (string, string) { return `,"x":"` + long(12000) + `"`, `{"jti":"` + rand.Text() + `"}` },
		"escapes in headers": func() (string, string) { return `,"kid":"` + rand.Text() + escaped(1900) + `"`, `{}` },
		"long payloads":      func() (string, string) { return "", `{"x":"` + long(40000) + `"}` },
		"escapes in claims": func() (string, string) {
			return "", `{"sub":"` + rand.Text() + escaped(3000) + `","jti":"` + escaped(3000) + `"}`
		},
		"many recipients": func() (string, string) {
			return "", `{"jti":"` + rand.Text() + `","aud":["\u0078` + strings.Repeat(`","\u0078`, 2000) + `"]}`
		},
		"short tokens": func() (string, string) { return "", `{"jti":"` + rand.Text() + `"}` },
	} {
		t.Run(name, func(t *testing.T) {
			key, err := NewHMAC(HS256, []byte("a secret of at least 32 bytes..."), "")
			require.NoError(t, err)
			p := &Policy{Keys: anyKeyID{key}, AllowNoExpiry: true, AllowAnyAudience: true}
			cache := &Cache{Policies: Policies{p}, MaxBytes: most, MaxEntries: 1 << 30}
			before := heapInUse()
			held := 0
			for held < 3*most { // four times what a generation may hold, and more
				header, payload := make()
				input := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"`+header+`}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
				sig, err := key.Sign(t.Context(), []byte(input))
				require.NoError(t, err)
				_, err = cache.Verify(t.Context(), input+"."+base64.RawURLEncoding.EncodeToString(sig))
				require.NoError(t, err)
				held += 1000 + len(input)
			}
			used := heapInUse() - before
			assert.Less(t, used, int64(most+most/16))
			counted := cache.memory().young.Load().bytes
			if old := cache.memory().old.Load(); old != nil {
				counted += old.bytes
			}
			assert.Greater(t, used, int64(counted/2), "what is counted is there")
			runtime.KeepAlive(cache)
		})
	}
}

func TestAllocatedIsAboutWhatTheRuntimeTakes(t *testing.T) {
	for n := 1; n < 200<<10; n += 1 + n/50 {
		takes := cap(append([]byte(nil), make([]byte, n)...))
		if n > 32<<10 {
			assert.Equal(t, takes, allocated(n), n)
			continue
		}
		assert.InDelta(t, takes, allocated(n), float64(takes/5+16), n)
	}
	for n, want := range map[int]int{0: 8, 8: 17, 100: 120, 1000: 1133, 32 << 10: 36<<10 + 8} {
		assert.Equal(t, want, allocated(n), n)
	}
	for _, n := range []int{32<<10 + 1, 40 << 10, 40<<10 + 1} {
		assert.Equal(t, cap(append([]byte(nil), make([]byte, n)...)), allocated(n), n)
	}
}

// anyKeyID has one key for every header.
type anyKeyID struct{ key Verifier }

func (k anyKeyID) Verifiers(context.Context, Header) ([]Verifier, error) { return Keys{k.key}, nil }

func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The bounds are reached exactly: half of them is what is young.
func TestCacheBoundsAreExact(t *testing.T) {
	key, err := NewHMAC(HS256, make([]byte, 32), "")
	require.NoError(t, err)
	p := &Policy{Keys: Keys{key}, AllowNoExpiry: true}
	token := func(id byte) string {
		token, err := Sign(t.Context(), key, Claims{ID: string(rune(id))})
		require.NoError(t, err)
		return token
	}
	fill := func(cache *Cache, n byte) *memory {
		for id := range n {
			_, err := cache.Verify(t.Context(), token('a'+id))
			require.NoError(t, err)
		}
		return cache.memory()
	}
	size := held(fill(&Cache{Policies: Policies{p}}, 1).young.Load())[0].size()
	for _, row := range []struct {
		entries, bytes, n, young, old int
	}{
		{0, 2 * size, 1, 1, 0},
		{0, 2*size - 1, 1, 0, 0},
		{0, 4 * size, 2, 2, 0},
		{0, 4*size - 2, 2, 1, 1},
		{0, 4 * size, 3, 1, 2},
		{1, 0, 1, 1, 0},
		{1, 0, 2, 1, 1},
		{2, 0, 2, 1, 1},
		{3, 0, 2, 2, 0},
		{4, 0, 2, 2, 0},
		{4, 0, 3, 1, 2},
		{4, 0, 5, 1, 2},
	} {
		m := fill(&Cache{Policies: Policies{p}, MaxEntries: row.entries, MaxBytes: row.bytes}, byte(row.n))
		young, old := m.young.Load(), m.old.Load()
		assert.Len(t, held(young), row.young, "%+v", row)
		assert.Len(t, held(old), row.old, "%+v", row)
		assert.Equal(t, row.young, young.entries, "%+v", row)
		assert.Equal(t, row.young*size, young.bytes, "%+v", row)
	}
	// A token that is used again is held once, and its expired one not at all.
	cache := &Cache{Policies: Policies{p}, MaxEntries: 4}
	m := fill(cache, 3)
	_, err = cache.Verify(t.Context(), token('a'))
	require.NoError(t, err)
	young, old := m.young.Load(), m.old.Load()
	assert.Len(t, held(young), 2)
	require.Len(t, held(old), 1)
	m.forget(&held(old)[0].digest)
	assert.Empty(t, held(old))
	assert.Len(t, held(young), 2)
	entries, bytes := (&Cache{}).half()
	assert.Equal(t, 5000, entries)
	assert.Equal(t, 8<<20, bytes)
	assert.Equal(t, 5*time.Minute, (&Cache{}).maxAge())
	assert.Equal(t, time.Minute, (&Cache{MaxAge: time.Minute}).maxAge())
}

// Tokens whose digests lead to one place are told apart, and each is forgotten alone.
func TestCacheTellsApartWhatIsInOnePlace(t *testing.T) {
	m := &memory{entries: 3, bytes: 1 << 20}
	m.young.Store(&generation{places: make([]atomic.Pointer[place], 1)})
	all := make([]*remembered, 3)
	for i := range all {
		all[i] = &remembered{digest: digest{31: byte(i)}, token: new(Token)}
		m.remember(all[i])
	}
	find := func(want ...bool) {
		t.Helper()
		for i, r := range all {
			assert.Equal(t, want[i], m.find(&r.digest) == r, "token %d", i)
			assert.Equal(t, want[i], m.find(&r.digest) != nil, "token %d", i)
		}
	}
	find(true, true, true)
	assert.Nil(t, m.find(&digest{0: 1}))
	m.forget(&all[1].digest)
	find(true, false, true)
	m.forget(&all[1].digest)
	assert.Equal(t, 2, m.young.Load().entries)
	m.forget(&all[0].digest)
	m.forget(&all[2].digest)
	find(false, false, false)
	assert.Nil(t, m.young.Load().places[0].Load(), "nothing is left of it")
	assert.Zero(t, m.young.Load().bytes)
}

// A table has no more places than tokens go in, and at least one.
func TestCacheTableIsAsLargeAsItsBounds(t *testing.T) {
	places := func(c *Cache) int { return len(c.memory().young.Load().places) }
	assert.Equal(t, 5000, places(&Cache{}))
	assert.Equal(t, 1, places(&Cache{MaxEntries: 1}))
	assert.Equal(t, 1, places(&Cache{MaxBytes: 1}))
	assert.Equal(t, 100, places(&Cache{MaxEntries: 1 << 30, MaxBytes: 200 * sizeOfEntry}))
}

// A hit takes no lock.
func TestCacheIsReadWhileItIsChanged(t *testing.T) {
	key, err := NewHMAC(HS256, make([]byte, 32), "")
	require.NoError(t, err)
	cache := &Cache{Policies: Policies{{Keys: Keys{key}, AllowNoExpiry: true}}}
	token, err := Sign(t.Context(), key, Claims{ID: "1"})
	require.NoError(t, err)
	_, err = cache.Verify(t.Context(), token)
	require.NoError(t, err)
	cache.memory().mu.Lock()
	defer cache.memory().mu.Unlock()
	got, err := cache.Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, "1", got.Claims.ID)
}

// Each text counts: once in the header or the payload that it is a part of, and once
// more where escapes make it one of its own.
func TestCacheCountsEveryText(t *testing.T) {
	text := func(n int) string { return strings.Repeat("x", n) }
	claims := Claims{Issuer: text(100), Subject: text(200), ID: text(300), Audience: Audience{text(400), text(500)}}
	header := Header{KeyID: text(600), Type: text(700), ContentType: text(800)}
	size := func(header Header, headerJSON string, claims Claims, payload string) int {
		return (&remembered{input: text(5000), token: &Token{Header: header, Claims: claims, header: headerJSON, payload: payload}}).size()
	}
	plain := sizeOfEntry + allocated(5000) + 2*allocated(3000) + allocated(2*16)
	assert.Equal(t, plain, size(header, text(3000), claims, text(3000)))
	assert.Equal(t, plain-allocated(2*16), size(header, text(3000), Claims{Audience: Audience{"a"}}, text(3000)), "one recipient has its place in the Token")
	assert.Equal(t, plain+allocated(600)+allocated(700)+allocated(800), size(header, text(2999)+`\`, claims, text(3000)))
	assert.Equal(t, plain+allocated(100)+allocated(200)+allocated(300)+allocated(400)+allocated(500), size(header, text(3000), claims, text(2999)+`\`))
	const pointer = 8 // or less
	entry := 0
	for _, size := range []uintptr{reflect.TypeFor[Token]().Size(), reflect.TypeFor[remembered]().Size(), reflect.TypeFor[place]().Size(), pointer, pointer} {
		entry += allocated(int(size))
	}
	assert.Equal(t, entry, sizeOfEntry, "the structs, a place of one token, and that in the table")
}

// Claims that are remembered count, with the lists and the texts that are their own.
func TestCacheCountsClaims(t *testing.T) {
	type own struct {
		Claims
		Scopes []string `json:"scopes"`
	}
	key, err := NewHMAC(HS256, []byte(strings.Repeat("s", 32)), "")
	require.NoError(t, err)
	size := func(claims any, read func(*Cache, string) error) int {
		cache := &Cache{Policies: Policies{{Keys: Keys{key}, AllowNoExpiry: true, AllowAnyAudience: true}}}
		token, err := Sign(t.Context(), key, claims)
		require.NoError(t, err)
		require.NoError(t, read(cache, token))
		return cache.memory().young.Load().bytes
	}
	verify := func(c *Cache, token string) error { _, err := c.Verify(t.Context(), token); return err }
	as := func(c *Cache, token string) error { _, err := VerifyAs[own](t.Context(), c, token); return err }
	flat := allocated(int(reflect.TypeFor[roomFor[own]]().Size()))
	for _, row := range []struct {
		claims own
		more   int
	}{
		{own{}, flat},
		{own{Scopes: []string{"a"}}, flat},
		{own{Scopes: []string{"a", "b"}}, flat + allocated(2*16)},
		{own{Claims{Audience: Audience{"a"}}, []string{"a", "b"}}, flat + allocated(3*16)},
		{own{Scopes: []string{`\`}}, flat + allocated(len(`{"scopes":["\\"]}`))},
	} {
		assert.Equal(t, row.more, size(row.claims, as)-size(row.claims, verify), row.claims)
	}
}

// A hit has copies of claims for their reader, who decodes nothing.
func TestCacheRecallsClaims(t *testing.T) {
	type own struct {
		Claims
		Role string `json:"role"`
	}
	key, err := NewHMAC(HS256, []byte(strings.Repeat("s", 32)), "")
	require.NoError(t, err)
	cache := &Cache{Policies: Policies{{Keys: Keys{key}, AllowNoExpiry: true}}}
	token, err := Sign(t.Context(), key, own{Claims{ID: "1"}, "admin"})
	require.NoError(t, err)
	for _, hit := range []bool{false, true, true} {
		into := target{of: (*roomFor[own])(nil)}
		_, shared, err := cache.lend(t.Context(), token, &into)
		require.NoError(t, err)
		assert.Equal(t, hit, shared)
		assert.Equal(t, own{Claims{ID: "1"}, "admin"}, *into.value.Addr().Interface().(*own))
		assert.True(t, into.filled)
		assert.Equal(t, !hit, into.spare, "a token that is remembered is not used again")
	}
	other := target{of: (*roomFor[Claims])(nil)}
	_, _, err = cache.lend(t.Context(), token, &other)
	require.NoError(t, err)
	assert.False(t, other.filled)

	kept := held(cache.memory().young.Load())[0].claims
	require.NotNil(t, kept.kind)
	assert.Zero(t, other.recall(kept), "of another type")
	assert.Zero(t, other.recall(keptClaims{}))
	assert.Zero(t, (*target)(nil).recall(kept))
}
