// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

func FuzzZeekActivity(f *testing.F) { fuzzActivity(f, "zeek") }
func FuzzEveActivity(f *testing.F)  { fuzzActivity(f, "eve") }
func FuzzSquid(f *testing.F)        { fuzzActivity(f, "squid") }
func FuzzCEF(f *testing.F)          { fuzzActivity(f, "cef") }
func FuzzLEEF(f *testing.F)         { fuzzActivity(f, "leef") }
func FuzzFortigate(f *testing.F)    { fuzzActivity(f, "fortigate") }
func FuzzPaloAlto(f *testing.F)     { fuzzActivity(f, "paloalto") }
func FuzzCheckPoint(f *testing.F)   { fuzzActivity(f, "checkpoint") }
func FuzzPfsense(f *testing.F)      { fuzzActivity(f, "pfsense") }
func FuzzGoflow(f *testing.F)       { fuzzActivity(f, "goflow") }
func FuzzSophos(f *testing.F)       { fuzzActivity(f, "sophos") }
func FuzzCisco(f *testing.F)        { fuzzActivity(f, "cisco") }
func FuzzMikrotik(f *testing.F)     { fuzzActivity(f, "mikrotik") }
func FuzzNetfilter(f *testing.F)    { fuzzActivity(f, "netfilter") }
func FuzzAuth(f *testing.F)         { fuzzActivity(f, "auth") }
func FuzzPostfix(f *testing.F)      { fuzzActivity(f, "postfix") }
func FuzzDovecot(f *testing.F)      { fuzzActivity(f, "dovecot") }
func FuzzZimbra(f *testing.F)       { fuzzActivity(f, "zimbra") }
func FuzzExim(f *testing.F)         { fuzzActivity(f, "exim") }
func FuzzVsftpd(f *testing.F)       { fuzzActivity(f, "vsftpd") }
func FuzzKeycloak(f *testing.F)     { fuzzActivity(f, "keycloak") }
func FuzzAuditd(f *testing.F)       { fuzzActivity(f, "auditd") }
func FuzzOpenVPN(f *testing.F)      { fuzzActivity(f, "openvpn") }
func FuzzHAProxy(f *testing.F)      { fuzzActivity(f, "haproxy") }
func FuzzAccess(f *testing.F)       { fuzzActivity(f, "access") }
func FuzzIIS(f *testing.F)          { fuzzActivity(f, "iis") }
func FuzzWindows(f *testing.F)      { fuzzActivity(f, "windows") }
func FuzzLinux(f *testing.F)        { fuzzActivity(f, "linux") }

// fuzzActivity gives a reader streams of lines and checks the promises of
// format.ActivityReader and event.Activity on each.
func fuzzActivity(f *testing.F, name string) {
	form, ok := format.LookupActivity(name)
	if !ok {
		f.Fatalf("no format %q", name)
	}
	for _, file := range activitySamples(f, name) {
		lines := readLines(f, file)
		f.Add(bytes.Join(lines, []byte("\n")))
		for _, line := range lines {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) { checkStream(t, form, stream) })
}

func checkStream(t *testing.T, form format.Activity, stream []byte) {
	t.Helper()
	opt := format.Options{At: received}
	whole, crlf := form.New(opt), form.New(opt)
	count, lines := map[format.Outcome]int{}, 0
	for line := range bytes.SplitSeq(stream, []byte("\n")) {
		lines++
		count[checkActivityLine(t, whole, crlf, line)]++
	}
	if count[format.Parsed]+count[format.Skipped]+count[format.Rejected] != lines {
		t.Fatalf("%d lines, counted %v", lines, count)
	}
}

// checkActivityLine reads line with two readers of the same past, the second
// time with the carriage return of a CRLF line end.
func checkActivityLine(t *testing.T, whole, crlf format.ActivityReader, line []byte) format.Outcome {
	t.Helper()
	mark := event.Activity{Title: "already there"}
	given := bytes.Clone(line)
	got, v := whole.Read(given, []event.Activity{mark})
	if !bytes.Equal(given, line) {
		t.Fatalf("line changed: %q", line)
	}
	if len(got) == 0 || !reflect.DeepEqual(got[0], mark) {
		t.Fatalf("what stood in the slice is gone: %v", got)
	}
	for i := range given { // an activity that keeps a reference changes now
		given[i] = 'X'
	}
	again, v2 := crlf.Read(append(bytes.Clone(line), '\r'), []event.Activity{mark})
	if v != v2 || !reflect.DeepEqual(got, again) {
		t.Fatalf("%q gives %v %v, with CRLF %v %v", line, got, v, again, v2)
	}
	events := got[1:]
	if (v.Outcome == format.Parsed) != (len(events) > 0) || (v.Outcome == format.Parsed) != (v.Reason == "") || v.Outcome > format.Parsed {
		t.Fatalf("verdict %v with %d activities", v, len(events))
	}
	for _, e := range events {
		checkActivity(t, e)
	}
	return v.Outcome
}

func checkActivity(t *testing.T, e event.Activity) {
	t.Helper()
	for _, a := range [...]event.Endpoint{e.Src, e.Dst} {
		if a.Addr.Zone() != "" || a.Addr.Is4In6() {
			t.Fatalf("address %v", a.Addr)
		}
	}
	if e.Time.Location() != time.UTC {
		t.Fatalf("time in %v", e.Time.Location())
	}
	texts := append([]string{
		e.Src.Host, e.Dst.Host, e.Protocol, e.User, e.Service, e.Title, e.Query, e.HTTP.Method, e.HTTP.URL, e.HTTP.UserAgent,
		e.TLS.SNI, e.TLS.Version, e.TLS.JA4, e.File.Name, e.File.Type, e.Email.From,
	}, e.Email.To...)
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			t.Fatalf("no text on one line: %q", s)
		}
	}
	for digits, hashes := range map[int][]string{32: {e.File.MD5, e.TLS.JA3, e.TLS.JA3S}, 40: {e.File.SHA1}, 64: {e.File.SHA256}} {
		for _, h := range hashes {
			if h != "" && (len(h) != digits || strings.Trim(h, "0123456789abcdef") != "") {
				t.Fatalf("%q is no hash of %d digits", h, digits)
			}
		}
	}
	if e.Sent < 0 || e.Received < 0 || e.File.Size < 0 || e.Class == 0 {
		t.Fatalf("sizes or class: %+v", e)
	}
	seen := map[event.Observable]bool{}
	for _, o := range e.Observables(nil) {
		if o.Role = 0; o.Value == "" || seen[o] {
			t.Fatalf("empty or repeated observable %v", o)
		}
		seen[o] = true
	}
}
