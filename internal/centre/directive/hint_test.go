// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHintsHideNothing holds that no rule of time limits finds anything where its
// hint says that it cannot.
func TestHintsHideNothing(t *testing.T) {
	x := lexiconOf(t)
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	more, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen, spared := 0, 0
	for _, f := range append(files, more...) {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range strings.FieldsFunc(fold(string(raw)), func(r rune) bool { return r == '.' || r == ';' }) {
			for _, rule := range x.deadlines {
				switch found := rule.re.FindString(s); {
				case rule.hint.in(s):
					seen++
				case found != "":
					t.Errorf("%q is not looked for by %s", found, rule.Pattern)
				default:
					spared++
				}
			}
		}
	}
	t.Logf("%d looks, %d spared", seen, spared)
	if spared < 2*seen {
		t.Errorf("hints spare %d looks of %d", spared, seen+spared)
	}
}
