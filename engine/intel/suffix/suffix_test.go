// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package suffix_test

import (
	"bytes"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// plain says in the plainest way which suffixes a name has: those that start
// the name or follow a dot, from the right. Each must hash as the name that it
// is by itself, in lower case.
func plain(s *suffix.Seed, name []byte) []suffix.Suffix {
	var out []suffix.Suffix
	for at := len(name) - 1; at >= 0; at-- {
		if at > 0 && name[at-1] == '.' || at == 0 {
			out = append(out, suffix.Suffix{Hash: byByte(s, name[at:]), At: uint32(at)})
		}
	}
	return out
}

// byByte hashes one name byte by byte with the published steps: a label is cut
// in words from its right end, the last word has zero to seven bytes.
func byByte(s *suffix.Seed, name []byte) uint64 {
	k := suffix.Words(s)
	mix := func(a, b uint64) uint64 { hi, lo := bits.Mul64(a, b); return hi ^ lo }
	h := k[0]
	labels := strings.Split(string(name), ".")
	for _, label := range slices.Backward(labels) {
		acc, rest := k[1], label
		for len(rest) >= 8 {
			acc = mix(acc^word(rest[len(rest)-8:]), k[2])
			rest = rest[:len(rest)-8]
		}
		h = mix(h^word(rest), acc^uint64(len(label))*k[3])
	}
	return mix(h^k[1], k[2])
}

func word(s string) uint64 {
	var w uint64
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		w |= uint64(c) << (8 * i)
	}
	return w
}

// low compares Low for the name in lower case, with and without room behind it,
// for all suffixes and for those of some numbers of labels.
func low(t *testing.T, s *suffix.Seed, buf []byte, at, n int, all []suffix.Suffix) {
	t.Helper()
	if n > 253 {
		return
	}
	buf = slices.Concat(buf, bytes.Repeat(buf[len(buf)-1:], suffix.Spare))
	for i := at; i < at+n; i++ {
		if c := buf[i]; 'A' <= c && c <= 'Z' {
			buf[i] = c + 'a' - 'A'
		}
	}
	var dots uint32
	for i, c := range buf[at:min(at+n, at+32)] {
		if c == '.' && n <= 32 {
			dots |= 1 << i
		}
	}
	var out [suffix.MaxSuffixes]uint64
	for _, labels := range []uint64{^uint64(0), 1 << 1, 1<<2 | 1<<4, 1 << 63} {
		var want []uint64
		for i, x := range all {
			if labels>>min(i+1, 63)&1 != 0 {
				want = append(want, x.Hash)
			}
		}
		for _, room := range []int{0, 31, 32} {
			for _, known := range []uint32{0, dots} {
				if got := out[:s.Low(&out, buf[:at+n+room], at, n, known, labels)]; !slices.Equal(got, want) {
					t.Fatalf("%q at %d of %d, labels %x:\n got %x\nwant %x", buf[at:at+n], at, at+n+room, labels, got, want)
				}
			}
		}
	}
}

// same compares Of and Low for name, wherever it lies and whatever is around it, with
// the plain way.
func same(t *testing.T, name []byte) {
	t.Helper()
	s := suffix.From(1, 2)
	var want []suffix.Suffix
	if len(name) > 0 && name[len(name)-1] != '.' {
		want = plain(&s, name)
	} else if len(name) > 0 {
		want = append([]suffix.Suffix{{Hash: byByte(&s, nil), At: uint32(len(name))}}, plain(&s, name)...)
	}
	for align := range 9 {
		for _, around := range []byte{0, '.', 'a', 0xff} {
			buf := bytes.Repeat([]byte{around}, align+len(name)+9)
			copy(buf[align:], name)
			if got := s.Of(nil, buf[align:align+len(name)]); !slices.Equal(got, want) {
				t.Fatalf("%q at %d among %q:\n got %v\nwant %v", name, align, around, got, want)
			}
			if align == len(name)%9 {
				low(t, &s, buf, align, len(name), want)
			}
		}
	}
}

func TestSuffixesHashAsTheNamesTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "..", "a", "a.", ".a", "com", "a.b", "evil.com", "WWW.Evil.COM", "a.b.c.d.e.f.g.h", "abcdefgh",
		"abcdefgh.abcdefgh", "x.abcdefgh", "abcdefgh.x", "1234567.com", "12345678.com", "a..b", "\xff\xfe.vn", "\x00", "@[`{.AZaz",
		strings.Repeat("a", 63) + "." + strings.Repeat("B", 64), "_dmarc.example.com.vn"} {
		same(t, []byte(name))
	}
	r := rand.New(rand.NewPCG(1, 1))
	letters := []byte("abzABZ09-_.....\x80\xae\xff/`@[{")
	for range 20_000 {
		name := make([]byte, r.IntN(40))
		for i := range name {
			name[i] = letters[r.IntN(len(letters))]
		}
		same(t, name)
	}
}

func TestEveryByteLowersAsASCII(t *testing.T) {
	t.Parallel()
	s := suffix.From(3, 4)
	for c := range 256 {
		for at := range 16 {
			a := bytes.Repeat([]byte{'x'}, 16)
			b := bytes.Clone(a)
			a[at], b[at] = byte(c), byte(c)
			if 'A' <= c && c <= 'Z' {
				b[at] += 'a' - 'A'
			}
			if !slices.Equal(s.Of(nil, a), s.Of(nil, b)) {
				t.Errorf("byte %#x at %d", c, at)
			}
			if c >= 'A' && c <= 'Z' || c == 'x' || c == '.' {
				continue
			}
			if b[at] = byte(c) ^ 0x20; b[at] >= 'A' && b[at] <= 'Z' || b[at] == '.' {
				continue
			}
			if slices.Equal(s.Of(nil, a), s.Of(nil, b)) {
				t.Errorf("byte %#x counts as %#x", c, b[at])
			}
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	a, b := suffix.Random(), suffix.Random()
	name := []byte("www.example.com")
	if slices.Equal(a.Of(nil, name), b.Of(nil, name)) {
		t.Error("two random seeds hash alike")
	}
	c, d := suffix.From(5, 6), suffix.From(5, 6)
	if !slices.Equal(c.Of(nil, name), d.Of(nil, name)) {
		t.Error("one seed hashes in two ways")
	}
}

// TestHashesSpread fills 65,536 buckets by several 16-bit cuts of the hash
// with 262,144 names that differ in few bits. Poisson's distribution expects
// a chi-square of 65,535 with a deviation of 362.
func TestHashesSpread(t *testing.T) {
	t.Parallel()
	s := suffix.From(7, 8)
	const names = 1 << 18
	cuts := []int{0, 8, 16, 24, 32, 40, 48}
	for form, write := range map[string]func([]byte, int) []byte{
		"numbers":   func(b []byte, i int) []byte { return fmt.Appendf(b, "bad%d.example.com", i) },
		"short":     func(b []byte, i int) []byte { return fmt.Appendf(b, "%x.vn", i) },
		"long":      func(b []byte, i int) []byte { return fmt.Appendf(b, "a-rather-long-label-%d-with-an-end.com.vn", i) },
		"top label": func(b []byte, i int) []byte { return fmt.Appendf(b, "www.example.t%d", i) },
	} {
		counts := make([][]int, len(cuts))
		for c := range counts {
			counts[c] = make([]int, 1<<16)
		}
		seen := make(map[uint64]bool, names)
		var name []byte
		var all []suffix.Suffix
		for i := range names {
			name = write(name[:0], i)
			all = s.Of(all[:0], name)
			h := all[len(all)-1].Hash
			seen[h] = true
			for c, shift := range cuts {
				counts[c][h>>shift&0xffff]++
			}
		}
		if len(seen) != names {
			t.Errorf("%s: %d names share a hash", form, names-len(seen))
		}
		for c, shift := range cuts {
			var chi float64
			for _, n := range counts[c] {
				d := float64(n) - names>>16
				chi += d * d / (names >> 16)
			}
			if chi < 65535-6*362 || chi > 65535+6*362 {
				t.Errorf("%s: bits from %d: chi-square %.0f", form, shift, chi)
			}
		}
	}
}

func TestBytesTellsTagsLengthsAndBytesApart(t *testing.T) {
	t.Parallel()
	s := suffix.From(9, 10)
	seen := map[uint64]string{}
	for tag := range uint8(4) {
		for n := range 40 {
			for _, fill := range []byte{0, 1, 0xff} {
				if n == 0 && fill > 0 {
					continue
				}
				what := fmt.Sprintf("tag %d: %d of %d", tag, n, fill)
				b := bytes.Repeat([]byte{fill}, n)
				h := s.Bytes(tag, b)
				if other, ok := seen[h]; ok {
					t.Errorf("%s and %s hash alike", what, other)
				}
				seen[h] = what
				if again := s.Bytes(tag, append(b, 7, 7, 7, 7, 7, 7, 7, 7)[:n]); again != h {
					t.Errorf("%s: what follows counts", what)
				}
			}
		}
	}
}

func TestOfAllocatesNothing(t *testing.T) {
	s := suffix.Random()
	dst := make([]suffix.Suffix, 0, 8)
	name := []byte("www.some-shop.example.com.vn")
	if n := testing.AllocsPerRun(100, func() { dst = s.Of(dst[:0], name) }); n != 0 {
		t.Errorf("%v allocations a name", n)
	}
}

// FuzzOf holds Of against the plain way for any bytes.
func FuzzOf(f *testing.F) {
	f.Add([]byte("www.Evil.com"))
	f.Add([]byte("..a.\xff"))
	f.Add([]byte("0123456789abcdef.0123456.01234567"))
	f.Fuzz(func(t *testing.T, name []byte) { same(t, name) })
}

// BenchmarkOf hashes names as they stand in query logs: some 20 bytes in three
// or four labels.
func BenchmarkOf(b *testing.B) {
	s := suffix.Random()
	names := make([][]byte, 4096)
	size := 0
	r := rand.New(rand.NewPCG(1, 2))
	for i := range names {
		name := fmt.Sprintf("%s%d.%s", []string{"www.", "", "api.", "cdn-3.static."}[r.IntN(4)], r.IntN(1<<uint(r.IntN(30)+1)),
			[]string{"com", "com.vn", "example.net", "googleapis.com"}[r.IntN(4)])
		names[i] = []byte(name)
		size += len(name)
	}
	dst := make([]suffix.Suffix, 0, 16)
	b.SetBytes(int64(size / len(names)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		dst = s.Of(dst[:0], names[i%len(names)])
		i++
	}
}

// BenchmarkLow hashes the names of BenchmarkOf where they stand in a text.
func BenchmarkLow(b *testing.B) {
	s := suffix.Random()
	var text []byte
	var ends []int
	r := rand.New(rand.NewPCG(1, 2))
	for range 4096 {
		text = fmt.Appendf(text, "%s%d.%s", []string{"www.", "", "api.", "cdn-3.static."}[r.IntN(4)], r.IntN(1<<uint(r.IntN(30)+1)),
			[]string{"com", "com.vn", "example.net", "googleapis.com"}[r.IntN(4)])
		ends = append(ends, len(text))
	}
	b.SetBytes(int64(len(text) / len(ends)))
	b.ReportAllocs()
	text = append(text, make([]byte, suffix.Spare)...)
	var out [suffix.MaxSuffixes]uint64
	i, at := 0, 0
	for b.Loop() {
		if i == len(ends) {
			i, at = 0, 0
		}
		s.Low(&out, text, at, ends[i]-at, 0, ^uint64(0))
		at = ends[i]
		i++
	}
}
