// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/signature"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func tabs(ctx context.Context, here string) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ key, href string }{{"esign.title", Path}, {"esign.units", unitsPath}, {"esign.papers", papersPath}, {"esign.check", checkPath}, {"esign.keys", keysPath}} {
		out = append(out, ui.Tab{Label: i18n.T(ctx, t.key), Href: t.href, Here: t.href == here})
	}
	return out
}

func trimmed(s string) string { return strings.TrimSpace(s) }

func stateText(ctx context.Context, s State) string { return i18n.T(ctx, "esign.state."+string(s)) }

var stateTones = map[State]ui.Tone{Idle: ui.Warn, Soon: ui.Warn, Ended: ui.Bad, Active: ui.OK}

func addAction(ctx context.Context, key, href string) []ui.Action {
	if !auth.May(ctx, mayWrite) {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, key), Href: href, Icon: ui.IconUpload, Primary: true}}
}

func (v listPage) tiles(ctx context.Context) []ui.Tile {
	tile := func(key string, n int64, state State, tone ui.Tone) ui.Tile {
		if n == 0 {
			tone = ui.Neutral
		}
		m := ui.MeasureProps{Grade: ui.Measured, Value: i18n.Number(ctx, n), Note: i18n.T(ctx, "esign.tile.of", i18n.Number(ctx, v.all)), Href: Path + "?state=" + string(state)}
		if v.all == 0 {
			m = ui.MeasureProps{Grade: ui.NotSeen, Note: i18n.T(ctx, "esign.tile.none")}
		}
		return ui.Tile{Label: i18n.T(ctx, key), Tone: tone, Measure: m}
	}
	return []ui.Tile{tile("esign.tile.idle", v.idle, Idle, ui.Warn), tile("esign.tile.soon", v.soon, Soon, ui.Warn)}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	field := func(key string) ui.Head { return ui.Head{Label: i18n.T(ctx, "esign.field."+key)} }
	sorted := func(key, sort string) ui.Head {
		h := field(key)
		h.Sort = web.With(v.r, "sort", sort, "after", "")
		if v.f.Sort == sort {
			h.Sorted = ui.SortAscending
		}
		return h
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "esign.title"), Total: v.page.Total, Filtered: v.f.State != "" || v.f.Kind != "" || v.f.Unit != "" || v.f.Query != "", ClearAt: Path,
		Filters: ui.Filter(ui.FilterProps{Action: Path, Clear: Path, Fields: v.filter(ctx), Hidden: v.hidden()}), Exports: web.Exports(v.r, Path),
		Heads: []ui.Head{sorted("holder", "holder"), field("unit"), field("serial"), sorted("until", ""), field("used"), {Label: i18n.T(ctx, "esign.field.uses"), Numeric: true}, field("state")},
		Empty: ui.EmptyProps{Icon: ui.IconKey, Title: i18n.T(ctx, "esign.none"), Text: i18n.T(ctx, "esign.none.text")}}
	if a := addAction(ctx, "esign.add", Path+"/new"); a != nil {
		l.Empty.Action = &a[0]
	}
	for _, c := range v.page.Rows {
		state := c.State(v.now)
		name := v.names[c.Owner]
		unit := ui.None()
		if name != "" {
			unit = ui.Unit(ui.UnitProps{Name: name, Href: "/units/" + c.Owner})
		}
		used := ui.Text(i18n.T(ctx, "esign.never"))
		if !c.LastUsed.IsZero() {
			used = ui.Date(c.LastUsed)
		}
		l.Rows = append(l.Rows, ui.Row{ID: string(c.ID), Name: c.Holder, Cells: []templ.Component{holderCell(c), unit, serialCell(c), dateOr(c.Until), used, ui.Number(c.Uses),
			ui.Badge(ui.BadgeProps{Text: stateText(ctx, state), Tone: stateTones[state]})}})
	}
	if v.page.Next != "" {
		l.Next = web.With(v.r, "after", v.page.Next)
	}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

func dateOr(t time.Time) templ.Component {
	if t.IsZero() {
		return ui.None()
	}
	return ui.Date(t)
}

func (v listPage) hidden() []ui.Hidden {
	if v.f.Sort == "" {
		return nil
	}
	return []ui.Hidden{{Name: "sort", Value: v.f.Sort}}
}

func (v listPage) filter(ctx context.Context) []ui.FieldProps {
	any := i18n.T(ctx, "esign.any")
	var states []ui.Option
	for _, s := range States() {
		states = append(states, ui.Option{Value: string(s), Label: stateText(ctx, s)})
	}
	fields := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "esign.search"), Value: v.f.Query},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "esign.field.state"), Blank: any, Value: string(v.f.State), Options: states},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "esign.field.kind"), Blank: any, Value: string(v.f.Kind), Options: kindOptions(ctx)}}
	if len(v.units) > 1 {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "esign.field.unit"), Blank: any, Value: v.f.Unit, Options: v.units})
	}
	return fields
}

func kindOptions(ctx context.Context) (out []ui.Option) {
	for _, k := range Kinds() {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "esign.kind."+string(k))})
	}
	return out
}

func (v formPage) unitField(ctx context.Context) ui.FieldProps {
	return ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "esign.field.unit"), Hint: i18n.T(ctx, "esign.hint.unit"), Value: v.unit, Error: v.errs["unit"], Required: true, Options: v.units}
}

// rejects lists the rows that were not taken.
func (v formPage) rejects(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "rejected", Caption: i18n.T(ctx, "esign.rejected"), Total: int64(len(v.done.Rejected)), Heads: []ui.Head{{Label: i18n.T(ctx, "esign.field.row"), Numeric: true}, {Label: i18n.T(ctx, "esign.field.why")}}}
	for _, r := range v.done.Rejected[:min(len(v.done.Rejected), maxShown)] {
		l.Rows = append(l.Rows, ui.Row{Name: i18n.Number(ctx, int64(r.Row)), Cells: []templ.Component{ui.Number(int64(r.Row)), ui.Text(i18n.T(ctx, r.Why))}})
	}
	return l
}

const maxShown = 200

func (v sharesPage) measure(ctx context.Context, s Share) ui.MeasureProps {
	m := ui.MeasureProps{Seen: s.Seen, Expected: s.Expected, Note: i18n.T(ctx, "esign.share.of", i18n.Number(ctx, s.Signed), i18n.Number(ctx, s.Issued))}
	switch {
	case s.Seen == 0:
		m.Grade, m.Note = ui.NotSeen, i18n.T(ctx, "esign.share.none")
	case !s.Covered(v.least):
		m.Grade = ui.Insufficient
	case s.Issued == 0:
		m.Grade, m.Value, m.Note = ui.Measured, "–", i18n.T(ctx, "esign.share.no_papers")
	case s.Declared > 0:
		m.Grade, m.Value = ui.Declared, i18n.Number(ctx, s.Signed*100/s.Issued)+"%"
	default:
		m.Grade, m.Value = ui.Measured, i18n.Number(ctx, s.Signed*100/s.Issued)+"%"
	}
	return m
}

// counted is a number of papers: where nothing was seen there is none.
func counted(s Share, n int64) templ.Component {
	if s.Seen == 0 && s.Issued == 0 {
		return ui.None()
	}
	return ui.Number(n)
}

// words is the share as a list that is taken out says it.
func (v sharesPage) words(ctx context.Context, s Share) string {
	switch m := v.measure(ctx, s); m.Grade {
	case ui.NotSeen:
		return i18n.T(ctx, "esign.share.nothing")
	case ui.Insufficient:
		return i18n.T(ctx, "esign.share.few", i18n.Number(ctx, s.Seen), i18n.Number(ctx, s.Expected))
	default:
		return m.Value
	}
}

func (v sharesPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "esign.papers"), Total: int64(len(v.rows)), Exports: web.Exports(v.r, papersPath),
		Filters: ui.Filter(ui.FilterProps{Action: papersPath, Clear: papersPath, Fields: []ui.FieldProps{
			{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "esign.field.from_day"), Value: v.from.String(), Error: v.errs["from"]},
			{Kind: ui.KindDate, Name: "to", Label: i18n.T(ctx, "esign.field.to_day"), Value: v.to.String(), Error: v.errs["to"]}}}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "esign.field.unit")}, {Label: i18n.T(ctx, "esign.field.signed"), Numeric: true}, {Label: i18n.T(ctx, "esign.field.issued"), Numeric: true}, {Label: i18n.T(ctx, "esign.field.share")}},
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "esign.share.no_units"), Text: i18n.T(ctx, "esign.papers.lead")}}
	for _, s := range v.rows {
		l.Rows = append(l.Rows, ui.Row{ID: s.Unit, Name: trimmed(s.name), Cells: []templ.Component{ui.Unit(ui.UnitProps{Name: trimmed(s.name), Href: "/units/" + s.Unit}), counted(s.Share, s.Signed), counted(s.Share, s.Issued), ui.Measure(v.measure(ctx, s.Share))}})
	}
	return l
}

var verdictTones = map[signature.State]ui.Tone{signature.Valid: ui.OK, signature.ExpiredNow: ui.Warn, signature.Unknown: ui.Warn, signature.Weak: ui.Warn, signature.Unsupported: ui.NoData,
	signature.Broken: ui.Bad, signature.Changed: ui.Bad, signature.Withdrawn: ui.Bad, signature.Expired: ui.Bad, signature.Early: ui.Bad}

func (v checkPage) verdict(ctx context.Context) ui.AlertProps {
	state := v.found.State()
	if state == "" {
		return ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "esign.verdict.unsigned"), Text: i18n.T(ctx, "esign.verdict.unsigned.text")}
	}
	a := ui.AlertProps{Tone: verdictTones[state], Title: i18n.T(ctx, "esign.verdict."+string(state)), Text: i18n.T(ctx, "esign.verdict."+string(state)+".text")}
	if v.found.Noted > 0 {
		a.Text += " " + i18n.T(ctx, "esign.noted", i18n.Number(ctx, int64(v.found.Noted)))
	}
	return a
}

func signatureTitle(ctx context.Context, s signature.Signature) string {
	who := s.Signer.Name
	if who == "" {
		who = i18n.T(ctx, "esign.nobody")
	}
	return i18n.T(ctx, "esign.signature", i18n.Number(ctx, int64(s.Revision)), who)
}

func signatureFacts(ctx context.Context, s signature.Signature) []ui.Fact {
	out := []ui.Fact{{Label: i18n.T(ctx, "esign.field.state"), Value: ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "esign.verdict."+string(s.State)), Tone: verdictTones[s.State]})}}
	add := func(key, value string) {
		if value != "" {
			out = append(out, ui.Fact{Label: i18n.T(ctx, "esign.field."+key), Value: ui.Text(value)})
		}
	}
	add("kind", i18n.T(ctx, "esign.purpose."+string(s.Kind)))
	add("organization", s.Signer.Organization)
	add("issuer", s.Issuer)
	if s.Serial != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "esign.field.serial"), Value: ui.Code(s.Serial)})
		add("term", i18n.T(ctx, "esign.term", i18n.Date(ctx, s.From), i18n.Date(ctx, s.Until)))
	}
	at := i18n.T(ctx, "esign.clock."+cmp.Or(string(s.Clock), "none"))
	if !s.At.IsZero() {
		at = i18n.Time(ctx, s.At) + " – " + at
	}
	add("at", at)
	revoked := i18n.T(ctx, "esign.revocation."+cmp.Or(string(s.Revocation), "none"))
	if !s.RevokedAt.IsZero() {
		revoked += " " + i18n.Time(ctx, s.RevokedAt)
	}
	add("revocation", revoked)
	covers := "esign.covers.part"
	switch {
	case s.Whole:
		covers = "esign.covers.whole"
	case s.State == signature.Broken:
		covers = "esign.covers.unknown"
	}
	add("covers", i18n.T(ctx, covers))
	add("reason", s.Reason)
	add("location", s.Location)
	return out
}

// changes lists what was done to a file after a signature.
func (v checkPage) changes(ctx context.Context, s signature.Signature) ui.ListProps {
	l := ui.ListProps{ID: "changes-" + s.Fingerprint + i18n.Number(ctx, int64(s.Revision)), Caption: i18n.T(ctx, "esign.changes"), Total: int64(len(s.Changes)),
		Heads: []ui.Head{{Label: i18n.T(ctx, "esign.field.change")}, {Label: i18n.T(ctx, "esign.field.page"), Numeric: true}, {Label: i18n.T(ctx, "esign.field.by")}, {Label: i18n.T(ctx, "esign.field.lawful")}}}
	for _, c := range s.Changes[:min(len(s.Changes), maxShown)] {
		lawful := ui.BadgeProps{Text: i18n.T(ctx, "esign.lawful.no"), Tone: ui.Bad}
		if c.Lawful {
			lawful = ui.BadgeProps{Text: i18n.T(ctx, "esign.lawful.yes"), Tone: ui.OK}
		}
		page := ui.None()
		if c.Page > 0 {
			page = ui.Number(int64(c.Page))
		}
		by := ui.Text(i18n.T(ctx, "esign.by.nobody"))
		if c.By != "" {
			by = ui.Text(c.By)
			for _, later := range v.found.Signatures {
				if later.Field == c.By {
					by = ui.Text(signatureTitle(ctx, later))
				}
			}
		}
		l.Rows = append(l.Rows, ui.Row{Name: string(c.Kind), Cells: []templ.Component{ui.Text(i18n.T(ctx, "esign.change."+string(c.Kind))), page, by, ui.Badge(lawful)}})
	}
	return l
}

func (v authoritiesPage) rows(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "esign.authorities"), Total: int64(len(v.list)), Heads: []ui.Head{{Label: i18n.T(ctx, "esign.field.authority")}, {Label: i18n.T(ctx, "esign.field.fingerprint")},
		{Label: i18n.T(ctx, "esign.field.until")}, {Label: i18n.T(ctx, "esign.field.added")}, {Label: i18n.T(ctx, "esign.field.act"), Hide: true}},
		Empty: ui.EmptyProps{Icon: ui.IconKey, Title: i18n.T(ctx, "esign.authorities.none"), Text: i18n.T(ctx, "esign.authorities.none.text")}}
	for _, a := range v.list {
		act := ui.None()
		if v.may {
			act = removeCell(a)
		}
		l.Rows = append(l.Rows, ui.Row{ID: a.ID, Name: a.Name, Cells: []templ.Component{authorityCell(a), ui.Code(a.Fingerprint), ui.Date(a.Until), ui.Text(i18n.T(ctx, "esign.added", i18n.Time(ctx, a.AddedAt), a.AddedName)), act}})
	}
	return l
}
