// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"cmp"
	"slices"
)

// ChangeKind says what was done to a PDF after it was signed.
type ChangeKind string

// The kinds. Those up to Stamped may be lawful, the others never are.
const (
	AddedSignature ChangeKind = "signature"  // a further signature with what it draws: number, date, seal
	AddedField     ChangeKind = "field"      // an empty place for one
	AddedProof     ChangeKind = "validation" // certificates and answers on revocation, for later checks
	Described      ChangeKind = "metadata"   // title, dates and programs; no page shows them
	Stamped        ChangeKind = "stamp"      // a stamp or text laid over a page

	Redrawn    ChangeKind = "page"       // what a page shows
	Repaged    ChangeKind = "pages"      // pages came, went or moved
	Annotated  ChangeKind = "annotation" // notes, links, covers
	Filled     ChangeKind = "form"       // fields of a form, or how a signature looks
	Overlaid   ChangeKind = "overlay"    // a signature or stamp that covers much of a page
	Structured ChangeKind = "structure"  // actions, layers, outlines, and all else
	Trailing   ChangeKind = "trailing"   // bytes that belong to no revision
)

// Change is one thing that differs between two states of a file.
type Change struct {
	Kind   ChangeKind
	Page   int    // from 1; 0 when it is of no page
	What   string // the key or field, as the file names it
	Lawful bool
	// By is the field of the signature that covers it; empty when none does.
	By string
}

// covering is the part of a page that a signature or stamp may take: more would
// hide what was signed.
const covering = 0.25

// Keys that may come or change without a page showing anything else.
var quiet = map[name]ChangeKind{"DSS": AddedProof, "Metadata": Described, "Extensions": Described, "Version": Described, "PieceInfo": Described, "LastModified": Described}

// differ names all that differs between two states of a document. Stamps are
// said to be not lawful: the caller knows who covers them.
func differ(old, latest *pdf) ([]Change, error) {
	oldPages, err := old.pages()
	if err != nil {
		return nil, err
	}
	newPages, err := latest.pages()
	if err != nil {
		return nil, err
	}
	d := &difference{pair: newPair(old, latest, oldPages, newPages), where: map[string]int{}}
	if len(oldPages) != len(newPages) {
		d.add(Repaged, 0, "Pages")
		return d.out, nil
	}
	if d.oldFields, err = old.fields(); err != nil {
		return nil, err
	}
	if d.newFields, err = latest.fields(); err != nil {
		return nil, err
	}
	for i := range oldPages {
		if err := d.page(i+1, oldPages[i].dict, newPages[i].dict); err != nil {
			return nil, err
		}
	}
	if err := d.form(); err != nil {
		return nil, err
	}
	if err := d.document(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(d.out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(d.out), nil
}

type difference struct {
	*pair
	oldFields, newFields map[string]field
	where                map[string]int // page of a new field
	out                  []Change
}

func (d *difference) add(kind ChangeKind, page int, what string) {
	lawful := kind == AddedSignature || kind == AddedField || kind == AddedProof || kind == Described
	d.out = append(d.out, Change{Kind: kind, Page: page, What: what, Lawful: lawful})
}

// document compares what the catalog says beside pages and form.
func (d *difference) document() error {
	a, err := d.old.catalog()
	if err != nil {
		return err
	}
	b, err := d.new.catalog()
	if err != nil {
		return err
	}
	for _, k := range keysOf(a, b) {
		if k == "Pages" || k == "AcroForm" {
			continue
		}
		same, err := d.equal(a[k], b[k])
		if err != nil {
			return err
		}
		if !same {
			kind, known := quiet[k]
			if !known {
				kind = Structured
			}
			d.add(kind, 0, string(k))
		}
	}
	same, err := d.equal(d.old.trailer["Info"], d.new.trailer["Info"])
	if err == nil && !same {
		d.add(Described, 0, "Info")
	}
	return err
}

func (d *difference) page(n int, a, b dict) error {
	for _, k := range keysOf(a, b) {
		if k == "Parent" || k == "Annots" || a[k] == nil && (k == "Tabs" || k == "StructParents") {
			continue
		}
		same, err := d.equal(a[k], b[k])
		if err != nil {
			return err
		}
		if !same {
			kind, known := quiet[k]
			if !known {
				kind = Redrawn
			}
			d.add(kind, n, string(k))
		}
	}
	return d.annots(n, a, b)
}

// annots compares what lies over a page: all that was there must be there still.
func (d *difference) annots(n int, a, b dict) error {
	was, err := d.old.arrayOf(a["Annots"])
	if err != nil {
		return err
	}
	is, err := d.new.arrayOf(b["Annots"])
	if err != nil {
		return err
	}
	taken := make([]bool, len(is))
	for _, o := range was {
		found := false
		for i := range is {
			if taken[i] {
				continue
			}
			same, err := d.sameAnnot(o, is[i])
			if err != nil {
				return err
			}
			if same {
				taken[i], found = true, true
				break
			}
		}
		if !found {
			d.add(Annotated, n, "Annots")
		}
	}
	for i, o := range is {
		if taken[i] {
			continue
		}
		if err := d.laid(n, o, b); err != nil {
			return err
		}
	}
	return nil
}

// sameAnnot: a place for a signature may have been signed since.
func (d *difference) sameAnnot(o, n object) (bool, error) {
	a, err := d.old.dictOf(o)
	if err != nil {
		return false, err
	}
	b, err := d.new.dictOf(n)
	if err != nil {
		return false, err
	}
	if a["FT"] == name("Sig") && b["FT"] == name("Sig") && a["V"] == nil {
		return d.equalDict(a, b, signing...)
	}
	return d.equal(o, n)
}

// signing are the keys of an empty signature field that signing may set.
var signing = []name{"V", "AP", "AS", "MK", "M", "F", "P", "DA", "DR", "Ff", "SV", "Lock"}

// laid judges something new over a page.
func (d *difference) laid(n int, o object, page dict) error {
	a, err := d.new.dictOf(o)
	if err != nil {
		return err
	}
	big, err := d.covers(a, page)
	if err != nil {
		return err
	}
	switch kind, _ := a["Subtype"].(name); {
	case kind == "Widget":
		f, known := d.fieldOf(o, a)
		if !known || f.kind != "Sig" {
			d.add(Annotated, n, "Widget")
			return nil
		}
		d.where[f.name] = n
		if big {
			d.add(Overlaid, n, f.name)
		}
	case a["A"] != nil || a["AA"] != nil || kind != "Stamp" && kind != "FreeText":
		d.add(Annotated, n, string(kind))
	case big:
		d.add(Overlaid, n, string(kind))
	default:
		d.add(Stamped, n, string(kind))
	}
	return nil
}

// fieldOf is the field that a widget of the new state draws.
func (d *difference) fieldOf(o object, widget dict) (field, bool) {
	r, _ := o.(ref)
	parent, _ := widget["Parent"].(ref)
	for _, f := range d.newFields {
		if f.ref != (ref{}) && (f.ref == r || f.ref == parent && widget["T"] == nil) {
			return f, true
		}
	}
	return field{}, false
}

// covers reports whether an annotation takes much of its page.
func (d *difference) covers(annot, page dict) (bool, error) {
	r, err := d.rectangle(annot["Rect"])
	if err != nil {
		return false, err
	}
	box, err := d.rectangle(page["MediaBox"])
	if err != nil {
		return false, err
	}
	area := func(r [4]float64) float64 { return max(r[2]-r[0], r[0]-r[2]) * max(r[3]-r[1], r[1]-r[3]) }
	return area(r) > covering*area(box), nil
}

func (d *difference) rectangle(o object) (out [4]float64, err error) {
	a, err := d.new.arrayOf(o)
	for i := range out {
		if i < len(a) {
			if n, ok := a[i].(number); ok {
				out[i] = n.float()
			}
		}
	}
	return out, err
}

// form compares the fields.
func (d *difference) form() error {
	for key, was := range d.oldFields {
		is, still := d.newFields[key]
		if !still || was.kind != is.kind {
			d.add(Filled, 0, key)
			continue
		}
		unsigned := was.kind == "Sig" && was.value == nil
		but := []name(nil)
		if unsigned {
			but = signing
		}
		same, err := d.equalDict(was.dict, is.dict, append(but, "Kids", "P")...)
		if err != nil {
			return err
		}
		if same {
			same, err = d.sameKids(was, is, unsigned)
		}
		switch {
		case err != nil:
			return err
		case !same:
			d.add(Filled, 0, key)
		case unsigned && is.value != nil:
			d.add(AddedSignature, 0, key)
		}
	}
	for key, is := range d.newFields {
		if _, known := d.oldFields[key]; known {
			continue
		}
		switch {
		case is.kind != "Sig":
			d.add(Filled, d.where[key], key)
		case is.value == nil:
			d.add(AddedField, d.where[key], key)
		default:
			d.add(AddedSignature, d.where[key], key)
		}
	}
	return d.formKeys()
}

// sameKids compares where a field is drawn.
func (d *difference) sameKids(was, is field, unsigned bool) (bool, error) {
	a, err := d.old.arrayOf(was.dict["Kids"])
	if err != nil {
		return false, err
	}
	b, err := d.new.arrayOf(is.dict["Kids"])
	if err != nil || len(a) != len(b) {
		return false, err
	}
	for i := range a {
		x, err := d.old.dictOf(a[i])
		if err != nil {
			return false, err
		}
		y, err := d.new.dictOf(b[i])
		if err != nil {
			return false, err
		}
		but := []name{"P"}
		if unsigned {
			but = signing
		}
		if same, err := d.equalDict(x, y, but...); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

// formKeys compares what the form says beside its fields: resources may come,
// none may change.
func (d *difference) formKeys() error {
	ca, err := d.old.catalog()
	if err != nil {
		return err
	}
	cb, err := d.new.catalog()
	if err != nil {
		return err
	}
	a, err := d.old.dictOf(ca["AcroForm"])
	if err != nil {
		return err
	}
	b, err := d.new.dictOf(cb["AcroForm"])
	if err != nil {
		return err
	}
	for _, k := range keysOf(a, b) {
		if k == "Fields" || k == "SigFlags" || (k == "DR" || k == "DA") && a[k] == nil {
			continue
		}
		same := false
		if k == "DR" {
			same, err = d.grown(a[k], b[k], 2)
		} else {
			same, err = d.equal(a[k], b[k])
		}
		if err != nil {
			return err
		}
		if !same {
			d.add(Structured, 0, "AcroForm."+string(k))
		}
	}
	return nil
}

// grown reports whether b has all that a has, the same, down to a depth.
func (d *difference) grown(a, b object, depth int) (bool, error) {
	x, err := d.old.dictOf(a)
	if err != nil {
		return false, err
	}
	y, err := d.new.dictOf(b)
	if err != nil || depth == 0 || x == nil || y == nil {
		if err != nil {
			return false, err
		}
		return d.equal(a, b)
	}
	for k := range x {
		if same, err := d.grown(x[k], y[k], depth-1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}
