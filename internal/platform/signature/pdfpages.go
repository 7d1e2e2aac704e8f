// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"maps"
	"math"
	"strconv"
)

// catalog is the root of the document.
func (f *pdf) catalog() (dict, error) {
	d, err := f.dictOf(f.trailer["Root"])
	if err == nil && d == nil {
		err = fmt.Errorf("%w: no catalog", ErrDamaged)
	}
	return d, err
}

// page is a leaf of the tree of pages with what it inherits.
type page struct {
	ref  ref
	dict dict
}

// inherited are the attributes that pages have from above (ISO 32000-1 §7.7.3.4).
var inherited = []name{"Resources", "MediaBox", "CropBox", "Rotate"}

// pages lists the pages in order.
func (f *pdf) pages() ([]page, error) {
	c, err := f.catalog()
	if err != nil {
		return nil, err
	}
	var out []page
	seen := map[ref]bool{}
	var walk func(o object, above dict, depth int) error
	walk = func(o object, above dict, depth int) error {
		r, _ := o.(ref)
		if depth > maxDepth || len(out) > maxPages {
			return ErrTooMuch
		}
		if seen[r] {
			return fmt.Errorf("%w: page twice", ErrDamaged)
		}
		if r != (ref{}) {
			seen[r] = true
		}
		d, err := f.dictOf(o)
		if err != nil {
			return err
		}
		if d == nil {
			return fmt.Errorf("%w: page", ErrDamaged)
		}
		from := maps.Clone(above)
		for _, k := range inherited {
			if v, ok := d[k]; ok {
				from[k] = v
			}
		}
		if d["Kids"] == nil {
			whole := maps.Clone(d)
			maps.Copy(whole, from)
			out = append(out, page{r, whole})
			return nil
		}
		kids, err := f.arrayOf(d["Kids"])
		if err != nil {
			return err
		}
		for _, k := range kids {
			if err := walk(k, from, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(c["Pages"], dict{}, 0); err != nil {
		return nil, err
	}
	return out, nil
}

// pageNumbers tells which page, from 1, an object is.
func (f *pdf) pageNumbers() (map[ref]int, error) {
	list, err := f.pages()
	out := map[ref]int{}
	for i, p := range list {
		if p.ref != (ref{}) {
			out[p.ref] = i + 1
		}
	}
	return out, err
}

// rectOf reads a rectangle (ISO 32000-1 §7.9.5); the zero one for what is none.
func (f *pdf) rectOf(o object) Rect {
	list, err := f.arrayOf(o)
	if err != nil || len(list) != 4 {
		return Rect{}
	}
	var v [4]float64
	for i := range v {
		o, err := f.resolve(list[i])
		n, ok := o.(number)
		if err != nil || !ok {
			return Rect{}
		}
		if v[i], err = strconv.ParseFloat(string(n), 64); err != nil || math.IsNaN(v[i]) || math.Abs(v[i]) > 1e6 {
			return Rect{}
		}
	}
	x, y := min(v[0], v[2]), min(v[1], v[3])
	return Rect{X: x, Y: y, W: max(v[0], v[2]) - x, H: max(v[1], v[3]) - y}
}

// drawn is where a field is drawn: on the page of its first widget.
func (f *pdf) drawn(one field, numbers map[ref]int) (int, Rect) {
	widget := one.dict
	if kids, err := f.arrayOf(widget["Kids"]); err == nil && len(kids) > 0 {
		if d, err := f.dictOf(kids[0]); err == nil && d != nil {
			widget = d
		}
	}
	on, _ := widget["P"].(ref)
	r := f.rectOf(widget["Rect"])
	if r.W <= 0 || r.H <= 0 || numbers[on] == 0 {
		return 0, Rect{}
	}
	return numbers[on], r
}

// Pages are the sheets of a PDF, as large as they are printed (the crop box, else
// the media box), in points. Errors: those of VerifyPDF, and ErrLook for a page
// that is turned: places on it are not what they seem.
func Pages(data []byte) ([]Rect, error) {
	f, err := readPDF(data)
	if err != nil {
		return nil, err
	}
	list, err := f.pages()
	if err != nil {
		return nil, err
	}
	var out []Rect
	for i, p := range list {
		box := f.rectOf(p.dict["CropBox"])
		if box.W <= 0 || box.H <= 0 {
			box = f.rectOf(p.dict["MediaBox"])
		}
		turned, _ := intOf(p.dict["Rotate"])
		if box.W <= 0 || box.H <= 0 || turned%360 != 0 {
			return nil, fmt.Errorf("%w: page %d", ErrLook, i+1)
		}
		out = append(out, box)
	}
	return out, nil
}
