// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"regexp"
	"slices"
	"strings"
)

// checkForm words the form as the pack does and says what is wrong with it.
func (b *builder) checkForm(f *Form) {
	at := b.at["forms/"+f.ID]
	b.word(at, f)
	b.label(at, "title", f.Title)
	b.source(at, f.Source)
	b.oneOf(at, "status", string(f.Status), string(Law), string(Derived), string(Internal))
	if f.Instrument != "" || f.Status == Law {
		b.instrument(at, f.Instrument)
	}
	if f.Basis == "" || f.Subject == "" || len(f.Fields()) == 0 {
		b.fail(at, "basis, subject and fields must not be empty")
	}
	if (f.DocumentType == "") != f.Letter || (f.Abbreviation == "") != f.Letter {
		b.fail(at, "document_type and abbreviation must not be empty, but of a letter, which has neither")
	}
	for _, a := range f.Recipients {
		b.addressee(at, a)
	}
	b.checkPeriods(at, f)
	seen := map[string]bool{}
	for _, s := range f.Sections {
		b.oneOf(at, "annex", s.Annex, "", "upright", "landscape")
		for _, field := range s.Fields {
			at := b.at["forms/"+f.ID+"/"+field.Key]
			if field.Key == "" || seen[field.Key] {
				b.fail(at, "field key %q is empty or given twice", field.Key)
			}
			seen[field.Key] = true
			b.checkField(at, field)
			b.checkTable(at, field)
			b.checkCount(at, *f, field)
			b.checkGates(at, *f, field)
			b.checkEarlier(at, *f, field)
			b.checkWhen(at, field.Key, field.RequiredWhen, fieldKinds(*f))
		}
	}
	b.checkSums(at, *f)
}

func (b *builder) checkPeriods(at string, f *Form) {
	if f.About == "incident" {
		f.About = OfIncident
	}
	b.oneOf(at, "about", string(f.About), string(OfIncident), string(OfPeriod), string(OfUnit), string(OfDirective))
	if (len(f.Periods.Every) > 0) != (f.About == OfPeriod || f.About == OfDirective) {
		b.fail(at, "a form about a period or a directive, and only it, says which periods")
	}
	for _, kind := range f.Periods.Every {
		b.oneOf(at, "periods", kind, "month", "quarter", "half", "year", "span")
	}
}

func (b *builder) checkField(at string, f Field) {
	if f.Label == "" {
		b.fail(at, "field %s has no label", f.Key)
	}
	if !fieldTypes[f.Type] {
		b.fail(at, "field %s: type %q is unknown", f.Key, f.Type)
	}
	b.oneOf(at, "req", string(f.Req), string(Mandatory), string(Optional), string(Conditional), string(Automatic))
	if f.From != "" && !valueKeys[f.From] {
		b.fail(at, "field %s: from %q is unknown", f.Key, f.From)
	}
	if f.Req == Automatic && f.From == "" && f.Count == nil && len(f.Term)+len(f.Carry)+len(f.Trend) == 0 {
		b.fail(at, "field %s: the system can fill it only from somewhere", f.Key)
	}
	b.chosen(at, "field "+f.Key, f.Type, f.List)
	if f.Help != (Label{}) {
		b.label(at, "help", f.Help)
	}
}

// chosen says whether enum and multi, and only they, have a code list.
func (b *builder) chosen(at, what, kind, list string) {
	_, ok := b.pack.CodeList(list)
	if chosen := kind == "enum" || kind == "multi"; chosen != ok || (!chosen && list != "") {
		b.fail(at, "%s: enum and multi, and only they, name a known code list, not %q", what, list)
	}
}

func (b *builder) checkTable(at string, f Field) {
	if f.Type != "table" {
		if len(f.Columns) > 0 || f.RowsOf != "" || f.TotalRow != "" || f.Blocks || f.AnnexOver != 0 || f.AsBasis && f.Type != "unit" && f.Type != "text" {
			b.fail(at, "field %s: only a table has columns, rows_of, total, blocks or annex_over; as_basis is for it, a unit or a text", f.Key)
		}
		return
	}
	if len(f.Columns) == 0 && (f.RowsOf != "" || f.TotalRow != "" || f.Blocks) || len(f.Columns) > 0 && f.AsBasis {
		b.fail(at, "field %s: rows_of, total and blocks need columns; as_basis is a list without", f.Key)
	}
	if f.AnnexOver < 0 || f.AnnexOver > 0 && (len(f.Columns) == 0 || f.Blocks) {
		b.fail(at, "field %s: annex_over is a number of rows of a table with columns that is not printed in blocks", f.Key)
	}
	kinds := map[string]string{}
	for i, c := range f.Columns {
		what := "field " + f.Key + " column " + c.Key
		if c.Key == "" || kinds[c.Key] != "" || strings.ContainsAny(c.Key, ". ") {
			b.fail(at, "field %s: column key %q is empty, given twice or has a point or blank", f.Key, c.Key)
		}
		kinds[c.Key] = c.Type
		if c.Label == "" || !columnTypes[c.Type] {
			b.fail(at, "%s: it needs a label and a known type, not %q", what, c.Type)
		}
		b.oneOf(at, "req of column "+c.Key, string(c.Req), "", string(Mandatory), string(Optional), string(Conditional))
		if i > 0 || f.RowsOf == "" {
			b.chosen(at, what, c.Type, c.List)
		}
	}
	for _, c := range f.Columns {
		b.checkWhen(at, f.Key+"."+c.Key, c.RequiredWhen, kinds)
	}
	if f.RowsOf != "" {
		_, ok := b.pack.CodeList(f.RowsOf)
		if !ok || len(f.Columns) > 0 && (f.Columns[0].Type != "enum" || f.Columns[0].List != f.RowsOf) {
			b.fail(at, "field %s: rows_of %q must be the code list of its first column, an enum", f.Key, f.RowsOf)
		}
	}
	if f.TotalRow != "" && !slices.ContainsFunc(f.Columns, func(c Column) bool { return isNumber(c.Type) }) {
		b.fail(at, "field %s: total sums nothing: no column is int or money", f.Key)
	}
}

func fieldKinds(f Form) map[string]string {
	kinds := map[string]string{}
	for _, x := range f.Fields() {
		kinds[x.Key] = x.Type
	}
	return kinds
}

// checkWhen says whether conditions of the field named speak of other fields
// that are there, and ask one question each.
func (b *builder) checkWhen(at, of string, list []When, kinds map[string]string) {
	for _, w := range list {
		asked := 0
		for _, yes := range []bool{len(w.In) > 0, len(w.NotIn) > 0, w.Filled != nil} {
			if yes {
				asked++
			}
		}
		if kinds[w.Key] == "" || w.Key == of || asked != 1 {
			b.fail(at, "%s: condition on %q: it names another field beside it and one of in, not_in, filled", of, w.Key)
		}
	}
}

func (b *builder) checkCount(at string, form Form, f Field) {
	if f.Count == nil {
		return
	}
	c := *f.Count
	kinds := fieldKinds(form)
	if f.Type == "pct" {
		if !isNumber(kinds[c.Part]) || !isNumber(kinds[c.Of]) || c.Table != "" || c.Unless != "" && !isNumber(kinds[c.Unless]) {
			b.fail(at, "field %s: a share is reckoned from part and of, two numbers of the form, and unless is a third", f.Key)
		}
		return
	}
	table, ok := form.Field(c.Table)
	if !isNumber(f.Type) || !ok || len(table.Columns) == 0 || c.Part != "" || c.Of != "" || c.Unless != "" {
		b.fail(at, "field %s: a number is reckoned from a table of the form, not from %q", f.Key, c.Table)
		return
	}
	columns := map[string]string{}
	for _, col := range table.Columns {
		columns[col.Key] = col.Type
	}
	if c.Sum != "" && !isNumber(columns[c.Sum]) {
		b.fail(at, "field %s: column %q of %s is no number", f.Key, c.Sum, c.Table)
	}
	b.checkWhen(at, f.Key, c.Where, columns)
}

// checkGates says whether what a field must be, and by when, can be judged.
func (b *builder) checkGates(at string, form Form, f Field) {
	list, _ := b.pack.CodeList(f.List)
	for _, id := range f.Must {
		if _, ok := list.Find(id); !ok {
			b.fail(at, "field %s: must be %q, which is not in its list", f.Key, id)
		}
	}
	if f.Approves != "" {
		level, _ := form.Field(f.Approves)
		if level.List != "CL-level" || f.Type != "enum" {
			b.fail(at, "field %s: approves names a level of the form, and only an enum does", f.Key)
		}
		for _, c := range list.Items {
			if _, ok := b.pack.Party(c.ID); !ok {
				b.fail(at, "field %s: %q is no party of the pack", f.Key, c.ID)
			}
		}
	}
	kinds := fieldKinds(form)
	for _, t := range f.Term {
		_, known := b.pack.Clock(t.Clock)
		if !known || f.Type != "date" && f.Type != "datetime" || kinds[t.From] != "date" && kinds[t.From] != "datetime" || t.From == f.Key {
			b.fail(at, "field %s: a term is a day or moment counted by a known clock from another, not by %q from %q", f.Key, t.Clock, t.From)
		}
		b.checkWhen(at, f.Key, t.When, kinds)
	}
}

// checkEarlier says whether what a field takes from earlier papers fits it. Forms
// of other packs are known by name alone.
func (b *builder) checkEarlier(at string, form Form, f Field) {
	for _, place := range f.Carry {
		id, key, ok := strings.Cut(place, ".")
		other, known := b.pack.Form(id)
		from, has := other.Field(key)
		if !ok || known && (!has || from.Type != f.Type || from.List != f.List) {
			b.fail(at, "field %s: carry %q is no field of its kind of another form", f.Key, place)
		}
	}
	if len(f.Trend) == 0 {
		return
	}
	kinds := fieldKinds(form)
	for _, key := range f.Trend {
		if !isNumber(kinds[key]) {
			b.fail(at, "field %s: trend %q is no number of the form", f.Key, key)
		}
	}
	for i, key := range trendColumns {
		if len(f.Columns) != len(trendColumns) || f.Columns[i].Key != key {
			b.fail(at, "field %s: a trend has the columns %v", f.Key, trendColumns)
			return
		}
	}
}

func (b *builder) checkSums(at string, f Form) {
	seen := map[string]bool{}
	for _, c := range f.Checks {
		if c.ID == "" || seen[c.ID] {
			b.fail(at, "check id %q is empty or given twice", c.ID)
		}
		seen[c.ID] = true
		b.oneOf(at, "check "+c.ID+": is", c.Is, "equal", "at_most", "at_least")
		b.label(at, "check "+c.ID+": say", c.Say)
		b.source(at, c.Source)
		if len(c.Left) == 0 || len(c.Right) == 0 {
			b.fail(at, "check %s: left and right must not be empty", c.ID)
		}
		for _, key := range slices.Concat(c.Left, c.Right) {
			if !numberAt(f, c.Table, key) {
				b.fail(at, "check %s: %q is no number of the form", c.ID, key)
			}
		}
	}
}

// numberAt reports whether key names a number: of a row of the table, where one
// is given, else of the form.
func numberAt(f Form, table, key string) bool {
	if table == "" {
		if field, ok := f.Field(key); ok {
			return isNumber(field.Type)
		}
		var ok bool
		if table, key, ok = strings.Cut(key, "."); !ok {
			return false
		}
	}
	t, _ := f.Field(table)
	c, ok := t.Column(key)
	return ok && isNumber(c.Type)
}

var termMark = regexp.MustCompile(`\{[a-z][a-z0-9_.]*\}`)

// left are the marks that whoever fills the form replaces.
var left = []string{"{period}", "{unit}", "{issuer}", "{directive}"}

// reword gives the forms of p, whose list it clones, the words that its terms
// have now. Nothing but their texts changes.
func (p *Pack) reword() {
	b := p.checker()
	p.Forms = slices.Clone(p.Forms)
	for i := range p.Forms {
		f := p.unworded[i]
		f.About, f.Source = p.Forms[i].About, p.Forms[i].Source
		b.word("", &f) // every term was known when the pack was read
		p.Forms[i] = f
	}
}

// word replaces the terms in all texts of the form. Forms of the common file are
// shared by the packs, so that slices are copied first.
func (b *builder) word(at string, f *Form) {
	say := func(lang string) func(*string) {
		return func(s *string) {
			*s = termMark.ReplaceAllStringFunc(*s, func(mark string) string {
				if slices.Contains(left, mark) {
					return mark
				}
				l, ok := b.pack.terms[strings.Trim(mark, "{}")]
				if !ok {
					b.fail(at, "term %s is unknown", mark)
				}
				return l.label().In(lang)
			})
		}
	}
	vi, en := say("vi"), say("en")
	both := func(l *Label) { vi(&l.VI); en(&l.EN) }
	both(&f.Title)
	for _, s := range []*string{&f.DocumentType, &f.Subject, &f.Basis, &f.Lead, &f.Closing} {
		vi(s)
	}
	f.Notes = slices.Clone(f.Notes)
	for i := range f.Notes {
		vi(&f.Notes[i])
	}
	f.Checks = slices.Clone(f.Checks)
	for i := range f.Checks {
		both(&f.Checks[i].Say)
	}
	f.Sections = slices.Clone(f.Sections)
	for i := range f.Sections {
		s := &f.Sections[i]
		vi(&s.Title)
		s.Fields = slices.Clone(s.Fields)
		for j := range s.Fields {
			field := &s.Fields[j]
			vi(&field.Label)
			both(&field.Help)
			field.Columns = slices.Clone(field.Columns)
			for k := range field.Columns {
				vi(&field.Columns[k].Label)
			}
		}
	}
}
