// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import "time"

// Paths the shell's own forms post to. The web package routes them.
const (
	LanguagePath = "/settings/language" // POST lang=vi|en, back=<path>
	ThemePath    = "/settings/theme"    // POST theme=auto|light|dark, back=<path>
	SignOutPath  = "/sign-out"          // POST, no fields
	SearchPath   = "/search"            // GET q=<text>
	SuggestPath  = "/search/suggest"    // GET q=<text>: the options of the palette alone
	ScopePath    = "/settings/scope"    // GET the choice; POST unit=<id or empty>, back=<path>
	ViewsPath    = "/views"             // saved views: GET /views/new?path=…&query=…
)

// Theme is the colour scheme a person chose. The zero value follows the
// operating system.
type Theme string

// The three choices of the theme switch; their text is the form value.
const (
	ThemeAuto  Theme = "auto"
	ThemeLight Theme = "light"
	ThemeDark  Theme = "dark"
)

// orAuto returns t, or ThemeAuto when t is empty or unknown (a stale cookie).
func (t Theme) orAuto() Theme {
	if t == ThemeLight || t == ThemeDark {
		return t
	}
	return ThemeAuto
}

// Page is everything the shell around a screen shows. Only Title and Path are
// required; every empty part is left out rather than shown dead.
type Page struct {
	Title   string     // of the document; the product's name is added
	Path    string     // path and query of this request: where language and theme forms return
	Person  *Person    // nil when nobody is signed in
	Theme   Theme      // from the theme cookie
	Nav     []NavGroup // only what the role may open
	Search  bool       // show the search form; set once SearchPath answers
	Query   string     // what was searched for, kept in the field
	OnDuty  *OnDuty    // nil hides the slot
	Scope   string     // the units in view, such as "toàn tỉnh"; empty hides it
	ScopeAt string     // where the scope is switched; empty shows plain text
	Within  bool       // Scope is one unit the person chose to look at: shown as a chip with a way out
	Bell    *Bell      // nil hides the bell
	Raised  string     // why the person holds more than usual for a while; shown as a red bar
	// RaisedAt is the record of it; empty without.
	RaisedAt string
	// Help is the page of the guide about this one; empty without.
	Help    string
	Running *Running // nil hides the link to running work
	Flashes []Flash  // once-only messages of the last action
	Demo    bool     // show the banner that says the data is invented
	Version string   // in the footer
}

// Person is who is signed in.
type Person struct {
	Name  string // as shown
	Role  string // translated
	Href  string // own account page; empty leaves the entry out
	Links []Link // further entries of the person menu
}

// OnDuty is who answers the telephone now.
type OnDuty struct {
	Name  string
	Phone string    // empty is left out
	Until time.Time // zero is left out
	Href  string    // the duty page; empty shows plain text
}

// Bell points at the reader's notices. A count of zero shows the bell alone.
type Bell struct {
	Count int64 // not read yet
	Href  string
}

// Running points at work that goes on in the background.
type Running struct {
	Count int
	Href  string
}

// NavGroup is one titled part of the left navigation. An empty Title puts the
// items on top without a heading. Folded groups stand last, behind one entry that
// opens them.
type NavGroup struct {
	Title  string
	Items  []NavItem
	Folded bool
}

// NavItem is one entry of the left navigation.
type NavItem struct {
	Label string
	Href  string
	Icon  IconName // empty is allowed
	Count int64    // shown when positive
	Hot   bool     // the count is urgent
	Here  bool     // the current page or its parent
}

// Flash is one message about what was just done.
type Flash struct {
	Tone Tone
	Text string
	Undo *Action // offered beside the text when not nil
}

// folded are the groups behind the last entry, and how many entries they hold.
func (p Page) folded() (list []NavGroup, entries int64) {
	for _, g := range p.Nav {
		if g.Folded {
			list = append(list, g)
			entries += int64(len(g.Items))
		}
	}
	return list, entries
}

// here returns the label of the current entry, or "" when none is current.
func (p Page) here() string {
	for _, g := range p.Nav {
		for _, it := range g.Items {
			if it.Here {
				return it.Label
			}
		}
	}
	return ""
}
