#!/usr/bin/env bash
# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Reads the JSON of go test, shows it as text and counts it. See tools/tally.
set -euo pipefail
exec go -C "$(dirname "${BASH_SOURCE[0]}")" run ./tally
