// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// Sample is the paper of made-up data of a kind of paper.
func (s *Service) Sample(t testing.TB, id string) report.Sheet {
	t.Helper()
	p, ok := s.paper(id)
	if !ok {
		t.Fatalf("there is no %s", id)
	}
	sheet, err := s.sample(p)
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

// Own is that paper in the product's own layout.
func (s *Service) Own(t testing.TB, id string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := officedoc.WriteDOCX(&b, s.Sample(t, id).Paper(time.Time{})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Filled is a sheet in the built-in layout of its kind of paper.
func Filled(s *Service, id string, sheet report.Sheet) ([]byte, error) {
	p, _ := s.paper(id)
	raw, err := s.builtin(p)
	if err != nil {
		return nil, err
	}
	return fill(raw, sheet)
}

// FillIn writes a sheet in a template.
func FillIn(raw []byte, sheet report.Sheet) ([]byte, error) { return fill(raw, sheet) }
