// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// activitySamples lists the sample streams of a format of activities.
func activitySamples(t testing.TB, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "activity", name, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no samples (%v)", name, err)
	}
	return files
}

// Each testdata/activity/<format>/*.log is one stream; its *.golden holds
// verdict, activities and observables of each line.
func TestActivityGolden(t *testing.T) {
	t.Parallel()
	for _, f := range format.Activities() {
		for _, file := range activitySamples(t, f.Name) {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				checkGolden(t, strings.TrimSuffix(file, ".log")+".golden", activityTranscript(f, readLines(t, file)))
			})
		}
	}
}

func checkGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s", golden, firstDifference(got, string(want)))
	}
}

func activityTranscript(f format.Activity, lines [][]byte) string {
	var b strings.Builder
	r := f.New(format.Options{At: received})
	for i, line := range lines {
		events, v := r.Read(line, nil)
		fmt.Fprintf(&b, "%d %s\n", i+1, outcome(v))
		for _, e := range events {
			fmt.Fprintf(&b, "\t%s\n\t\t%v\n", describeActivity(e), e.Observables(nil))
		}
	}
	return b.String()
}

// describeActivity writes what an activity says, unsaid fields left out.
func describeActivity(e event.Activity) string {
	at := "-"
	if !e.Time.IsZero() {
		at = e.Time.Format(time.RFC3339Nano)
	}
	var s strings.Builder
	s.WriteString(fmt.Sprintf("%s %s %s > %s", e.Class, at, describeEnd(e.Src), describeEnd(e.Dst)))
	for _, f := range []struct {
		key   string
		value any
		unset any
	}{
		{"proto", e.Protocol, ""}, {"action", e.Action.String(), ""}, {"status", e.Status.String(), ""}, {"service", e.Service, ""}, {"sent", e.Sent, int64(0)}, {"received", e.Received, int64(0)},
		{"user", e.User, ""}, {"title", e.Title, ""}, {"query", e.Query, ""},
		{"method", e.HTTP.Method, ""}, {"url", e.HTTP.URL, ""}, {"agent", e.HTTP.UserAgent, ""}, {"status", e.HTTP.Status, 0},
		{"sni", e.TLS.SNI, ""}, {"tls", e.TLS.Version, ""}, {"ja3", e.TLS.JA3, ""}, {"ja3s", e.TLS.JA3S, ""}, {"ja4", e.TLS.JA4, ""},
		{"file", e.File.Name, ""}, {"type", e.File.Type, ""}, {"size", e.File.Size, int64(0)},
		{"md5", e.File.MD5, ""}, {"sha1", e.File.SHA1, ""}, {"sha256", e.File.SHA256, ""}, {"from", e.Email.From, ""},
	} {
		if f.value != f.unset {
			s.WriteString(fmt.Sprintf(" %s=%q", f.key, fmt.Sprint(f.value)))
		}
	}
	if len(e.Email.To) > 0 {
		s.WriteString(fmt.Sprintf(" to=%q", e.Email.To))
	}
	return s.String()
}

func describeEnd(e event.Endpoint) string {
	s := "-"
	if e.Addr.IsValid() {
		s = netip.AddrPortFrom(e.Addr, e.Port).String()
	} else if e.Port != 0 {
		s = fmt.Sprintf(":%d", e.Port)
	}
	if e.Host != "" {
		s += "(" + e.Host + ")"
	}
	return s
}

// Every sample stream is detected as what it is.
func TestActivitySamplesAreDetectedAsTheirFormat(t *testing.T) {
	t.Parallel()
	for _, f := range format.Activities() {
		for _, file := range activitySamples(t, f.Name) {
			got, err := format.DetectActivity(readLines(t, file), format.Options{At: received})
			if err != nil || got.Name != f.Name {
				t.Errorf("%s: detected %q, %v", file, got.Name, err)
			}
		}
	}
}

// A look-up log is no activity, and but for the two formats that hold both, no
// activity log is a look-up log.
func TestLookUpsAndActivitiesAreToldApart(t *testing.T) {
	t.Parallel()
	opt := format.Options{At: received}
	for _, f := range format.All() {
		files, _ := filepath.Glob(filepath.Join("testdata", f.Name, "*.log"))
		for _, file := range files {
			lines := readLines(t, file)
			a, err := format.DetectActivity(lines, opt)
			if err == nil && parsedLines(t, a, lines) == 0 {
				continue // it knows lines of other programs there
			}
			if a.Name == "linux" || a.Name == "auth" { // syslog of a machine that runs more than its resolver
				if l, err := format.DetectLog(lines, opt); err != nil || l.Name != f.Name {
					t.Errorf("%s is taken for %s", file, l.Name)
				}
				continue
			}
			cefToo := f.Name == "infoblox" && a.Name == "cef" // NIOS logs RPZ rewrites as CEF
			if err == nil && a.Name != f.Name && !cefToo {
				t.Errorf("%s is taken for %s", file, a.Name)
			}
		}
	}
	for _, f := range format.Activities() {
		for _, file := range activitySamples(t, f.Name) {
			lines := readLines(t, file)
			d, err := format.Detect(lines, opt)
			if err == nil {
				if n, _ := tally(d, lines); n["parsed"] == 0 {
					continue
				}
			}
			if err == nil && d.Name != f.Name {
				t.Errorf("%s is taken for %s", file, d.Name)
			}
		}
	}
}

func parsedLines(t *testing.T, f format.Activity, lines [][]byte) int {
	t.Helper()
	count, _ := activityTally(t, f, lines)
	return count["parsed"]
}
