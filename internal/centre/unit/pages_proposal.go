// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// proposalRoutes are the screens of what units ask the centre to write.
func (p *Pages) proposalRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /proposals", Need: mayRead, Handle: p.proposals},
		{Pattern: "GET /proposals/export.csv", Need: mayRead, Handle: p.proposalsExport(web.CSV)},
		{Pattern: "GET /proposals/export.xlsx", Need: mayRead, Handle: p.proposalsExport(web.XLSX)},
		{Pattern: "GET /proposals/{proposal}", Need: mayRead, Handle: p.proposal},
		{Pattern: "POST /proposals/{proposal}/decide", Need: mayDecide, Handle: p.proposalDecide},
		{Pattern: "POST /proposals/{proposal}/withdraw", Need: mayPropose, Handle: p.proposalWithdraw},
		{Pattern: "GET /units/{id}/propose", Need: mayPropose, Handle: p.propose},
		{Pattern: "POST /units/{id}/propose", Need: mayPropose, Handle: p.proposePost},
	}
}

func proposalFilter(r *http.Request) ProposalFilter {
	q := r.URL.Query()
	return ProposalFilter{State: ProposalState(q.Get("state")), Unit: ID(q.Get("unit")), After: q.Get("after")}
}

type proposalsPage struct {
	ProposalPage
	Filter ProposalFilter
	Names  map[ID]string
	Next   string
	Query  string
}

func (p *Pages) proposals(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := proposalsPage{Filter: proposalFilter(r)}
	var err error
	if v.ProposalPage, err = p.svc.Proposals(ctx, v.Filter); err != nil {
		return err
	}
	if v.Names, err = p.proposalNames(ctx, v.ProposalPage.Rows); err != nil {
		return err
	}
	if v.ProposalPage.Next != "" {
		v.Next = web.With(r, "after", v.ProposalPage.Next)
	}
	q := r.URL.Query()
	q.Del("after")
	v.Query = q.Encode()
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.proposal.title"), Body: proposalsView(v)})
}

func (p *Pages) proposalNames(ctx context.Context, rows []Proposal) (map[ID]string, error) {
	var ids []ID
	for _, x := range rows {
		ids = append(ids, x.Unit)
	}
	return p.svc.Names(ctx, ids...)
}

func (p *Pages) proposalsExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), proposalFilter(r)
		f.Limit, f.After = MaxPage, ""
		rows := [][]string{proposalHeads(ctx)}
		for {
			page, err := p.svc.Proposals(ctx, f)
			if err != nil {
				return err
			}
			names, err := p.proposalNames(ctx, page.Rows)
			if err != nil {
				return err
			}
			for _, x := range page.Rows {
				rows = append(rows, []string{names[x.Unit], x.Proposer, i18n.Time(ctx, x.ProposedAt), i18n.T(ctx, "unit.proposal.state."+string(x.State)), x.Decider, x.Reason})
			}
			if f.After = page.Next; f.After == "" {
				return p.sendRows(w, r, "de-xuat", format, rows)
			}
		}
	}
}

type proposalPage struct {
	Proposal
	Name        string
	MayDecide   bool
	MayWithdraw bool
	Overlaps    []Overlap
	Taken       []string // ticked when the decision was refused
	Reason      string
	Errors      map[string]string
	Problem     string
	decided     bool
}

func (p *Pages) proposal(w http.ResponseWriter, r *http.Request) error {
	return p.renderProposal(w, r, http.StatusOK, proposalPage{})
}

func (p *Pages) renderProposal(w http.ResponseWriter, r *http.Request, status int, v proposalPage) error {
	ctx := r.Context()
	var err error
	if v.Proposal, err = p.svc.GetProposal(ctx, ProposalID(r.PathValue("proposal"))); err != nil {
		return err
	}
	names, err := p.svc.Names(ctx, v.Unit)
	if err != nil {
		return err
	}
	v.Name = names[v.Unit]
	actor, _ := auth.From(ctx)
	v.MayDecide = v.State == ProposalOpen && auth.May(ctx, mayDecide)
	v.MayWithdraw = v.State == ProposalOpen && actor.ID == v.proposerID && auth.May(ctx, mayPropose)
	if v.MayDecide {
		if v.Overlaps, err = p.drawn(ctx, v.Proposal); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "unit.proposal.one", v.Name), Body: proposalView(v)})
}

// drawn lists what the ranges that p asks for would lie in or over; none when
// they cannot be taken at all, which deciding says.
func (p *Pages) drawn(ctx context.Context, x Proposal) ([]Overlap, error) {
	for _, i := range x.Items {
		if i.Field == colRanges {
			list, err := p.svc.Overlaps(ctx, x.Unit, NewRange{Text: i.Wanted})
			if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
				return nil, nil
			}
			return list, err
		}
	}
	return nil, nil
}

// proposalDecide handles POST /proposals/{proposal}/decide. Form: take (fields),
// all, none, reason, sure, version.
func (p *Pages) proposalDecide(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ProposalID(r.PathValue("proposal"))
	if err := r.ParseForm(); err != nil {
		return err
	}
	v := Verdict{Take: r.PostForm["take"], Reason: r.PostFormValue("reason"), Sure: r.PostFormValue("sure") != ""}
	switch r.PostFormValue("how") {
	case "all":
		v.Take = proposable
	case "none":
		v.Take = nil
	}
	x, err := p.svc.DecideProposal(ctx, id, version(r), v)
	if fault.Is(err, fault.Invalid) {
		page := proposalPage{Taken: v.Take, Reason: v.Reason, Errors: web.Errors(ctx, err), decided: true}
		key, args := why(err)
		if fault.Of(err).Fields["reason"] == "" {
			page.Problem = i18n.T(ctx, key, args...)
		}
		return p.renderProposal(w, r, fault.Of(err).Kind.Status(), page)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.proposal.flash."+string(x.State)))
	return web.Redirect(w, r, "/proposals/"+string(x.ID))
}

// proposalWithdraw handles POST /proposals/{proposal}/withdraw. Form: version.
func (p *Pages) proposalWithdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := p.svc.WithdrawProposal(ctx, ProposalID(r.PathValue("proposal")), version(r))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.proposal.flash.withdrawn"))
	return web.Redirect(w, r, "/proposals/"+string(x.ID))
}

type proposePage struct {
	Unit    Unit
	Typed   url.Values
	Open    int64 // proposals of the unit that wait already
	Errors  map[string]string
	Problem string
}

func (p *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	return p.renderPropose(w, r, http.StatusOK, proposePage{})
}

func (p *Pages) renderPropose(w http.ResponseWriter, r *http.Request, status int, v proposePage) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	var err error
	if v.Unit, err = p.svc.Get(ctx, id); err != nil {
		return err
	}
	open, err := p.svc.Proposals(ctx, ProposalFilter{Unit: id, State: ProposalOpen, Limit: 1})
	if err != nil {
		return err
	}
	if v.Open = open.Total; v.Typed == nil {
		v.Typed = url.Values{}
		for _, f := range proposable {
			v.Typed.Set(f, v.Unit.said(f))
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "unit.proposal.new"), Body: proposeView(v)})
}

// proposePost handles POST /units/{id}/propose. Form: the fields of a unit that
// may be proposed, proposal_note.
func (p *Pages) proposePost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	wanted := map[string]string{}
	for _, f := range proposable {
		if r.PostForm.Has(f) {
			wanted[f] = r.PostFormValue(f)
		}
	}
	x, err := p.svc.Propose(ctx, ID(r.PathValue("id")), wanted, r.PostFormValue("proposal_note"))
	if fault.Is(err, fault.Invalid) {
		v := proposePage{Typed: r.PostForm, Errors: web.Errors(ctx, err)}
		v.Problem = v.Errors[""]
		return p.renderPropose(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.proposal.flash.sent"))
	return web.Redirect(w, r, "/proposals/"+string(x.ID))
}

var proposalTones = map[ProposalState]ui.Tone{ProposalOpen: ui.Info, ProposalAccepted: ui.OK, ProposalPartly: ui.Warn, ProposalRefused: ui.Bad, ProposalWithdrawn: ui.NoData}

func proposalBadge(ctx context.Context, s ProposalState) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "unit.proposal.state."+string(s)), Tone: proposalTones[s]}
}

func proposalHeads(ctx context.Context) []string {
	var out []string
	for _, key := range []string{"unit.col.name", "unit.proposal.by", "unit.proposal.at", "unit.col.state", "unit.proposal.decider", "unit.proposal.reason"} {
		out = append(out, i18n.T(ctx, key))
	}
	return out
}

func (v proposalsPage) heads(ctx context.Context) []ui.Head {
	var out []ui.Head
	for _, label := range proposalHeads(ctx) {
		out = append(out, ui.Head{Label: label})
	}
	return out
}

func (v proposalsPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, x := range v.ProposalPage.Rows {
		out = append(out, ui.Row{ID: string(x.ID), Name: v.Names[x.Unit], Href: "/proposals/" + string(x.ID), Cells: []templ.Component{ui.Text(v.Names[x.Unit]),
			ui.Text(x.Proposer), ui.Time(x.ProposedAt), ui.Badge(proposalBadge(ctx, x.State)), optional(x.Decider), optional(x.Reason)}})
	}
	return out
}

func (v proposalsPage) filters(ctx context.Context) []ui.FieldProps {
	var states []ui.Option
	for _, s := range []ProposalState{ProposalOpen, ProposalAccepted, ProposalPartly, ProposalRefused, ProposalWithdrawn} {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "unit.proposal.state."+string(s))})
	}
	return []ui.FieldProps{{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "unit.col.state"), Value: string(v.Filter.State), Blank: i18n.T(ctx, "unit.reform.any"), Options: states}}
}

func (v proposalPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

// ticked reports whether a field is to be taken: as chosen before, else at
// first every one that nothing speaks against.
func (v proposalPage) ticked(i ProposalItem) bool {
	if v.decided {
		return slices.Contains(v.Taken, i.Field)
	}
	return !i.Changed() && len(i.Rivals) == 0
}

// shown is a value of an item as people read it.
func (i ProposalItem) shown(ctx context.Context, value string) string {
	switch {
	case value == "":
		return i18n.T(ctx, "unit.contacts.none")
	case i.Field == colRangeKind:
		return i18n.T(ctx, "unit.address."+value)
	}
	return value
}

func (v proposalPage) drawn(ctx context.Context, o Overlap) string { return o.says(ctx) }

// says tells what a new range would do to another unit's.
func (o Overlap) says(ctx context.Context) string {
	key := "unit.range.over"
	if o.Draws() {
		key = "unit.range.draws"
	}
	return i18n.T(ctx, key, o.Prefix, o.Unit.Name, o.Other.Prefix)
}

func (v proposePage) field(ctx context.Context, name string) ui.FieldProps {
	f := formPage{Typed: v.Typed, Unit: v.Unit, Errors: v.Errors}.field(ctx, name)
	f.Required, f.Autofocus = name == "name", false
	switch name {
	case colRanges:
		f.Kind, f.Rows, f.Label, f.Hint = ui.KindTextarea, 2, i18n.T(ctx, "unit.proposal.ranges"), i18n.T(ctx, "unit.hint.range")
	case colRangeKind:
		f.Kind, f.Options, f.Hint = ui.KindSelect, addressOptions(ctx), i18n.T(ctx, "unit.hint.address_kind")
	}
	return f
}
