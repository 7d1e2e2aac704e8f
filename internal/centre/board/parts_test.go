// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"strings"
	"testing"
)

// FuzzParts cuts any text around any sentence: the parts put together are the
// text, and what is lit are the sentence's words.
func FuzzParts(f *testing.F) {
	f.Add("Yêu cầu:\n1a) Cài đặt\n  phần mềm (100%).\nHết.", "1a) Cài đặt phần mềm (100%).")
	f.Add("a+b", "a+b")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, sentence string) {
		before, here, after := parts(text, sentence)
		if before+here+after != text {
			t.Fatalf("%q + %q + %q is not %q", before, here, after, text)
		}
		if here != "" && strings.Join(strings.Fields(here), " ") != strings.Join(strings.Fields(sentence), " ") {
			t.Fatalf("%q is lit for %q", here, sentence)
		}
	})
}

func TestPartsHealBrokenLines(t *testing.T) {
	t.Parallel()
	before, here, after := parts("Yêu cầu:\n1a) Cài đặt\n  phần mềm (100%).\nHết.", "1a) Cài đặt phần mềm (100%).")
	if before != "Yêu cầu:\n" || here != "1a) Cài đặt\n  phần mềm (100%)." || after != "\nHết." {
		t.Errorf("%q %q %q", before, here, after)
	}
	if before, here, _ := parts("văn bản", "khác"); before != "văn bản" || here != "" {
		t.Errorf("%q %q", before, here)
	}
}
