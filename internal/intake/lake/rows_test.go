// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/internal/intake/lake"
)

func TestALookupIsARow(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 1, 2, 3, 4e6, time.UTC)
	got := lake.FromQuery(event.DNS{Time: at, Client: netip.MustParseAddr("192.0.2.1"), Name: "Xau.Example.VN", Type: "AAAA"})
	want := lake.Row{Time: at, Class: lake.DNSActivity, Fields: []lake.Field{{"src_endpoint.ip", "192.0.2.1"}, {"query.hostname", "xau.example.vn"}, {"query.type", "AAAA"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// whole says everything that an activity can say.
var whole = event.Activity{Class: event.FileHosting, Time: time.Unix(1, 0), Protocol: "tcp", Action: event.Blocked, Status: event.Failure, Service: "sshd", Sent: 1, Received: 2, User: "an", Title: "virus", Query: "q.example",
	Src: event.Endpoint{Addr: netip.MustParseAddr("192.0.2.1"), Port: 1, Host: "PC-1"}, Dst: event.Endpoint{Addr: netip.MustParseAddr("2001:db8::1"), Port: 443, Host: "x.example"},
	HTTP: event.HTTP{Method: "GET", URL: "http://x.example/A", UserAgent: "curl", Status: 200}, TLS: event.TLS{SNI: "X.example", Version: "TLSv1.3", JA3: "a", JA3S: "b", JA4: "c"},
	File: event.File{Name: "A.exe", Type: "application/x-dosexec", Size: 3, MD5: "d", SHA1: "e", SHA256: "f"}, Email: event.Email{From: "a@example.vn", To: []string{"b@example.vn", "c@example.vn"}}}

func TestAnActivityIsARowWithAColumnForEachField(t *testing.T) {
	t.Parallel()
	row := lake.FromActivity(whole)
	if row.Class != lake.FileHosting || row.Class.UID() != int(whole.Class) || len(row.Fields) != 32 {
		t.Errorf("%s, %d fields", row.Class, len(row.Fields))
	}
	seen := map[string]bool{}
	for _, f := range row.Fields {
		if !lake.FieldName(f.Name) || seen[f.Name] || !lake.HasColumn(f.Name) {
			t.Errorf("%s is no name, there twice or without a column", f.Name)
		}
		seen[f.Name] = true
	}
	for value, name := range map[string]string{"pc-1": "src_endpoint.hostname", "http://x.example/A": "url.url_string", "b@example.vn, c@example.vn": "email.to", "x.example": "tls.sni", "blocked": "disposition", "443": "dst_endpoint.port"} {
		if !seen[name] {
			t.Errorf("no %s", name)
		}
		for _, f := range row.Fields {
			if f.Name == name && f.Value != value {
				t.Errorf("%s is %q", name, f.Value)
			}
		}
	}
	if got := lake.FromActivity(event.Activity{Class: event.HTTPActivity}); len(got.Fields) != 0 || got.Class != lake.HTTPActivity {
		t.Errorf("of nothing said: %+v", got)
	}
	for class, want := range map[event.Class]lake.Class{event.DetectionFinding: lake.DetectionFinding, event.NetworkActivity: lake.NetworkActivity, event.DNSActivity: lake.DNSActivity,
		event.ProcessActivity: lake.ProcessActivity, event.Authentication: lake.Authentication, event.EmailActivity: lake.EmailActivity} {
		if got := lake.FromActivity(event.Activity{Class: class}).Class; got != want || got.UID() != int(class) {
			t.Errorf("%s is %s, %d", class, got, got.UID())
		}
	}
}

func TestNamesOfFields(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"a": true, "src_endpoint.ip": true, "a1._b": true, "": false, ".": false, "a.": false, ".a": false, "a..b": false, "A": false, "_msg": false, "a b": false, "a\"": false, "é": false, "1": false} {
		if lake.FieldName(name) != want {
			t.Errorf("%q: want %v", name, want)
		}
	}
}
