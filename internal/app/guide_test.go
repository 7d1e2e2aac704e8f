// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/docs/guide"
	"github.com/vonggac/vonggac/internal/centre/setup"
)

// block is a fenced command of the guide that is run as it stands.
var block = regexp.MustCompile("(?ms)^```sh test\n(.*?)^```$")

// call is a line of any block that calls the program, with its subcommand.
var call = regexp.MustCompile(`(?m)^(?:sudo |\./|\.\\)?vonggac(?:\.exe)? ([a-z]+)(.*)$`)

var longFlag = regexp.MustCompile(`--[a-z-]+`)

// coming are subcommands that a build may not have yet: their lines are checked
// once it has them.
var coming = []string{"backup", "restore", "doctor", "service"}

// TestCommandsOfTheGuideRun runs the marked commands of every page, in both
// languages, in a folder with the sample's files; of all others it checks that
// the program knows the subcommand and its flags.
func TestCommandsOfTheGuideRun(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	bin := program(t)
	help := helper(t, bin)
	ran, checked := 0, 0
	pages, err := fs.Glob(guide.FS, "*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		raw, err := fs.ReadFile(guide.FS, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(raw), -1) {
			if slices.Contains(coming, m[1]) && !strings.Contains(help(), "\n  "+m[1]+" ") {
				t.Logf("%s: this build has no %s", page, m[1])
				continue
			}
			words := []string{m[1]}
			if sub := strings.Fields(m[2]); len(sub) > 0 && !strings.HasPrefix(sub[0], "-") && strings.Contains(help(m[1]), "\n  "+sub[0]+" ") {
				words = append(words, sub[0])
			}
			for _, f := range longFlag.FindAllString(m[2], -1) {
				if !strings.Contains(help(words...), f) {
					t.Errorf("%s: %s: the program does not know %s", page, m[0], f)
				}
			}
			checked++
		}
		ran += runBlocks(t, sh, bin, page, string(raw))
	}
	if ran < 8 || checked < 15 {
		t.Errorf("only %d blocks ran and %d lines were checked: did their form change?", ran, checked)
	}
}

// helper gives the program's help of a subcommand, "" and an error when it has
// none.
func helper(t *testing.T, bin string) func(words ...string) string {
	known := map[string]string{}
	return func(words ...string) string {
		t.Helper()
		key := strings.Join(words, " ")
		if _, ok := known[key]; !ok {
			out, err := exec.CommandContext(t.Context(), bin, append(words, "--help")...).Output()
			if err != nil {
				t.Errorf("vonggac %s: %v", key, err)
			}
			known[key] = string(out)
		}
		return known[key]
	}
}

// runBlocks runs the marked blocks of a page one after the other and returns how
// many there were.
func runBlocks(t *testing.T, sh, bin, page, text string) int {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []setup.Part{setup.PartList, setup.PartLog} {
		name, content, err := setup.SampleFile(part, "", t0)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	blocks := block.FindAllStringSubmatch(text, -1)
	for _, m := range blocks {
		cmd := exec.CommandContext(t.Context(), sh, "-eu", "-c", m[1])
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + filepath.Dir(bin), "HOME=" + dir}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s%v\n%s", page, m[1], err, out)
		}
	}
	return len(blocks)
}
