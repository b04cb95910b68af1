package migrate

import "strings"

// A library is another JWT library, or one that wraps it.
type library struct {
	paths   []string // import paths, without a version and what follows it
	imports string   // what to import instead
	names   map[string]advice
}

// An advice says what to write instead of something.
type advice struct {
	write string // "": not known
	check string
	form  form // how the advice is completed from a call
}

var libraries = []*library{golangJWT, goJOSE, jwx, wrappers}

// libraryOf returns the library that the package belongs to; nil for any other.
func libraryOf(path string) *library {
	if _, vendored, ok := strings.Cut(path, "/vendor/"); ok {
		path = vendored
	}
	for _, lib := range libraries {
		for _, prefix := range lib.paths {
			if path == prefix || strings.HasPrefix(path, prefix+"/") || strings.HasPrefix(path, prefix+".v") {
				return lib
			}
		}
	}
	return nil
}

// advice returns that for a name in a package of the library. Names in a package
// below the library's own begin with its folder: "request.ParseFromRequest".
func (l *library) advice(path, name string) advice {
	if folder := l.folder(path); folder != "" {
		name = folder + "." + name
	}
	if text, ok := l.names[name]; ok {
		return text
	}
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		return l.names[name[:dot]+".*"]
	}
	return advice{}
}

// folder returns the path of a package in the library, without a version.
func (l *library) folder(path string) string {
	for _, prefix := range l.paths {
		rest := strings.TrimPrefix(path, prefix)
		if rest != "" && rest[0] != '/' && rest[0] != '.' {
			continue
		}
		version, below, _ := strings.Cut(strings.TrimLeft(rest, "/."), "/")
		if strings.HasPrefix(version, "v") && strings.Trim(version[1:], "0123456789") == "" {
			return below
		}
		return strings.TrimPrefix(rest, "/")
	}
	return ""
}
