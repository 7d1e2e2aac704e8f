// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzValue: a value comes back from its ordered form, its end is found, and
// what lies below it sorts directly after it.
func FuzzValue(f *testing.F) {
	for _, v := range []string{"bad.example", ".", "", "..", "a\x00b.c\x01", "\x02\x03.\x05", "xn--4gq"} {
		f.Add(v, "www", byte(Domain))
	}
	f.Add("2001:db8::1", "", byte(Address))
	f.Fuzz(func(t *testing.T, value, label string, kind byte) {
		k := Kind(kind%7 + 1)
		key := append(append(appendValue(nil, k, value), end), "rest"...)
		got, rest, err := cutValue(k, key)
		if err != nil || got != value || string(rest) != "rest" {
			t.Fatalf("%q came back as %q, %q, %v", value, got, rest, err)
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
