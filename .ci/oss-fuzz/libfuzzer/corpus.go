package libfuzzer

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// decode makes the arguments of a target from an input of libFuzzer: first those of fixed
// size, in little endian, then texts. The last text is what is left; those before it have
// their length in two bytes. What is missing is zero.
func decode(input []byte, types []reflect.Type) []any {
	take := func(n int) []byte {
		taken := make([]byte, n)
		input = input[copy(taken, input):]
		return taken
	}
	values := make([]any, len(types))
	texts := 0
	for i, t := range types {
		if isText(t) {
			texts++
			continue
		}
		v := reflect.New(t).Elem()
		if t.Kind() == reflect.Bool {
			v.SetBool(take(1)[0]&1 == 1)
		} else if n := int(t.Size()); v.CanFloat() {
			v.SetFloat(float(take(n)))
		} else if bits := number(take(n)); v.CanInt() {
			v.SetInt(int64(bits<<(64-8*n)) >> (64 - 8*n))
		} else {
			v.SetUint(bits)
		}
		values[i] = v.Interface()
	}
	for i, t := range types {
		if !isText(t) {
			continue
		}
		n := len(input)
		if texts--; texts > 0 {
			n = min(int(binary.LittleEndian.Uint16(take(2))), len(input))
		}
		values[i] = reflect.ValueOf(take(n)).Convert(t).Interface()
	}
	return values
}

// encode makes the input that decode makes values from.
func encode(values []any) ([]byte, error) {
	var input []byte
	var texts []string
	for _, value := range values {
		v := reflect.ValueOf(value)
		if isText(v.Type()) {
			texts = append(texts, v.Convert(reflect.TypeFor[string]()).String())
			continue
		}
		switch v.Kind() {
		case reflect.Int:
			value = v.Int()
		case reflect.Uint:
			value = v.Uint()
		}
		var err error
		if input, err = binary.Append(input, binary.LittleEndian, value); err != nil {
			return nil, err
		}
	}
	for i, text := range texts {
		if i < len(texts)-1 {
			if len(text) > 1<<16-1 {
				return nil, errors.New("a text of more than 65,535 bytes is not the last one")
			}
			input = binary.LittleEndian.AppendUint16(input, uint16(len(text)))
		}
		input = append(input, text...)
	}
	return input, nil
}

func isText(t reflect.Type) bool { return t.Kind() == reflect.String || t.Kind() == reflect.Slice }

func number(data []byte) uint64 {
	return binary.LittleEndian.Uint64(append(data, make([]byte, 8-len(data))...))
}

func float(data []byte) (value float64) {
	if len(data) == 4 {
		var single float32
		_, _ = binary.Decode(data, binary.LittleEndian, &single)
		return float64(single)
	}
	_, _ = binary.Decode(data, binary.LittleEndian, &value)
	return value
}

// writeSeeds writes inputs to files of a folder, which are named by their hash.
func writeSeeds(dir string, seeds [][]any) error {
	for _, values := range seeds {
		input, err := encode(values)
		if err != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256(input))), input, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// readCorpus reads the files of testdata/fuzz of a target. There need not be any.
func readCorpus(dir string, types []reflect.Type) (corpus [][]any, err error) {
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		values, err := parse(string(text), types)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		corpus = append(corpus, values)
	}
	return corpus, nil
}

// parse reads a file of go test: a line for the version, then one for each argument, such
// as string("text").
func parse(text string, types []reflect.Type) ([]any, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if lines[0] != "go test fuzz v1" || len(lines) != 1+len(types) {
		return nil, errors.New("no input of this target")
	}
	values := make([]any, len(types))
	for i, line := range lines[1:] {
		expr, err := parser.ParseExpr(line)
		if err != nil {
			return nil, err
		}
		call, ok := expr.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return nil, errors.New("no value: " + line)
		}
		v := reflect.New(types[i]).Elem()
		if _, ok := call.Fun.(*ast.SelectorExpr); ok { // math.Float64frombits
			return nil, errors.New("a NaN that is not the usual one is not read: " + line)
		}
		if err := set(v, call.Args[0]); err != nil {
			return nil, err
		}
		values[i] = v.Interface()
	}
	return values, nil
}

// set gives a variable the value of a literal.
func set(v reflect.Value, literal ast.Expr) error {
	sign := ""
	if signed, ok := literal.(*ast.UnaryExpr); ok {
		sign, literal = signed.Op.String(), signed.X
	}
	var text string
	switch l := literal.(type) {
	case *ast.BasicLit:
		text = sign + l.Value
	case *ast.Ident:
		text = sign + l.Name
	}
	if strings.HasPrefix(text, "'") { // of a byte or a rune
		r, _, _, err := strconv.UnquoteChar(text[1:], '\'')
		if err != nil {
			return err
		}
		text = strconv.Itoa(int(r))
	}
	switch {
	case isText(v.Type()):
		s, err := strconv.Unquote(text)
		v.Set(reflect.ValueOf(s).Convert(v.Type()))
		return err
	case v.Kind() == reflect.Bool:
		v.SetBool(text == "true")
		return nil
	case v.CanInt():
		n, err := strconv.ParseInt(text, 0, 64)
		v.SetInt(n)
		return err
	case v.CanUint():
		n, err := strconv.ParseUint(text, 0, 64)
		v.SetUint(n)
		return err
	default:
		n, err := strconv.ParseFloat(text, 64)
		v.SetFloat(n)
		return err
	}
}
