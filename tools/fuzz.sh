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

# target FOLDER PACKAGE NAME writes the JSON of one run to $work/run.json.
target() {
	(cd "$1" && go tool test2json -t -p "$2 [$3]" "$work/fuzz.test" -test.v=test2json \
		-test.run='^$' -test.fuzz="^$3\$" -test.fuzztime="$duration" -test.fuzzminimizetime=1x -test.fuzzcachedir="$work/cache") >"$work/run.json"
}

# stopped tells a run that failed only because its time ended while a worker was
# busy (golang/go#75804, mended in Go 1.27): no failing input, no other word.
stopped() {
	grep -q '"Output":" *context deadline exceeded' "$work/run.json" && ! grep -q 'Failing input written' "$work/run.json"
}

status=0
mapfile -t folders < <(grep -rl --include='*_test.go' --exclude-dir=node_modules --exclude-dir=testdata '^func Fuzz' . | xargs -r -n 1 dirname | sort -u)
for folder in "${folders[@]}"; do
	package=$(go list "$folder")
	if ! go test -c -fuzz=Fuzz -o "$work/fuzz.test" "$folder" >&2; then
		printf '{"Action":"fail","Package":"%s [fuzz]"}\n' "$package"
		status=1
		continue
	fi
	for name in $(cd "$folder" && "$work/fuzz.test" -test.list '^Fuzz'); do
		if ! target "$folder" "$package" "$name" && { ! stopped || ! { echo "== $name again: its time ended while it was busy" >&2; target "$folder" "$package" "$name"; }; }; then
			status=1
		fi
		cat "$work/run.json"
	done
done
exit "$status"
