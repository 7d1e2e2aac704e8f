// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

// maxValues and maxNesting bound the lines that are walked.
const (
	maxValues  = 64
	maxNesting = 48
)

// walker goes over one JSON object.
type walker struct {
	b     []byte
	i     int
	depth int
	nest  uint64 // a bit a level, the lowest the innermost: 1 is an object
	key   span
	dns   bool // within the dns object of the line
	asked bool // within its queries
}

// walk checks that b[at:] is a JSON object without escapes on one line, finds
// its fields, and returns the place after its line end, or 0. It knows less than
// JSON but nothing that is not JSON to the slow way.
func (f *eveLine) walk(b []byte, at int) int {
	*f = eveLine{values: f.values[:0]}
	w := walker{b: b, i: at + 1, depth: 1, nest: 1}
	more := b[w.i] != '}'
	if !more {
		w.i++
		w.depth = 0
	}
	for more {
		if w.nest&1 != 0 && !w.name() {
			return 0
		}
		open, ok := w.value(f)
		if !ok {
			return 0
		}
		if open {
			continue
		}
		for {
			c := b[w.i]
			w.i++
			if c == ',' {
				f.odd = f.odd || w.asked && w.depth == 3
				w.space()
				break
			}
			if w.nest&1 != 0 && c != '}' || w.nest&1 == 0 && c != ']' {
				return 0
			}
			if w.close(); w.depth == 0 {
				more = false
				break
			}
		}
	}
	if b[w.i] == '\r' {
		w.i++
	}
	if b[w.i] != '\n' {
		return 0
	}
	return w.i + 1
}

func (w *walker) space() {
	if w.b[w.i] == ' ' {
		w.i++
	}
}

func (w *walker) close() {
	w.depth--
	w.nest >>= 1
	w.dns = w.dns && w.depth >= 2
	w.asked = w.asked && w.depth >= 3
}

// name reads a key and its colon.
func (w *walker) name() bool {
	if w.b[w.i] != '"' {
		return false
	}
	end := endOfString(w.b, w.i+1)
	if end < 0 || w.b[end+1] != ':' {
		return false
	}
	w.key = span{w.i + 1, end}
	w.i = end + 2
	w.space()
	return true
}

// value reads a value, or the start of one that holds others: then open is set.
func (w *walker) value(f *eveLine) (open, ok bool) {
	b, from := w.b, w.i
	switch c := b[from]; {
	case c == '"':
		end := endOfString(b, from+1)
		if end < 0 {
			return false, false
		}
		w.i = end + 1
		w.text(f, span{from + 1, end})
		return false, true
	case c == '{' || c == '[':
		return w.open(f, c)
	case isDigit(c) || c == '-' && isDigit(b[from+1]):
		for w.i++; isDigit(b[w.i]); w.i++ {
		}
		whole := span{from, w.i}
		for isDigit(b[w.i]) || b[w.i] == '.' || b[w.i] == 'e' || b[w.i] == 'E' || b[w.i] == '-' || b[w.i] == '+' {
			w.i++
		}
		w.number(f, whole, whole.end == w.i && c != '-')
		return false, true
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if string(b[from:from+len(word)]) == word {
			w.i += len(word)
			w.other(f)
			return false, true
		}
	}
	return false, false
}

// open goes into an object or an array; an empty one is a value like others.
func (w *walker) open(f *eveLine, c byte) (open, ok bool) {
	if w.depth == maxNesting {
		return false, false
	}
	top, inDNS, key := w.depth == 1, w.dns && w.depth == 2, w.word()
	w.i++
	if w.b[w.i] == c+2 { // ']' and '}' stand two after their openers
		w.i++
		f.odd = f.odd || inDNS && key == "queries" || top && key == "dns"
		if !(top && key == "dns") && !(inDNS && key == "queries") {
			w.other(f)
		}
		return false, true
	}
	switch {
	case top && key == "dns":
		f.odd = f.odd || f.dns || c != '{'
		f.dns, w.dns = true, true
	case inDNS && key == "queries":
		f.odd = f.odd || c != '[' || w.b[w.i] != '{' || f.role[nameRole].end != 0 || f.role[kindRole].end != 0
		w.asked, f.listed = true, true
	default:
		w.other(f)
	}
	w.depth++
	w.nest = w.nest << 1
	if c == '{' {
		w.nest |= 1
	}
	return true, true
}

// word is the key at hand.
func (w *walker) word() string { return view(w.b[w.key.at:w.key.end]) }

// text takes in a string.
func (w *walker) text(f *eveLine, v span) {
	r := noRole
	switch {
	case w.nest&1 == 0: // in an array
	case w.depth == 1:
		switch w.word() {
		case "event_type":
			f.odd = f.odd || f.event.end != 0
			f.event = v
			return
		case "timestamp":
			r = stampRole
		case "src_ip":
			r = sourceRole
		case "dest_ip":
			r = targetRole
		case "dns":
			f.odd = true
		}
	case w.depth == 2 && w.dns:
		switch w.word() {
		case "type":
			f.odd = f.odd || f.said.end != 0
			f.said = v
			return
		case "rrname":
			r = nameRole
			f.odd = f.odd || f.listed
		case "rrtype":
			r = kindRole
			f.odd = f.odd || f.listed
		case "queries", "version":
			f.odd = true
		}
	case w.depth == 4 && w.asked:
		switch w.word() {
		case "rrname":
			r = nameRole
		case "rrtype":
			r = kindRole
		}
	}
	if r != noRole {
		f.odd = f.odd || f.role[r].end != 0
		f.role[r] = v
	}
	f.add(value{v, false, r})
}

// number takes in a number.
func (w *walker) number(f *eveLine, v span, digits bool) {
	w.other(f)
	if w.depth == 2 && w.dns && w.nest&1 != 0 && w.word() == "version" {
		f.odd = f.odd || f.later || !digits || v.end-v.at != 1
		f.later = w.b[v.at] > '1'
		return // part of the shape
	}
	if digits {
		f.add(value{v, true, noRole})
	}
}

// other takes in what is not a string where one of ours could stand.
func (w *walker) other(f *eveLine) {
	if w.nest&1 == 0 {
		return
	}
	switch {
	case w.depth == 1:
		switch w.word() {
		case "event_type", "timestamp", "src_ip", "dest_ip", "dns":
			f.odd = true
		}
	case w.depth == 2 && w.dns:
		switch w.word() {
		case "type", "rrname", "rrtype", "queries":
			f.odd = true
		}
	case w.depth == 4 && w.asked:
		switch w.word() {
		case "rrname", "rrtype":
			f.odd = true
		}
	}
}

func (f *eveLine) add(v value) {
	if len(f.values) < maxValues {
		f.values = append(f.values, v)
	}
}
