// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package lake

import "syscall"

// bound is nothing here: the end of its standard input tells the engine that
// its parent is gone.
func bound() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// giveWay is nothing here.
func giveWay() error { return nil }
