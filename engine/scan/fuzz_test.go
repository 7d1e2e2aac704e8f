// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"io"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/engine/scan/unpack"
)

// FuzzStream holds, for a log of any bytes, that every line has one outcome,
// that lines are those of the unpacked text, and that the block size changes
// nothing but the blocks. It runs with a format of these tests, with all real
// ones of look-ups by detection, and with logs of look-ups and activities.
func FuzzStream(f *testing.F) {
	f.Add([]byte("# h\nq 10.0.0.1 5 www.evil.com\r\n\nq 1.2.3.4 6 a evil.com\nrubbish\nq 10.0.0.1 7 evil.com"), int64(7))
	f.Add([]byte("\xff\xfeq\x00 \x001\x00\n\x00"), int64(1))
	f.Add([]byte("\x1f\x8b\x08\x00\x00"), int64(3))
	f.Add([]byte("21-Nov-2026 08:00:00.000 client 10.0.0.1#53 (evil.com): query: evil.com IN A + (10.0.0.2)\n"), int64(50))
	for _, name := range []string{"eve", "zeek", "squid"} {
		f.Add(mixedActivities(1, name, 12), int64(300))
	}
	x := lists(f)
	f.Fuzz(func(t *testing.T, in []byte, size int64) {
		size = 1 + size&0xfff
		limits := unpack.Limits{MaxBytes: 1 << 20}
		for _, how := range []string{"tiny", "detect", "eve", "zeek", "squid"} {
			opt := scan.Options{Index: x, Limits: limits, Format: tinyFormat, Workers: 2}
			switch how {
			case "tiny":
			case "detect":
				opt.Format, opt.Detect = format.Format{}, format.Detect
			default:
				l, _ := format.LookupLog(how)
				opt.Format, opt.Activity = l.DNS, l.Activity
			}
			blocks, sum, err := read(t, bytes.NewReader(in), opt)
			if want := linesOf(in, limits); sum.Lines != want {
				t.Errorf("%d lines, want %d", sum.Lines, want)
			}
			opt.BlockSize = size
			small, smallSum, smallErr := read(t, bytes.NewReader(in), opt)
			if diff := cmp.Diff(sum, smallSum, sameSummary); diff != "" {
				t.Errorf("block size %d: %s", size, diff)
			}
			if diff := cmp.Diff(fold(blocks), fold(small), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("block size %d: %s", size, diff)
			}
			if (err == nil) != (smallErr == nil) {
				t.Errorf("%v; with block size %d: %v", err, size, smallErr)
			}
		}
	})
}

// linesOf counts lines the plain way.
func linesOf(in []byte, limits unpack.Limits) int64 {
	u, err := unpack.New(bytes.NewReader(in), limits)
	if err != nil {
		return 0
	}
	defer u.Close()
	text, _ := io.ReadAll(u) // what came before an error counts
	n := int64(bytes.Count(text, []byte("\n")))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}
