package revoke

import (
	"context"
	"testing"
)

// NewRunningReplica returns a replica of an empty store, until the test ends.
func NewRunningReplica(t *testing.T) *Replica {
	r := &Replica{Remote: newFeed()}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go r.Run(ctx)
	return r
}
