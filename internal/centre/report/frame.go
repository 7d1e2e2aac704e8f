// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// House is what a body has settled for its papers. Empty fields are guessed.
type House struct {
	Issuer, Parent, Place string
	Title                 string            // of the usual signer
	Recipients            map[string]string // role of the rule pack -> the body that holds it
}

// frame guesses the frame of a new paper. What cannot be guessed stays empty and
// is named by the linter.
func (s *Service) frame(c Choice, own *rulepack.Pack, facts incident.Facts, head Person, house House) Frame {
	issuer, parent := text(facts, "unit.name"), text(facts, "unit.parent")
	f := Frame{Issuer: s.fullName(issuer), Parent: s.fullName(parent), Place: placeOf(issuer, parent),
		Symbol: symbol(c.Form, issuer), Subject: c.Form.Subject,
		Copies: []string{c.Pack.Term("paper.archive", "vi")},
		Signer: Signer{Title: head.Title, Name: head.Name}}
	if at := s.fullName(cmp.Or(text(facts, "system.name"), issuer)); at != "" && c.Form.About == rulepack.OfIncident {
		f.Subject += " " + s.word("report.word.at") + " " + at
	}
	if rest, ok := committee(issuer); ok {
		// The People's Committee of an area has no body above it in Ô 2, and acts
		// as a collective (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.2 and II.7).
		f.Parent = ""
		if rest != "" && head.Name != "" {
			f.Signer.College = s.word("report.word.committee")
		}
	}
	f.Place = cmp.Or(house.Place, f.Place)
	if house.Issuer != "" {
		f.Issuer, f.Parent = s.fullName(house.Issuer), s.fullName(house.Parent)
		f.Symbol = symbol(c.Form, house.Issuer)
	}
	f.Signer.Title = cmp.Or(house.Title, f.Signer.Title)
	f.To = s.recipients(c, own, facts, house.Recipients)
	if len(c.Form.Recipients) > 0 { // where nobody is addressed there is nobody above
		f.Copies = append([]string{s.word("report.word.as_above")}, f.Copies...)
	}
	return f
}

// recipients are the roles the form names; a form of another regime goes where
// the law of the case's own day sends its notice. A body does not write to
// itself.
func (s *Service) recipients(c Choice, own *rulepack.Pack, facts incident.Facts, bodies map[string]string) []string {
	if list, ok := facts["report.recipients"].([]string); ok {
		return list
	}
	pack, roles := c.Pack, c.Form.Recipients
	if c.Other {
		n := slices.IndexFunc(own.Forms, func(f rulepack.Form) bool { return f.Purpose == c.Form.Purpose && f.Purpose != "" })
		if n >= 0 {
			pack, roles = own, own.Forms[n].Recipients
		}
	}
	var to []string
	for _, role := range roles {
		a, _ := pack.Addressee(role)
		name := cmp.Or(bodies[role], a.Label.VI)
		if role == "chu_quan" {
			name = cmp.Or(s.fullName(text(facts, "system.owner")), bodies[role])
			if i18n.Fold(name) == i18n.Fold(s.fullName(text(facts, "unit.name"))) {
				continue
			}
		}
		if role == superior {
			name = cmp.Or(bodies[role], s.fullName(text(facts, "unit.parent")))
		}
		if name != "" {
			to = append(to, name)
		}
	}
	return to
}

// superior is the role of the body above the one that writes; where none is
// known the recipient is typed.
const superior = "cap_tren"

// symbol is the paper's symbol; that of a letter has no kind (Nghị định
// 30/2020/NĐ-CP, Phụ lục I, mục II.3).
func symbol(form rulepack.Form, issuer string) string {
	if form.Letter {
		return initials(issuer)
	}
	return strings.TrimSuffix(form.Abbreviation+"-"+initials(issuer), "-")
}

func text(facts incident.Facts, key string) string {
	t, _ := facts[key].(string)
	return t
}

// committee reports whether name is that of a People's Committee, and what
// stands after those words, as written.
func committee(name string) (rest string, ok bool) {
	words := strings.Fields(name)
	for _, start := range []string{"ubnd", "uy ban nhan dan"} {
		n := len(strings.Fields(start))
		if len(words) >= n && i18n.Fold(strings.Join(words[:n], " ")) == start {
			return strings.Join(words[n:], " "), true
		}
	}
	return "", false
}

// fullName writes the usual abbreviation out, as a paper must.
func (s *Service) fullName(name string) string {
	if rest, ok := committee(name); ok {
		return strings.TrimSpace(s.word("report.word.committee") + " " + rest)
	}
	return name
}

// inFull is fullName for a name in which the abbreviation stands anywhere: "Chủ
// tịch UBND tỉnh".
func (s *Service) inFull(name string) string {
	words := strings.Fields(name)
	for n, w := range words {
		if w == "UBND" {
			words[n] = s.word("report.word.committee")
		}
	}
	return s.fullName(strings.Join(words, " "))
}

// areas are the words between a committee's name and its area, folded.
var areas = []string{"xa", "phuong", "dac khu", "tinh", "thanh pho", "tp.", "tp", "huyen", "thi xa", "thi tran"}

// placeOf is the area in the date line (Ô 4): the commune's name for a commune,
// the province's for its bodies; empty when the names do not tell.
func placeOf(names ...string) string {
	for _, name := range names {
		rest, ok := committee(name)
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		for _, a := range areas {
			n := len(strings.Fields(a))
			if len(words) > n && i18n.Fold(strings.Join(words[:n], " ")) == a {
				return strings.Join(words[n:], " ")
			}
		}
		if !slices.Contains(areas, i18n.Fold(rest)) { // "UBND tỉnh" names none
			return rest
		}
	}
	return ""
}

// small are the words, folded, that an abbreviation leaves out.
var small = map[string]bool{"va": true, "cua": true, "thuoc": true, "tai": true, "cac": true}

// initials abbreviates a body's name as symbols do: SKHCN, UBND.
func initials(name string) string {
	if _, ok := committee(name); ok {
		return "UBND"
	}
	var b strings.Builder
	for w := range strings.FieldsFuncSeq(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if small[i18n.Fold(w)] {
			continue
		}
		if strings.ToUpper(w) == w && len([]rune(w)) > 1 {
			b.WriteString(w) // an abbreviation already
			continue
		}
		for _, r := range w {
			b.WriteRune(unicode.ToUpper(r))
			break
		}
	}
	return b.String()
}
