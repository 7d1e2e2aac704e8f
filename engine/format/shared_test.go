// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

const shared = "../../../shared/data"

// sharedLines reads a file of the shared data, gzip or not.
func sharedLines(t *testing.T, name string) [][]byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(shared, name))
	if os.IsNotExist(err) {
		t.Skip("shared data absent: " + name)
	}
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return cutLines(b)
}

// tally counts verdicts: "parsed 11, skipped answer 17".
func tally(f format.Format, lines [][]byte) (map[string]int, []event.DNS) {
	count := map[string]int{}
	var events []event.DNS
	r := f.New(format.Options{At: received})
	for _, line := range lines {
		var v format.Verdict
		events, v = r.Read(line, events)
		count[outcome(v)]++
	}
	return count, events
}

// The counts were taken from the files by eye or by other tools.
func TestSharedLogsGiveTheirCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, format string
		want         map[string]int
	}{
		{"dns-logs/adguardhome-querylog.jsonl", "adguard", map[string]int{"parsed": 2}},
		{"dns-logs/coredns-container.jsonl", "coredns", map[string]int{"parsed": 3}},
		{"dns-logs/coredns.log", "coredns", map[string]int{"parsed": 7}},
		{"dns-logs/dnsmasq-query.log", "dnsmasq", map[string]int{"parsed": 11, "skipped answer": 17, "skipped forwarded": 9}},
		{"dns-logs/excerpt-bind.log", "bind9", map[string]int{"parsed": 2, "skipped other_event": 7}},
		{"dns-logs/excerpt-infoblox.log", "infoblox", map[string]int{"parsed": 1, "skipped other_event": 2}},
		{"dns-logs/excerpt-unbound.log", "unbound", map[string]int{"parsed": 1}},
		{"dns-logs/unbound-pfsense.log", "unbound", map[string]int{"parsed": 2}},
		{"dns-logs/powerdns-auth-query.log", "powerdns", map[string]int{"parsed": 1}},
		{"dns-logs/windows-dns-analytical.jsonl", "windns-analytical", map[string]int{"parsed": 1, "skipped answer": 1, "skipped other_event": 1}},
		{"dns-logs/windows-dns-debug.log", "windns", map[string]int{"parsed": 2, "skipped answer": 4, "skipped forwarded": 2}},
		{"crowdsec-logs/bind9-logs/bind9-logs.log", "bind9", map[string]int{"parsed": 6, "skipped other_event": 7}},
		{"crowdsec-logs/adguardhome-logs/adguardhome-logs.log", "adguard", map[string]int{"skipped other_event": 4}},
		{"zeek/apt29-day1/NASHUA_dns.log.gz", "zeek", map[string]int{"parsed": 21}},
		{"zeek/apt29-day1/SCRANTON_dns.log.gz", "zeek", map[string]int{"parsed": 32}},
		{"zeek/ctu-mixed-a/dns.log", "zeek", map[string]int{"parsed": 85, "skipped no_query": 8, "skipped header": 9}},
		{"zeek/rita-json/dns.log", "zeek", map[string]int{"parsed": 34}},
		{"zeek/wrccdc/dns.json.gz", "zeek", map[string]int{"parsed": 7934}},
		{"zeek/wrccdc/dns.log.gz", "zeek", map[string]int{"parsed": 14888, "skipped header": 8}},
		{"zeek/btest-baselines/scripts.base.protocols.dns.rrsig__dns.log", "zeek", map[string]int{"parsed": 4, "skipped header": 9, "skipped comment": 1}},
		{"zeek/btest-baselines/core.tunnels.gre-over-udp__dns.log", "zeek", map[string]int{"parsed": 2, "skipped header": 9, "skipped comment": 1}},
		{"suricata-eve/ctu-malicious-part1.jsonl.gz", "eve", map[string]int{"parsed": 173, "skipped answer": 171, "skipped other_event": 2156}},
		{"suricata-eve/alerts-first-2015.jsonl", "eve", map[string]int{"skipped other_event": 135}},
		{"suricata-eve/alerts-wrccdc-2018.jsonl", "eve", map[string]int{"skipped other_event": 205}},
		{"suricata-eve/fever-jsonparse_eve.json", "eve", map[string]int{"parsed": 1, "skipped other_event": 2}},
		{"suricata-eve/fever-jsonparse_eve_nulls.json", "eve", map[string]int{"skipped other_event": 1}},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			lines := sharedLines(t, c.file)
			f, err := format.Detect(lines, format.Options{At: received})
			if err != nil || f.Name != c.format {
				t.Fatalf("detected %q, %v; want %q", f.Name, err, c.format)
			}
			got, events := tally(f, lines)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for _, e := range events {
				checkEvent(t, e)
			}
		})
	}
}

// record-counts.json says how many records each Zeek file holds: each is an
// event or a record without a query.
func TestZeekRecordsAreAllAccounted(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(shared, "zeek/record-counts.json"))
	if err != nil {
		t.Skip("shared data absent: zeek/record-counts.json")
	}
	var want map[string]struct{ Records int }
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	f, _ := format.Lookup("zeek")
	seen := 0
	for file, w := range want {
		if !strings.Contains(filepath.Base(file), "dns.") {
			continue
		}
		seen++
		got, _ := tally(f, sharedLines(t, file))
		if n := got["parsed"] + got["skipped no_query"]; n != w.Records {
			t.Errorf("%s: %d records, want %d (%v)", file, n, w.Records, got)
		}
	}
	if seen == 0 {
		t.Error("no dns file in record-counts.json")
	}
}

// No line of any shared Zeek dns log is rejected, whatever its columns.
func TestZeekLogsHaveNoRejectedLine(t *testing.T) {
	t.Parallel()
	files := sharedGlob(t, "zeek/*/*dns*")
	f, _ := format.Lookup("zeek")
	for _, file := range files {
		got, _ := tally(f, sharedLines(t, file))
		for k, n := range got {
			if strings.HasPrefix(k, "rejected") {
				t.Errorf("%s: %s %d", file, k, n)
			}
		}
	}
}

func sharedGlob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(shared), pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("shared data absent: " + pattern)
	}
	return files
}

// What the upstream parsers expect of one message each. Only what says "query"
// or "answer" of itself must be an event; see sekoiaQuestion.
func TestSekoiaMessagesGiveTheirFields(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"bind", "ddi", "solidserver-ddi", "unbound"} {
		lines := sharedLines(t, "sekoia-parser-cases/dns/"+file+".jsonl")
		for _, line := range lines {
			var c sekoiaCase
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			t.Run(file+"/"+c.Test, func(t *testing.T) {
				t.Parallel()
				c.check(t)
			})
		}
	}
}

type sekoiaCase struct {
	Test, Message string
	Expected      struct {
		DNS struct {
			Question     struct{ Name, Type string }
			Answers      []struct{ Name, Type string }
			ResponseCode string `json:"response_code"`
		}
		Source struct{ IP string }
	}
}

func (c *sekoiaCase) check(t *testing.T) {
	f, err := format.Detect([][]byte{[]byte(c.Message)}, format.Options{At: received})
	if err != nil {
		t.Fatal(err)
	}
	events, v := f.New(format.Options{At: received}).Read([]byte(c.Message), nil)
	asks := strings.Contains(c.Message, "query: ") || strings.Contains(c.Message, "answer: ") || strings.Contains(c.Message, "reply: ")
	if asks != (v.Outcome == format.Parsed) || v.Outcome == format.Rejected {
		t.Fatalf("%s: %s", f.Name, outcome(v))
	}
	if !asks {
		return
	}
	name, kind := c.Expected.DNS.Question.Name, c.Expected.DNS.Question.Type
	if name == "" { // the Unbound case puts the question among the answers
		name, kind = c.Expected.DNS.Answers[0].Name, c.Expected.DNS.Answers[0].Type
	}
	got := events[0]
	want := fmt.Sprint(name, kind, c.Expected.DNS.ResponseCode)
	if fmt.Sprint(got.Name, got.Type, got.RCode) != want {
		t.Errorf("got %+v, want %s", got, want)
	}
	if ip := c.Expected.Source.IP; ip != "" && got.Client.String() != ip {
		t.Errorf("client %v, want %s", got.Client, ip)
	}
}

// Logs of other products are known to none.
func TestOtherLogsAreUnknown(t *testing.T) {
	t.Parallel()
	for _, file := range sharedGlob(t, "crowdsec-logs/*/*.log") {
		base := filepath.Base(file)
		if base == "bind9-logs.log" || base == "adguardhome-logs.log" || base == "suricata-logs-evelog.log" {
			continue
		}
		var lines [][]byte
		sc := bufio.NewScanner(bytes.NewReader(bytes.Join(sharedLines(t, file), []byte("\n"))))
		sc.Buffer(nil, format.MaxLine)
		for sc.Scan() {
			lines = append(lines, bytes.Clone(sc.Bytes()))
		}
		if f, err := format.Detect(lines, format.Options{At: received}); err == nil {
			t.Errorf("%s is taken for %s", file, f.Name)
		}
	}
}
