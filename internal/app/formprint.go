// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// This file prints forms of the rule packs without a centre: no data folder is
// opened and nothing is kept.

// FormEntry is one form of a rule pack.
type FormEntry struct {
	ID      string   `json:"id"`
	Pack    string   `json:"pack"`
	Title   string   `json:"title"`
	Status  string   `json:"status"`
	About   string   `json:"about"` // incident, period, unit
	Periods []string `json:"periods,omitempty"`
	Basis   string   `json:"basis"`
	Tables  []string `json:"tables,omitempty"` // keys that a list may fill
}

// Forms lists the forms in force on a day, and those of earlier regimes that are
// not among them. Titles are Vietnamese, as printed.
func Forms(on calendar.Date) ([]FormEntry, error) {
	s, _, err := formRoom(time.Now)
	if err != nil {
		return nil, err
	}
	_, list := s.Catalogue(on)
	var out []FormEntry
	for _, c := range list {
		f := c.Form
		e := FormEntry{ID: f.ID, Pack: c.Pack.ID, Title: f.Title.VI, Status: string(f.Status), About: string(f.About), Periods: f.Periods.Every, Basis: f.Basis}
		if f.About == rulepack.OfIncident {
			e.About = report.OfIncident
		}
		for _, x := range f.Fields() {
			if len(x.Columns) > 0 {
				e.Tables = append(e.Tables, x.Key)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// FormAsk is what shall be printed.
type FormAsk struct {
	Form, Pack string // an empty pack is the one in force on To, or today
	Blank      bool   // to be filled by hand
	Frame      report.Frame
	Values     report.Plain
	Lists      map[string][]byte // files by the key of the table they fill
	From, To   calendar.Date     // the period; zero for none
	Year       int               // the form's own year instead
	Force      bool              // print although compulsory fields are empty
}

// FormPrinted is what was printed.
type FormPrinted struct {
	Form     string            `json:"form"`
	Pack     string            `json:"pack"`
	From     calendar.Date     `json:"from,omitzero"`
	To       calendar.Date     `json:"to,omitzero"`
	Rows     map[string]int    `json:"rows"`    // of each table
	Numbers  map[string]int64  `json:"numbers"` // of each number, reckoned ones included
	Stops    []string          `json:"stops"`   // what keeps it from being printed in a centre
	Notes    []string          `json:"notes"`
	Cells    []FormCell        `json:"cells,omitempty"` // that could not be read
	Files    map[string][]byte `json:"-"`               // by kind: docx, pdf, xlsx; none when it was not printed
	Skipped  map[string][]int  `json:"skipped,omitempty"`
	Complete bool              `json:"complete"`
}

// FormCell is a cell of a list that could not be read.
type FormCell struct {
	Table  string `json:"table"`
	At     string `json:"at"` // "C12"
	Column string `json:"column"`
	Value  string `json:"value"`
	Why    string `json:"why"`
}

func formRoom(now func() time.Time) (*report.Service, *rulepack.Set, error) {
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		return nil, nil, err
	}
	return report.New(report.Deps{Laws: laws, Now: now}), laws, nil
}

// PrintForm prints a form from values and lists. A list with cells that cannot
// be read, and a paper that is not complete, give no files, unless forced in the
// second case; what is wrong is told in words.
func PrintForm(ask FormAsk, now func() time.Time) (FormPrinted, error) {
	s, laws, err := formRoom(now)
	if err != nil {
		return FormPrinted{}, err
	}
	words, err := i18n.Load(fault.Messages, report.Messages)
	if err != nil {
		return FormPrinted{}, err
	}
	ctx := i18n.With(context.Background(), words, i18n.English) // like the rest of the command line
	day := ask.To
	if day.IsZero() {
		day = calendar.DateOf(now())
	}
	if ask.Year != 0 {
		day = calendar.Date{Year: ask.Year, Month: time.December, Day: 1}
	}
	pack, ok := laws.Get(ask.Pack)
	if !ok {
		if ask.Pack != "" {
			return FormPrinted{}, fmt.Errorf("there is no rule pack %s", ask.Pack)
		}
		pack = laws.At(day)
	}
	form, ok := pack.Form(ask.Form)
	if !ok {
		return FormPrinted{}, fmt.Errorf("rule pack %s has no form %s; see vonggac report forms", pack.ID, ask.Form)
	}
	out := FormPrinted{Form: form.ID, Pack: pack.ID, Rows: map[string]int{}, Numbers: map[string]int64{}, Stops: []string{}, Notes: []string{}, Files: map[string][]byte{}}
	if ask.Blank {
		for _, k := range []report.Kind{report.DOCX, report.PDF} {
			if out.Files[string(k)], err = s.Blank(pack.ID, form.ID, k); err != nil {
				return FormPrinted{}, err
			}
		}
		return out, nil
	}
	if ask.Year != 0 {
		if ask.From, ask.To, ok = form.Periods.Between("year", ask.Year, 1); !ok {
			return FormPrinted{}, fmt.Errorf("there is no year %d", ask.Year)
		}
	}
	if form.About == rulepack.OfPeriod && ask.From.IsZero() {
		return FormPrinted{}, fmt.Errorf("form %s is about a period: say which with --year, or --from and --to", form.ID)
	}
	out.From, out.To = ask.From, ask.To
	c, err := s.Compose(pack, form, ask.Frame, ask.Values, ask.Lists, ask.From, ask.To)
	for key, p := range c.Plans {
		for _, e := range p.Bad {
			out.Cells = append(out.Cells, FormCell{key, e.At, e.Column, e.Value, i18n.T(ctx, e.Reason)})
		}
		if len(p.Skipped) > 0 {
			if out.Skipped == nil {
				out.Skipped = map[string][]int{}
			}
			out.Skipped[key] = p.Skipped
		}
	}
	if len(out.Cells) > 0 {
		return out, nil
	}
	if err != nil {
		return FormPrinted{}, inPlainWords(ctx, err)
	}
	return out, out.print(ctx, c, ask.Force)
}

func (out *FormPrinted) print(ctx context.Context, c report.Composed, force bool) error {
	for key, v := range c.Inputs.Values {
		if len(v.Cols) > 0 {
			out.Rows[key] = len(v.Rows)
		}
		if v.Int != nil {
			out.Numbers[key] = *v.Int
		}
	}
	for _, f := range c.Findings {
		if f.Stops {
			out.Stops = append(out.Stops, f.Text(ctx))
		} else {
			out.Notes = append(out.Notes, f.Text(ctx))
		}
	}
	out.Complete = len(out.Stops) == 0
	if !out.Complete && !force {
		return nil
	}
	for _, k := range []report.Kind{report.DOCX, report.PDF, report.XLSX} {
		raw, err := c.Inputs.Render(k)
		if err != nil {
			return err
		}
		out.Files[string(k)] = raw
	}
	return nil
}

// inPlainWords says a refusal by field in one sentence.
func inPlainWords(ctx context.Context, err error) error {
	e := fault.Of(err)
	if e.Kind != fault.Invalid {
		return err
	}
	var list []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		list = append(list, field+": "+i18n.T(ctx, e.Fields[field], e.Args...))
	}
	return errors.New(strings.Join(list, "\n"))
}

// ReadFormValues reads a JSON file of a paper: {"frame": {…}, "values": {…}};
// fields that are not known are refused.
func ReadFormValues(raw []byte) (report.Frame, report.Plain, error) {
	var in struct {
		Frame  report.Frame `json:"frame"`
		Values report.Plain `json:"values"`
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return report.Frame{}, nil, err
	}
	return in.Frame, in.Values, nil
}
