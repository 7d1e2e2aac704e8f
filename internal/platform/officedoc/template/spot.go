// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"regexp"
	"slices"
	"strings"
)

// begins finds the beginning of a paragraph.
var begins = regexp.MustCompile(`<w:p[\s/>]`)

// mostText is how many letters of a paragraph a spot tells.
const mostText = 120

// shows is where the part is shown.
func (p part) shows() Part {
	name := strings.TrimPrefix(p.name, "word/")
	switch {
	case strings.HasPrefix(name, "header"):
		return Head
	case strings.HasPrefix(name, "footer"):
		return Foot
	case strings.HasPrefix(name, "footnotes"), strings.HasPrefix(name, "endnotes"):
		return Notes
	}
	return Body
}

// spots finds where in p what is wrong stands.
func (r *Report) spots(p part, s Schema, stray map[*node][]string) {
	number, at := 0, 0
	put := func(list *[]Spot, n *node, name, says string) {
		if len(*list) >= MostSpots {
			return
		}
		number += len(begins.FindAll(p.data[at:n.from], -1))
		at = n.from
		*list = append(*list, Spot{Name: name, Part: p.shows(), Paragraph: number, Text: cut(says)})
	}
	var walk func(*node)
	walk = func(n *node) {
		if n.kind == "p" {
			says := n.says()
			var told []string
			for _, name := range n.names() {
				if (!s.knows(name) || slices.Contains(stray[n], name)) && !slices.Contains(told, name) {
					told = append(told, name)
					put(&r.Spots, n, name, says)
				}
			}
			if rest := place.ReplaceAllString(says, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
				put(&r.Open, n, "", says)
			}
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	walk(p.tree)
	for i, n := range slices.Compact(p.tracked) {
		if i < MostSpots && len(r.Tracked) < MostSpots {
			r.Tracked = append(r.Tracked, Spot{Part: p.shows(), Paragraph: n})
		}
	}
}

func cut(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if list := []rune(s); len(list) > mostText {
		return string(list[:mostText]) + "…"
	}
	return s
}
