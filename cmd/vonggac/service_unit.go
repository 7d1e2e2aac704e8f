// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"regexp"
	"strings"
)

// unitText is the unit for o. The usual data folder systemd makes, and gives to
// the user it makes; another belongs to owner, an existing user, as whom the
// service then runs.
func unitText(o order, owner string) (string, error) {
	command := make([]string, 0, 6)
	for _, a := range append([]string{o.program}, o.arguments()...) {
		command = append(command, unitQuote(a))
	}
	text := replaceLine(o.what.unit, "ExecStart", "ExecStart="+strings.Join(command, " "))
	if o.data == o.what.data {
		return text, nil
	}
	if owner == "" || owner == "root" {
		return "", fmt.Errorf("%s: make the folder first and give it to a user of its own, not root (useradd --system vonggac; "+
			"install -d -m 700 -o vonggac %s), or leave --data out for %s", o.data, o.data, o.what.data)
	}
	text = replaceLine(text, "DynamicUser", "DynamicUser=no")
	text = replaceLine(text, "User", "User="+owner)
	text = replaceLine(text, "StateDirectory", "ReadWritePaths="+unitQuote(o.data))
	text = replaceLine(text, "StateDirectoryMode", "")
	// The folder may lie in somebody's home, which would else not be there.
	text = replaceLine(text, "ProtectHome", "ProtectHome=read-only")
	return text, nil
}

// replaceLine puts line where the setting name stands.
func replaceLine(unit, name, line string) string {
	return regexp.MustCompile(`(?m)^`+name+`=.*$`).ReplaceAllLiteralString(unit, line)
}

// unitQuote quotes one word of a systemd command line or list
// (systemd.service(5) "Command lines", systemd.unit(5) "Specifiers").
func unitQuote(word string) string {
	word = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`).Replace(word)
	if strings.ContainsAny(word, " \t'\"\\;") || word == "" {
		return `"` + word + `"`
	}
	return word
}
