// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Plain are values as programs write them, by field key: a text, a number, true
// or false, a list of texts, and for a table a list of objects by column key.
// Days and codes are read as in a table that people send.
type Plain map[string]json.RawMessage

// values reads plain values for a form. What cannot be read is fault.Invalid by
// field, with the row and column of a table in it.
func (p Plain) values(op string, pack *rulepack.Pack, form rulepack.Form) (map[string]Value, error) {
	out, bad := map[string]Value{}, map[string]string{}
	for key, raw := range p {
		f, ok := form.Field(key)
		if !ok || !inBody(f) {
			bad[key] = "report.err.no_field"
			continue
		}
		v, where, reason := plainValue(pack, f, raw)
		if reason != "" {
			bad[strings.TrimSuffix(key+"."+where, ".")] = reason
			continue
		}
		out[key] = v
	}
	if len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return out, nil
}

func plainValue(pack *rulepack.Pack, f rulepack.Field, raw json.RawMessage) (v Value, where, reason string) {
	if len(f.Columns) > 0 {
		v, where, reason = plainRows(pack, f, raw)
		return v.shape(pack, f), where, reason
	}
	list, ok := texts(raw)
	if !ok {
		return v, "", "report.err.plain"
	}
	text := strings.Join(list, "\n")
	cell := func(kind string) (got string) {
		got, reason = readCell(pack, rulepack.Column{Type: kind, List: f.List}, text, "", false)
		return got
	}
	switch f.Type {
	case "table", "file":
		v.List = list
	case "enum", "multi":
		text = strings.Join(list, ";")
		if got := cell("multi"); got != "" {
			v.Codes = strings.Split(got, ";")
		}
	case "date", "datetime":
		if got := cell("datetime"); got != "" {
			at, err := time.ParseInLocation(localTime, got, i18n.Hanoi)
			if err != nil {
				return v, "", "report.err." + f.Type
			}
			v.At = at
		}
	case "time":
		if _, err := time.ParseInLocation(clockTime, text, i18n.Hanoi); err != nil && text != "" {
			return v, "", "report.err.time"
		}
		v.Text = text
	case "int", "money":
		if got := cell(f.Type); got != "" {
			n, err := strconv.ParseInt(got, 10, 64)
			if err != nil {
				return v, "", "report.err.int"
			}
			v.Int = &n
		}
	case "bool":
		if got := cell("bool"); got != "" {
			yes := got == "yes"
			v.Yes = &yes
		}
	case "pct":
		v.Text = cell("pct")
	default:
		v.Text = text
	}
	return v.shape(pack, f), "", reason
}

// texts reads a scalar or a list of them as texts.
func texts(raw json.RawMessage) ([]string, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var whole any
	if err := dec.Decode(&whole); err != nil {
		return nil, false
	}
	one := func(v any) (string, bool) {
		switch v := v.(type) {
		case nil:
			return "", true
		case string:
			return v, true
		case bool:
			return map[bool]string{true: "yes", false: "no"}[v], true
		case json.Number:
			return v.String(), true
		}
		return "", false
	}
	list, several := whole.([]any)
	if !several {
		s, ok := one(whole)
		return []string{s}, ok
	}
	var out []string
	for _, v := range list {
		s, ok := one(v)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

func plainRows(pack *rulepack.Pack, f rulepack.Field, raw json.RawMessage) (v Value, where, reason string) {
	var rows []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil {
		return v, "", "report.err.plain"
	}
	for _, c := range f.Columns {
		if c.Type != "seq" {
			v.Cols = append(v.Cols, c.Key)
		}
	}
	for n, row := range rows {
		line := make([]string, len(v.Cols))
		for key, cell := range row {
			i := slices.Index(v.Cols, key)
			list, ok := texts(cell)
			where = fmt.Sprintf("%d.%s", n+1, key)
			if i < 0 {
				return v, where, "report.err.no_field"
			}
			if !ok {
				return v, where, "report.err.plain"
			}
			c, _ := f.Column(key)
			if line[i], reason = readCell(pack, c, strings.Join(list, ";"), "", false); reason != "" {
				return v, where, reason
			}
		}
		v.Rows = append(v.Rows, line)
	}
	return v, "", ""
}

// SavePlain puts values into a draft as a person would; the other fields and
// the frame stay. Errors: as Save.
func (s *Service) SavePlain(ctx context.Context, id ID, p Plain, version int64) (Paper, error) {
	const op = "report.SavePlain"
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	values, err := p.values(op, f.Pack, f.Form)
	if err != nil {
		return Paper{}, err
	}
	e := Edit{Frame: f.Frame, Fields: map[string]Typed{}}
	for key, v := range values {
		if field, _ := f.Form.Field(key); len(field.Columns) == 0 {
			e.Fields[key] = Typed{Value: v}
		}
	}
	n, err := s.Save(ctx, id, e, version)
	for _, field := range f.Form.Fields() {
		if v, given := values[field.Key]; err == nil && given && len(field.Columns) > 0 {
			n, err = s.SaveTable(ctx, id, field.Key, v, n.Version)
		}
	}
	return n, err
}

// Composed is a paper made without a centre's records.
type Composed struct {
	Inputs   Inputs
	Findings []Finding
	Plans    map[string]Plan // of the tables read from files
}

// Compose makes a paper of a form from given values and lists alone: no record
// is read or written. Lists hold the bytes of a file by the key of the table it
// fills. from and to are the period, zero where the form is about none.
func (s *Service) Compose(pack *rulepack.Pack, form rulepack.Form, frame Frame, p Plain, lists map[string][]byte, from, to calendar.Date) (Composed, error) {
	const op = "report.Compose"
	given, err := p.values(op, pack, form)
	if err != nil {
		return Composed{}, err
	}
	out := Composed{Plans: map[string]Plan{}}
	for key, data := range lists {
		f, ok := form.Field(key)
		if !ok || len(f.Columns) == 0 {
			return Composed{}, fault.Bad(op, key, "report.err.no_field")
		}
		sheets, err := readSheets(data)
		if err != nil {
			return Composed{}, err
		}
		plan, ok := plan(pack, f, sheets, nil)
		if !ok {
			return Composed{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: map[string]string{"file": "report.file.head"}, Args: []any{headSearch}}
		}
		if out.Plans[key] = plan; plan.Errors > 0 {
			return out, fault.Bad(op, key, "report.file.errors")
		}
		given[key] = plan.Value.shape(pack, f)
	}
	paper := Paper{FormID: form.ID, PackID: pack.ID, PackHash: pack.Version, Case: Case{Kind: OfUnit}, State: Draft, From: from, To: to}
	facts := incident.Facts{}
	if !from.IsZero() {
		if paper.Case.Kind = OfPeriod; form.About == rulepack.OfDirective {
			paper.Case.Kind = OfDirective
		}
		paper.Case.Code = s.periodName("span", 0, 0, from, to)
		if f, t, ok := form.Periods.Between("year", to.Year, 1); ok && f == from && t == to {
			paper.Case.Code = s.periodName("year", to.Year, 1, from, to)
		}
		facts["period.from"], facts["period.to"], facts["period.name"] = from.Start(), to.Start(), paper.Case.Code
	}
	values := fill(pack, form, facts)
	maps.Copy(values, given)
	values = s.reckon(pack, form, values)
	if frame.Subject == "" {
		frame.Subject = form.Subject
	}
	frame.Subject = paper.words(frame.Issuer)(frame.Subject)
	paper.Frame, paper.Values = frame.clean(), values
	at := cut(s.now())
	sheet := s.sheet(paper, pack, form, values, at)
	out.Findings = lint(paper, pack, form, values, sheet, nil, s.laws.Calendar(), at)
	out.Inputs = Inputs{Format: 1, Seq: 1, Form: form.ID, Pack: pack.ID, PackHash: pack.Version, CaseKind: paper.Case.Kind, CaseCode: paper.Case.Code,
		From: from, To: to, Values: values, Sheet: sheet, At: at}
	return out, nil
}

// Text is the finding as a sentence in the reader's language.
func (f Finding) Text(ctx context.Context) string { return f.text(ctx) }
