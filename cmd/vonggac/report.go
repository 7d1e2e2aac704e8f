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
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

func reportCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Forms of the law: list them, print them; layout of papers",
		Long:  "List the report forms of the rule packs and print them, without a centre: no data folder is opened, nothing is kept or sent.",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(reportFormsCommand(std), reportPrintCommand(std), reportCheckCommand(std))
	return cmd
}

func reportFormsCommand(std streams) *cobra.Command {
	var on string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "forms",
		Short:   "List the forms in force on a day",
		Example: "  vonggac report forms --on 2026-12-20",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			day := calendar.DateOf(time.Now())
			if on != "" {
				if err := day.UnmarshalText([]byte(on)); err != nil {
					return usageError{fmt.Errorf("--on: %w", err)}
				}
			}
			list, err := app.Forms(day)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(std.out, list)
			}
			t := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "FORM\tPACK\tSTATUS\tABOUT\tTITLE\tTABLES")
			for _, f := range list {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.ID, f.Pack, f.Status, f.About, f.Title, strings.Join(f.Tables, ","))
			}
			return t.Flush()
		},
	}
	cmd.Flags().StringVar(&on, "on", "", "`DAY` on which they are in force, YYYY-MM-DD; today by default")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func reportPrintCommand(std streams) *cobra.Command {
	var ask app.FormAsk
	var values, from, to, out string
	var tables []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "print FORM",
		Short: "Print a form as DOCX, PDF and XLSX",
		Long: "Print a form from a JSON file of values and from lists (XLSX or CSV, as people send them) that fill its tables. Totals are\n" +
			"reckoned from the tables. A list with cells that cannot be read is told cell by cell and prints nothing; a paper in which\n" +
			"something compulsory is missing prints only with --force.\n\n" +
			"The file of values: {\"frame\": {\"issuer\": …, \"place\": …, \"to\": [\"…\"], \"signer\": {\"title\": …, \"name\": …}},\n" +
			"\"values\": {\"key\": text, number, true, list of texts, or list of objects by column for a table}}.",
		Example: "  vonggac report print F12 --year 2026 --table systems=danh-sach.xlsx --values f12.json --out F12\n" +
			"  vonggac report print F3 --blank --pack VN-ATTT-2016 --out mau-05",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one form; see vonggac report forms")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ask.Form = args[0]
			for _, d := range []struct {
				flag, text string
				into       *calendar.Date
			}{{"from", from, &ask.From}, {"to", to, &ask.To}} {
				if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
					return usageError{fmt.Errorf("--%s: %w", d.flag, err)}
				}
			}
			if ask.From.IsZero() != ask.To.IsZero() || !ask.From.IsZero() && ask.To.Compare(ask.From) < 0 {
				return usageError{errors.New("--from and --to are given together, the first day first")}
			}
			if err := readForm(&ask, values, tables); err != nil {
				return err
			}
			made, err := app.PrintForm(ask, time.Now)
			if err != nil {
				return err
			}
			return savePrint(std, made, out, asJSON)
		},
	}
	f := cmd.Flags()
	f.StringVar(&ask.Pack, "pack", "", "rule `PACK`; the one in force at the period's end by default")
	f.StringVar(&values, "values", "", "JSON `FILE` of frame and values")
	f.StringArrayVar(&tables, "table", nil, "`KEY=FILE`: the table and the list that fills it; may be repeated")
	f.IntVar(&ask.Year, "year", 0, "the form's own `YEAR`: 2026 of F12 is 15/12/2025 to 14/12/2026")
	f.StringVar(&from, "from", "", "first `DAY` of the period, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "last `DAY` of the period")
	f.StringVar(&out, "out", "", "`NAME` of the files without ending; the form's id by default")
	f.BoolVar(&ask.Blank, "blank", false, "print the form to be filled by hand")
	f.BoolVar(&ask.Force, "force", false, "print although something compulsory is missing")
	f.BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}

// readForm reads the files that an ask names.
func readForm(ask *app.FormAsk, values string, tables []string) error {
	if values != "" {
		raw, err := os.ReadFile(values)
		if err != nil {
			return err
		}
		if ask.Frame, ask.Values, err = app.ReadFormValues(raw); err != nil {
			return fmt.Errorf("%s: %w", values, err)
		}
	}
	ask.Lists = map[string][]byte{}
	for _, t := range tables {
		key, file, ok := strings.Cut(t, "=")
		if !ok {
			return usageError{fmt.Errorf("--table %s: write KEY=FILE", t)}
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		ask.Lists[key] = raw
	}
	return nil
}

// savePrint writes the files and says what was printed and what is missing.
func savePrint(std streams, made app.FormPrinted, out string, asJSON bool) error {
	if out == "" {
		out = made.Form
	}
	var names []string
	for _, kind := range []string{"docx", "pdf", "xlsx"} {
		raw, ok := made.Files[kind]
		if !ok {
			continue
		}
		name := filepath.Clean(out) + "." + kind
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			return err
		}
		names = append(names, name)
	}
	if asJSON {
		if err := writeJSON(std.out, struct {
			app.FormPrinted
			Written []string `json:"written"`
		}{made, slices.Concat([]string{}, names)}); err != nil {
			return err
		}
	} else {
		for _, c := range made.Cells {
			fmt.Fprintf(std.err, "%s %s (%s) %q: %s\n", c.Table, c.At, c.Column, c.Value, c.Why)
		}
		for _, s := range made.Stops {
			fmt.Fprintln(std.err, s)
		}
		for _, n := range names {
			fmt.Fprintln(std.out, n)
		}
	}
	if len(names) == 0 {
		if !asJSON {
			fmt.Fprintln(std.err, "nothing was printed")
		}
		return errReported
	}
	return nil
}
