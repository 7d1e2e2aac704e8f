// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// showPage is the page of one paper.
type showPage struct {
	r       *http.Request
	f       Folder
	unit    string
	codes   Codes
	chain   []Node
	history []audit.Row
	checked map[string]Report // by file; absent: nobody can tell
	layouts map[string]Layout // by the SHA-256 of a file made in one
	drafts  bool              // a draft in Word can be made
	route   []ui.Option       // who may stand on a route
	signers []ui.Option
	// receivers are the recipients as bodies on the document axis.
	receivers []Organ
	// absent: whose turn it is has never signed in.
	absent    bool
	duties    Duties
	dutyUnits map[string]string // names
	typed     map[string]string
	errs      map[string]string
	now       time.Time
	acts      []ui.Action // of other rooms
}

// show handles GET /documents/{document}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderShow(w, r, http.StatusOK, nil, nil)
}

func (p *Pages) renderShow(w http.ResponseWriter, r *http.Request, status int, typed, errs map[string]string) error {
	ctx := r.Context()
	v := showPage{r: r, codes: p.svc.Codes(ctx), typed: typed, errs: errs, now: p.svc.Now(), checked: map[string]Report{}}
	var err error
	if v.f, err = p.svc.Get(ctx, idOf(r)); err != nil {
		return err
	}
	names, err := p.near.UnitNames(ctx, []string{v.f.Unit})
	if err != nil {
		return err
	}
	v.unit = names[v.f.Unit]
	if v.chain, err = p.svc.Chain(ctx, v.f.ID); err != nil {
		return err
	}
	if p.near.Acts != nil {
		if v.acts, err = p.near.Acts(ctx, v.f); err != nil {
			return err
		}
	}
	if v.history, err = audit.Of(ctx, p.svc.Records, "document", string(v.f.ID), 100); err != nil {
		return err
	}
	if v.layouts, err = p.svc.layouts(ctx, v.f.ID); err != nil {
		return err
	}
	v.drafts = p.svc.Drafts != nil && v.f.Dir == Out && v.f.State == Draft && v.f.May.AddFile
	for _, f := range v.f.Files {
		report, known, err := p.svc.Checked(ctx, f)
		if err != nil {
			return err
		}
		if known {
			v.checked[f.ID] = report
		}
	}
	if err := p.owed(ctx, &v); err != nil {
		return err
	}
	if v.f.May.Give {
		if v.receivers, err = p.svc.Receivers(ctx, v.f.Document); err != nil {
			return err
		}
	}
	if step, waits := v.f.next(); waits {
		list, err := p.svc.People(ctx, p.svc.Records.Read(), v.f.Unit, mayWrite, maySign, maySend)
		if err != nil {
			return err
		}
		v.absent = slices.ContainsFunc(list, func(one Person) bool { return one.ID == step.PersonID && one.Never })
	}
	if v.f.May.Submit {
		if v.route, err = p.people(ctx, v.f.Document, mayWrite, maySign, maySend); err != nil {
			return err
		}
		if v.signers, err = p.people(ctx, v.f.Document, maySign); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: showView(v)})
}

// owed puts the obligations of the paper into v.
func (p *Pages) owed(ctx context.Context, v *showPage) (err error) {
	if p.near.Duties == nil {
		return nil
	}
	if v.duties, err = p.near.Duties(ctx, string(v.f.ID)); err != nil {
		return err
	}
	var ids []string
	for _, d := range slices.Concat(v.duties.Resting, v.duties.Proved) {
		ids = append(ids, d.Unit)
	}
	v.dutyUnits, err = p.near.UnitNames(ctx, ids)
	return err
}

// people are those who may stand on a route of d, the drafter and the reader left
// out.
func (p *Pages) people(ctx context.Context, d Document, needs ...auth.Permission) (out []ui.Option, err error) {
	list, err := p.svc.People(ctx, p.svc.Records.Read(), d.Unit, needs...)
	me, _ := auth.From(ctx)
	for _, one := range list {
		if one.ID != d.DrafterID && one.ID != me.ID {
			o := ui.Option{Value: one.ID, Label: one.Name}
			if one.Never {
				o.Label = i18n.T(ctx, "document.route.never", one.Name)
			}
			out = append(out, o)
		}
	}
	return out, err
}

// answer ends a form of the page: back to it, or the page again with what was
// typed and the reasons.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, err error, done string) error {
	ctx := r.Context()
	if errs := web.Errors(ctx, err); errs != nil {
		typed := map[string]string{}
		for name, list := range r.PostForm {
			typed[name] = strings.Join(list, "\n")
		}
		return p.renderShow(w, r, http.StatusUnprocessableEntity, typed, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, href(idOf(r)))
}

// step runs one step of a paper at the version of the form.
func (p *Pages) step(w http.ResponseWriter, r *http.Request, done string, do func(version int64) (Document, error)) error {
	v, err := version(r)
	if err != nil {
		return err
	}
	_, err = do(v)
	return p.answer(w, r, err, done)
}

// submit handles POST /documents/{document}/submit. Form: version, reviewers (one
// for each, in order), signer.
func (p *Pages) submit(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "document.done.submitted", func(v int64) (Document, error) {
		if r.PostFormValue("signer") == "" {
			return Document{}, fault.Bad("document.submit", "signer", "document.bad.route")
		}
		route := slices.DeleteFunc(slices.Clone(r.PostForm["reviewers"]), func(s string) bool { return s == "" })
		return p.svc.Submit(r.Context(), idOf(r), append(route, r.PostFormValue("signer")), v)
	})
}

// decide handles POST /documents/{document}/decide. Form: version, words, verdict
// (agree, sign, return).
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	do, done := p.svc.Agree, "document.done.agreed"
	switch r.PostFormValue("verdict") {
	case "sign":
		do, done = p.svc.Sign, "document.done.signed"
	case "return":
		do, done = p.svc.Return, "document.done.returned"
	}
	return p.step(w, r, done, func(v int64) (Document, error) { return do(r.Context(), idOf(r), r.PostFormValue("words"), v) })
}

// number handles POST /documents/{document}/number. Form: version, number,
// symbol, date.
func (p *Pages) number(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "document.done.numbered", func(v int64) (Document, error) {
		var d calendar.Date
		if err := d.UnmarshalText([]byte(r.PostFormValue("date"))); err != nil {
			return Document{}, fault.Bad("document.number", "date", "document.bad.date")
		}
		return p.svc.Number(r.Context(), idOf(r), strings.TrimSpace(r.PostFormValue("number")), r.PostFormValue("symbol"), d, v)
	})
}

// seal handles POST /documents/{document}/seal. Form: version.
func (p *Pages) seal(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "document.done.sealed", func(v int64) (Document, error) { return p.svc.Seal(r.Context(), idOf(r), v) })
}

// issue handles POST /documents/{document}/issue. Form: version.
func (p *Pages) issue(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "document.done.issued", func(v int64) (Document, error) { return p.svc.Issue(r.Context(), idOf(r), v) })
}

// follow handles POST /documents/{document}/follow. Form: relation.
func (p *Pages) follow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Follow(ctx, idOf(r), Relation(r.PostFormValue("relation")))
	if err != nil {
		return p.answer(w, r, err, "")
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done.draft"))
	return web.Redirect(w, r, href(d.ID))
}

// cite handles POST /documents/{document}/links. Form: relation, cite_kind,
// cite_number, cite_symbol, cite_date, cite_issuer, cite_subject, cite_standing.
func (p *Pages) cite(w http.ResponseWriter, r *http.Request) error {
	text := r.PostFormValue
	l := Link{Relation: Relation(text("relation")), Standing: Standing(text("cite_standing")), Cited: Cited{Kind: text("cite_kind"), Number: strings.TrimSpace(text("cite_number")),
		Symbol: strings.Trim(text("cite_symbol"), "/ "), Issuer: text("cite_issuer"), Subject: text("cite_subject")}}
	err := l.Date.UnmarshalText([]byte(text("cite_date")))
	if err != nil {
		err = fault.Bad("document.cite", "cite_date", "document.bad.date")
	} else {
		_, err = p.svc.Cite(r.Context(), idOf(r), l)
	}
	return p.answer(w, r, err, "document.done.cited")
}

// uncite handles POST /documents/{document}/links/{link}/remove.
func (p *Pages) uncite(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Uncite(r.Context(), idOf(r), r.PathValue("link"))
	return p.answer(w, r, err, "document.done.uncited")
}

// upload handles POST /documents/{document}/files: multipart, role before file,
// read as it comes in.
func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	err := p.receive(r)
	return p.answer(w, r, err, "document.done.file")
}

func (p *Pages) receive(r *http.Request) error {
	missing := fault.Bad("document.upload", "file", "paperfile.bad.empty")
	parts, err := r.MultipartReader()
	if err != nil {
		return missing
	}
	var role Role
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return missing
		}
		if err != nil {
			return err
		}
		switch part.FormName() {
		case "role":
			text, err := web.PartText(part, 32)
			if err != nil {
				return err
			}
			role = Role(text)
		case "file":
			name, err := web.PartName(part)
			if err != nil {
				return err
			}
			if name == "" {
				return missing
			}
			_, err = p.svc.AddFile(r.Context(), idOf(r), role, name, part)
			return err
		}
	}
}

// download handles GET /documents/{document}/files/{file}. It is sent as a file,
// never shown in the page.
func (p *Pages) download(w http.ResponseWriter, r *http.Request) error {
	f, in, err := p.svc.OpenFile(r.Context(), idOf(r), r.PathValue("file"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.Kind.Media())
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("X-Content-SHA256", f.SHA256)
	_, err = io.Copy(w, in)
	return errors.Join(err, in.Close())
}

// moment reads a local time of a form.
func moment(op, field, text string) (time.Time, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04", text, i18n.Hanoi)
	if err != nil {
		return at, fault.Bad(op, field, "document.bad.moment")
	}
	return at, nil
}

// send handles POST /documents/{document}/sent. Form: to (one a line), channel,
// sent_at.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	at, err := moment("document.send", "sent_at", r.PostFormValue("sent_at"))
	if err == nil {
		_, err = p.svc.Send(r.Context(), idOf(r), r.PostFormValue("to"), r.PostFormValue("channel"), at)
	}
	return p.answer(w, r, err, "document.done.sent")
}

// confirm handles POST /documents/{document}/sent/{sending}. Form: received_at,
// receipt.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	at, err := moment("document.receipt", "received_at", r.PostFormValue("received_at"))
	if err == nil {
		_, err = p.svc.Confirm(r.Context(), idOf(r), r.PathValue("sending"), at, r.PostFormValue("receipt"))
	}
	return p.answer(w, r, err, "document.done.confirmed")
}
