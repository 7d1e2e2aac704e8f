// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/config"
)

// Every key that config shows stands in the example with a sentence, and the
// example means the defaults both as it is and with all comments of keys off.
func TestTheExampleHasEveryKeyAndChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	example := config.Example()
	if regexp.MustCompile(`(?m)^#\s*# *$`).Match(example) {
		t.Error("a key of the example says nothing of itself")
	}
	// Sections and keys with a default lose their mark; keys without stay out.
	on := regexp.MustCompile(`(?m)^#([a-z.]+:\n)`).ReplaceAll(example, []byte("$1"))
	on = regexp.MustCompile(`(?m)^#( *[a-z]+: [^\s])`).ReplaceAll(on, []byte("$1"))
	on = regexp.MustCompile(`(?m)^[a-z]+:\n(#.*\n)*\n`).ReplaceAllFunc(on, func(b []byte) []byte {
		return b[bytes.IndexByte(b, '\n')+1:] // a section with nothing set, or a key without default
	})
	want := show(t, dir, "")
	for name, text := range map[string][]byte{"as it is": example, "with defaults on": on} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".yaml")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := show(t, dir, path); got != want {
			t.Errorf("%s the example changes the configuration:\n%s\nwant\n%s\nfile\n%s", name, got, want, text)
		}
	}
	for line := range strings.Lines(want) {
		key := strings.Fields(line)[0]
		section, name, below := strings.Cut(key, ".")
		if !below {
			name = section
		}
		if !regexp.MustCompile(`(?m)^# *` + name + `:`).Match(example) {
			t.Errorf("the example lacks %s", key)
		}
	}
}

// show is the configuration without origins.
func show(t *testing.T, dir, file string) string {
	t.Helper()
	c, err := config.Load(config.Sources{File: file, Env: []string{"XDG_DATA_HOME=" + dir}, Hostname: "soc"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Show(&b); err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)  +(default|\S+yaml:\d+)$`).ReplaceAllString(b.String(), "")
}

func TestAShortMetricsTokenIsRefusedUnseen(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Sources{Env: []string{"VONGGAC_METRICS_TOKEN=hunter2hunter"}})
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "metrics.token") {
		t.Errorf("a short token gave %v", err)
	}
}
