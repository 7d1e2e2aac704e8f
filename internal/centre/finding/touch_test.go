// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"testing"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// touched is one client in touch with a value that an entry of a type names.
func touched(client, entry string, kind intel.Type, value string, role event.Role) scan.Hit {
	h := hit(list("Danh sách", string(kind.String())+" "+entry), client, value, 1, t0)
	h.Match.Indicator, h.Match.Type, h.Kind, h.Role = entry, kind, kind, role
	return h
}

func TestFindingsOfOneIndicatorAreThoseOfItsTypeInScope(t *testing.T) {
	const md5 = "d41d8cd98f00b204e9800998ecf8427e"
	const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const ja4 = "t13d1516h2_8daaf6152771_b0da82dd1658"
	each(t, func(t *testing.T, h *house) {
		h.addresses(h.b, "10.2.0.0/16", unit.Machine)
		h.record(h.root,
			touched("10.1.0.1", "203.0.113.9", intel.Address, "203.0.113.9", event.Destination),
			touched("10.1.0.2", "203.0.113.0/24", intel.Network, "203.0.113.9", event.Source),
			touched("10.2.0.3", "203.0.113.9", intel.Address, "203.0.113.9", event.Source),
			touched("10.1.0.4", "203.0.113.9:443", intel.Endpoint, "203.0.113.9:443", event.Destination),
			touched("10.1.0.5", "bad.example/kit/", intel.URL, "bad.example/kit/a.php", event.Requested),
			touched("10.1.0.6", md5, intel.MD5, md5, event.Carried),
			touched("10.1.0.7", sha256, intel.SHA256, sha256, event.Carried),
			touched("10.1.0.8", "a@bad.example", intel.Email, "a@bad.example", event.Addressed),
			touched("10.1.0.9", md5, intel.JA3, md5, event.Handshake),
			touched("10.1.0.10", ja4, intel.JA4, ja4, event.Handshake),
			touched("10.1.0.11", "bad.example", intel.Domain, "www.bad.example", event.Queried),
			touched("10.1.0.12", "notbad.example", intel.Domain, "notbad.example", event.Queried))
		for value, want := range map[string]int{
			"203.0.113.9": 3, "203.0.113.0/24": 1, "203.0.113.9:443": 1, "https://bad.example/kit/": 1, "hxxp://bad[.]example/kit/a.php": 1,
			md5: 2, sha256: 1, "a@bad.example": 1, ja4: 1, "bad.example": 1, "www.bad.example": 1, "BAD[.]example": 1, "ad.example": 0, "203.0.113.10": 0,
		} {
			if got := len(h.all(h.officer(), finding.Filter{Indicator: value})); got != want {
				t.Errorf("%s stands in %d findings, want %d", value, got, want)
			}
		}
		commune := h.as(auth.UnitOfficer, h.b)
		if got := h.all(commune, finding.Filter{Indicator: "203.0.113.9"}); len(got) != 1 || got[0].Addr.String() != "10.2.0.3" {
			t.Errorf("the commune sees %+v of an address that three clients met", got)
		}
		shares, err := h.ByUnit(h.officer(), finding.Filter{Indicator: "203.0.113.9"})
		if err != nil || len(shares) != 2 || shares[0].Findings+shares[1].Findings != 3 {
			t.Errorf("the units touched are %+v, %v", shares, err)
		}
		if shares, err = h.ByUnit(commune, finding.Filter{Indicator: "203.0.113.9"}); err != nil || len(shares) != 1 || shares[0].Unit != string(h.b) {
			t.Errorf("the commune is told of %+v, %v", shares, err)
		}
	})
}

func TestEvidenceSaysWhatAValueIsAndWhoContactedWhom(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := list("Máy chủ xấu", "Mirai")
		called := hit(l, "10.1.0.1", "203.0.113.9", 2, t0)
		called.Match.Indicator, called.Match.Type, called.Kind, called.Role = "203.0.113.0/24", intel.Network, intel.Address, event.Destination
		caller := called
		caller.Role = event.Source
		h.record(h.a, called)
		h.record(h.a, caller)
		f := h.one(finding.Filter{})
		want := int64(1<<event.Destination | 1<<event.Source)
		names, _, err := h.Names(h.officer(), []finding.Seen{f}, 10)
		if err != nil || len(names) != 1 || names[0].Type != "ip" || names[0].Roles != want {
			t.Errorf("the value is %+v, %v; want an address with both parts", names, err)
		}
		hits, _, err := h.Hits(h.officer(), []finding.Seen{f}, 0, 10)
		if err != nil || len(hits) != 1 || hits[0].Roles != want {
			t.Errorf("the evidence is %+v, %v", hits, err)
		}
		if top, err := h.TopNames(h.officer(), []finding.Seen{f}); err != nil || top[f.ID] != (finding.Top{Name: "203.0.113.9", Type: "ip", Roles: want}) {
			t.Errorf("the top value is %+v, %v", top, err)
		}
	})
}
