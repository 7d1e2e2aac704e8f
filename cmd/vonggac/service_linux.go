// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// path is where an administrator's own units stand (systemd.unit(5)).
func (s systemd) path() string { return "/etc/systemd/system/" + s.what.name + ".service" }

func serviceData(what served) string { return what.data }

// serviceLog is empty: systemd keeps what the program writes.
func serviceLog(served, string) string { return "" }

// system is systemd.
func system(what served) manager { return systemd{what} }

type systemd struct{ what served }

// Describe implements manager.
func (systemd) Describe(o order) (string, error) {
	owner, err := ownerOf(o.data)
	if err != nil {
		return "", err
	}
	return unitText(o, owner)
}

// Install implements manager.
func (s systemd) Install(ctx context.Context, o order) error {
	text, err := s.Describe(o)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path(), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the unit: %w (run as root)", err)
	}
	return errors.Join(systemctl(ctx, "daemon-reload"), systemctl(ctx, "enable", s.what.name))
}

// Uninstall implements manager.
func (s systemd) Uninstall(ctx context.Context) error {
	if _, err := os.Stat(s.path()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the service %s is not installed", s.what.name)
	}
	if err := systemctl(ctx, "disable", "--now", s.what.name); err != nil {
		return err
	}
	return errors.Join(os.Remove(s.path()), systemctl(ctx, "daemon-reload"))
}

// Start implements manager.
func (s systemd) Start(ctx context.Context) error { return systemctl(ctx, "start", s.what.name) }

// Stop implements manager.
func (s systemd) Stop(ctx context.Context) error { return systemctl(ctx, "stop", s.what.name) }

// Status implements manager.
func (s systemd) Status(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "systemctl", "show", "--property=LoadState,ActiveState,SubState,MainPID", s.what.name).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("systemctl: %w: %s", err, strings.TrimSpace(string(said)))
	}
	return strings.TrimSpace(string(said)), nil
}

func systemctl(ctx context.Context, args ...string) error {
	if said, err := exec.CommandContext(ctx, "systemctl", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("systemctl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(said)))
	}
	return nil
}

// ownerOf is the name of the user who has the folder; "" while it is absent.
func ownerOf(dir string) (string, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", fmt.Errorf("%s: its owner cannot be told", dir)
	}
	u, err := user.LookupId(strconv.Itoa(int(s.Uid)))
	if err != nil {
		return "", fmt.Errorf("owner of %s: %w", dir, err)
	}
	return u.Username, nil
}
