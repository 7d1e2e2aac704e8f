// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// rules are all that is asked, in the order of the decree.
var rules = []rule{
	{"page.size", "I.1", pageSize},
	{"page.margins", "I.3", pageMargins},
	{"font.name", "I.4", fontName},
	{"font.color", "I.4", fontColor},
	{"page.number", "I.7", pageNumbers},
	{"size.consistent", "I.5", sizeConsistent},
	{"nation.text", "II.1", nationWords},
	{"nation.look", "II.1", func(c *checker) { c.look(c.nation, want{low: 12, high: 13, bold: true, capitals: true}) }},
	{"nation.place", "II.1", nationPlace},
	{"motto.text", "II.1", mottoWords},
	{"motto.look", "II.1", func(c *checker) { c.look(c.motto, want{low: 13, high: 14, bold: true}) }},
	{"motto.rule", "II.1", mottoRule},
	{"issuer.present", "II.2", issuerPresent},
	{"issuer.look", "II.2", issuerLook},
	{"parent.look", "II.2", parentLook},
	{"issuer.rule", "II.2", func(c *checker) { c.underlined(c.issuer, 0.3, 0.55) }},
	{"number.present", "II.3", func(c *checker) { c.present(c.number) }},
	{"number.form", "II.3", numberForm},
	{"number.look", "II.3", func(c *checker) { c.look(c.number, want{low: 13, high: 13}) }},
	{"date.present", "II.4", func(c *checker) { c.present(c.date) }},
	{"date.form", "II.4", dateWords},
	{"date.look", "II.4", func(c *checker) { c.look(c.date, want{low: 13, high: 14, italic: true}) }},
	{"subject.present", "II.5", subjectPresent},
	{"title.look", "II.5.a", titleLook},
	{"subject.look", "II.5.a", subjectLook},
	{"title.rule", "II.5.a", titleRule},
	{"letter.look", "II.5.b", letterLook},
	{"basis.look", "II.6.a", basisLook},
	{"basis.form", "II.6.a", basisForm},
	{"body.size", "II.6.e", bodySize},
	{"body.align", "II.6.e", bodyAlign},
	{"body.indent", "II.6.e", bodyIndent},
	{"body.spacing", "II.6.e", bodySpacing},
	{"body.leading", "II.6.e", bodyLeading},
	{"sign.present", "II.7", signPresent},
	{"sign.order", "II.7.a", signOrder},
	{"sign.look", "II.7.đ", signLook},
	{"sign.name", "II.7.đ", signName},
	{"to.form", "II.9.a", toForm},
	{"to.look", "II.9.a", toLook},
	{"copies.present", "II.9.b", func(c *checker) { c.present(c.copies) }},
	{"copies.word", "II.9.b", copiesWord},
	{"copies.look", "II.9.b", copiesLook},
	{"copies.form", "II.9.b", copiesForm},
	{"copies.archive", "II.9.b", copiesArchive},
	{"annex.word", "III.1", annexWord},
	{"annex.number", "III.1", annexNumber},
	{"annex.title", "III.1", annexTitle},
	{"annex.reference", "III.1", annexReference},
	{"annex.pages", "III.1", annexPages},
	{"secrecy.mark", "III.2.a", secrecyMark},
	{"urgency.look", "III.2.b", urgencyLook},
	{"urgency.size", "III.2.b", urgencySize},
	{"limits.look", "III.2.c", func(c *checker) { c.look(c.limits, want{low: 13, high: 14, bold: true, capitals: true}) }},
	{"drafter.look", "III.3", func(c *checker) { c.look(c.drafter, want{low: 11, high: 11, capitals: true}) }},
	{"address.look", "III.4", addressLook},
}

// Rules lists the ids of all rules in the order of reports.
func Rules() []string {
	var out []string
	for _, r := range rules {
		out = append(out, r.id)
	}
	return out
}

func (c *checker) present(q *para) {
	if q == nil {
		c.fault(nil, "")
	}
}

func pageSize(c *checker) {
	for _, s := range c.sections {
		a, b := min(s.width, s.height), max(s.width, s.height)
		if math.Abs(a-210) > 1.5 || math.Abs(b-297) > 1.5 {
			c.add(Error, &para{page: s.page}, strings.Replace(millimetres(s.width), " mm", "", 1)+" × "+millimetres(s.height))
		}
	}
	if len(c.sections) == 0 {
		c.unchecked()
	}
}

// pageMargins checks upright pages; on a page on its side the decree's four
// margins turn with it, and papers do it either way.
func pageMargins(c *checker) {
	known := false
	for i, s := range c.sections {
		if s.width > s.height {
			continue
		}
		known = true
		at := &para{page: s.page}
		bad := func(side string, v, low, high float64) {
			if v < low-0.35 || v > high+0.35 {
				c.add(Error, at, side+" "+millimetres(v))
			}
		}
		if c.format == DOCX {
			bad("↑", s.marginTop, 20, 25)
			bad("↓", s.marginBottom, 20, 25)
			bad("←", s.marginLeft, 30, 35)
			bad("→", s.marginRight, 15, 20)
			continue
		}
		// Letters on a page show margins that are too small for sure; too large ones
		// only where text fills the side.
		const slack = 1.2
		if !math.IsInf(s.marginLeft, 0) && s.marginLeft != 0 {
			bad("←", s.marginLeft, 30-slack, math.Inf(1))
			bad("→", s.marginRight, 15-slack, math.Inf(1))
			bad("↑", s.marginTop, 20-slack, math.Inf(1))
			bad("↓", s.marginBottom, 20-slack-1.5, math.Inf(1))
			if s.sideKnown && s.marginLeft <= s.width/4 {
				bad("←", s.marginLeft, 0, 35+slack)
				bad("→", s.marginRight, 0, 20+slack)
			}
			if i == 0 {
				bad("↑", s.marginTop, 0, 25+6)
			}
		}
	}
	if !known {
		c.unchecked()
	}
}

var timesNames = []string{"timesnewroman", "times", "liberationserif", "tinos", "utf8liberationserif", "utf8serif", "nimbusroman", "nimbusromno9l", "termes", "freeserif", "tnr"}

// symbols may stand in a face of their own: tick boxes and list marks.
func symbolFace(r run) bool { return letters(r.text) == 0 }

func fontName(c *checker) {
	seen := map[string]bool{}
	for _, q := range c.paras {
		for _, r := range q.runs {
			f := strings.ToLower(strings.Map(func(x rune) rune {
				if x == ' ' || x == '-' || x == ',' || x == '_' {
					return -1
				}
				return x
			}, r.font))
			ok := slices.ContainsFunc(timesNames, func(n string) bool { return strings.HasPrefix(f, n) })
			if symbolFace(r) || ok || seen[r.font] {
				continue
			}
			seen[r.font] = true
			c.fault(q, r.font)
		}
	}
}

func fontColor(c *checker) {
	for _, q := range c.paras {
		if q == c.urgency || q == c.secrecy {
			continue
		}
		for _, r := range q.runs {
			red, green, blue := r.color>>16&255, r.color>>8&255, r.color&255
			if letters(r.text) > 0 && max(red, green, blue) > 64 {
				c.fault(q, "#"+strings.ToUpper(leftPad(strconv.FormatUint(uint64(r.color), 16)))+": "+q.excerpt())
				break
			}
		}
	}
}

func leftPad(s string) string { return strings.Repeat("0", max(0, 6-len(s))) + s }

func pageNumbers(c *checker) {
	if c.format == DOCX {
		for i, s := range c.sections {
			n := s.number
			switch {
			case n.bottom:
				c.fault(nil, "↓")
			case !n.top && c.single:
				c.unchecked() // one page shows none
			case !n.top:
				c.fault(nil, "")
			case !n.centred:
				c.fault(nil, "↔")
			case n.size > 0 && !within(n.size, 13, 14):
				c.fault(nil, points(n.size))
			case n.onFirst && i == 0:
				c.fault(nil, "1")
			default:
				continue
			}
			return
		}
		return
	}
	want := 0
	starts := map[int]bool{1: true}
	for _, a := range c.annexes {
		starts[a.word.page] = true
	}
	for _, s := range c.sections {
		at := &para{page: s.page}
		if want++; starts[s.page] {
			want = 1
		}
		n := s.number
		switch {
		case n.bottom:
			c.fault(at, "↓")
		case want == 1 && n.top && s.page == 1:
			c.fault(at, n.wrong)
		case want > 1 && !n.top:
			c.fault(at, "")
		case n.top && !n.centred:
			c.fault(at, "↔")
		case n.top && !within(n.size, 13, 14):
			c.fault(at, points(n.size))
		case n.top && want > 1 && n.wrong != strconv.Itoa(want) && n.wrong != strconv.Itoa(s.page):
			c.fault(at, n.wrong)
		}
	}
	if len(c.sections) == 1 {
		c.unchecked() // one page shows none
	}
}

// sizeConsistent: sizes rise and fall together, Quốc hiệu one point below Tiêu
// ngữ, the date as Tiêu ngữ, the body in one size.
func sizeConsistent(c *checker) {
	size := func(q *para) float64 {
		if q == nil {
			return 0
		}
		return q.size()
	}
	n, m, d := size(c.nation), size(c.motto), size(c.date)
	if n > 0 && m > 0 && math.Abs(m-n-1) > sizeSlack {
		c.warn(c.motto, points(n)+" / "+points(m))
	}
	if m > 0 && d > 0 && math.Abs(m-d) > sizeSlack {
		c.warn(c.date, points(m)+" / "+points(d))
	}
	if len(c.issuer) > 0 && n > 0 && math.Abs(size(c.issuer[0])-n) > sizeSlack {
		c.warn(c.issuer[0], points(n)+" / "+points(size(c.issuer[0])))
	}
	seen := 0.0
	for _, q := range c.body {
		if q.col != full || !running(q) {
			continue
		}
		s := q.size()
		if seen != 0 && math.Abs(s-seen) > sizeSlack {
			c.fault(q, points(seen)+" / "+points(s)+": "+q.excerpt())
			return
		}
		seen = s
	}
}

func nationWords(c *checker) {
	switch {
	case c.nation == nil:
		c.fault(nil, "")
	case c.nation.text == nationText:
	case strings.ReplaceAll(c.nation.text, "HOÀ", "HÒA") == nationText:
		c.warn(c.nation, c.nation.text) // another habit of placing the mark
	default:
		c.fault(c.nation, c.nation.text)
	}
}

func mottoWords(c *checker) {
	switch {
	case c.motto == nil:
		c.fault(nil, "")
	case c.motto.text == mottoText:
	case strings.NewReplacer("–", "-", "—", "-").Replace(c.motto.text) == mottoText:
		c.warn(c.motto, c.motto.text)
	default:
		c.fault(c.motto, c.motto.text)
	}
}

func nationPlace(c *checker) {
	switch q := c.nation; {
	case q == nil:
	case c.format == PDF && (q.page != 1 || q.top > 60*mm || (q.x0+q.x1)/2 < c.sections[0].width*mm/2):
		c.fault(q, q.excerpt())
	case c.format == DOCX && (q.col == left || q.col == full && q.align != toRight && len(c.issuer) > 0 || q.n > 12):
		c.fault(q, q.excerpt())
	}
}

func mottoRule(c *checker) {
	if c.motto != nil {
		c.underlined([]*para{c.motto}, 0.85, 1.1)
	}
}

func issuerPresent(c *checker) {
	if len(c.issuer) == 0 {
		c.fault(nil, "")
	}
}

func issuerLook(c *checker) {
	for _, q := range c.issuer {
		c.look(q, want{low: 12, high: 13, bold: true, capitals: true})
	}
}

func parentLook(c *checker) {
	for _, q := range c.parent {
		c.look(q, want{low: 12, high: 13, capitals: true})
	}
}

var (
	numberWhole = regexp.MustCompile(`^Số:\s*([\d]*|[…._]+)\s*/(.*)$`)
	symbolForm  = regexp.MustCompile(`^(\d{4}/)?[\p{L}\d&]+(-[\p{L}\d&.]+)+$`)
)

func numberForm(c *checker) {
	if c.number == nil {
		return
	}
	s := c.number.text
	m := numberWhole.FindStringSubmatch(s)
	if m == nil {
		c.fault(c.number, s)
		return
	}
	digits, symbol := m[1], strings.TrimSpace(m[2])
	switch {
	case len(digits) == 1 && digits >= "0" && digits <= "9":
		c.fault(c.number, s)
	case symbol == "…" || strings.Trim(symbol, "….") == "":
		c.warn(c.number, s)
	case strings.Contains(symbol, " ") || digits != "" && strings.Contains(s, digits+" /") || strings.HasPrefix(m[2], " "):
		c.warn(c.number, s)
		if !symbolForm.MatchString(strings.ReplaceAll(symbol, " ", "")) {
			c.fault(c.number, s)
		}
	case !symbolForm.MatchString(symbol) || !upperFirst(symbol):
		c.fault(c.number, s)
	}
}

// upperFirst reports whether s begins with no small letter: Đ is one letter of two
// bytes.
func upperFirst(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return !unicode.IsLower(r)
}

var dateWhole = regexp.MustCompile(`^(.*?)(,?)\s*ngày(.*)tháng(.*)năm(.*?)\.?$`)

func dateWords(c *checker) {
	if c.date == nil {
		return
	}
	s := c.date.text
	m := dateWhole.FindStringSubmatch(s)
	if m == nil {
		c.fault(c.date, s)
		return
	}
	place, comma := strings.TrimSpace(m[1]), m[2]
	day, month, year := strings.TrimSpace(m[3]), strings.TrimSpace(m[4]), strings.TrimSpace(m[5])
	dots := func(s string) bool { return strings.Trim(s, " .…_") == "" }
	d, _ := strconv.Atoi(day)
	mo, _ := strconv.Atoi(month)
	y, _ := strconv.Atoi(year)
	switch {
	case place == "" || comma == "" || !dots(place) && strings.ToUpper(string([]rune(place)[:1])) != string([]rune(place)[:1]):
		c.fault(c.date, s)
	case !dots(day) && (len(day) != 2 || d < 1 || d > 31), !dots(month) && (mo < 1 || mo > 12), !dots(year) && len(year) != 4:
		c.fault(c.date, s)
	case mo > 0 && mo <= 2 && len(month) != 2:
		c.fault(c.date, s)
	case mo > 2 && strings.HasPrefix(month, "0"):
		c.warn(c.date, s)
	case d > 0 && mo > 0 && y > 0 && time.Date(y, time.Month(mo), d, 0, 0, 0, 0, time.UTC).Day() != d:
		c.fault(c.date, s)
	}
}
