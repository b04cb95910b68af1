//go:build !goexperiment.jsonv2 || go1.27

package structjson

import "github.com/go-json-experiment/json"

// formatTag has package json read the option "format" of a tag.
var formatTag = json.ExperimentalSupportFormatTag(true)
