// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPapersThatWentThroughLibreOfficePass converts good papers, as an office
// does that keeps them in another program.
func TestPapersThatWentThroughLibreOfficePass(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("soffice absent: one test of officedoc/lint skipped (Debian package libreoffice-writer)")
	}
	dir, profile := t.ArtifactDir(), t.TempDir()
	convert := func(to, file string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+profile, "--headless", "--convert-to", to, "--outdir", filepath.Join(dir, "out"), file)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for name, p := range good() {
		file := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(file, docx(t, p), 0o600); err != nil {
			t.Fatal(err)
		}
		convert("pdf", file)
		convert("docx:MS Word 2007 XML", file)
		for _, ending := range []string{".pdf", ".docx"} {
			raw, err := os.ReadFile(filepath.Join(dir, "out", name+ending))
			if err != nil {
				t.Fatal(err)
			}
			passes(t, "LibreOffice "+name+ending, raw)
		}
	}
}
