// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// split reads a command line as Windows does (CommandLineToArgvW), written
// apart from what quotes.
func split(line string) []string {
	var args []string
	var word strings.Builder
	quoted, any := false, false
	for i := 0; i < len(line); {
		slashes := 0
		for i < len(line) && line[i] == '\\' {
			slashes, i = slashes+1, i+1
		}
		switch {
		case i < len(line) && line[i] == '"':
			word.WriteString(strings.Repeat(`\`, slashes/2))
			if slashes%2 == 1 {
				word.WriteByte('"')
			} else {
				quoted = !quoted
			}
			any, i = true, i+1
		case slashes > 0:
			word.WriteString(strings.Repeat(`\`, slashes))
			any = true
		case !quoted && (line[i] == ' ' || line[i] == '\t'):
			if any {
				args = append(args, word.String())
				word.Reset()
			}
			any, i = false, i+1
		default:
			word.WriteByte(line[i])
			any, i = true, i+1
		}
	}
	if any {
		args = append(args, word.String())
	}
	return args
}

func TestWindowsCommandLineComesBackAsItWas(t *testing.T) {
	t.Parallel()
	o := order{what: centreService, program: `C:\Program Files\vonggac\vonggac.exe`, data: `C:\Dữ liệu\Vọng Gác\`, config: `D:\cấu hình "mới".yaml`, log: `C:\a b\log\vonggac.log`}
	want := append([]string{o.program}, o.arguments()...)
	if got := split(commandLine(want...)); !slices.Equal(got, want) {
		t.Errorf("came back as %q, want %q", got, want)
	}
	if want := []string{"serve", "--data", o.data, "--config", o.config, "--log-file", o.log}; !slices.Equal(o.arguments(), want) {
		t.Errorf("arguments %q", o.arguments())
	}
}

func FuzzCommandLine(f *testing.F) {
	f.Add(`C:\Dữ liệu\`, "")
	f.Add(`a\\"b c\`, `"`)
	f.Fuzz(func(t *testing.T, a, b string) {
		want := []string{"x", a, b}
		if got := split(commandLine(want...)); !slices.Equal(got, want) {
			t.Errorf("%q came back as %q", want, got)
		}
	})
}

func TestUnit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o     order
		owner string
		has   []string
		lacks []string
		fails bool
	}{
		"the usual folder is systemd's own": {order{what: centreService, program: "/usr/local/bin/vonggac", data: centreService.data}, "", []string{
			"ExecStart=/usr/local/bin/vonggac serve --data /var/lib/vonggac\n", "DynamicUser=yes", "StateDirectory=vonggac"}, nil, false},
		"a folder of one's own": {order{what: centreService, program: "/opt/Vọng Gác/vonggac", data: "/srv/Dữ liệu 100%", config: "/etc/vg $1.yaml"}, "soc", []string{
			`ExecStart="/opt/Vọng Gác/vonggac" serve --data "/srv/Dữ liệu 100%%" --config "/etc/vg $$1.yaml"` + "\n",
			"DynamicUser=no\nUser=soc\n", `ReadWritePaths="/srv/Dữ liệu 100%%"`, "ProtectSystem=strict"}, []string{"StateDirectory=vonggac"}, false},
		"a folder of root's is refused":      {order{what: centreService, program: "/x", data: "/srv/d"}, "root", nil, nil, true},
		"a folder that is absent is refused": {order{what: centreService, program: "/x", data: "/srv/d"}, "", nil, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := unitText(c.o, c.owner)
			if (err != nil) != c.fails {
				t.Fatal(err)
			}
			for _, want := range c.has {
				if !strings.Contains(got, want) {
					t.Errorf("the unit lacks %q:\n%s", want, got)
				}
			}
			for _, no := range c.lacks {
				if strings.Contains(got, no) {
					t.Errorf("the unit has %q", no)
				}
			}
		})
	}
}

func TestOrderRefusesWhatNoManagerPassesOn(t *testing.T) {
	t.Parallel()
	if _, err := newOrder(centreService, "a\nExecStart=/bin/sh", ""); err == nil {
		t.Error("a line break in a path was taken")
	}
	if _, err := newOrder(centreService, "d", filepath.Join(t.TempDir(), "absent.yaml")); err == nil {
		t.Error("an absent configuration was taken")
	}
	if o, err := newOrder(centreService, "Dữ liệu", ""); err != nil || !filepath.IsAbs(o.data) || !filepath.IsAbs(o.program) {
		t.Errorf("order %+v, %v", o, err)
	}
}

func TestWithoutConsoleTheLinkGoesToAFile(t *testing.T) {
	t.Parallel()
	if !hasConsole(t.Context()) || hasConsole(context.WithValue(t.Context(), hostedKey{}, true)) {
		t.Error("the console is mistaken")
	}
	dir := t.TempDir()
	if err := leaveLink(dir, "http://x/start?token=a"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, linkFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info, err)
	}
	var l lastWords
	for range 5000 {
		_, _ = l.Write([]byte("abc\n"))
	}
	if got := l.String(); len(got) != tailSize || !strings.HasSuffix(got, "abc\n") {
		t.Errorf("%d bytes kept", len(got))
	}
}
