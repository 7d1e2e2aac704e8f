// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

// Tone is how urgent or settled something is. A tone always comes with an icon
// and a word, so that it survives a grey printer. The zero value is neutral.
type Tone string

// The tones, in rising urgency; NoData says that nothing is known.
const (
	Neutral Tone = ""
	OK      Tone = "ok"
	Info    Tone = "info"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
	NoData  Tone = "nodata"
)

var toneIcons = map[Tone]IconName{
	Neutral: IconDot, OK: IconCheck, Info: IconInfo, Warn: IconWarn, Bad: IconBad, NoData: IconNoData,
}

func (t Tone) icon(own IconName) IconName {
	if own != "" {
		return own
	}
	return toneIcons[t]
}

func (t Tone) class(base string) string {
	if t == Neutral {
		return base
	}
	return base + " vg-" + string(t)
}

// word is the catalogue key of the tone's name, read out where only the icon
// is visible.
func (t Tone) word() string {
	if t == Neutral {
		return "ui.tone.neutral"
	}
	return "ui.tone." + string(t)
}

// Link is a place and its name. An empty Href shows the label as text.
type Link struct {
	Label string
	Href  string
	Icon  IconName
}

// Action is a link or, with Post, a one-button form. Labels name the effect
// ("Gửi tới 150 đơn vị"), never "OK".
type Action struct {
	Label   string
	Href    string
	Icon    IconName
	Post    bool     // send by POST instead of following a link
	Hidden  []Hidden // fields sent with Post
	Primary bool     // the one filled button of its place
	Danger  bool     // destroys or sends outward
	Title   string   // further words, shown as the title attribute
}

func (a Action) class() string {
	switch {
	case a.Primary && a.Danger:
		return "btn btn-danger"
	case a.Primary:
		return "btn btn-primary"
	case a.Danger:
		return "btn btn-outline-danger"
	}
	return "btn"
}

// Hidden is one hidden form field.
type Hidden struct {
	Name  string
	Value string
}
