// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type date = calendar.Date

// word is a word of sample papers: Vietnamese, whatever the reader speaks.
func (s *Service) word(key string, args ...any) string {
	return s.words.Text(i18n.Vietnamese, "template.sample."+key, args...)
}

// sample is a paper of made-up data.
func (s *Service) sample(p Paper) (report.Sheet, error) {
	frame := report.Frame{Parent: s.word("parent"), Issuer: s.word("issuer"), Number: "12", Symbol: s.word("symbol.letter"), Place: s.word("place"), Date: s.today(),
		Subject: s.word("subject"), To: []string{s.word("to")}, Copies: []string{s.word("copy"), s.word("archive")},
		Signer: report.Signer{Title: s.word("title"), Name: s.word("name")}}
	if p.Kind != "" {
		if _, short, has := strings.Cut(strings.TrimSuffix(p.Title.VI, ")"), " ("); has {
			frame.Symbol = short + "-" + s.word("symbol.body")
		}
		out := Head{Kind: p.Kind, KindTitle: p.Title.VI, Parent: frame.Parent, Issuer: frame.Issuer, Number: frame.Number, Symbol: frame.Symbol, Place: frame.Place, Date: frame.Date,
			Subject: frame.Subject, To: frame.To, Copies: frame.Copies, Title: frame.Signer.Title, Name: frame.Signer.Name}.Sheet()
		out.Lead = []string{s.word("text")}
		return out, nil
	}
	frame.Subject = ""
	if !p.Form.Letter {
		frame.Symbol = p.Form.Abbreviation + "-" + s.word("symbol.body")
	}
	for len(frame.To) < len(p.Form.Recipients) {
		frame.To = append(frame.To, s.word("to.more"))
	}
	if len(p.Form.Recipients) == 0 {
		frame.To = nil
	}
	plain, err := s.plain(p)
	if err != nil {
		return report.Sheet{}, err
	}
	from, to := span(p.Form, s.today())
	made, err := s.Forms.Compose(p.Pack, p.Form, frame, plain, nil, from, to)
	if err != nil {
		return report.Sheet{}, fmt.Errorf("sample of %s: %w", p.ID, err)
	}
	made.Inputs.Sheet.Code = p.ID
	return made.Inputs.Sheet, nil
}

// span is a period the form knows.
func span(f rulepack.Form, today date) (from, to date) {
	if f.About != rulepack.OfPeriod && f.About != rulepack.OfDirective {
		return from, to
	}
	for _, kind := range f.Periods.Every {
		if from, to, ok := f.Periods.Between(kind, today.Year, 1); ok {
			return from, to
		}
	}
	return today.AddDays(-6), today
}

// plain makes up a value of every field by its type.
func (s *Service) plain(p Paper) (report.Plain, error) {
	out := report.Plain{}
	var printed []string
	for _, part := range s.Forms.Blanked(p.Pack, p.Form).Parts {
		for _, l := range part.Lines {
			printed = append(printed, l.Key)
		}
	}
	for _, f := range p.Form.Fields() {
		if f.Count != nil || strings.HasPrefix(f.From, "period.") || !f.AsBasis && !slices.Contains(printed, f.Key) {
			continue
		}
		raw, err := json.Marshal(s.value(p.Pack, f))
		if err != nil {
			return nil, err
		}
		out[f.Key] = raw
	}
	return out, nil
}

func (s *Service) value(pack *rulepack.Pack, f rulepack.Field) any {
	if len(f.Columns) == 0 {
		return s.cell(pack, f.Type, f.List, f.Label, 1)
	}
	rows := 2
	list, fixed := pack.CodeList(f.RowsOf)
	if fixed = fixed && f.RowsOf != ""; fixed {
		rows = len(list.Items)
	}
	var out []map[string]any
	for n := range rows {
		row := map[string]any{}
		for i, c := range f.Columns {
			if c.Type == "seq" {
				continue
			}
			row[c.Key] = s.cell(pack, c.Type, c.List, c.Label, n+1)
			if fixed && i == 0 {
				row[c.Key] = list.Items[n].ID
			}
		}
		out = append(out, row)
	}
	return out
}

// cell makes up the n-th value of a type.
func (s *Service) cell(pack *rulepack.Pack, kind, list, label string, n int) any {
	day := s.today().AddDays(-n)
	switch kind {
	case "int":
		return 10 + n
	case "money":
		return 125_000_000 * n
	case "pct":
		return "97.5"
	case "bool":
		return n%2 == 1
	case "date":
		return day.String()
	case "datetime":
		return day.Start().In(i18n.Hanoi).Add(8 * time.Hour).Format("02/01/2006 15:04")
	case "time":
		return "08:30"
	case "enum", "multi":
		codes, _ := pack.CodeList(list)
		if len(codes.Items) == 0 {
			return ""
		}
		one := codes.Items[(n-1)%len(codes.Items)].ID
		if kind == "multi" {
			return []string{one}
		}
		return one
	case "table", "file":
		return []string{s.word("line", 1), s.word("line", 2)}
	}
	return s.word("of", strings.TrimSuffix(strings.TrimRight(label, "?: "), " (*)"), n)
}

// Head is the head of a document, for a draft in Word.
type Head struct {
	Kind, KindTitle       string // code of CL-document-kind and its label
	Parent, Issuer        string
	Number, Symbol, Place string
	Date                  date
	Subject, Urgency      string
	To, Copies            []string
	Title, Name           string // of the signer
}

// letterKind has no title over the subject (Nghị định 30/2020/NĐ-CP, Phụ lục I,
// mục II.5: công văn).
const letterKind = "cong_van"

// Sheet is the head as a paper without text.
func (h Head) Sheet() report.Sheet {
	out := report.Sheet{Parent: h.Parent, Issuer: h.Issuer, Number: h.Number, Symbol: h.Symbol, Place: h.Place, Date: h.Date, Subject: h.Subject, Urgency: h.Urgency,
		To: h.To, Copies: h.Copies, Signer: report.Signer{Title: h.Title, Name: h.Name}}
	if h.Kind != letterKind {
		title, _, _ := strings.Cut(h.KindTitle, " (")
		out.Kind = strings.ToUpper(title)
	}
	return out
}
