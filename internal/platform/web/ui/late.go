// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// Names of the hidden fields by which a form that came too late is known: the
// version its room gives it, which ends in "_version" where a form is of two
// records, and the page it stood on, which Form adds.
const (
	VersionField = "version"
	PageField    = "page.at"
)

// reason is the field for why a change is made: it goes with the change, and the
// record holds none to compare it with.
const reason = "reason"

// Record names a record in the audit trail, which says who changed it last.
type Record struct{ Kind, ID string }

// Late is a form that came too late. The page it stood on is drawn once more
// with it in the context: the form of the same address then shows what was
// typed, and over it what Compare makes of the fields as the record has them.
type Late struct {
	Action  string     // where the form was sent
	Typed   url.Values // what it held
	Compare func(ctx context.Context, of Record, now []FieldProps) (*ConflictProps, error)
	Found   bool // the form was drawn, of another version than the one typed into
}

type (
	lateKey  struct{}
	typedKey struct{}
	pageKey  struct{}
)

// WithLate returns a context whose pages show l again.
func WithLate(ctx context.Context, l *Late) context.Context {
	return context.WithValue(ctx, lateKey{}, l)
}

// IsLate reports whether the page of ctx is drawn to show a form again.
func IsLate(ctx context.Context) bool { return ctx.Value(lateKey{}) != nil }

// WithPage returns a context whose forms remember that they stand on path.
func WithPage(ctx context.Context, path string) context.Context {
	return context.WithValue(ctx, pageKey{}, path)
}

// pageOf is the page a form with a version stands on; empty for other forms.
func (f FormProps) pageOf(ctx context.Context) string {
	if path, ok := ctx.Value(pageKey{}).(string); ok && !f.Get && len(f.versions()) > 0 {
		return path
	}
	return ""
}

// versions are the hidden fields that say of which version the form is.
func (f FormProps) versions() []Hidden {
	return slices.DeleteFunc(slices.Clone(f.Hidden), func(h Hidden) bool {
		return h.Name != VersionField && !strings.HasSuffix(h.Name, "_"+VersionField)
	})
}

// olderThan reports whether typed holds another version than f has now.
func (f FormProps) olderThan(typed url.Values) bool {
	return slices.ContainsFunc(f.versions(), func(h Hidden) bool { return typed.Get(h.Name) != h.Value })
}

// Form is a form around its children, with the error summary on top. Where it
// came too late it shows both texts.
func Form(f FormProps) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		l, late := ctx.Value(lateKey{}).(*Late)
		if !late || l.Found || f.Get || f.Action != l.Action || !f.olderThan(l.Typed) {
			return form(f).Render(ctx, w)
		}
		l.Found = true
		children, again := templ.GetChildren(ctx), &typed{values: l.Typed, nth: map[string]int{}}
		var inside bytes.Buffer
		if err := children.Render(context.WithValue(templ.ClearChildren(ctx), typedKey{}, again), &inside); err != nil {
			return err
		}
		var err error
		if f.Conflict, err = l.Compare(ctx, f.Record, again.now); err != nil {
			return err
		}
		if f.Act {
			f.Conflict.Rows, f.Conflict.Act = nil, true
		}
		return form(f).Render(templ.WithChildren(ctx, templ.Raw(inside.String())), w)
	})
}

// typed puts what was typed into the fields of a form and keeps what they held.
type typed struct {
	values url.Values
	nth    map[string]int // fields of one name seen so far
	now    []FieldProps
}

// again is f with what was typed there; f itself outside of a form that came
// too late, and where nobody could type.
func again(ctx context.Context, f FieldProps) FieldProps {
	t, ok := ctx.Value(typedKey{}).(*typed)
	if !ok || !f.keeps() || f.ReadOnly {
		return f
	}
	n, values := t.nth[f.Name], t.values[f.Name]
	t.nth[f.Name]++
	was := f
	was.Value = cmp.Or(f.Was, f.Value)
	switch {
	case f.Kind == KindCheckbox:
		f.Checked = slices.Contains(values, f.checkboxValue())
	case f.Kind == KindRadio:
		f.Value = t.values.Get(f.Name)
		if was.Value == "" {
			was.Options = nil // nothing answered reads as nothing
		}
	case n < len(values):
		f.Value = values[n]
	default:
		return f // the form that was sent had no such field
	}
	if f.Name != reason || f.Was != "" {
		t.now = append(t.now, was)
	}
	return f
}

// lateCard opens a folded card of a form that came too late: its fields may differ.
func lateCard(ctx context.Context, c CardProps) bool { return c.Open || ctx.Value(typedKey{}) != nil }
