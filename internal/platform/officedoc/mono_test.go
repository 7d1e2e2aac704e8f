// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"bytes"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// TestUrgencyIsLegibleInOneColour prints the marks, red in colour, in grey and in
// black and white, as office printers and copies have them.
func TestUrgencyIsLegibleInOneColour(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"soffice", "pdftoppm", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s absent: one layout test of officedoc skipped (Debian packages libreoffice-writer, poppler-utils)", tool)
		}
	}
	dir, profile := t.ArtifactDir(), t.TempDir()
	args := []string{"-env:UserInstallation=file://" + profile, "--headless", "--convert-to", "pdf", "--outdir", filepath.Join(dir, "office")}
	marks := map[officedoc.Urgency]string{officedoc.Urgent: "KHẨN", officedoc.VeryUrgent: "THƯỢNG KHẨN", officedoc.MostUrgent: "HỎA TỐC"}
	for u, mark := range marks {
		p := letter()
		p.Urgency = u
		var d bytes.Buffer
		if err := officedoc.WriteDOCX(&d, p); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, strings.ReplaceAll(mark, " ", "_"))
		write(t, name+".docx", d.Bytes())
		write(t, name+".pdf", pdf(t, p))
		args = append(args, name+".docx")
	}
	run(t, "soffice", args...)
	for _, mark := range marks {
		for _, folder := range []string{dir, filepath.Join(dir, "office")} {
			file := filepath.Join(folder, strings.ReplaceAll(mark, " ", "_")+".pdf")
			box := markBox(t, file, mark)
			for way, option := range map[string]string{"grey": "-gray", "black and white": "-mono"} {
				out := strings.TrimSuffix(file, ".pdf") + option
				run(t, "pdftoppm", "-r", "200", "-png", "-singlefile", option, file, out)
				raw, err := os.ReadFile(out + ".png")
				if err != nil {
					t.Fatal(err)
				}
				img, _, err := image.Decode(bytes.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				letters, frame := darkness(img, box, 0), darkness(img, box, 14)
				// As much ink as bold black letters leave, and a frame that goes round.
				if letters < 0.12 || letters > 0.6 || frame < 0.01 {
					t.Errorf("%s, %s of %s: %.3f of the letters' place is dark, %.3f of the frame's", mark, way, file, letters, frame)
				}
			}
		}
	}
}

var wordBox = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)</word>`)

// markBox is where a mark stands on page 1, in points.
func markBox(t *testing.T, file, mark string) (box [4]float64) {
	t.Helper()
	left := strings.Fields(mark)
	for _, m := range wordBox.FindAllStringSubmatch(run(t, "pdftotext", "-bbox", "-l", "1", file, "-"), -1) {
		if len(left) == 0 || m[5] != left[0] {
			continue
		}
		var at [4]float64
		for i := range at {
			v, err := strconv.ParseFloat(m[i+1], 64)
			if err != nil {
				t.Fatal(err)
			}
			at[i] = v
		}
		if left = left[1:]; box == [4]float64{} {
			box = at
			continue
		}
		box[2], box[3] = at[2], max(box[3], at[3])
	}
	if len(left) > 0 {
		t.Fatalf("%s: no %q on page 1", file, mark)
	}
	return box
}

// darkness is the share of dark pixels, at 200 a inch, in a box widened by so many
// points; of a widened one, without the box itself.
func darkness(img image.Image, box [4]float64, more float64) float64 {
	const scale = 200.0 / 72
	dark, all := 0, 0
	for y := int((box[1] - more) * scale); y < int((box[3]+more)*scale); y++ {
		for x := int((box[0] - more) * scale); x < int((box[2]+more)*scale); x++ {
			px, py := float64(x)/scale, float64(y)/scale
			if more > 0 && px >= box[0]-2 && px <= box[2]+2 && py >= box[1]-2 && py <= box[3]+2 {
				continue
			}
			all++
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x7000 {
				dark++
			}
		}
	}
	return float64(dark) / float64(max(all, 1))
}
