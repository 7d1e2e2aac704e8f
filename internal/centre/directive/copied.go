// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"strings"
)

// What pages and converters make of a paper: lines broken within words that are
// marked, cells on one line, a signature on one line.

// stars are the marks of bold and slanted words.
var stars = regexp.MustCompile(`\*+`)

// together puts lines in one that a copy broke inside marked words, which
// converters wrap without a thought of what the lines say: "*Tam Kỳ, ngày" and
// "03 tháng 5 năm 2026*". Lines in capitals stay, as a head and a signature are
// set; so does what a mark of its own begins.
func together(raws []string) (out []string) {
	for i := 0; i < len(raws); i++ {
		end, open := i, unclosed(raws[i], 0)
		for j := i + 1; open > 0 && j < len(raws); j++ {
			c := clean(raws[j])
			before := clean(strings.TrimLeft(raws[j-1], "*"))
			begun := bulleted(c) && open < 2 || labelled(c).rank > 0 && !labelAlone.MatchString(before)
			if c == "" || c == "|" || begun || upper(c) && upper(before) {
				break
			}
			if open = unclosed(raws[j], open); open == 0 {
				end = j
			}
		}
		out = append(out, strings.Join(raws[i:end+1], ""))
		i = end
	}
	return out
}

// unclosed is how many stars of the words marked last in raw are not closed, of
// which open were open before: 0 for none.
func unclosed(raw string, open int) int {
	raw = strings.TrimRight(raw, "\n")
	for _, m := range stars.FindAllStringIndex(raw, -1) {
		begins := m[1] < len(raw) && raw[m[1]] != ' '
		switch {
		case open == 0 && begins:
			open = m[1] - m[0]
		case open > 0:
			open = max(0, open-(m[1]-m[0]))
		}
	}
	return open
}

// cellEdge is what parts cells, and lines within a cell, in tables as converters
// write them on one line.
var cellEdge = regexp.MustCompile(`\s*(?:\||<br ?/?>)\s*`)

// columns parts what stands side by side on one line of a head or a signature,
// in cells or where whoever read the file left one blank between the two.
func (r *reader) columns(lines []line) (out []line) {
	for i, l := range lines {
		parts := r.cells(l, i < headMost)
		if parts == nil {
			parts = []line{l}
		}
		for _, l := range r.signature(parts) {
			at := -1
			if i < headMost {
				at = r.x.secondColumn(l)
			}
			if m := r.x.recipients.FindString(l.low); m != "" && upper(l.text[len(m):]) {
				at = len(m)
			}
			if at > 0 {
				if from := strings.LastIndex(r.text[l.from:l.to], headOf(l.text[at:])); from > 0 {
					right := l
					right.from, right.text, right.apart = l.from+from, strings.TrimSpace(l.text[at:]), false
					l.to, l.text = right.from, strings.TrimSpace(l.text[:at])
					l.low, right.low = fold(l.text), fold(right.text)
					out = append(out, l, right)
					continue
				}
			}
			out = append(out, l)
		}
	}
	return out
}

// signature parts the authority, the title and the name that a copy put on one
// line: "TL. GIÁM ĐỐC TRƯỞNG PHÒNG Lê Văn An".
func (r *reader) signature(lines []line) (out []line) {
	for _, l := range lines {
		words := strings.Fields(l.text)
		n := len(words)
		for n > 0 && !upper(words[n-1]) {
			n--
		}
		if !r.x.authority.MatchString(l.low) || n == 0 || !upper(strings.Join(words[:n], " ")) || !r.x.named(strings.Join(words[n:], " ")) {
			out = append(out, l)
			continue
		}
		from := 0 // of words: where a part begins
		office := func(i int) bool { return r.x.authority.MatchString(fold(words[i]) + " ") }
		begun := func(i int) bool { // an authority, a title, or the name
			switch {
			case i >= n:
				return i == n || i == len(words)
			case office(i):
				return true
			}
			return i > from+1 && !office(i-1) && begins(fold(strings.Join(words[i:n], " ")), r.x.heads) != ""
		}
		for i := 1; i <= len(words); i++ {
			if !begun(i) {
				continue
			}
			part := l
			part.text = strings.Join(words[from:i], " ")
			part.low = fold(part.text)
			if at := strings.Index(r.text[l.from:l.to], headOf(part.text)); at > 0 && from > 0 {
				part.from = l.from + at
				out[len(out)-1].to = part.from
				part.apart = false
			}
			out = append(out, part)
			from = i
		}
	}
	return out
}

// cells are the lines of the cells of l, where they hold what a head or a
// signature does; nil where they do not.
func (r *reader) cells(l line, head bool) (out []line) {
	if !strings.Contains(l.text, "|") {
		return nil
	}
	of := func(c line) bool {
		return head && (anyOf(r.x.motto, c.low) || r.x.number.MatchString(c.low) || r.x.numberBlank.MatchString(c.low) || r.x.date.MatchString(c.low)) ||
			r.x.recipients.MatchString(c.low) || r.x.authority.MatchString(c.low)
	}
	known := false
	raw := r.text[l.from:l.to]
	from := 0
	add := func(to, next int) {
		if text := clean(raw[from:to]); text != "" && strings.Trim(text, "-: ") != "" {
			c := line{from: l.from + from, to: l.from + next, text: text, low: fold(text), apart: l.apart && len(out) == 0, short: true}
			known = known || of(c)
			out = append(out, c)
		} else if n := len(out); n > 0 {
			out[n-1].to = l.from + next
		}
		from = next
	}
	for _, m := range cellEdge.FindAllStringIndex(raw, -1) {
		add(m[0], m[1])
	}
	add(len(raw), len(raw))
	if !known {
		return nil
	}
	out[0].from = l.from
	return out
}

// wholeMost is over how many lines what a head says on one is broken.
const wholeMost = 3

// whole puts a motto, a number, a date and a title of the head back on one line where a
// copy broke them.
func (r *reader) whole(lines []line) (out []line) {
	said := func(l line) bool {
		return anyOf(r.x.motto, l.low) || r.x.number.MatchString(l.low) || r.x.date.MatchString(l.low) || r.kind(l) != ""
	}
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		for n := i + 1; n < min(i+wholeMost, len(lines), headMost) && !lines[n].apart && !said(l) && !said(lines[n]); n++ {
			all := l
			for _, next := range lines[i+1 : n+1] {
				all.to, all.text = next.to, all.text+" "+next.text
			}
			if all.low = fold(all.text); said(all) {
				l, i = all, n
				break
			}
		}
		out = append(out, l)
	}
	return out
}
