// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// wide is text in UTF-16 as Windows programs write it.
func wide(text string, big bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			u = u<<8 | u>>8
		}
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// TestOtherEncodingsAreKeptAndCounted sends lines in the encodings that are
// met here by each door of text: bytes that hurt no block stay as they are, and
// every such line is counted with a sample.
func TestOtherEncodingsAreKeptAndCounted(t *testing.T) {
	t.Parallel()
	old, err := charmap.Windows1258.NewEncoder().String("<13>Nov 22 10:00:00 may1 app: đăng nhâp sai")
	if err != nil {
		t.Fatal(err)
	}
	const tcvn3 = "<13>Nov 22 10:00:00 may1 app: \xae\xa8ng nh\xcbp kh\xabng th\xb5nh c\xabng" // TCVN 5712:1993, VN3
	for name, c := range map[string]struct {
		line, want string
		rewritten  int64
	}{
		"Windows-1258":          {old, old, 0},
		"TCVN3":                 {tcvn3, tcvn3, 0},
		"UTF-16, little endian": {wide("<13>app: sai", false), strings.ReplaceAll(strings.TrimSuffix(wide("<13>app: sai", false), "\x00"), "\x00", "#000"), 1},
		"UTF-16, big endian":    {wide("<13>app: sai", true), strings.ReplaceAll(wide("<13>app: sai", true), "\x00", "#000"), 1},
	} {
		for _, door := range []string{"udp", "tcp", "http"} {
			t.Run(name+" by "+door, func(t *testing.T) {
				t.Parallel()
				sh := newShelf()
				var s *listener.Server
				switch door {
				case "udp":
					s = start(t, udp(sh, directory(everybody)))
					send(t, dial(t, s, "udp"), c.line)
				case "tcp":
					s = start(t, tcp(sh, directory(everybody)))
					send(t, dial(t, s, "tcp"), c.line+"\n")
				case "http":
					w, stored, f := post(t, "/ingest", "text/plain", []byte(c.line))
					if w.Code != http.StatusOK || stored.text() != c.want+"\n" || countOf(f.Ways[0].Counts, listener.NotUTF8) != 1 {
						t.Errorf("answered %d, stored %q, counted %+v", w.Code, stored.text(), f.Ways[0].Counts)
					}
					return
				}
				sh.awaitLines(t, 1)
				f := eventually(t, s, "counted", func(f listener.Figures) bool { return countOf(f.Ways[0].Counts, listener.NotUTF8) == 1 })
				if got := sh.text(); got != c.want+"\n" {
					t.Errorf("stored %q, want %q", got, c.want)
				}
				for _, x := range f.Ways[0].Counts {
					if !x.Kept || len(x.Samples) != 1 || x.Reason == listener.Rewritten && x.Lines != c.rewritten {
						t.Errorf("counted %+v", x)
					}
				}
			})
		}
	}
}

// TestALineOfAMebibyteIsTakenWholeAndALongerOneCut sends both by TCP, in both
// framings, and by HTTP.
func TestALineOfAMebibyteIsTakenWholeAndALongerOneCut(t *testing.T) {
	t.Parallel()
	whole := "<13>" + strings.Repeat("m", listener.LongestLine-4)
	for door, sent := range map[string]string{"newlines": whole + "\n" + whole + "x\n<13>after\n", "counts": "1048576 " + whole + "1048577 " + whole + "x9 <13>after"} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			sh := newShelf()
			s := start(t, tcp(sh, directory(everybody)))
			send(t, dial(t, s, "tcp"), sent)
			sh.awaitLines(t, 3)
			f := eventually(t, s, "counted", func(f listener.Figures) bool { return countOf(f.Ways[0].Counts, listener.TooLong) == 1 })
			got := sh.lines()
			slices.SortFunc(got, func(a, b string) int { return len(b) - len(a) }) // blocks are stored beside each other
			if got[0] != whole || got[1] != whole || got[2] != "<13>after" {
				t.Errorf("lines of %d, %d and %d bytes", len(got[0]), len(got[1]), len(got[2]))
			}
			if len(f.Ways[0].Counts) != 1 || len(f.Ways[0].Counts[0].Samples[0]) != 200 {
				t.Errorf("counted %+v", f.Ways[0].Counts)
			}
		})
	}
	w, sh, f := post(t, "/ingest", "text/plain", []byte(whole+"\n"+whole+"x\n"))
	if lines := bytes.Split([]byte(sh.text()), []byte{'\n'}); w.Code != http.StatusOK || len(lines) != 3 || string(lines[0]) != whole || string(lines[1]) != whole ||
		countOf(f.Ways[0].Counts, listener.TooLong) != 1 {
		t.Errorf("answered %d, %d lines, %+v", w.Code, len(lines)-1, f.Ways[0].Counts)
	}
}
