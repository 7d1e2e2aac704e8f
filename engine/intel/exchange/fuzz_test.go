// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// result is what one reading gave.
type result struct {
	taken  []intel.Indicator
	report exchange.Report
	err    string
}

func run(t *testing.T, r io.Reader, f exchange.Format) result {
	t.Helper()
	var out result
	keep := func(i intel.Indicator) error {
		if same, why := exchange.Canonical(i); !i.Revoked && (why != "" || same != i) {
			t.Errorf("%+v is handed on, but is not canonical: %s", i, why)
		}
		out.taken = append(out.taken, i)
		return nil
	}
	var err error
	out.report, err = exchange.New(f, exchange.Options{Now: now, Allow: keep}).Read(r, keep)
	if err != nil {
		out.err = err.Error()
	}
	accounted(t, out.report)
	if int64(len(out.taken)) != out.report.Accepted+out.report.Revoked {
		t.Errorf("%d handed on: %+v", len(out.taken), out.report)
	}
	return out
}

// fuzzRead holds, for a list of any bytes, that its rows add up, that what is
// handed on is canonical, and that it does not matter in which pieces the bytes
// come.
func fuzzRead(f *testing.F, format exchange.Format) {
	f.Fuzz(func(t *testing.T, text []byte) {
		whole := run(t, bytes.NewReader(text), format)
		if len(text) < 4096 {
			pieces := run(t, iotest.OneByteReader(bytes.NewReader(text)), format)
			if diff := gocmp.Diff(whole, pieces, gocmp.AllowUnexported(result{})); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// FuzzDetect fuzzes lists of unknown format.
func FuzzDetect(f *testing.F) {
	f.Add([]byte("a.com\n"))
	f.Add([]byte("[Adblock]\n||a.com^\n@@||b.com^\n"))
	f.Add([]byte("{\"5a610659-d718-4a1f-b020-04d80a016219\":{\"info\":\"x\"}}"))
	fuzzRead(f, exchange.Auto)
}

// FuzzPlain fuzzes plain lists.
func FuzzPlain(f *testing.F) {
	f.Add([]byte("evil[.]com # x\n||a.com^\n1.2.3.4:80\nhxxp://a.com/b\na@b.com\n[2001:db8::1]:80\n10.0.0.0/8\n"))
	fuzzRead(f, exchange.Plain)
}

// FuzzHosts fuzzes hosts files.
func FuzzHosts(f *testing.F) {
	f.Add([]byte("127.0.0.1 localhost\n0.0.0.0 a.com b.com # x\nfe80::1%lo0 x\nalone.com\n"))
	fuzzRead(f, exchange.Hosts)
}

// FuzzCSV fuzzes tables.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("indicator,type,valid_until,scope\na.com,domain,2026-01-01,exact\n\"b\"\"c\",url,,\n"))
	f.Add([]byte("# Firstseen,DstIP,DstPort\nx,1.2.3.4,80\n"))
	f.Add([]byte("type;value\ndomain|ip;a.com|1.2.3.4\n\"\n\"\n"))
	fuzzRead(f, exchange.CSV)
}

// FuzzSTIX fuzzes bundles.
func FuzzSTIX(f *testing.F) {
	f.Add([]byte(`{"type":"bundle","objects":[{"type":"indicator","id":"indicator--x","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","pattern":"[domain-name:value = 'a.com' OR file:hashes.MD5 = 'x']","revoked":true}]}`))
	f.Add([]byte(`[{"type":"malware","id":"malware--x","created":"2026-01-01","modified":"2026-01-02","name":"x"},5]`))
	fuzzRead(f, exchange.STIX)
}

// FuzzMISP fuzzes events.
func FuzzMISP(f *testing.F) {
	f.Add([]byte(`{"response":[{"Event":{"Attribute":[{"type":"domain|ip","value":"a.com|1.2.3.4","to_ids":true,"deleted":"1"}],"info":"x","Tag":[{"name":"tlp:red"}]}}]}`))
	f.Add([]byte(`{"Object":[{"Attribute":[{"type":"url","value":"hxxp://a.com/x","to_ids":1}]}],"uuid":"u"}`))
	fuzzRead(f, exchange.MISP)
}

// FuzzManifest fuzzes manifests of feeds.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"5a610659-d718-4a1f-b020-04d80a016219":{"info":"x","timestamp":1}}`))
	fuzzRead(f, exchange.MISPIndex)
}

// FuzzWarningList fuzzes warning lists.
func FuzzWarningList(f *testing.F) {
	f.Add([]byte(`{"list":["a.com",".b.com",5],"name":"x","type":"string"}`))
	f.Add([]byte(`{"type":"regex","list":["^a\\.com$","(^|\\.)b\\.com$"]}`))
	fuzzRead(f, exchange.WarningList)
}

// FuzzDataset fuzzes Suricata datasets.
func FuzzDataset(f *testing.F) {
	f.Add([]byte("ZXZpbC5jb20=,5\nd41d8cd98f00b204e9800998ecf8427e\n1.2.3.4\n"))
	fuzzRead(f, exchange.Dataset)
}

// FuzzMaltrail fuzzes trails.
func FuzzMaltrail(f *testing.F) {
	f.Add([]byte("# Reference: https://x\n# Aliases: a, b\nevil.com\n/x\n1.2.3.4:80\n"))
	fuzzRead(f, exchange.Maltrail)
}

// FuzzRPZ fuzzes policy zones.
func FuzzRPZ(f *testing.F) {
	f.Add([]byte("$ORIGIN rpz.x.\n@ SOA a. b. (1\n2 3 4 5)\na.com CNAME .\n*.a.com CNAME .\n32.1.2.0.192.rpz-ip CNAME .\n128.1.zz.db8.2001.rpz-ip IN CNAME rpz-passthru.\n"))
	fuzzRead(f, exchange.RPZ)
}

// FuzzUnbound fuzzes settings of Unbound.
func FuzzUnbound(f *testing.F) {
	f.Add([]byte("local-zone: \"a.com\" redirect\nlocal-data: \"a.com A 0.0.0.0\"\nlocal-data: 'b.com IN A 1.2.3.4'\n"))
	fuzzRead(f, exchange.Unbound)
}

// FuzzDnsmasq fuzzes settings of dnsmasq.
func FuzzDnsmasq(f *testing.F) {
	f.Add([]byte("address=/a.com/b.com/#\nserver=/c.com/1.2.3.4\nhost-record=d.com,::,60\n"))
	fuzzRead(f, exchange.Dnsmasq)
}

// FuzzWrite holds that no value, whatever it is, adds anything to a list but
// itself.
func FuzzWrite(f *testing.F) {
	f.Add("a.com\nvn", uint8(0), uint8(0), "t\n", "r\"")
	f.Add("http://a.com/'\\x", uint8(4), uint8(0), "=1", "https://x")
	f.Add("2001:db8::/33", uint8(2), uint8(1), "", "")
	f.Fuzz(func(t *testing.T, value string, kind, scope uint8, threat, reference string) {
		given := intel.Indicator{Type: intel.Type(kind % 11), Value: value, Scope: intel.Scope(scope % 2), Threat: threat, Reference: reference}
		want, why := exchange.Canonical(given)
		for _, format := range []exchange.Format{exchange.CSV, exchange.STIX, exchange.Plain, exchange.Hosts, exchange.RPZ, exchange.Unbound, exchange.Dnsmasq} {
			var out bytes.Buffer
			w, err := exchange.Write(&out, format, slices.Values([]intel.Indicator{given}), exchange.WriteOptions{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, bytes.NewReader(out.Bytes()), format)
			if why != "" || w.Written == 0 {
				if len(got.taken) != 0 || got.report.Rows != 0 || got.err != "" || why != "" && w.Written != 0 {
					t.Errorf("%s: %+v was refused, but reads %+v", format, given, got)
				}
				continue
			}
			if len(got.taken) != 1 || !sameValue(got.taken[0], want) || !utf8.Valid(out.Bytes()) {
				t.Errorf("%s: %+v reads %+v\n%s", format, want, got, out.Bytes())
			}
		}
	})
}

func sameValue(a, b intel.Indicator) bool {
	cut := func(i intel.Indicator) string {
		return strings.TrimPrefix(strings.TrimPrefix(i.Value, "https://"), "http://")
	}
	return a.Type == b.Type && (a.Value == b.Value || a.Type == intel.URL && cut(a) == cut(b))
}
