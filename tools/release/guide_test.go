// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

var linksTo = regexp.MustCompile(`(?:href|src)="([^"#]+)[^"]*"`)

// The archive's guide opens from its folder: every link and picture of it is
// there, and no mark of Markdown is left.
func TestTheGuideOpensFromItsFolder(t *testing.T) {
	t.Parallel()
	list, err := guide("../../docs/guide")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, e := range list {
		there[e.name] = true
	}
	if !there["guide/vi/bat-dau.html"] || !there["guide/en/bat-dau.html"] || !there["START-HERE.html"] {
		t.Fatalf("the guide lacks its first page: %d files", len(list))
	}
	for _, e := range list {
		switch path.Ext(e.name) {
		case ".webp":
		case ".html":
			page := string(e.data)
			for _, m := range linksTo.FindAllStringSubmatch(page, -1) {
				if to := path.Join(path.Dir(e.name), m[1]); !strings.Contains(m[1], ":") && !there[to] {
					t.Errorf("%s leads to %s, which is not there", e.name, to)
				}
			}
			if strings.Contains(page, "{#") || strings.Contains(page, "\n```") {
				t.Errorf("%s holds Markdown", e.name)
			}
		default:
			t.Errorf("%s does not belong in an archive", e.name)
		}
	}
}
