// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// A paper that holds a state secret carries one of three marks (Law on the
// protection of state secrets 2018, article 8; the place: Decree 30/2020 Annex I,
// box 10a). A mark stands alone: as a line, in a box, beside the words that name
// it. The same words within a sentence speak of confidentiality, passwords or
// density and are no mark.

// secret, top and utter are the words of the marks as people and programs write
// them: with accents, without, in TCVN3 and in VNI letters read as Latin-1.
var (
	secret = []string{"mật", "mat", "mët", "maät"}
	top    = []string{"tối", "toi", "tèi", "toái"}
	utter  = []string{"tuyệt", "tuyet", "tuyöt", "tuyeät"}
)

// before are the words that may stand before a mark on its line, folded.
var before = []string{"do mat", "muc do mat", "dau", "dau chi do mat", "dau do mat", "tai lieu", "van ban", "cong van", "ban", "muc"}

// partners are words that, beside the word "mật", make another word of it:
// "bảo mật", "mật khẩu". Unaccented ones also stand for "mất", "mắt" and "mặt".
var (
	partnersBefore = []string{"bảo", "bí", "không", "khoá", "khóa", "thân", "bao", "bi", "khong", "khoa", "than", "cơ", "trái"}
	partnersAfter  = []string{"khẩu", "độ", "mã", "thư", "vụ", "thám", "ong", "thiết", "ngữ", "hiệu", "đàm", "danh", "lệnh", "tịch", "báo", "nghị", "ngọt",
		"khau", "do", "ma", "thu", "vu", "tham", "thiet", "ngu", "hieu", "danh"}
)

// clean is a line in NFC with single blanks, without what is not seen.
func clean(line string) string {
	return i18n.NFC(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return -1
		}
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, line))
}

// parts are the words of a line in lower case, parted by all that is no letter or
// digit.
func parts(line string) []string {
	return strings.FieldsFunc(strings.ToLower(norm.NFC.String(line)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) })
}

func is(word string, of []string) bool { return slices.Contains(of, word) }

// markAt reports how many words of list, from at, are a mark, 0 for none, and
// whether it is one of the two higher marks, whose words mean nothing else.
func markAt(list []string, at int) (n int, sure bool) {
	switch {
	case at+1 < len(list) && (is(list[at], top) || is(list[at], utter)) && is(list[at+1], secret):
		return 2, true
	case is(list[at], secret):
		return 1, false
	}
	for _, first := range [][]string{top, utter} { // written together
		for i, w := range first {
			if list[at] == w+secret[i] {
				return 1, true
			}
		}
	}
	return 0, false
}

// alone reports that line is a mark and nothing else: "TỐI MẬT", "(Mật)", "Độ
// mật: Tuyệt mật", "M Ậ T".
func alone(line string) bool {
	list := parts(line)
	if len(list) == 0 || len(list) > 8 {
		return false
	}
	if joined := strings.Join(list, ""); len(list) >= 3 && !slices.ContainsFunc(list, func(w string) bool { return utf8.RuneCountInString(w) > 1 }) {
		list = []string{joined} // letters set apart
	}
	for at := range list {
		n, _ := markAt(list, at)
		if n == 0 || at+n != len(list) && !urgent(list[at+n:]) {
			continue
		}
		if at == 0 || slices.Contains(before, i18n.Fold(strings.Join(list[:at], " "))) {
			return true
		}
	}
	return false
}

// urgent reports that words are a mark of urgency, which may stand beside.
func urgent(list []string) bool {
	return slices.Contains([]string{"khan", "thuong khan", "hoa toc"}, i18n.Fold(strings.Join(list, " ")))
}

// stamped reports that line, one of the head of a paper, has a mark in capitals
// among other words: two boxes of the head that were read as one line.
func stamped(line string) bool {
	if !strings.ContainsFunc(line, unicode.IsLower) {
		return false // all of it is in capitals: a heading
	}
	words := strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
	for i, w := range words {
		if strings.ContainsFunc(w, unicode.IsLower) || !is(strings.ToLower(w), secret) || strings.ToLower(w) == "mat" {
			continue
		}
		low := func(at int) string {
			if at < 0 || at >= len(words) {
				return ""
			}
			return strings.ToLower(words[at])
		}
		if is(low(i-1), partnersBefore) || is(low(i+1), partnersAfter) {
			continue
		}
		return true
	}
	return false
}

// capitals reports that line is written in capitals, with an accent among them
// or as two words: a mark on a page behind the first.
func capitals(line string) bool {
	return !strings.ContainsFunc(line, unicode.IsLower) && (len(parts(line)) > 1 || strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII }))
}

// marked looks for a mark in what a file says.
func (w *words) marked(kind Kind) (Rule, bool) {
	for _, line := range w.meta {
		if alone(line) || markedName(line) {
			return MarkMeta, true
		}
	}
	for _, line := range w.head {
		if alone(line) || stamped(line) {
			return MarkText, true
		}
	}
	if kind == XLSX { // columns of a list may be headed by the words
		return "", false
	}
	for _, line := range slices.Concat(w.body, w.gone) {
		if len(line) < 64 && capitals(line) && alone(line) {
			return MarkText, true
		}
	}
	return "", false
}

// markedName reports that a file's name, or a title, says that it is secret.
func markedName(name string) bool {
	name = clean(strings.TrimSuffix(name, path.Ext(name)))
	list := parts(name)
	caps := !strings.ContainsFunc(name, unicode.IsLower)
	for i := range list {
		if n, sure := markAt(list, i); sure || n > 0 && marksName(name, list, i, caps) {
			return true
		}
	}
	return false
}

// marksName reports that the single word at i marks the name.
func marksName(name string, list []string, i int, caps bool) bool {
	if i > 0 && is(list[i-1], partnersBefore) || i+1 < len(list) && is(list[i+1], partnersAfter) {
		return false
	}
	if list[i] != "mat" {
		return true
	}
	// Without accents the word may also be "mất", "mặt" or "mắt": it is a mark
	// where it stands apart.
	for _, apart := range []string{"(mat)", "[mat]", "{mat}"} {
		if strings.Contains(strings.ToLower(name), apart) {
			return true
		}
	}
	if len(list) == 1 {
		return true
	}
	if i != 0 && i != len(list)-1 {
		return false
	}
	beside := list[1]
	if i != 0 {
		beside = list[len(list)-2]
	}
	if strings.ContainsFunc(beside, unicode.IsDigit) {
		return true
	}
	return !caps && (strings.HasPrefix(name, "MAT") || strings.HasSuffix(name, "MAT"))
}

// Marked reports that text, one cell or line, is a mark of secrecy and nothing
// else.
func Marked(text string) bool { return alone(clean(text)) }
