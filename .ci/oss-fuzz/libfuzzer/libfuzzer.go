// Package libfuzzer runs a fuzz target of Go's testing package in libFuzzer.
//
// build.sh compiles it into the test binary of a package, together with init functions
// that call [Target]. The target then runs as in a worker of go test -fuzz, with inputs
// that libFuzzer makes.
package libfuzzer

/*
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// The name of the target, and the folder beside the binary with the files that it reads to
// begin with. Both are linked with the package's archive.
extern const char *const libfuzzer_target __attribute__((weak));
extern const char *const libfuzzer_folder __attribute__((weak));
static inline const char *target(void) { return libfuzzer_target; }
static inline const char *folder(void) { return libfuzzer_folder; }

// A panic ends in SIGABRT, at which libFuzzer saves the input. Its handler needs more
// stack than a goroutine has.
static inline void handleOnSignalStack(void) {
	struct sigaction action;
	sigaction(SIGABRT, NULL, &action);
	action.sa_flags |= SA_ONSTACK;
	sigaction(SIGABRT, &action, NULL);
}
*/
import "C"

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// Target adds a target of the package. It is called before main.
func Target(name string, target func(*testing.F)) {
	if name == C.GoString(C.target()) {
		engine.targets = []testing.InternalFuzzTarget{{Name: name, Fn: target}}
	}
}

// engine is what the testing package runs the target with.
var engine = &deps{ready: make(chan struct{})}

// prepare has the target say which types it takes, and then, what to call with each input.
var prepare = sync.OnceFunc(func() {
	debug.SetTraceback("crash")
	C.handleOnSignalStack()
	if os.Getenv("FUZZ_SEEDS") == "" { // or else it is in the package's folder
		defer inFolder()()
	}
	name := engine.targets[0].Name
	os.Args = []string{os.Args[0], "-test.run=^$", "-test.fuzz=^" + name + "$", "-test.fuzzcachedir=unused"}
	test := testing.MainStart(engine, nil, nil, engine.targets, nil)
	stdout := os.Stdout
	os.Stdout, _ = os.Open(os.DevNull)
	if code := test.Run(); code != 0 || engine.types == nil {
		fail(fmt.Errorf("%s does not begin to fuzz: exit status %d", name, code))
	}
	os.Stdout = stdout
	if err := flag.Set("test.fuzzworker", "true"); err != nil {
		fail(err)
	}
	go func() { fail(fmt.Errorf("%s ended: exit status %d", name, test.Run())) }()
	<-engine.ready
})

// inFolder goes to the target's folder, if it has one, and returns how to come back.
func inFolder() (back func()) {
	before, _ := os.Getwd()
	if binary, err := os.Executable(); err == nil && os.Chdir(filepath.Join(filepath.Dir(binary), C.GoString(C.folder()))) == nil {
		return func() { _ = os.Chdir(before) }
	}
	return func() {}
}

//export LLVMFuzzerInitialize
func LLVMFuzzerInitialize(*C.int, ***C.char) C.int {
	if dir := os.Getenv("FUZZ_SEEDS"); dir != "" {
		prepare()
		if err := writeSeeds(dir, engine.seeds); err != nil {
			fail(err)
		}
		os.Exit(0)
	}
	return 0
}

//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	prepare()
	input := C.GoBytes(unsafe.Pointer(data), C.int(size))
	if err := engine.call(entry{Values: decode(input, engine.types)}); err != nil {
		fail(err)
	}
	return 0
}

// fail ends the process as a crash, so that libFuzzer saves the input.
func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	C.abort()
}

// entry is an input, as the testing package has it.
type entry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

// deps are the functions that the testing package asks for, of which fuzzing needs the
// first two.
type deps struct {
	targets []testing.InternalFuzzTarget
	types   []reflect.Type
	seeds   [][]any
	call    func(entry) error
	ready   chan struct{} // closed once call is set
}

// CoordinateFuzzing notes the types of the arguments, and the seeds.
func (d *deps) CoordinateFuzzing(_ time.Duration, _ int64, _ time.Duration, _ int64, _ int, seeds []entry, types []reflect.Type, dir, _ string) error {
	d.types = types
	for _, seed := range seeds {
		d.seeds = append(d.seeds, seed.Values)
	}
	found, err := readCorpus(dir, types)
	d.seeds = append(d.seeds, found...)
	return err
}

// RunFuzzWorker notes what to call with each input. It does not return.
func (d *deps) RunFuzzWorker(call func(entry) error) error {
	d.call = call
	close(d.ready)
	select {}
}

func (d *deps) ReadCorpus(string, []reflect.Type) ([]entry, error) { return nil, nil }
func (d *deps) CheckCorpus([]any, []reflect.Type) error            { return nil }
func (d *deps) MatchString(_, _ string) (bool, error)              { return true, nil }
func (d *deps) ImportPath() string                                 { return "" }
func (d *deps) ModulePath() string                                 { return "" }
func (d *deps) SetPanicOnExit0(bool)                               {}
func (d *deps) StartCPUProfile(io.Writer) error                    { return nil }
func (d *deps) StopCPUProfile()                                    {}
func (d *deps) StartTestLog(io.Writer)                             {}
func (d *deps) StopTestLog() error                                 { return nil }
func (d *deps) WriteProfileTo(string, io.Writer, int) error        { return nil }
func (d *deps) ResetCoverage()                                     {}
func (d *deps) SnapshotCoverage()                                  {}

func (d *deps) InitRuntimeCoverage() (string, func(string, string) (string, error), func() float64) {
	return "", nil, nil
}
