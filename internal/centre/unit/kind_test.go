// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"testing"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

func TestEveryLabelOfThePackIsRecognisedAsItself(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	all := kinds(set.Packs()[0].Kinds)
	for _, k := range all {
		for _, label := range []string{k.ID, k.Label.VI, k.Label.EN} {
			if got, ok := all.recognise(label); !ok || got.ID != k.ID {
				t.Errorf("%q is recognised as %q, want %q", label, got.ID, k.ID)
			}
		}
	}
	for text, want := range map[string]string{"Ủy ban nhân dân xã Bản Mẫu": "xa", "UBND P. Trung Tâm": "phuong", "so y te": "so"} {
		if got, _ := all.recognise(text); got.ID != want {
			t.Errorf("%q is recognised as %q, want %q", text, got.ID, want)
		}
	}
}
