// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"math"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
)

// TestPlaceOfTheSignatureIsReadOffThePaper holds what is read off the printed file
// against what the printer kept free.
func TestPlaceOfTheSignatureIsReadOffThePaper(t *testing.T) {
	t.Parallel()
	papers := good()
	alone := papers["letter"]
	alone.Copies, alone.Drafter, alone.Prints = nil, "", 0
	papers["without nơi nhận"] = alone
	for name, p := range papers {
		spots, err := officedoc.Spots(p)
		if err != nil {
			t.Fatal(err)
		}
		want := spots[1]
		got, ok, err := lint.SignerSpot(pdf(t, p))
		if err != nil || !ok {
			t.Errorf("%s: found %v, %v", name, ok, err)
			continue
		}
		if got.Role != officedoc.SignerSpot || got.Page != want.Page || math.Abs(got.X-want.X) > 2 || math.Abs(got.Y-want.Y) > 3 || math.Abs(got.Height-want.Height) > 5 {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	nobody := papers["letter"]
	nobody.Sign = officedoc.Signature{}
	for what, raw := range map[string][]byte{"nobody signs": pdf(t, nobody), "a DOCX": docx(t, papers["letter"])} {
		if got, ok, err := lint.SignerSpot(raw); ok || err != nil {
			t.Errorf("%s: %+v %v", what, got, err)
		}
	}
}

// TestASignatureIsKnownWithoutNoiNhan: a paper may have none, as a biên bản.
func TestASignatureIsKnownWithoutNoiNhan(t *testing.T) {
	t.Parallel()
	for name, p := range good() {
		p.Copies, p.Drafter, p.Prints = nil, "", 0
		for kind, raw := range map[string][]byte{"docx": docx(t, p), "pdf": pdf(t, p)} {
			r, err := lint.Check(raw)
			if err != nil {
				t.Fatal(err)
			}
			told := false
			for _, f := range r.Findings {
				told = told || f.Rule == "copies.present"
				if f.Severity != lint.Unchecked && f.Rule != "copies.present" {
					t.Errorf("%s %s: %+v", name, kind, f)
				}
			}
			if !told {
				t.Errorf("%s %s: that nơi nhận is absent is not said", name, kind)
			}
		}
	}
}
