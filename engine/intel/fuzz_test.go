// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
)

// fuzzLoad holds, for a list of any bytes, that its rows add up, that what was
// added is in the index, and that each entry answers for its own name.
func fuzzLoad(f *testing.F, layout intel.Layout) {
	f.Fuzz(func(t *testing.T, text []byte) {
		var b intel.Builder
		r, err := b.Load(bytes.NewReader(text), intel.List{Name: "l", Layout: layout})
		accounted(t, r)
		x := b.Build()
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

// FuzzPlain fuzzes plain lists.
func FuzzPlain(f *testing.F) {
	f.Add([]byte("# c\nevil.com # x\n||a.com^\n@@||b.a.com^\n*.c.com\nd[.]com\n"))
	f.Add([]byte("0.0.0.0 a.com\n1.2.3.4:80\nhttp://a/b\nmã-độc.vn\n"))
	fuzzLoad(f, intel.Plain)
}

// FuzzHosts fuzzes hosts files.
func FuzzHosts(f *testing.F) {
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
