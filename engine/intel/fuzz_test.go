// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/vonggac/vonggac/engine/intel"
)

// fuzzLoad holds, for a list of any bytes, that its rows add up, that what was
// added is in the index, that each entry answers for its own name, and that the
// quick way of lines comes to the same as the one that is right for all.
func fuzzLoad(f *testing.F, layout intel.Layout) {
	f.Fuzz(func(t *testing.T, text []byte) {
		r, x, err := eachWay(t, text, layout)
		accounted(t, r)
		if int64(x.Len()) != r.Added {
			t.Errorf("%d added, %d in the index, %v", r.Added, x.Len(), err)
		}
		for id := range x.Len() {
			e := x.Entry(intel.ID(id))
			normal, ok := intel.AppendValue(nil, e.Type, e.Indicator)
			ok = ok && string(normal) == e.Indicator && slices.Contains(x.Lookup(nil, e.Type, e.Indicator), intel.ID(id))
			if e.Type != intel.Network {
				ok = ok && slices.Contains(x.LookupValue(nil, e.Type, normal), intel.ID(id))
			}
			if !ok {
				t.Errorf("entry %q of type %s does not answer for itself", e.Indicator, e.Type)
			}
		}
	})
}

// eachWay loads a list without the quick way of lines, with it, and in lanes.
func eachWay(t *testing.T, text []byte, layout intel.Layout) (intel.Report, *intel.Index, error) {
	t.Helper()
	return eachWayOf(t, func() io.Reader { return bytes.NewReader(text) }, layout)
}

func eachWayOf(t *testing.T, text func() io.Reader, layout intel.Layout) (intel.Report, *intel.Index, error) {
	t.Helper()
	slow := intel.Slowly()
	want, wantErr := slow.Load(text(), intel.List{Name: "l", Layout: layout})
	y := slow.Build()
	for way, b := range map[string]*intel.Builder{"quickly": intel.Laned(1, 0), "in lanes": intel.Laned(3, 300), "in large blocks": intel.Laned(2, 100_000)} {
		got, err := b.Load(text(), intel.List{Name: "l", Layout: layout})
		if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
			t.Errorf("%s %+v, %v, slowly %+v, %v", way, got, err, want, wantErr)
		}
		x := b.Build()
		if x.Len() != y.Len() {
			t.Fatalf("%s %d entries, slowly %d", way, x.Len(), y.Len())
		}
		for id := range x.Len() {
			a, b := x.Entry(intel.ID(id)), y.Entry(intel.ID(id))
			if a.List, b.List = nil, nil; a != b {
				t.Errorf("%s %+v, slowly %+v", way, a, b)
			}
		}
	}
	return want, y, wantErr
}

// TestLongLinesAndBreaksAreToldInLanesToo ends lists within lines and lets
// lines pass what a line may have.
func TestLongLinesAndBreaksAreToldInLanesToo(t *testing.T) {
	t.Parallel()
	for _, n := range []int{60_000, 65_536, 65_537, 65_538, 65_539, 70_000, 400_000} {
		long := strings.Repeat("x", n)
		for _, text := range []string{long, long + "\n", "evil.com\n" + long + "\nbad.net\n!\nBAD.org", "evil.com\nE.com\n" + long + "\n" + long + "\n*.a.com\n"} {
			eachWay(t, []byte(text), intel.Plain)
			eachWayOf(t, func() io.Reader {
				return io.MultiReader(iotest.HalfReader(strings.NewReader(text)), iotest.ErrReader(errors.New("the wire broke")))
			}, intel.Plain)
		}
	}
}

// TestQuickLinesAreReadAsSlowOnes tries lists whose lines are quick, nearly
// quick and not, in all layouts of lines.
func TestQuickLinesAreReadAsSlowOnes(t *testing.T) {
	t.Parallel()
	var names, text []byte
	parts := []string{"a", "evil", "0", "-", "_", ".", ".", "com", ".vn", ".com.vn", ".xyz", "B", "é", " ", "9", ".co.uk", "0123456789abcdef", "{", "@", "\r", "#x"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		names = names[:0]
		for range 1 + r.IntN(5) {
			names = append(names, parts[r.IntN(len(parts))]...)
		}
		if r.IntN(3) == 0 {
			names = fmt.Appendf(names[:0], "m%x.%s", r.Uint32(), []string{"com", "vn", "net.vn", "local", "mm", "online"}[r.IntN(6)])
		}
		text = append(append(append(text, []string{"", "", "0.0.0.0 ", "0.0.0.0 ", "127.0.0.1\t", "10.0.0.1 "}[r.IntN(6)]...), names...), []string{"\n", "\n", "\r\n"}[r.IntN(3)]...)
	}
	for _, layout := range []intel.Layout{intel.Plain, intel.Hosts} {
		eachWay(t, text, layout)
		eachWay(t, bytes.ReplaceAll(text, []byte("0.0.0.0 "), nil), layout)
	}
	for at := range 200 {
		eachWay(t, text[:at], intel.Plain)
	}
}

// FuzzPlain fuzzes plain lists.
func FuzzPlain(f *testing.F) {
	f.Add([]byte("evil.com\nm1.co.uk\n1.com\nEvil.org\na..com\n0123456789abcdef0123456789.com\n.com\na.1\na.vn\ncom.vn\n"))
	f.Add([]byte("# c\nevil.com # x\n||a.com^\n@@||b.a.com^\n*.c.com\nd[.]com\n"))
	f.Add([]byte("0.0.0.0 a.com\n1.2.3.4:80\nhttp://a/b\nmã-độc.vn\n"))
	fuzzLoad(f, intel.Plain)
}

// FuzzHosts fuzzes hosts files.
func FuzzHosts(f *testing.F) {
	f.Add([]byte("0.0.0.0 a.com\n0.0.0.0 b.com\n0.0.0.0 localhost\n0.0.0.0 localhost.localdomain\n0.0.0.0 c.com d.com\n::  e.com\n::  f.com\n"))
	f.Add([]byte("127.0.0.1 localhost\n0.0.0.0 a.com b.com # x\n:: c.com\n10.0.0.1 d.com\n"))
	f.Add([]byte("fe80::1%lo0 localhost\n0.0.0.0\nfoo bar\nalone.com\n"))
	fuzzLoad(f, intel.Hosts)
}

// FuzzCSV fuzzes tables, with any head line.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("indicator,type,family\na.com,domain,x\n\"b.com\",url,\"y\"\"z\"\n"))
	f.Add([]byte("STT;Tên miền;Ghi chú\n1;a.com;\"x\ny\"\n\"2;b.com\n"))
	f.Add([]byte("# ioc, type\n\"\n\"\n\"\nq\"\n"))
	fuzzLoad(f, intel.CSV)
}
