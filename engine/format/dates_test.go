// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
)

func TestALineWithoutAnEventIsDatedByItsHead(t *testing.T) {
	t.Parallel()
	at := format.Dates(format.Options{At: time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)})
	want := time.Date(2026, 11, 22, 20, 3, 15, 0, time.UTC) // 03:03:15 on the 23rd in Hanoi
	for line, want := range map[string]time.Time{
		"Nov 23 03:03:15 dnsmasq[2890]: reply a.example is 203.0.113.7\r\n":                                                                 want,
		"<30>Nov 23 03:03:15 gw dnsmasq[2890]: started, version 2.90":                                                                       want,
		"<30>1 2026-11-23T03:03:15+07:00 gw named 12 - - zone transfer ended":                                                               want,
		"23-Nov-2026 03:03:15.250 general: info: running":                                                                                   want.Add(250 * time.Millisecond),
		"2026-11-22T20:03:15Z gw kernel: Nov 23 03:03:15 dnsmasq[1]: forwarded a.example to 198.51.100.1":                                   want,
		"Nov 33 03:03:15 dnsmasq[2890]: reply":                                                                                              {},
		"23/11/2026 03:03:15 0E1C PACKET  0000017DECC585B0 UDP Rcv 192.0.2.53      624d R Q [8081   DR  NOERROR] A      (7)example(2)vn(0)": want,
		"11/23/2026 3:03:15 AM 0710 EVENT   The DNS server wrote version 5 of a zone.":                                                      want,
		"<13>Nov 23 04:00:00 dc01 dns: 23/11/2026 3:03:15 SA 0710 Note: got GQCS failure on a dead socket context":                          want,
		"23/33/2026 03:03:15 0E1C PACKET  0000017DECC585B0 UDP Snd 192.0.2.10":                                                              {},
		"23/11/2026 03:03:15 somebody dialled a number":                                                                                     {},
		"no time at all stands in this line, nor at its end":                                                                                {},
		`{"timestamp":"2026-11-22T20:03:15Z"}`:                                                                                              {},
		"":                                                                                                                                  {},
	} {
		if got := at([]byte(line)); !got.Equal(want) {
			t.Errorf("%q is of %v, want %v", line, got, want)
		}
	}
}
