// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
)

// layout is what report check says of one file.
type layout struct {
	File string `json:"file"`
	lint.Report
	Errors    int    `json:"errors"`
	Warnings  int    `json:"warnings"`
	Unchecked int    `json:"unchecked"`
	Failure   string `json:"failure,omitempty"` // why it could not be read
}

func reportCheckCommand(std streams) *cobra.Command {
	var lang string
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Hold the layout of papers against decree 30/2020",
		Long: "Hold DOCX and PDF files, ours or anybody's, against the layout rules of Nghị định 30/2020/NĐ-CP, Phụ lục I. Nothing is kept.\n" +
			"What a file cannot tell, such as paragraphs of a PDF, is counted as not checkable and listed with --all.",
		Example: "  vonggac report check bao-cao.docx cong-van.pdf\n  vonggac report check --json --all bao-cao.docx",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("name at least one file")}
			}
			if lang != string(i18n.English) && lang != string(i18n.Vietnamese) {
				return usageError{fmt.Errorf("--lang %q: must be vi or en", lang)}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			words, err := i18n.Load(app.Messages()...)
			if err != nil {
				return err
			}
			failed := 0
			for _, name := range args {
				l := layoutOf(name, words, i18n.Language(lang), all)
				if l.Failure != "" {
					failed++
				}
				if asJSON {
					if err := writeJSON(std.out, l); err != nil {
						return err
					}
					continue
				}
				if err := printLayout(std.out, l, words, i18n.Language(lang)); err != nil {
					return err
				}
			}
			if failed > 0 {
				return fmt.Errorf("%d of %d files could not be read", failed, len(args))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&lang, "lang", string(i18n.English), "`LANGUAGE` of the sentences, vi or en")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a file")
	cmd.Flags().BoolVar(&all, "all", false, "list what cannot be checked too")
	return cmd
}

// layoutOf checks one file; what cannot be read costs only itself.
func layoutOf(name string, words *i18n.Catalogue, lang i18n.Language, all bool) layout {
	l := layout{File: name}
	raw, err := os.ReadFile(name)
	if err != nil {
		l.Failure = err.Error()
		return l
	}
	if l.Report, err = lint.Check(raw); err != nil {
		l.Failure = words.Text(lang, lint.ErrorKey(err))
		return l
	}
	l.Errors, l.Warnings, l.Unchecked = l.Count(lint.Error), l.Count(lint.Warning), l.Count(lint.Unchecked)
	kept := []lint.Finding{}
	for _, f := range l.Findings {
		if all || f.Severity != lint.Unchecked {
			kept = append(kept, f)
		}
	}
	l.Findings = kept
	return l
}

func printLayout(w io.Writer, l layout, words *i18n.Catalogue, lang i18n.Language) error {
	if l.Failure != "" {
		_, err := fmt.Fprintf(w, "%s: %s\n", l.File, l.Failure)
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", l.File, words.Text(lang, "lint.summary", l.Checked, l.Rules, l.Errors, l.Warnings, l.Unchecked))
	for _, f := range l.Findings {
		at := ""
		switch {
		case f.Page > 0 && f.Para > 0:
			at = words.Text(lang, "lint.at.both", f.Page, f.Para)
		case f.Page > 0:
			at = words.Text(lang, "lint.at.page", f.Page)
		case f.Para > 0:
			at = words.Text(lang, "lint.at.paragraph", f.Para)
		default:
			at = words.Text(lang, "lint.at.whole")
		}
		if err == nil {
			_, err = fmt.Fprintf(w, "  %s · %s · %s [%s, %s]", words.Text(lang, f.Severity.Key()), at, words.Text(lang, f.Key()), f.Rule, f.Clause)
		}
		if err == nil && f.Found != "" {
			_, err = fmt.Fprintf(w, " ← %s", f.Found)
		}
		if err == nil {
			_, err = fmt.Fprintln(w)
		}
	}
	return err
}
