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

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// MessagesPath is where a message of the document axis is brought.
const MessagesPath = Path + "/messages"

func (p *Pages) messageRoutes() []web.Route {
	one := Path + "/{document}"
	return []web.Route{
		{Pattern: "GET " + MessagesPath, Need: mayWrite, Handle: p.askMessage},
		{Pattern: "POST " + MessagesPath, Need: mayWrite, Body: p.svc.MessageLimit() + 1<<20, Handle: p.takeMessage},
		{Pattern: "POST " + one + "/messages", Need: maySend, Handle: p.give},
		{Pattern: "GET " + one + "/messages/{message}", Need: mayRead, Handle: p.messageFile},
		{Pattern: "POST " + one + "/statuses", Need: mayRead, Handle: p.tell},
	}
}

// messagePage is the step that takes a message.
type messagePage struct {
	units []ui.Option
	typed map[string]string
	errs  map[string]string
	limit int64
}

// askMessage handles GET /documents/messages.
func (p *Pages) askMessage(w http.ResponseWriter, r *http.Request) error {
	return p.renderMessage(w, r, http.StatusOK, messagePage{})
}

func (p *Pages) renderMessage(w http.ResponseWriter, r *http.Request, status int, v messagePage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	v.limit = p.svc.MessageLimit()
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "document.message"), Body: messageView(v)})
}

// takeMessage handles POST /documents/messages: multipart, unit before file, read
// as it comes in.
func (p *Pages) takeMessage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := messagePage{typed: map[string]string{}}
	got, err := p.readMessage(r, v.typed)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderMessage(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, got.tone(), got.text(ctx))
	return web.Redirect(w, r, href(got.Document.ID))
}

func (p *Pages) readMessage(r *http.Request, typed map[string]string) (Taken, error) {
	missing := fault.Bad("document.message", "file", "paperfile.bad.empty")
	parts, err := r.MultipartReader()
	if err != nil {
		return Taken{}, missing
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return Taken{}, missing
		}
		if err != nil {
			return Taken{}, err
		}
		switch part.FormName() {
		case "unit":
			if typed["unit"], err = web.PartText(part, 200); err != nil {
				return Taken{}, err
			}
		case "file":
			name, err := web.PartName(part)
			if err != nil {
				return Taken{}, err
			}
			if name == "" {
				return Taken{}, missing
			}
			return p.svc.TakeMessage(r.Context(), typed["unit"], name, part)
		}
	}
}

func (t Taken) tone() ui.Tone {
	if t.Again || t.Stranger {
		return ui.Warn
	}
	return ui.OK
}

func (t Taken) text(ctx context.Context) string {
	switch {
	case t.Again:
		return i18n.T(ctx, "document.done.message_again")
	case t.Stranger:
		return i18n.T(ctx, "document.done.status_stranger", codeText(ctx, t.Code))
	case t.Code != "":
		return i18n.T(ctx, "document.done.status", codeText(ctx, t.Code))
	}
	return i18n.T(ctx, "document.done.message")
}

// give handles POST /documents/{document}/messages. Form: bodies (one a line,
// "name | code"), over (sent at once).
func (p *Pages) give(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Give(r.Context(), idOf(r), ReadOrgans(r.PostFormValue("bodies")), r.PostFormValue("over") != "")
	return p.answer(w, r, err, "document.done.message_made")
}

// tell handles POST /documents/{document}/statuses. Form: code, words, organ.
func (p *Pages) tell(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.WriteStatus(r.Context(), idOf(r), Status{Code: edxml.Code(r.PostFormValue("code")), Words: r.PostFormValue("words"), Organ: Organ{ID: r.PostFormValue("organ")}})
	return p.answer(w, r, err, "document.done.message_made")
}

// messageFile handles GET /documents/{document}/messages/{message}.
func (p *Pages) messageFile(w http.ResponseWriter, r *http.Request) error {
	return p.svc.sendMessage(w, r, idOf(r))
}

func (s *Service) sendMessage(w http.ResponseWriter, r *http.Request, id ID) error {
	name, data, err := s.MessageFile(r.Context(), id, r.PathValue("message"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/xml")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, err = w.Write(data)
	return err
}

func codeText(ctx context.Context, c edxml.Code) string {
	return i18n.T(ctx, "document.status."+string(c))
}

var codeTones = map[edxml.Code]ui.Tone{edxml.Refused: ui.Bad, edxml.Disagreed: ui.Warn, edxml.TakeBack: ui.Warn, edxml.Done: ui.OK}

func codeBadge(ctx context.Context, c edxml.Code) ui.BadgeProps {
	tone, told := codeTones[c]
	if !told {
		tone = ui.Info
	}
	return ui.BadgeProps{Text: codeText(ctx, c), Tone: tone}
}

// exchanges reports whether a paper goes or came over the axis, or may.
func (v showPage) exchanges() bool {
	return len(v.f.Messages) > 0 || v.f.May.Give || v.f.May.Tell
}

func (v showPage) messagesList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "messages", Caption: i18n.T(ctx, "document.messages"), Total: int64(len(v.f.Messages)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.message.at")},
		{Label: i18n.T(ctx, "document.message.what")}, {Label: i18n.T(ctx, "document.message.body")}, {Label: i18n.T(ctx, "document.message.words")}, {Label: i18n.T(ctx, "document.message.file")}},
		Empty: ui.EmptyProps{Icon: ui.IconSend, Title: i18n.T(ctx, "document.messages.none"), Text: i18n.T(ctx, "document.messages.none.text")}}
	for _, m := range slices.Backward(v.f.Messages) {
		l.Rows = append(l.Rows, ui.Row{ID: m.ID, Name: i18n.T(ctx, "document.messages"), Cells: []templ.Component{ui.Time(m.At), whatCell(m), bodyCell(m), ui.Multiline(m.Words), messageCell(m)}})
	}
	return l
}

// reached is how many bodies the axis brings m to.
func (m Message) reached() (n int) {
	for _, o := range m.To {
		if o.ID != "" {
			n++
		}
	}
	return n
}

// bodiesTyped are the recipients of the form, those of the paper at first.
func (v showPage) bodiesTyped() string {
	if v.errs["bodies"] != "" {
		return v.typed["bodies"]
	}
	var out []string
	for _, o := range v.receivers {
		out = append(out, o.Name+" | "+o.ID)
	}
	return strings.Join(out, "\n")
}

func (v showPage) codeOptions(ctx context.Context) (out []ui.Option) {
	for _, c := range v.f.Answerable() {
		out = append(out, ui.Option{Value: string(c), Label: string(c) + " – " + codeText(ctx, c)})
	}
	return out
}
