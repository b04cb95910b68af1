package jwt

import (
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/seed-b1f8f58c/jwt/internal/jose"
)

// An Explanation is the result of a verification, step by step. The zero value has no
// steps and accepts nothing. Its table and its JSON hold no key, token or signature;
// text from the token is quoted and cut.
type Explanation struct {
	Steps []Step // in their order
	Token *Token // the token, if it was accepted
	Err   error  // what Verify returns: nil if it was accepted
}

// A Step is one of the questions that a token has to answer.
type Step struct {
	Name   string `json:"step"` // "size", "signature", or a claim; behind the number of the policy if there are several
	Result Result `json:"result"`
	Got    string `json:"got,omitzero"`  // what was found, "" if that cannot be shown or was not reached
	Want   string `json:"want,omitzero"` // what is accepted
}

// A Result is the result of a step.
type Result string

// The results of a step. After the first that is not Passed, the others are not
// reached.
const (
	Passed     Result = "pass"
	Failed     Result = "fail"        // the token is refused for it
	Undecided  Result = "undecided"   // it could not be decided
	NotReached Result = "not reached" // a step before it was not passed
)

// Add appends a step that ended with the error err: it is passed if that is nil,
// failed if that is a *[VerifyError] and nothing else, or else undecided. If a step before was not
// passed, it is not reached, and err does not count.
func (e *Explanation) Add(name, got, want string, err error) {
	e.Steps = append(e.Steps, Step{name, e.result(err), got, want})
	if e.Err == nil {
		e.Err = err
	}
}

func (e *Explanation) result(err error) Result {
	switch {
	case e.Err != nil:
		return NotReached
	case err == nil:
		return Passed
	case jose.Refuses[*VerifyError](err):
		return Failed
	}
	return Undecided
}

// String returns the steps as a table with aligned columns, and a last line that
// says whether the token is accepted, or the error.
func (e *Explanation) String() string {
	if e == nil {
		return "not verified"
	}
	rows := [][4]string{{"step", "result", "got", "want"}}
	var width [3]int
	for _, s := range e.Steps {
		rows = append(rows, [4]string{s.Name, string(s.Result), s.Got, s.Want})
	}
	for _, row := range rows {
		for i := range width {
			width[i] = max(width[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(width) {
				line.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String() + e.outcome()
}

func (e *Explanation) outcome() string {
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Token != nil:
		return "accepted"
	}
	return "not verified"
}

// MarshalJSON returns an object with the members accepted, error and steps. It has
// nothing of the token but what the steps say.
func (e *Explanation) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	text := ""
	if e.Err != nil {
		text = e.Err.Error()
	}
	return json.Marshal(struct {
		Accepted bool   `json:"accepted"`
		Error    string `json:"error,omitzero"`
		Steps    []Step `json:"steps"`
	}{e.Err == nil && e.Token != nil, text, e.Steps})
}
