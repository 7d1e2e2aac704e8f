// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/format"
)

// TestAnswersBelongToTheirOwnNameAlone changes one byte after the other of the
// name that was asked for: the answer to the other name still counts, and that
// to the name itself, in whatever case, does not.
func TestAnswersBelongToTheirOwnNameAlone(t *testing.T) {
	t.Parallel()
	eve, _ := format.Lookup("eve")
	line := func(kind, src, dst, name string) []byte {
		from, to := 5353, 53
		if kind == "answer" {
			from, to = to, from
		}
		return fmt.Appendf(nil, `{"timestamp":"2026-01-14T08:00:00.000000+0700","event_type":"dns","src_ip":"%s","src_port":%d,"dest_ip":"%s","dest_port":%d,"proto":"UDP","dns":{"type":"%s","id":1,"rrname":"%s","rrtype":"A"}}`, src, from, dst, to, kind, name)
	}
	for _, n := range []int{5, 8, 9, 16, 17, 23, 24, 25, 31, 33, 40, 60} {
		name := strings.Repeat("abcdefghij", 6)[:n-4] + ".com"
		for at := range n - 4 {
			other := name[:at] + "x" + name[at+1:]
			r := eve.New(format.Options{At: received})
			_, _ = r.Read(line("query", "192.0.2.1", "192.0.2.53", name), nil)
			if got, v := r.Read(line("answer", "192.0.2.53", "192.0.2.1", other), nil); len(got) != 1 {
				t.Errorf("the answer to %s is taken for that to %s: %v", other, name, v)
			}
		}
		r := eve.New(format.Options{At: received})
		_, _ = r.Read(line("query", "192.0.2.1", "192.0.2.53", name), nil)
		if got, v := r.Read(line("answer", "192.0.2.53", "192.0.2.1", strings.ToUpper(name)), nil); len(got) != 0 || v.Reason != format.Answer {
			t.Errorf("the answer to %s counts again: %v", name, v)
		}
	}
}
