// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func doctorCommand(std streams) *cobra.Command {
	var set settings
	var exam app.Exam
	var asJSON bool
	var lang string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the centre: configuration, data, clock, certificate, work",
		Long: "Check the centre and say what to do about what is wrong. Nothing is changed: a stopped centre is opened read-only,\n" +
			"a running one is looked at from beside. Exit code 0: nothing wrong (there may be warnings), 1: something is wrong.",
		Example: "  vonggac doctor --data /var/lib/vonggac\n  vonggac doctor --deep --audit --json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lang != string(i18n.English) && lang != string(i18n.Vietnamese) {
				return usageError{fmt.Errorf("--lang %q: want vi or en", lang)}
			}
			results, err := examine(cmd, &set, std, exam)
			if err != nil {
				return err
			}
			if err := printResults(std.out, results, i18n.Language(lang), asJSON); err != nil {
				return err
			}
			if health.Worst(results) == health.Wrong {
				return errReported
			}
			return nil
		},
	}
	set.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&exam.Audit, "audit", false, "prove the chain of the audit trail too")
	cmd.Flags().BoolVar(&exam.Deep, "deep", false, "read every file and every index entry; slow on a large centre")
	cmd.Flags().StringVar(&lang, "lang", string(i18n.English), "`LANGUAGE` of the sentences, vi or en")
	return cmd
}

// examine makes the checks. A configuration that cannot be used is the one
// result there is.
func examine(cmd *cobra.Command, set *settings, std streams, exam app.Exam) ([]health.Result, error) {
	cfg, err := set.load(cmd)
	if err != nil {
		bad := health.Say(health.Wrong, "health.config.bad", errors.Unwrap(err)).Then("health.config.bad.do")
		bad.Name = "config"
		return []health.Result{bad}, nil
	}
	fictitious, err := app.IsDemo(cfg.Data)
	if err != nil {
		return nil, err
	}
	if fictitious { // its records lie in its folder, whatever is configured
		flags := map[string]string{"data": cfg.Data, "listen": cfg.Listen}
		if cfg, err = demoConfig(config.Sources{File: set.file, Env: os.Environ(), Flags: flags}); err != nil {
			return nil, usageError{err}
		}
	}
	a, err := app.Inspect(cmd.Context(), app.Options{Config: cfg, Log: logger(std.err, cfg), Version: versionText(), Demo: fictitious})
	if err != nil {
		return nil, err
	}
	results := a.Examine(cmd.Context(), exam)
	return results, a.Close()
}

// printed is one result as --json prints it: the sentences beside their keys.
type printed struct {
	health.Result
	Says string `json:"says"`
	Todo string `json:"todo,omitempty"`
}

func printResults(w io.Writer, results []health.Result, lang i18n.Language, asJSON bool) error {
	catalogue, err := i18n.Load(app.Messages()...)
	if err != nil {
		return err
	}
	if asJSON {
		all := make([]printed, 0, len(results))
		for _, r := range results {
			p := printed{Result: r, Says: r.Seen.In(catalogue, lang)}
			if r.Do != nil {
				p.Todo = r.Do.In(catalogue, lang)
			}
			all = append(all, p)
		}
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(struct {
			State  health.State `json:"state"`
			Checks []printed    `json:"checks"`
		}{health.Worst(results), all})
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range results {
		fmt.Fprintf(t, "%s\t%s\t%s\n", catalogue.Text(lang, "health.state."+string(r.State)),
			catalogue.Text(lang, "health.check."+r.Name), r.Seen.In(catalogue, lang))
		if r.Do != nil {
			fmt.Fprintf(t, "\t\t-> %s\n", r.Do.In(catalogue, lang))
		}
	}
	worst := health.Worst(results)
	if worst == health.Unknown {
		worst = health.OK
	}
	fmt.Fprintf(t, "\n%s\n", catalogue.Text(lang, "health.sum."+string(worst)))
	return t.Flush()
}
