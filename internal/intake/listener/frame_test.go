// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

func counted(s string) string { return strconv.Itoa(len(s)) + " " + s }

// cut feeds in in pieces and gives all lines.
func cut(f *listener.Framer, pieces ...string) (text string, lines int) {
	for _, p := range pieces {
		t, n := f.Feed([]byte(p))
		text, lines = text+t, lines+n
	}
	t, n := f.End()
	return text + t, lines + n
}

func TestFramesBecomeLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", listener.LongestLine)
	for name, tc := range map[string]struct {
		in, want string
		counts   map[listener.Reason]int64
	}{
		"newlines":                             {in: "<13>a\n<13>b\n", want: "<13>a\n<13>b\n"},
		"CR before the newline goes":           {in: "<13>a\r\n<13>b\r\r\n", want: "<13>a\n<13>b\r\n"},
		"the last line needs no newline":       {in: "<13>a\n<13>b", want: "<13>a\n<13>b\n"},
		"counted":                              {in: counted("<13>a") + counted("<13>bc"), want: "<13>a\n<13>bc\n"},
		"mixed":                                {in: counted("<13>a") + "<13>b\n" + counted("<13>c") + "d\n", want: "<13>a\n<13>b\n<13>c\nd\n"},
		"a newline in a counted frame":         {in: counted("<13>a\nb") + counted("<13>c"), want: "<13>a#012b\n<13>c\n", counts: map[listener.Reason]int64{listener.Rewritten: 1}},
		"a newline at the end of a frame goes": {in: counted("<13>a\n") + counted("<13>b\r\n"), want: "<13>a\n<13>b\n"},
		"NUL":                                  {in: "<13>a\x00b\n", want: "<13>a#000b\n", counts: map[listener.Reason]int64{listener.Rewritten: 1}},
		"NUL at the end goes":                  {in: counted("<13>a\x00"), want: "<13>a\n"},
		"text that begins with digits":         {in: "2026-11-22 a\n22 Nov b\n7\n123456789 <c\n12 \n", want: "2026-11-22 a\n22 Nov b\n7\n123456789 <c\n12 \n"},
		"blank lines are counted":              {in: "\n\r\na\n", want: "a\n", counts: map[listener.Reason]int64{listener.Empty: 2}},
		"a frame cut by the end":               {in: "10 <13>a", want: "<13>a\n", counts: map[listener.Reason]int64{listener.NoNewline: 1}},
		"digits at the end":                    {in: "10 ", want: "10 \n"},
		"the longest line":                     {in: long + "\r\n" + "a\n", want: long + "\na\n"},
		"too long":                             {in: long + "y\na\n", want: long + "\na\n", counts: map[listener.Reason]int64{listener.TooLong: 1}},
		"far too long":                         {in: long + long + long + "\na\n", want: long + "\na\n", counts: map[listener.Reason]int64{listener.TooLong: 1}},
		"too long and counted":                 {in: counted("<"+long+long) + counted("<13>a"), want: "<" + long[1:] + "\n<13>a\n", counts: map[listener.Reason]int64{listener.TooLong: 1}},
		"too long once written out":            {in: counted("<"+strings.Repeat("\n", listener.LongestLine-1)) + "a\n", want: ("<" + strings.Repeat("#012", listener.LongestLine/4))[:listener.LongestLine] + "\na\n", counts: map[listener.Reason]int64{listener.TooLong: 1, listener.Rewritten: 1}},
		"no character is cut in two":           {in: long[1:] + "ế\n", want: long[1:] + "\n", counts: map[listener.Reason]int64{listener.TooLong: 1}},
		"Windows-1258":                         {in: "<13>B\xe1o \xf0\xf5ng\n", want: "<13>B\xe1o \xf0\xf5ng\n", counts: map[listener.Reason]int64{listener.NotUTF8: 1}},
		"one of many":                          {in: "plain\n" + counted("<1>a\nb") + "plain\nB\xe1o\nplain\r\n\n1 plain\nz\x00\n", want: "plain\n<1>a#012b\nplain\nB\xe1o\nplain\n1 plain\nz\n", counts: map[listener.Reason]int64{listener.Rewritten: 1, listener.NotUTF8: 1, listener.Empty: 1}},
		"UTF-16":                               {in: "<\x001\x00>\x00a\x00\n\x00", want: "<#0001#000>#000a\n", counts: map[listener.Reason]int64{listener.NotUTF8: 1, listener.Empty: 1, listener.Rewritten: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var whole listener.Framer
			text, lines := cut(&whole, tc.in)
			if text != tc.want {
				t.Fatalf("got %s, want %s", short(text), short(tc.want))
			}
			if lines != strings.Count(tc.want, "\n") {
				t.Errorf("counts %d lines of %s", lines, short(text))
			}
			for _, r := range reasons {
				if got := whole.Counted(r); got != tc.counts[r] {
					t.Errorf("counts %d %s, want %d", got, r, tc.counts[r])
				}
			}
			step := 1
			if len(tc.in) > 1000 {
				step = len(tc.in) / 3
			}
			for i := 0; i <= len(tc.in); i += step {
				var split listener.Framer
				if got, _ := cut(&split, tc.in[:i], tc.in[i:]); got != text {
					t.Fatalf("cut at %d gives %s, want %s", i, short(got), short(text))
				}
				for _, r := range reasons {
					if split.Counted(r) != whole.Counted(r) {
						t.Fatalf("cut at %d counts %d %s, whole %d", i, split.Counted(r), r, whole.Counted(r))
					}
				}
			}
			if len(tc.in) < 1000 {
				var single listener.Framer
				if got, _ := cut(&single, strings.Split(tc.in, "")...); got != text {
					t.Errorf("byte by byte gives %s, want %s", short(got), short(text))
				}
			}
		})
	}
}

var reasons = []listener.Reason{listener.TooLong, listener.NotUTF8, listener.NoNewline, listener.Rewritten, listener.Empty}

func short(s string) string {
	if len(s) > 80 {
		return strconv.Quote(s[:40]) + "… of " + strconv.Itoa(len(s)) + " bytes, ending " + strconv.Quote(s[len(s)-20:])
	}
	return strconv.Quote(s)
}

// TestAnySplitGivesTheSameLines sends frames of both kinds in pieces of any
// size and wants every message once, in order.
func TestAnySplitGivesTheSameLines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var in, want strings.Builder
		n := rapid.IntRange(0, 20).Draw(t, "frames")
		for range n {
			body := rapid.StringMatching(`<[0-9]{1,3}>[a-zA-Z0-9 éế:<>\[\]-]{0,80}`).Draw(t, "message")
			if rapid.Bool().Draw(t, "counted") {
				in.WriteString(counted(body))
			} else {
				in.WriteString(body + "\n")
			}
			want.WriteString(body + "\n")
		}
		var f listener.Framer
		var pieces []string
		for rest := in.String(); rest != ""; {
			k := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			pieces, rest = append(pieces, rest[:k]), rest[k:]
		}
		got, lines := cut(&f, pieces...)
		if got != want.String() || lines != n {
			t.Fatalf("got %d lines %q, want %d %q", lines, got, n, want.String())
		}
	})
}

// FuzzFramer holds for any bytes: lines out and lines counted empty do not
// depend on how the bytes are cut, no line is empty or over-long, none holds
// NUL, and each ends in one newline.
func FuzzFramer(f *testing.F) {
	f.Add([]byte("5 <13>a<13>b\n12"), uint16(3))
	f.Add([]byte("8 <1>\nab\x00x\r\n\n"), uint16(7))
	f.Add([]byte("99999999 <13>a"), uint16(1))
	f.Fuzz(checkFramer)
}

func checkFramer(t *testing.T, in []byte, at uint16) {
	var whole, split listener.Framer
	text, lines := cut(&whole, string(in))
	k := int(at) % (len(in) + 1)
	again, n := cut(&split, string(in[:k]), string(in[k:]))
	if text != again || lines != n || whole.Counted(listener.Empty) != split.Counted(listener.Empty) {
		t.Fatalf("whole gives %q, cut at %d gives %q", text, k, again)
	}
	if strings.Count(text, "\n") != lines || strings.Contains(text, "\x00") || strings.Contains("\n"+text, "\n\n") {
		t.Fatalf("%d lines: %q", lines, text)
	}
}

func TestTheHostOfALineIsTold(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"<13>1 2026-11-22T10:00:00.003Z fw.example.vn su - ID47 - hi": "fw.example.vn",
		"<13>1 - - su - - - hi":                              "",
		"<13>1 2026-11-22T10:00:00Z":                         "",
		"<34>Oct 11 22:14:15 mymachine su: 'su root' failed": "mymachine",
		"<34>Nov  2 22:14:15 10.1.2.3 dnsmasq[1]: query":     "10.1.2.3",
		"Nov 22 22:14:15 host named[3]: client":              "host",
		"<34>Nov 22 2026 22:14:15 asa : %ASA-6-302013":       "asa",
		"<34>*Nov 22 22:14:15.123 sw1 x":                     "sw1",
		"<30>2026-11-22T10:00:00+07:00 unit-7 unbound: x":    "unit-7",
		"<30>Nov 22 22:14:15 dnsmasq[77]: no host here":      "",
		"<30>Nov 22 22:14:15 kernel: no host here":           "",
		"<30>Nov 22 22:14:15 2001:db8::1 kernel: x":          "2001:db8::1",
		"<30>date=2026-11-22 time=10:00:00 devname=\"FG\"":   "",
		"{\"host\":\"x\"}":                                   "",
		"":                                                   "",
		"<":                                                  "",
		"<13>":                                               "",
		"<13>1 ":                                             "",
		"<30>Nov 22 22:14:15 " + strings.Repeat("a", 300) + " kernel: x": "",
		"<30>Xyz 22 22:14:15 host kernel: x":                             "",
	} {
		if got := listener.HostOf(line); got != want {
			t.Errorf("%q: host %q, want %q", line, got, want)
		}
	}
}

func TestASampleIsShortAndPlain(t *testing.T) {
	t.Parallel()
	if got := listener.Sample("a\tb\x1b[31m\xe1\u202e ế"); got != "a b [31m\\xe1  ế" {
		t.Errorf("got %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := listener.Sample(string(rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "line")))
		if len(s) > 200 || !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x00\x1b") {
			t.Fatalf("got %q", s)
		}
	})
}
