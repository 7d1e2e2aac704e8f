// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/docs/guide"
	"github.com/vonggac/vonggac/internal/centre/setup"
)

// block is a fenced command of the guide: "```sh test" is run as it stands,
// "```sh later" once the program has all of its commands.
var block = regexp.MustCompile("(?ms)^```sh (test|later)\n(.*?)^```$")

var subcommand = regexp.MustCompile(`(?m)^vonggac ([a-z]+)`)

// TestCommandsOfTheGuideRun runs the commands of every page, in both languages,
// in a folder with the sample's files.
func TestCommandsOfTheGuideRun(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	bin := program(t)
	help, err := exec.CommandContext(t.Context(), bin, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	pages, err := fs.Glob(guide.FS, "*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		raw, err := fs.ReadFile(guide.FS, page)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for _, part := range []setup.Part{setup.PartList, setup.PartLog} {
			name, content, err := setup.SampleFile(part, t0)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range block.FindAllStringSubmatch(string(raw), -1) {
			if m[1] == "later" && !knows(string(help), m[2]) {
				t.Logf("%s: this build does not have all of: %s", page, strings.TrimSpace(m[2]))
				continue
			}
			cmd := exec.CommandContext(t.Context(), sh, "-eu", "-c", m[2])
			cmd.Dir, cmd.Env = dir, []string{"PATH=" + filepath.Dir(bin), "HOME=" + dir}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s%v\n%s", page, m[2], err, out)
			}
			ran++
		}
	}
	if ran < 8 {
		t.Errorf("only %d blocks ran: is the mark still \"sh test\"?", ran)
	}
}

// knows reports whether the program's help names every subcommand of a script.
func knows(help, script string) bool {
	for _, m := range subcommand.FindAllStringSubmatch(script, -1) {
		if !regexp.MustCompile(`(?m)^  ` + m[1] + ` `).MatchString(help) {
			return false
		}
	}
	return true
}
