// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"
)

// account is the virtual account that Windows makes for the service alone: it
// has no password and no right beyond what it is given.
func (c scm) account() string { return `NT SERVICE\` + c.what.name }

func serviceData(what served) string {
	return filepath.Join(cmp.Or(os.Getenv("ProgramData"), `C:\ProgramData`), what.name)
}

// serviceLog is a file: a service has no console to write to.
func serviceLog(what served, data string) string { return filepath.Join(data, "log", what.name+".log") }

// system is the service control manager.
func system(what served) manager { return scm{what} }

type scm struct{ what served }

// Describe implements manager.
func (c scm) Describe(o order) (string, error) {
	return fmt.Sprintf("name     %s\naccount  %s\nstart    automatic, delayed\ncommand  %s\n", c.what.name, c.account(),
		commandLine(append([]string{o.program}, o.arguments()...)...)), nil
}

// Install implements manager.
func (c scm) Install(ctx context.Context, o order) error {
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return err
	}
	m, err := connect()
	if err != nil {
		return err
	}
	defer disconnect(m)
	s, err := m.CreateService(c.what.name, o.program, mgr.Config{StartType: mgr.StartAutomatic, DelayedAutoStart: true,
		ServiceStartName: c.account(), DisplayName: c.what.title, Description: c.what.title}, o.arguments()...)
	if errors.Is(err, windows.ERROR_SERVICE_EXISTS) {
		return fmt.Errorf("the service %s is installed already; %s uninstall removes it", c.what.name, c.what.call)
	}
	if err != nil {
		return fmt.Errorf("create the service: %w", err)
	}
	err = s.SetRecoveryActions([]mgr.RecoveryAction{{Type: mgr.ServiceRestart, Delay: 5 * time.Second},
		{Type: mgr.ServiceRestart, Delay: 30 * time.Second}, {Type: mgr.ServiceRestart, Delay: 5 * time.Minute}}, 24*60*60)
	err = errors.Join(err, s.Close())
	// The account exists from here on. The folder is for it, the system and
	// administrators (S-1-5-18, S-1-5-32-544) alone.
	said, rights := exec.CommandContext(ctx, "icacls", o.data, "/inheritance:r", "/grant:r", c.account()+":(OI)(CI)F",
		"*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F").CombinedOutput()
	if rights != nil {
		err = errors.Join(err, fmt.Errorf("give the service its folder: %w: %s", rights, strings.TrimSpace(string(said))))
	}
	if logged := eventlog.InstallAsEventCreate(c.what.name, eventlog.Error|eventlog.Warning|eventlog.Info); logged != nil {
		// A source left by an installation before serves as well.
		err = errors.Join(err, ignoreExisting(logged))
	}
	return err
}

func ignoreExisting(err error) error {
	if strings.Contains(err.Error(), "already exists") {
		return nil
	}
	return err
}

// Uninstall implements manager.
func (c scm) Uninstall(ctx context.Context) error {
	return c.with(func(s *mgr.Service) error {
		q, err := s.Query()
		if err == nil && q.State != svc.Stopped {
			err = halt(ctx, s)
		}
		return errors.Join(err, s.Delete(), eventlog.Remove(c.what.name))
	})
}

// Start implements manager.
func (c scm) Start(context.Context) error {
	return c.with(func(s *mgr.Service) error { return s.Start() })
}

// Stop implements manager.
func (c scm) Stop(ctx context.Context) error {
	return c.with(func(s *mgr.Service) error { return halt(ctx, s) })
}

// Status implements manager.
func (c scm) Status(context.Context) (said string, err error) {
	err = c.with(func(s *mgr.Service) error {
		q, err := s.Query()
		names := map[svc.State]string{svc.Stopped: "stopped", svc.StartPending: "starting", svc.StopPending: "stopping", svc.Running: "running"}
		said = fmt.Sprintf("%s, process %d", cmp.Or(names[q.State], "in between"), q.ProcessId)
		return err
	})
	return said, err
}

// halt asks the service to stop and waits for its end.
func halt(ctx context.Context, s *mgr.Service) error {
	q, err := s.Control(svc.Stop)
	ctx, cancel := context.WithTimeout(ctx, 2*stopLimit)
	defer cancel()
	for err == nil && q.State != svc.Stopped {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service does not stop: %w", ctx.Err())
		case <-time.After(300 * time.Millisecond):
		}
		q, err = s.Query()
	}
	return err
}

// with calls do with the installed service.
func (c scm) with(do func(*mgr.Service) error) error {
	m, err := connect()
	if err != nil {
		return err
	}
	defer disconnect(m)
	s, err := m.OpenService(c.what.name)
	if err != nil {
		return fmt.Errorf("the service %s: %w (%s install makes it)", c.what.name, err, c.what.call)
	}
	return errors.Join(do(s), s.Close())
}

func connect() (*mgr.Mgr, error) {
	m, err := mgr.Connect()
	if err != nil {
		return nil, fmt.Errorf("reach the service manager: %w (run as an administrator)", err)
	}
	return m, nil
}

// disconnect closes a handle that nothing hangs on any more.
func disconnect(m *mgr.Mgr) { _ = m.Disconnect() }
