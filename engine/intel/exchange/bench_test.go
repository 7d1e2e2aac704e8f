// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// bundleReader writes a bundle of any size as it is read: indicators, each with
// a relationship to one of a hundred malware families that stand at the end.
type bundleReader struct {
	left, total int
	padding     string // of each indicator
	buf         bytes.Buffer
	ended       bool
}

func newBundle(indicators int) *bundleReader {
	r := &bundleReader{left: indicators, total: indicators}
	r.buf.WriteString(`{"type":"bundle","id":"bundle--f8077737-9b01-4cfe-af81-9a7a55d67db2","objects":[`)
	return r
}

func (r *bundleReader) Read(p []byte) (int, error) {
	for r.buf.Len() < len(p) && !r.ended {
		r.more()
	}
	return r.buf.Read(p)
}

func (r *bundleReader) more() {
	const dates = `"created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z"`
	if r.left == 0 {
		for i := range 100 {
			fmt.Fprintf(&r.buf, `,{"type":"malware","spec_version":"2.1","id":"malware--%s",%s,"name":"Family %d","is_family":true}`, number(i), dates, i)
		}
		r.buf.WriteString("]}")
		r.ended = true
		return
	}
	n := r.total - r.left
	if r.left--; n > 0 {
		r.buf.WriteString(",\n")
	}
	fmt.Fprintf(&r.buf, `{"type":"indicator","spec_version":"2.1","id":"indicator--%s","created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff",%s,`+
		`"name":"Malicious domain","description":"Seen in a campaign against administrations.%s","indicator_types":["malicious-activity"],`+
		`"pattern":"[domain-name:value = 'host%d.bad%d.example.com']","pattern_type":"stix","pattern_version":"2.1","valid_from":"2026-01-01T00:00:00Z",`+
		`"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],"confidence":80},`+
		`{"type":"relationship","spec_version":"2.1","id":"relationship--%s",%s,"relationship_type":"indicates","source_ref":"indicator--%s","target_ref":"malware--%s"}`,
		number(n), dates, r.padding, n, n%1000, number(n), dates, number(n), number(n%100))
}

// TestALargeBundleWaitsInAFile reads indicators of 40 MB, which do not all wait
// in memory for the names of their threats.
func TestALargeBundleWaitsInAFile(t *testing.T) {
	t.Parallel()
	const indicators = 4_000
	in, dir, files := newBundle(indicators), t.TempDir(), 0
	in.padding = strings.Repeat("x", 10_000)
	named := 0
	r, err := exchange.Read(in, exchange.Options{TempDir: dir}, func(i intel.Indicator) error {
		if strings.HasPrefix(i.Threat, "Family ") && i.TLP == "TLP:GREEN" {
			named++
		}
		if named == 1 {
			entries, err := os.ReadDir(dir)
			files = len(entries)
			return err
		}
		return nil
	})
	if err != nil || named != indicators || r.Accepted != indicators || files != 1 {
		t.Errorf("%d named, %d files: %+v, %v", named, files, r, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

// BenchmarkBundle reads a bundle of 100 MB; MB_live is the largest heap after a
// collection, less what lived before.
func BenchmarkBundle(b *testing.B) {
	const indicators = 100_000
	var text bytes.Buffer
	if _, err := io.Copy(&text, newBundle(indicators)); err != nil {
		b.Fatal(err)
	}
	bench(b, exchange.STIX, text.Bytes(), indicators)
}

// BenchmarkPlain reads a list of 200,000 names.
func BenchmarkPlain(b *testing.B) {
	var text bytes.Buffer
	for i := range 200_000 {
		fmt.Fprintf(&text, "host%d.bad%d.example.com\n", i, i%1000)
	}
	bench(b, exchange.Plain, text.Bytes(), 200_000)
}

// BenchmarkCSV reads a table of 200,000 names.
func BenchmarkCSV(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("indicator,type,family\n")
	for i := range 200_000 {
		fmt.Fprintf(&text, "host%d.bad%d.example.com,domain,family%d\n", i, i%1000, i%100)
	}
	bench(b, exchange.CSV, text.Bytes(), 200_000)
}

func bench(b *testing.B, f exchange.Format, text []byte, want int64) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	runtime.GC()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	live := uint64(0)
	for b.Loop() {
		n := int64(0)
		r, err := exchange.New(f, exchange.Options{TempDir: b.TempDir()}).Read(bytes.NewReader(text), func(intel.Indicator) error {
			if n++; n == want-1 && live == 0 {
				runtime.GC()
				runtime.ReadMemStats(&during)
				live = during.HeapAlloc - before.HeapAlloc
			}
			return nil
		})
		if err != nil || r.Accepted != want {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(want)*float64(b.N)/b.Elapsed().Seconds(), "indicators/s")
	b.ReportMetric(float64(live)/1e6, "MB_live")
	b.ReportMetric(float64(len(text))/1e6, "MB")
}
