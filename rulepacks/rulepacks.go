// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package rulepacks holds the law as data: the calendar of Vietnam, what every
// legal regime shares, and one folder of YAML a regime. It has no rules of its
// own; package rulepack reads and checks the files.
package rulepacks

import "embed"

// FS is the tree that rulepack.Load takes: calendar.yaml, common.yaml and one
// folder a pack.
//
//go:embed *.yaml */*.yaml
var FS embed.FS
