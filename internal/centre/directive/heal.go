// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// poorLeast is how many signs of a scan or a bad copy make a text a poor one.
const poorLeast = 3

// toldMost is how many of what was mended, and of what was not understood, are
// told one by one.
const toldMost = 12

// healer mends the lines of a poor copy: what a scan took for other signs, and
// marks that were lost. The text itself stays as it came.
type healer struct {
	known, text *spelling
	told        []Warning
	tells       map[Warning]bool
}

var (
	// mixed are digits among letters that look like them.
	mixedDigits = regexp.MustCompile(`[0-9lIO|]+`)
	// between are such letters alone, where a date or an amount has digits.
	dateDigits = regexp.MustCompile(`\b[0-9lIO]{1,2}[/.-][0-9lIO]{1,2}[/.-][0-9lIO]{4}\b`)
	dayDigits  = regexp.MustCompile(`(ngày|tháng|vòng|trong|thiểu|nhất|mỗi) ([lI]|lO|lI|ll)( |$)`)
	// markDigits is the mark of a paragraph, in whatever signs.
	markDigits = regexp.MustCompile(`^([0-9lIO|]{1,2}(?:\.[0-9lIO|]{1,2}){0,3})\s?([.)/])(\s|\pL|$)`)
	markDots   = regexp.MustCompile(`^[0-9lIO|]{1,2}(?:\.[0-9lIO|]{1,2}){1,3}\s`)
	pageAlone  = regexp.MustCompile(`^[-–— ]*(?:trang |tr\. ?)?\d{1,3}(?: ?/ ?\d{1,3})?[-–— ]*$`)
	digitOf    = strings.NewReplacer("l", "1", "I", "1", "|", "1", "O", "0")
)

// heal mends lines where they are those of a poor copy, and says so.
func (r *reader) heal(lines []line) []line {
	h := healer{known: r.x.spelling, text: newSpelling(), tells: map[Warning]bool{}}
	out := slices.Clone(lines)
	starts := marksOf(lines)
	for i := range out {
		h.marks(out, i, starts)
		h.figures(&out[i])
	}
	figures, signs := slices.Clone(out), len(h.told)
	if marksLost(lines) {
		h.restore(out)
	}
	switch {
	case len(h.told) >= poorLeast:
		r.poor = true
	case signs > 0: // a slip or two make no poor copy: its words stay as they are
		out, h.told = figures, h.told[:signs]
	default:
		return lines
	}
	for i := range out {
		out[i].low = fold(out[i].text)
	}
	r.mended = h.told
	return out
}

// lostShare is which share of its syllables is without a mark that it must have
// in a copy that lost marks: 4 in 1,000. Papers that lost none have abbreviations
// and foreign words, one in 1,000.
const lostShare = 0.004

// marksLost reports whether lines lost marks: enough syllables are without the one
// they must have. Words that may stand without any are no sign: "giao", "quan".
func marksLost(lines []line) bool {
	lost, all := 0, 0
	for _, l := range lines {
		for w := range strings.FieldsFuncSeq(l.low, func(c rune) bool { return !unicode.IsLetter(c) }) {
			all++
			if stopped(w) && noTone(w) == w {
				lost++
			}
		}
	}
	return lost >= poorLeast && float64(lost) >= lostShare*float64(all)
}

// tell keeps what was mended, each once.
func (h *healer) tell(seen, meant string) {
	w := Warning{Doubt: Slip, Text: seen, Hint: meant}
	if !h.tells[w] {
		h.tells[w] = true
		h.told = append(h.told, w)
	}
}

// begun is where the marks that tell others apart stand in a text: the first "k",
// the last "II" and the last "2"; -1 where there is none.
type begun struct{ k, two, second int }

func marksOf(lines []line) begun {
	b := begun{-1, -1, -1}
	for i, l := range lines {
		switch {
		case b.k < 0 && (strings.HasPrefix(l.low, "k)") || strings.HasPrefix(l.low, "k.")):
			b.k = i
		case strings.HasPrefix(l.text, "II.") || strings.HasPrefix(l.text, "II "):
			b.second = i
		case strings.HasPrefix(l.text, "2.") || strings.HasPrefix(l.text, "2)"):
			b.two = i
		}
	}
	return b
}

// marks mends the mark in front of the line i: "l." is 1, "I0." is 10.
func (h *healer) marks(lines []line, i int, in begun) {
	l := &lines[i]
	mark := ""
	if m := markDigits.FindStringSubmatch(l.text); m != nil {
		mark = m[1]
	} else if m := markDots.FindString(l.text); m != "" {
		mark = strings.TrimSpace(m)
	}
	if mark == "" || !strings.ContainsAny(mark, "lIO|") {
		return
	}
	meant := digitOf.Replace(mark)
	switch {
	case strings.ContainsAny(mark, "0123456789O|.") || mark == "ll":
	case mark == "l": // the letter, where k stands before it
		if in.k >= 0 && in.k < i {
			return
		}
	case mark == "I": // the Roman one, where a second follows
		if in.second >= i || in.two < i {
			return
		}
	default:
		return
	}
	if meant == "0" || strings.HasPrefix(meant, "0") {
		return
	}
	h.tell(mark+".", meant+".")
	l.text = meant + l.text[len(mark):]
}

// figures mends numbers in which letters stand for digits.
func (h *healer) figures(l *line) {
	if email.MatchString(l.text) {
		return
	}
	text := []byte(l.text)
	put := func(from, to int) { // digits take the place of as many letters
		seen := string(text[from:to])
		h.tell(strings.TrimSpace(seen), digitOf.Replace(strings.TrimSpace(seen)))
		copy(text[from:to], digitOf.Replace(seen))
	}
	for _, m := range dateDigits.FindAllIndex(text, -1) {
		if s := text[m[0]:m[1]]; bytes.ContainsAny(s, "lIO") && bytes.ContainsAny(s, "0123456789") {
			put(m[0], m[1])
		}
	}
	for _, m := range dayDigits.FindAllSubmatchIndex(text, -1) {
		put(m[4], m[5])
	}
	for _, m := range mixedDigits.FindAllIndex(text, -1) {
		if s := text[m[0]:m[1]]; !bytes.ContainsAny(s, "lIO|") || !bytes.ContainsAny(s, "0123456789") {
			continue
		}
		before, after := ' ', ' '
		if m[0] > 0 {
			before, _ = utf8.DecodeLastRune(text[:m[0]])
		}
		if m[1] < len(text) {
			after, _ = utf8.DecodeRune(text[m[1]:])
		}
		hour := strings.ContainsRune("hgHG", before) && m[0] > 1 && bytes.ContainsAny(text[m[0]-2:m[0]-1], "0123456789lIO")
		if unicode.IsLetter(before) && !hour || unicode.IsLetter(after) && !strings.ContainsRune("hgHG", after) {
			continue
		}
		put(m[0], m[1])
	}
	l.text = string(text)
}

// said is how the pair of a and b is written.
func (h *healer) said(a, b token) []string {
	k := pair{h.text.bare(a.word), h.text.bare(b.word)}
	out := h.known.said[k]
	for _, s := range h.text.said[k] {
		if !slices.Contains(out, s) {
			out = append(out[:len(out):len(out)], s)
		}
	}
	return out
}

// vote is how the syllable that lost its marks is written beside the other: the
// second of the two, or the first. It is empty where that is in doubt.
func (h *healer) vote(a, b token, second bool) (meant string) {
	for _, s := range h.said(a, b) {
		x, y, _ := strings.Cut(s, " ")
		other, own, beside := x, y, a.word
		if !second {
			other, own, beside = y, x, b.word
		}
		lone := a.word
		if second {
			lone = b.word
		}
		if own == lone || h.text.bare(own) != lone && noTone(own) != lone || other != beside && h.text.bare(beside) != beside {
			continue
		}
		if meant != "" && meant != own {
			return ""
		}
		meant = own
	}
	return meant
}

// restore puts the marks back that a copy lost: where a syllable without any
// stands beside one that is written with it, and only so.
func (h *healer) restore(lines []line) {
	var all []token
	for i, l := range lines {
		h.text.read(l.text)
		all = tokens(all, i, l.text)
	}
	written := map[int]string{}
	for i, t := range all {
		bare := h.text.bare(t.word) == t.word
		if !bare && noTone(t.word) != t.word {
			continue
		}
		left, right, meant := "", "", ""
		first, last := i == 0 || t.apart, i+1 == len(all) || all[i+1].apart
		if !first {
			left = h.vote(all[i-1], t, true)
		}
		if !last {
			right = h.vote(t, all[i+1], false)
		}
		switch alone := h.text.alone[t.word]; {
		case !bare: // it is a word as it stands: all that stands beside it must say otherwise
			if left+right != "" && (first || left != "") && (last || right != "") && (left == right || left == "" || right == "") && h.rare(all, i) {
				meant = left
				if left == "" {
					meant = right
				}
			}
		case left != "" && (right == left || right == "" && h.rare(all, i)):
			meant = left
		case right != "" && left == "" && h.rare(all, i):
			meant = right
		case left == "" && right == "" && stopped(t.word) && alone != t.word:
			meant = alone
		}
		if meant == "" {
			continue
		}
		if w := h.known.marks[meant]; w != "" {
			meant = w
		}
		if w := h.text.marks[meant]; w != "" {
			meant = w
		}
		seen := lines[t.line].text[t.from:t.to]
		switch {
		case len([]rune(seen)) > 1 && upper(seen):
			meant = strings.ToUpper(meant)
		case isUpper(seen):
			meant = capital(meant)
		}
		h.tell(seen, meant)
		written[i] = meant
	}
	rewrite(lines, all, written)
}

// rewrite puts what is written for tokens into lines.
func rewrite(lines []line, all []token, written map[int]string) {
	var b strings.Builder
	for i := 0; i < len(all); {
		n, done := all[i].line, 0
		text := lines[n].text
		b.Reset()
		for ; i < len(all) && all[i].line == n; i++ {
			if w, ok := written[i]; ok {
				b.WriteString(text[done:all[i].from])
				b.WriteString(w)
				done = all[i].to
			}
		}
		if done > 0 {
			b.WriteString(text[done:])
			lines[n].text = b.String()
		}
	}
}

// noTone is a folded syllable without its mark of tone alone.
func noTone(low string) string {
	plain, _ := toneless(low)
	return plain
}

func isUpper(word string) bool { return unicode.IsUpper(first(word)) }

// rare reports whether the syllable i is never known to be written without marks
// beside its neighbours: one vote is enough then.
func (h *healer) rare(all []token, i int) bool {
	same := func(a, b token) bool {
		return slices.Contains(h.known.said[pair{h.text.bare(a.word), h.text.bare(b.word)}], a.word+" "+b.word)
	}
	return !(i > 0 && same(all[i-1], all[i])) && !(i+1 < len(all) && same(all[i], all[i+1]))
}

// stopped reports whether word ends as a syllable does that always has a mark of
// tone: it lost its own.
func stopped(word string) bool {
	for _, end := range []string{"c", "ch", "p", "t"} {
		if strings.HasSuffix(word, end) && spoken(word) {
			return true
		}
	}
	return false
}

// running are the lines that stand beside the numbers of pages again and again:
// heads of pages.
func (r *reader) running() {
	seen := map[string][]int{}
	for i, l := range r.lines {
		if rank := labelled(l.text).rank; len(l.low) > 8 && (rank == 0 || rank >= byBullet) {
			key := strings.Map(func(c rune) rune {
				if unicode.IsLetter(c) {
					return c
				}
				return -1
			}, i18n.Fold(strings.NewReplacer("0", "o", "1", "l").Replace(l.text)))
			seen[key] = append(seen[key], i)
		}
	}
	page := func(i int) bool { return i >= 0 && i < len(r.lines) && pageAlone.MatchString(r.lines[i].low) }
	for _, at := range seen {
		beside := slices.DeleteFunc(slices.Clone(at), func(i int) bool { return !page(i-1) && !page(i+1) })
		if len(beside) < 2 && (len(beside) == 0 || len(at) < 2) {
			continue
		}
		r.heads = append(r.heads, beside...)
	}
	for i, l := range r.lines {
		if r.poor && upper(l.text) && i > 0 && pageAlone.MatchString(r.lines[i-1].low) && labelled(l.text).rank == 0 {
			r.heads = append(r.heads, i)
		}
	}
	slices.Sort(r.heads)
}

// ofPage reports whether the line i is the number or the head of a page.
func (r *reader) ofPage(i int) bool {
	_, head := slices.BinarySearch(r.heads, i)
	return head || pageAlone.MatchString(r.lines[i].low)
}

// poorly tells that the copy is a poor one, what was mended in it, and what was
// not understood.
func (r *reader) poorly() {
	var strange []string
	for _, w := range r.out.Warnings {
		if w.Doubt == Slip && w.Hint == "" { // each stands there once
			strange = append(strange, w.Text)
		}
	}
	said := r.mended
	if r.poor {
		more := ""
		if len(strange) > toldMost {
			strange, more = strange[:toldMost], " …"
		}
		r.out.Warnings = append([]Warning{{Doubt: PoorCopy, Text: strconv.Itoa(len(r.mended)), Hint: strings.Join(strange, ", ") + more}}, r.out.Warnings...)
		if len(said) > toldMost {
			said = said[:toldMost]
		}
	}
	for _, w := range said {
		if !slices.Contains(r.out.Warnings, w) {
			r.out.Warnings = append(r.out.Warnings, w)
		}
	}
}

// joined is glue in a poor copy: a word that was broken at the end of a line is
// one again.
func (r *reader) joined(text, next string) string {
	before, ok := strings.CutSuffix(text, "-")
	if !ok || !r.poor || before == "" {
		return glue(text, next)
	}
	left := before[strings.LastIndexAny(before, " (/")+1:]
	right, _, _ := strings.Cut(next, " ")
	right = strings.TrimRight(right, ".,;:)")
	if !plainWord(left) && len([]rune(left)) > 1 || right == "" || !unicode.IsLower(first(right)) || unicode.IsDigit(first(left)) {
		return glue(text, next)
	}
	whole := norm.NFC.String(left + right)
	switch {
	case spoken(whole):
		return before + next
	case spoken(left) && spoken(right):
		return before + " " + next
	}
	return before + next
}
