// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"strings"
	"unicode/utf16"
)

// field is an interactive field at the end of its branch (ISO 32000-1 §12.7.3).
type field struct {
	name  string // with those above, by dots
	ref   ref    // zero for one that stands within its parent
	dict  dict
	kind  name // of itself or from above: "Sig", "Tx", …
	value object
}

const maxFields = 100_000

// fields lists the fields of f by their names. Names that stand twice make a
// file one that viewers read differently: it is damaged.
func (f *pdf) fields() (map[string]field, error) {
	c, err := f.catalog()
	if err != nil {
		return nil, err
	}
	form, err := f.dictOf(c["AcroForm"])
	if err != nil {
		return nil, err
	}
	top, err := f.arrayOf(form["Fields"])
	if err != nil {
		return nil, err
	}
	out, seen := map[string]field{}, map[ref]bool{}
	var walk func(o object, above field, depth int) error
	walk = func(o object, above field, depth int) error {
		r, _ := o.(ref)
		if depth > maxDepth || len(out) > maxFields {
			return ErrTooMuch
		}
		if seen[r] {
			return ErrDamaged
		}
		if r != (ref{}) {
			seen[r] = true
		}
		d, err := f.dictOf(o)
		if d == nil || err != nil {
			return err
		}
		one := field{name: above.name, ref: r, dict: d, kind: above.kind, value: above.value}
		t, err := f.resolve(d["T"])
		if err != nil {
			return err
		}
		if t, ok := t.(text); ok {
			if one.name += "." + words(t); above.name == "" {
				one.name = words(t)
			}
		}
		if k, ok := d["FT"].(name); ok {
			one.kind = k
		}
		if v, ok := d["V"]; ok {
			one.value = v
		}
		kids, err := f.arrayOf(d["Kids"])
		if err != nil {
			return err
		}
		deeper := false
		for _, k := range kids {
			kid, err := f.dictOf(k)
			if err != nil {
				return err
			}
			if kid["T"] != nil { // else it is where the field is drawn
				deeper = true
				if err := walk(k, one, depth+1); err != nil {
					return err
				}
			}
		}
		if deeper {
			return nil
		}
		if _, twice := out[one.name]; twice {
			return ErrDamaged
		}
		out[one.name] = one
		return nil
	}
	for _, o := range top {
		if err := walk(o, field{}, 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// words reads a text string: UTF-16 with its mark, UTF-8 with its mark, else as
// Latin 1, which is near to PDFDocEncoding (ISO 32000-1 §7.9.2.2).
func words(t text) string {
	switch s := string(t); {
	case strings.HasPrefix(s, "\xfe\xff"):
		u := make([]uint16, 0, len(s)/2)
		for i := 2; i+1 < len(s); i += 2 {
			u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(u))
	case strings.HasPrefix(s, "\xef\xbb\xbf"):
		return strings.ToValidUTF8(s[3:], "\uFFFD")
	}
	out := make([]rune, len(t))
	for i, b := range t {
		out[i] = rune(b)
	}
	return string(out)
}

// wordsOf is the text at a key; empty without one.
func (f *pdf) wordsOf(o object) string {
	o, err := f.resolve(o)
	if t, ok := o.(text); ok && err == nil {
		return words(t)
	}
	return ""
}
