// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// FuzzValue: a value comes back from its ordered form, its end is found, and
// what lies below it sorts directly after it.
func FuzzValue(f *testing.F) {
	for _, v := range []string{"bad.example", ".", "", "..", "a\x00b.c\x01", "\x02\x03.\x05", "xn--4gq"} {
		f.Add(v, "www", byte(Domain))
	}
	for _, v := range []string{"2001:db8::1", "192.0.2.1", "0.1.2.255", "192.0.2.0/24", "0.0.0.0/0", "::/16", "192.0.2.1/32", "::ffff:1.2.3.4", "01.2.3.4", "x"} {
		f.Add(v, "", byte(Address))
		f.Add(v, "", byte(Caller))
	}
	for _, v := range []string{"evil.com/", "evil.com/a/b/?c/d?e", "evil.com", "/", "?", "//", ""} {
		f.Add(v, "x", byte(URL))
	}
	f.Fuzz(func(t *testing.T, value, label string, kind byte) {
		k := Kind(kind%9 + 1)
		key := append(append(appendValue(nil, k, value), end), "rest"...)
		got, rest, err := cutValue(k, key)
		if err != nil || got != value || string(rest) != "rest" {
			t.Fatalf("%q came back as %q, %q, %v", value, got, rest, err)
		}
		if k == URL && strings.HasSuffix(value, "/") && !strings.Contains(value, "?") {
			if page := appendValue(nil, k, value+label); label != "" && (!bytes.HasPrefix(page, key[:len(key)-5]) || page[len(key)-5] != below) {
				t.Fatalf("%q does not lie in %q: %x, %x", value+label, value, page, key)
			}
		}
		if k != Domain {
			return
		}
		own, under := appendValue(nil, k, value), appendValue(nil, k, label+"."+value)
		if !bytes.HasPrefix(under, own) || under[len(own)] != below {
			t.Fatalf("%q does not lie below %q: %x, %x", label+"."+value, value, under, own)
		}
	})
}

// FuzzRead: nothing that is read from a store makes it panic, and what is taken
// is written back the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 10, 0, 0, 1}, sum{3, -5, 900}.append(nil), appendDays(nil, []Day{3, 9, 65000}))
	f.Fuzz(func(t *testing.T, whose, counted, days []byte) {
		if n, undated, client, err := cutWhose(whose); err == nil {
			r := Row{Key: Key{Undated: undated, Client: client}}
			if again, u, c, err := cutWhose(appendWhose(nil, n, &r)); err != nil || again != n || u != undated || c != client.Unmap() {
				t.Fatalf("%x is not written back the same", whose)
			}
		}
		if s, err := sumFrom(counted); err == nil {
			if again, err := sumFrom(s.append(nil)); err != nil || again != s {
				t.Fatalf("%+v is read as %+v, %v", s, again, err)
			}
		}
		if list, err := daysFrom(nil, days); err == nil {
			if again, err := daysFrom(nil, appendDays(nil, list)); err != nil || !slices.Equal(again, list) || !slices.IsSorted(list) {
				t.Fatalf("%v is read as %v, %v", list, again, err)
			}
		}
	})
}

func TestANetworkHoldsItsAddressesAndNoOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		network, address string
		want             bool
	}{
		{"192.0.2.0/24", "192.0.2.0", true}, {"192.0.2.0/24", "192.0.2.255", true}, {"192.0.2.0/24", "192.0.3.1", false},
		{"1.0.0.0/8", "1.2.3.4", true}, {"1.0.0.0/8", "10.2.3.4", false}, {"192.0.2.0/24", "::1", false},
		{"2001:db8::/32", "2001:db8:1::2", true}, {"2001:db8::/32", "2001:db9::", false}, {"::/8", "::1", true},
	} {
		net, addr := appendValue(nil, Address, c.network), appendValue(nil, Address, c.address)
		if got := bytes.HasPrefix(addr, append(net, below)); got != c.want {
			t.Errorf("%s in %s: %v", c.address, c.network, got)
		}
	}
}
