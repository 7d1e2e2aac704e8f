// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package packaging holds what stands beside the program in a release: the
// unit of systemd, the example configuration, the first page of the guide.
// The program carries the unit so that it can install itself.
package packaging

import _ "embed"

// Unit is the systemd unit with the usual paths.
//
//go:embed vonggac.service
var Unit string

// CollectUnit is the systemd unit of a collector, with the usual paths.
//
//go:embed vonggac-collect.service
var CollectUnit string

// Example is the example configuration, as config.Example gives it.
//
//go:embed vonggac.example.yaml
var Example string
