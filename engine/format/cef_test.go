// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"testing"

	"github.com/vonggac/vonggac/engine/format"
)

func TestCEFCountsBytesAsTheStandardSaysUnlessTheVendorTurnsThem(t *testing.T) {
	t.Parallel()
	known, ok := format.LookupActivity("cef")
	if !ok {
		t.Fatal("no CEF")
	}
	for vendor, turned := range map[string]bool{"ACME": false, "ArcSight": false, "": false, "Fortinet": true, "Palo Alto Networks": true, "Check Point": true, "check point": true, "SonicWall": true} {
		line := "CEF:0|" + vendor + "|x|1|1|x|3|rt=1763600000000 src=10.0.0.1 dst=192.0.2.1 in=100 out=7"
		got, verdict := known.New(format.Options{At: received}).Read([]byte(line), nil)
		if len(got) != 1 {
			t.Fatalf("%s: %v", vendor, verdict)
		}
		sent, received := int64(100), int64(7)
		if turned {
			sent, received = received, sent
		}
		if got[0].Sent != sent || got[0].Received != received {
			t.Errorf("%s: sent %d, received %d", vendor, got[0].Sent, got[0].Received)
		}
	}
}
