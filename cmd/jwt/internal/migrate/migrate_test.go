package migrate

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
)

// The fixtures say at each use what is reported there; any other report fails the
// test. The libraries beside them have only the declarations that the fixtures use.
func TestEveryUseIsReportedWithWhatToWrite(t *testing.T) {
	t.Parallel()
	analysistest.Run(t, analysistest.TestData(), Analyzer, "v5", "v4", "jose", "jwx", "wrapped", "none")
}
