// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// rendered is a paper as both files, each as PDF, pages and words.
type rendered struct {
	pages []image.Image
	words []string
}

// render writes p both ways and prints both; the DOCX goes through LibreOffice.
func render(t *testing.T, p officedoc.Paper) (docx, pdf rendered) {
	t.Helper()
	for _, tool := range []string{"soffice", "pdftoppm", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s absent: one layout test of officedoc skipped (Debian packages libreoffice-writer, poppler-utils)", tool)
		}
	}
	dir := t.ArtifactDir()
	var d, f bytes.Buffer
	if err := officedoc.WriteDOCX(&d, p); err != nil {
		t.Fatal(err)
	}
	if err := officedoc.WritePDF(&f, p); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "office.docx"), d.Bytes())
	write(t, filepath.Join(dir, "ours.pdf"), f.Bytes())
	run(t, "soffice", "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", dir, filepath.Join(dir, "office.docx"))
	return pages(t, dir, "office"), pages(t, dir, "ours")
}

func pages(t *testing.T, dir, name string) rendered {
	t.Helper()
	file := filepath.Join(dir, name+".pdf")
	run(t, "pdftoppm", "-r", "72", "-png", file, filepath.Join(dir, name))
	text := run(t, "pdftotext", "-layout", file, "-")
	var r rendered
	text = strings.NewReplacer("☐", "[ ]", "☒", "[x]", "\u00a0", " ").Replace(text)
	for w := range strings.FieldsSeq(text) {
		if strings.Trim(w, ".") != "" {
			r.words = append(r.words, w)
		}
	}
	slices.Sort(r.words)
	names, err := filepath.Glob(filepath.Join(dir, name+"-*.png"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages of %s: %v", file, err)
	}
	slices.Sort(names)
	for _, n := range names {
		raw, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		r.pages = append(r.pages, img)
	}
	return r
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, bad bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdout, cmd.Stderr = &out, &bad
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, bad.String())
	}
	return out.String()
}

// ink is the share of dark pixels in a box given in millimetres of the page.
func ink(img image.Image, x0, y0, x1, y1 float64) float64 {
	const mm = 72 / 25.4
	dark, all := 0, 0
	for y := int(y0 * mm); y < int(y1*mm); y++ {
		for x := int(x0 * mm); x < int(x1*mm); x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			all++
			if r+g+b < 3*0xb000 {
				dark++
			}
		}
	}
	return float64(dark) / float64(max(all, 1))
}

func TestLetterStandsOnThePageAsTheDecreeWants(t *testing.T) {
	t.Parallel()
	docx, pdf := render(t, letter())
	for name, r := range map[string]rendered{"docx": docx, "pdf": pdf} {
		if len(r.pages) != 1 {
			t.Errorf("%s: %d pages, want 1", name, len(r.pages))
			continue
		}
		page := r.pages[0]
		for what, box := range map[string][4]float64{
			"issuer":   {40, 20, 90, 31},
			"nation":   {100, 20, 194, 26},
			"motto":    {115, 26, 180, 33},
			"number":   {40, 40, 90, 50},
			"date":     {110, 40, 190, 50},
			"urgency":  {40, 45, 90, 75},
			"body":     {30, 110, 195, 190},
			"copies":   {30, 185, 90, 240},
			"signer":   {115, 185, 190, 250},
			"codeline": {30, 283, 70, 290},
		} {
			if got := ink(page, box[0], box[1], box[2], box[3]); got < 0.01 {
				t.Errorf("%s: %s: %.4f of the box is ink", name, what, got)
			}
		}
		for what, box := range map[string][4]float64{
			"left margin":             {0, 0, 29, 297},
			"right margin":            {196, 0, 210, 297},
			"top margin, page number": {0, 0, 210, 19},
		} {
			if got := ink(page, box[0], box[1], box[2], box[3]); got > 0 {
				t.Errorf("%s: %s: %.4f of the box is ink, want none", name, what, got)
			}
		}
	}
	sameWords(t, docx, pdf)
}

func TestReportRunsOverPagesAlikeInBothFiles(t *testing.T) {
	t.Parallel()
	docx, pdf := render(t, report())
	if len(docx.pages) != len(pdf.pages) {
		t.Errorf("%d pages in DOCX, %d in PDF", len(docx.pages), len(pdf.pages))
	}
	for name, r := range map[string]rendered{"docx": docx, "pdf": pdf} {
		for i, page := range r.pages {
			b := page.Bounds()
			middle := float64(b.Dx()) / 72 * 25.4 / 2
			got := ink(page, middle-15, 5, middle+15, 18)
			// Pages 1 of the paper and of both annexes show no number.
			first := i == 0 || i == len(r.pages)-3 || i == len(r.pages)-1
			if first != (got == 0) {
				t.Errorf("%s: page %d: ink %.4f where the page number stands, first page of its part: %v", name, i+1, got, first)
			}
		}
		last := r.pages[len(r.pages)-1].Bounds()
		if last.Dx() < last.Dy() {
			t.Errorf("%s: the wide annex stands upright", name)
		}
	}
	sameWords(t, docx, pdf)
}

func TestHostileTextKeepsWithinTheMargins(t *testing.T) {
	t.Parallel()
	// Without what every page repeats: the two break pages differently.
	p := hostile()
	p.Code, p.Mark = "", ""
	table := p.Body[len(p.Body)-1].(officedoc.Table)
	for i := range table.Columns {
		table.Columns[i].Head = ""
	}
	docx, pdf := render(t, p)
	for name, r := range map[string]rendered{"docx": docx, "pdf": pdf} {
		for i, page := range r.pages {
			if got := ink(page, 196, 0, 210, 297) + ink(page, 0, 0, 29, 297); got > 0 {
				t.Errorf("%s: page %d has ink in its side margins", name, i+1)
			}
		}
	}
	// Long words break differently; their letters are the same.
	a, b := letters(docx.words), letters(pdf.words)
	if a != b {
		t.Errorf("letters differ:\ndocx %s\npdf  %s", a, b)
	}
}

func TestSignatureTakesTheLastLinesWithIt(t *testing.T) {
	t.Parallel()
	broken := 0
	for lines := 5; lines < 15; lines++ {
		p := letter()
		p.Body = nil
		for range lines {
			p.Body = append(p.Body, officedoc.Text("Một dòng."))
		}
		p.Body = append(p.Body, officedoc.Text("Dòng áp chót; "+strings.Repeat("chữ ", 40)+"hết./."))
		pages := pageTexts(t, p)
		last := pages[len(pages)-1]
		if !strings.Contains(last, p.Sign.Name) || !strings.Contains(last, "KT. GIÁM ĐỐC") || !strings.Contains(last, "hết./.") {
			t.Errorf("%d lines: the signature stands without text above it:\n%s", lines, last)
		}
		if len(pages) > 1 {
			broken++
		}
	}
	if broken == 0 || broken == 10 {
		t.Errorf("%d of 10 papers ran over the page: the test does not meet the page's end", broken)
	}
}

func TestTableHeadStandsOnEveryPageOfTheTable(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile(`PC-HCC-\d\d`)
	seen, pages := 0, 0
	for i, text := range pageTexts(t, report()) {
		rows := len(row.FindAllString(text, -1))
		seen += rows
		if rows > 0 {
			pages++
		}
		if heads := strings.Count(text, "STT"); (rows > 0) != (heads == 1) {
			t.Errorf("page %d has %d rows and %d heads", i+1, rows, heads)
		}
	}
	if seen != 34 || pages < 2 {
		t.Errorf("%d rows on %d pages, want 34 on several", seen, pages)
	}
}

// pageTexts is the text of p's own PDF, page by page.
func pageTexts(t *testing.T, p officedoc.Paper) []string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext absent: one layout test of officedoc skipped (Debian package poppler-utils)")
	}
	file := filepath.Join(t.TempDir(), "paper.pdf")
	write(t, file, pdf(t, p))
	return strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", file, "-"), "\f"), "\f")
}

func letters(words []string) string {
	count := map[rune]int{}
	for _, w := range words {
		for _, r := range w {
			if r != '.' && !unicode.IsDigit(r) { // leaders and page numbers
				count[r]++
			}
		}
	}
	var b strings.Builder
	keys := []rune{}
	for r := range count {
		keys = append(keys, r)
	}
	slices.Sort(keys)
	for _, r := range keys {
		fmt.Fprintf(&b, "%c%d ", r, count[r])
	}
	return b.String()
}

func sameWords(t *testing.T, docx, pdf rendered) {
	t.Helper()
	if slices.Equal(docx.words, pdf.words) {
		return
	}
	diff := map[string]int{}
	for _, w := range docx.words {
		diff[w]++
	}
	for _, w := range pdf.words {
		diff[w]--
	}
	for w, n := range diff {
		if n != 0 {
			t.Errorf("word %q: %+d times more in DOCX than in PDF", w, n)
		}
	}
}
