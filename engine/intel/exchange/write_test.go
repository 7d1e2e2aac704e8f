// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// everything holds one indicator of each type and some that must not be
// written.
var everything = []intel.Indicator{
	{Value: "Evil.com", Threat: "Emotet, \"x\"", TLP: "TLP:GREEN", Confidence: 80, From: now.AddDate(0, -1, 0), Until: now.AddDate(0, 1, 0), Reference: "https://e.org/1"},
	{Value: "only.com", Scope: intel.ExactOnly, TLP: "TLP:GREEN"},
	{Value: "mã-độc.vn"},
	{Type: intel.Address, Value: "192.0.2.1"},
	{Type: intel.Address, Value: "2001:db8::1"},
	{Type: intel.Network, Value: "198.51.100.7/24"},
	{Type: intel.Network, Value: "2001:db8::/32"},
	{Type: intel.Endpoint, Value: "192.0.2.1:443", TLP: "TLP:AMBER+STRICT"},
	{Type: intel.Endpoint, Value: "[2001:db8::1]:443"},
	{Type: intel.URL, Value: "https://evil.com/a?b=c,d|e"},
	{Type: intel.URL, Value: "evil.com/it's"},
	{Type: intel.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e"},
	{Type: intel.SHA1, Value: "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{Type: intel.SHA256, Value: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{Type: intel.Email, Value: "=cmd@evil.com", Threat: "=1+1"},
	{Type: intel.JA3, Value: "d41d8cd98f00b204e9800998ecf8427e"},
	{Type: intel.JA4, Value: "t13d1516h2_8daaf6152771_b186095e22b6"},
	// Not to be written:
	{Value: "evil.com", From: now.AddDate(0, -1, 0), Until: now.AddDate(0, 1, 0)}, // again
	{Value: "gone.com", Until: now},
	{Value: "taken-back.com", Revoked: true},
	{Value: "a.com\nlocal-zone: \"vn\" refuse"},
	{Value: "a.com CNAME .\n*.vn"},
	{Value: "vn"},
	{Value: "x.com/vn"},
	{Type: intel.URL, Value: "http://a.com/\nvn"},
	{Type: intel.URL, Value: "http://a.com/\u2028vn"},
}

func written(t *testing.T, f exchange.Format, all []intel.Indicator, o exchange.WriteOptions) (string, exchange.Written) {
	t.Helper()
	var out bytes.Buffer
	w, err := exchange.Write(&out, f, slices.Values(all), o)
	if err != nil {
		t.Fatal(err)
	}
	sum := w.Written + w.Merged + w.Expired + w.Revoked
	for n := range maps.Values(w.Refused) {
		sum += n
	}
	if sum != w.Given || int64(len(all)) != w.Given {
		t.Errorf("%s: %d given, %d accounted for: %+v", f, w.Given, sum, w)
	}
	return out.String(), w
}

// TestWhatIsWrittenIsReadAgain writes and reads each format that can say which
// indicators.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	domains := func(i intel.Indicator) bool { return i.Type == intel.Domain }
	for name, c := range map[string]struct {
		format exchange.Format
		set    string
		keeps  func(intel.Indicator) bool
		whole  bool // with all that is said of a value
		scope  intel.Scope
	}{
		"csv":   {format: exchange.CSV, keeps: func(intel.Indicator) bool { return true }, whole: true},
		"stix":  {format: exchange.STIX, keeps: func(intel.Indicator) bool { return true }, scope: intel.ExactOnly},
		"plain": {format: exchange.Plain, keeps: func(i intel.Indicator) bool { return i.Type != intel.JA3 && i.Scope == intel.WithSubdomains }},
		"hosts": {format: exchange.Hosts, keeps: domains, scope: intel.ExactOnly},
		"rpz": {format: exchange.RPZ, keeps: func(i intel.Indicator) bool {
			return i.Type == intel.Domain || i.Type == intel.Address || i.Type == intel.Network
		}},
		"unbound": {format: exchange.Unbound, keeps: domains},
		"dnsmasq": {format: exchange.Dnsmasq, keeps: domains},
		"md5":     {format: exchange.Dataset, set: "md5", keeps: func(i intel.Indicator) bool { return i.Type == intel.MD5 }},
		"sha256":  {format: exchange.Dataset, set: "sha256", keeps: func(i intel.Indicator) bool { return i.Type == intel.SHA256 }},
		"ip":      {format: exchange.Dataset, set: "ip", keeps: func(i intel.Indicator) bool { return i.Type == intel.Address }},
		"string": {format: exchange.Dataset, set: "string", scope: intel.ExactOnly, keeps: func(i intel.Indicator) bool {
			return domains(i) || i.Type == intel.URL || i.Type == intel.Email || i.Type == intel.JA4
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := exchange.WriteOptions{Now: now, Title: "Danh sách\nlocal-zone: \"x\" deny", Zone: "rpz.example", Set: c.set}
			given := everything
			if c.format == exchange.Dataset { // a string of 32 digits reads as MD5
				given = slices.DeleteFunc(slices.Clone(given), func(i intel.Indicator) bool { return i.Type == intel.JA3 })
			}
			text, w := written(t, c.format, given, o)
			var want, got []intel.Indicator
			for _, i := range given[:len(given)-9] {
				if i, why := exchange.Canonical(i); why == "" && c.keeps(i) {
					want = append(want, reduced(i, c.whole, c.scope))
				}
			}
			if w.Written != int64(len(want)) {
				t.Errorf("%+v; want %d", w, len(want))
			}
			r, err := exchange.New(c.format, exchange.Options{Scope: c.scope}).Read(strings.NewReader(text), func(i intel.Indicator) error {
				got = append(got, reduced(i, c.whole, c.scope))
				return nil
			})
			if err != nil || len(r.Refused) > 0 {
				t.Errorf("%+v, %v\n%s", r, err, text)
			}
			accounted(t, r)
			if diff := gocmp.Diff(sorted(want), sorted(got)); diff != "" {
				t.Errorf("%s\n%s", diff, text)
			}
			if f := exchange.Detect([]byte(text)); f != c.format && (c.format != exchange.Dataset || f != exchange.Plain) {
				t.Errorf("written as %s, found to be %s", c.format, f)
			}
		})
	}
}

// reduced leaves what a format can say of an indicator.
func reduced(i intel.Indicator, whole bool, scope intel.Scope) intel.Indicator {
	if whole {
		return i
	}
	out := intel.Indicator{Type: i.Type, Value: i.Value, Scope: i.Scope}
	if i.Type == intel.Domain && scope == intel.ExactOnly {
		out.Scope = intel.ExactOnly
	}
	if i.Type == intel.URL {
		out.Value = strings.TrimPrefix(strings.TrimPrefix(i.Value, "https://"), "http://")
	}
	return out
}

func sorted(all []intel.Indicator) []intel.Indicator {
	return slices.SortedFunc(slices.Values(all), func(a, b intel.Indicator) int {
		return strings.Compare(a.Type.String()+" "+a.Value, b.Type.String()+" "+b.Value)
	})
}

// TestNothingBreaksOutOfItsLine counts the lines of block lists: one or two for
// each value, and a head that is known.
func TestNothingBreaksOutOfItsLine(t *testing.T) {
	t.Parallel()
	for f, want := range map[exchange.Format]string{
		exchange.RPZ: "; x y\n$ORIGIN rpz.example.\n$TTL 300\n@ IN SOA localhost. hostmaster.localhost. 1795305600 3600 600 604800 300\n@ IN NS localhost.\n" +
			"evil.com CNAME .\n*.evil.com CNAME .\nonly.com CNAME .\n32.1.2.0.192.rpz-ip CNAME .\n",
		exchange.Unbound: "# x y\nserver:\nlocal-zone: \"evil.com.\" always_nxdomain\nlocal-data: \"only.com. A 0.0.0.0\"\n",
		exchange.Dnsmasq: "# x y\naddress=/evil.com/\nhost-record=only.com,0.0.0.0\n",
		exchange.Hosts:   "# x y\n0.0.0.0 evil.com\n0.0.0.0 only.com\n",
		exchange.Plain:   "# x y\nevil.com\n192.0.2.1\n",
	} {
		given := append([]intel.Indicator{everything[0], everything[1], everything[3]}, everything[len(everything)-9:]...)
		got, _ := written(t, f, given, exchange.WriteOptions{Now: now, Title: "x\n\ry\x00", Zone: "rpz.example"})
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", f, diff)
		}
	}
}

func TestAllowListsLetPass(t *testing.T) {
	t.Parallel()
	for f, want := range map[exchange.Format]int{exchange.RPZ: 2, exchange.Unbound: 1, exchange.Dnsmasq: 1} {
		text, _ := written(t, f, everything[:2], exchange.WriteOptions{Now: now, Kind: intel.Allow})
		got, _ := take(t, text, exchange.Options{})
		if len(got) != want || got[0] != "allow domain evil.com" {
			t.Errorf("%s: %q\n%s", f, got, text)
		}
	}
}

func TestABundleIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	o := exchange.WriteOptions{Now: now, Title: "Trung tâm", Observables: true}
	first, _ := written(t, exchange.STIX, everything, o)
	again, _ := written(t, exchange.STIX, everything, o)
	if first != again {
		t.Error("two exports differ")
	}
	later, _ := written(t, exchange.STIX, everything[:1], exchange.WriteOptions{Now: now.Add(time.Hour)})
	var b struct {
		Objects []struct{ Type, ID, Value string }
	}
	if err := json.Unmarshal([]byte(first), &b); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, o := range b.Objects {
		if seen[o.ID] {
			t.Errorf("%s stands twice", o.ID)
		}
		seen[o.ID] = true
		if o.Type == "indicator" && strings.Contains(later, o.ID) {
			seen["kept"] = true
		}
	}
	if !seen["kept"] || !seen["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"] {
		t.Errorf("ids of an hour later differ: %s", first)
	}
	if r, err := exchange.Read(strings.NewReader(first), exchange.Options{}, func(intel.Indicator) error { return nil }); err != nil || r.Passed["ipv4-addr"] != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestObservableIDs are those of STIX 2.1 §2.9 and §6, and what other tools
// make of the same values.
func TestObservableIDs(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4":   exchange.ObservableID("ipv4-addr", "198.51.100.3", nil),
		"ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26":   exchange.ObservableID("ipv6-addr", "2001:db8::1", nil),
		"domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7": exchange.ObservableID("domain-name", "example.com", nil),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestWriteSaysWhatItCannot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    exchange.Format
		o    exchange.WriteOptions
		want string
	}{
		"a format that is only read": {exchange.MISP, exchange.WriteOptions{}, "not written"},
		"a bundle without a date":    {exchange.STIX, exchange.WriteOptions{}, "dated"},
		"a set of no type":           {exchange.Dataset, exchange.WriteOptions{Set: "x"}, "dataset"},
		"a zone of no name":          {exchange.RPZ, exchange.WriteOptions{Zone: "a b\n"}, "zone"},
	} {
		_, err := exchange.Write(&bytes.Buffer{}, c.f, slices.Values(everything), c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := exchange.Write(broken{}, exchange.Plain, slices.Values(everything), exchange.WriteOptions{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
