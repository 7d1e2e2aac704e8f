// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is one line of the text, or one of several cells that stand side by side
// on it.
type line struct {
	from, to int    // bytes of the text
	text     string // clean: single blanks, no marks of emphasis
	low      string // folded
	apart    bool   // an empty line stands before it
	short    bool   // ends well before the others do
}

var (
	blanks = regexp.MustCompile(`[\s\x{00A0}\x{2000}-\x{200B}\x{FEFF}]+`)
	// emphasis are the marks that converters leave around bold and slanted words,
	// and around raised and lowered ones.
	emphasis = strings.NewReplacer("**", "", "__", "", "\u00ad", "")
	slanted  = regexp.MustCompile(`(^|[\s(])\*([^*\s][^*]*)\*`)
	lowered  = regexp.MustCompile(`_\{([^}]*)\}`)
	// cells is what stands between two columns of one line.
	cells = regexp.MustCompile(`(?:\t| {4,})+`)
)

// clean is text on one line as a person would type it again.
func clean(text string) string {
	text = emphasis.Replace(text)
	if strings.Contains(text, "*") {
		text = slanted.ReplaceAllString(text, "$1$2")
	}
	if strings.Contains(text, "_{") {
		text = lowered.ReplaceAllString(text, "$1")
	}
	if strings.ContainsFunc(text, oddBlank) || strings.Contains(text, "  ") {
		text = blanks.ReplaceAllString(text, " ")
	}
	return strings.TrimSpace(text)
}

// oddBlank reports whether c is a blank other than the common one.
func oddBlank(c rune) bool { return c != ' ' && (c == '\u200B' || c == '\uFEFF' || unicode.IsSpace(c)) }

// split is text by lines; those that hold two columns become two.
func split(text string) (out []line) {
	at, apart := 0, true
	var widths []int
	for _, raw := range together(strings.SplitAfter(text, "\n")) {
		from := at
		at += len(raw)
		c := clean(raw)
		if c == "" || c == "|" { // a bar alone is the edge of a cell
			apart = true
			continue
		}
		widths = append(widths, utf8.RuneCountInString(c))
		trimmed := strings.TrimRightFunc(raw, unicode.IsSpace)
		lead := len(trimmed) - len(strings.TrimLeftFunc(trimmed, unicode.IsSpace))
		start := from
		for _, m := range cells.FindAllStringIndex(trimmed[lead:], -1) {
			if left := clean(raw[start-from : lead+m[0]]); left == "" || blankField(left, clean(trimmed[lead+m[1]:])) {
				continue
			}
			out = append(out, line{from: start, to: from + lead + m[0], text: clean(text[start : from+lead+m[0]]), apart: apart})
			start, apart = from+lead+m[0], false
		}
		if start > from {
			c = clean(text[start:at])
		}
		out = append(out, line{from: start, to: at, text: c, apart: apart})
		apart = false
	}
	out = unbroken(out)
	most := 0
	for _, w := range widths {
		most = max(most, min(w, 140))
	}
	for i := range out {
		out[i].low = fold(out[i].text)
		out[i].short = utf8.RuneCountInString(out[i].text) < most*3/4
	}
	return out
}

// labelAlone is the mark of a paragraph on a line of its own.
var labelAlone = regexp.MustCompile(`^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)/]|[a-zđ][.)]|(?i:điều|chương|mục|phần)|(?i:số) ?:|(?:KT|TM|TL|TUQ|Q)\.)$`)

// numberAlone is the number of a paragraph on a line of its own.
var numberAlone = regexp.MustCompile(`^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)/]|[a-zđ][.)]|Điều \d{1,3}[.:]?)$`)

// brokenLeast is how many marks stand alone in a text whose first words were
// broken off, as copies from pages do.
const brokenLeast = 3

// unbroken puts the first word of a paragraph back where a copy broke it off.
func unbroken(lines []line) []line {
	alone := 0
	for _, l := range lines {
		if labelAlone.MatchString(l.text) {
			alone++
		}
	}
	// broken reports whether l goes on with the line before it.
	broken := func(before, l line) bool {
		switch marked := labelAlone.MatchString(before.text); {
		case l.apart:
			return false
		case before.apart && numberAlone.MatchString(before.text) && unicode.IsUpper(first(l.text)) && !upper(l.text):
			return true
		case alone < brokenLeast:
			return false
		default:
			return marked || !strings.Contains(before.text, " ") && !ended(before.text) && strings.ContainsFunc(before.text, unicode.IsLetter)
		}
	}
	var out []line
	for _, l := range lines {
		if n := len(out) - 1; n >= 0 && broken(out[n], l) {
			out[n].to, out[n].text = l.to, out[n].text+" "+l.text
			continue
		}
		out = append(out, l)
	}
	return out
}

// blankField reports whether the gap between left and right is one that is filled
// in by hand: that of a number, a day or a month.
func blankField(left, right string) bool {
	words := strings.Fields(fold(left))
	switch last := strings.TrimRight(words[len(words)-1], ":"); last {
	case "số":
		return strings.HasPrefix(right, "/") || strings.HasPrefix(right, "-")
	case "ngày", "tháng", "năm":
		low := fold(right)
		return strings.HasPrefix(low, "tháng ") || strings.HasPrefix(low, "năm ") || low != "" && unicode.IsDigit(first(low))
	}
	return false
}

// upper reports whether text is in capitals.
func upper(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters > 1
}

func first(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// ended reports whether text ends as a sentence, or a member of a list, does.
func ended(text string) bool {
	text = strings.TrimRight(text, `"”’')] ⁽⁾¹²³⁴⁵⁶⁷⁸⁹⁰`)
	return text != "" && strings.ContainsAny(text[len(text)-1:], ".;:!?") || strings.HasSuffix(text, "…")
}

// trim is a member of a list without its bullet and last mark.
func trim(text string) string {
	text = strings.TrimLeft(text, "-–—•+*· ")
	return strings.TrimRight(text, " ;.,:/")
}

// capital is text with its first letter in capitals.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[n:]
}

// sentences are the sentences of text.
func sentences(text string) (out []string) {
	start := 0
	for i, r := range text {
		if r != '.' && r != ';' && r != '!' && r != '?' && r != '…' {
			continue
		}
		rest := text[i+utf8.RuneLen(r):]
		if next := strings.TrimLeft(rest, " "); next != "" && (len(next) == len(rest) || r != ';' && !unicode.IsUpper(first(next))) {
			continue
		}
		out = append(out, strings.TrimSpace(text[start:i+utf8.RuneLen(r)]))
		start = i + utf8.RuneLen(r)
	}
	if rest := strings.TrimSpace(text[start:]); rest != "" {
		out = append(out, rest)
	}
	return out
}
