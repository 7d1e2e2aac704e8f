// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"slices"
	"strings"
)

// marks are the sharing marks of FIRST TLP 2.0 (August 2022), the widest
// first. WHITE is what TLP 1.0 called CLEAR.
var marks = []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}

// markIDs are the marking definitions fixed by the standards: TLP 1.0 in STIX
// 2.1 §7.2.1.4, TLP 2.0 in the OASIS extension definition
// 60a3c5c5-0d10-413e-aab3-9e08dde9e88d.
var markIDs = map[string]string{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "TLP:CLEAR",
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "TLP:GREEN",
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "TLP:AMBER",
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "TLP:RED",
	"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "TLP:CLEAR",
	"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "TLP:GREEN",
	"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "TLP:AMBER",
	"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "TLP:AMBER+STRICT",
	"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "TLP:RED",
}

// tlpName returns the mark that s names in any spelling, "" when it names
// none.
func tlpName(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	s = "TLP:" + strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "TLP"), ":"))
	if s == "TLP:WHITE" {
		s = "TLP:CLEAR"
	}
	if i := slices.Index(marks, s); i >= 0 {
		return marks[i]
	}
	return ""
}

// stricter returns the mark that shares less; "" is no mark.
func stricter(a, b string) string {
	if slices.Index(marks, a) < slices.Index(marks, b) {
		return b
	}
	return a
}

// tlpExtension is the OASIS extension that defines TLP 2.0 marks.
const tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
