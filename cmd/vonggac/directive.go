// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func directiveCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "directive",
		Short: "Read official texts",
		Long:  "Read official texts into what they ask, without a centre: no data folder is opened and nothing is kept.",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(directiveReadCommand(std))
	return cmd
}

func directiveReadCommand(std streams) *cobra.Command {
	var lang, lexicon string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "read FILE",
		Short: "Head, requirements, time limits, figures and contacts of an official text",
		Long: "Read a text (TXT, DOCX, ODT, PDF with text, HTML; - is standard input) into its head and the tree of what it asks: who must act,\n" +
			"by when, how much, about what. Everything is a proposal with its reason; what was not understood is named, and with\n" +
			"--json the parts put together are the text, letter by letter. Papers marked Mật, Tối mật or Tuyệt mật are refused.",
		Example: "  vonggac directive read cong-van.pdf\n  vonggac directive read --json cong-van.docx > cong-van.json\n  vonggac directive read --lexicon ./tu-dien cong-van.txt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one file, or - for standard input")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			words, err := i18n.Load(app.Messages()...)
			if err != nil {
				return err
			}
			ctx := i18n.With(cmd.Context(), words, i18n.Parse(lang))
			var own []fs.FS
			if lexicon != "" {
				own = append(own, os.DirFS(lexicon))
			}
			known, err := directive.Words(own...)
			if err != nil {
				return err
			}
			data, err := readInput(std.in, args[0])
			if err != nil {
				return err
			}
			r, err := known.ReadFile(ctx, inputName(args[0], data), data, calendar.DateOf(time.Now()))
			if err != nil {
				if key := fault.Of(err).Fields["file"]; key != "" {
					return errors.New(i18n.T(ctx, key))
				}
				return err
			}
			if asJSON {
				return printJSON(std.out, r)
			}
			_, err = io.WriteString(std.out, known.Say(ctx, r))
			return err
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "vi", "`LANGUAGE` of the words around the text, vi or en")
	cmd.Flags().StringVar(&lexicon, "lexicon", "", "`FOLDER` with YAML files that add to what is known of words")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// inputName gives what comes in by standard input the ending of what it holds.
func inputName(name string, data []byte) string {
	switch {
	case name != "-":
		return name
	case bytes.HasPrefix(data, []byte("PK")):
		return "input.docx"
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return "input.pdf"
	}
	return "input.txt"
}

// textMost is how large a file may be.
const textMost = 64 << 20 // bytes

func readInput(in io.Reader, name string) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, textMost+1))
	if err != nil {
		return nil, err
	}
	if len(data) > textMost {
		return nil, fmt.Errorf("%s: larger than %d MiB", strings.TrimSpace(name), textMost>>20)
	}
	return data, nil
}
