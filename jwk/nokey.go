package jwk

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seed-b1f8f58c/jwt"
	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

// NoKey says why no key of the set is for a token with header h: because the key
// of its kid was left out or may not verify, or is for another algorithm, or is
// not there. It is the text of a refusal, for a log; key IDs in it are quoted and
// cut, and at most four are named. The first call goes through the keys; others take
// the same time for a set of any size.
func (s *Set) NoKey(h jwt.Header) string {
	if err := s.missing(); err != nil {
		return err.Error()
	}
	s.why.once.Do(s.why.prepare)
	return s.why.of(h)
}

// An explanation knows why keys do not verify, from the first time it is asked.
type explanation struct {
	set     *Set
	once    sync.Once
	byKeyID map[string][]string // of a kid, what its first few keys are for, or why for nothing
	known   string              // the first few key IDs and the algorithms
}

const maxShown = 4 // key IDs, and keys of one key ID, in a message

func (e *explanation) prepare() {
	e.byKeyID = make(map[string][]string)
	var keyIDs, algorithms []string
	for _, k := range e.set.keys {
		algs, why := e.set.rules.verifying(k)
		if why == "" {
			why = "it is for " + orList(algs)
			if k.algorithm == "" && k.kty == "RSA" {
				why += ", as an RSA key without alg is"
			}
			keyIDs = append(keyIDs, k.keyID)
		}
		for _, alg := range algs {
			if !slices.Contains(algorithms, string(alg)) { // of at most fourteen
				algorithms = append(algorithms, string(alg))
			}
		}
		e.tell(k.keyID, why)
	}
	for _, skipped := range e.set.skipped {
		e.tell(skipped.KeyID, fmt.Sprintf("entry %d was left out: %s", skipped.Index, strings.TrimPrefix(skipped.Err.Error(), "jwk: ")))
	}
	switch left := len(e.set.skipped); {
	case len(keyIDs) > 0:
		e.known = "the set has " + quoted(keyIDs) + " for " + strings.Join(algorithms, ", ")
	case left > 0:
		e.known = fmt.Sprintf("the set has no key that verifies, and %d left out", left)
	default:
		e.known = "the set has no key that verifies"
	}
}

// tell adds what there is to say of a key.
func (e *explanation) tell(keyID, why string) {
	if list := e.byKeyID[keyID]; len(list) < maxShown && !slices.Contains(list, why) {
		e.byKeyID[keyID] = append(list, why)
	}
}

func (e *explanation) of(h jwt.Header) string {
	if reasons := e.byKeyID[h.KeyID]; h.KeyID != "" && reasons != nil {
		return "no key fits: " + strings.Join(reasons, "; ")
	}
	return "no key fits: " + e.known
}

// orList joins algorithms.
func orList(algs []jwt.Algorithm) string {
	words := make([]string, len(algs))
	for i, alg := range algs {
		words[i] = string(alg)
	}
	return strings.Join(words, " or ")
}

// quoted shows the first few of a list of key IDs.
func quoted(keyIDs []string) string {
	shown := make([]string, 0, maxShown)
	for _, keyID := range keyIDs[:min(len(keyIDs), maxShown)] {
		if keyID == "" {
			shown = append(shown, "a key without kid")
		} else {
			shown = append(shown, "kid "+strictjson.Quote(keyID))
		}
	}
	text := strings.Join(shown, ", ")
	if more := len(keyIDs) - maxShown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
