// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package view keeps saved views: a name a person gives to a way of looking at
// a list, for themselves or for the people of a unit. A view is only a query:
// whoever opens it sees what their own permissions show. The lists themselves
// know nothing of it: the frame of every page offers the views of its address.
// This file knows no SQL and no HTTP; start at Service.
package view

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// ID names a view.
type ID string

// View is one saved way of looking at a list. Times are UTC.
type View struct {
	ID        ID
	Owner     string // account id of who saved it
	OwnerName string
	Path      string // of the list: "/incidents"
	Query     string // canonical, without "?"
	Name      string // 1..80 characters, one line
	Note      string // what it is for, 0..500 characters
	Shared    string // unit whose people may use it; empty: the owner alone
	CreatedAt time.Time
	Version   int64

	SharedName string // of the unit, where the reader may see it
	First      bool   // opens first for the reader
	Mine       bool   // the reader saved it
}

const (
	maxName  = 80
	maxNote  = 500
	maxQuery = 2000
	maxMine  = 30 // views a person may keep of one list
)

// tidy brings what was typed into the form that is kept, and says what cannot
// be taken.
func (v *View) tidy(op string) error {
	v.Name, v.Note = i18n.NFC(v.Name), i18n.NFC(v.Note)
	q, err := url.ParseQuery(strings.TrimPrefix(v.Query, "?"))
	if err != nil {
		return fault.Bad(op, "query", "view.bad.query")
	}
	v.Query = web.Canonical(q)
	switch {
	case v.Name == "":
		return fault.Bad(op, "name", "view.bad.no_name")
	case utf8.RuneCountInString(v.Name) > maxName:
		return fault.Bad(op, "name", "view.bad.long_name")
	case utf8.RuneCountInString(v.Note) > maxNote:
		return fault.Bad(op, "note", "view.bad.long_note")
	case len(v.Query) > maxQuery:
		return fault.Bad(op, "query", "view.bad.query")
	}
	return nil
}

// Href is where the list stands in this view.
func (v View) Href() string {
	if v.Query == "" {
		return v.Path + "?view=none"
	}
	return v.Path + "?" + v.Query
}
