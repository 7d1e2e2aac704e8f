// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// What a Vietnamese syllable is made of, without its tone.
var (
	initials = strings.Fields("ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x")
	rimes    = words(`a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
uy uya uych uyên uyêt uyn uynh uyt uyu ư ưa ưc ưi ưm ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu ych ynh`)
)

func words(list string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		out[w] = true
	}
	return out
}

// toneless is a word in small letters without its mark of tone, and whether it
// had any mark of Vietnamese.
func toneless(word string) (plain string, marked bool) {
	var b strings.Builder
	for _, c := range norm.NFD.String(strings.ToLower(word)) {
		switch c {
		case '\u0300', '\u0301', '\u0303', '\u0309', '\u0323':
			marked = true
			continue
		case '\u0302', '\u0306', '\u031B', 'đ':
			marked = true
		}
		b.WriteRune(c)
	}
	return norm.NFC.String(b.String()), marked
}

// spoken reports whether word can be a syllable of Vietnamese.
func spoken(word string) bool {
	plain, _ := toneless(word)
	if rimes[plain] {
		return true
	}
	for _, in := range initials {
		rest, ok := strings.CutPrefix(plain, in)
		switch {
		case !ok:
			continue
		case rimes[rest], in == "gi" && rest == "", in == "qu" && (rimes[rest] || rimes["o"+rest] || rimes["u"+rest]), in == "gi" && rimes["i"+rest]:
			return true
		}
	}
	return false
}

// misspelt tells words that cannot be Vietnamese although they are written so,
// and those for which the text has another beside the same neighbour.
func (r *reader) misspelt() {
	type beside struct{ word, next string }
	var list []string
	for w := range strings.FieldsSeq(r.text) {
		list = append(list, strings.Trim(w, `.,;:!?()[]{}"“”‘’'…_*⁽⁾¹²³⁴⁵⁶⁷⁸⁹⁰`))
	}
	seen := map[string]bool{} // words that were looked at, and whether they are spoken
	spoken := func(w string) bool {
		is, ok := seen[w]
		if !ok {
			is = spoken(w)
			seen[w] = is
		}
		return is
	}
	right := map[beside]string{}
	for i, w := range list[:max(0, len(list)-1)] {
		if plainWord(w) && spoken(w) {
			right[beside{string(first(strings.ToLower(w))), strings.ToLower(list[i+1])}] = w
		}
	}
	capitalised := func(i int) bool {
		return i >= 0 && i < len(list) && plainWord(list[i]) && unicode.IsUpper(first(list[i]))
	}
	told := map[string]bool{}
	for _, m := range r.mended {
		for w := range strings.FieldsSeq(m.Text) {
			told[strings.ToLower(w)] = true
		}
	}
	for i, w := range list {
		if capitalised(i) && (capitalised(i-1) || capitalised(i+1)) { // a name, of a place in the highlands say
			continue
		}
		if !plainWord(w) || spoken(w) || told[strings.ToLower(w)] {
			continue
		}
		_, marked := toneless(w)
		hint := ""
		if i+1 < len(list) {
			meant := right[beside{string(first(strings.ToLower(w))), strings.ToLower(list[i+1])}]
			if meant != "" && far(strings.ToLower(w), strings.ToLower(meant)) <= min(2, len([]rune(w))/2) {
				hint = meant
			}
		}
		known := func(o Warning) bool {
			return o.Doubt == Slip && strings.Contains(strings.ToLower(o.Text), strings.ToLower(w))
		}
		if (marked || hint != "") && !slices.ContainsFunc(r.out.Warnings, known) {
			told[strings.ToLower(w)] = true
			r.warn(Warning{Doubt: Slip, Text: w, Hint: hint})
		}
	}
}

// plainWord reports whether w is letters alone, of which at most the first is a
// capital: no abbreviation.
func plainWord(w string) bool {
	n := 0
	for i, c := range w {
		if !unicode.IsLetter(c) || i > 0 && unicode.IsUpper(c) {
			return false
		}
		n++
	}
	return n > 1
}

// far is how many letters two words differ in (Levenshtein).
func far(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := last
			if x[i] != y[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
