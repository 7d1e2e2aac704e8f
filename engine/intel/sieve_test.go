// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
)

// sifted puts names into one text, asks a Sieve for them from number on, and
// holds that none is lost that Probe knows and that few others are left.
func sifted(t *testing.T, x *intel.Index, names []string, number int) {
	t.Helper()
	text := []byte(strings.Join(names, " "))
	s := x.Sieve()
	for range 2 { // again with the same Sieve
		s.Start(number)
		at := 0
		for _, name := range names {
			s.Add(text, at, len(name), 0)
			at += len(name) + 1
		}
		found := s.Found()
		if !slices.IsSorted(found) || len(slices.Compact(slices.Clone(found))) != len(found) {
			t.Fatal("numbers are not in ascending order")
		}
		known := 0
		for i, name := range names {
			hit := len(x.Probe(nil, []byte(name), x.Seed().Of(nil, []byte(name)))) > 0
			if _, ok := slices.BinarySearch(found, uint32(number+i)); hit && !ok {
				t.Fatalf("%q is lost", name)
			}
			if hit || len(name) > 253 {
				known++
			}
		}
		if others := len(found) - known; others > 10+len(names)/10 {
			t.Errorf("%d of %d names are left without need", others, len(names))
		}
	}
}

func TestSieveLosesNoListedName(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	name := func() string {
		n := fmt.Sprintf("bad%d.%s", r.IntN(4000), []string{"com", "vn", "co.uk", "a.b.example.net"}[r.IntN(4)])
		for range r.IntN(4) {
			n = []string{"www", "a", strings.Repeat("x", 1+r.IntN(63)), ""}[r.IntN(4)] + "." + n
		}
		return n
	}
	var names []string
	for range 6000 {
		names = append(names, name())
	}
	names = append(names, "", ".", "com", "..", strings.Repeat("a.", 150)+"bad1.com", strings.Repeat("....", 60)+"bad2.vn", "bad3.com")
	for _, count := range []int{0, 1, 2000} {
		var b intel.Builder
		h, err := b.AddList(intel.List{Name: "l"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range count {
			if _, err := b.Add(h, intel.Indicator{Type: intel.Domain, Value: fmt.Sprintf("bad%d.%s", i, []string{"com", "vn"}[i%2])}); err != nil {
				t.Fatal(err)
			}
		}
		x := b.Build()
		sifted(t, x, names, 7)
		var p intel.Patch
		for i := range 50 {
			p.Add(intel.List{Name: "more"}, intel.Indicator{Type: intel.Domain, Value: fmt.Sprintf("bad%d.a.b.example.net", i)})
		}
		patched, err := x.Patched(&p)
		if err != nil {
			t.Fatal(err)
		}
		sifted(t, patched, names, 0)
	}
}

func TestSieveAllocatesNothing(t *testing.T) {
	var b intel.Builder
	if _, err := b.Load(strings.NewReader("evil.com\nbad.co.uk\n"), intel.List{Name: "l"}); err != nil {
		t.Fatal(err)
	}
	text := []byte("www.evil.com some.other.example.net a-name.vn" + strings.Repeat(" ", 64))
	s := b.Build().Sieve()
	run := func() {
		s.Start(0)
		for range 2000 {
			s.Add(text, 0, 12, 0)
			s.Add(text, 13, 22, 0)
			s.Add(text, 36, 9, 0)
		}
		if len(s.Found()) < 2000 {
			t.Error("a listed name is lost")
		}
	}
	run()
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations in 6,000 names", n)
	}
}
