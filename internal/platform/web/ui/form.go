// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// Kind is what a field asks for. The zero value is one line of text.
type Kind string

// The kinds of field. Date and DateTime take "2026-11-21" and
// "2026-11-21T08:05" (Asia/Ho_Chi_Minh), as browsers send them.
const (
	KindText     Kind = ""
	KindEmail    Kind = "email"
	KindTel      Kind = "tel"
	KindURL      Kind = "url"
	KindPassword Kind = "password"
	KindNumber   Kind = "number"
	KindSearch   Kind = "search"
	KindDate     Kind = "date"
	KindDateTime Kind = "datetime-local"
	KindFile     Kind = "file"
	KindTextarea Kind = "textarea"
	KindSelect   Kind = "select"
	KindCheckbox Kind = "checkbox"
	KindRadio    Kind = "radio"
)

// Option is one choice of a select or radio group.
type Option struct {
	Value string
	Label string
	Hint  string // radio groups only
	Group string // select only: neighbouring options of one group stand together
}

// FieldProps is one field with its label, hint, error and kept value.
type FieldProps struct {
	Kind         Kind
	Name         string
	ID           string // default "f-" + Name; give one when a page has two forms
	Label        string
	Hint         string
	Error        string // why what was typed cannot be taken, and what can
	Value        string // kept as typed; never sent back for passwords and files
	Was          string // what the record has, where the field itself begins empty; for those who come too late
	Checked      bool   // checkbox
	Group        string // checkbox: what the boxes of this name are called together
	Required     bool
	ReadOnly     bool
	Autofocus    bool
	Autocomplete string // WCAG 1.3.5 token, such as "current-password"
	InputMode    string // "numeric", "decimal"
	Placeholder  string
	Options      []Option
	Blank        string // first, empty choice of a select; empty leaves it out
	Rows         int    // textarea, default 4
	Accept       string // file: ".log,.gz"
	Multiple     bool   // file
	Min, Max     string // number, date
	MaxLength    int    // text, textarea
	Mono         bool   // fixed width: lists of indicators, log lines
}

// FieldError is one line of the summary over a form.
type FieldError struct {
	Field string // FieldProps.Name, or ID when one is given
	Text  string
}

// FormProps is a form. Its children are fields and buttons.
type FormProps struct {
	Action  string
	ID      string
	Get     bool // GET instead of POST
	Upload  bool // carries files: multipart, with progress where script runs
	Guard   bool // warn before leaving with unsaved words
	Hidden  []Hidden
	Errors  []FieldError // summary on top, each linking to its field
	Problem string       // an error of the form as a whole
	Label   string       // names the form for screen readers; may be empty
	Narrow  bool         // one reading-width column
	Record  Record       // whose form this is; may be empty
	Act     bool         // its words go with an act: the record has none to compare them with
	// Conflict, when not nil, says that the record changed since the form was
	// opened, with both texts. Form sets it itself; see Late.
	Conflict *ConflictProps
}

// Submit is one submit button. Its label names the effect.
type Submit struct {
	Label  string
	Name   string // may be empty
	Value  string
	Icon   IconName
	Danger bool
	Plain  bool // not the main button
	Early  bool // sent before all is filled in: a search whose result fills the form
}

// ConfirmProps is the step before something destructive or outward.
type ConfirmProps struct {
	Title  string
	Effect string   // what will happen, in one sentence
	Points []string // whom it reaches, what cannot be undone
	Action string   // POST
	Hidden []Hidden
	Record Record       // who changed it last is told to those who come too late
	Fields []FieldProps // a reason, a password
	Errors []FieldError
	Submit Submit
	Cancel Link
	Danger bool
}

func (f FieldProps) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + strings.ReplaceAll(f.Name, ".", "-")
}

// describedBy lists the ids of hint and error, or "" when there is neither.
func (f FieldProps) describedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	return strings.Join(ids, " ")
}

func (f FieldProps) inputType() string {
	if f.Kind == KindText {
		return "text"
	}
	return string(f.Kind)
}

// keeps reports whether the value may be written back into the page.
func (f FieldProps) keeps() bool { return f.Kind != KindPassword && f.Kind != KindFile }

func (f FieldProps) rows() int {
	if f.Rows == 0 {
		return 4
	}
	return f.Rows
}

func (f FieldProps) control(base string) string {
	if f.Error != "" {
		base += " is-invalid"
	}
	if f.Mono {
		base += " vg-mono"
	}
	return base
}

// groups splits the options of a select at each change of Group.
func (f FieldProps) groups() [][]Option {
	var out [][]Option
	for i, o := range f.Options {
		if i == 0 || o.Group != f.Options[i-1].Group {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], o)
	}
	return out
}

// target is the element id an error line links to.
func (e FieldError) target() string {
	if strings.HasPrefix(e.Field, "f-") {
		return "#" + e.Field
	}
	return "#" + FieldProps{Name: e.Field}.id()
}

func (f FormProps) method() string {
	if f.Get {
		return "get"
	}
	return "post"
}

func (s Submit) class() string {
	switch {
	case s.Plain && s.Danger:
		return "btn btn-outline-danger"
	case s.Plain:
		return "btn"
	case s.Danger:
		return "btn btn-danger"
	}
	return "btn btn-primary"
}

func (f FieldProps) checkboxValue() string {
	if f.Value == "" {
		return "1"
	}
	return f.Value
}

func (c ConfirmProps) submit() Submit {
	c.Submit.Danger = c.Submit.Danger || c.Danger
	return c.Submit
}

// fieldAttributes are the attributes that inputs, selects and text areas
// share.
func fieldAttributes(f FieldProps) templ.OrderedAttributes {
	var out templ.OrderedAttributes
	text := func(name, value string) {
		if value != "" {
			out = append(out, templ.KeyValue[string, any]{Key: name, Value: value})
		}
	}
	flag := func(name string, on bool) {
		if on {
			out = append(out, templ.KeyValue[string, any]{Key: name, Value: true})
		}
	}
	text("aria-describedby", f.describedBy())
	if f.Error != "" {
		text("aria-invalid", "true")
	}
	text("autocomplete", f.Autocomplete)
	text("inputmode", f.InputMode)
	text("placeholder", f.Placeholder)
	text("accept", f.Accept)
	text("min", f.Min)
	text("max", f.Max)
	if f.MaxLength > 0 {
		text("maxlength", itoa(f.MaxLength))
	}
	flag("required", f.Required)
	flag("readonly", f.ReadOnly)
	flag("autofocus", f.Autofocus)
	flag("multiple", f.Multiple)
	return out
}
