// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/intel"
)

// listing is one indicator in one list.
type listing struct {
	list int
	intel.Indicator
}

func added(t interface {
	Helper()
	Fatalf(string, ...any)
}, b *intel.Builder, lists []intel.List, rows []listing) {
	t.Helper()
	var handles []intel.Handle
	for _, l := range lists {
		h, err := b.AddList(l)
		if err != nil {
			t.Fatalf("%v", err)
		}
		handles = append(handles, h)
	}
	for _, r := range rows {
		why, err := b.Add(handles[r.list], r.Indicator)
		if err != nil || why != "" && why != intel.Duplicate && why != intel.Revoked {
			t.Fatalf("%+v: %q, %v", r.Indicator, why, err)
		}
	}
}

// ask returns what an index says of a value, as brief does.
func ask(x *intel.Index, kind intel.Type, value string) []string {
	return brief(x.Matches(nil, x.Lookup(nil, kind, value), intel.When{}))
}

func one(t *testing.T, rows ...intel.Indicator) *intel.Index {
	t.Helper()
	var b intel.Builder
	var all []listing
	for _, r := range rows {
		all = append(all, listing{0, r})
	}
	added(t, &b, []intel.List{{Name: "l"}}, all)
	return b.Build()
}

const (
	md5    = "d41d8cd98f00b204e9800998ecf8427e"
	sha1   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	ja4    = "t13d1516h2_8daaf6152771_b186095e22b6"
)

func TestEveryTypeAnswersForItsValues(t *testing.T) {
	t.Parallel()
	x := one(t,
		intel.Indicator{Type: intel.Domain, Value: "Evil.com"},
		intel.Indicator{Type: intel.Address, Value: "192.0.2.7"},
		intel.Indicator{Type: intel.Address, Value: "2001:DB8::7"},
		intel.Indicator{Type: intel.Network, Value: "198.51.100.77/24"},
		intel.Indicator{Type: intel.Network, Value: "198.51.0.0/16"},
		intel.Indicator{Type: intel.Network, Value: "2001:db8:1::/48"},
		intel.Indicator{Type: intel.Endpoint, Value: "203.0.113.9:8080"},
		intel.Indicator{Type: intel.URL, Value: "http://Bad.example/Gate.php"},
		intel.Indicator{Type: intel.URL, Value: "https://bad.example/kit/"},
		intel.Indicator{Type: intel.URL, Value: "http://root.example"},
		intel.Indicator{Type: intel.URL, Value: "http://query.example/a?b=1"},
		intel.Indicator{Type: intel.URL, Value: "http://192.0.2.99:8000/x"},
		intel.Indicator{Type: intel.MD5, Value: md5},
		intel.Indicator{Type: intel.SHA1, Value: strings.ToUpper(sha1)},
		intel.Indicator{Type: intel.SHA256, Value: sha256},
		intel.Indicator{Type: intel.Email, Value: "Boss@Mail.example"},
		intel.Indicator{Type: intel.JA3, Value: md5},
		intel.Indicator{Type: intel.JA4, Value: ja4},
	)
	for _, c := range []struct {
		kind intel.Type
		ask  string
		want string
	}{
		{intel.Domain, "www.EVIL.com.", "evil.com"},
		{intel.Domain, "192.0.2.7", ""},
		{intel.Address, "192.0.2.7", "192.0.2.7"},
		{intel.Address, "::ffff:192.0.2.7", "192.0.2.7"},
		{intel.Address, "192.0.2.8", ""},
		{intel.Address, "2001:db8:0::7", "2001:db8::7"},
		{intel.Address, "198.51.100.1", "198.51.100.0/24 198.51.0.0/16"},
		{intel.Address, "198.51.1.1", "198.51.0.0/16"},
		{intel.Address, "198.52.1.1", ""},
		{intel.Address, "2001:db8:1:2::3", "2001:db8:1::/48"},
		{intel.Network, "198.51.100.128/25", "198.51.100.0/24 198.51.0.0/16"},
		{intel.Network, "198.51.0.0/17", "198.51.0.0/16"},
		{intel.Network, "198.0.0.0/8", ""},
		{intel.Endpoint, "203.0.113.9:8080", "203.0.113.9:8080"},
		{intel.Endpoint, "203.0.113.9:80", ""},
		{intel.Endpoint, "192.0.2.7:80", "192.0.2.7"},
		{intel.URL, "https://user:pw@bad.EXAMPLE/Gate.php?id=5#top", "bad.example/Gate.php"},
		{intel.URL, "bad.example/gate.php", ""},
		{intel.URL, "bad.example/Gate.php/more", ""},
		{intel.URL, "bad.example:443/kit/a/b.js", "bad.example/kit/"},
		{intel.URL, "bad.example:8443/kit/a/b.js", ""},
		{intel.URL, "bad.example/kit", ""},
		{intel.URL, "bad.example/kit/", "bad.example/kit/"},
		{intel.URL, "root.example/?x", "root.example/"},
		{intel.URL, "root.example/page", ""},
		{intel.URL, "query.example/a?b=1", "query.example/a?b=1"},
		{intel.URL, "query.example/a", ""},
		{intel.URL, "query.example/a?b=2", ""},
		{intel.URL, "http://192.0.2.99:8000/x", "192.0.2.99:8000/x"},
		{intel.URL, "http://192.0.2.7:8000/x", "192.0.2.7"},
		{intel.URL, "http://203.0.113.9:8080/", "203.0.113.9:8080"},
		{intel.URL, "http://[2001:db8::7]/x", "2001:db8::7"},
		{intel.URL, "ftp://a.evil.com/x", "evil.com"},
		{intel.MD5, strings.ToUpper(md5), md5},
		{intel.JA3, md5, md5},
		{intel.SHA1, sha1, sha1},
		{intel.SHA256, sha256, sha256},
		{intel.SHA256, strings.Replace(sha256, "e", "f", 1), ""},
		{intel.Email, "bOSS@mail.EXAMPLE", "boss@mail.example"},
		{intel.Email, "a@x.evil.com", "evil.com"},
		{intel.Email, "a@mail.example", ""},
		{intel.JA4, strings.ToUpper(ja4), ja4},
	} {
		got := strings.ReplaceAll(strings.Join(ask(x, c.kind, c.ask), " "), "l:", "")
		if got != c.want {
			t.Errorf("%v %s: %q, want %q", c.kind, c.ask, got, c.want)
		}
	}
}

func TestWhatIsNoValueOfItsTypeIsRefused(t *testing.T) {
	t.Parallel()
	var b intel.Builder
	l, err := b.AddList(intel.List{Name: "l"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind  intel.Type
		value string
		want  intel.Reason
	}{
		{intel.Domain, "a b.com", intel.BadName},
		{intel.Domain, "com.vn", intel.PublicSuffix},
		{intel.Domain, "evil.mm", intel.Narrowed},
		{intel.Address, "10.0.0.0/8", intel.BadValue},
		{intel.Address, "fe80::1%eth0", intel.BadValue},
		{intel.Network, "0.0.0.0/0", intel.TooWide},
		{intel.Network, "::/0", intel.TooWide},
		{intel.Network, "::ffff:0.0.0.0/90", intel.BadValue},
		{intel.Network, "10.0.0.0", intel.BadValue},
		{intel.Endpoint, "10.0.0.1", intel.BadValue},
		{intel.URL, "", intel.BadValue},
		{intel.URL, "http:///path", intel.BadValue},
		{intel.URL, "http://a b/", intel.BadValue},
		{intel.URL, "http://a.example:99999/", intel.BadValue},
		{intel.URL, "http://a.example/" + strings.Repeat("a", 4096), intel.BadValue},
		{intel.MD5, md5[1:], intel.BadValue},
		{intel.SHA1, md5, intel.BadValue},
		{intel.SHA256, strings.Repeat("g", 64), intel.BadValue},
		{intel.Email, "a@b@c.example", intel.BadValue},
		{intel.Email, "@c.example", intel.BadValue},
		{intel.JA4, "t13d1516h2-8daaf6152771-b186095e22b6", intel.BadValue},
	} {
		why, err := b.Add(l, intel.Indicator{Type: c.kind, Value: c.value})
		if err != nil || why != c.want {
			t.Errorf("%v %q: %q, %v; want %q", c.kind, c.value, why, err, c.want)
		}
	}
	if n := b.Build().Len(); n != 1 {
		t.Errorf("%d entries, want the narrowed one", n)
	}
}

func TestADuplicateWidensAndFillsWhatWasOpen(t *testing.T) {
	t.Parallel()
	x := one(t,
		intel.Indicator{Value: "evil.com", Scope: intel.ExactOnly, From: at(2), Until: at(5), Confidence: 10},
		intel.Indicator{Value: "EVIL.com", From: at(1), Until: at(4), Confidence: 80, Threat: "emotet", TLP: "tlp:red", Reference: "indicator--1"},
		intel.Indicator{Value: "evil.com", Threat: "other", Reference: "indicator--2", From: at(2), Until: at(3)},
	)
	got := x.Match("www.evil.com")
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	got[0].List = nil
	want := intel.Match{Indicator: "evil.com", Threat: "emotet", TLP: "TLP:RED", Confidence: 80, Reference: "indicator--1", From: at(1), Until: at(5)}
	if diff := gocmp.Diff(want, got[0]); diff != "" {
		t.Error(diff)
	}
}

func TestARevocationTakesEarlierOnesBack(t *testing.T) {
	t.Parallel()
	x := one(t,
		intel.Indicator{Value: "a.com", Reference: "r1"},
		intel.Indicator{Type: intel.Address, Value: "192.0.2.1", Reference: "r1"},
		intel.Indicator{Value: "b.com", Reference: "r2"},
		intel.Indicator{Value: "c.com"},
		intel.Indicator{Value: "d.com"},
		intel.Indicator{Reference: "r1", Revoked: true},
		intel.Indicator{Value: "c.com", Revoked: true},
		intel.Indicator{Value: "d.com", Revoked: true},
		intel.Indicator{Value: "d.com"},
		intel.Indicator{Value: "e.com", Reference: "r1"},
	)
	if got := names(x); !slices.Equal(got, []string{"b.com", "d.com", "e.com"}) {
		t.Error(got)
	}
}

func TestAllowOverrulesWhatIsNoMoreSpecific(t *testing.T) {
	t.Parallel()
	var b intel.Builder
	added(t, &b, []intel.List{{Name: "bad"}, {Name: "good", Kind: intel.Allow}}, []listing{
		{0, intel.Indicator{Type: intel.Network, Value: "10.0.0.0/8"}},
		{0, intel.Indicator{Type: intel.Address, Value: "10.1.2.3"}},
		{1, intel.Indicator{Type: intel.Network, Value: "10.1.0.0/16"}},
		{0, intel.Indicator{Type: intel.URL, Value: "http://example.org/bad.exe"}},
		{0, intel.Indicator{Type: intel.Domain, Value: "example.org"}},
		{1, intel.Indicator{Type: intel.Domain, Value: "example.org"}},
	})
	x := b.Build()
	for value, want := range map[string][]string{
		"10.1.2.3": {"bad:10.1.2.3", "good:10.1.0.0/16", "-bad:10.0.0.0/8"},
		"10.2.2.3": {"bad:10.0.0.0/8"},
	} {
		if diff := gocmp.Diff(want, ask(x, intel.Address, value)); diff != "" {
			t.Error(diff)
		}
	}
	if diff := gocmp.Diff([]string{"bad:example.org/bad.exe", "-bad:example.org", "good:example.org"}, ask(x, intel.URL, "http://example.org/bad.exe")); diff != "" {
		t.Error(diff)
	}
}

// values are drawn from few, so that they meet.
var values = map[intel.Type]*rapid.Generator[string]{
	intel.Domain:   rapid.StringMatching(`([ab]\.){0,2}[ab]{1,9}\.(com|vn)`),
	intel.Address:  rapid.SampledFrom([]string{"10.0.0.1", "10.0.0.2", "10.1.0.1", "11.0.0.1", "2001:db8::1", "2001:db8:1::1"}),
	intel.Network:  rapid.SampledFrom([]string{"10.0.0.0/8", "10.0.0.0/24", "10.0.0.0/31", "10.0.0.1/32", "10.1.0.0/16", "2001:db8::/32", "2001:db8:1::/48", "::/1"}),
	intel.Endpoint: rapid.SampledFrom([]string{"10.0.0.1:80", "10.0.0.1:443", "[2001:db8::1]:80"}),
	intel.URL:      rapid.StringMatching(`[ab]\.com/([ab]/){0,2}[ab]?(\?[ab])?`),
	intel.MD5:      rapid.StringMatching(`[0]{31}[01]`),
	intel.SHA1:     rapid.StringMatching(`[0]{39}[01]`),
	intel.SHA256:   rapid.StringMatching(`[0]{63}[01]`),
	intel.Email:    rapid.StringMatching(`[ab]@([ab]\.)?[ab]\.com`),
	intel.JA3:      rapid.StringMatching(`[0]{31}[01]`),
	intel.JA4:      rapid.StringMatching(`t13d1516h[12]_8daaf6152771_b186095e22b6`),
}

// TestLookupIsAWalkOverAllRows compares Lookup with the plainest way to say
// what it does, for all types and scopes, of an index built, patched, merged,
// and read from bytes.
func TestLookupIsAWalkOverAllRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lists []intel.List
		for l := range rapid.IntRange(1, 3).Draw(t, "lists") {
			lists = append(lists, intel.List{Name: fmt.Sprint("l", l), Kind: intel.Kind(rapid.IntRange(0, 1).Draw(t, "kind"))})
		}
		kinds := rapid.IntRange(0, int(intel.JA4))
		var rows []listing
		for range rapid.IntRange(0, 40).Draw(t, "rows") {
			kind := intel.Type(kinds.Draw(t, "type"))
			rows = append(rows, listing{rapid.IntRange(0, len(lists)-1).Draw(t, "list"), intel.Indicator{Type: kind,
				Value: values[kind].Draw(t, "value"), Scope: intel.Scope(rapid.IntRange(0, 1).Draw(t, "scope"))}})
		}
		split := rapid.IntRange(0, len(rows)).Draw(t, "built")
		var whole, first, again intel.Builder
		added(t, &whole, lists, rows)
		added(t, &first, lists, rows[:split])
		var p intel.Patch
		for _, r := range rows[split:] {
			if why := p.Add(lists[r.list], r.Indicator); why != "" {
				t.Fatalf("%+v: %s", r, why)
			}
		}
		patched, err := first.Build().Patched(&p)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Merge(patched); err != nil {
			t.Fatal(err)
		}
		built, merged := whole.Build(), again.Build()
		for range rapid.IntRange(1, 20).Draw(t, "asks") {
			kind := intel.Type(kinds.Draw(t, "type"))
			value := values[kind].Draw(t, "ask")
			want := walk(lists, rows, kind, value)
			if diff := gocmp.Diff(want, ask(built, kind, value)); diff != "" {
				t.Fatalf("%v %s: %s", kind, value, diff)
			}
			// A patch replaces what a list said before instead of widening it.
			want = walk(lists, replaced(rows, split), kind, value)
			if diff := gocmp.Diff(sorted(want), sorted(ask(patched, kind, value))); diff != "" {
				t.Fatalf("patched: %v %s: %s", kind, value, diff)
			}
			if diff := gocmp.Diff(want, ask(merged, kind, value)); diff != "" {
				t.Fatalf("merged: %v %s: %s", kind, value, diff)
			}
		}
	})
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// replaced leaves out of rows those before split that one after it names again.
func replaced(rows []listing, split int) []listing {
	var out []listing
	for i, r := range rows {
		if i >= split || !slices.ContainsFunc(rows[split:], func(o listing) bool { return o.list == r.list && o.Type == r.Type && plainForm(o) == plainForm(r) }) {
			out = append(out, r)
		}
	}
	return out
}

// plainForm is the value of r as it is shown.
func plainForm(r listing) string {
	switch r.Type {
	case intel.Network:
		return netip.MustParsePrefix(r.Value).Masked().String()
	case intel.URL:
		return r.Value
	}
	return r.Value
}

// walk is the oracle: how specific each row is for a question, -1 when it does
// not answer.
func walk(lists []intel.List, rows []listing, kind intel.Type, value string) []string {
	type answer struct {
		listing
		exact int
	}
	merged := map[string]answer{}
	best := -1
	for _, r := range rows {
		exact := answers(r, kind, value)
		if exact < 0 {
			continue
		}
		merged[fmt.Sprint(r.list, r.Type, plainForm(r))] = answer{r, exact}
		if lists[r.list].Kind == intel.Allow {
			best = max(best, exact)
		}
	}
	var found []answer
	for _, a := range merged {
		found = append(found, a)
	}
	slices.SortFunc(found, func(a, b answer) int {
		return cmp.Or(cmp.Compare(b.exact, a.exact), cmp.Compare(order(a.Type), order(b.Type)), cmp.Compare(a.list, b.list))
	})
	out := []string{}
	for _, a := range found {
		mark := ""
		if lists[a.list].Kind == intel.Block && a.exact <= best {
			mark = "-"
		}
		out = append(out, mark+lists[a.list].Name+":"+plainForm(a.listing))
	}
	return out
}

// order is the order of types that are as specific as each other: an address
// before the network of that address alone.
func order(t intel.Type) int { return map[intel.Type]int{intel.Network: 1}[t] }

func answers(r listing, kind intel.Type, value string) int {
	under := func(host string) int {
		if r.Type == intel.Domain && (r.Value == host || r.Scope == intel.WithSubdomains && strings.HasSuffix(host, "."+r.Value)) {
			return len(r.Value)
		}
		return -1
	}
	around := func(a netip.Prefix) int {
		switch {
		case r.Type == intel.Address && a.IsSingleIP() && netip.MustParseAddr(r.Value) == a.Addr() && kind != intel.Network:
			return a.Addr().BitLen()
		case r.Type == intel.Network:
			if p := netip.MustParsePrefix(r.Value); p.Bits() <= a.Bits() && p.Contains(a.Addr()) {
				return p.Bits()
			}
		}
		return -1
	}
	const above = 1 << 16
	switch kind {
	case intel.Domain:
		return under(value)
	case intel.Address:
		a := netip.MustParseAddr(value)
		return around(netip.PrefixFrom(a, a.BitLen()))
	case intel.Network:
		return around(netip.MustParsePrefix(value))
	case intel.Endpoint:
		if r.Type == intel.Endpoint && r.Value == value {
			return above
		}
		a := netip.MustParseAddrPort(value).Addr()
		return around(netip.PrefixFrom(a, a.BitLen()))
	case intel.Email:
		if r.Type == intel.Email && r.Value == value {
			return above
		}
		return under(value[strings.IndexByte(value, '@')+1:])
	case intel.URL:
		host, rest, _ := strings.Cut(value, "/")
		if r.Type != intel.URL {
			return under(host)
		}
		path, _, _ := strings.Cut(value, "?")
		switch {
		case r.Value == value, r.Value == path,
			strings.HasSuffix(r.Value, "/") && strings.Count(r.Value, "/") > 1 && strings.HasPrefix(host+"/"+rest, r.Value) && !strings.Contains(r.Value, "?"):
			return above + len(r.Value)
		}
		return -1
	}
	if r.Type == kind && r.Value == value {
		return above
	}
	return -1
}
