// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// directives builds the room of directives.
func (a *App) directives() (*directive.Service, error) {
	words, err := directive.Words()
	if err != nil {
		return nil, err
	}
	s := directive.New(directive.Deps{Records: a.Records, Files: a.Files, Now: a.opt.Now, Limit: a.opt.Config.Documents.Limit, Words: words, Days: a.Rooms.Packs.Calendar(),
		Obligations: a.Rooms.Obligations, Queue: a.Queue, Papers: directivePapers{a}, Library: bindingLibrary{a}, Bodies: a.directiveBodies, Members: a.directiveMembers, Tell: a.tellDirective, Heirs: a.heirs,
		House: a.directiveHouse, Official: func(ctx context.Context) context.Context { return i18n.With(ctx, a.catalogue, i18n.Vietnamese) }})
	a.behind.every(time.Hour, "open the next period of directives", s.Roll)
	return s, nil
}

// directiveNeighbours are what its pages show of other rooms.
func (a *App) directiveNeighbours() directive.Neighbours {
	return directive.Neighbours{Units: a.unitOptions, Names: unitNames{a}.Names, Measures: a.measureTitle, Binding: func(id string) string { return binding.Path + "/" + id },
		More: func(ctx context.Context, d directive.Directive) []ui.Action {
			return append(a.boardOf(ctx, d), a.replyTo(ctx, d)...)
		}}
}

// describeIssue names the directive whose tasks are opened.
func (a *App) describeIssue(ctx context.Context, j jobs.Job) (title, href string, err error) {
	id, _, _ := strings.Cut(j.Key, "/")
	f, err := a.Rooms.Directives.Get(ctx, directive.ID(id))
	if unseen(err) {
		return i18n.T(ctx, "task.kind."+j.Kind), "", nil
	}
	key := "app.work.issue"
	if directive.Carries(j) {
		key = "app.work.carry"
	}
	return i18n.T(ctx, key, f.Code), directive.Path + "/" + id, err
}

// directiveBodies are the groups and units in the actor's sight.
func (a *App) directiveBodies(ctx context.Context) ([]directive.Body, error) {
	groups, err := a.Rooms.Units.Groups(ctx, "", false)
	if err != nil {
		return nil, err
	}
	var out []directive.Body
	for _, g := range groups {
		b := directive.Body{Addressee: directive.Addressee{Kind: directive.ToGroup, ID: string(g.ID), Name: g.Name}}
		if g.Tag == "" && g.Parent == "" && len(g.Members)+len(g.Outside) == 0 {
			b.Kinds = g.Kinds
		}
		out = append(out, b)
	}
	units, err := a.Rooms.Units.Tree(ctx, calendar.Date{})
	for _, u := range units {
		out = append(out, directive.Body{Addressee: directive.Addressee{Kind: directive.ToUnit, ID: string(u.ID), Name: u.Name}, Of: u.Kind,
			Also: slices.DeleteFunc(append([]string{u.ShortName}, u.Aliases...), func(s string) bool { return s == "" })})
	}
	return out, err
}

func (a *App) directiveMembers(ctx context.Context, group string, on calendar.Date) ([]string, error) {
	members, err := a.Rooms.Units.Resolve(ctx, unit.GroupID(group), on)
	var out []string
	for _, m := range members {
		out = append(out, string(m.Unit.ID))
	}
	return out, err
}

// tellDirective tells each body of what happened to a directive.
func (a *App) tellDirective(ctx context.Context, tx *db.Tx, t directive.Told) error {
	for _, u := range t.Units {
		n := notice.Notice{Kind: t.Kind, Unit: u, Object: string(t.ID), Href: t.Href, Args: []notice.Arg{notice.Word(t.Code), notice.Word(t.Words)}, Dedupe: t.Kind + "/" + t.Key + "/" + u}
		if err := a.Rooms.Notices.Post(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// directivePapers is the register of documents as directives ask it.
type directivePapers struct{ *App }

var _ directive.Papers = directivePapers{}

func (a directivePapers) of(ctx context.Context, d document.Document) directive.Paper {
	p := directive.Paper{ID: string(d.ID), Cite: a.Rooms.Documents.CiteOf(ctx, d), Subject: d.Subject, Href: document.Path + "/" + string(d.ID), Standing: string(cmp.Or(d.Standing, document.InForce))}
	if !d.Date.IsZero() {
		p.Date = d.Date.String()
	}
	return p
}

// Find implements directive.Papers.
func (a directivePapers) Find(ctx context.Context, query string, limit int) ([]directive.Paper, error) {
	page, err := a.Rooms.Documents.List(ctx, document.Filter{Query: query, Limit: 3 * limit, Uncounted: true})
	var out []directive.Paper
	for _, d := range page.Rows {
		if stands(d) && len(out) < limit {
			out = append(out, a.of(ctx, d))
		}
	}
	return out, err
}

// Paper implements directive.Papers.
func (a directivePapers) Paper(ctx context.Context, id string) (directive.Paper, error) {
	f, err := a.Rooms.Documents.Get(ctx, document.ID(id))
	if err != nil {
		return directive.Paper{}, err
	}
	if !stands(f.Document) {
		return directive.Paper{}, fault.Missing("app.directivePapers.Paper")
	}
	return a.of(ctx, f.Document), nil
}

// readable are the kinds of file that a directive is read from.
var readable = []paperfile.Kind{paperfile.DOCX, paperfile.ODT, paperfile.PDF, paperfile.TXT}

// At implements directive.Papers.
func (a directivePapers) At(id string) directive.Paper {
	return directive.Paper{ID: id, Href: document.Path + "/" + id}
}

// File implements directive.Papers.
func (a directivePapers) File(ctx context.Context, id string) (string, []byte, error) {
	f, err := a.Rooms.Documents.Get(ctx, document.ID(id))
	if err != nil {
		return "", nil, err
	}
	best := slices.IndexFunc(f.Files, func(x document.File) bool {
		return x.Current && x.Role != document.Annex && slices.Contains(readable, x.Kind)
	})
	if best < 0 {
		return "", nil, fault.Missing("app.directivePapers.File")
	}
	file, in, err := a.Rooms.Documents.OpenFile(ctx, f.ID, f.Files[best].ID)
	if err != nil {
		return "", nil, err
	}
	data, err := io.ReadAll(in)
	return file.Name, data, errors.Join(err, in.Close())
}

// Register implements directive.Papers.
func (a directivePapers) Register(ctx context.Context, n directive.NewPaper) (string, error) {
	if n.Number != "" {
		list, err := a.Rooms.Documents.Lookup(ctx, n.Number)
		if err != nil {
			return "", err
		}
		for _, d := range list {
			if d.Unit == n.Unit && stands(d) && strings.EqualFold(d.Code(), n.Number) {
				return string(d.ID), nil
			}
		}
	}
	h := document.Head{Unit: n.Unit, Kind: cmp.Or(n.Kind, "cong_van"), Symbol: n.Symbol, Subject: n.Subject, Issuer: n.Issuer, Signer: n.Signer, Urgency: urgencyCode(n.Urgency), ArrivedOn: calendar.DateOf(a.opt.Now())}
	if number, symbol, ok := strings.Cut(n.Number, "/"); ok {
		h.Number, h.Symbol = number, symbol
	}
	if n.Precision == directive.ToDay {
		if err := h.Date.UnmarshalText([]byte(n.Date)); err != nil {
			return "", err
		}
	}
	d, err := a.Rooms.Documents.Register(ctx, h)
	if err != nil {
		return "", err
	}
	name := n.FileName
	if strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".htm") { // the register keeps papers, no pages
		return string(d.ID), nil
	}
	_, err = a.Rooms.Documents.AddFile(ctx, d.ID, document.Original, name, bytes.NewReader(n.Data))
	return string(d.ID), err
}

// urgencyCode is the id in the packs' list of marks of urgency.
func urgencyCode(key string) string {
	switch key {
	case "most_urgent":
		return "flash"
	case "ordinary":
		return ""
	}
	return key
}

// Draft implements directive.Papers.
func (a directivePapers) Draft(ctx context.Context, n directive.NewDraft) (string, error) {
	var file bytes.Buffer
	if err := officedoc.WriteDOCX(&file, n.Paper); err != nil {
		return "", err
	}
	var cites []document.Link
	if n.Basis != "" {
		f, err := a.Rooms.Documents.Get(ctx, document.ID(n.Basis))
		if err != nil {
			return "", err
		}
		cites = append(cites, document.Link{Relation: document.Basis, Standing: document.InForce, Cited: document.Cited{Kind: f.Kind, Number: f.Number, Symbol: f.Symbol, Date: f.Date, Issuer: f.Issuer, Subject: f.Subject}})
	}
	var d document.Document
	err := a.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = a.Rooms.Documents.BeginIn(ctx, tx, document.Head{Unit: n.Unit, Kind: "cong_van", Subject: n.Subject, Place: n.Paper.Place, Issuer: n.Paper.Issuer, Signer: n.Paper.Sign.Name,
			Urgency: urgencyCode(n.Urgency), Recipients: strings.Join(n.Recipients, "\n")}, "", "", cites...)
		return err
	})
	if err != nil {
		return "", err
	}
	_, err = a.Rooms.Documents.AddFile(ctx, d.ID, document.Original, n.Name, &file)
	return string(d.ID), err
}

// Deliveries implements directive.Papers.
func (a directivePapers) Deliveries(ctx context.Context, id string) ([]directive.Delivery, error) {
	f, err := a.Rooms.Documents.Get(ctx, document.ID(id))
	var out []directive.Delivery
	for _, d := range f.Dispatches {
		out = append(out, directive.Delivery{Recipient: d.Recipient, SentAt: d.SentAt, ReceivedAt: d.ReceivedAt, Receipt: d.Receipt})
	}
	return out, err
}

// directiveHouse is the head and signature of a letter of a body: of the centre as
// its settings say, of another as the register of units has it.
func (a *App) directiveHouse(ctx context.Context, id string) (officedoc.Paper, error) {
	h, err := a.house(ctx, id)
	if err != nil {
		return officedoc.Paper{}, err
	}
	p := officedoc.Paper{Parent: h.Parent, Issuer: h.Issuer, Place: h.Place}
	u, err := a.Rooms.Units.Get(ctx, unit.ID(id))
	switch {
	case fault.Is(err, fault.NotFound):
		return p, nil
	case err != nil:
		return p, err
	}
	p.Issuer, p.Sign.Name = cmp.Or(p.Issuer, u.Name), u.Head.Name
	if title := cmp.Or(h.Title, u.Head.Title); title != "" {
		p.Sign.As = []officedoc.Capacity{{Mark: officedoc.InOwnName, Title: title}}
	}
	return p, nil
}

// Known implements directive.Papers.
func (a directivePapers) Known(ctx context.Context, number string) (directive.Paper, error) {
	list, err := a.Rooms.Documents.Lookup(ctx, number)
	if err != nil {
		return directive.Paper{}, err
	}
	for _, d := range list {
		if stands(d) && strings.EqualFold(d.Code(), number) {
			return a.of(ctx, d), nil
		}
	}
	pack := a.pack()
	n := slices.IndexFunc(pack.Instruments, func(i rulepack.Instrument) bool {
		return slices.ContainsFunc(strings.Fields(i.Citation), func(w string) bool { return strings.EqualFold(strings.Trim(w, "(),;"), number) })
	})
	if n < 0 {
		return directive.Paper{Standing: "unknown"}, nil
	}
	i := pack.Instruments[n]
	p := directive.Paper{Cite: i.Citation, Subject: i.Title.VI, Standing: "unknown"}
	switch {
	case i.Status == "lapsed" || len(i.ReplacedBy) > 0:
		p.Standing = "replaced"
	case i.Status == "in_force":
		p.Standing = "in_force"
	}
	return p, nil
}
