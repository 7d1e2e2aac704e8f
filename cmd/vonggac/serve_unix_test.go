// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// program is the test binary under the name by which it is the program.
func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "vonggac")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// TestServeStopsGracefully tells a serving process to end as systemd does: it
// ends by itself with code 0, and nothing keeps its folder. A second process
// on the folder is refused meanwhile.
func TestServeStopsGracefully(t *testing.T) {
	t.Parallel()
	vonggac, data := program(t), filepath.Join(t.TempDir(), "Dữ liệu trung tâm")
	log := filepath.Join(data, "log", "vonggac.log")
	cmd := exec.CommandContext(t.Context(), vonggac, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-file", log)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "/start?token=") {
	}
	said, err := exec.CommandContext(t.Context(), vonggac, "serve", "--data", data, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(said), "another vonggac is using this data folder") {
		t.Errorf("a second process: %v, %s", err, said)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, "records.db-wal")); err == nil {
		t.Error("the records were not closed: their log is still there")
	}
	if _, err := os.Stat(log); err != nil {
		t.Error(err)
	}
	doctor(t, vonggac, data, nil)
}

// doctor examines data in the environment env and holds that nothing but the
// disk is wrong, and the zone is there.
func doctor(t *testing.T, vonggac, data string, env []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), vonggac, "doctor", "--json", "--data", data, "--listen", "127.0.0.1:0")
	cmd.Env = append([]string{"HOME=" + t.TempDir()}, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, t.Output()
	runErr := cmd.Run()
	var said struct {
		State  string
		Checks []struct{ Name, State, Says string }
	}
	if err := json.Unmarshal(out.Bytes(), &said); err != nil || len(said.Checks) < 15 {
		t.Fatalf("%v, %v: %s", runErr, err, out.String())
	}
	for _, c := range said.Checks {
		if c.State == "wrong" && c.Name != "disk" || c.Name == "zone" && c.State != "ok" {
			t.Errorf("%s is %s: %s", c.Name, c.State, c.Says)
		}
	}
}

func TestZonesNeedNothingOfTheSystem(t *testing.T) {
	t.Parallel()
	vonggac := program(t)
	data := t.TempDir()
	cmd := exec.CommandContext(t.Context(), vonggac, "doctor", "--json", "--data", data)
	cmd.Env = []string{"HOME=" + data, "ZONEINFO=" + filepath.Join(data, "absent")} // and no TZ
	said, _ := cmd.Output()                                                         // fails: the folder holds no records
	if !strings.Contains(string(said), `"key": "health.zone.ok"`) {
		t.Errorf("said %s", said)
	}
}

func TestDoctorExitCodes(t *testing.T) {
	t.Parallel()
	vonggac := program(t)
	for name, c := range map[string]struct {
		args []string
		want int
		says string
	}{
		"something is wrong":     {[]string{"doctor", "--data", filepath.Join(t.TempDir(), "absent")}, 1, "does not exist"},
		"a bad configuration":    {[]string{"doctor", "--listen", "nowhere"}, 1, "listen"},
		"wrong use":              {[]string{"doctor", "--lang", "fr"}, 2, "want vi or en"},
		"in Vietnamese":          {[]string{"doctor", "--lang", "vi", "--data", filepath.Join(t.TempDir(), "x")}, 1, "không tồn tại"},
		"the version as JSON":    {[]string{"version", "--json"}, 0, `"os":`},
		"completion for a shell": {[]string{"completion", "bash"}, 0, "bash completion"},
		"an example":             {[]string{"config", "--example"}, 0, "metrics:"},
	} {
		cmd := exec.CommandContext(t.Context(), vonggac, c.args...)
		cmd.Env = []string{"HOME=" + t.TempDir()}
		said, _ := cmd.CombinedOutput() // its code is looked at below
		if got := cmd.ProcessState.ExitCode(); got != c.want || !strings.Contains(string(said), c.says) {
			t.Errorf("%s: code %d, want %d, said %s", name, got, c.want, said)
		}
	}
}
