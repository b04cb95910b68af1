//go:build !unix

package main

import "time"

// processorTime is not measured on this system: results have wall time only.
func processorTime() time.Duration { return 0 }
