// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

// forget does nothing: cold is then an engine that was just started.
func forget(string) error { return nil }
