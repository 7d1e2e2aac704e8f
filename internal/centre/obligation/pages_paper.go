// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file is how papers of the register are picked and shown: a form has a
// field for words, a button that searches the register with them, and then the
// papers found beside it.

// doFind is the value of the button "do" that searches.
const doFind = "find"

// mostFound bounds the papers shown for one search.
const mostFound = 8

type foundPapers struct {
	query string
	list  []Paper
	total int64
}

func findPaper(ctx context.Context) ui.Submit {
	return ui.Submit{Label: i18n.T(ctx, "obligation.find"), Name: "do", Value: doFind, Icon: ui.IconSearch, Plain: true, Early: true}
}

// findPapers looks the register up by what was typed.
func (p *Pages) findPapers(ctx context.Context, query string) (*foundPapers, error) {
	f := &foundPapers{query: strings.TrimSpace(query)}
	if p.svc.papers == nil {
		return f, nil
	}
	var err error
	f.list, f.total, err = p.svc.papers.Find(ctx, f.query, mostFound)
	return f, err
}

// fields are the papers found, to choose one; none before a search.
func (f *foundPapers) fields(ctx context.Context, chosen string) []ui.FieldProps {
	if f == nil {
		return nil
	}
	field := ui.FieldProps{Kind: ui.KindRadio, Name: "document", Label: i18n.T(ctx, "obligation.find.found", i18n.Number(ctx, int64(len(f.list))), i18n.Number(ctx, f.total)), Value: chosen,
		Options: []ui.Option{{Label: i18n.T(ctx, "obligation.find.none"), Hint: i18n.T(ctx, "obligation.find.none.hint")}}}
	if len(f.list) == 1 && chosen == "" && f.query != "" { // it is what was searched for
		field.Value = f.list[0].ID
	}
	for _, p := range f.list {
		var hint strings.Builder
		hint.WriteString(" " + p.Subject)
		for _, more := range []string{p.Issuer, p.Standing} {
			if more != "" {
				hint.WriteString(" · " + more)
			}
		}
		field.Options = append(field.Options, ui.Option{Value: p.ID, Label: p.Cite, Hint: hint.String()})
	}
	if len(f.list) == 0 {
		field.Label, field.Hint = i18n.T(ctx, "obligation.find.nothing", f.query), i18n.T(ctx, "obligation.find.nothing.hint")
	}
	return []ui.FieldProps{field}
}

// papersOf are the papers that an obligation rests on or that prove it, of those
// the reader may see.
func (p *Pages) papersOf(ctx context.Context, o Obligation, evidence []Evidence) (map[string]*Paper, error) {
	out := map[string]*Paper{}
	if p.svc.papers == nil {
		return out, nil
	}
	ids := []string{o.BasisDoc}
	for _, e := range evidence {
		ids = append(ids, e.Document)
	}
	for _, id := range ids {
		if _, known := out[id]; known || id == "" {
			continue
		}
		paper, err := p.svc.papers.Paper(ctx, id)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue // named in words
		}
		if err != nil {
			return nil, err
		}
		out[id] = &paper
	}
	return out, nil
}

// ref shows a piece of evidence: a paper of the register as such, a paper that
// is not in it as declared.
func (v showPage) ref(e Evidence) templ.Component {
	switch {
	case e.Document != "":
		return paperMark(e.Ref, v.papers[e.Document])
	case e.Kind == ByDocument && !strings.HasPrefix(e.Ref, "/"):
		return declared(e.Ref)
	}
	return proof(e.Ref)
}

func receipts(ctx context.Context, p Paper) ui.BadgeProps {
	tone := ui.OK
	if p.Receipts < p.Sent {
		tone = ui.Warn
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "obligation.receipts", i18n.Number(ctx, p.Receipts), i18n.Number(ctx, p.Sent)), Tone: tone}
}
