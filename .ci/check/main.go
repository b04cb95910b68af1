// Command check has the two checks of .ci/run that need a program: that the
// exported API is the one that is recorded, and that every module can be
// fetched by a stranger.
//
//	go run . api           compares the exported API with the files in api/
//	go run . api -update   writes them
//	go run . release       fetches every module from a file proxy into an empty one
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err == nil {
		err = run(root, os.Args[1:], os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run is the command, for the repository in the folder root.
func run(root string, args []string, out io.Writer) error {
	modules, err := published(root)
	if err != nil {
		return err
	}
	switch {
	case slices.Equal(args, []string{"api"}):
		return compareAPI(root, modules, out)
	case slices.Equal(args, []string{"api", "-update"}):
		return updateAPI(root, modules)
	case slices.Equal(args, []string{"release"}):
		return release(root, modules, out)
	default:
		return errors.New("usage: check api [-update] | check release")
	}
}

// A module is one that users import: its path, and its folder.
type module struct{ path, dir string }

// unpublished are the folders whose modules nobody imports.
var unpublished = []string{".ci", "benchmarks", "examples", "testkit/runners"}

// published returns the modules of the repository that users import.
func published(root string) ([]module, error) {
	files, err := exec.Command("git", "-C", root, "ls-files", "go.mod", "*/go.mod").Output()
	if err != nil {
		return nil, fmt.Errorf("listing the modules: %w", err)
	}
	const prefix = "github.com/seed-b1f8f58c/jwt"
	var modules []module
	for file := range strings.FieldsSeq(string(files)) {
		dir := path.Dir(file)
		if slices.ContainsFunc(unpublished, func(folder string) bool { return strings.HasPrefix(dir+"/", folder+"/") }) {
			continue
		}
		modules = append(modules, module{path.Join(prefix, dir), filepath.Join(root, dir)})
	}
	if len(modules) == 0 {
		return nil, fmt.Errorf("there is no go.mod in %s", root)
	}
	return modules, nil
}
