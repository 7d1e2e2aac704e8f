// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package event_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/vonggac/vonggac/engine/event"
)

var (
	_ event.Observer = event.DNS{}
	_ event.Observer = event.Activity{}
)

func TestAnActivityGivesEachObservableOnce(t *testing.T) {
	t.Parallel()
	a := event.Activity{
		Src:  event.Endpoint{Addr: netip.MustParseAddr("192.0.2.10"), Port: 50000, Host: "pc-17"},
		Dst:  event.Endpoint{Addr: netip.MustParseAddr("2001:db8::7"), Port: 443, Host: "xau.example.com."},
		HTTP: event.HTTP{URL: "https://xau.example.com/a"},
		TLS:  event.TLS{SNI: "xau.example.com", JA3: "b7202231ff2db28363c109cedc6d1642", JA3S: "ad90cab724fafab2660fbf61673c91a9"},
		File: event.File{MD5: "d41d8cd98f00b204e9800998ecf8427e"},
	}
	a.Email.From, a.Email.To = "a@example.com", []string{"c@example.vn", "b@example.vn", "a@example.com"}
	before := event.Observable{Kind: event.IP, Value: "192.0.2.10", Role: event.Destination} // of another event: not this one's repeat
	want := []event.Observable{
		before,
		{Kind: event.Domain, Value: "xau.example.com", Role: event.Destination},
		{Kind: event.IP, Value: "2001:db8::7", Role: event.Destination},
		{Kind: event.IP, Value: "192.0.2.10", Role: event.Source},
		{Kind: event.AddrPort, Value: "[2001:db8::7]:443", Role: event.Destination},
		{Kind: event.URL, Value: "https://xau.example.com/a", Role: event.Requested},
		{Kind: event.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e", Role: event.Carried},
		{Kind: event.Mailbox, Value: "a@example.com", Role: event.Addressed},
		{Kind: event.Domain, Value: "example.com", Role: event.Addressed},
		{Kind: event.Mailbox, Value: "b@example.vn", Role: event.Addressed},
		{Kind: event.Mailbox, Value: "c@example.vn", Role: event.Addressed},
		{Kind: event.Domain, Value: "example.vn", Role: event.Addressed},
		{Kind: event.JA3, Value: "b7202231ff2db28363c109cedc6d1642", Role: event.Handshake},
	}
	if got := a.Observables([]event.Observable{before}); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestAHostIsANameOrAnAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host string
		want []event.Observable
	}{
		{"tai.example.vn", []event.Observable{{Kind: event.Domain, Value: "tai.example.vn"}}},
		{"xấu.example.vn", []event.Observable{{Kind: event.Domain, Value: "xấu.example.vn"}}},
		{"198.51.100.7", []event.Observable{{Kind: event.IP, Value: "198.51.100.7"}}},
		{"::ffff:198.51.100.7", []event.Observable{{Kind: event.IP, Value: "198.51.100.7"}}},
		{"fe80::1%eth0", []event.Observable{{Kind: event.IP, Value: "fe80::1"}}},
		{"0.0.0.0", nil},
		{"pc-17", nil}, {"", nil}, {".", nil}, {"a..example", nil}, {".example.vn", nil}, {"a b.example", nil}, {"example.vn/path", nil},
	} {
		got := (event.Activity{Dst: event.Endpoint{Host: c.host}}).Observables(nil)
		for i := range got {
			if got[i].Role != event.Destination {
				t.Errorf("%q: %v", c.host, got[i].Role)
			}
			got[i].Role = event.Queried
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.host, got, c.want)
		}
		if got := (event.DNS{Name: c.host}).Observables(nil); !slices.Equal(got, c.want) {
			t.Errorf("name %q: got %v, want %v", c.host, got, c.want)
		}
	}
}

func TestAPathAloneIsNoURL(t *testing.T) {
	t.Parallel()
	if got := (event.Activity{HTTP: event.HTTP{URL: "/a/b"}}).Observables(nil); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestAURLAndAMailboxNameTheirHosts(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://xau.example.com:8080/a@b?c=http://y.example": "xau.example.com", "xau.example.com/a": "xau.example.com",
		"https://u:p@xau.example.com": "xau.example.com", "http://[2001:db8::1]:80/": "2001:db8::1", "http://[2001:db8::1]/": "2001:db8::1",
		"http://192.0.2.7/x": "192.0.2.7", "http://": "", ":": "", "http://:80/": "", "javascript:void(0)": "",
	} {
		got := (event.Activity{HTTP: event.HTTP{URL: url}}).Observables(nil)
		if host := got[0].Value; len(got) == 2 && host != want || len(got) == 1 && want != "" {
			t.Errorf("%q: %v, want %q", url, got, want)
		}
	}
}

func TestWhoMadeContactIsSeenByTheOtherEnd(t *testing.T) {
	t.Parallel()
	src, dst := netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("192.0.2.10")
	a := event.Activity{Src: event.Endpoint{Addr: src}, Dst: event.Endpoint{Addr: dst}}
	if a.Client(event.Destination) != src || a.Client(event.Queried) != src || a.Client(event.Source) != dst {
		t.Errorf("%v, %v", a.Client(event.Destination), a.Client(event.Source))
	}
}
