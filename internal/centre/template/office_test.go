// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// TestATemplateThatAnotherProgramSavedStillFills takes the built-in layouts
// through LibreOffice, as DOCX and by way of ODT, which tears and renames most of
// what is in them: they are taken, filled, and as many pages as before say the
// same words. The files and their pictures stay with the test's artifacts.
func TestATemplateThatAnotherProgramSavedStillFills(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"soffice", "pdftotext", "pdftoppm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s absent: one test of centre/template skipped (Debian packages libreoffice-writer, poppler-utils)", tool)
		}
	}
	g := lay(t, nil)
	dir, profile := t.ArtifactDir(), t.TempDir()
	run := func(name string, args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	convert := func(to, into, file string) string {
		t.Helper()
		run("soffice", "-env:UserInstallation=file://"+profile, "--headless", "--convert-to", to, "--outdir", filepath.Join(dir, into), filepath.Join(dir, file))
		ending, _, _ := strings.Cut(to, ":")
		return filepath.Join(into, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))+"."+ending)
	}
	write := func(name string, raw []byte) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, id := range []string{"F1a", "F12"} {
		sheet := g.Sample(t, id)
		var own bytes.Buffer
		if err := officedoc.WriteDOCX(&own, sheet.Paper(t0)); err != nil {
			t.Fatal(err)
		}
		want, pages := wordsOf(t, run, filepath.Join(dir, convert("pdf", "own", write(id+".docx", own.Bytes()))))
		plain := write(id+"-mau.docx", g.built(id))
		for name, file := range map[string]string{
			"as it is":      plain,
			"saved anew":    convert("docx:MS Word 2007 XML", "saved", plain),
			"by way of ODT": convert("docx:MS Word 2007 XML", "odt2", convert("odt", "odt", plain)),
		} {
			raw, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			v, err := g.Judge(g.as("mai", auth.Centre, "root"), id, "mau.docx", bytes.NewReader(raw))
			if err != nil || !v.Good() {
				t.Errorf("%s %s: %+v, %v", id, name, v, err)
				continue
			}
			filled, err := template.FillIn(raw, sheet)
			if err != nil {
				t.Errorf("%s %s: %v", id, name, err)
				continue
			}
			into := id + "-" + strings.ReplaceAll(name, " ", "-")
			pdf := filepath.Join(dir, convert("pdf", "filled", write(into+".docx", filled)))
			run("pdftoppm", "-r", "60", "-png", pdf, filepath.Join(dir, into))
			got, n := wordsOf(t, run, pdf)
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: %d words, want %d: %q", id, name, len(got), len(want), apart(got, want))
			}
			if n > pages+1 || n < pages {
				t.Errorf("%s %s: %d pages, want %d", id, name, n, pages)
			}
		}
	}
}

var pageNumber = regexp.MustCompile(`(?m)^\s*\d+\s*$`)

// wordsOf are the words of a PDF in any order, and its pages.
func wordsOf(t *testing.T, run func(string, ...string) string, pdf string) ([]string, int) {
	t.Helper()
	text := run("pdftotext", "-layout", pdf, "-")
	words := strings.Fields(pageNumber.ReplaceAllString(text, ""))
	slices.Sort(words)
	return words, strings.Count(text, "\f")
}

// apart are the words that one list has and the other has not.
func apart(a, b []string) (out []string) {
	for _, list := range [][2][]string{{a, b}, {b, a}} {
		for _, w := range list[0] {
			if !slices.Contains(list[1], w) {
				out = append(out, w)
			}
		}
	}
	return out
}
