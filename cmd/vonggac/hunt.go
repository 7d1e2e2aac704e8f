// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

func huntCommand(std streams) *cobra.Command {
	var set settings
	var ask app.HuntAsk
	var from, to string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "hunt",
		Short: "Look back: who has ever asked for a name?",
		Long: "Look back in all that the centre has seen: who asked for a name, or for one below it, how often, first and last, and\n" +
			"whose machine it was. A centre may run meanwhile. Whose browsing is looked at goes into the audit trail with the reason.",
		Example: "  vonggac hunt --indicator bad.example --data /var/lib/vonggac\n" +
			"  vonggac hunt --indicator bad.example --from 2026-11-01 --reason \"Công văn 12/TTGS\" --json",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if ask.Indicator == "" {
				return usageError{errors.New("say what to look for with --indicator")}
			}
			for _, d := range []struct {
				flag, text string
				into       *calendar.Date
			}{{"from", from, &ask.From}, {"to", to, &ask.To}} {
				if err := d.into.UnmarshalText([]byte(d.text)); err != nil {
					return usageError{fmt.Errorf("--%s: %w", d.flag, err)}
				}
			}
			if !ask.From.IsZero() && !ask.To.IsZero() && ask.To.Compare(ask.From) < 0 {
				return usageError{fmt.Errorf("--to %s is before --from %s", to, from)}
			}
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			raw, err := command(cmd.Context(), std, cfg, "hunt", ask)
			if err != nil {
				return err
			}
			if asJSON {
				_, err := fmt.Fprintf(std.out, "%s\n", raw)
				return err
			}
			var found app.HuntFound
			if err := json.Unmarshal(raw, &found); err != nil {
				return fmt.Errorf("answer of the centre: %w", err)
			}
			return sayHunt(std.out, found)
		},
	}
	set.flags(cmd)
	cmd.Flags().StringVar(&ask.Indicator, "indicator", "", "domain `NAME` to look for; bad[.]example is read too")
	cmd.Flags().BoolVar(&ask.Exact, "exact", false, "the name alone, not those below it")
	cmd.Flags().StringVar(&from, "from", "", "first `DAY` to look at, YYYY-MM-DD in Vietnam")
	cmd.Flags().StringVar(&to, "to", "", "last `DAY` to look at")
	cmd.Flags().StringVar(&ask.Reason, "reason", "", "`WHY` it is looked for, for the audit trail")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}

const huntTime = "2006-01-02 15:04:05"

func sayHunt(w io.Writer, f app.HuntFound) error {
	zone := calendar.DateOf(f.Since).Start().Location()
	at := func(t time.Time) string { return t.In(zone).Format(huntTime) }
	if f.Clients == 0 {
		_, err := fmt.Fprintf(w, "%s: nobody is known to have asked for it. The memory begins on %s; what was read before is not in it.\n", f.Indicator, at(f.Since))
		return err
	}
	fmt.Fprintf(w, "%s: %s clients of %d units, %s queries, first %s, last %s\n\n", f.Indicator, humanize.Comma(int64(f.Clients)), f.Units,
		humanize.Comma(f.Queries), at(*f.First), at(*f.Last))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CLIENT\tUNIT\tNAME\tNAMES\tDAYS\tQUERIES\tFIRST\tLAST")
	dash := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	for _, s := range f.Seen {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\n", dash(s.Client), dash(s.Unit), s.Name, s.Names, s.Days, s.Queries, at(s.First), at(s.Last))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if f.Cut {
		_, err := fmt.Fprintln(w, "\nMore was found than is listed: narrow the days with --from and --to.")
		return err
	}
	return nil
}
