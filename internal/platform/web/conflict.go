// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file is what happens when two people edit one record: nobody's words
// are lost. The second form comes back with its own values, a table of what
// differs, and a choice for each field; the answer to the choice is settled
// here, before the room reads the form again.

// Now is one field of a form as the record has it at this moment.
type Now struct {
	Name   string   // of the form field
	Label  string   // translated
	Values []string // as the form would send them; several for a group of boxes
	// Show turns form values into what a person reads, such as the label of
	// an option; nil shows the values themselves.
	Show func(values []string) string
}

// IsStale reports whether err says that the form was made from an older
// version than the record has: typed is the form's version, current the
// record's. Any other conflict (closed, wrong state) is no matter of texts.
func IsStale(err error, typed, current int64) bool {
	return fault.Is(err, fault.Conflict) && typed != current
}

// Conflict compares what r posted with the record as it stands and says who
// changed it last, and when, by the audit trail of the record (kind, object).
// The caller has checked that the reader may see the record, gives the form
// the record's version and its own typed values, and renders it with status
// 409 and FormProps.Conflict.
func (s *Site) Conflict(ctx context.Context, r *http.Request, kind, object string, fields []Now) (*ui.ConflictProps, error) {
	c := &ui.ConflictProps{Rows: clashes(r.PostForm, fields)}
	last, err := audit.Of(ctx, s.cfg.Records, kind, object, 1)
	if err != nil {
		return nil, err
	}
	if len(last) > 0 {
		c.By, c.At = last[0].ActorName, last[0].At.Time
	}
	return c, nil
}

func clashes(typed url.Values, fields []Now) []ui.ConflictRow {
	var rows []ui.ConflictRow
	for _, f := range fields {
		mine, theirs := tidy(typed[f.Name]), tidy(f.Values)
		if sameSet(mine, theirs) {
			continue
		}
		show := f.Show
		if show == nil {
			show = func(values []string) string { return strings.Join(values, ", ") }
		}
		rows = append(rows, ui.ConflictRow{Name: f.Name, Label: f.Label, Mine: show(mine), Theirs: show(theirs), Values: theirs})
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

// FieldErrors lists errs, as Errors gives them, for the summary over a form, in
// a fixed order. The general sentence, under "", belongs in FormProps.Problem.
func FieldErrors(errs map[string]string) []ui.FieldError {
	var list []ui.FieldError
	for field, text := range errs {
		if field != "" {
			list = append(list, ui.FieldError{Field: field, Text: text})
		}
	}
	slices.SortFunc(list, func(a, b ui.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return list
}

// Labels is a Show for the fields of a select, radio or group of boxes.
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

// Ticked is a Show for a single box.
func Ticked(ctx context.Context) func(values []string) string {
	return func(values []string) string {
		if len(values) > 0 {
			return i18n.T(ctx, "web.conflict.on")
		}
		return i18n.T(ctx, "web.conflict.off")
	}
}

// FromFields makes Now values of the fields of a form as the page draws them
// from the record as it stands, so that no room lists its fields twice. Boxes
// of one name are one group, called by group[name] where that is given.
// Passwords and files are left out.
func FromFields(ctx context.Context, group map[string]string, fields ...ui.FieldProps) []Now {
	var out []Now
	at := map[string]int{}
	boxes := map[string][]ui.Option{}
	for _, f := range fields {
		if f.Kind == ui.KindPassword || f.Kind == ui.KindFile {
			continue
		}
		n, known := at[f.Name]
		if !known {
			n = len(out)
			at[f.Name] = n
			out = append(out, Now{Name: f.Name, Label: f.Label})
		}
		if f.Kind != ui.KindCheckbox {
			out[n].Values = []string{f.Value}
			if len(f.Options) > 0 {
				out[n].Show = Labels(f.Options)
			}
			continue
		}
		value := f.Value
		if value == "" {
			value = "1" // as ui.Field sends it
		}
		if f.Checked {
			out[n].Values = append(out[n].Values, value)
		}
		boxes[f.Name] = append(boxes[f.Name], ui.Option{Value: value, Label: f.Label})
		if label, many := group[f.Name]; many {
			out[n].Label, out[n].Show = label, Labels(boxes[f.Name])
		} else {
			out[n].Show = Ticked(ctx)
		}
	}
	return out
}
