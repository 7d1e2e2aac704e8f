// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// deadlineAsk is what the deadline command was asked.
type deadlineAsk struct {
	pack, clock string
	at, t0      string
	facts       string
	lang        string
	factsGiven  bool
}

func deadlineCommand(std streams) *cobra.Command {
	var ask deadlineAsk
	var list, asJSON bool
	cmd := &cobra.Command{
		Use:   "deadline",
		Short: "When is a duty due, and why?",
		Long: "Counts one clock of a rule pack from a moment, and explains the count: days off passed over, other readings of the\n" +
			"term, the text it rests on. It uses the law and the calendar that come with the program; what a centre has decided\n" +
			"beside them is on its page of the calendar.",
		Example: "  vonggac deadline --list\n" +
			"  vonggac deadline --clock anm-72h --at \"2026-11-21 03:12\"\n" +
			"  vonggac deadline --pack VN-ATTT-2016 --clock attt-5-ngay --at 2025-01-22T10:00:00+07:00 --json",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			laws, err := rulepack.Load(rulepacks.FS)
			if err != nil {
				return err
			}
			if list {
				return listClocks(std.out, laws, ask.pack, asJSON)
			}
			ask.factsGiven = cmd.Flags().Changed("facts")
			d, err := ask.count(laws)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(std.out, d)
			}
			return d.say(std.out, ask.lang)
		},
	}
	cmd.Flags().StringVar(&ask.pack, "pack", "", "rule pack `ID`; the one in force on the day of T0 when not given")
	cmd.Flags().StringVar(&ask.clock, "clock", "", "`ID` of the clock; --list shows them")
	cmd.Flags().StringVar(&ask.at, "at", "", "`TIME` the clock counts from: \"2026-11-21 03:12\" in Vietnam, or RFC 3339 with its zone")
	cmd.Flags().StringVar(&ask.t0, "t0", "", "`TIME` whose day chooses the law, where it is not --at")
	cmd.Flags().StringVar(&ask.facts, "facts", "", "`FACTS` the condition is asked of: \"severity=M2 system_level=3 urgent\"; not asked when not given")
	cmd.Flags().StringVar(&ask.lang, "lang", "vi", "`LANGUAGE` of the explanation, vi or en")
	cmd.Flags().BoolVar(&list, "list", false, "list packs and clocks")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return cmd
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

// deadline is a counted clock as --json prints it. Times are RFC 3339 in UTC.
type deadline struct {
	Pack        string              `json:"pack"`
	PackVersion string              `json:"pack_version"` // SHA-256 of the pack's data
	Calendar    string              `json:"calendar"`     // version of the days off
	Clock       string              `json:"clock"`
	Label       words               `json:"label"`
	Start       time.Time           `json:"start"`
	Amount      calendar.Amount     `json:"amount"`
	Due         time.Time           `json:"due"`
	DueLocal    string              `json:"due_local"` // in Vietnam; the end of a day is 24:00
	RemindBy    time.Time           `json:"remind_by"` // the earliest reading
	Readings    []calendar.Reading  `json:"readings,omitempty"`
	Provisional bool                `json:"provisional,omitempty"` // a day off passed over is not decided yet
	Addressees  []addressee         `json:"addressees"`
	Form        string              `json:"form,omitempty"`
	Basis       string              `json:"basis"`
	Source      source              `json:"source"`
	Text        words               `json:"text"`
	Steps       map[string][]string `json:"steps"`
	InForce     string              `json:"pack_in_force"` // the pack in force on the day of T0
}

type words struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

func (w words) in(lang string) string {
	if lang == "en" {
		return w.EN
	}
	return w.VI
}

type addressee struct {
	ID    string `json:"id"`
	Label words  `json:"label"`
}

type source struct {
	Key  string `json:"key"`
	Mark string `json:"mark"` // verified, secondary, inference, memory, unsure
	Note string `json:"note,omitempty"`
}

func (a deadlineAsk) count(laws *rulepack.Set) (deadline, error) {
	if a.clock == "" || a.at == "" {
		return deadline{}, usageError{errors.New("say what to count with --clock and --at, or list the clocks with --list")}
	}
	if a.lang != "vi" && a.lang != "en" {
		return deadline{}, usageError{fmt.Errorf("--lang %q: give vi or en", a.lang)}
	}
	at, err := moment("at", a.at)
	if err != nil {
		return deadline{}, err
	}
	t0 := at
	if a.t0 != "" {
		if t0, err = moment("t0", a.t0); err != nil {
			return deadline{}, err
		}
	}
	facts, err := rulepack.ParseFacts(a.facts)
	if err != nil {
		return deadline{}, usageError{fmt.Errorf("--facts: %w", err)}
	}
	day := calendar.DateOf(t0)
	judge := laws.At(day)
	p := judge
	if a.pack != "" {
		var ok bool
		if p, ok = laws.Get(a.pack); !ok {
			return deadline{}, usageError{fmt.Errorf("--pack %q: known are %s", a.pack, strings.Join(packIDs(laws), ", "))}
		}
	}
	c, ok := p.Clock(a.clock)
	if !ok {
		return deadline{}, usageError{fmt.Errorf("--clock %q: %s has no such clock; \"vonggac deadline --list\" shows those it has", a.clock, p.ID)}
	}
	if !c.InForce(day) {
		return deadline{}, fmt.Errorf("%s: in force for events %s, not on %s", c.ID, period(c), day)
	}
	if a.factsGiven && !c.Runs(p, facts) {
		return deadline{}, fmt.Errorf("%s: does not run under these facts", c.ID)
	}
	var m rulepack.Moments
	m.Set(c.Judged(), t0)
	m.Set(c.From, at)
	_, e, ok := c.Due(laws.Calendar(), m)
	if !ok {
		return deadline{}, fmt.Errorf("%s: has nothing to count from", c.ID)
	}
	d := deadlineOf(p, c, e)
	d.InForce = judge.ID
	return d, nil
}

func period(c rulepack.Clock) string {
	switch {
	case c.Until.IsZero():
		return "from " + c.Since.String()
	case c.Since.IsZero():
		return "until " + c.Until.String()
	}
	return "from " + c.Since.String() + " until " + c.Until.String()
}

func deadlineOf(p *rulepack.Pack, c rulepack.Clock, e calendar.Explanation) deadline {
	d := deadline{Pack: p.ID, PackVersion: p.Version, Calendar: e.Calendar, Clock: c.ID, Label: words(c.Label), Start: e.Start, Amount: c.Amount,
		Due: e.Due, DueLocal: e.Due.In(calendar.Zone()).Format("2006-01-02 15:04"), RemindBy: e.RemindBy(), Readings: e.Readings,
		Provisional: e.Provisional(), Addressees: addresseesOf(p, c), Form: c.Form, Basis: c.Basis, Source: source{c.Source.Key, string(c.Source.Mark), c.Source.Note},
		Text:  words{e.Text("vi"), e.Text("en")},
		Steps: map[string][]string{"vi": e.Steps("vi"), "en": e.Steps("en")}}
	if c.Amount.Unit.Days() {
		d.DueLocal = calendar.DateOf(e.Due.Add(-time.Second)).String() + " 24:00"
	}
	return d
}

func addresseesOf(p *rulepack.Pack, c rulepack.Clock) []addressee {
	var list []addressee
	for _, id := range c.Addressees {
		a, _ := p.Addressee(id)
		list = append(list, addressee{id, words(a.Label)})
	}
	return list
}

// say prints the deadline for a reader: the result, the count step by step, who
// is owed it.
func (d deadline) say(w io.Writer, lang string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", d.Label.in(lang), d.Text.in(lang))
	for _, s := range d.Steps[lang] {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	var to []string
	for _, a := range d.Addressees {
		to = append(to, a.Label.in(lang))
	}
	text := map[string][4]string{"vi": {"Nơi nhận", "Nguồn", "Gói quy tắc", "ngày này thuộc"}, "en": {"Owed to", "Source", "Rule pack", "the day belongs to"}}[lang]
	fmt.Fprintf(&b, "  %s: %s\n  %s: %s (%s)", text[0], strings.Join(to, "; "), text[1], d.Source.Key, d.Source.Mark)
	if d.Source.Note != "" {
		fmt.Fprintf(&b, " — %s", d.Source.Note)
	}
	fmt.Fprintf(&b, "\n  %s: %s", text[2], d.Pack)
	if d.InForce != d.Pack {
		fmt.Fprintf(&b, " (%s %s)", text[3], d.InForce)
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func packIDs(laws *rulepack.Set) []string {
	var ids []string
	for _, p := range laws.Packs() {
		ids = append(ids, p.ID)
	}
	return ids
}

// clockLine is one clock as --list --json prints it.
type clockLine struct {
	Pack       string          `json:"pack"`
	Clock      string          `json:"clock"`
	Label      words           `json:"label"`
	Triggers   []string        `json:"triggers"`
	Amount     calendar.Amount `json:"amount"`
	From       string          `json:"from"`
	Since      calendar.Date   `json:"since"`
	Until      calendar.Date   `json:"until"`
	Addressees []addressee     `json:"addressees"`
	Basis      string          `json:"basis"`
	Source     source          `json:"source"`
}

func listClocks(w io.Writer, laws *rulepack.Set, pack string, asJSON bool) error {
	if pack != "" && !slices.Contains(packIDs(laws), pack) {
		return usageError{fmt.Errorf("--pack %q: known are %s", pack, strings.Join(packIDs(laws), ", "))}
	}
	lines := []clockLine{}
	for _, p := range laws.Packs() {
		for _, c := range p.AllClocks {
			if pack != "" && p.ID != pack {
				continue
			}
			l := clockLine{Pack: p.ID, Clock: c.ID, Label: words(c.Label), Amount: c.Amount, From: string(c.From), Since: c.Since, Until: c.Until,
				Addressees: addresseesOf(p, c), Basis: c.Basis, Source: source{c.Source.Key, string(c.Source.Mark), c.Source.Note}}
			for _, t := range c.Triggers {
				l.Triggers = append(l.Triggers, string(t))
			}
			lines = append(lines, l)
		}
	}
	if asJSON {
		return printJSON(w, lines)
	}
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
