// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

// readBoth counts outcomes of lines in one pass.
func readBoth(l format.Log, lines [][]byte) (count map[string]int, dns []event.DNS, acts []event.Activity) {
	count = map[string]int{}
	r := l.Text(format.Options{At: received})
	for _, line := range lines {
		var v format.Verdict
		dns, acts, v = r.ReadBoth(line, dns, acts)
		count[outcome(v)]++
	}
	return count, dns, acts
}

// A log of look-ups and activities gives in one pass the events that its two
// readers give apart, and each line one outcome.
func TestOnePassGivesWhatTwoReadersGive(t *testing.T) {
	t.Parallel()
	var all [][][]byte
	for _, pattern := range []string{"testdata/eve/*.log", "testdata/zeek/*.log", "testdata/activity/eve/*.log", "testdata/activity/zeek/*.log"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")))
		}
	}
	for _, file := range append(sharedGlob(t, "suricata-eve/*.json*"), sharedGlob(t, "zeek/*/*.log*")...) {
		all = append(all, sharedLines(t, file))
	}
	for _, lines := range all {
		for _, name := range []string{"eve", "zeek"} {
			l, ok := format.LookupLog(name)
			if !ok {
				t.Fatal(name)
			}
			count, dns, acts := readBoth(l, lines)
			lone, events := activityTally(t, l.Activity, lines)
			parsed, lookups, r := 0, 0, l.DNS.New(format.Options{At: received})
			for _, line := range lines {
				found, v := r.Read(line, nil)
				lookups += len(found)
				if v.Outcome == format.Parsed {
					parsed++
				}
			}
			sum := 0
			for _, n := range count {
				sum += n
			}
			if sum != len(lines) || count["parsed"] != parsed+lone["parsed"] || len(dns) != lookups || len(acts) != len(events) || count["skipped dns_record"] > 0 {
				t.Errorf("%s: %d lines, %v; apart %d parsed and %v; %d of %d look-ups, %d of %d activities", name, len(lines), count, parsed, lone, len(dns), lookups, len(acts), len(events))
			}
		}
	}
}

// The counts are those of the READMEs: each record of each type once.
func TestSharedMixedLogsGiveTheirCountsInOnePass(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]struct {
		format            string
		dns, acts, others int
	}{
		"suricata-eve/ctu-malicious-part1.jsonl.gz": {"eve", 344, 371 + 1754 + 1 + 27 + 2, 1},
		"suricata-eve/fever-jsonparse_eve.json":     {"eve", 1, 2, 0},
		"proxy-logs/squid-access.log":               {"squid", 0, 15, 0},
		"zeek/wrccdc/dns.log.gz":                    {"zeek", 14_888, 0, 0},
	} {
		lines := sharedLines(t, file)
		l, err := format.DetectLog(lines, format.Options{At: received})
		if err != nil || l.Name != want.format {
			t.Errorf("%s: found out as %q: %v", file, l.Name, err)
			continue
		}
		count, dns, acts := readBoth(l, lines)
		lines1 := count["parsed"] + count["skipped answer"]
		for key := range count {
			if strings.HasPrefix(key, "rejected") {
				t.Errorf("%s: %v", file, count)
			}
		}
		if lines1 < want.dns+want.acts || len(acts) < want.acts || count["skipped other_event"] != want.others || len(dns) > want.dns {
			t.Errorf("%s: %v, %d look-ups, %d activities; want %+v", file, count, len(dns), len(acts), want)
		}
	}
}

// Every log of look-ups that is found out alone is found out among all.
func TestActivitiesTakeNoLogOfLookups(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.log")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, dns := format.Lookup(filepath.Base(filepath.Dir(file))); !dns {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(text, []byte("\n"))
		alone, err1 := format.Detect(lines, format.Options{At: received})
		among, err2 := format.DetectLog(lines, format.Options{At: received})
		if err1 != nil || err2 != nil || alone.Name != among.Name {
			t.Errorf("%s: %q, %v; among all %q, %v", file, alone.Name, err1, among.Name, err2)
		}
	}
}
