// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux && !windows

package main

import (
	"context"
	"errors"
)

func serviceData(what served) string { return what.data }

func serviceLog(served, string) string { return "" }

func system(served) manager { return noManager{} }

// errNoService is for systems with neither manager.
var errNoService = errors.New("services are installed on Windows and on Linux with systemd; here, start vonggac serve by what this system uses")

// noManager refuses everything.
type noManager struct{}

// Describe implements manager.
func (noManager) Describe(order) (string, error) { return "", errNoService }

// Install implements manager.
func (noManager) Install(context.Context, order) error { return errNoService }

// Uninstall implements manager.
func (noManager) Uninstall(context.Context) error { return errNoService }

// Start implements manager.
func (noManager) Start(context.Context) error { return errNoService }

// Stop implements manager.
func (noManager) Stop(context.Context) error { return errNoService }

// Status implements manager.
func (noManager) Status(context.Context) (string, error) { return "", errNoService }
