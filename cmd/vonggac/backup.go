// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func backupCommand(std streams) *cobra.Command {
	var set settings
	var to string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "backup",
		Short: "Make a backup of the centre, also while it runs",
		Long: "Make a backup of the centre: all records of one moment, the received files, keys and certificates. It may run meanwhile.\n" +
			"The backup goes into the folder chosen in the pages (Quản trị > Sao lưu), or with --to into another; received files are\n" +
			"kept once in its folder store, so that the next backup copies only what is new. Keep the folder as safe as the data.",
		Example: "  vonggac backup --data /var/lib/vonggac\n  vonggac backup --data /var/lib/vonggac --to \"/mnt/Sao lưu\"",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			ask := app.BackupAsk{}
			if to != "" { // the centre may run in another folder than this command
				if ask.To, err = filepath.Abs(to); err != nil {
					return err
				}
			}
			raw, err := command(cmd.Context(), std, cfg, "backup", ask)
			if err != nil {
				return err
			}
			var made app.BackupMade
			if err := json.Unmarshal(raw, &made); err != nil {
				return fmt.Errorf("answer of the centre: %w", err)
			}
			if asJSON {
				_, err := fmt.Fprintf(std.out, "%s\n", raw)
				return err
			}
			return sayBackup(std.out, made)
		},
	}
	set.flags(cmd)
	cmd.Flags().StringVar(&to, "to", "", "`FOLDER` of backups, instead of the chosen one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}

func sayBackup(w io.Writer, made app.BackupMade) error {
	if _, err := fmt.Fprintf(w, "%s\n%s rows in %d tables, %s files, %s, %d s\n", made.Path, humanize.Comma(made.Rows), made.Tables,
		humanize.Comma(made.Files), humanize.Bytes(uint64(made.Bytes)), made.Seconds); err != nil {
		return err
	}
	for _, sha := range made.Broken {
		if _, err := fmt.Fprintf(w, "damaged before the backup, not in it: received file %s\n", sha); err != nil {
			return err
		}
	}
	return nil
}

// command has the centre of cfg do what a control command says: the one that
// runs, or one that this process opens for it.
func command(ctx context.Context, std streams, cfg *config.Config, name string, args any) (json.RawMessage, error) {
	words, err := app.Words()
	if err != nil {
		return nil, err
	}
	return commandSaying(ctx, std, cfg, name, args, steps(std.err, words))
}

// commandSaying is command with another way to tell how far it is.
func commandSaying(ctx context.Context, std streams, cfg *config.Config, name string, args any, tell func(done, total int64, note string)) (json.RawMessage, error) {
	raw, err := app.Ask(ctx, cfg.Data, name, args, func(s app.Step) { tell(s.Done, s.Total, s.Note) })
	if !errors.Is(err, app.ErrNotRunning) {
		return raw, err
	}
	a, err := openFolder(ctx, std, cfg)
	if err != nil {
		return nil, err
	}
	raw, err = a.Do(ctx, name, args, func(s app.Step) { tell(s.Done, s.Total, s.Note) })
	return raw, errors.Join(err, a.Close())
}

// openFolder opens the centre of cfg; a fictitious one has its records in its
// folder, whatever is configured.
func openFolder(ctx context.Context, std streams, cfg *config.Config) (*app.App, error) {
	if _, err := os.Stat(cfg.Data); err != nil {
		return nil, fmt.Errorf("%w (choose the data folder with --data)", err)
	}
	fictitious, err := app.IsDemo(cfg.Data)
	if err != nil {
		return nil, err
	}
	if fictitious {
		if cfg, err = demoConfig(config.Sources{Env: os.Environ(), Flags: map[string]string{"data": cfg.Data}}); err != nil {
			return nil, usageError{err}
		}
	}
	return app.Open(ctx, app.Options{Config: cfg, Log: logger(std.err, cfg), Version: versionText(), Demo: fictitious, LakeCommand: lakeProgram()})
}

// steps writes one line for each thing that begins.
func steps(w io.Writer, words *i18n.Catalogue) func(done, total int64, note string) {
	last := ""
	return func(_, total int64, note string) {
		if note == last || note == "" {
			return
		}
		last = note
		line := words.Text(i18n.English, note)
		if total > 0 {
			line += " (" + humanize.Comma(total) + ")"
		}
		fmt.Fprintln(w, line)
	}
}
