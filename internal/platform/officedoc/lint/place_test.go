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

// TestBlanksAreFound: a draft leaves number and day open, which are written once
// the paper has them.
func TestBlanksAreFound(t *testing.T) {
	t.Parallel()
	p := good()["letter"]
	p.Number, p.OpenDay = "", true
	number, day, month, year, err := lint.Blanks(pdf(t, p))
	if err != nil || number == nil || day == nil || month != "02" || year != "2026" {
		t.Fatalf("%+v %+v %s %s %v", number, day, month, year, err)
	}
	// The printer leaves eight blanks and one for the number, seven for the day.
	if number.Page != 1 || math.Abs(number.Width-9*officedoc.Width(" ", false, false, 13)) > 6 || number.Italic || number.Size != 13 {
		t.Errorf("number: %+v", number)
	}
	if day.Page != 1 || !day.Italic || day.Size != 14 || math.Abs(day.Width-7*officedoc.Width(" ", false, true, 14)) > 6 {
		t.Errorf("day: %+v", day)
	}
	for what, raw := range map[string][]byte{"a paper with both": pdf(t, good()["letter"]), "a DOCX": docx(t, p)} {
		if number, day, _, _, err := lint.Blanks(raw); number != nil || day != nil || err != nil {
			t.Errorf("%s: %+v %+v %v", what, number, day, err)
		}
	}
}
