// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ProposeLogin makes a login of a name as offices do: the given name, then the
// initials of what stands before it, "Nguyễn Văn An" -> "an.nv"; with a number
// behind when taken says so. It is empty when the name holds no letter.
func ProposeLogin(name string, taken func(login string) bool) string {
	var words []string
	for w := range strings.FieldsSeq(i18n.Fold(name)) {
		w = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, w)
		if w != "" {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return ""
	}
	last := len(words) - 1
	login := words[last][:min(len(words[last]), 30)]
	if last > 0 {
		login += "."
		for _, w := range words[:min(last, 20)] {
			login += w[:1]
		}
	}
	if len(login) < 3 {
		login += ".01"
	}
	if !taken(login) {
		return login
	}
	for n := 2; ; n++ {
		if try := login + strconv.Itoa(n); !taken(try) {
			return try
		}
	}
}
