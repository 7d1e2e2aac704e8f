// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"slices"
	"strings"
)

// label is the mark in front of a unit of a text. Rank 0 is none.
type label struct {
	rank  int    // the kind of numbering
	text  string // as the tree names it: "1", "a", "-", "9.1", "I", "Điều 2"
	value int    // place in its order; 0 where it has none
	size  int    // bytes it takes of the line
}

// The kinds of numbering. Their order is none of nesting: that is how a text
// uses them.
const (
	byChapter = iota + 1
	byRoman
	byCapital // A, B, C
	byArticle
	byTask // "Việc 1", "Nhiệm vụ 2"
	byNumber
	byDots // 9.1; one rank more for each further dot
	_
	_
	byLetter
	byBullet             // one rank for each kind of bullet
	byRow    = iota + 10 // of a table of tasks; the other marks that its rows have follow
	byRowPart
	byRowRoman
	byRowCapital
	byRowLetter
	byRowItem // none, below a row that only names what it is of
	byRowDots // 1.1; one rank more for each further dot
)

var (
	task        = regexp.MustCompile(`^(?i:(việc|công việc|nhiệm vụ|nội dung|giải pháp|nhóm nhiệm vụ))\s+(\d{1,2})(?:[.:)]\s|$)`)
	chapter     = regexp.MustCompile(`^(?i:(chương|phần|mục)\s+([IVXL]{1,7}|\d{1,2}))[.:)]?(?:\s|$)`)
	article     = regexp.MustCompile(`^(?i:điều)\s+(\d{1,3})[.:)]?(?:\s|$)`)
	roman       = regexp.MustCompile(`^([IVXL]{1,7})\s?[.)/–-]\s*(?:\S|$)`)
	dotted      = regexp.MustCompile(`^(\d{1,2}(?:\.\d{1,2}){1,3})(?:[.)/]\s*|\s+)\p{L}`)
	number      = regexp.MustCompile(`^(\d{1,2})(?:\s?[.)/–-]\s*["“(]?\p{L}|[.)]\s+\d{1,3} ?[%\p{L}])`)
	symbolAhead = regexp.MustCompile(`^\d{1,2}/\p{Lu}[\p{L}\d]{0,9}-\p{Lu}`) // of a paper: "48/NQ-CP"
	capitals    = regexp.MustCompile(`^([A-ZĐ])\s?[.)/]\s*\p{Lu}\p{L}`)
	letter      = regexp.MustCompile(`^([a-zđ])\s?[).](?:\s*["“(]?\p{L}|\s+\d{1,3} ?[%\p{L}])`)
	bullet      = regexp.MustCompile(`^([-–—•+*·▪●◦])\s*[^\s\-–—_=]`)
)

// letters is the order of letters in Vietnamese texts, and the one without the
// letters of Vietnamese alone, which some use.
const (
	letters      = "abcdđeghiklmnopqrstuvxy"
	plainLetters = "abcdefghijklmnopqrstuvwxyz"
)

// labelled is the mark that text begins with.
func labelled(text string) label {
	if m := chapter.FindStringSubmatch(text); m != nil {
		return label{rank: byChapter, text: capital(strings.ToLower(m[1])) + " " + m[2], value: numeral(m[2]), size: len(strings.TrimRight(m[0], " "))}
	}
	if m := article.FindStringSubmatch(text); m != nil {
		return label{rank: byArticle, text: "Điều " + m[1], value: atoi(m[1]), size: len(strings.TrimRight(m[0], " "))}
	}
	if m := task.FindStringSubmatch(text); m != nil {
		return label{rank: byTask, text: capital(strings.ToLower(m[1])) + " " + m[2], value: atoi(m[2]), size: len(strings.TrimRight(m[0], " "))}
	}
	if m := dotted.FindStringSubmatch(text); m != nil {
		parts := strings.Split(m[1], ".")
		return label{rank: byDots + len(parts) - 2, text: m[1], value: atoi(parts[len(parts)-1]), size: labelSize(text, len(m[1]))}
	}
	if m := number.FindStringSubmatch(text); m != nil && !symbolAhead.MatchString(text) {
		return label{rank: byNumber, text: m[1], value: atoi(m[1]), size: labelSize(text, len(m[1]))}
	}
	if m := roman.FindStringSubmatch(text); m != nil {
		return label{rank: byRoman, text: m[1], value: numeral(m[1]), size: labelSize(text, len(m[1]))}
	}
	if m := capitals.FindStringSubmatch(text); m != nil {
		return label{rank: byCapital, text: m[1], value: order(strings.ToLower(m[1]), letters), size: labelSize(text, len(m[1]))}
	}
	if m := letter.FindStringSubmatch(text); m != nil {
		return label{rank: byLetter, text: m[1], value: order(m[1], letters), size: labelSize(text, len(m[1]))}
	}
	if m := bullet.FindStringSubmatch(text); m != nil {
		at := slices.Index([]rune("-•+*▪"), alike(first(m[1])))
		return label{rank: byBullet + max(0, at), text: string(alike(first(m[1]))), size: len(m[1])}
	}
	return label{}
}

// alike brings bullets that differ in print alone together.
func alike(r rune) rune {
	switch r {
	case '–', '—':
		return '-'
	case '●', '·', '◦':
		return '•'
	}
	return r
}

// labelSize is at with the marks and blanks behind it.
func labelSize(text string, at int) int {
	return len(text) - len(strings.TrimLeft(text[at:], " .)/–-"))
}

func order(s, in string) int {
	before, _, ok := strings.Cut(in, s)
	if !ok {
		return 0
	}
	return len([]rune(before)) + 1
}

// numeral is the value of Roman or Arabic digits.
func numeral(s string) int {
	if n := atoi(s); n > 0 {
		return n
	}
	values := map[byte]int{'I': 1, 'V': 5, 'X': 10, 'L': 50}
	n := 0
	for i := range len(s) {
		v := values[s[i]]
		if i+1 < len(s) && v < values[s[i+1]] {
			v = -v
		}
		n += v
	}
	return n
}
