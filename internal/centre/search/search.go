// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package search is the one box that finds everything: units, people, cases,
// findings, lists, papers, and the places and acts of the house. It keeps no
// index and no table of its own: each kind of record is asked through its own
// room, which knows who may see what. This file recognises what was typed and
// knows no HTTP. Start at Service.Find.
package search

import (
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Kind is what the typed text is, as far as its form tells.
type Kind uint8

// The kinds. Words is everything that has no form of its own.
const (
	Words   Kind = iota
	Code         // of a case: "SC-2026-0142"
	Address      // an IP address
	Domain       // a host name
	Hash         // MD5, SHA-1 or SHA-256 in hexadecimal digits
)

// Query is what was typed. Text is trimmed, NFC, and what pages show
// defanged stands as it was recorded; of a URL only the host is left.
type Query struct {
	Text string
	Kind Kind
}

// longest is the most characters that are searched for; nobody types more.
const longest = 200

var (
	codeForm  = regexp.MustCompile(`^(?i)[a-z]{2,4}-\d{4}-\d{1,6}$`)
	hashForm  = regexp.MustCompile(`^(?i)([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$`)
	labelForm = regexp.MustCompile(`^[\p{L}\p{N}_]([\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?$`)
	topForm   = regexp.MustCompile(`^(\p{L}{2,63}|xn--[a-z0-9-]{1,59})$`)
)

// Read recognises what a person typed or pasted.
func Read(typed string) Query {
	text := i18n.NFC(typed)
	if cut := []rune(text); len(cut) > longest {
		text = strings.TrimSpace(string(cut[:longest]))
	}
	plain := refang(text)
	switch {
	case codeForm.MatchString(text):
		return Query{strings.ToUpper(text), Code}
	case hashForm.MatchString(text):
		return Query{strings.ToLower(text), Hash}
	}
	if u, err := url.Parse(plain); err == nil && u.Host != "" && strings.Contains(plain, "://") {
		plain = u.Hostname()
	}
	if a, err := netip.ParseAddr(strings.Trim(plain, "[]")); err == nil && a.Zone() == "" {
		return Query{a.Unmap().String(), Address}
	}
	if name := strings.ToLower(strings.TrimSuffix(plain, ".")); isDomain(name) {
		return Query{name, Domain}
	}
	return Query{refang(text), Words}
}

// refang undoes the ways in which harmful names are made harmless in texts.
func refang(s string) string {
	return strings.NewReplacer("[.]", ".", "(.)", ".", "[@]", "@", "[:]", ":", "hxxp", "http", "hXXp", "http").Replace(s)
}

func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || len(s) > 253 || !topForm.MatchString(labels[len(labels)-1]) {
		return false
	}
	for _, l := range labels {
		if !labelForm.MatchString(l) {
			return false
		}
	}
	return true
}

// Hit is one thing found.
type Hit struct {
	Title  string
	Detail string // a second, softer line; may be empty
	Href   string
}

// Source is one kind of thing that can be found. May says whether the actor
// may look for it at all; Find gives at most limit hits in the actor's scope,
// through the room's own use case, and how many there are in all (negative
// when that is not counted). Both are safe for concurrent use.
type Source struct {
	Key  string // "search.group." before gives its heading
	Icon ui.IconName
	May  func(ctx context.Context) bool
	Find func(ctx context.Context, q Query, limit int) (hits []Hit, total int64, err error)
	All  func(q Query) string // the list that shows them all; nil when there is none
	// Straight, when not nil, names the one place q means, if it means one:
	// a case by its code. Empty when it means none.
	Straight func(ctx context.Context, q Query) (href string, err error)
	Blank    bool // also answers when nothing is typed: places and acts
}

// Group is what one source gave.
type Group struct {
	Key   string
	Icon  ui.IconName
	Hits  []Hit
	Total int64
	All   string // where the rest stands; empty when Hits are all
	Late  bool   // the source did not answer in time
}
