package main

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALineSaysWhatTakesLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "stderr")
		stderr, err := os.Create(name)
		require.NoError(t, err)
		defer stderr.Close()
		printed := func() string {
			synctest.Wait()
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			return string(text)
		}
		c := &cli{stderr: stderr}
		done := c.progress("fetching")
		time.Sleep(patience - 1)
		assert.Empty(t, printed())
		done()
		time.Sleep(time.Hour)
		assert.Empty(t, printed(), "it was fast")
		done = c.progress("fetching \x1b")
		time.Sleep(patience)
		assert.Equal(t, "fetching \\u001b …\n", printed())
		done()
	})
}
