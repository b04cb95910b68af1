package jwthttp_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/jwk"
	"github.com/seed-b1f8f58c/jwt/jwthttp"
)

func TestKeysThatMoveAreFetchedWhole(t *testing.T) {
	bubble(t, func(t *testing.T) {
		// Both places answer with the same ETag, which says nothing of each other.
		before, after := newKey(t), newKey(t)
		m, keys := newMetadata(t, "/old")
		m.set("/old", &keyServer{keys: []*jwk.Key{before}, etag: `"1"`})
		moved := &keyServer{keys: []*jwk.Key{after}, etag: `"1"`}
		m.set("/moved", moved)
		require.NoError(t, accept(t, keys, tokenOf(t, before)))
		m.set(openID, metadataOf("/moved"))
		pass(time.Hour)
		assert.NoError(t, accept(t, keys, tokenOf(t, before)), "the keys at hand serve meanwhile")
		synctest.Wait()
		assert.NoError(t, accept(t, keys, tokenOf(t, after)), "seen when the metadata are read again")
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, before)), jwt.ErrUnknownKey)
		assert.Equal(t, "https://issuer.example/moved", keys.State().URL)

		// Where the keys are gone, the metadata are read again at once.
		for _, gone := range []int{404, 410} {
			moved.set(func(s *keyServer) { s.misbehave = status(gone) })
			m.set(openID, metadataOf("/old"))
			assert.NoError(t, keys.Refresh(t.Context()))
			assert.NoError(t, accept(t, keys, tokenOf(t, before)))
			assert.ErrorIs(t, accept(t, keys, tokenOf(t, after)), jwt.ErrUnknownKey)
			assert.Equal(t, "https://issuer.example/old", keys.State().URL)
			moved.set(func(s *keyServer) { s.misbehave = nil })
			m.set(openID, metadataOf("/moved"))
			m.set("/old", status(gone))
			assert.NoError(t, keys.Refresh(t.Context()))
			assert.NoError(t, accept(t, keys, tokenOf(t, after)))
			m.set("/old", &keyServer{keys: []*jwk.Key{before}, etag: `"1"`})
		}
	})
}

// Nothing else is asked where nothing else is known: for keys whose URL was given,
// and for keys that the metadata have just told.
func TestKeysThatAreAbsent(t *testing.T) {
	m, keys := newMetadata(t, "/keys")
	assert.ErrorContains(t, keys.Refresh(t.Context()), `"https://issuer.example/keys": got status 404`)
	assert.Equal(t, map[string]int{openID: 1, "/keys": 1}, m.count)

	server, given := newServed(t, jwthttp.RemoteOptions{})
	server.misbehave = status(404)
	assert.EqualError(t, given.Refresh(t.Context()), `jwthttp: keys not fetched: "https://issuer.example/keys": got status 404, want 200`)
	assert.EqualValues(t, 1, server.hits.Load())
}

func TestKeysThatAreGoneAndDidNotMove(t *testing.T) {
	m, keys := newMetadata(t, "/keys")
	key := newKey(t)
	server := &keyServer{keys: []*jwk.Key{key}}
	m.set("/keys", server)
	require.NoError(t, keys.Refresh(t.Context()))

	server.set(func(s *keyServer) { s.misbehave = status(404) })
	assert.ErrorContains(t, keys.Refresh(t.Context()), `"https://issuer.example/keys": got status 404`)
	assert.Equal(t, 2, m.hits("/keys"))
	assert.Equal(t, 2, m.hits(openID))

	m.set(openID, status(500))
	err := keys.Refresh(t.Context())
	assert.ErrorContains(t, err, `"https://issuer.example/keys": got status 404`)
	assert.ErrorContains(t, err, `openid-configuration": got status 500`)
	server.set(func(s *keyServer) { s.misbehave = nil })
	assert.NoError(t, keys.Refresh(t.Context()), "where they were")
	assert.Equal(t, 3, m.hits(openID))
}

// The keys moved, and the first fetch from their new place fails: then the ETag
// of the old place is not sent to the new one.
func TestETagsAreNotTakenElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		withdrawn, fresh := newKey(t), newKey(t)
		m, keys := newMetadata(t, "/a")
		m.set("/a", &keyServer{keys: []*jwk.Key{withdrawn}, etag: `"1"`})
		require.NoError(t, accept(t, keys, tokenOf(t, withdrawn)))

		m.set("/a", nil)
		m.set("/b", http.HandlerFunc(answerPage))
		m.set(openID, metadataOf("/b"))
		for range 3 {
			assert.Error(t, keys.Refresh(t.Context()))
			assert.NoError(t, accept(t, keys, tokenOf(t, withdrawn)), "the keys at hand serve on")
		}
		m.set("/b", &keyServer{keys: []*jwk.Key{fresh}, etag: `"1"`})
		require.NoError(t, keys.Refresh(t.Context()))
		assert.NoError(t, accept(t, keys, tokenOf(t, fresh)))
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, withdrawn)), jwt.ErrUnknownKey)
	})
}

// Metadata that fail or hang do not keep known keys from being fetched.
func TestKeysAreRefreshedWhileTheMetadataAreDown(t *testing.T) {
	for name, down := range map[string]http.HandlerFunc{"fail": status(500), "hang": hang} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				previous := newKey(t)
				m, keys := newMetadata(t, "/keys")
				server := &keyServer{keys: []*jwk.Key{previous}}
				m.set("/keys", server)
				require.NoError(t, accept(t, keys, tokenOf(t, previous)))
				m.set(openID, down)
				for range 6 {
					pass(30 * time.Minute)
					next := newKey(t)
					server.set(func(s *keyServer) { s.keys = []*jwk.Key{next} })
					began := time.Now()
					assert.NoError(t, accept(t, keys, tokenOf(t, next)))
					assert.ErrorIs(t, accept(t, keys, tokenOf(t, previous)), jwt.ErrUnknownKey)
					// The metadata are still being asked for, which delays no rotation.
					pass(time.Second)
					last := newKey(t)
					server.set(func(s *keyServer) { s.keys = []*jwk.Key{last} })
					assert.NoError(t, accept(t, keys, tokenOf(t, last)))
					assert.Equal(t, time.Second, time.Since(began))
					previous = last
				}
				pass(10 * time.Second)
				assert.NoError(t, keys.State().Err)
				assert.Error(t, keys.State().MetadataErr)
				if name == "hang" {
					assert.Equal(t, 6, m.hits(openID), "asked for one at a time")
				} else {
					assert.Equal(t, 11, m.hits(openID))
				}

				m.set(openID, metadataOf("/keys"))
				require.NoError(t, keys.Refresh(t.Context()))
				synctest.Wait()
				assert.NoError(t, keys.State().MetadataErr)
			})
		})
	}
}

// While the metadata are read again, the keys are fetched from where they were;
// then from where they are now.
func TestKeysMoveWhileTheyAreFetched(t *testing.T) {
	bubble(t, func(t *testing.T) {
		before, after := newKey(t), newKey(t)
		m, keys := newMetadata(t, "/old")
		old := &keyServer{keys: []*jwk.Key{before}}
		m.set("/old", old)
		m.set("/moved", &keyServer{keys: []*jwk.Key{after}})
		require.NoError(t, keys.Refresh(t.Context()))
		pass(time.Hour)
		m.set(openID, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			metadataOf("/moved")(w, r)
		}))
		require.NoError(t, keys.Refresh(t.Context()))
		old.set(func(s *keyServer) { s.delay = 3 * time.Second })
		require.NoError(t, keys.Refresh(t.Context()))
		synctest.Wait()
		assert.Equal(t, 1, m.hits("/moved"), "without a token that asks for it")
		assert.NoError(t, accept(t, keys, tokenOf(t, after)))
		assert.ErrorIs(t, accept(t, keys, tokenOf(t, before)), jwt.ErrUnknownKey)
		assert.Equal(t, 2, m.hits(openID))
		assert.Equal(t, 1, m.hits("/moved"))
	})
}

// Metadata that are read again while the keys are fetched, and name the same place,
// cause no other fetch.
func TestKeysStayWhileTheyAreFetched(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, keys := newMetadata(t, "/keys")
		server := &keyServer{keys: []*jwk.Key{newKey(t)}}
		m.set("/keys", server)
		require.NoError(t, keys.Refresh(t.Context()))
		pass(time.Hour)
		m.set(openID, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			metadataOf("/keys")(w, r)
		}))
		require.NoError(t, keys.Refresh(t.Context()))
		server.set(func(s *keyServer) { s.delay = 3 * time.Second })
		require.NoError(t, keys.Refresh(t.Context()))
		pass(10 * time.Second)
		assert.Equal(t, map[string]int{openID: 2, "/keys": 3}, m.count)
	})
}

func TestFailingKeyServerDoesNotCostMetadata(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, keys := newMetadata(t, "/keys")
		m.set("/keys", status(500))
		for range 5 {
			assert.True(t, undecided(accept(t, keys, tokenOf(t, newKey(t)))))
			pass(time.Minute)
		}
		assert.Equal(t, map[string]int{openID: 1, "/keys": 5}, m.count)
	})
}
