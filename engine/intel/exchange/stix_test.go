// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// object writes a STIX object with what every one needs.
func object(t *testing.T, kind string, n int, more string) string {
	t.Helper()
	if more != "" {
		more = "," + more
	}
	s := fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":"%s--%s","created":"2026-01-01T00:00:00Z","modified":"2026-01-02T00:00:00Z"%s}`, kind, kind, number(n), more)
	if !json.Valid([]byte(s)) {
		t.Fatal(s)
	}
	return s
}

func number(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func indicator(t *testing.T, n int, pattern, more string) string {
	t.Helper()
	b, err := json.Marshal(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if more != "" {
		more = "," + more
	}
	return object(t, "indicator", n, `"pattern_type":"stix","pattern":`+string(b)+more)
}

func inBundle(objects ...string) string {
	return `{"type":"bundle","id":"bundle--x","objects":[` + strings.Join(objects, ",\n") + "]}"
}

// TestPatterns reads what patterns mean.
func TestPatterns(t *testing.T) {
	t.Parallel()
	const h = "d41d8cd98f00b204e9800998ecf8427e"
	const h1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	for text, want := range map[string][]string{
		"[domain-name:value = 'Evil.com']":                                                          {"domain evil.com"},
		"[domain-name:value IN ('a.com', 'b.com')]":                                                 {"domain a.com", "domain b.com"},
		"[domain-name:value = 'a.com' OR ipv4-addr:value = '1.2.3.4']":                              {"domain a.com", "ip 1.2.3.4"},
		"[ipv4-addr:value = '10.1.0.0/16']":                                                         {"ip-range 10.1.0.0/16"},
		"[ipv4-addr:value ISSUBSET '10.1.0.0/16']":                                                  {"ip-range 10.1.0.0/16"},
		"[ipv6-addr:value = '2001:DB8:0::1']":                                                       {"ip 2001:db8::1"},
		"[url:value = 'https://Evil.com/A']":                                                        {"url https://evil.com/A"},
		"[email-addr:value = 'A@evil.com']":                                                         {"email a@evil.com"},
		"[email-message:from_ref.value = 'a@evil.com']":                                             {"email a@evil.com"},
		"[file:hashes.MD5 = '" + h + "']":                                                           {"md5 " + h},
		"[file:hashes.'SHA-1' = '" + h1 + "']":                                                      {"sha1 " + h1},
		"[file:hashes[*] = '" + h + "']":                                                            {"md5 " + h},
		"[x509-certificate:hashes.'SHA-1' = '" + h1 + "']":                                          {"sha1 " + h1},
		"[file:hashes.MD5 = '" + h + "' AND file:hashes.'SHA-1' = '" + h1 + "']":                    {"md5 " + h, "sha1 " + h1},
		"[file:hashes.MD5 = '" + h + "' AND file:name = 'a.exe']":                                   {"md5 " + h, "widened 1"},
		"[(file:hashes.MD5 = '" + h + "' OR file:hashes.'SHA-1' = '" + h1 + "') AND file:size = 1]": {"md5 " + h, "sha1 " + h1, "widened 2"},
		"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '1.2.3.4' AND network-traffic:dst_port = 443]": {"ip-port 1.2.3.4:443"},
		"[network-traffic:dst_ref.value = '1.2.3.4' AND (network-traffic:dst_port = 80 OR network-traffic:dst_port = 81)]":              {"ip-port 1.2.3.4:80", "ip-port 1.2.3.4:81"},
		"[ipv6-addr:value = '2001:db8::1' AND network-traffic:dst_port = 443]":                                                          {"ip-port [2001:db8::1]:443"},
		"[network-traffic:dst_ref.value = '1.2.3.4' AND network-traffic:protocols[*] = 'tcp']":                                          {"ip 1.2.3.4", "widened 1"},
		"[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'evil.com']":                                 {"domain evil.com"},
		"[network-traffic:extensions.'tls-ext'.ja3 = '" + h + "']":                                                                      {"ja3 " + h},
		"[network-traffic:extensions.'http-request-ext'.request_header.Host = 'evil.com']":                                              {"domain evil.com"},
		"[domain-name:value LIKE 'evil.com']":                                                                                           {"domain evil.com"},
		"[domain-name:value LIKE '%.evil.com']":                                                                                         {"domain evil.com", "widened 1"},
		"[domain-name:value = 'evil.com' OR domain-name:value LIKE '%.evil.com']":                                                       {"domain evil.com"},
		"[domain-name:value = 'a.com'] OR [domain-name:value = 'b.com']":                                                                {"domain a.com", "domain b.com"},
		"[domain-name:value = 'a.com'] WITHIN 5 SECONDS":                                                                                {"domain a.com"},
		// What would have to be loosened.
		"[domain-name:value LIKE '%evil.com']":                                                     {"comparison 1"},
		"[domain-name:value LIKE 'ev_l.com']":                                                      {"comparison 1"},
		"[domain-name:value MATCHES '^evil\\\\.com$']":                                             {"comparison 1"},
		"[domain-name:value != 'evil.com']":                                                        {"negation 1"},
		"[domain-name:value NOT = 'evil.com']":                                                     {"negation 1"},
		"[ipv4-addr:value ISSUPERSET '10.0.0.0/8']":                                                {"comparison 1"},
		"[domain-name:value = 'a.com' AND ipv4-addr:value = '1.2.3.4']":                            {"conjunction 1"},
		"[domain-name:value = 'a.com' AND network-traffic:dst_port = 80]":                          {"conjunction 1"},
		"[domain-name:value = 'a.com' AND domain-name:resolves_to_refs[*].value = '1.2.3.4']":      {"conjunction 1"},
		"[file:hashes.MD5 = '" + h + "' AND file:extensions.'pdf-ext'.version = '1']":              {"conjunction 1"},
		"[url:value = 'http://a.com/' AND file:name = 'x']":                                        {"conjunction 1"},
		"[domain-name:value = 'a.com'] AND [domain-name:value = 'b.com']":                          {"sequence 1"},
		"[domain-name:value = 'a.com'] FOLLOWEDBY [domain-name:value = 'b.com']":                   {"sequence 1"},
		"[domain-name:value = 'a.com'] REPEATS 5 TIMES":                                            {"sequence 1"},
		"[domain-name:value = 'a.com'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'": {"window 1"},
		"[file:name = 'a.exe' OR domain-name:value = 'a.com']":                                     {"domain a.com", "type:file:name 1"},
		"[file:hashes.'SHA-512' = 'abc']":                                                          {"type:sha512 1"},
		"[file:hashes.'SHA-256' = 'f00']":                                                          {"bad_value 1"},
		"[file:extensions.'windows-pebinary-ext'.sections[*].hashes.MD5 = '" + h + "']":            {"type:file:extensions.windows-pebinary-ext.sections.ha 1"},
		"[network-traffic:dst_port = 80]":                                                          {"type:network-traffic:dst_port 1"},
		"[network-traffic:dst_ref.value = '1.2.3.4' AND network-traffic:dst_port > 80]":            {"conjunction 1"},
		"[domain-name:value = 5]":                                                                  {"bad_value 1"},
		"[ipv4-addr:value = '0.0.0.0/0']":                                                          {"too_wide 1"},
		"[domain-name:value = 'com.vn']":                                                           {"public_suffix 1"},
		"domain-name:value = 'a.com'":                                                              {"bad_pattern 1"},
	} {
		got, r := take(t, inBundle(indicator(t, 1, text, "")), exchange.Options{})
		if r.Widened > 0 {
			got = append(got, fmt.Sprintf("widened %d", r.Widened))
		}
		same(t, text, append(got, reasons(r.Refused)...), want)
	}
}

func TestALongPatternIsReadInGoodTime(t *testing.T) {
	t.Parallel()
	all := strings.Repeat("file:name = 'x' AND ", 20_000) + "file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'"
	got, _ := take(t, inBundle(indicator(t, 1, "["+all+"]", "")), exchange.Options{})
	same(t, "taken", got, []string{"md5 d41d8cd98f00b204e9800998ecf8427e"})
}

func TestAnAndOverTooManyOrsIsRefused(t *testing.T) {
	t.Parallel()
	var set []string
	for i := range 200 {
		set = append(set, fmt.Sprintf("'10.0.0.%d'", i))
	}
	in := "ipv4-addr:value IN (" + strings.Join(set, ",") + ")"
	_, r := take(t, inBundle(indicator(t, 1, "["+in+" AND "+in+"]", "")), exchange.Options{})
	same(t, "refused", reasons(r.Refused), []string{"too_complex 1"})
}

// TestABundleGivesWhatStandsAroundAnIndicator puts what names the threat before
// and behind the indicator.
func TestABundleGivesWhatStandsAroundAnIndicator(t *testing.T) {
	t.Parallel()
	objects := []string{
		object(t, "attack-pattern", 2, `"name":"Phishing"`),
		object(t, "malware", 3, `"name":"Poison\nIvy"`),
		object(t, "relationship", 4, `"relationship_type":"indicates","source_ref":"indicator--`+number(1)+`","target_ref":"attack-pattern--`+number(2)+`"`),
		object(t, "relationship", 5, `"relationship_type":"indicates","source_ref":"indicator--`+number(1)+`","target_ref":"malware--`+number(3)+`"`),
		object(t, "marking-definition", 6, `"definition_type":"tlp","definition":{"tlp":"red"}`),
		indicator(t, 1, "[domain-name:value = 'evil.com']", `"confidence":80,"valid_from":"2026-01-01T00:00:00.5Z","valid_until":"2027-01-01T00:00:00Z",
			"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da","marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"]`),
		indicator(t, 7, "[domain-name:value = 'b.com']", `"labels":["malicious-activity","emotet"],"object_marking_refs":["marking-definition--`+number(6)+`"]`),
	}
	want := []intel.Indicator{
		{Value: "evil.com", Threat: "Poison Ivy", TLP: "TLP:AMBER+STRICT", Confidence: 80, Reference: "indicator--" + number(1),
			From: time.Date(2026, 1, 1, 0, 0, 0, 5e8, time.UTC), Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Value: "b.com", Threat: "emotet", TLP: "TLP:RED", Reference: "indicator--" + number(7)},
	}
	for range 2 {
		var got []intel.Indicator
		r, err := exchange.Read(strings.NewReader(inBundle(objects...)), exchange.Options{Now: now}, func(i intel.Indicator) error {
			got = append(got, i)
			return nil
		})
		if err != nil || r.Accepted != 2 || r.Passed["relationship"] != 2 {
			t.Errorf("%+v, %v", r, err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		slices.Reverse(objects)
		slices.Reverse(want)
	}
}

func TestRevocationVersionsAndTime(t *testing.T) {
	t.Parallel()
	late := strings.Replace(indicator(t, 2, "[domain-name:value = 'new.com']", ""), "2026-01-02", "2026-02-02", 1)
	got, r := take(t, inBundle(
		indicator(t, 1, "[domain-name:value = 'a.com']", `"revoked":true`),
		late,
		indicator(t, 2, "[domain-name:value = 'old.com']", ""),
		indicator(t, 3, "[domain-name:value = 'c.com']", `"valid_until":"2026-11-22T00:00:00Z"`),
		indicator(t, 4, "[file:name = 'x']", `"revoked":true`),
		indicator(t, 5, "[domain-name:value = 'e.com']", `"indicator_types":["benign"]`),
		indicator(t, 6, "[domain-name:value = 'f.com']", `"valid_from":"2026-01-02T00:00:00Z","valid_until":"2026-01-01T00:00:00Z"`),
		indicator(t, 7, "[domain-name:value = 'a.com']", ""),
		indicator(t, 7, "[domain-name:value = 'a.com']", ""),
		object(t, "indicator", 8, `"pattern_type":"yara","pattern":"rule x {}"`),
		object(t, "indicator", 9, ""),
		`{"type":"indicator","id":"indicator--x","pattern":}`,
		`{"type":"indicator","id":"malware--x"}`,
		`{"type":"indicator","id":"indicator--y","pattern":"[a:b = 1]"}`,
		`5`,
	), exchange.Options{Now: now})
	same(t, "taken", got, []string{"revoked domain a.com", "domain new.com", "revoked domain ", "allow domain e.com", "domain a.com"})
	same(t, "refused", reasons(r.Refused), []string{"bad_object 4", "bad_time 1", "no_pattern 1", "pattern:yara 1", "superseded 1"})
	if r.Revoked != 2 || r.Expired != 1 || r.Merged != 1 || r.Rows != 15 {
		t.Errorf("%+v", r)
	}
	if s := r.Samples[0]; s.Row == 0 || s.Reason == "" {
		t.Errorf("%+v", s)
	}
}

func TestABrokenBundleKeepsWhatCameBefore(t *testing.T) {
	t.Parallel()
	text := inBundle(indicator(t, 1, "[domain-name:value = 'a.com']", ""), indicator(t, 2, "[domain-name:value = 'b.com']", ""))
	for cut := range len(text) {
		var got []string
		r, err := exchange.New(exchange.STIX, exchange.Options{}).Read(strings.NewReader(text[:cut]), func(i intel.Indicator) error {
			got = append(got, brief(i))
			return nil
		})
		accounted(t, r)
		want := 2
		switch {
		case cut < strings.Index(text, "\n{"):
			want = min(1, len(got))
		case cut < len(text)-2:
			want = 1
		}
		if err == nil || len(got) != want {
			t.Fatalf("cut at %d of %d: %q, %v", cut, len(text), got, err)
		}
	}
}

func TestOneObjectAListAndAnEnvelopeAreRead(t *testing.T) {
	t.Parallel()
	one := indicator(t, 1, "[domain-name:value = 'a.com']", "")
	for _, text := range []string{one, "[" + one + "]", `{"more":true,"next":"x","objects":[` + one + "]}", `{"objects":[` + one + `],"type":"bundle"}`} {
		got, _ := take(t, text, exchange.Options{})
		same(t, text, got, []string{"domain a.com"})
	}
	got, _ := take(t, `{"type":"bundle","id":"bundle--x"}`, exchange.Options{})
	same(t, "empty bundle", got, nil)
}
