// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file is what happens when two people edit one record: nobody's words
// are lost. The page of the second form is drawn once more, of the record as it
// stands, with what was typed, a table of what differs and a choice for each
// field; the answer to the choice is settled here, before the room reads the
// form again. A room gives its form the record's version and nothing else.

// now is one field of a form as the record has it at this moment.
type now struct {
	name   string
	label  string
	values []string                     // as the form would send them; several for a group of boxes
	show   func(values []string) string // turns form values into what a person reads
}

// late answers a form that was refused because its record changed since it was
// opened, and reports whether it did: not when its page has no such form any
// more, or the version was not the reason. Then now is the page that shows the
// record as it stands; empty where there is none.
func (s *Site) late(w http.ResponseWriter, r *http.Request, e *fault.Error) (done bool, now string, err error) {
	at := r.PostForm.Get(ui.PageField)
	if e.Kind != fault.Conflict || r.Method != http.MethodPost || at == "" || Back(at) != at {
		return false, "", nil
	}
	form := &ui.Late{Action: r.URL.RequestURI(), Typed: r.PostForm, Compare: func(ctx context.Context, of ui.Record, fields []ui.FieldProps) (*ui.ConflictProps, error) {
		return s.conflict(ctx, r.PostForm, of, fields)
	}}
	page, err := s.drawn(r, at, form)
	if err != nil {
		return false, "", err
	}
	if page.status == http.StatusOK && !form.Found {
		return false, at, nil
	}
	if page.status != http.StatusOK { // the step is not open any more, the record is
		up := path.Dir(strings.SplitN(at, "?", 2)[0])
		if page, err = s.drawn(r, up, form); err != nil || page.status != http.StatusOK || up == "/" {
			return false, "", err
		}
		return false, up, nil
	}
	w.Header().Set("Content-Type", page.header.Get("Content-Type"))
	w.WriteHeader(http.StatusConflict)
	_, err = w.Write(page.body.Bytes())
	return true, "", err
}

// drawn is the page at an address of this site as the reader of r sees it, with
// form shown again where it stands there.
func (s *Site) drawn(r *http.Request, at string, form *ui.Late) (*httpPage, error) {
	page := &httpPage{header: http.Header{}}
	again := r.Clone(ui.WithLate(r.Context(), form))
	again.Method, again.Body, again.ContentLength = http.MethodGet, http.NoBody, 0
	again.Form, again.PostForm, again.MultipartForm = nil, nil, nil
	again.Header.Del("Content-Type")
	var err error
	if again.URL, err = url.Parse(at); err != nil {
		return nil, fmt.Errorf("page of a form: %w", err)
	}
	again.RequestURI = at
	s.pages.ServeHTTP(page, again)
	return page, nil
}

// httpPage keeps an answer that is to be sent under another status.
type httpPage struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *httpPage) Header() http.Header { return p.header }

func (p *httpPage) WriteHeader(status int) { p.status = cmp.Or(p.status, status) }

func (p *httpPage) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.body.Write(b)
}

// conflict compares what was typed with the fields as the record has them and
// says who changed it last, and when.
func (s *Site) conflict(ctx context.Context, typed url.Values, of ui.Record, fields []ui.FieldProps) (*ui.ConflictProps, error) {
	c := &ui.ConflictProps{Rows: clashes(typed, asNow(ctx, fields))}
	if of.Kind == "" {
		return c, nil
	}
	last, err := audit.Of(ctx, s.cfg.Records, of.Kind, of.ID, 1)
	if err != nil {
		return nil, err
	}
	if len(last) > 0 {
		c.By, c.At = last[0].ActorName, last[0].At.Time
	}
	return c, nil
}

func clashes(typed url.Values, fields []now) []ui.ConflictRow {
	var rows []ui.ConflictRow
	for _, f := range fields {
		mine, theirs := tidy(typed[f.name]), tidy(f.values)
		if sameSet(mine, theirs) {
			continue
		}
		show := f.show
		if show == nil {
			show = func(values []string) string { return strings.Join(values, ", ") }
		}
		rows = append(rows, ui.ConflictRow{Name: f.name, Label: f.label, Mine: show(mine), Theirs: show(theirs), Values: theirs})
	}
	return rows
}

// tidy drops what a browser adds to a text and what is empty.
func tidy(values []string) []string {
	var out []string
	for _, v := range values {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// settle puts into the posted form what its sender chose of a conflict: where
// take.<field> is "theirs", the field gets the values of theirs.<field>.
func settle(r *http.Request) {
	for name, choice := range r.PostForm {
		field, ok := strings.CutPrefix(name, ui.TakePrefix)
		if !ok || len(choice) == 0 || choice[0] != ui.TakeTheirs {
			continue
		}
		if values := r.PostForm[ui.TheirsPrefix+field]; len(values) > 0 {
			r.PostForm[field] = values
		} else {
			delete(r.PostForm, field)
		}
		if r.Form != nil {
			r.Form[field] = r.PostForm[field]
		}
	}
}

// FieldErrors lists errs, as Errors gives them, for the summary over a form:
// fields named in order first, the rest by name. The general sentence, under
// "", belongs in FormProps.Problem.
func FieldErrors(errs map[string]string, order ...string) []ui.FieldError {
	var list []ui.FieldError
	for field, text := range errs {
		if field != "" {
			list = append(list, ui.FieldError{Field: field, Text: text})
		}
	}
	place := func(e ui.FieldError) int {
		if n := slices.Index(order, e.Field); n >= 0 {
			return n
		}
		return len(order)
	}
	slices.SortFunc(list, func(a, b ui.FieldError) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(a.Field, b.Field))
	})
	return list
}

// Labels shows the values of a select, radio or group of boxes.
func Labels(options []ui.Option) func(values []string) string {
	return func(values []string) string {
		shown := make([]string, len(values))
		for i, v := range values {
			shown[i] = v
			for _, o := range options {
				if o.Value == v {
					shown[i] = strings.TrimSpace(o.Label)
				}
			}
		}
		return strings.Join(shown, ", ")
	}
}

// ticked shows a single box.
func ticked(ctx context.Context) func(values []string) string {
	return func(values []string) string {
		if len(values) > 0 {
			return i18n.T(ctx, "web.conflict.on")
		}
		return i18n.T(ctx, "web.conflict.off")
	}
}

// asNow makes now values of the fields of a form as the page draws them from
// the record as it stands. Boxes of one name are one group.
func asNow(ctx context.Context, fields []ui.FieldProps) []now {
	var out []now
	at := map[string]int{}
	boxes := map[string][]ui.Option{}
	for _, f := range fields {
		n, known := at[f.Name]
		if !known {
			n = len(out)
			at[f.Name] = n
			out = append(out, now{name: f.Name, label: cmp.Or(f.Group, f.Label)})
		}
		if f.Kind != ui.KindCheckbox {
			out[n].values = append(out[n].values, f.Value)
			if len(f.Options) > 0 {
				out[n].show = Labels(f.Options)
			}
			continue
		}
		value := cmp.Or(f.Value, "1") // as ui.Field sends it
		if f.Checked {
			out[n].values = append(out[n].values, value)
		}
		if boxes[f.Name] = append(boxes[f.Name], ui.Option{Value: value, Label: f.Label}); f.Group != "" || len(boxes[f.Name]) > 1 {
			out[n].show = Labels(boxes[f.Name])
		} else {
			out[n].show = ticked(ctx)
		}
	}
	return out
}
