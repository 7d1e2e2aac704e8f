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

// unitPath is where an administrator's own units stand (systemd.unit(5)).
const unitPath = "/etc/systemd/system/" + serviceName + ".service"

func serviceData() string { return usualData }

// serviceLog is empty: systemd keeps what the program writes.
func serviceLog(string) string { return "" }

// system is systemd.
func system() manager { return systemd{} }

type systemd struct{}

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
	if err := os.WriteFile(unitPath, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the unit: %w (run as root)", err)
	}
	return errors.Join(systemctl(ctx, "daemon-reload"), systemctl(ctx, "enable", serviceName))
}

// Uninstall implements manager.
func (systemd) Uninstall(ctx context.Context) error {
	if _, err := os.Stat(unitPath); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the service %s is not installed", serviceName)
	}
	if err := systemctl(ctx, "disable", "--now", serviceName); err != nil {
		return err
	}
	return errors.Join(os.Remove(unitPath), systemctl(ctx, "daemon-reload"))
}

// Start implements manager.
func (systemd) Start(ctx context.Context) error { return systemctl(ctx, "start", serviceName) }

// Stop implements manager.
func (systemd) Stop(ctx context.Context) error { return systemctl(ctx, "stop", serviceName) }

// Status implements manager.
func (systemd) Status(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "systemctl", "show", "--property=LoadState,ActiveState,SubState,MainPID", serviceName).CombinedOutput()
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
