// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/journal"
)

const secret = "Zx9-hunter2hunter2"

func TestSecretsAreNotWritten(t *testing.T) {
	t.Parallel()
	address, err := url.Parse("https://soc.example.vn/start?token=" + secret + "&x=1")
	if err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]func(*slog.Logger){
		"a key":               func(l *slog.Logger) { l.Info("m", "token", secret) },
		"a longer key":        func(l *slog.Logger) { l.Info("m", "smtp_Password", secret) },
		"a key of any type":   func(l *slog.Logger) { l.Info("m", "cookie", []string{secret}) },
		"a group":             func(l *slog.Logger) { l.Info("m", slog.Group("authorization", "value", secret)) },
		"a logger's group":    func(l *slog.Logger) { l.WithGroup("secret").Info("m", "v", secret) },
		"a logger's own":      func(l *slog.Logger) { l.With("session_token", secret).Info("m") },
		"the query of a link": func(l *slog.Logger) { l.Info("m", "path", "/start?token="+secret) },
		"an address":          func(l *slog.Logger) { l.Info("m", "at", address) },
		"an error": func(l *slog.Logger) {
			l.Info("m", "err", fmt.Errorf("get /x?code=%s: %w", secret, errors.ErrUnsupported))
		},
		"a password in a URL":    func(l *slog.Logger) { l.Info("m", "err", errors.New("dial postgres://vg:"+secret+"@db/x")) },
		"a bearer header":        func(l *slog.Logger) { l.Info("m", "head", "Bearer "+secret) },
		"the message":            func(l *slog.Logger) { l.Info("opened /start?token=" + secret) },
		"an error under a group": func(l *slog.Logger) { l.WithGroup("job").Info("m", "err", errors.New("password="+secret)) },
	} {
		for _, format := range []string{"text", "json"} {
			t.Run(name+" as "+format, func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				line(journal.New(&b, slog.LevelDebug, format))
				if strings.Contains(b.String(), secret) || !strings.Contains(b.String(), "(hidden)") {
					t.Errorf("wrote %s", b.String())
				}
			})
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	journal.New(&b, slog.LevelInfo, "json").Info("job done", "kind", "ingest", "n", 3, "err", errors.New("line 7: key=value expected after code"))
	for _, want := range []string{`"kind":"ingest"`, `"n":3`, "expected after code", "job done"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s lacks %s", b.String(), want)
		}
	}
}

func TestAFileTurnsOverAndLosesNoRecentLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "Nhật ký", "vonggac.log")
	f, err := journal.OpenFile(path, 1000, 3)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	const lines, each = 75, 50
	for n := range lines {
		wg.Go(func() {
			if _, err := fmt.Fprintf(f, "%-*d\n", each-1, n); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range []string{path, path + ".1", path + ".2", path + ".3"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > 1000 || len(raw)%each != 0 {
			t.Errorf("%s has %d bytes", name, len(raw))
		}
		all = append(all, raw...)
	}
	if len(all) != lines*each {
		t.Errorf("%d bytes in all, want %d", len(all), lines*each)
	}
	if _, err := os.Stat(path + ".4"); err == nil {
		t.Error("a file too many was kept")
	}
	again, err := journal.OpenFile(path, 1000, 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(again, "x"); err != nil || again.Close() != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || after.Size() != 15*each+2 {
		t.Errorf("opening again did not write behind what was there: %v, %v", after, err)
	}
}

// Somebody who has an old file open, as editors on Windows have it, stops no log.
func TestAFileThatCannotBeMovedLosesNoLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	inTheWay := filepath.Join(path+".1", "x")
	if err := os.MkdirAll(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := journal.OpenFile(path, 100, 1)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	write := func(from, to int) {
		t.Helper()
		for n := from; n < to; n++ {
			fmt.Fprintf(&want, "line %04d\n", n)
			if _, err := fmt.Fprintf(f, "line %04d\n", n); err != nil {
				t.Fatalf("line %d: %v", n, err)
			}
		}
	}
	write(0, 95)
	if err := os.RemoveAll(path + ".1"); err != nil {
		t.Fatal(err)
	}
	write(95, 120)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	said := 0
	for _, name := range []string{path + ".1", path} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			if strings.Contains(line, "cannot be turned over") {
				said++
				continue
			}
			got.WriteString(line)
		}
	}
	if !strings.HasSuffix(want.String(), got.String()) || got.Len() < 100 || said > 10 {
		t.Errorf("%d bytes of lines and %d warnings are left", got.Len(), said)
	}
}

// FuzzRedact holds that a secret given as the value of a parameter never
// shows, whatever stands around it.
func FuzzRedact(f *testing.F) {
	f.Add("GET /start?", " 200")
	f.Add("", "&x")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, "hunter2") {
			return // the text around would show it
		}
		var b bytes.Buffer
		journal.New(&b, slog.LevelInfo, "json").Info("m", "text", before+" token=hunter2-q8"+after)
		if strings.Contains(b.String(), "hunter2") {
			t.Errorf("wrote %s", b.String())
		}
	})
}
