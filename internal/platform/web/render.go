// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// View is one screen: its title, already in the reader's language, and what
// stands between head and foot. Bare screens stand without navigation:
// sign-in, first start.
type View struct {
	Title string
	Body  templ.Component
	Bare  bool
	Query string // what was searched for, kept in the box on top
}

// Render answers with v. The page is built whole before the first byte leaves,
// so that a failing component gives an error page and no half one.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, status int, v View) error {
	ctx := ui.WithPage(s.withViews(ui.WithAssets(r.Context(), s.cfg.Assets), r), pageOf(r))
	page := s.page(r, v.Title)
	page.Query = v.Query
	doc := ui.Shell(page, v.Body)
	if v.Bare {
		doc = ui.Bare(page, v.Body)
	}
	var buf bytes.Buffer
	if err := doc.Render(ctx, &buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(buf.Bytes())
	return err
}

// pageOf is the address of the page that answers r: its own, or that of the page
// the form stood on.
func pageOf(r *http.Request) string {
	if r.Method == http.MethodGet {
		return r.URL.RequestURI()
	}
	if at := r.PostForm.Get(ui.PageField); at != "" {
		return Back(at)
	}
	return r.URL.RequestURI()
}

func (s *Site) page(r *http.Request, title string) ui.Page {
	ctx := r.Context()
	p := ui.Page{Title: title, Path: r.URL.RequestURI(), Theme: theme(r), Demo: s.cfg.Demo, Version: s.cfg.Version,
		Flashes: s.takeFlashes(ctx)}
	if r.Method != http.MethodGet {
		p.Path = "/"
	}
	if a, ok := auth.From(ctx); ok {
		p.Person = &ui.Person{Name: a.Name, Role: roleNames(ctx, a), Href: "/account", Links: s.cfg.personLinks(ctx)}
		p.Nav = s.cfg.Nav(ctx, r.URL.Path)
		s.frame(r, &p, a)
	}
	return p
}

func roleNames(ctx context.Context, a auth.Actor) string {
	var names []string
	for _, role := range auth.Roles() {
		if a.Has(role) {
			names = append(names, i18n.T(ctx, "web.role."+string(role)))
		}
	}
	return strings.Join(names, ", ")
}

// Flash keeps a message for the next page this session sees.
func (s *Site) Flash(ctx context.Context, tone ui.Tone, text string) {
	list := append(s.flashes(ctx), flash{tone, text})
	raw, err := json.Marshal(list)
	if err != nil {
		s.cfg.Log.Error("keep flash", "err", err)
		return
	}
	s.sessions.Put(ctx, keyFlash, string(raw))
}

type flash struct {
	Tone ui.Tone
	Text string
}

func (s *Site) flashes(ctx context.Context) []flash {
	raw := s.sessions.GetString(ctx, keyFlash)
	if raw == "" {
		return nil
	}
	var list []flash
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		s.cfg.Log.Error("read flash", "err", err)
	}
	return list
}

func (s *Site) takeFlashes(ctx context.Context) []ui.Flash {
	if ui.IsLate(ctx) {
		return nil // this page may be thrown away
	}
	var out []ui.Flash
	for _, f := range s.flashes(ctx) {
		out = append(out, ui.Flash{Tone: f.Tone, Text: f.Text})
	}
	if out != nil {
		s.sessions.Remove(ctx, keyFlash)
	}
	return out
}

// renderFault answers e as a page. It leads to the page now, which shows the
// record as it stands, when there is one.
func (s *Site) renderFault(w http.ResponseWriter, r *http.Request, rt Route, e *fault.Error, now string) error {
	ctx := r.Context()
	var what strings.Builder
	what.WriteString(i18n.T(ctx, e.Public(), e.Args...))
	for _, key := range e.Fields {
		what.WriteString(" " + i18n.T(ctx, key))
	}
	_, known := auth.From(ctx)
	props := ui.ProblemProps{Status: e.Kind.Status(), What: what.String(), RequestID: w.Header().Get("X-Request-Id"), Typed: typed(r, known)}
	if e.Kind == fault.TooLarge && rt.Packed {
		props.Next = i18n.T(ctx, "ui.problem.413.packed")
	}
	if now != "" {
		props.Back = ui.Link{Label: i18n.T(ctx, "ui.problem.now"), Href: now}
	}
	body := ui.Problem(props)
	return s.Render(w, r, e.Kind.Status(), View{Title: i18n.T(ctx, "web.problem"), Body: body, Bare: !known})
}

// Errors translates the field reasons of err for a form; nil when err is no
// fault.Invalid. The general sentence stands under "".
func Errors(ctx context.Context, err error) map[string]string {
	if !fault.Is(err, fault.Invalid) {
		return nil
	}
	e := fault.Of(err)
	out := map[string]string{}
	for field, key := range e.Fields {
		out[field] = i18n.T(ctx, key, e.Args...)
	}
	if e.Msg != "" {
		out[""] = i18n.T(ctx, e.Msg, e.Args...)
	}
	return out
}

// problem is an RFC 9457 document. Errors is an extension member: form field
// to reason.
type problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail,omitempty"`
	Code   string            `json:"code"`
	ID     string            `json:"request_id"`
	Errors map[string]string `json:"errors,omitempty"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, e *fault.Error) {
	ctx := r.Context()
	p := problem{Type: "about:blank", Title: http.StatusText(e.Kind.Status()), Status: e.Kind.Status(),
		Detail: i18n.T(ctx, e.Public(), e.Args...), Code: e.Public(), ID: w.Header().Get("X-Request-Id")}
	for field, key := range e.Fields {
		if p.Errors == nil {
			p.Errors = map[string]string{}
		}
		p.Errors[field] = i18n.T(ctx, key, e.Args...)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	if e.Kind == fault.SignedOut {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	WriteJSON(w, p.Status, p)
}

// WriteJSON answers v with status. The caller may have set a content type. A
// value that does not marshal is a bug and answers 500.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	// The reader may have gone; there is no one left to tell.
	_, _ = w.Write(append(raw, '\n'))
}

// Back cleans a return address that came with a form: a path on this site, or
// "/" for anything else.
func Back(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(raw, "/") ||
		strings.HasPrefix(raw, "//") || strings.ContainsAny(raw, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}

func escapeNext(u *url.URL) string { return url.QueryEscape(u.RequestURI()) }

// Fragment answers with a part of a page, for a page that replaces it.
func (s *Site) Fragment(w http.ResponseWriter, r *http.Request, status int, part templ.Component) error {
	var buf bytes.Buffer
	if err := part.Render(ui.WithAssets(r.Context(), s.cfg.Assets), &buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(buf.Bytes())
	return err
}
