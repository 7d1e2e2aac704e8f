// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

func activityTally(t *testing.T, f format.Activity, lines [][]byte) (map[string]int, []event.Activity) {
	t.Helper()
	count := map[string]int{}
	var events []event.Activity
	r := f.New(format.Options{At: received})
	for _, line := range lines {
		var v format.Verdict
		events, v = r.Read(line, events)
		count[outcome(v)]++
	}
	for _, e := range events {
		checkActivity(t, e)
	}
	return count, events
}

// The counts are those of the READMEs, or were taken from the files by eye.
func TestSharedActivityLogsGiveTheirCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, format string
		want         map[string]int
	}{
		{"proxy-logs/squid-access.log", "squid", map[string]int{"parsed": 15}},
		{"suricata-eve/ctu-malicious-part1.jsonl.gz", "eve", map[string]int{"parsed": 371 + 1754 + 1 + 27 + 2, "skipped dns_record": 344, "skipped other_event": 1}},
		{"suricata-eve/alerts-wrccdc-2018.jsonl", "eve", map[string]int{"parsed": 205}},
		{"suricata-eve/alerts-first-2015.jsonl", "eve", map[string]int{"parsed": 135}},
		{"suricata-eve/fever-jsonparse_eve.json", "eve", map[string]int{"parsed": 2, "skipped dns_record": 1}},
		{"suricata-eve/fever-jsonparse_eve_nulls.json", "eve", map[string]int{"parsed": 1}},
		{"crowdsec-logs/cef-logs/cef-logs.log", "cef", map[string]int{"parsed": 4}},
		{"crowdsec-logs/pf-logs/pf-logs.log", "pfsense", map[string]int{"parsed": 9}},
		{"crowdsec-logs/pfsense-rfc5424-filterlog/pfsense-rfc5424-filterlog.log", "pfsense", map[string]int{"parsed": 4, "skipped blank": 1}},
		{"crowdsec-logs/palo-alto-threat/palo-alto-threat.log", "paloalto", map[string]int{"parsed": 2}},
		{"crowdsec-logs/apache2-logs/apache2-logs.log", "access", map[string]int{"parsed": 9}},
		{"crowdsec-logs/nginx_http-logs/nginx_http-logs.log", "access", map[string]int{"parsed": 9}},
		{"crowdsec-logs/traefik_json/traefik_json.log", "access", map[string]int{"parsed": 6, "rejected not_format": 1}},
		{"crowdsec-logs/auditd-logs/auditd-logs.log", "auditd", map[string]int{"parsed": 4, "skipped blank": 1}},
		{"crowdsec-logs/exim-logs/exim-logs.log", "exim", map[string]int{"parsed": 12}},
		{"crowdsec-logs/keycloak-logs/keycloak-logs.log", "keycloak", map[string]int{"parsed": 7}},
		{"crowdsec-logs/vsftpd-logs/vsftpd-logs.log", "vsftpd", map[string]int{"parsed": 5, "skipped blank": 1}},
		{"crowdsec-logs/dovecot-logs/dovecot-logs.log", "dovecot", map[string]int{"parsed": 15}},
		{"crowdsec-logs/haproxy-logs/haproxy-logs.log", "haproxy", map[string]int{"parsed": 5}},
		{"crowdsec-logs/iptables-logs/iptables-logs.log", "netfilter", map[string]int{"parsed": 4}},
		{"crowdsec-logs/mikrotik-logs/mikrotik-logs.log", "mikrotik", map[string]int{"parsed": 7}},
		{"crowdsec-logs/openvpn/openvpn.log", "openvpn", map[string]int{"parsed": 22, "skipped other_event": 1, "rejected not_format": 1}},
		{"crowdsec-logs/pam-logs/pam-logs.log", "auth", map[string]int{"parsed": 2}},
		{"crowdsec-logs/postfix-logs/postfix-logs.log", "postfix", map[string]int{"parsed": 7}},
		{"crowdsec-logs/ssh-bf/ssh-bf.log", "auth", map[string]int{"parsed": 6, "skipped blank": 1}},
		{"crowdsec-logs/sshd-logs/sshd-logs.log", "auth", map[string]int{"parsed": 24}},
		{"crowdsec-logs/syslog-logs/syslog-logs.log", "auth", map[string]int{"parsed": 3, "skipped blank": 1}},
		{"crowdsec-logs/unifi-logs/unifi-logs.log", "linux", map[string]int{"parsed": 4}},
		{"crowdsec-logs/iis-xml-logs/iis-logs.log", "windows", map[string]int{"parsed": 1}},
		{"crowdsec-logs/windows-bf/windows-bf.log", "windows", map[string]int{"parsed": 6}},
		{"crowdsec-logs/windows-logs/windows-logs.log", "windows", map[string]int{"parsed": 1}},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			lines := sharedLines(t, c.file)
			f, err := format.DetectActivity(lines, format.Options{At: received})
			if err != nil || f.Name != c.format {
				t.Fatalf("detected %q, %v; want %q", f.Name, err, c.format)
			}
			if got, _ := activityTally(t, f, lines); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A folder named -bf holds log-ins that failed, all from one address.
func TestSharedBruteForceIsFailedLogInsOfOneAddress(t *testing.T) {
	t.Parallel()
	for file, name := range map[string]string{"ssh-bf/ssh-bf.log": "auth", "windows-bf/windows-bf.log": "windows"} {
		f, _ := format.LookupActivity(name)
		_, events := activityTally(t, f, sharedLines(t, "crowdsec-logs/"+file))
		for _, e := range events {
			if e.Class != event.Authentication || e.Status != event.Failure || !e.Src.Addr.IsValid() || e.Src.Addr != events[0].Src.Addr || e.User == "" {
				t.Errorf("%s: %s", file, describeActivity(e))
			}
		}
	}
}

// record-counts.json says how many records each Zeek file holds: those of the
// logs that are read are all activities, those of others all other events.
func TestZeekActivityRecordsAreAllAccounted(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(shared, "zeek/record-counts.json"))
	if err != nil {
		t.Skip("shared data absent: zeek/record-counts.json")
	}
	var want map[string]struct{ Records int }
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	f, _ := format.LookupActivity("zeek")
	for file, w := range want {
		key := "skipped other_event"
		switch base := filepath.Base(file); {
		case strings.Contains(base, "dns."):
			key = "skipped dns_record"
		case strings.Contains(base, "conn."), strings.Contains(base, "http."), strings.Contains(base, "ssl."), strings.Contains(base, "smtp."),
			strings.HasPrefix(base, "files."):
			key = "parsed"
		}
		if file == "zeek/ctu-mixed-a/conn.log" {
			w.Records-- // its first header line is indented and was counted for a record
		}
		got, _ := activityTally(t, f, sharedLines(t, file))
		if got[key] != w.Records {
			t.Errorf("%s: %v, want %s %d", file, got, key, w.Records)
		}
	}
}

// No line of any shared Zeek log is rejected, whatever its columns; the upstream
// project put bad inputs among those of rita-json, of which these are none.
func TestZeekActivityLogsHaveNoRejectedLine(t *testing.T) {
	t.Parallel()
	f, _ := format.LookupActivity("zeek")
	for _, file := range sharedGlob(t, "zeek/*/*.log*") {
		got, _ := activityTally(t, f, sharedLines(t, file))
		for k, n := range got {
			if strings.HasPrefix(k, "rejected") {
				t.Errorf("%s: %s %d", file, k, n)
			}
		}
	}
}

// What the upstream parsers expect of one message each, where the message is
// about traffic or a log-in: ends, ports, and what else is said of it.
func TestSekoiaTrafficMessagesGiveTheirEnds(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]int{
		"firewall/fortigate": 24, "firewall/checkpoint": 5, "firewall/paloalto-ngfw": 31, "firewall/openbsd-packet-filter": 3,
		"firewall/sonicwall-fw": 4, "firewall/watchguard-firebox": 3, "firewall/cisco-secure-firewall": 16, "firewall/sophos-firewall": 7,
		"firewall/netfilter": 2, "firewall/stormshield-network-security": 3, "firewall/juniper-ngfw": 1, "ids/aioniq": 1, "proxy/squid": 4, "proxy/cisco-secure-web-appliance": 3,
		"proxy/forcepoint-swg": 1, "ids/suricata": 7,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			count, lines := map[string]int{}, sharedLines(t, "sekoia-parser-cases/"+file+".jsonl")
			for _, line := range lines {
				var c sekoiaTraffic
				if err := json.Unmarshal(line, &c); err != nil {
					t.Fatal(err)
				}
				count[c.check(t)]++
			}
			if len(lines) != want {
				t.Errorf("%d messages, want %d", len(lines), want)
			}
			t.Log(count)
		})
	}
}

type sekoiaEnd struct {
	IP    string
	Port  int
	Bytes int64
}

type sekoiaTraffic struct {
	Test, Message string
	Expected      struct {
		Source, Destination sekoiaEnd
		Network             struct{ Transport string }
		User                struct{ Name string }
		URL                 struct{ Original string }
		HTTP                struct {
			Request  struct{ Method string }
			Response struct {
				Code int `json:"status_code"`
			}
		}
		File struct {
			Hash struct{ SHA256 string }
		}
		Event  struct{ Outcome string }
		Action struct{ Name string }
	}
}

// differs says which fields of e are not those expected, but for what is kept
// another way on purpose: a user with its domain, a URL whole with its host,
// "no user" as none, one URL ("?%") that upstream mends, and what follows the known fields of Squid's line.
func (c *sekoiaTraffic) differs(e event.Activity) (out []string) {
	want := c.Expected
	user := e.User[strings.LastIndexByte(e.User, '\\')+1:]
	user, _, _ = strings.Cut(user, "@")
	short, _, _ := strings.Cut(want.User.Name, "@")
	short = short[strings.LastIndexByte(short, '\\')+1:]
	if want.User.Name != "" && user != short && want.User.Name != "No Authentication Required" {
		out = append(out, "user "+e.User+", want "+want.User.Name)
	}
	if want.URL.Original != "" && c.Test != "url_cef" && !strings.HasSuffix(e.HTTP.URL, want.URL.Original) {
		out = append(out, "url "+e.HTTP.URL+", want "+want.URL.Original)
	}
	if m := want.HTTP.Request.Method; m != "" && e.HTTP.Method != m {
		out = append(out, "method "+e.HTTP.Method+", want "+m)
	}
	if n := want.HTTP.Response.Code; n != 0 && e.HTTP.Status != n {
		out = append(out, fmt.Sprintf("status %d, want %d", e.HTTP.Status, n))
	}
	if h := want.File.Hash.SHA256; h != "" && e.File.SHA256 != h && e.Class != event.HTTPActivity {
		out = append(out, "hash "+e.File.SHA256+", want "+h)
	}
	if e.Class == event.Authentication && want.Event.Outcome != "" && e.Status.String() != want.Event.Outcome {
		out = append(out, "outcome "+e.Status.String()+", want "+want.Event.Outcome)
	}
	sent, received := want.Source.Bytes, want.Destination.Bytes
	if strings.Contains(c.Message, "CEF:0|Palo Alto Networks|") { // upstream takes "in" and "out" the other way than the vendor says
		sent, received = received, sent
	}
	if sent != 0 && e.Sent != sent && c.Test != "test_plugin_waf" { // of which upstream takes an answer's size for what was sent
		out = append(out, fmt.Sprintf("sent %d, want %d", e.Sent, sent))
	}
	if received != 0 && e.Received != received {
		out = append(out, fmt.Sprintf("received %d, want %d", e.Received, received))
	}
	if p := want.Network.Transport; p != "" && e.Class == event.NetworkActivity && !strings.EqualFold(e.Protocol, p) {
		out = append(out, "protocol "+e.Protocol+", want "+p)
	}
	switch want.Action.Name {
	case "accept", "allow", "pass":
		if e.Action == event.Blocked {
			out = append(out, "blocked, want "+want.Action.Name)
		}
	case "deny", "drop", "block", "reset":
		if e.Action == event.Allowed {
			out = append(out, "allowed, want "+want.Action.Name)
		}
	}
	return out
}

// check compares one message and says what became of it. A message that holds
// line ends is one line, as its sender wrote it.
func (c *sekoiaTraffic) check(t *testing.T) string {
	t.Helper()
	line := []byte(strings.Join(strings.Fields(c.Message), " "))
	if strings.Contains(c.Message, "\t") {
		line = []byte(strings.TrimSpace(c.Message))
	}
	f, err := format.DetectActivity([][]byte{line}, format.Options{At: received})
	if err != nil {
		t.Logf("%s: %v", c.Test, err)
		return "unknown"
	}
	events, v := f.New(format.Options{At: received}).Read(line, nil)
	for _, e := range events {
		checkActivity(t, e)
	}
	if v.Outcome == format.Rejected {
		t.Errorf("%s: %s %s", c.Test, f.Name, outcome(v))
	}
	if v.Outcome == format.Parsed {
		e, want := events[0], c.Expected
		if !sameEnd(e.Src, want.Source) || !sameEnd(e.Dst, want.Destination) {
			t.Errorf("%s: got %s, want %+v", c.Test, describeActivity(e), want)
		}
		for _, d := range c.differs(e) {
			t.Errorf("%s: %s", c.Test, d)
		}
	}
	return f.Name + " " + outcome(v)
}

// sameEnd compares what is expected and is an address.
func sameEnd(got event.Endpoint, want sekoiaEnd) bool {
	if want.IP != "" && got.Addr.String() != want.IP {
		return false
	}
	return want.Port == 0 || int(got.Port) == want.Port
}
