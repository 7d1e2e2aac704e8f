// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/config"
)

func restoreCommand(std streams) *cobra.Command {
	var set settings
	var from, records string
	var check bool
	cmd := &cobra.Command{
		Use:   "restore",
		Short: "Bring a backup back into an empty folder, and prove it",
		Long: "Bring a backup back into an empty folder: every hash is checked before the first row is written, and every table and file is\n" +
			"counted and hashed again afterwards. --from is one backup, or a folder of backups, of which the newest is taken.\n" +
			"With --records, or records.address configured, the records go into an empty PostgreSQL database instead of a file in the\n" +
			"folder; a backup of either engine comes back on either, which is also the way to change engines. With --check nothing is\n" +
			"written: the backup is only read and compared.",
		Example: "  vonggac restore --from /mnt/backup --data /var/lib/vonggac\n  vonggac restore --from /mnt/backup --check",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return usageError{errors.New("say with --from where the backup is")}
			}
			words, err := app.Words()
			if err != nil {
				return err
			}
			tell := steps(std.err, words)
			if check {
				dir, m, err := app.CheckBackup(cmd.Context(), from, tell)
				if err != nil {
					return app.InWords(words, err)
				}
				_, err = fmt.Fprintf(std.out, "%s is whole: %s rows in %d tables, %s files\n", dir, humanize.Comma(m.Rows()), len(m.Tables), humanize.Comma(m.Files.Rows))
				return err
			}
			if !cmd.Flags().Changed("data") {
				return usageError{errors.New("say with --data into which empty folder the backup shall come back")}
			}
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			if records != "" {
				cfg.Records.Address = config.NewSecret(records)
			}
			dir, got, err := app.Restore(cmd.Context(), from, cfg, time.Now, tell)
			if err != nil {
				return app.InWords(words, err)
			}
			return sayRestored(std.out, dir, set.data, got)
		},
	}
	set.flags(cmd)
	cmd.Flags().StringVar(&from, "from", "", "`FOLDER` of a backup, or of backups")
	cmd.Flags().StringVar(&records, "records", "", "`ADDRESS` of an empty PostgreSQL database, postgres://…")
	cmd.Flags().BoolVar(&check, "check", false, "only read the backup and compare, write nothing")
	return cmd
}

// sayRestored prints the comparison: what the backup promised beside what
// stands in the restored records and files.
func sayRestored(w io.Writer, dir, data string, got backup.Restored) error {
	p := &printer{w: w}
	p.line("%s, made %s by version %s", dir, got.Manifest.MadeAt.Format(time.RFC3339), got.Manifest.Product)
	p.line("%-28s %12s %12s  %s", "table", "backup", "restored", "SHA-256")
	for _, t := range got.Tables {
		p.line("%-28s %12d %12d  %s equal", t.Table, t.Rows, t.Restored, t.RestoredHash[:16])
	}
	p.line("%-28s %12d %12d  each equal", "received files", got.Manifest.Files.Rows, got.Files)
	p.line("%-28s %12d %12d  each equal", "keys and certificates", len(got.Manifest.Keys), len(got.Manifest.Keys))
	for _, sha := range got.Manifest.Broken {
		p.line("damaged before the backup was made, not restored: received file %s", sha)
	}
	p.line("Every count and hash is equal. Start it with: vonggac serve --data %q", data)
	return p.err
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
