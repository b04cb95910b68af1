package structjson

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/seed-b1f8f58c/jwt/internal/strictjson"
)

func (e *encoder) text(s string) (ok bool) {
	e.b, ok = strictjson.AppendText(e.b, s)
	return ok || e.fail("got a text that is not valid UTF-8", nil)
}

// float appends the shortest number that reads back as f, with an exponent only
// where encoding/json writes one.
func (e *encoder) float(f float64, bits int) bool {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return e.fail("got "+strconv.FormatFloat(f, 'g', -1, bits)+", want a finite number", nil)
	}
	format, size := byte('f'), math.Abs(f)
	if size != 0 && (bits == 64 && (size < 1e-6 || size >= 1e21) || bits == 32 && (float32(size) < 1e-6 || float32(size) >= 1e21)) {
		format = 'e'
	}
	e.b = strconv.AppendFloat(e.b, f, format, -1, bits)
	if n := len(e.b); format == 'e' && string(e.b[n-4:n-1]) == "e-0" { // one digit is enough
		e.b = append(e.b[:n-2], e.b[n-1])
	}
	return true
}

// number appends what a json.Number says.
func (e *encoder) number(s string) bool {
	if s == "" {
		s = "0"
	}
	if !isNumber(s) {
		return e.fail("got a json.Number that is no number", nil)
	}
	e.b = append(e.b, s...)
	return true
}

func isNumber(s string) bool {
	v, _ := strictjson.ReadValue([]byte(s), 0)
	return v.IsNumber() && len(v.Raw) == len(s)
}

func (e *encoder) octets(v reflect.Value) bool {
	if v.IsNil() {
		return e.null()
	}
	e.b = append(base64.StdEncoding.AppendEncode(append(e.b, '"'), v.Bytes()), '"')
	return true
}

// quoted appends a string that holds the JSON of v.
func (e *encoder) quoted(n *node, v reflect.Value) bool {
	if n.elem.writes == pointer && v.IsNil() {
		return e.null()
	}
	start := len(e.b)
	if !e.value(n.elem, v) {
		return false
	}
	inner := string(e.b[start:])
	e.b = e.b[:start]
	return e.text(inner)
}

func (d *decoder) boolean(v reflect.Value) bool {
	if c := d.Peek(); c != 't' && c != 'f' {
		return d.mismatch(v.Type())
	}
	raw := d.Value()
	v.SetBool(string(raw.Raw) == "true")
	return true
}

// scalar decodes a number of Go.
func (d *decoder) scalar(is kind, v reflect.Value) bool {
	if is == integer {
		if n, ok := d.Integer(); ok {
			v.SetInt(n)
			return !v.OverflowInt(n) || d.unfit(v)
		}
	}
	raw := d.Value()
	if !raw.IsNumber() {
		return d.fail("got "+raw.Kind()+", want "+wanted(v.Type()), nil)
	}
	var err error
	switch bits := v.Type().Bits(); is {
	case integer:
		var n int64
		n, err = strconv.ParseInt(string(raw.Raw), 10, bits)
		v.SetInt(n)
	case unsigned:
		var n uint64
		n, err = strconv.ParseUint(string(raw.Raw), 10, bits)
		v.SetUint(n)
	default:
		var n float64
		n, err = strconv.ParseFloat(string(raw.Raw), bits)
		v.SetFloat(n)
	}
	return err == nil || d.unfit(v)
}

func (d *decoder) unfit(v reflect.Value) bool {
	return d.fail("got another number, want "+wanted(v.Type()), nil)
}

// number decodes a json.Number: a number, or a string with one.
func (d *decoder) number(v reflect.Value) bool {
	if s, ok := d.Text(); ok {
		v.SetString(s)
		return isNumber(s) || d.fail("got a string, want a number", nil)
	}
	if s, ok := d.Number(); ok {
		v.SetString(s)
		return true
	}
	raw := d.Value()
	return d.fail("got "+raw.Kind()+", want a number", nil)
}

func (d *decoder) octets(n *node, v reflect.Value) bool {
	if d.Peek() == '[' {
		return d.list(n, v)
	}
	s, ok := d.Text()
	if !ok {
		return d.mismatch(v.Type())
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return d.fail("got a string that is not base64", nil)
	}
	v.SetBytes(b)
	return true
}

// quoted decodes a string that holds a value.
func (d *decoder) quoted(n *node, v reflect.Value) bool {
	s, ok := d.Text()
	if !ok {
		raw := d.Value()
		return d.fail("got "+raw.Kind()+", want a string", nil)
	}
	in, problem := strictjson.ReadValue([]byte(s), 0)
	if problem != "" || len(in.Raw) != len(s) || strings.ContainsAny(s[:1], "{[") {
		return d.fail("got another string, want one that holds "+wanted(v.Type()), nil)
	}
	inner := decoder{Cursor: strictjson.Walk(in.Raw, s)}
	if !inner.value(n.elem, v) {
		d.err = inner.err
		return false
	}
	return true
}
