// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// vietnamese is every letter of the alphabet with every tone, small and capital.
func vietnamese() []string {
	var out []string
	for _, r := range "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" {
		for _, tone := range []string{"", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"} {
			out = append(out, norm.NFC.String(string(r)+tone))
		}
	}
	for _, r := range "bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX" {
		out = append(out, string(r))
	}
	return out
}

// TestEveryVietnameseLetterIsDrawn looks at the pixels: text taken out of a PDF
// is right even where the page shows boxes or nothing.
func TestEveryVietnameseLetterIsDrawn(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"pdftoppm", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s absent: one layout test of officedoc skipped (Debian package poppler-utils)", tool)
		}
	}
	letters := vietnamese()
	box := regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)</word>`)
	for name, face := range map[string]officedoc.Run{"upright": {}, "bold": {Bold: true}, "italic": {Italic: true}, "bold italic": {Bold: true, Italic: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			face.Text = strings.Join(letters, " ")
			dir := t.TempDir()
			file := filepath.Join(dir, "letters.pdf")
			write(t, file, pdf(t, body(officedoc.PageBreak{}, officedoc.Paragraph{Runs: []officedoc.Run{face}, Align: officedoc.Left})))
			run(t, "pdftoppm", "-r", "144", "-png", "-f", "2", "-l", "2", "-singlefile", file, filepath.Join(dir, "letters"))
			raw, err := os.ReadFile(filepath.Join(dir, "letters.png"))
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]string{} // pixels -> letter
			for _, m := range box.FindAllStringSubmatch(run(t, "pdftotext", "-bbox", "-f", "2", "-l", "2", file, "-"), -1) {
				at := [4]int{}
				for i := range at {
					v, err := strconv.ParseFloat(m[i+1], 64)
					if err != nil {
						t.Fatal(err)
					}
					at[i] = int(v * 2)
				}
				if len([]rune(m[5])) != 1 || !strings.ContainsRune(face.Text, []rune(m[5])[0]) {
					continue // the page's number
				}
				var pixels strings.Builder
				for y := at[1] - 2; y < at[3]+2; y++ {
					for x := at[0] - 3; x < at[2]+3; x++ {
						r, g, b, _ := img.At(x, y).RGBA()
						pixels.WriteByte("#."[min(1, (r+g+b)/0x18000)])
					}
				}
				if !strings.Contains(pixels.String(), "#") {
					t.Errorf("%q shows nothing", m[5])
				}
				if other, twice := seen[pixels.String()]; twice {
					t.Errorf("%q looks as %q", m[5], other)
				}
				seen[pixels.String()] = m[5]
			}
			if len(seen) != len(letters) {
				t.Errorf("%d of %d letters are on the page", len(seen), len(letters))
			}
		})
	}
}

// TestEveryVietnameseLetterComesThroughBothFiles takes the words out again, of the
// PDF and of the DOCX that LibreOffice printed: all letters in each face, composed.
func TestEveryVietnameseLetterComesThroughBothFiles(t *testing.T) {
	t.Parallel()
	letters := vietnamese()
	if accented := len(slices.DeleteFunc(slices.Clone(letters), func(s string) bool { return s[0] < 0x80 })); accented != 134 {
		t.Fatalf("%d accented letters are tried, want 67 in both cases", accented)
	}
	marks := map[string]officedoc.Run{"upright": {}, "bold": {Bold: true}, "italic": {Italic: true}, "bolditalic": {Bold: true, Italic: true}}
	var blocks []officedoc.Block
	want := map[string]string{}
	for name, face := range marks {
		for i, l := range letters { // numbered, so that each is found again by its place
			tag := fmt.Sprintf("%s%03d", name, i)
			face.Text = tag + l + "x"
			want[tag] = l
			blocks = append(blocks, officedoc.Paragraph{Runs: []officedoc.Run{face}, Align: officedoc.Left})
		}
	}
	docx, pdf := render(t, body(blocks...))
	word := regexp.MustCompile(`^([a-z]+\d{3})(.+)x$`)
	for file, r := range map[string]rendered{"docx": docx, "pdf": pdf} {
		got := map[string]string{}
		for _, w := range r.words {
			if m := word.FindStringSubmatch(w); m != nil {
				got[m[1]] = m[2]
			}
		}
		for tag, l := range want {
			if got[tag] != l {
				t.Errorf("%s: %s is %q, want %q", file, tag, got[tag], l)
			}
		}
	}
}
