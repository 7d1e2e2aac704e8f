// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/packaging"
)

func TestTheExampleConfigurationIsOfThisProgram(t *testing.T) {
	t.Parallel()
	if packaging.Example != string(config.Example()) {
		t.Error("vonggac.example.yaml is stale: vonggac config --example > packaging/vonggac.example.yaml")
	}
}

// systemd itself reads the unit; the program named in it need not be installed.
func TestSystemdUnderstandsTheUnit(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"vonggac.service": packaging.Unit, "vonggac-collect.service": packaging.CollectUnit} {
		unit := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(unit, []byte(strings.Replace(text, "/usr/local/bin/vonggac", program, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", unit).CombinedOutput()
		if err != nil || len(said) > 0 {
			t.Errorf("%s: %v: %s", name, err, said)
		}
	}
}
