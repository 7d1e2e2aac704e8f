// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/journal"
)

// stopLimit is how long work in hand may take when the program is told to end.
const stopLimit = 30 * time.Second

// settings are the flags that choose a configuration, the same for every
// command that opens a centre.
type settings struct{ file, data, listen, run string }

func (s *settings) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.file, "config", "", "configuration `FILE` (YAML); default: VONGGAC_CONFIG, else none")
	cmd.Flags().StringVar(&s.data, "data", "", "`DIR` of all data")
	cmd.Flags().StringVar(&s.listen, "listen", "", "`ADDRESS` to serve on, host:port")
}

// load reads the configuration; a flag that was not given leaves the choice to
// environment, file and default.
func (s *settings) load(cmd *cobra.Command) (*config.Config, error) {
	given := map[string]string{}
	for key, value := range map[string]string{"data": s.data, "listen": s.listen, "run": s.run} {
		if cmd.Flags().Changed(key) {
			given[key] = value
		}
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("name of this machine: %w", err)
	}
	cfg, err := config.Load(config.Sources{File: s.file, Env: os.Environ(), Flags: given, Hostname: host})
	if err != nil {
		return nil, usageError{err}
	}
	return cfg, nil
}

func logger(w io.Writer, cfg *config.Config) *slog.Logger {
	return journal.New(w, cfg.Log.Level, cfg.Log.Format)
}

func serveCommand(std streams) *cobra.Command {
	var set settings
	var logFile string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the centre",
		Long: "Run the centre: pages, API and background work in one process.\n" +
			"The first start prints a one-time link with which the first account is made; there is no default password.",
		Example: "  vonggac serve --data /var/lib/vonggac --listen 127.0.0.1:8080",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			to, closeLog, err := openLog(logFile, std.err)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeLog()) }()
			a, err := app.Open(cmd.Context(), app.Options{Config: cfg, Log: logger(to, cfg), Version: versionText(), LakeCommand: lakeProgram()})
			if err != nil {
				return err
			}
			return serve(cmd.Context(), std, a, cfg, func(ctx context.Context) error { return greet(ctx, std.out, a, cfg) })
		},
	}
	set.flags(cmd)
	cmd.Flags().StringVar(&set.run, "run", "", "`ROLES` of this process: all, or some of web, worker and listener; several processes need PostgreSQL, NATS and VictoriaLogs by address")
	cmd.Flags().StringVar(&logFile, "log-file", "", "write the log to `FILE`, which turns over at 10 MiB, instead of standard error")
	return cmd
}

// serve runs a until ctx ends or serving fails, then stops it. greet runs once
// it listens.
func serve(ctx context.Context, std streams, a *app.App, cfg *config.Config, greet func(context.Context) error) error {
	address, err := a.Start(ctx)
	if err == nil {
		fmt.Fprintf(std.out, "Vọng Gác %s is serving %s (listening on %s)\n", versionText(), cfg.URL, address)
		if a.CA != nil {
			fmt.Fprintf(std.out, "The certificate comes from this centre's own authority; browsers trust it once %s is installed.\n",
				filepath.Join(cfg.Data, "tls", "ca.crt"))
		}
		if a.Assets.Missing() {
			fmt.Fprintln(std.err, "The pages have no styles or scripts in this build: run `make assets`, then build again.")
		}
		if err = greet(ctx); err == nil {
			err = a.Wait(ctx)
		}
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if stopped := a.Stop(limit); err == nil {
		err = stopped
	}
	return err
}

// greet tells the operator of a new centre how to begin.
func greet(ctx context.Context, w io.Writer, a *app.App, cfg *config.Config) error {
	if !cfg.Run.Has(config.Web) {
		return nil
	}
	empty, err := a.Rooms.Accounts.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	secret, err := a.Rooms.Accounts.FirstLink(ctx)
	if err != nil {
		return err
	}
	if !hasConsole(ctx) {
		return leaveLink(cfg.Data, startLink(cfg, secret))
	}
	fmt.Fprintf(w, "\nThis centre is new. Open this link once, within 24 hours, to set it up:\n\n    %s\n\n", startLink(cfg, secret))
	return nil
}

func startLink(cfg *config.Config, secret string) string {
	return cfg.URL + "/start?token=" + url.QueryEscape(secret)
}
