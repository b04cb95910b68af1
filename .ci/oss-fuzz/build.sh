#!/bin/bash -eu
# Builds each fuzz target of every module as package_Target, with the inputs of its f.Add
# and of testdata/fuzz as its corpus. Arguments, if any, are the names to build.
cd "$SRC/jwt"
if [ "${SANITIZER:-}" = coverage ]; then
	echo "there is no coverage report: go test -cover replays the inputs of testdata/fuzz"
	exit 0
fi
work=$(mktemp -d)
.ci/fuzz list >"$work/targets"

# archive MODULE PACKAGE builds the targets of a package, all in one. Its module gets the
# package libfuzzer, in this copy of the repository only.
archive() {
	local dir file
	mkdir -p "$1/internal/libfuzzer"
	cp .ci/oss-fuzz/libfuzzer/{libfuzzer,corpus}.go "$1/internal/libfuzzer"
	dir=$(cd "$1" && go list -f '{{.Dir}}' "$2")
	for file in $(grep -l '^func Fuzz' "$dir"/*_test.go); do
		{
			grep -m1 '^package ' "$file"
			echo "import \"$(awk '$1 == "module" { print $2 }' "$1/go.mod")/internal/libfuzzer\""
			sed -nE 's/^func (Fuzz[A-Za-z0-9_]*).*/func init() { libfuzzer.Target("\1", \1) }/p' "$file"
		} >"$dir/libfuzzer_$(basename "$file")"
	done
	(cd "$1" && go test -c -vet=off -buildmode=c-archive -tags libfuzzer -gcflags=all=-d=libfuzzer -trimpath -o "$work/package.a" "$2")
	rm "$dir"/libfuzzer_*_test.go
	if [ -d "$dir/testdata" ]; then
		mkdir -p "$OUT/$folder"
		tar -c -C "$dir" --exclude=testdata/fuzz testdata | tar -x -C "$OUT/$folder"
	fi
}

built=
while read -r module package target; do
	folder=$(tr / _ <<<"${package#github.com/seed-b1f8f58c/}")
	name=${folder}_$target
	if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
		continue
	fi
	if [ "$package" != "$built" ]; then
		archive "$module" "$package"
		built=$package
	fi
	printf 'extern "C" { extern const char *const libfuzzer_%s; const char *const libfuzzer_%s = "%s"; }\n' \
		target target "$target" folder folder "$folder" >"$work/target.cc"
	# shellcheck disable=SC2086 # of flags
	$CXX $CXXFLAGS $LIB_FUZZING_ENGINE "$work/target.cc" "$work/package.a" -o "$OUT/$name"
	mkdir "$work/seeds"
	(cd "$module" && cd "$(go list -f '{{.Dir}}' "$package")" && FUZZ_SEEDS=$work/seeds "$OUT/$name")
	if [ -n "$(ls "$work/seeds")" ]; then
		zip -qj "$OUT/${name}_seed_corpus.zip" "$work/seeds"/*
	fi
	rm -r "$work/seeds"
	echo "$name"
done <"$work/targets"
rm -r "$work"
