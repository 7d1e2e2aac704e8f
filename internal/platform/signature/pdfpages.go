// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"fmt"
	"maps"
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
