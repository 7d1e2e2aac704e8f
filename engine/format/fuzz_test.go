// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

func FuzzBind9(f *testing.F)            { fuzz(f, "bind9") }
func FuzzDnsmasq(f *testing.F)          { fuzz(f, "dnsmasq") }
func FuzzUnbound(f *testing.F)          { fuzz(f, "unbound") }
func FuzzCoredns(f *testing.F)          { fuzz(f, "coredns") }
func FuzzPowerdns(f *testing.F)         { fuzz(f, "powerdns") }
func FuzzWindns(f *testing.F)           { fuzz(f, "windns") }
func FuzzWindnsAnalytical(f *testing.F) { fuzz(f, "windns-analytical") }
func FuzzAdguard(f *testing.F)          { fuzz(f, "adguard") }
func FuzzInfoblox(f *testing.F)         { fuzz(f, "infoblox") }
func FuzzZeek(f *testing.F)             { fuzz(f, "zeek") }
func FuzzDnstap(f *testing.F)           { fuzz(f, "dnstap") }
func FuzzEve(f *testing.F)              { fuzz(f, "eve") }

// fuzz gives a reader streams of one or more lines and checks the promises of
// format.Reader and event.DNS on each.
func fuzz(f *testing.F, name string) {
	form, ok := format.Lookup(name)
	if !ok {
		f.Fatalf("no format %q", name)
	}
	files, err := filepath.Glob(filepath.Join("testdata", name, "*.log"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples (%v)", err)
	}
	for _, file := range files {
		lines := readLines(f, file)
		f.Add(bytes.Join(lines, []byte("\n")))
		for _, line := range lines {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		opt := format.Options{At: received}
		a, b := form.New(opt), form.New(opt)
		for line := range bytes.SplitSeq(stream, []byte("\n")) {
			checkLine(t, a, b, line)
		}
	})
}

// checkLine reads line with two readers of the same past.
func checkLine(t *testing.T, a, b format.Reader, line []byte) {
	t.Helper()
	mark := event.DNS{Name: "already there"}
	given := bytes.Clone(line)
	got, v := a.Read(given, []event.DNS{mark})
	if !bytes.Equal(given, line) {
		t.Fatalf("line changed: %q", line)
	}
	if len(got) == 0 || got[0] != mark {
		t.Fatalf("what stood in the slice is gone: %v", got)
	}
	for i := range given { // an event that keeps a reference changes now
		given[i] = 'X'
	}
	again, v2 := b.Read(bytes.Clone(line), []event.DNS{mark})
	if v != v2 || !reflect.DeepEqual(got, again) {
		t.Fatalf("the same line gives %v %v, then %v %v", got, v, again, v2)
	}
	events := got[1:]
	if (v.Outcome == format.Parsed) != (len(events) > 0) || (v.Outcome == format.Parsed) != (v.Reason == "") {
		t.Fatalf("verdict %v with %d events", v, len(events))
	}
	if v.Outcome > format.Parsed {
		t.Fatalf("no such outcome: %d", v.Outcome)
	}
	for _, e := range events {
		checkEvent(t, e)
	}
}

func checkEvent(t *testing.T, e event.DNS) {
	t.Helper()
	switch {
	case e.Name == "" || !utf8.ValidString(e.Name) || strings.ContainsFunc(e.Name, unicode.IsControl):
		t.Fatalf("name is no text on one line: %q", e.Name)
	case e.Name != "." && (strings.HasPrefix(e.Name, ".") || strings.HasSuffix(e.Name, ".") || strings.Contains(e.Name, "..")):
		t.Fatalf("name with an empty label: %q", e.Name)
	case len(e.Name) > 253 && !strings.Contains(e.Name, `\`):
		t.Fatalf("name too long: %q", e.Name)
	case e.Time.Location() != time.UTC:
		t.Fatalf("time in %v", e.Time.Location())
	case !e.Client.IsValid() || e.Client.Zone() != "" || e.Client.Is4In6():
		t.Fatalf("client %v", e.Client)
	case e.Server.Zone() != "" || e.Server.Is4In6():
		t.Fatalf("server %v", e.Server)
	case e.Type != strings.ToUpper(e.Type) || e.RCode != strings.ToUpper(e.RCode):
		t.Fatalf("type %q, code %q", e.Type, e.RCode)
	}
}
