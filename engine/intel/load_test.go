// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/engine/intel"
)

type reasons = map[intel.Reason]int64

func TestLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text       string
		layout     intel.Layout
		added      []string // all that is in the index
		duplicates int64
		skipped    reasons
		rejected   reasons
	}{
		"plain with comments of every kind": {
			text:  "# head\n! adblock\n; ini\n// c\n\nevil.com # Maltrail\r\n  bad.net  \nEVIL.COM.\n",
			added: []string{"evil.com", "bad.net"}, layout: intel.Plain, duplicates: 1,
		},
		"AdBlock filters, wildcards and dots in front": {
			text:     "[Adblock Plus 2.0]\n||a.com^\n||b.com^$important\n*.c.com\n.d.com\n||e.com^$third-party\nf.com##.ad\nev*l.com\n||\n",
			added:    []string{"a.com", "b.com", "c.com", "d.com"},
			layout:   intel.Plain,
			rejected: reasons{intel.FilterOption: 2, intel.Wildcard: 1, intel.NoName: 1},
		},
		"dots made harmless": {
			text: "evil[.]com\nbad(.)net\n", added: []string{"evil.com", "bad.net"}, layout: intel.Plain,
		},
		"other kinds are told by their looks": {
			text:   "1.2.3.4\n2001:db8::1\n1.2.3.4:80\n10.0.0.0/8\nhttp://evil.com/x\nevil.com/x\na@evil.com\nevil.com:8080\nd41d8cd98f00b204e9800998ecf8427e\n",
			added:  []string{"1.2.3.4", "1.2.3.4:80", "10.0.0.0/8", "2001:db8::1", "a@evil.com", "d41d8cd98f00b204e9800998ecf8427e", "evil.com/x"},
			layout: intel.Plain, duplicates: 1, skipped: reasons{"type:host-port": 1},
		},
		"what would match everyone is refused": {
			text: "com\ncom.vn\n||vn^\n*.co.uk\nonion\nduckdns.org\n", added: []string{"duckdns.org"}, layout: intel.Plain,
			rejected: reasons{intel.PublicSuffix: 5},
		},
		"what is no name is rejected": {
			text: "ev il.com\n-\nx..com\n" + strings.Repeat("a", 64) + ".com\nevil.com,bad.net\na%b.com\n1.2.3\n", layout: intel.Plain,
			rejected: reasons{intel.Columns: 2, intel.PublicSuffix: 1, intel.BadName: 4},
		},
		"hosts file": {
			text: "127.0.0.1 localhost\n::1 ip6-localhost ip6-loopback\n0.0.0.0 a.com b.com # two\n127.0.0.1\tc.com\n:: d.com\n" +
				"192.168.1.10 files.corp.example\n0.0.0.0 0.0.0.0\n0.0.0.0\nfoo bar\n0.0.0.0 A.com\n",
			added: []string{"a.com", "b.com", "c.com", "d.com"}, layout: intel.Hosts, duplicates: 1,
			skipped:  reasons{intel.LocalName: 3, intel.RealAddress: 1, "type:ip": 1},
			rejected: reasons{intel.NoName: 1, intel.Columns: 1},
		},
		"CSV, quoted, with types": {
			text: "indicator,type,family\n\"a.com\",domain,emotet\nb.com,FQDN,\"x, y\"\nc.com,hostname,\n\n1.2.3.4,ip,z\nhttp://d.com/,url,z\n" +
				"e.com,domain\nf.com,md5,\nx y,domain,z\n,domain,z\n",
			added: []string{"1.2.3.4", "a.com", "b.com", "c.com", "d.com/", "e.com"}, layout: intel.CSV,
			rejected: reasons{intel.BadName: 1, intel.NoName: 1, intel.BadValue: 1},
		},
		"CSV with semicolons and a title above the head": {
			text:  "Danh sách tên miền độc hại\nSTT;Tên miền;Loại;Ghi chú\n1;a.com;domain;x\n2;b.com;tên miền;y\n",
			added: []string{"a.com", "b.com"}, layout: intel.CSV,
		},
		"CSV with tabs": {
			text: "domain\tmalware\na.com\temotet\n", added: []string{"a.com"}, layout: intel.CSV,
		},
		"CSV of one column": {
			text: "domain\na.com\n", added: []string{"a.com"}, layout: intel.CSV,
		},
		"CSV with its head in a comment": {
			text:  "# exported today\n# \"first_seen\", \"ioc_value\", \"ioc_type\"\n\"2026\", \"a.com\", \"domain\"\n\"2026\", \"1.2.3.4:80\", \"ip:port\"\n",
			added: []string{"1.2.3.4:80", "a.com"}, layout: intel.CSV,
		},
		"CSV of fingerprints, hashes and what is not matched": {
			text: "value,type\n0123456789abcdef0123456789ABCDEF,ja3\n0123456789abcdef0123456789ABCDEF,md5\nt13d1516h2_8daaf6152771_b186095e22b6,ja4\n" +
				"10.0.0.0/8,ip\nnone,ip\nx.exe,filename\n0123456789abcdef0123456789abcdef,sha256\n" + strings.Repeat("0", 128) + ",hash\nhxxp://evil[.]com/a,url\n",
			added:  []string{"0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef", "10.0.0.0/8", "evil.com/a", "t13d1516h2_8daaf6152771_b186095e22b6"},
			layout: intel.CSV, duplicates: 1, skipped: reasons{"type:ip": 1, "type:filename": 1, "type:hash": 1},
		},
		"CSV prefers the name to the URL": {
			text: "Category,URL,FQDN\nDropper,https://a.com/x,a.com\n", added: []string{"a.com"}, layout: intel.CSV,
		},
		"CSV with a field over two lines": {
			text:  "value,type,comment\na.com,domain,\"one\ntwo\"\nb.com,domain,x\n",
			added: []string{"a.com", "b.com"}, layout: intel.CSV,
		},
		"CSV with a quote that never closes costs its line": {
			text:  "value,type,comment\n\"a.com,domain,x\nb.com,domain,x\n\"c.com\",domain,x\nd.com,domain,\"x\n",
			added: []string{"b.com", "c.com"}, layout: intel.CSV, rejected: reasons{intel.BadQuote: 2},
		},
		"nothing": {layout: intel.Plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b intel.Builder
			r, err := b.Load(strings.NewReader(c.text), intel.List{Name: "l"})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := names(b.Build()), slices.Sorted(slices.Values(c.added)); !slices.Equal(got, want) {
				t.Errorf("added %q, want %q", got, want)
			}
			if diff := gocmp.Diff([]any{c.layout.String(), c.duplicates, c.skipped, c.rejected}, []any{r.Layout.String(), r.Duplicates, r.Skipped, r.Rejected}); diff != "" {
				t.Errorf("(-want +got)\n%s%+v", diff, r)
			}
			accounted(t, r)
		})
	}
}

// names returns what is in an index, sorted.
func names(x *intel.Index) []string {
	var out []string
	for id := range x.Len() {
		out = append(out, x.Entry(intel.ID(id)).Indicator)
	}
	slices.Sort(out)
	return out
}

func accounted(t *testing.T, r intel.Report) {
	t.Helper()
	sum := r.Added + r.Duplicates
	for _, by := range []reasons{r.Skipped, r.Rejected} {
		for n := range maps.Values(by) {
			sum += n
		}
	}
	if sum != r.Rows {
		t.Errorf("%d rows, but %d accounted for: %+v", r.Rows, sum, r)
	}
}

func TestNamesUnderARuleForAllNamesAnswerForThemselves(t *testing.T) {
	t.Parallel()
	var b intel.Builder
	r, err := b.Load(strings.NewReader("evil.mm\nwww.city.kawasaki.jp\nevil.kawasaki.jp\n"), intel.List{Name: "l"})
	if err != nil || r.Added != 3 || r.Narrowed != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	x := b.Build()
	for ask, want := range map[string]int{"evil.mm": 1, "www.evil.mm": 0, "evil.kawasaki.jp": 1, "a.evil.kawasaki.jp": 0, "a.www.city.kawasaki.jp": 1} {
		if got := len(x.Match(ask)); got != want {
			t.Errorf("%s: %d matches, want %d", ask, got, want)
		}
	}
}

func TestExceptionsOfABlockListAllow(t *testing.T) {
	t.Parallel()
	x := index(t, source{intel.List{Name: "l"}, "||evil.com^\n@@||good.evil.com^\n"})
	if diff := gocmp.Diff([]string{"l:good.evil.com", "-l:evil.com"}, brief(x.Match("a.good.evil.com"))); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenRowsCostOnlyThemselves(t *testing.T) {
	t.Parallel()
	broken := []string{"\"x", "", "not a name at all,domain,x", strings.Repeat("y", 70_000), "\x00\x01,domain,z"}
	var text strings.Builder
	text.WriteString("indicator,type,family\n")
	good, bad := 0, 0
	for i := range 2000 {
		if i%20 == 7 {
			line := broken[i/20%len(broken)]
			text.WriteString(line + "\n")
			if line != "" {
				bad++
			}
			continue
		}
		good++
		fmt.Fprintf(&text, "bad%d.example.com,domain,\"f\"\"%d\"\n", i, i)
	}
	var b intel.Builder
	r, err := b.Load(strings.NewReader(text.String()), intel.List{Name: "l"})
	if err != nil || r.Added != int64(good) || r.Rows != int64(good+bad) || len(r.Samples) != 10 {
		t.Fatalf("%d added of %d, %d rows of %d: %+v, %v", r.Added, good, r.Rows, good+bad, r, err)
	}
	accounted(t, r)
	if s := r.Samples[0]; s.Line != 9 || s.Text != `"x` || s.Reason != intel.BadQuote {
		t.Errorf("first sample %+v", s)
	}
}

func TestLoadUnpacksAndDecodes(t *testing.T) {
	t.Parallel()
	const text = "# danh sách\nevil.com\nmã-độc.vn\n"
	wide := func(order func(uint16) []byte, mark bool) []byte {
		var out []byte
		units := utf16.Encode([]rune(text))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		for _, u := range units {
			out = append(out, order(u)...)
		}
		return out
	}
	little := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	big := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }
	for name, packed := range map[string][]byte{
		"gzip":                  gzipped(t, []byte(text)),
		"gzip in two members":   append(gzipped(t, []byte(text[:20])), gzipped(t, []byte(text[20:]))...),
		"zstd":                  zstandard(t, []byte(text)),
		"UTF-8 with a mark":     append([]byte("\xef\xbb\xbf"), text...),
		"UTF-16LE with a mark":  wide(little, true),
		"UTF-16BE with a mark":  wide(big, true),
		"UTF-16LE without mark": wide(little, false),
		"UTF-16BE in gzip":      gzipped(t, wide(big, true)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b intel.Builder
			r, err := b.Load(bytes.NewReader(packed), intel.List{Name: "l"})
			if err != nil || r.Added != 2 || r.Lines != 3 {
				t.Fatalf("%+v, %v", r, err)
			}
			if got := names(b.Build()); !slices.Equal(got, []string{"evil.com", "xn--m-c-mla5uu74n.vn"}) {
				t.Error(got)
			}
		})
	}
}

func TestLoadSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   io.Reader
		list intel.List
		want string
	}{
		"zip":              {strings.NewReader("PK\x03\x04rest"), intel.List{Name: "l"}, "zip"},
		"JSON":             {strings.NewReader(` {"type": "bundle"}`), intel.List{Name: "l"}, "JSON"},
		"a name taken":     {strings.NewReader("a.com\n"), intel.List{Name: "taken"}, "twice"},
		"CSV without head": {strings.NewReader("a.com,x\n"), intel.List{Name: "l", Layout: intel.CSV}, "head line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b intel.Builder
			if _, err := b.Load(strings.NewReader("x.com\n"), intel.List{Name: "taken"}); err != nil {
				t.Fatal(err)
			}
			r, err := b.Load(c.in, c.list)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v; want an error about %q", r, err, c.want)
			}
		})
	}
}

func TestATruncatedListKeepsWhatCameBefore(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, "bad%x.example.com\n", i*7919*31)
	}
	packed := gzipped(t, []byte(text.String()))
	var b intel.Builder
	r, err := b.Load(bytes.NewReader(packed[:len(packed)/2]), intel.List{Name: "l"})
	if err == nil || r.Added == 0 || b.Build().Len() != int(r.Added) {
		t.Fatalf("%+v, %v", r, err)
	}
	accounted(t, r)
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstandard(t *testing.T, text []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(text, nil)
}
