// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/lake/engine"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func lakeCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lake",
		Short: "Kept lines: bring them to the search again, check and export them",
		Long: "Every line that is received is kept in hourly Parquet files, the record of truth, and can be searched in an engine that is\n" +
			"filled from them. A centre may run meanwhile.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(lakeRebuildCommand(std), lakeCheckCommand(std), lakeExportCommand(std), lakeEngineCommand(std))
	return cmd
}

// lakeEngineCommand is the engine of searches as a process of its own. The
// centre starts it; it is told what to do through its standard input.
func lakeEngineCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:    "engine",
		Short:  "The engine that searches events (started by the centre)",
		Hidden: true,
		Args:   noArguments,
		RunE:   func(*cobra.Command, []string) error { return engine.Run(std.in, std.out) },
	}
}

// lakeProgram is how the centre starts that process: this program again. None
// where it does not know itself.
func lakeProgram() []string {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{exe, "lake", "engine"}
}

// days are the flags --from and --to.
type days struct{ from, to string }

func (d *days) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.from, "from", "", "first `DAY` of the lines, YYYY-MM-DD in Vietnam")
	cmd.Flags().StringVar(&d.to, "to", "", "last `DAY` of the lines")
}

func (d *days) into(ask *app.LakeAsk) error {
	for _, one := range []struct {
		flag, text string
		into       *calendar.Date
	}{{"from", d.from, &ask.From}, {"to", d.to, &ask.To}} {
		if err := one.into.UnmarshalText([]byte(one.text)); err != nil {
			return usageError{fmt.Errorf("--%s: %w", one.flag, err)}
		}
	}
	if !ask.From.IsZero() && !ask.To.IsZero() && ask.To.Compare(ask.From) < 0 {
		return usageError{fmt.Errorf("--to %s is before --from %s", d.to, d.from)}
	}
	return nil
}

// lakeDoes has the centre do a command about kept lines, and prints its answer.
func lakeDoes[T any](cmd *cobra.Command, std streams, set *settings, name string, ask app.LakeAsk, asJSON bool, say func(io.Writer, T) error) error {
	cfg, err := set.load(cmd)
	if err != nil {
		return err
	}
	words, err := app.Words()
	if err != nil {
		return err
	}
	raw, err := commandSaying(cmd.Context(), std, cfg, name, ask, tenths(std.err, words))
	if err != nil {
		return err
	}
	var told T
	if err := json.Unmarshal(raw, &told); err != nil {
		return fmt.Errorf("answer of the centre: %w", err)
	}
	if asJSON {
		_, err := fmt.Fprintf(std.out, "%s\n", raw)
		return errors.Join(err, say(io.Discard, told)) // which also takes note of it
	}
	return say(std.out, told)
}

// tenths writes a line for each thing that begins and each tenth of it that is done.
func tenths(w io.Writer, words *i18n.Catalogue) func(done, total int64, note string) {
	last, tenth := "", int64(-1)
	return func(done, total int64, note string) {
		at := int64(0)
		if total > 0 {
			at = done * 10 / total
		}
		if note == last && at == tenth {
			return
		}
		last, tenth = note, at
		line := words.Text(i18n.English, note)
		if total > 0 {
			line += fmt.Sprintf(": %s of %s", humanize.Comma(done), humanize.Comma(total))
		}
		fmt.Fprintln(w, line)
	}
}

func lakeRebuildCommand(std streams) *cobra.Command {
	var set settings
	var span days
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Bring to the search what it lacks of all kept lines",
		Long: "Bring to the engine of searches what it lacks of the kept lines: all of them after its data was lost, else what is missing,\n" +
			"and nothing twice. It can be run again at any time.",
		Example: "  vonggac lake rebuild --data /var/lib/vonggac\n  vonggac lake rebuild --from 2026-11-01 --to 2026-11-22 --json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var ask app.LakeAsk
			if err := span.into(&ask); err != nil {
				return err
			}
			return lakeDoes(cmd, std, &set, "lake rebuild", ask, asJSON, func(w io.Writer, r app.LakeRebuilt) error {
				_, err := fmt.Fprintf(w, "%s lines brought to the search, from %s hours of the archive, in %d s; %s refused (too old, ahead of time or too long)\n",
					humanize.Comma(r.Rows), humanize.Comma(int64(r.Files)), r.Seconds, humanize.Comma(int64(r.Refused)))
				return err
			})
		},
	}
	set.flags(cmd)
	span.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}

func lakeCheckCommand(std streams) *cobra.Command {
	var set settings
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "Read every kept file again and compare it with what was written",
		Long:    "Read every hourly file again: its hash, rows and blocks must be those of its manifest. It ends with code 1 when one is not.",
		Example: "  vonggac lake check --data /var/lib/vonggac",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var bad []string
			err := lakeDoes(cmd, std, &set, "lake check", app.LakeAsk{}, asJSON, func(w io.Writer, c app.LakeChecked) error {
				bad = c.Bad
				_, err := fmt.Fprintf(w, "%s files with %s lines, %s; %d hours are not closed yet\n%s", humanize.Comma(int64(c.Files)), humanize.Comma(c.Rows),
					humanize.Bytes(uint64(c.Bytes)), c.Open, listed(c.Bad))
				return err
			})
			if err == nil && len(bad) > 0 {
				err = fmt.Errorf("%d files are not as they were written", len(bad))
			}
			return err
		},
	}
	set.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}

func listed(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func lakeExportCommand(std streams) *cobra.Command {
	var set settings
	var span days
	var ask app.LakeAsk
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write kept lines of some days into one file",
		Long: "Write kept lines into a Parquet, CSV or JSON file, by its ending. Lines show people's browsing: the export goes into the\n" +
			"audit trail with the reason. The file must not be there yet.",
		Example: "  vonggac lake export --from 2026-11-20 --to 2026-11-21 --reason \"Công văn 12/TTGS\" --out lines.parquet",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := span.into(&ask); err != nil {
				return err
			}
			ask.Format = strings.TrimPrefix(filepath.Ext(ask.File), ".")
			switch {
			case ask.File == "":
				return usageError{errors.New("say where to with --out FILE.parquet, .csv or .jsonl")}
			case ask.Format != "parquet" && ask.Format != "csv" && ask.Format != "jsonl":
				return usageError{fmt.Errorf("--out %s: want an ending of %s", ask.File, strings.Join(lake.Formats, ", "))}
			case strings.TrimSpace(ask.Reason) == "":
				return usageError{errors.New("say why with --reason: lines show people's browsing")}
			}
			if ask.File, err = filepath.Abs(ask.File); err != nil { // the centre may run in another folder
				return err
			}
			return lakeDoes(cmd, std, &set, "lake export", ask, asJSON, func(w io.Writer, e app.LakeExported) error {
				_, err := fmt.Fprintf(w, "%s\n%s lines, %s, SHA-256 %s\n", e.File, humanize.Comma(e.Rows), humanize.Bytes(uint64(e.Bytes)), e.SHA256)
				return err
			})
		},
	}
	set.flags(cmd)
	span.flags(cmd)
	cmd.Flags().StringVar(&ask.Source, "source", "", "lines of the source with this `ID` alone")
	cmd.Flags().StringVar(&ask.File, "out", "", "`FILE` to write")
	cmd.Flags().StringVar(&ask.Reason, "reason", "", "`WHY`, for the audit trail")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}
