//go:build goexperiment.jsonv2 && !go1.27

package structjson

import "github.com/go-json-experiment/json"

// formatTag is nothing: the draft of encoding/json/v2 in Go 1.26, which stands in
// for package json there, has no such option and reads "format" without one.
var formatTag = json.JoinOptions()
