#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Everything a change must satisfy besides its tests. Goes through all of it
# and fails at the end, so that one run shows all there is to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/phase.sh

# files lists our own files with the given endings.
files() {
	local names=() end
	for end in "$@"; do names+=(-o -name "*.$end"); done
	find . -type f \( "${names[@]:1}" \) -not -path '*/node_modules/*' -not -path './assets/dist/*' -not -path '*/.git/*' | sort
}

# empty runs a command that says what is wrong and fails when it says anything.
empty() {
	local out status=0
	out=$("$@" 2>&1) || status=$?
	[[ -z $out ]] || printf '%s\n' "$out"
	[[ -z $out && $status == 0 ]]
}

formatted() { files go | xargs gofmt -l; }

generated() {
	local before after
	before=$(files go | grep '_templ\.go$' | xargs -r sha256sum)
	go tool templ generate -log-level=error || return 1
	after=$(files go | grep '_templ\.go$' | xargs -r sha256sum)
	diff <(echo "$before") <(echo "$after") || { echo "generated files were stale; they are new now, commit them"; return 1; }
}

licences() {
	local f
	{ files go templ sh mjs; echo Makefile; echo .ci/run; } | while read -r f; do
		head -n 5 "$f" | grep -q -e 'SPDX-License-Identifier: Apache-2.0' -e '^// Code generated ' || echo "$f: no licence header"
	done
}

# In the tools module, whose lint versions never reach the product's go.mod.
staticcheck() {
	mkdir -p bin &&
		go -C tools build -o ../bin/staticcheck honnef.co/go/tools/cmd/staticcheck &&
		bin/staticcheck ./... &&
		(cd tools && ../bin/staticcheck ./...)
}

failed=()
step() { phase "$@" || failed+=("$1"); }

step modules go mod download
step gofmt empty formatted
step licences empty licences
step templ generated
step "go vet" go vet ./...
step "go vet tools" go -C tools vet ./...
step "go fix" empty go fix -diff ./...
step "go mod tidy" go mod tidy -diff
step "go mod tidy tools" go -C tools mod tidy -diff
step staticcheck staticcheck

if [[ ${#failed[@]} -gt 0 ]]; then
	echo "check failed: ${failed[*]}"
	exit 1
fi
echo "check passed in $SECONDS s"
