// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

func TestTally(t *testing.T) {
	t.Parallel()
	for title, tc := range map[string]struct {
		in   string
		ok   bool
		want string // the end of the report
	}{
		"leaves are counted, not their parents": {`{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/b"}
{"Action":"pass","Package":"p","Test":"A/b"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`, true, "ok\tp\t0.0s\n1 passed, 0 failed, 0 skipped\n"},
		"a skip has its reason": {`{"Action":"output","Package":"p","Test":"A","Output":"    a_test.go:7: no PostgreSQL: none\n"}
{"Action":"output","Package":"p","Test":"A","Output":"--- SKIP: A (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"A"}
{"Action":"pass","Package":"p","Test":"B"}`, true, "skipped 1: no PostgreSQL: none\n1 passed, 0 failed, 1 skipped\n"},
		"a failing subtest is one failure": {`{"Action":"run","Package":"p","Test":"A/b"}
{"Action":"fail","Package":"p","Test":"A/b"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, false, "0 passed, 1 failed, 0 skipped\n"},
		"a parent failing by itself counts": {`{"Action":"run","Package":"p","Test":"A/b"}
{"Action":"pass","Package":"p","Test":"A/b"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, false, "1 passed, 1 failed, 0 skipped\n"},
		"a package that does not build counts": {`{"Action":"build-output","ImportPath":"p","Output":"x.go:1: no\n"}
{"Action":"build-fail","ImportPath":"p"}
{"Action":"fail","Package":"p"}
{"Action":"pass","Package":"q","Test":"A"}`, false, "x.go:1: no\nFAIL\tp\t0.0s\n1 passed, 1 failed, 0 skipped\n"},
		"a fuzz run counts beside its seeds": {`{"Action":"run","Package":"p","Test":"FuzzX/seed"}
{"Action":"pass","Package":"p","Test":"FuzzX/seed"}
{"Action":"pass","Package":"p","Test":"FuzzX"}
{"Action":"pass","Package":"p [fuzz]","Test":"FuzzX"}`, true, "2 passed, 0 failed, 0 skipped\n"},
		"what did not end is shown with what it said": {`{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"B"}
{"Action":"pass","Package":"p","Test":"B"}
{"Action":"output","Package":"p","Test":"A","Output":"panic: test timed out after 1s\n"}
{"Action":"fail","Package":"p","Elapsed":1}`, false, "--- UNFINISHED: p A\npanic: test timed out after 1s\nFAIL\tp\t1.0s\n1 passed, 1 failed, 0 skipped\n"},
		"slow tests are named, the slowest first": {`{"Action":"pass","Package":"p","Test":"A","Elapsed":20}
{"Action":"pass","Package":"p","Test":"B","Elapsed":31.4}
{"Action":"pass","Package":"p","Test":"B/c","Elapsed":30}
{"Action":"pass","Package":"p","Test":"D","Elapsed":19.9}`, true, "slow 31 s: p B\nslow 20 s: p A\n4 passed, 0 failed, 0 skipped\n"},
		"nothing run is no success":     {"", false, "0 passed, 0 failed, 0 skipped\n"},
		"other words are shown as such": {"go: no such module\n", false, "go: no such module\n0 passed, 0 failed, 0 skipped\n"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			ok, err := tally(strings.NewReader(tc.in), &out)
			if err != nil {
				t.Fatal(err)
			}
			if ok != tc.ok || !strings.HasSuffix(out.String(), tc.want) {
				t.Errorf("ok %v, report:\n%s\nwant %v, ending:\n%s", ok, out.String(), tc.ok, tc.want)
			}
		})
	}
}
