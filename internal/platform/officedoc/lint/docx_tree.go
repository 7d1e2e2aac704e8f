// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	maxParts = 2000
	maxNodes = 2_000_000
	maxDepth = 200
)

// node is an element of WordprocessingML (ECMA-376 part 1); names are local.
type node struct {
	name  string
	attrs []xml.Attr
	kids  []*node
	text  string
}

// kid is the first child of that name, or nil.
func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// path follows names downwards.
func (n *node) path(names ...string) *node {
	for _, name := range names {
		n = n.kid(name)
	}
	return n
}

// attr is the attribute of that local name, "" for none.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// val is attr "val" of a child.
func (n *node) val(name string) string { return n.kid(name).attr("val") }

// number reads a whole or decimal attribute; ok is false for anything else.
func number(s string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && v > -1e7 && v < 1e7
}

// each visits n and all below it.
func (n *node) each(visit func(*node) bool) {
	if n == nil || !visit(n) {
		return
	}
	for _, k := range n.kids {
		k.each(visit)
	}
}

// on reads a switch such as <w:b/>, <w:b w:val="0"/>; def where it is absent.
func (n *node) on(name string, def bool) bool {
	k := n.kid(name)
	if k == nil {
		return def
	}
	switch k.attr("val") {
	case "0", "false", "off", "none":
		return false
	}
	return true
}

// unpacked holds the parts of a package.
type unpacked map[string][]byte

// unzip reads the parts the linter looks at, within the limits.
func unzip(raw []byte) (unpacked, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if len(z.File) > maxParts {
		return nil, fmt.Errorf("%w: %d parts", ErrTooLarge, len(z.File))
	}
	parts, room := unpacked{}, int64(maxUnpacked)
	for _, f := range z.File {
		if !strings.HasPrefix(f.Name, "word/") && f.Name != "[Content_Types].xml" && f.Name != "docProps/app.xml" || !strings.HasSuffix(f.Name, ".xml") && !strings.HasSuffix(f.Name, ".rels") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		data, err := io.ReadAll(io.LimitReader(r, room+1))
		if closing := r.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBroken, f.Name, err)
		}
		if room -= int64(len(data)); room < 0 {
			return nil, fmt.Errorf("%w: more than %d MiB unpacked", ErrTooLarge, maxUnpacked>>20)
		}
		parts[f.Name] = data
	}
	return parts, nil
}

// tree parses a part; a part that is not there is nil.
func (u unpacked) tree(name string) (*node, error) {
	raw, ok := u[name]
	if !ok {
		return nil, nil
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	root := &node{}
	stack, count := []*node{root}, 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBroken, name, err)
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			if count++; count > maxNodes || len(stack) > maxDepth {
				return nil, fmt.Errorf("%w: %s has too many elements", ErrTooLarge, name)
			}
			n := &node{name: tok.Name.Local, attrs: tok.Attr}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top.name == "t" || top.name == "Pages" || top.name == "instrText" || top.name == "posOffset" {
				top.text += string(tok)
			}
		case xml.Directive:
			return nil, fmt.Errorf("%w: %s has a document type", ErrBroken, name)
		}
	}
	if len(root.kids) == 0 {
		return nil, fmt.Errorf("%w: %s is empty", ErrBroken, name)
	}
	return root.kids[0], nil
}
