#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# All tests under the race detector on both databases, then each fuzz target
# for three seconds. The last line counts what passed, failed and was skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/phase.sh

everything() {
	local status=0
	# The pointers of SQLite, C that was translated, are not ours to check: that took a third of the time.
	go test -race -gcflags='modernc.org/...=-d=checkptr=0' -timeout 40m -json ./... || status=1
	go test -timeout 40m -json -run '^Test(Walks|Millions)' ./internal/app || status=1 # too slow with it: see their comments
	go -C tools test -json ./... || status=1
	tools/fuzz.sh "${FUZZTIME:-3s}" || status=1
	return "$status"
}
counted() { everything | tools/tally.sh; }

case ${1:-} in
--within) # the server is up
	counted
	;;
*)
	phase packages tools/prepare.sh
	phase modules go mod download
	phase assets make --no-print-directory assets
	echo "== tests"
	exec tools/postgres.sh tools/test.sh --within
	;;
esac
