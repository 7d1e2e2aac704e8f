// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file takes over what earlier papers of the same case, or of the same unit,
// said, and says of each value where it comes from. A case's papers count once
// they were printed, a unit's once they were sent.

// mostEarlier bounds the earlier papers that are looked through.
const mostEarlier = 50

// before lists the papers that went before p and that may be taken from, the
// latest first; of a paper that is not stored yet, all.
func (s *Service) before(ctx context.Context, p Paper) ([]Paper, error) {
	var rows []row
	q := s.records.Read().NewSelect().Model(&rows).Where("p.unit_id = ?", p.UnitID)
	if p.Case.Kind == OfIncident {
		q = s.records.Read().NewSelect().Model(&rows).Where("p.subject_kind = ?", OfIncident).Where("p.subject_id = ?", p.Case.ID).
			Where("p.state IN (?, ?)", string(Printed), string(Sent))
	} else {
		q = q.Where("p.subject_kind <> ?", OfIncident).Where("p.state = ?", string(Sent))
		if forms := p.formsBefore(s); len(forms) > 0 {
			q = q.Where("p.form_id IN (?)", bun.List(forms))
		}
	}
	if p.ID != "" {
		q = q.Where("p.id < ?", string(p.ID))
	}
	if err := q.OrderExpr("p.id DESC").Limit(mostEarlier).Scan(ctx); err != nil {
		return nil, db.Error("report.before", err)
	}
	return all(rows)
}

// formsBefore are the forms that the fields of p's form take from.
func (p Paper) formsBefore(s *Service) []string {
	_, form, ok := s.form(p)
	if !ok {
		return nil
	}
	forms := []string{form.ID}
	for _, f := range form.Fields() {
		for _, place := range f.Carry {
			id, _, _ := strings.Cut(place, ".")
			forms = append(forms, id)
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// asksBefore reports whether a form takes anything from earlier papers.
func asksBefore(form rulepack.Form) bool {
	return slices.ContainsFunc(form.Fields(), func(f rulepack.Field) bool {
		return len(f.Carry)+len(f.Trend) > 0 || f.From == "report.initial"
	})
}

// earlier adds to live what earlier papers said of fields that the records know
// nothing of. It returns, by field, the label of the paper it was taken from.
func (s *Service) earlier(ctx context.Context, p Paper, pack *rulepack.Pack, form rulepack.Form, live map[string]Value) (map[string]string, error) {
	if !asksBefore(form) || s.records == nil {
		return nil, nil
	}
	list, err := s.before(ctx, p)
	if err != nil {
		return nil, err
	}
	from := map[string]string{}
	for _, f := range form.Fields() {
		if f.From == "report.initial" {
			if n := slices.IndexFunc(list, s.isInitial); n >= 0 {
				live[f.Key] = Value{Text: s.Label(list[n])}.shape(pack, f)
				from[f.Key] = s.Label(list[n])
			}
		}
		for _, place := range f.Carry {
			if _, known := live[f.Key]; known {
				break
			}
			id, key, _ := strings.Cut(place, ".")
			for _, old := range list {
				if v := old.Values[key].shape(pack, f); old.FormID == id && !v.Empty() {
					live[f.Key], from[f.Key] = v, s.Label(old)
					break
				}
			}
		}
	}
	return from, nil
}

// isInitial reports whether a paper is the first notice of its case.
func (s *Service) isInitial(p Paper) bool {
	_, form, ok := s.form(p)
	return ok && form.Purpose == "initial_notice"
}

// trends sets numbers of the paper beside those that its unit's papers of the
// period before, and of the same period of the year before, gave. A number that
// no paper gave stays empty.
func (s *Service) trends(ctx context.Context, f *File) error {
	if f.From.IsZero() || !slices.ContainsFunc(f.Form.Fields(), func(x rulepack.Field) bool { return len(x.Trend) > 0 }) {
		return nil
	}
	list, err := s.before(ctx, f.Paper)
	if err != nil {
		return err
	}
	year := f.Paper.From
	year.Year--
	last := func(ok func(Paper) bool) (Paper, bool) {
		n := slices.IndexFunc(list, func(p Paper) bool { return p.FormID == f.FormID && ok(p) })
		if n < 0 {
			return Paper{}, false
		}
		return list[n], true
	}
	before, had := last(func(p Paper) bool { return p.To == f.Paper.From.AddDays(-1) })
	ago, hadAgo := last(func(p Paper) bool { return p.From == year && p.To.AddDays(1) == dayAgo(f.To.AddDays(1)) })
	for _, fl := range f.Form.Fields() {
		if len(fl.Trend) == 0 || f.ByHand(fl.Key) {
			continue
		}
		v := Value{}
		for _, c := range fl.Columns {
			v.Cols = append(v.Cols, c.Key)
		}
		for _, key := range fl.Trend {
			of, _ := f.Form.Field(key)
			r := []string{of.Label, digits(f.Values[key]), digits(before.Values[key]), digits(ago.Values[key])}
			if r[1]+r[2]+r[3] != "" {
				v.Rows = append(v.Rows, r)
			}
		}
		delete(f.Live, fl.Key)
		delete(f.Values, fl.Key)
		if v = v.shape(f.Pack, fl); v.Empty() {
			continue
		}
		f.Live[fl.Key], f.Values[fl.Key] = v, v
		if had {
			f.Origins[fl.Key] = s.Label(before)
		} else if hadAgo {
			f.Origins[fl.Key] = s.Label(ago)
		}
	}
	return nil
}

// dayAgo is the same day of the year before.
func dayAgo(d calendar.Date) calendar.Date {
	d.Year--
	return d
}

func digits(v Value) string {
	if v.Int == nil {
		return ""
	}
	return strconv.FormatInt(*v.Int, 10)
}

// moreOfCase adds the facts of a case in the shapes that later reports ask for.
func (s *Service) moreOfCase(facts incident.Facts, duties []obligation.Obligation) {
	if list, ok := facts["incident.evidence"].([]incident.Evidence); ok {
		rows := Rows{Cols: []string{"name", "hash", "keeper"}}
		for _, e := range list {
			rows.Rows = append(rows.Rows, []string{e.Name, e.SHA256, e.By})
		}
		facts["incident.evidence_rows"] = rows
	}
	if words, ok := facts["incident.measures"].(string); ok {
		rows := Rows{Cols: []string{"what", "state"}}
		for part := range strings.FieldsFuncSeq(words, func(r rune) bool { return r == ';' || r == '\n' }) {
			if part = strings.TrimSuffix(strings.TrimSpace(part), "."); part != "" {
				rows.Rows = append(rows.Rows, []string{upperFirst(part), "done"})
			}
		}
		facts["incident.measures_done"] = rows
	}
	var to []string
	for _, o := range obligation.Running(duties) {
		line := s.word("report.word.addressee", o.Addressee.Name.VI, o.Title.VI, o.DueAt.In(i18n.Hanoi).Format("15:04 02/01/2006"))
		if !slices.Contains(to, line) && o.Addressee.Name.VI != "" {
			to = append(to, line)
		}
	}
	if len(to) > 0 {
		facts["duty.addressees"] = to
	}
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// cardRows is a unit as tables with blocks ask for it: item by item, and with name
// and office, telephone and address together.
func cardRows(card incident.UnitCard, head Person) (whole, short Rows) {
	join := func(list ...string) string {
		return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), ", ")
	}
	whole = Rows{Cols: []string{"name", "head", "head_title", "address", "phone", "email"},
		Rows: [][]string{{card.Name, head.Name, head.Title, card.Address, card.Phone, card.Email}}}
	short = Rows{Cols: []string{"name", "head", "address", "contact"},
		Rows: [][]string{{card.Name, join(head.Name, head.Title), card.Address, join(card.Phone, card.Email)}}}
	return whole, short
}
