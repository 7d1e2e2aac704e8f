// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package unit keeps the bodies a centre watches over: who they are, whose they
// are, since when and until when, who answers for them, and which addresses
// their machines have. Every other room leans on it twice: access is bounded
// by the tree it keeps (unit_closure, read by platform/auth), and an address
// seen in a log is somebody's by the ranges it keeps (Attribute, Stamp).
//
// It imports no other room. It refuses a second root, a tree with a circle, and
// one public prefix in two hands at once. Start at Unit and Service.
package unit

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID names a unit for ever. The zero value names none.
type ID string

// Unit is one body: a department, a commune, a carrier. Texts are NFC on one
// line. A unit is never deleted: it ends (ValidTo) and may have successors.
type Unit struct {
	ID        ID
	Code      string        // the body's own identifier, "H37.12" or a tax number; unique; may be empty
	Name      string        // 1..200 characters
	ShortName string        // "Sở Y tế"; may be empty
	Kind      string        // id of a kind of the rule pack
	ParentID  ID            // empty for the root alone: the body that runs this centre
	ValidFrom calendar.Date // first day it exists; zero: always was
	ValidTo   calendar.Date // last day it exists; zero: still does

	Head            Contact // thủ trưởng
	SecurityContact Contact // đầu mối an ninh mạng
	Hotline         string
	Address         string
	Note            string

	Aliases        []string // other names people write, sorted
	SuccessorIDs   []ID     // who took over when it ended
	PredecessorIDs []ID     // whom it took over from

	Version   int64 // +1 per change; optimistic lock
	UpdatedAt time.Time
}

// Contact is one person to reach. All fields may be empty.
type Contact struct {
	Name, Title, Phone, Email string
}

// Empty reports whether nothing is known.
func (c Contact) Empty() bool { return c == Contact{} }

// Label is the short name, or the name where there is none.
func (u Unit) Label() string {
	if u.ShortName != "" {
		return u.ShortName
	}
	return u.Name
}

// ValidOn reports whether the unit exists on day d.
func (u Unit) ValidOn(d calendar.Date) bool { return within(d, u.ValidFrom, u.ValidTo) }

// Change is one field of a unit before and after.
type Change struct{ Field, Before, After string }

// changes lists what differs from u to v. Links are compared by id.
func (u Unit) changes(v Unit) []Change {
	var list []Change
	note := func(field, before, after string) {
		if before != after {
			list = append(list, Change{field, before, after})
		}
	}
	before, after := u.texts(), v.texts()
	for i, t := range before {
		note(t.field, *t.value, *after[i].value)
	}
	note("parent_id", string(u.ParentID), string(v.ParentID))
	note("valid_from", u.ValidFrom.String(), v.ValidFrom.String())
	note("valid_to", u.ValidTo.String(), v.ValidTo.String())
	note("aliases", strings.Join(u.Aliases, "; "), strings.Join(v.Aliases, "; "))
	return list
}

// text is one text of a unit under its form name, which is also its name in
// the audit trail and in import reports.
type text struct {
	field string
	value *string
	most  int // characters
}

// texts lists the texts of u in the order people fill them in.
func (u *Unit) texts() []text {
	return []text{
		{"code", &u.Code, 64}, {"name", &u.Name, 200}, {"short_name", &u.ShortName, 200}, {"kind", &u.Kind, 64},
		{"head_name", &u.Head.Name, 200}, {"head_title", &u.Head.Title, 200},
		{"head_phone", &u.Head.Phone, 100}, {"head_email", &u.Head.Email, 254},
		{"contact_name", &u.SecurityContact.Name, 200}, {"contact_title", &u.SecurityContact.Title, 200},
		{"contact_phone", &u.SecurityContact.Phone, 100}, {"contact_email", &u.SecurityContact.Email, 254},
		{"hotline", &u.Hotline, 100}, {"address", &u.Address, 500}, {"note", &u.Note, 2000},
	}
}

// text is the text of u under a form name.
func (u *Unit) text(field string) *string {
	for _, t := range u.texts() {
		if t.field == field {
			return t.value
		}
	}
	return nil
}

// clean brings every text of u into stored form.
func (u *Unit) clean() {
	for _, t := range u.texts() {
		*t.value = i18n.NFC(*t.value)
	}
	for _, p := range []*string{&u.Head.Phone, &u.SecurityContact.Phone, &u.Hotline} {
		*p = phone(*p)
	}
	u.Aliases = cleanAliases(u.Aliases, u.Name)
}

// cleanAliases returns the aliases in stored form: sorted, each once by its
// folded text, none equal to the name.
func cleanAliases(list []string, name string) []string {
	seen := map[string]bool{"": true, i18n.Fold(name): true}
	var out []string
	for _, a := range list {
		a = i18n.NFC(a)
		if key := i18n.Fold(a); !seen[key] {
			seen[key] = true
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return out
}

// phone gives back the leading zero that a spreadsheet drops from a mobile
// number kept as a figure: nine digits become ten. Other texts stay.
func phone(s string) string {
	if len(s) == 9 && strings.Trim(s, "0123456789") == "" && s[0] >= '2' {
		return "0" + s
	}
	return s
}

// check reports every field of u that is not right, by form field.
func (u *Unit) check(op string, known kinds) error {
	bad := map[string]string{}
	for _, t := range u.texts() {
		switch {
		case utf8.RuneCountInString(*t.value) > t.most:
			bad[t.field] = "unit.err.too_long"
		case strings.HasSuffix(t.field, "_email") && !validEmail(*t.value):
			bad[t.field] = "unit.err.email"
		case (strings.HasSuffix(t.field, "_phone") || t.field == "hotline") && !validPhone(*t.value):
			bad[t.field] = "unit.err.phone"
		}
	}
	if u.Name == "" {
		bad["name"] = "unit.err.required"
	}
	if _, ok := known.find(u.Kind); !ok {
		bad["kind"] = "unit.err.kind"
	}
	for _, a := range u.Aliases {
		if utf8.RuneCountInString(a) > 200 {
			bad["aliases"] = "unit.err.too_long"
		}
	}
	if untilMillis(u.ValidTo) <= fromMillis(u.ValidFrom) {
		bad["valid_to"] = "unit.err.day_order"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

func validEmail(s string) bool {
	if s == "" {
		return true
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// validPhone takes what people write: "0213.3876.421", "+84 912 345 678 (trực
// ban)", two numbers with a slash. It wants three digits or more, or nothing.
func validPhone(s string) bool {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return s == "" || digits >= 3
}

// Checklist is what a unit must have told the centre before the centre can
// help it; see screens.md, the unit officer's day.
type Checklist struct {
	Head, Contact, Hotline, Addresses bool
}

// Missing counts what is still absent.
func (c Checklist) Missing() int {
	n := 0
	for _, ok := range []bool{c.Head, c.Contact, c.Hotline, c.Addresses} {
		if !ok {
			n++
		}
	}
	return n
}

// checklist lists what of u is present; ranges is how many of its address ranges
// are valid today.
func (u Unit) checklist(ranges int) Checklist {
	reach := func(c Contact) bool { return c.Name != "" && (c.Phone != "" || c.Email != "") }
	return Checklist{Head: u.Head.Name != "", Contact: reach(u.SecurityContact), Hotline: u.Hotline != "", Addresses: ranges > 0}
}
