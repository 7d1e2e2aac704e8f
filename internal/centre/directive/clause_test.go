// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"testing"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestDashesAreCitedInWords: a dash has no number in a text, so that people read it
// counted.
func TestDashesAreCitedInWords(t *testing.T) {
	t.Parallel()
	words, err := i18n.Load(Messages)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]string{
		"1":      {"1", "1"},
		"9.1.a":  {"9.1.a", "9.1.a"},
		"1.-1":   {"1, gạch đầu dòng thứ nhất", "1, dash 1"},
		"1.f.-2": {"1.f, gạch đầu dòng thứ hai", "1.f, dash 2"},
		"-4":     {"gạch đầu dòng thứ tư", "dash 4"},
		"2.-2.a": {"2, gạch đầu dòng thứ hai, a", "2, dash 2, a"},
		"-12.-3": {"gạch đầu dòng thứ 12, gạch đầu dòng thứ ba", "dash 12, dash 3"},
	} {
		for n, lang := range []i18n.Language{i18n.Vietnamese, i18n.English} {
			if got := Clause(i18n.With(t.Context(), words, lang), path); got != want[n] {
				t.Errorf("%s is %q, want %q", path, got, want[n])
			}
		}
	}
	for path, want := range map[string]string{
		"1.a":               "mục 1.a",
		"1.-1":              "mục 1, gạch đầu dòng thứ nhất",
		"-4":                "gạch đầu dòng thứ tư",
		"Điều 2":            "Điều 2",
		"Điều 2.1":          "Điều 2, mục 1",
		"Phụ lục I.II.3":    "Phụ lục I, mục II.3",
		"Quy chế.Điều 4.-1": "Quy chế, Điều 4, gạch đầu dòng thứ nhất",
		"Phụ lục-2.1":       "Phụ lục-2, mục 1",
		closingPath:         "câu kết",
	} {
		if got := located(i18n.With(t.Context(), words, i18n.Vietnamese), path); got != want {
			t.Errorf("%s stands in %q, want %q", path, got, want)
		}
	}
}
