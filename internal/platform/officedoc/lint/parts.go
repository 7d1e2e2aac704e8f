// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

const (
	nationText = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	mottoText  = "Độc lập - Tự do - Hạnh phúc"
)

// kinds are the named kinds of papers (Nghị định 30/2020/NĐ-CP, Điều 7), folded.
var kinds = func() map[string]bool {
	out := map[string]bool{}
	for _, k := range []string{"nghị quyết", "quyết định", "chỉ thị", "quy chế", "quy định", "thông cáo", "thông báo", "hướng dẫn", "chương trình",
		"kế hoạch", "phương án", "đề án", "dự án", "báo cáo", "biên bản", "tờ trình", "hợp đồng", "công điện", "bản ghi nhớ", "bản thỏa thuận",
		"giấy ủy quyền", "giấy mời", "giấy giới thiệu", "giấy nghỉ phép", "phiếu gửi", "phiếu chuyển", "phiếu báo", "thư công",
		// Not of Điều 7: titles that the forms of other texts print.
		"bản khai", "đơn đăng ký", "thuyết minh", "danh mục", "phiếu", "quy trình"} {
		out[fold(k)] = true
	}
	return out
}()

var (
	dateForm   = regexp.MustCompile(`(?i)ngày.{0,12}tháng.{0,12}năm`)
	numberHead = regexp.MustCompile(`^[Ss][Ốố]\s*[:.]?[\s\d.…_]*(/|$)|^[Ss][Ốố]\s*:`)
	annexHead  = regexp.MustCompile(`^(?i:phụ lục)(\s+([IVXLC]+|\d+|[A-Z]))?\s*[.:]?$`)
	refHead    = regexp.MustCompile(`^\(?\s*(?i:(ban hành )?kèm theo)\b`)
)

// near reports that a and b differ in at most most letters (Levenshtein).
func near(a, b string, most int) bool {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return false
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diag := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diag+cost)
		}
	}
	return row[len(y)] <= most
}

func isNation(s string) bool { return near(fold(s), fold(nationText), 4) }
func isMotto(s string) bool  { return near(fold(s), fold(mottoText), 3) }

// headReach is how many paragraphs the head of a paper may take.
const headReach = 45

// find says which paragraph is which part.
func (p *paper) find() {
	head := p.paras[:min(len(p.paras), headReach)]
	end := 0 // of the head: behind the last of its parts
	for i, q := range head {
		if q.col != left && q.col != right && (strings.HasPrefix(fold(q.text), "kinhgui") || basisLine(q.text) || i > 4 && kinds[fold(q.text)]) {
			break // the head is over
		}
		hit := true
		switch {
		case p.nation == nil && isNation(q.text):
			p.nation = q
		case p.motto == nil && isMotto(q.text):
			p.motto = q
		case p.number == nil && q.col != right && i < 20 && numberHead.MatchString(q.text):
			p.number = q
		case p.date == nil && i < 24 && q.col != left && dateForm.MatchString(q.text) && len([]rune(q.text)) < 70 && !strings.HasPrefix(q.text, "("):
			p.date = q
		case p.secrecy == nil && i < 24 && officedoc.Secret(q.text) && q.capitals():
			p.secrecy = q
		case p.urgency == nil && i < 24 && urgencyOf(q.text) != "":
			p.urgency = q
		case p.limits == nil && i < 24 && isLimits(q.text):
			p.limits = q
		default:
			hit = false
		}
		if hit {
			end = max(end, i+1)
		}
	}
	p.leftHead(head[:end])
	for i := end; i < len(head) && head[i].col == left; i++ {
		// What still stands in the left column belongs to the head.
		if (len(p.letter) > 0 || strings.HasPrefix(fold(head[i].text), "vv")) && head[i].frame == nil && urgencyOf(head[i].text) == "" {
			p.letter = append(p.letter, head[i])
		}
		end = i + 1
	}
	rest := p.paras[end:]
	rest = p.findTitle(rest)
	rest = p.findRecipients(rest)
	p.findEnd(rest)
}

func urgencyOf(s string) string {
	f := fold(s)
	if strings.ToUpper(s) != s {
		return ""
	}
	switch {
	case f == "khan", f == "thuongkhan", f == "hoatoc", f == "hoatochengio":
		return f
	}
	return ""
}

func isLimits(s string) bool {
	f := fold(s)
	return f == "luuhanhnoibo" || f == "xemxongtralai" || f == "xemxongtralailuuhanhnoibo"
}

// leftHead finds issuer, parent and the V/v lines among the head's left column.
func (p *paper) leftHead(head []*para) {
	var above []*para
	after := false
	for _, q := range head {
		switch {
		case q == p.number:
			after = true
		case q == p.nation || q == p.motto || q == p.date || q == p.urgency || q == p.limits || q == p.secrecy || q.col == right || q.frame != nil:
		case !after && (q.col == left || p.nation != nil && q.n < p.nation.n && q.align == centred):
			above = append(above, q)
		case after && (q.col == left || strings.HasPrefix(fold(q.text), "vv")) && (len(p.letter) > 0 || strings.HasPrefix(fold(q.text), "vv")):
			p.letter = append(p.letter, q)
		}
	}
	// The issuer is the bold lines at the end; where none is, the last one.
	for n := len(above); p.number == nil && n > 1; n = len(above) {
		// Without a number the column may go on with something else.
		if b, _ := above[n-1].shares(); b > 0.5 || !slices.ContainsFunc(above, func(q *para) bool { b, _ := q.shares(); return b > 0.5 }) {
			break
		}
		above = above[:n-1]
	}
	cut := len(above)
	for cut > 0 {
		if b, _ := above[cut-1].shares(); b < 0.5 {
			break
		}
		cut--
	}
	if cut == len(above) && cut > 0 {
		cut--
	}
	p.parent, p.issuer = above[:cut], above[cut:]
}

// findTitle finds Ô 5a; it returns what stands behind.
func (p *paper) findTitle(rest []*para) []*para {
	for i, q := range rest {
		if i > 8 || strings.HasPrefix(fold(q.text), "kinhgui") {
			break
		}
		if !kinds[fold(q.text)] || q.col == cell {
			continue
		}
		p.title = q
		j := i + 1
		for ; j < len(rest) && j < i+8; j++ {
			r := rest[j]
			f := fold(r.text)
			if r.col != full || r.align == justified || strings.HasPrefix(f, "kinhgui") || strings.HasPrefix(f, "cancu") {
				break
			}
			b, _ := r.shares()
			// On a page without one full line nobody can tell what is centred.
			if r.align != centred && !(b > 0.5 && r.lines < 2 && (j == i+1 || r.align == unknown && p.subject[j-i-2].under == nil)) {
				break
			}
			p.subject = append(p.subject, r)
			if r.under != nil {
				j++
				break
			}
		}
		return rest[j:]
	}
	return rest
}

// findRecipients finds Ô 9a.
func (p *paper) findRecipients(rest []*para) []*para {
	for i, q := range rest {
		if i > 6 {
			break
		}
		if !strings.HasPrefix(fold(q.text), "kinhgui") {
			continue
		}
		p.to = q
		j := i + 1
		inline := strings.HasPrefix(afterColon(q.text), "-") || strings.HasPrefix(afterColon(q.text), "–")
		for j < len(rest) && (strings.HasPrefix(rest[j].text, "-") || strings.HasPrefix(rest[j].text, "–")) && (afterColon(q.text) == "" || inline) {
			p.recipients = append(p.recipients, rest[j])
			j++
		}
		return rest[j:]
	}
	return rest
}

func afterColon(s string) string {
	_, after, _ := strings.Cut(s, ":")
	return strings.TrimSpace(after)
}

// findEnd splits what is left into căn cứ, body, nơi nhận, signature, annexes.
func (p *paper) findEnd(rest []*para) {
	last := -1 // nơi nhận of the paper itself: the first
	for i, q := range rest {
		if strings.HasPrefix(fold(q.text), "noinhan") && len([]rune(q.text)) < 14 {
			p.copies, last = q, i
			break
		}
		if annexHead.MatchString(q.text) && q.col == full {
			break
		}
	}
	firstAnnex := len(rest)
	for i, q := range rest {
		if i > last && q.col == full && annexHead.MatchString(q.text) && len(q.text) < 40 {
			firstAnnex = min(firstAnnex, i)
			p.annexes = append(p.annexes, p.annex(rest[i:]))
		}
	}
	end := last
	if last < 0 {
		end = firstAnnex
	}
	text := rest[:end]
	for len(text) > 0 && p.copies != nil && p.format == PDF && text[len(text)-1].col == right && text[len(text)-1].page == p.copies.page && text[len(text)-1].bottom > p.copies.top-30 {
		text = text[:len(text)-1] // the signature's first line stands a little higher
	}
	i := 0
	for i < len(text) && basisLine(text[i].text) && text[i].col == full {
		p.basis = append(p.basis, text[i])
		i++
	}
	p.body = text[i:]
	p.findSigner(rest, len(text), last, firstAnnex)
	if len(p.signer) == 0 { // without nơi nhận, or above it
		p.body, p.signer = p.ending(p.body)
	}
}

// maxSigner is how many lines a signature may have.
const maxSigner = 8

// ending splits the signature at the end of text off where it stands in no column
// beside nơi nhận: titles in capitals, perhaps a hint in brackets, a name.
func (p *paper) ending(text []*para) (body, signer []*para) {
	from, titles := len(text), 0
	for i := len(text) - 1; i >= 0 && len(text)-i <= maxSigner; i-- {
		q := text[i]
		title := q.capitals() && letters(q.text) > 3 && len([]rune(q.text)) < 90
		name := titles == 0 && from == len(text) && personName(q.text)
		hint := titles == 0 && strings.HasPrefix(q.text, "(") && len([]rune(q.text)) < 60
		if !p.aside(q) || q.frame != nil || !title && !name && !hint {
			break
		}
		if title {
			titles++
		}
		from = i
	}
	if titles == 0 || from+titles == len(text) && !slices.ContainsFunc(text[from:], func(q *para) bool { return signMarks.MatchString(q.text) }) {
		return text, nil // capitals at the end are a heading
	}
	return text[:from], text[from:]
}

// aside reports that q stands where signatures do: at the right, or at least
// neither at the left nor as running text.
func (p *paper) aside(q *para) bool {
	switch {
	case q.col == right || q.align == toRight || q.align == centred && q.col == full:
		return true
	case q.col != full:
		return false
	case p.format == DOCX:
		return q.indent > 60*mm
	}
	width := 210 * mm
	if n := len(p.sections); q.page > 0 && q.page <= n {
		width = p.sections[q.page-1].width * mm
	}
	return q.x0 > 0.35*width && (q.x0+q.x1)/2 > width/2
}

// personName reports two to seven words that each begin with a capital, perhaps
// behind a title of learning.
func personName(s string) bool {
	list := strings.Fields(s)
	if len(list) < 2 || len(list) > 7 || strings.ToUpper(s) == s || strings.ContainsAny(s, "0123456789:;!?/") || strings.HasSuffix(s, ".") {
		return false
	}
	return !slices.ContainsFunc(list, func(w string) bool { r := []rune(w)[0]; return !unicode.IsUpper(r) })
}

// findSigner splits what stands beside and below nơi nhận, from a place in rest.
func (p *paper) findSigner(rest []*para, from, last, firstAnnex int) {
	if p.copies == nil {
		return
	}
	stop := min(firstAnnex, len(rest))
	for k := from; k < stop; k++ {
		q := rest[k]
		f := fold(q.text)
		if f == "saoy" || f == "saoluc" || f == "trichsao" || k > last+1 && strings.HasPrefix(f, "noinhan") {
			break
		}
		switch {
		case q == p.copies:
		case q.col == right:
			p.signer = append(p.signer, q)
		case q.col != left && q.col != full || q.frame != nil:
		case drafterForm.MatchString(q.text):
			p.drafter = q
		case strings.HasPrefix(q.text, "-") || strings.HasPrefix(q.text, "–") || q.col == left && !q.capitals():
			p.receivers = append(p.receivers, q)
		}
	}
}

var drafterForm = regexp.MustCompile(`^\p{Lu}{1,6}\.?\s*\(\d+\)|^\p{Lu}{1,6}\.$|^\(\d+\)$`)

func basisLine(s string) bool {
	f := fold(s)
	return strings.HasPrefix(f, "cancu") || strings.HasPrefix(f, "xetdenghi") || strings.HasPrefix(f, "theodenghi") || strings.HasPrefix(f, "thuchiencongvanso") && strings.HasSuffix(s, ";")
}

// annex reads the head of an annex; list begins with its word.
func (p *paper) annex(list []*para) annex {
	a := annex{word: list[0]}
	for _, q := range list[1:min(len(list), 8)] {
		if refHead.MatchString(q.text) {
			a.ref = q
			break
		}
		if q.align != centred && p.format == DOCX || len(a.title) > 3 {
			break
		}
		a.title = append(a.title, q)
	}
	if a.ref == nil && len(a.title) > 3 {
		a.title = a.title[:1]
	}
	return a
}
