// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// attribute writes a MISP attribute marked for detection.
func attribute(kind, value, more string) string {
	return fmt.Sprintf(`{"type":%q,"value":%q,"uuid":"att-%s","to_ids":true%s}`, kind, value, kind, more)
}

func event(attributes ...string) string {
	return `{"Event":{"Attribute":[` + strings.Join(attributes, ",") + `],"info":"Chiến dịch","uuid":"ev","Tag":[{"name":"tlp:amber"}]}}`
}

// TestAttributes reads each type of attribute.
func TestAttributes(t *testing.T) {
	t.Parallel()
	const h = "d41d8cd98f00b204e9800998ecf8427e"
	for name, c := range map[string]struct {
		kind, value string
		want        []string
	}{
		"domain":              {"domain", "Evil.com", []string{"domain evil.com"}},
		"hostname, harmless":  {"hostname", "evil[.]com", []string{"domain evil.com"}},
		"a name of digits":    {"domain", h + ".com", []string{"domain " + h + ".com"}},
		"ip":                  {"ip-dst", "1.2.3.4", []string{"ip 1.2.3.4"}},
		"network":             {"ip-src", "10.0.0.0/8", []string{"ip-range 10.0.0.0/8"}},
		"domain and ip":       {"domain|ip", "evil.com|1.2.3.4", []string{"domain evil.com", "ip 1.2.3.4"}},
		"ip and port":         {"ip-dst|port", "1.2.3.4|80", []string{"ip-port 1.2.3.4:80"}},
		"ipv6 and port":       {"ip-dst|port", "2001:db8::1|80", []string{"ip-port [2001:db8::1]:80"}},
		"host and port":       {"hostname|port", "evil.com|80", []string{"domain evil.com", "widened 1"}},
		"file and hash":       {"filename|md5", "a|" + h, []string{"md5 " + h, "widened 1"}},
		"sample":              {"malware-sample", "a.exe|" + h, []string{"md5 " + h, "widened 1"}},
		"url":                 {"url", "hxxp://evil.com/x", []string{"url http://evil.com/x"}},
		"uri with a host":     {"uri", "evil.com/x", []string{"url evil.com/x"}},
		"uri of any host":     {"uri", "/x.php", []string{"type:path 1"}},
		"email":               {"email-src", "A@evil.com", []string{"email a@evil.com"}},
		"ja3":                 {"ja3-fingerprint-md5", h, []string{"ja3 " + h}},
		"certificate":         {"x509-fingerprint-md5", h, []string{"md5 " + h}},
		"jarm":                {"jarm-fingerprint", "abc", []string{"type:jarm-fingerprint 1"}},
		"file name":           {"filename", "a.exe", []string{"type:filename 1"}},
		"file and other hash": {"filename|sha512", "a|b", []string{"type:filename|sha512 1"}},
		"key and value":       {"regkey|value", "a|b", []string{"type:regkey|value 1"}},
		"a hash cut short":    {"md5", "d41d8", []string{"bad_value 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := take(t, event(attribute(c.kind, c.value, "")), exchange.Options{})
			if r.Widened > 0 {
				got = append(got, fmt.Sprintf("widened %d", r.Widened))
			}
			same(t, c.kind, append(got, reasons(r.Refused)...), c.want)
		})
	}
}

func TestAnEventGivesWhatItsTagsSay(t *testing.T) {
	t.Parallel()
	text := event(attribute("domain", "a.com", `,"Tag":[{"name":"tlp:red"},{"name":"misp-galaxy:threat-actor=\"APT 1\""},{"name":"misp-galaxy:malpedia=\"Emotet\""},
		{"name":"misp:confidence-level=\"usually-confident\""}],"first_seen":"2026-01-01T00:00:00+00:00","last_seen":"2026-11-20T00:00:00.000000+00:00"`))
	var got []intel.Indicator
	read := func(o exchange.Options) exchange.Report {
		t.Helper()
		got = nil
		r, err := exchange.Read(strings.NewReader(text), o, func(i intel.Indicator) error {
			got = append(got, i)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	read(exchange.Options{})
	want := intel.Indicator{Value: "a.com", Threat: "Emotet", TLP: "TLP:RED", Confidence: 75, Reference: "ev#att-domain"}
	if diff := gocmp.Diff([]intel.Indicator{want}, got); diff != "" {
		t.Error(diff)
	}
	read(exchange.Options{Now: now, Keep: 48 * time.Hour})
	if len(got) != 0 {
		t.Errorf("kept two days past its last sighting: %+v", got)
	}
	if r := read(exchange.Options{Now: now, Keep: 72 * time.Hour}); len(got) != 1 || got[0].Until != now.Add(24*time.Hour) || r.Expired != 0 {
		t.Errorf("%+v, %+v", r, got)
	}
}

func TestDetectionFlagAndDeletion(t *testing.T) {
	t.Parallel()
	text := event(
		`{"type":"domain","value":"seen.com","to_ids":false}`,
		`{"type":"domain","value":"old.com","to_ids":"1","deleted":"1","uuid":"u"}`,
		`{"type":"mutex","value":"x","to_ids":true,"deleted":true,"uuid":"v"}`,
		`{"type":"domain","to_ids":true}`, `7`,
	)
	got, r := take(t, text, exchange.Options{})
	same(t, "taken", got, []string{"revoked domain old.com", "revoked domain "})
	same(t, "refused", reasons(r.Refused), []string{"bad_object 2", "not_detection 1"})
	got, _ = take(t, text, exchange.Options{AllAttributes: true})
	same(t, "all attributes", got, []string{"domain seen.com", "revoked domain old.com", "revoked domain "})
	got, _ = take(t, `{"Event":{"Object":[{"name":"file","deleted":true,"Attribute":[`+attribute("domain", "a.com", "")+`]}]}}`, exchange.Options{})
	same(t, "in a deleted object", got, []string{"revoked domain a.com"})
}

func TestEveryShapeOfAnAnswerIsRead(t *testing.T) {
	t.Parallel()
	one, bare := event(attribute("domain", "a.com", "")), `"info":"x","Attribute":[`+attribute("domain", "a.com", "")+`]`
	for _, text := range []string{one, "[" + one + "]", `{"response":[` + one + "]}", `{"response":` + one + "}", "{" + bare + "}", `{"response":{` + bare + "}}",
		`{"response":{"Attribute":[` + attribute("domain", "a.com", `,"Event":{"info":"x","uuid":"y"}`) + "]}}", `[{` + bare + "}]"} {
		got, _ := take(t, text, exchange.Options{})
		same(t, text, got, []string{"domain a.com"})
	}
}

func TestEventsKeepTheirOwnNames(t *testing.T) {
	t.Parallel()
	first := strings.ReplaceAll(event(attribute("domain", "a.com", "")), "Chiến dịch", "One")
	second := strings.ReplaceAll(event(attribute("domain", "b.com", "")), "Chiến dịch", "Two")
	var got []string
	r, err := exchange.Read(strings.NewReader(`{"response":[`+first+","+second+"]}"), exchange.Options{}, func(i intel.Indicator) error {
		got = append(got, i.Value+" "+i.Threat)
		return nil
	})
	if err != nil || r.Passed["event"] != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	same(t, "threats", got, []string{"a.com One", "b.com Two"})
}

func TestAFeedIsReadFromItsFolder(t *testing.T) {
	t.Parallel()
	const a, b, c, d = "5a610659-d718-4a1f-b020-04d80a016219", "5bf300da-6438-4372-a069-0b7b0a016219", "5c6c7a64-ec9c-425a-a081-2c570a016219", "5eb0775e-2780-4234-89b8-5e640a019371"
	dir := fstest.MapFS{
		"manifest.json": {Data: []byte(`{"` + b + `":{"info":"B","timestamp":"1780000000"},"` + a + `":{"info":"A"},"` + c + `":{},"` + d + `":{},"../../etc/passwd":{}}`)},
		a + ".json":     {Data: []byte(event(attribute("domain", "a.com", "")))},
		b + ".json":     {Data: []byte(event(attribute("domain", "a.com", ""), attribute("ip-dst", "1.2.3.4", "")))},
		d + ".json":     {Data: []byte(`{"Event":{"Attribute":[` + attribute("domain", "d.com", "") + ",")},
		"hashes.csv":    {Data: []byte("0cc175b9c0f1b6a831c399e269772661," + a + "\n")},
	}
	var got []string
	take := func(i intel.Indicator) error { got = append(got, brief(i)); return nil }
	r, err := exchange.ReadFeed(dir, exchange.Options{}, take)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, r)
	same(t, "taken", got, []string{"domain a.com", "ip 1.2.3.4", "domain d.com"})
	same(t, "refused", reasons(r.Refused), []string{"bad_object 2", "missing_event 1"})
	full := errors.New("full")
	if _, err := exchange.ReadFeed(dir, exchange.Options{}, func(intel.Indicator) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
	events, skipped, err := exchange.Manifest(strings.NewReader(string(dir["manifest.json"].Data)))
	if err != nil || skipped != 1 || len(events) != 4 || events[1].File != b+".json" || events[1].Modified != time.Unix(1780000000, 0).UTC() {
		t.Errorf("%+v, %d, %v", events, skipped, err)
	}
}

// TestWarningLists reads entries of each type.
func TestWarningLists(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, list string
		want       []string
	}{
		"hostname": {"hostname", `"a.com",".b.com","a.com"`, []string{"domain a.com", "domain b.com", "merged 1"}},
		"string": {"string", `"a.com",".b.com","1.2.3.4","D41D8CD98F00B204E9800998ECF8427E","http://a.com/x","a@b.com","3::","com"`, []string{"domain a.com exact",
			"domain b.com", "ip 1.2.3.4", "md5 d41d8cd98f00b204e9800998ecf8427e", "url http://a.com/x", "email a@b.com", "ip 3::", "public_suffix 1"}},
		"cidr":      {"cidr", `"10.0.0.0/8","1.2.3.4","2001:db8::/32","x"`, []string{"ip-range 10.0.0.0/8", "ip 1.2.3.4", "ip-range 2001:db8::/32", "bad_value 1"}},
		"substring": {"substring", `"a.com","b"`, []string{"substring 2"}},
		"regex": {"regex", `"^a\\.com$","(^|\\.)b\\.com$","^(.*\\.)?c\\.com$","/^d\\.com$/i","e\\.com$","^f.com$","^g\\.(com|net)$","\\.h\\.com$"`,
			[]string{"domain a.com exact", "domain b.com", "domain c.com", "domain d.com exact", "expression 4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := take(t, `{"description":"d","list":[`+c.list+`],"matching_attributes":["domain"],"name":"Tên","type":"`+c.kind+`","version":1}`, exchange.Options{})
			if r.Merged > 0 {
				got = append(got, fmt.Sprintf("merged %d", r.Merged))
			}
			same(t, c.kind, append(got, reasons(r.Refused)...), c.want)
			if r.Kind != intel.Allow || r.Title != "Tên" || r.Format != exchange.WarningList {
				t.Errorf("%+v", r)
			}
		})
	}
}
