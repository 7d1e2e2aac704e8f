#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Bundles the front end into assets/dist. Without Node it says so and leaves
# the program without pages, which still builds and runs every command.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../assets"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "assets: skipped, Node and npm are not installed; pages will be missing" >&2
	exit 0
fi
if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
	npm ci --no-audit --no-fund
fi
npm run --silent build
