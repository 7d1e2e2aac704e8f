// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// This file is for texts of which a part gives tasks: decrees, circulars, long
// plans. What is taken in of them is what a person names.

// Section is a part of a text that may be taken in alone.
type Section struct {
	Label   string // "Chương II", "Điều 5", "III"
	Heading string
	Leaves  int    // requirements in it
	Within  string // the first and the last of the parts it has: "Điều 5 – Điều 18"
}

// TooMany is a text that asks more than a directive does, with its parts.
type TooMany struct {
	Leaves   int
	Sections []Section
}

// Error implements error.
func (e *TooMany) Error() string {
	return fmt.Sprintf("%d requirements are more than %d", e.Leaves, mostItems)
}

// sectionsMost is how many parts a person is shown to choose from.
const sectionsMost = 200

func sections(list []Requirement) (out []Section) {
	for _, r := range list[:min(len(list), sectionsMost)] {
		s := Section{Label: r.Label, Heading: shorten(r.Heading, r.Text), Leaves: len(Leaves([]Requirement{r}))}
		if n := len(r.Children); n > 1 && !r.Leaf() && strings.Contains(r.Children[0].Label, " ") {
			s.Within = r.Children[0].Label + " – " + r.Children[n-1].Label
		}
		out = append(out, s)
	}
	return out
}

// chosen is one part a person named, or several in a row.
var chosen = regexp.MustCompile(`^(?:(phần|chương|mục|điều|phụ lục) )?([ivxl]{1,7}|\d{1,3}|[a-zđ]|\d{1,2}(?:\.\d{1,2}){1,3})(?: ?[-–] ?(?:(?:phần|chương|mục|điều|phụ lục) )?([ivxl]{1,7}|\d{1,3}))?$`)

// portion is what list has of the parts that were named, apart by commas and
// semicolons: "Chương II; Điều 12-15". A number without a word is one of the
// outermost, or goes on with the word in front of it. It is false where something
// that was named is not there.
func portion(list []Requirement, parts string) ([]Requirement, bool) {
	wanted := map[string]bool{} // label, and whether it was found
	word := ""
	for part := range strings.FieldsFuncSeq(parts, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		part = strings.TrimSpace(clean(fold(part)))
		if part == "" {
			continue
		}
		if slices.ContainsFunc(list, func(r Requirement) bool { return standsBehind(r.Label) && fold(r.Path) == part }) { // "Quy chế", "Phụ lục"
			wanted[part] = false
			continue
		}
		m := chosen.FindStringSubmatch(part)
		if m == nil {
			return nil, false
		}
		if m[1] != "" {
			word = m[1] + " "
		}
		from, to := numeral(strings.ToUpper(m[2])), numeral(strings.ToUpper(m[3]))
		if m[3] == "" {
			wanted[word+m[2]] = false
			continue
		}
		if from < 1 || to < from || to-from > mostItems {
			return nil, false
		}
		for n := from; n <= to; n++ {
			label := strconv.Itoa(n)
			if atoi(m[2]) == 0 {
				label = strings.ToLower(officedoc.Roman(n))
			}
			wanted[word+label] = false
		}
	}
	var take func(list []Requirement, outermost bool) []Requirement
	take = func(list []Requirement, outermost bool) (out []Requirement) {
		for _, r := range list {
			label := fold(r.Label)
			if _, ok := wanted[fold(r.Path)]; ok && outermost {
				label = fold(r.Path)
			}
			if _, ok := wanted[label]; ok && (outermost || strings.Contains(label, " ")) {
				wanted[label] = true
				out = append(out, r)
				continue
			}
			if r.Children = take(r.Children, false); len(r.Children) > 0 {
				out = append(out, r)
			}
		}
		return out
	}
	out := take(slices.Clone(list), true)
	for _, found := range wanted {
		if !found {
			return nil, false
		}
	}
	return out, len(out) > 0
}

// only keeps of a reading what is within the parts that were named, and says so.
func (r *Reading) only(parts string) bool {
	kept, ok := portion(r.Requirements, parts)
	if !ok {
		return false
	}
	all := len(Leaves(r.Requirements))
	paths, left := map[string]bool{}, map[string]bool{}
	var walk func(list []Requirement, into map[string]bool)
	walk = func(list []Requirement, into map[string]bool) {
		for _, q := range list {
			if !paths[q.Path] {
				into[q.Path] = true
			}
			walk(q.Children, into)
		}
	}
	walk(kept, paths)
	walk(r.Requirements, left)
	r.Requirements = kept
	for i, p := range r.Parts {
		if p.Kind == Demand && !paths[p.At] {
			r.Parts[i].Kind, r.Parts[i].At = LeftOut, ""
		}
	}
	r.Warnings = slices.DeleteFunc(r.Warnings, func(w Warning) bool { return w.At != "" && left[w.At] })
	r.Warnings = append([]Warning{{Doubt: Partly, Text: strings.Join(strings.Fields(parts), " "), Hint: strconv.Itoa(all - len(Leaves(kept)))}}, r.Warnings...)
	return true
}
