// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// formPage is the form of a head. typed are the fields as they were typed.
type formPage struct {
	of      Document // the paper that is edited; no id for a new one
	dir     Dir
	record  bool // entered after the fact
	typed   map[string]string
	version int64
	units   []ui.Option
	codes   Codes
	errs    map[string]string
}

var formFields = []string{"unit", "kind", "number", "symbol", "date", "place", "subject", "urgency", "issuer", "signer", "signer_title", "recipients", "arrival", "arrived_on", "reply_by", "note", "relation", "of"}

// typedOf are the fields of the form as sent.
func typedOf(r *http.Request) map[string]string {
	out := map[string]string{}
	for _, f := range formFields {
		out[f] = r.PostFormValue(f)
	}
	return out
}

// headTyped is the head of d as its form shows it.
func headTyped(d Document) map[string]string {
	out := map[string]string{"unit": d.Unit, "kind": d.Kind, "number": d.Number, "symbol": d.Symbol, "date": d.Date.String(), "place": d.Place, "subject": d.Subject, "urgency": d.Urgency,
		"issuer": d.Issuer, "signer": d.Signer, "signer_title": d.SignerTitle, "recipients": d.Recipients, "arrived_on": d.ArrivedOn.String(), "reply_by": d.ReplyBy.String(), "note": d.Note}
	if d.Arrival > 0 {
		out["arrival"] = strconv.FormatInt(d.Arrival, 10)
	}
	return out
}

// head reads typed, with what is no day or number by field.
func head(ctx context.Context, typed map[string]string, dir Dir) (Head, map[string]string) {
	bad := map[string]string{}
	h := Head{Unit: typed["unit"], Dir: dir, Kind: typed["kind"], Number: strings.TrimSpace(typed["number"]), Symbol: typed["symbol"], Place: typed["place"], Subject: typed["subject"],
		Urgency: typed["urgency"], Issuer: typed["issuer"], Signer: typed["signer"], SignerTitle: typed["signer_title"], Recipients: typed["recipients"], Note: typed["note"]}
	for field, d := range map[string]*calendar.Date{"date": &h.Date, "arrived_on": &h.ArrivedOn, "reply_by": &h.ReplyBy} {
		if err := d.UnmarshalText([]byte(typed[field])); err != nil {
			bad[field] = i18n.T(ctx, "document.bad.date")
		}
	}
	if s := strings.TrimSpace(typed["arrival"]); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if h.Arrival = n; err != nil || n > 9_999_999 {
			bad["arrival"] = i18n.T(ctx, "document.bad.number")
		}
	}
	if len(bad) == 0 {
		return h, nil
	}
	return h, bad
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	v.codes = p.svc.Codes(ctx)
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.typed == nil {
		v.typed = map[string]string{"kind": "cong_van"}
		if len(v.units) > 0 {
			v.typed["unit"] = v.units[0].Value
			if v.dir == Out {
				v.typed["issuer"] = strings.TrimSpace(v.units[0].Label)
			}
		}
		if v.dir == In {
			v.typed["arrived_on"] = p.svc.today().String()
		}
	}
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: formView(v)})
}

// add handles GET /documents/new. Query: dir.
func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	dir := In
	if r.URL.Query().Get("dir") == string(Out) {
		dir = Out
	}
	return p.renderForm(w, r, http.StatusOK, formPage{dir: dir})
}

// create handles POST /documents: a draft or an incoming paper. Form: dir and
// the fields of a head.
func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{dir: Out, typed: typedOf(r)}
	do := p.svc.Begin
	if r.PostFormValue("dir") == string(In) {
		v.dir, do = In, p.svc.Register
	}
	var h Head
	var d Document
	if h, v.errs = head(ctx, v.typed, v.dir); v.errs == nil {
		var err error
		d, err = do(ctx, h)
		if v.errs = web.Errors(ctx, err); v.errs == nil && err != nil {
			return err
		}
	}
	if v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done."+string(d.State)))
	return web.Redirect(w, r, href(d.ID))
}

// addRecord handles GET /documents/record.
func (p *Pages) addRecord(w http.ResponseWriter, r *http.Request) error {
	return p.renderForm(w, r, http.StatusOK, formPage{dir: Out, record: true})
}

// record handles POST /documents/record: a paper that was issued elsewhere.
func (p *Pages) record(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{dir: Out, record: true, typed: typedOf(r)}
	var h Head
	var d Document
	if h, v.errs = head(ctx, v.typed, Out); v.errs == nil {
		var err error
		d, err = p.svc.Record(ctx, h, "", "")
		if v.errs = web.Errors(ctx, err); v.errs == nil && err != nil {
			return err
		}
	}
	if v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done.recorded", d.Code()))
	return web.Redirect(w, r, href(d.ID))
}

// edit handles GET /documents/{document}/edit.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	f, err := p.svc.Get(r.Context(), idOf(r))
	if err != nil {
		return err
	}
	if f.Fixed() {
		return wrongState("document.edit", f.Document)
	}
	if !f.May.Edit {
		return &fault.Error{Kind: fault.Forbidden, Op: "document.edit"}
	}
	return p.renderForm(w, r, http.StatusOK, formPage{of: f.Document, dir: f.Dir, typed: headTyped(f.Document), version: f.Version})
}

// change handles POST /documents/{document}. Form: version and the fields of a
// head.
func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	was, err := p.svc.Get(ctx, idOf(r))
	if err != nil {
		return err
	}
	v := formPage{of: was.Document, dir: was.Dir, typed: typedOf(r)}
	if v.version, err = version(r); err != nil {
		return err
	}
	var h Head
	if h, v.errs = head(ctx, v.typed, was.Dir); v.errs == nil {
		_, err = p.svc.Edit(ctx, was.ID, h, v.version)
		if v.errs = web.Errors(ctx, err); v.errs == nil && err != nil {
			return err
		}
	}
	if v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done.edited"))
	return web.Redirect(w, r, href(was.ID))
}

// version is that of the paper as the form was drawn.
func version(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil || n <= 0 {
		return 0, &fault.Error{Kind: fault.Conflict, Op: "document.version", Err: err}
	}
	return n, nil
}
