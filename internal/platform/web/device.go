// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import "strings"

// A User-Agent names many products for old compatibility's sake; the first
// mark below that it holds is the one that tells (RFC 9110 §10.1.5 promises
// nothing about its form).
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"coc_coc_browser", "Coc Coc"}, {"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}}
	systems = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"Macintosh", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// Device is a User-Agent in a few words, "Chrome, Windows"; empty when it says
// nothing that is known.
func Device(agent string) string {
	var words []string
	for _, marks := range [][][2]string{browsers, systems} {
		for _, m := range marks {
			if strings.Contains(agent, m[0]) {
				words = append(words, m[1])
				break
			}
		}
	}
	return strings.Join(words, ", ")
}
