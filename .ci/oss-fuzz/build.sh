#!/bin/bash -eu
# Builds each fuzz target of the root module as package_Target, with the inputs of
# testdata/fuzz as its corpus.
cd "$SRC/jwt"
go get github.com/AdamKorcz/go-118-fuzz-build/testing # which takes the place of testing.F

go list -f '{{.Dir}} {{.ImportPath}}' ./... | while read -r dir package; do
	grep -hos '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //' | while read -r target; do
		name=$(basename "$package")_$target
		compile_native_go_fuzzer_v2 "$package" "$target" "$name"
		if [ -d "$dir/testdata/fuzz/$target" ]; then
			zip -qj "$OUT/${name}_seed_corpus.zip" "$dir/testdata/fuzz/$target"/*
		fi
	done
done
