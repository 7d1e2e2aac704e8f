// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// The worked example, printed both ways: the same words, on at most three
// pages. The files and their pictures stay with the test's artifacts.
func TestBothFilesSayTheSameWords(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"soffice", "pdftotext", "pdftoppm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s absent: one layout test of report skipped (Debian packages libreoffice-writer, poppler-utils)", tool)
		}
	}
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Duty, "tinh")
	i := b.open(example("a"))
	for _, form := range []string{"F1b", "F1a"} {
		f := b.draft(i, form)
		e := edit(f)
		e.Frame.To = []string{"Cục An ninh mạng và phòng, chống tội phạm sử dụng công nghệ cao, Bộ Công an", "Công an tỉnh Đông Sơn"}
		e.Frame.Copies = []string{"Như trên", "UBND tỉnh Đông Sơn (để báo cáo)", "Thường trực Đảng ủy, HĐND xã", "Lưu: VT, VHXH"}
		e.Frame.Signer = report.Signer{College: "Ủy ban nhân dân", Authority: "kt", For: "Chủ tịch", Title: "Phó Chủ tịch", Name: "Vàng A Páo"}
		e.Frame.Date, e.Frame.Urgency = calendar.DateOf(b.now), "flash"
		if form == "F1a" {
			e.Frame.Urgency = ""
			e.Fields["notified"] = report.Typed{Value: report.Value{Codes: []string{"isp"}, Notes: map[string]string{"isp": "Nhà mạng A"}}}
			e.Fields["attachments"] = report.Typed{Value: codes("system_log")}
			e.Fields["services"] = report.Typed{Value: codes("web")}
		}
		p, err := b.svc.Save(ctx, f.ID, e, f.Version)
		if err != nil {
			t.Fatal(err)
		}
		if p, _, err = b.svc.Print(ctx, p.ID, p.Version); err != nil {
			f, _ := b.svc.Get(ctx, p.ID)
			t.Fatal(form, err, f.Findings)
		}
		dir := t.ArtifactDir()
		for _, k := range []report.Kind{report.DOCX, report.PDF} {
			_, _, raw, err := b.svc.Download(ctx, p.ID, 1, k)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, form+"."+string(k)), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		office := filepath.Join(dir, form+"-office")
		run(t, "soffice", "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", office, filepath.Join(dir, form+".docx"))
		run(t, "pdftoppm", "-r", "80", "-png", filepath.Join(dir, form+".pdf"), filepath.Join(dir, form))
		run(t, "pdftoppm", "-r", "80", "-png", filepath.Join(office, form+".pdf"), office)
		own, word := words(t, filepath.Join(dir, form+".pdf")), words(t, filepath.Join(office, form+".pdf"))
		if len(own) < 200 || !slices.Equal(own, word) {
			t.Errorf("%s: %d words in the PDF, %d in the DOCX; they differ", form, len(own), len(word))
		}
		if n := strings.Count(run(t, "pdftotext", filepath.Join(dir, form+".pdf"), "-"), "\f"); n > 3 {
			t.Errorf("%s takes %d pages", form, n)
		}
	}
}

// words are the words of a PDF in any order: columns may be read in another.
func words(t *testing.T, file string) []string {
	t.Helper()
	text := strings.NewReplacer("☐", "[ ]", "☒", "[x]", "\u00a0", " ").Replace(run(t, "pdftotext", "-layout", file, "-"))
	var out []string
	for w := range strings.FieldsSeq(text) {
		if strings.Trim(w, ".") != "" {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return out
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return string(out)
}
