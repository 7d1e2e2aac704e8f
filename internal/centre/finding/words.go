// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file is the words for what a client was in touch with: a name is asked
// for, an address called, a page opened, a file carried.

// words are the catalogue keys of what is said of a type of observable.
type words struct {
	Values string // heading over values of the type
	Kind   string // the type in a word
}

// typeWords has each type that evidence has; the empty one is of several types.
var typeWords = map[string]words{
	"":                      {"finding.of.mixed", ""},
	intel.Domain.String():   {"finding.of.domain", "indicator.type.domain"},
	intel.Address.String():  {"finding.of.address", "indicator.type.ip"},
	intel.Network.String():  {"finding.of.address", "indicator.type.ip-range"},
	intel.Endpoint.String(): {"finding.of.endpoint", "indicator.type.ip-port"},
	intel.URL.String():      {"finding.of.url", "indicator.type.url"},
	intel.MD5.String():      {"finding.of.file", "indicator.type.md5"},
	intel.SHA1.String():     {"finding.of.file", "indicator.type.sha1"},
	intel.SHA256.String():   {"finding.of.file", "indicator.type.sha256"},
	intel.Email.String():    {"finding.of.email", "indicator.type.email"},
	intel.JA3.String():      {"finding.of.tls", "indicator.type.ja3"},
	intel.JA4.String():      {"finding.of.tls", "indicator.type.ja4"},
}

// ValuesText heads a list of values of a type of observable, "" for several.
func ValuesText(ctx context.Context, kind string) string {
	w, ok := typeWords[kind]
	if !ok {
		w = typeWords[""]
	}
	return i18n.T(ctx, w.Values)
}

// TypeText is a type of observable in a word; empty for none.
func TypeText(ctx context.Context, kind string) string {
	if w := typeWords[kind]; w.Kind != "" {
		return i18n.T(ctx, w.Kind)
	}
	return ""
}

// roleWords say what happened, by the part the value had in it.
var roleWords = [...]string{
	event.Queried:     "finding.role.query",
	event.Destination: "finding.role.dst",
	event.Source:      "finding.role.src",
	event.Requested:   "finding.role.url",
	event.Carried:     "finding.role.file",
	event.Addressed:   "finding.role.email",
	event.Handshake:   "finding.role.tls",
}

// RoleText says what a value of a type is and which part it had, by the bits of
// roles (Hit.Roles); evidence of before these were kept says the type alone.
func RoleText(ctx context.Context, kind string, roles int64) string {
	var parts []string
	if t := TypeText(ctx, kind); t != "" {
		parts = append(parts, t)
	}
	if a := ActivityText(ctx, roles); a != "" {
		parts = append(parts, a)
	}
	return strings.Join(parts, " · ")
}

// ActivityText is what happened, by the bits of roles; empty when not known.
func ActivityText(ctx context.Context, roles int64) string {
	var parts []string
	for role, key := range roleWords {
		if roles&mark(event.Role(role)) != 0 {
			parts = append(parts, i18n.T(ctx, key))
		}
	}
	return strings.Join(parts, "; ")
}

// roleNames are the names of package event for the bits of roles.
func roleNames(roles int64) []string {
	var out []string
	for role := range roleWords {
		if roles&mark(event.Role(role)) != 0 {
			out = append(out, event.Role(role).String())
		}
	}
	return out
}

// common is the type that all of names have, "" when they differ.
func common(names []Name) string {
	for _, n := range names {
		if n.Type != names[0].Type {
			return ""
		}
	}
	if len(names) == 0 {
		return ""
	}
	return names[0].Type
}
