package jwttest

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEightCallersCallTogether(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	all.Add(8)
	var mu sync.Mutex
	var numbers []int
	contract{t, "Signer"}.together(func(n int) {
		all.Done()
		all.Wait() // for the others, who are under way
		mu.Lock()
		defer mu.Unlock()
		numbers = append(numbers, n)
	})
	assert.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, numbers)
}

func TestAPanicIsNoAnswer(t *testing.T) {
	t.Parallel()
	r := &ended{TB: t}
	c := contract{r, "Signer"}
	assert.True(t, c.try("an input", func() {}))
	assert.Empty(t, r.text)
	assert.False(t, c.try("an input", func() { panic("x") }))
	assert.Equal(t, "jwttest: Signer: panics with an input: x", r.text)
}
