#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Source me. phase NAME COMMAND… runs a command under a heading and prints how
# long it took; its exit code stays.

phase() {
	local name=$1 began=$SECONDS status=0
	shift
	echo "== $name"
	"$@" || status=$?
	echo "== $name: $((SECONDS - began)) s$([[ $status == 0 ]] || echo ", failed")"
	return "$status"
}
