// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/engine/scan/unpack"
)

// at is when the logs of these tests were received.
var at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// tiny is a format for these tests: "q CLIENT SECONDS NAME..." is an event a
// name, "#" a header, an empty line blank.
type tiny struct{}

var tinyFormat = format.Format{Name: "tiny", Title: "tiny", New: func(format.Options) format.Reader { return tiny{} }}

// Read implements format.Reader.
func (tiny) Read(line []byte, into []event.DNS) ([]event.DNS, format.Verdict) {
	f := strings.Fields(string(line))
	switch {
	case len(f) == 0:
		return into, format.Verdict{Outcome: format.Skipped, Reason: format.Blank}
	case f[0] == "#":
		return into, format.Verdict{Outcome: format.Skipped, Reason: format.Header}
	case f[0] != "q" || len(f) < 4:
		return into, format.Verdict{Reason: format.NotFormat}
	}
	client, err := netip.ParseAddr(f[1])
	if err != nil {
		return into, format.Verdict{Reason: format.BadClient}
	}
	e := event.DNS{Client: client}
	if s, err := strconv.ParseInt(f[2], 10, 32); err == nil {
		e.Time = time.Unix(s, 0).UTC()
	}
	for _, e.Name = range f[3:] {
		into = append(into, e)
	}
	return into, format.Verdict{Outcome: format.Parsed}
}

var errNone = errors.New("not tiny")

func detectTiny(sample [][]byte, _ format.Options) (format.Format, error) {
	for _, line := range sample {
		if bytes.HasPrefix(line, []byte("q ")) || bytes.HasPrefix(line, []byte("#")) {
			return tinyFormat, nil
		}
	}
	return format.Format{}, errNone
}

func lists(t testing.TB) *intel.Index {
	t.Helper()
	var b intel.Builder
	for _, l := range []struct {
		intel.List
		text string
	}{
		{intel.List{Name: "bad"}, "evil.com\nwww.evil.com\nbad.net\n"},
		{intel.List{Name: "other"}, "evil.com\n"},
		{intel.List{Name: "good", Kind: intel.Allow}, "bad.net\nfine.org\n"},
	} {
		if _, err := b.Load(strings.NewReader(l.text), l.List); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

// read streams a log and returns its blocks.
func read(t testing.TB, in io.Reader, opt scan.Options) ([]scan.Block, scan.Summary, error) {
	t.Helper()
	opt.File, opt.Lines.At = "test.log", at
	if opt.Detect == nil {
		opt.Detect = detectTiny
	}
	var blocks []scan.Block
	sum, err := scan.Stream(context.Background(), in, opt, func(b scan.Block) error {
		blocks = append(blocks, b)
		return nil
	})
	checkAccount(t, blocks, sum)
	return blocks, sum, err
}

// checkAccount holds that every line has one outcome and that blocks follow
// each other without a gap.
func checkAccount(t testing.TB, blocks []scan.Block, sum scan.Summary) {
	t.Helper()
	var total scan.Counts
	var offset, line int64 = 0, 1
	for _, b := range blocks {
		if b.Lines != b.Parsed+scan.Total(b.Skipped)+scan.Total(b.Rejected) {
			t.Errorf("block at %d: lines do not add up: %+v", b.Offset, b.Counts)
		}
		if b.Offset != offset || b.FirstLine != line || b.Lines == 0 {
			t.Errorf("block at %d, line %d of %d lines; want offset %d, line %d", b.Offset, b.FirstLine, b.Lines, offset, line)
		}
		offset, line = b.Offset+b.Length, b.FirstLine+b.Lines
		total.Add(b.Counts)
	}
	if diff := cmp.Diff(total, sum.Counts); diff != "" {
		t.Errorf("sum of blocks (-) and summary (+): %s", diff)
	}
}

func TestStreamCountsAndGroups(t *testing.T) {
	t.Parallel()
	const log = "# head\n" +
		"q 10.0.0.1 100 www.evil.com\n" +
		"q 10.0.0.1 50 WWW.Evil.COM.\r\n" +
		"q 10.0.0.2 60 evil.com a.com evil.com\n" +
		"\n" +
		"q 10.0.0.2 61 notevil.com\n" +
		"q 10.0.0.2 62 evil.com.vn\n" +
		"q 10.0.0.2 63 x.bad.net\n" +
		"q nobody 64 evil.com\n" +
		"what is this\n" +
		"q 10.0.0.3 - evil.com"
	table := rollup.New(nil, t.TempDir(), 0)
	blocks, sum, err := read(t, strings.NewReader(log), scan.Options{Index: lists(t), Rollup: table})
	if err != nil || len(blocks) != 1 {
		t.Fatalf("%d blocks, %v", len(blocks), err)
	}
	want := scan.Summary{Format: "tiny", Detected: "tiny", Charset: "utf-8", Bytes: int64(len(log)), Counts: scan.Counts{
		Lines: 11, Parsed: 7, Queries: 9, Hits: 4, Overruled: 1, First: time.Unix(50, 0).UTC(), Last: time.Unix(100, 0).UTC(),
		Skipped:  map[format.Reason]int64{format.Header: 1, format.Blank: 1},
		Rejected: map[format.Reason]int64{format.BadClient: 1, format.NotFormat: 1},
	}, Samples: []scan.Sample{{Line: 9, Text: "q nobody 64 evil.com", Reason: format.BadClient}, {Line: 10, Text: "what is this", Reason: format.NotFormat}}}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Error(diff)
	}
	type row struct {
		list, indicator, client, name string
		rank                          int
		count, lines, first, last     int64
	}
	var got []row
	for _, h := range blocks[0].Hits {
		r := row{h.Match.List.Name, h.Match.Indicator, h.Client.String(), h.Name, h.Rank, h.Count, h.Lines, 0, 0}
		if !h.First.IsZero() {
			r.first, r.last = h.First.Unix(), h.Last.Unix()
		}
		got = append(got, r)
	}
	if diff := cmp.Diff([]row{
		{"bad", "www.evil.com", "10.0.0.1", "www.evil.com", 0, 2, 2, 50, 100},
		{"bad", "evil.com", "10.0.0.1", "www.evil.com", 1, 2, 2, 50, 100},
		{"other", "evil.com", "10.0.0.1", "www.evil.com", 2, 2, 2, 50, 100},
		{"bad", "evil.com", "10.0.0.2", "evil.com", 0, 2, 1, 60, 60},
		{"other", "evil.com", "10.0.0.2", "evil.com", 1, 2, 1, 60, 60},
		{"bad", "evil.com", "10.0.0.3", "evil.com", 0, 1, 1, 0, 0},
		{"other", "evil.com", "10.0.0.3", "evil.com", 1, 1, 1, 0, 0},
	}, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
	var csv strings.Builder
	if err := table.WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n1970-01-01,10.0.0.1,www.evil.com,2,1970-01-01T00:00:50Z,1970-01-01T00:01:40Z,hit\n", ",x.bad.net,1,", "Z,allowed\n", ",notevil.com,1,1970-01-01T00:01:01Z,1970-01-01T00:01:01Z,none\n", "\n,10.0.0.3,evil.com,1,,,hit\n"} {
		if !strings.Contains(csv.String(), want) {
			t.Errorf("no %q in\n%s", want, csv.String())
		}
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
}

// fold adds up the hits of blocks by all but the block.
func fold(blocks []scan.Block) map[string]scan.Hit {
	out := map[string]scan.Hit{}
	for _, b := range blocks {
		for _, h := range b.Hits {
			key := fmt.Sprint(h.Match.ID, h.Client, h.Name, h.Rank)
			old, ok := out[key]
			if ok {
				h.Count += old.Count
				h.Lines += old.Lines
				if h.First.IsZero() || !old.First.IsZero() && old.First.Before(h.First) {
					h.First = old.First
				}
				if old.Last.After(h.Last) {
					h.Last = old.Last
				}
			}
			out[key] = h
		}
	}
	return out
}

var sameSummary = cmpopts.IgnoreFields(scan.Summary{}, "Samples") // a few a block

func TestResultsDoNotDependOnTheBlockSize(t *testing.T) {
	t.Parallel()
	x := lists(t)
	var log strings.Builder
	for i := range 60 {
		fmt.Fprintf(&log, "q 10.0.0.%d %d n%d.evil.com ok%d.com\n%s\n", i%3, i, i%7, i, strings.Repeat("#", i%5))
	}
	want, wantSum, err := read(t, strings.NewReader(log.String()), scan.Options{Index: x})
	if err != nil {
		t.Fatal(err)
	}
	for size := int64(1); size < 400; size++ {
		blocks, sum, err := read(t, strings.NewReader(log.String()), scan.Options{Index: x, BlockSize: size})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantSum, sum, sameSummary); diff != "" {
			t.Fatalf("size %d: %s", size, diff)
		}
		if diff := cmp.Diff(fold(want), fold(blocks), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Fatalf("size %d: %s", size, diff)
		}
		for i, b := range blocks {
			if i > 0 && b.Offset/size == blocks[i-1].Offset/size {
				t.Fatalf("size %d: two blocks begin in one span", size)
			}
			last := log.String()[b.Offset : b.Offset+b.Length-1]
			if start := b.Offset + int64(strings.LastIndexByte(last, '\n')+1); start/size != b.Offset/size {
				t.Fatalf("size %d: a line begins beyond its block", size)
			}
		}
	}
}

// bad is a log or what stands for one.
func TestBadInput(t *testing.T) {
	t.Parallel()
	line := "q 10.0.0.1 1 evil.com\n"
	many := strings.Repeat(line, 5000)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for i := range 5000 {
		if _, err := fmt.Fprintf(w, "q 10.0.0.1 %d n%x.evil.com\n", i, i*7919*31); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var bomb bytes.Buffer
	w = gzip.NewWriter(&bomb)
	if _, err := w.Write(append([]byte(line), make([]byte, 64<<20)...)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	junk := make([]byte, 10_000)
	for i := range junk {
		junk[i] = byte(i*i + i>>3)
	}
	long := strings.Repeat("x", 10<<20)
	type reasons = map[format.Reason]int64
	for name, c := range map[string]struct {
		in       []byte
		opt      scan.Options
		parsed   int64 // -1: some
		rejected reasons
		err      error
		said     string
	}{
		"empty":                    {in: nil},
		"blank lines alone":        {in: []byte("\n\r\n \n")},
		"no line end at the end":   {in: []byte(line + "q 10.0.0.1 1 a.com"), parsed: 2},
		"gzip cut":                 {in: packed.Bytes()[:packed.Len()/2], parsed: -1, rejected: reasons{scan.CutOff: 1}, err: unpack.ErrTruncated, said: "test.log:"},
		"binary junk":              {in: junk, rejected: reasons{format.NotFormat: int64(bytes.Count(junk, []byte("\n")) + 1)}, err: scan.ErrFormat, said: "test.log:1: no known log format fits"},
		"binary junk, named":       {in: junk, opt: scan.Options{Format: tinyFormat}, parsed: 0, rejected: reasons{format.NotFormat: int64(bytes.Count(junk, []byte("\n")) + 1)}},
		"10 MB line first":         {in: []byte(long + "\n" + many), parsed: 5000, rejected: reasons{format.TooLong: 1}},
		"10 MB line last":          {in: []byte(many + long), parsed: 5000, rejected: reasons{format.TooLong: 1}},
		"10 MB line in the middle": {in: []byte(line + long + "\r\n" + line), parsed: 2, rejected: reasons{format.TooLong: 1}},
		"10 MB line alone":         {in: []byte(long), rejected: reasons{format.TooLong: 1}},
		"bomb":                     {in: bomb.Bytes(), opt: scan.Options{Limits: unpack.Limits{Slack: 1 << 20}}, parsed: 1, rejected: reasons{format.TooLong: 1}, err: unpack.ErrBomb, said: "decompression bomb"},
		"too large":                {in: []byte(many), opt: scan.Options{Limits: unpack.Limits{MaxBytes: int64(len(line))*3 + 5}}, parsed: 3, rejected: reasons{scan.CutOff: 1}, err: unpack.ErrBomb, said: "split the file"},
		"zip":                      {in: []byte("PK\x03\x04abc"), err: unpack.ErrArchive, said: "unzip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.opt.Index = lists(t)
			_, sum, err := read(t, bytes.NewReader(c.in), c.opt)
			if !errors.Is(err, c.err) || err != nil && !strings.Contains(err.Error(), c.said) {
				t.Errorf("error %v, want %v saying %q", err, c.err, c.said)
			}
			var place *scan.Error
			if err != nil && !errors.As(err, &place) {
				t.Errorf("%v has no place", err)
			}
			if some := c.parsed == -1 && sum.Parsed > 100; !some && sum.Parsed != c.parsed {
				t.Errorf("%d parsed, want %d", sum.Parsed, c.parsed)
			}
			if diff := cmp.Diff(c.rejected, sum.Rejected); diff != "" {
				t.Errorf("rejected: %s", diff)
			}
		})
	}
}

func TestTheLongestLine(t *testing.T) {
	t.Parallel()
	head := "q 10.0.0.1 1 a.com "
	fits := head + strings.Repeat("x", format.MaxLine-len(head))
	for name, c := range map[string]struct {
		in     string
		parsed int64
	}{
		"at the limit":               {fits + "\n", 1},
		"at the limit, CR LF":        {fits + "\r\n", 1},
		"at the limit, no line end":  {fits, 1},
		"one over":                   {fits + "x\n", 0},
		"one over, CR LF":            {fits + "x\r\n", 0},
		"one over, no line end":      {fits + "x", 0},
		"two over, then another one": {fits + "xx\n" + fits + "\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, sum, err := read(t, strings.NewReader(c.in), scan.Options{Format: tinyFormat})
			if err != nil || sum.Parsed != c.parsed || sum.Parsed+sum.Rejected[format.TooLong] != sum.Lines {
				t.Errorf("%+v, %v", sum.Counts, err)
			}
		})
	}
}

func TestANamedFormatThatIsWrongIsSeen(t *testing.T) {
	t.Parallel()
	other := format.Format{Name: "other", New: func(format.Options) format.Reader { return none{} }}
	_, sum, err := read(t, strings.NewReader("q 10.0.0.1 1 a.com\n"), scan.Options{Format: other})
	if err != nil || sum.Format != "other" || sum.Detected != "tiny" || sum.Parsed != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
}

type none struct{}

// Read implements format.Reader.
func (none) Read(_ []byte, into []event.DNS) ([]event.DNS, format.Verdict) {
	return into, format.Verdict{Reason: format.NotFormat}
}

func TestTheSinkAndTheContextEndIt(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	log := strings.Repeat("q 10.0.0.1 1 a.com\n", 100)
	opt := scan.Options{Format: tinyFormat, Detect: detectTiny, BlockSize: 64, Lines: format.Options{At: at}}
	n := 0
	_, err := scan.Stream(t.Context(), strings.NewReader(log), opt, func(scan.Block) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("%d blocks, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n = 0
	_, err = scan.Stream(ctx, strings.NewReader(log), opt, func(scan.Block) error { n++; cancel(); return nil })
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("%d blocks, %v", n, err)
	}
}
