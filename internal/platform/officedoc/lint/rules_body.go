// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

func subjectPresent(c *checker) {
	if c.title == nil && len(c.letter) == 0 || c.title != nil && len(c.subject) == 0 {
		c.fault(c.title, "")
	}
}

func titleLook(c *checker) {
	if c.title == nil {
		return
	}
	c.look(c.title, want{low: 13, high: 14, bold: true, capitals: true})
	if c.title.align != centred && c.title.align != unknown {
		c.fault(c.title, c.title.looks())
	}
}

func subjectLook(c *checker) {
	for _, q := range c.subject {
		c.look(q, want{low: 13, high: 14, bold: true})
		if q.capitals() && letters(q.text) > 12 {
			c.warn(q, q.looks())
		}
	}
}

func titleRule(c *checker) {
	if c.title != nil && len(c.subject) > 0 {
		c.underlined(c.subject, 0.3, 0.55)
	}
}

func letterLook(c *checker) {
	for _, q := range c.letter {
		c.look(q, want{low: 12, high: 13})
	}
	if len(c.letter) > 0 && !strings.HasPrefix(c.letter[0].text, "V/v") {
		c.fault(c.letter[0], c.letter[0].excerpt())
	}
}

// basisLook asks italics of the căn cứ of a paper with a title; in a công văn
// one sentence that begins with those words may be body.
func basisLook(c *checker) {
	for _, q := range c.basis {
		if w := (want{low: 13, high: 14, italic: true}); !w.fits(q) {
			if c.title != nil {
				c.fault(q, q.looks())
			} else {
				c.warn(q, q.looks())
			}
		}
	}
}

func basisForm(c *checker) {
	for i, q := range c.basis {
		mark := ";"
		if i == len(c.basis)-1 {
			mark = "."
		}
		switch {
		case strings.HasSuffix(q.text, mark):
		case i == len(c.basis)-1 && strings.HasSuffix(q.text, ":"):
		case c.title == nil:
			c.warn(q, ending(q.text))
		default:
			c.fault(q, ending(q.text))
		}
	}
}

func ending(s string) string {
	r := []rune(s)
	if len(r) > 30 {
		return "…" + string(r[len(r)-30:])
	}
	return s
}

// running reports running text: not a heading, a caption, a cell, a list's stub, nor
// a row of dots that is left to be filled in.
func running(q *para) bool {
	n := len([]rune(q.text))
	return q.col == full && n > 70 && q.frame == nil && 2*letters(q.text) > n
}

// bodyRuns are the paragraphs of running text; c is blind where there are none.
func (c *checker) bodyRuns() []*para {
	var out []*para
	for _, q := range c.body {
		if running(q) && q.align != centred {
			out = append(out, q)
		}
	}
	if len(out) == 0 {
		c.unchecked()
	}
	return out
}

// most bounds how often one rule repeats itself on the body.
const most = 10

func (c *checker) some(q *para, found string) {
	if len(c.found) < most {
		c.fault(q, found)
	}
}

func bodySize(c *checker) {
	for _, q := range c.bodyRuns() {
		for _, r := range q.runs {
			if letters(r.text) > 3 && (r.size < 13-sizeSlack || r.size > 14+sizeSlack) {
				c.some(q, q.looks())
				break
			}
		}
	}
}

func bodyAlign(c *checker) {
	told := false
	for _, q := range c.bodyRuns() {
		if q.align != unknown {
			told = true
			if q.align != justified {
				c.some(q, q.excerpt())
			}
		}
	}
	if !told && !c.blind {
		c.unchecked()
	}
}

func bodyIndent(c *checker) {
	told := false
	for _, q := range c.bodyRuns() {
		first := q.first
		if c.format == DOCX {
			first += q.indent
		} else if q.lines < 2 || q.torn {
			continue
		}
		told = true
		// 1 cm or 1,27 cm; lists may hang deeper.
		if v := first / mm; v < 9.4 || v > 13.4 && !marker(q.text) {
			c.some(q, millimetres(v)+": "+q.excerpt())
		}
	}
	if !told && !c.blind {
		c.unchecked()
	}
}

// bodySpacing asks at least 6 pt between two paragraphs, whichever gives them.
func bodySpacing(c *checker) {
	list := c.bodyRuns()
	if c.blind {
		return
	}
	told := false
	for i := 1; i < len(c.body); i++ {
		a, b := c.body[i-1], c.body[i]
		if !slices.Contains(list, a) || !slices.Contains(list, b) {
			continue
		}
		gap := a.after + b.before // Word adds them but for styles that say otherwise
		if c.format == PDF {
			if a.page != b.page || a.lines < 2 || b.lines < 2 {
				continue
			}
			size := b.size()
			gap = b.top - a.bottom + size*0.05 - (a.pitch-1)*size*1.15
		}
		told = true
		if gap < 6-0.6 {
			c.some(b, points(gap)+": "+b.excerpt())
		}
	}
	if !told {
		c.unchecked()
	}
}

func bodyLeading(c *checker) {
	told := false
	for _, q := range c.bodyRuns() {
		lead := q.lead
		if c.format == PDF {
			if lead = q.pitch; q.lines < 2 {
				continue
			}
		}
		told = true
		if lead < 0.95 || lead > 1.55 {
			c.some(q, strings.TrimSuffix(points(lead), " pt")+" ×: "+q.excerpt())
		}
	}
	if !told && !c.blind {
		c.unchecked()
	}
}

func signPresent(c *checker) {
	if len(c.signer) < 2 {
		c.fault(c.copies, "")
	}
}

// titles and name split the signature; what stands in brackets is a hint, and
// what a signature on the file added is left out.
func (c *checker) titles() (titles []*para, name *para) {
	for _, q := range c.signer {
		switch {
		case strings.HasPrefix(q.text, "(") || q.size() <= 10:
		case name == nil && (q.capitals() || len(titles) == 0):
			titles = append(titles, q)
		default:
			name = q
		}
	}
	return titles, name
}

var signMarks = regexp.MustCompile(`^(TM|KT|TL|TUQ|Q)\. ?`)

// signOrder asks marks written right and in their order: TM. stands above, a
// deputy's KT., TL. or TUQ. has the own title below, and nothing else is marked.
func signOrder(c *checker) {
	titles, _ := c.titles()
	loose := regexp.MustCompile(`(?i)^(tm|kt|tl|tuq|q)[.,:/ ]+\p{L}`)
	for i, q := range titles {
		m := signMarks.FindStringSubmatch(q.text)
		switch {
		case m == nil && loose.MatchString(q.text):
			c.fault(q, q.text)
		case m == nil:
		case m[1] == "TM" && i != 0:
			c.fault(q, q.text)
		case (m[1] == "KT" || m[1] == "TL" || m[1] == "TUQ") && i == len(titles)-1:
			c.fault(q, q.text)
		}
	}
}

func signLook(c *checker) {
	titles, _ := c.titles()
	for _, q := range titles {
		c.look(q, want{low: 13, high: 14, bold: true, capitals: true})
	}
}

func signName(c *checker) {
	_, name := c.titles()
	if name == nil {
		if len(c.signer) > 0 {
			c.warn(c.signer[len(c.signer)-1], "")
		}
		return
	}
	c.look(name, want{low: 13, high: 14, bold: true})
	if f := strings.ToLower(name.text); regexp.MustCompile(`^(gs|pgs|ts|ths|cn|ks|bs)\.`).MatchString(f) {
		c.fault(name, name.text) // no academic title before a name
	}
}

func toForm(c *checker) {
	if c.to == nil {
		return
	}
	if !strings.HasPrefix(c.to.text, "Kính gửi:") {
		c.fault(c.to, c.to.excerpt())
		return
	}
	list := c.recipients
	after := afterColon(c.to.text)
	switch {
	case after == "" && len(list) == 0:
		c.fault(c.to, c.to.excerpt())
	case after != "" && len(list) > 0: // the first of several on the word's line
		c.warn(c.to, c.to.excerpt())
	case len(list) == 1:
		c.warn(list[0], list[0].excerpt())
	}
	c.listed(list)
}

// listed asks "- …;" of each line and "." of the last.
func (c *checker) listed(list []*para) {
	for i, q := range list {
		mark := ";"
		if i == len(list)-1 {
			mark = "."
		}
		if !strings.HasPrefix(q.text, "- ") && !strings.HasPrefix(q.text, "-") || !strings.HasSuffix(q.text, mark) {
			c.fault(q, q.excerpt())
		}
	}
}

func toLook(c *checker) {
	for _, q := range append([]*para{c.to}, c.recipients...) {
		c.look(q, want{low: 13, high: 14})
	}
}

func copiesWord(c *checker) {
	if c.copies == nil {
		return
	}
	c.look(c.copies, want{low: 12, high: 12, bold: true, italic: true})
	if c.copies.text != "Nơi nhận:" {
		c.fault(c.copies, c.copies.text)
	}
}

func copiesLook(c *checker) {
	for _, q := range c.receivers {
		c.look(q, want{low: 11, high: 11})
	}
}

func copiesForm(c *checker) { c.listed(c.receivers) }

func copiesArchive(c *checker) {
	if c.copies == nil {
		return
	}
	if n := len(c.receivers); n == 0 || !strings.HasPrefix(strings.TrimLeft(c.receivers[n-1].text, "- "), "Lưu: VT") {
		found := ""
		if n > 0 {
			found = c.receivers[n-1].excerpt()
		}
		c.fault(c.copies, found)
	}
}

func annexWord(c *checker) {
	for _, a := range c.annexes {
		c.look(a.word, want{low: 14, high: 14, bold: true})
		if a.word.align != centred && a.word.align != unknown || a.word.capitals() {
			c.fault(a.word, a.word.looks())
		}
	}
}

func annexNumber(c *checker) {
	for i, a := range c.annexes {
		_, number, _ := strings.Cut(a.word.text[len("Phụ"):], " ")
		_, number, _ = strings.Cut(number, " ")
		number = strings.TrimRight(strings.TrimSpace(number), ".:")
		switch {
		case len(c.annexes) > 1 && number != officedoc.Roman(i+1):
			c.fault(a.word, a.word.text)
		case len(c.annexes) == 1 && number != "":
			c.warn(a.word, a.word.text)
		}
	}
}

func annexTitle(c *checker) {
	for _, a := range c.annexes {
		if len(a.title) == 0 {
			c.fault(a.word, a.word.text)
		}
		for _, q := range a.title {
			c.look(q, want{low: 13, high: 14, bold: true, capitals: true})
		}
	}
}

func annexReference(c *checker) {
	for _, a := range c.annexes {
		if a.ref == nil {
			c.fault(a.word, a.word.text)
			continue
		}
		c.look(a.ref, want{low: 13, high: 14, italic: true})
	}
}

// annexPages asks pages counted anew in each annex.
func annexPages(c *checker) {
	if len(c.annexes) == 0 {
		return
	}
	if c.format == DOCX {
		fresh := 0
		for _, s := range c.sections[min(1, len(c.sections)):] { // a file may leave its last section out
			if !s.goesOn {
				fresh++
			}
		}
		if fresh < len(c.annexes) {
			c.fault(c.annexes[0].word, strconv.Itoa(fresh)+"/"+strconv.Itoa(len(c.annexes)))
		}
		return
	}
	told := false
	for _, a := range c.annexes {
		for _, s := range c.sections {
			if s.page != a.word.page+1 || slices.ContainsFunc(c.annexes, func(b annex) bool { return b.word.page == s.page }) || !s.number.top {
				continue
			}
			told = true
			if s.number.wrong != "2" {
				c.add(Error, &para{page: s.page}, s.number.wrong)
			}
		}
	}
	if !told {
		c.unchecked()
	}
}

func secrecyMark(c *checker) {
	if c.secrecy != nil {
		c.fault(c.secrecy, c.secrecy.text)
	}
}

func urgencyLook(c *checker) {
	if c.urgency == nil {
		return
	}
	c.look(c.urgency, want{low: 13, high: 14, bold: true, capitals: true})
	for _, r := range c.urgency.runs {
		if red, green, blue := r.color>>16&255, r.color>>8&255, r.color&255; letters(r.text) > 0 && (red < 160 || green > 96 || blue > 96) {
			c.fault(c.urgency, "#"+strings.ToUpper(leftPad(strconv.FormatUint(uint64(r.color), 16))))
			return
		}
	}
}

func urgencySize(c *checker) {
	if c.urgency == nil {
		return
	}
	f := c.urgency.frame
	if f == nil {
		c.fault(c.urgency, "")
		return
	}
	if f.width <= 0 || f.height <= 0 {
		c.unchecked()
		return
	}
	wide := map[string]float64{"khan": 20, "thuongkhan": 40, "hoatoc": 30}[urgencyOf(c.urgency.text)]
	w, h := f.width/mm, f.height/mm
	if wide > 0 && (w < wide-1.5 || w > wide+1.5) || h < 6.5 || h > 9.5 {
		c.fault(c.urgency, strings.Replace(millimetres(w), " mm", "", 1)+" × "+millimetres(h))
	}
}

// addressLook asks 11 or 12 of an address at the foot of page 1.
func addressLook(c *checker) {
	for _, q := range c.foot {
		f := fold(q.text)
		if strings.Contains(f, "dienthoai") || strings.Contains(f, "diachi") || strings.Contains(f, "thudientu") || strings.Contains(f, "email") {
			c.look(q, want{low: 11, high: 12})
		}
	}
}
