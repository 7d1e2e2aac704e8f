// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// deadlineAsk is what the deadline command was asked, as it was typed.
type deadlineAsk struct {
	app.DeadlineAsk
	at, t0 string
	lang   string
}

func deadlineCommand(std streams) *cobra.Command {
	var ask deadlineAsk
	var set settings
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "deadline",
		Short: "When is a duty due, and why?",
		Long: "Counts one clock of a rule pack from a moment, and explains the count: days off passed over, other readings of the\n" +
			"term, the text it rests on. It uses the law and the calendar that come with the program; with --data or --config those\n" +
			"of a centre: its own packs, the values it put in place, the days it decided. The last line says which were used.",
		Example: "  vonggac deadline --list\n" +
			"  vonggac deadline --clock anm-72h --at \"2026-11-21 03:12\"\n" +
			"  vonggac deadline --clock hs-tra-loi --at \"2026-11-23 09:00\" --data /var/lib/vonggac\n" +
			"  vonggac deadline --pack VN-ATTT-2016 --clock attt-5-ngay --at 2025-01-22T10:00:00+07:00 --json",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ask.Asked = cmd.Flags().Changed("facts")
			if err := ask.read(); err != nil {
				return err
			}
			answer, err := ask.answer(cmd, &set, std)
			switch {
			case err != nil:
				return err
			case answer.Wrong != "":
				return usageError{errors.New(answer.Wrong)}
			case ask.List && asJSON:
				return printJSON(std.out, answer.Clocks)
			case ask.List:
				return listClocks(std.out, answer.Clocks)
			case asJSON:
				return printJSON(std.out, answer.Deadline)
			}
			return sayDeadline(std.out, answer.Deadline, ask.lang)
		},
	}
	cmd.Flags().StringVar(&ask.Pack, "pack", "", "rule pack `ID`; the one in force on the day of T0 when not given")
	cmd.Flags().StringVar(&ask.Clock, "clock", "", "`ID` of the clock; --list shows them")
	cmd.Flags().StringVar(&ask.at, "at", "", "`TIME` the clock counts from: \"2026-11-21 03:12\" in Vietnam, or RFC 3339 with its zone")
	cmd.Flags().StringVar(&ask.t0, "t0", "", "`TIME` whose day chooses the law, where it is not --at")
	cmd.Flags().StringVar(&ask.Facts, "facts", "", "`FACTS` the condition is asked of: \"severity=M2 system_level=3 urgent\"; not asked when not given")
	cmd.Flags().StringVar(&ask.lang, "lang", "vi", "`LANGUAGE` of the explanation, vi or en")
	cmd.Flags().BoolVar(&ask.List, "list", false, "list packs and clocks")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	cmd.Flags().StringVar(&set.file, "config", "", "configuration `FILE` of a centre whose law and calendar are used")
	cmd.Flags().StringVar(&set.data, "data", "", "`DIR` of the data of a centre whose law and calendar are used")
	return cmd
}

// answer counts with what comes with the program or, when a centre was named,
// with what it uses: a running one is asked, a stopped one is opened read-only.
func (a deadlineAsk) answer(cmd *cobra.Command, set *settings, std streams) (answer app.DeadlineAnswer, err error) {
	if !cmd.Flags().Changed("data") && !cmd.Flags().Changed("config") {
		return app.CountDeadline(a.DeadlineAsk)
	}
	cfg, err := set.load(cmd)
	if err != nil {
		return answer, err
	}
	if _, err := os.Stat(cfg.Data); err != nil {
		return answer, fmt.Errorf("data folder of the centre: %w", err)
	}
	fictitious, err := app.IsDemo(cfg.Data)
	if err != nil {
		return answer, err
	}
	if fictitious { // its records lie in its folder, whatever is configured
		if cfg, err = demoConfig(config.Sources{File: set.file, Env: os.Environ(), Flags: map[string]string{"data": cfg.Data, "listen": cfg.Listen}}); err != nil {
			return answer, usageError{err}
		}
	}
	raw, err := app.Ask(cmd.Context(), cfg.Data, "deadline", a.DeadlineAsk, func(app.Step) {})
	if errors.Is(err, app.ErrNotRunning) {
		var centre *app.App
		centre, err = app.Inspect(cmd.Context(), app.Options{Config: cfg, Log: logger(std.err, cfg), Version: versionText(), Demo: fictitious})
		if err != nil {
			return answer, err
		}
		defer func() { err = errors.Join(err, centre.Close()) }()
		raw, err = centre.Do(cmd.Context(), "deadline", a.DeadlineAsk, func(app.Step) {})
	}
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(raw, &answer)
}

func printJSON(w io.Writer, v any) error {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", out)
	return err
}

// moment reads a time as people type it.
func moment(flag, text string) (time.Time, error) {
	if day, ok := strings.CutSuffix(text, " 24:00"); ok {
		if d, err := calendar.ParseDate(day); err == nil {
			return d.End(), nil
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, calendar.Zone()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usageError{fmt.Errorf("--%s %q: give a time such as \"2026-11-21 03:12\" or 2026-11-21T03:12:00+07:00", flag, text)}
}

// read takes what was typed.
func (a *deadlineAsk) read() error {
	if a.lang != "vi" && a.lang != "en" {
		return usageError{fmt.Errorf("--lang %q: give vi or en", a.lang)}
	}
	if a.List {
		return nil
	}
	if a.Clock == "" || a.at == "" {
		return usageError{errors.New("say what to count with --clock and --at, or list the clocks with --list")}
	}
	var err error
	if a.At, err = moment("at", a.at); err != nil {
		return err
	}
	a.T0 = a.At
	if a.t0 != "" {
		a.T0, err = moment("t0", a.t0)
	}
	return err
}

// sayDeadline prints a deadline for a reader: the result, the count step by step, who
// is owed it, and what it was counted with.
func sayDeadline(w io.Writer, d app.Deadline, lang string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", d.Label.In(lang), d.Text.In(lang))
	for _, s := range d.Steps[lang] {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	var to []string
	for _, a := range d.Addressees {
		to = append(to, a.Label.In(lang))
	}
	text := deadlineWords[lang]
	fmt.Fprintf(&b, "  %s: %s\n  %s: %s (%s)", text.to, strings.Join(to, "; "), text.source, d.Source.Key, d.Source.Mark)
	if d.Source.Note != "" {
		fmt.Fprintf(&b, " — %s", d.Source.Note)
	}
	if !d.Overridden.IsZero() {
		fmt.Fprintf(&b, "\n  %s %s", text.overridden, d.Overridden)
	}
	fmt.Fprintf(&b, "\n  %s: %s", text.pack, d.Pack)
	if d.InForce != d.Pack {
		fmt.Fprintf(&b, " (%s %s)", text.belongs, d.InForce)
	}
	with := text.program
	if d.Centre {
		with = text.centre
	}
	fmt.Fprintf(&b, "\n  %s: %s, %s %s, %s %s\n", text.with, with, text.packVersion, d.PackVersion[:min(12, len(d.PackVersion))], text.calendar, d.Calendar)
	_, err := io.WriteString(w, b.String())
	return err
}

// deadlineWords are what the command says beside what the law says.
var deadlineWords = map[string]struct {
	to, source, overridden, pack, belongs, with, program, centre, packVersion, calendar string
}{
	"vi": {"Nơi nhận", "Nguồn", "Giá trị do trung tâm thay, áp dụng từ", "Gói quy tắc", "ngày này thuộc", "Tính theo", "quy định và lịch kèm chương trình",
		"quy định và lịch của trung tâm", "bản quy tắc", "bản lịch"},
	"en": {"Owed to", "Source", "The centre's own value, since", "Rule pack", "the day belongs to", "Counted with", "the law and calendar of the program",
		"the law and calendar of the centre", "rules", "calendar"},
}

func listClocks(w io.Writer, lines []app.ClockLine) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PACK\tCLOCK\tTERM\tFROM\tSTARTED BY\tBASIS\tMARK")
	for _, l := range lines {
		term := string(l.Amount.Unit)
		if l.Amount.N > 0 {
			term = fmt.Sprintf("%d %s", l.Amount.N, l.Amount.Unit)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Pack, l.Clock, term, l.From, strings.Join(l.Triggers, " "), l.Basis, l.Source.Mark)
	}
	return t.Flush()
}
