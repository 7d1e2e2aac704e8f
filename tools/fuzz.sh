#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# fuzz.sh TIME runs every fuzz target of the module for TIME, one after the
# other, and writes what happens in the JSON of go test to standard output.
# Each package is built once. A failing input stays in its testdata/fuzz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?"usage: tools/fuzz.sh TIME"}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
mapfile -t folders < <(grep -rl --include='*_test.go' --exclude-dir=node_modules --exclude-dir=testdata '^func Fuzz' . | xargs -r -n 1 dirname | sort -u)
for folder in "${folders[@]}"; do
	package=$(go list "$folder")
	if ! go test -c -fuzz=Fuzz -o "$work/fuzz.test" "$folder" >&2; then
		printf '{"Action":"fail","Package":"%s [fuzz]"}\n' "$package"
		status=1
		continue
	fi
	for target in $(cd "$folder" && "$work/fuzz.test" -test.list '^Fuzz'); do
		(cd "$folder" && go tool test2json -t -p "$package [$target]" "$work/fuzz.test" -test.v=test2json \
			-test.run='^$' -test.fuzz="^$target\$" -test.fuzztime="$duration" -test.fuzzminimizetime=1x -test.fuzzcachedir="$work/cache") || status=1
	done
done
exit "$status"
