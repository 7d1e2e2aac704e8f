// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Grade says how a figure is known. The zero value is "no data", so that a
// forgotten grade never passes for a measured one.
type Grade uint8

const (
	NotSeen      Grade = iota // nothing was seen: the value is not shown
	Insufficient              // coverage below the threshold: the value is not shown
	Declared                  // the unit says so; not verified
	Measured                  // from data, coverage sufficient
)

var gradeClass = [...]string{"none", "short", "declared", "measured"}

// Trend is where a figure moves; Better says whether that is good.
type Trend struct {
	Icon   IconName // IconUp, IconFall or IconFlat
	Text   string   // "+3 so với hôm qua"
	Better bool
}

// MeasureProps is one figure and what it rests on.
type MeasureProps struct {
	Value    string // formatted: "83%", "1.204"; not shown below the threshold
	Unit     string // "máy"; may be empty
	Grade    Grade
	Seen     int64 // of Expected; both zero hides the bar of a measured figure
	Expected int64
	Note     string   // small line under the bar: "199/240 máy"
	Href     string   // "Số này từ đâu?"; empty shows plain text
	Missing  []string // sources that are not seen, listed on tap
	Next     *Action  // how the unit becomes measured; for the lower three grades
	Trend    *Trend
	Large    bool // for stat tiles
}

const barWidth = 64

// filled is the width of the seen part of the bar. Anything seen shows at
// least a sliver and anything missing leaves a gap.
func (m MeasureProps) filled() int {
	if m.Expected <= 0 {
		return 0
	}
	seen := min(max(m.Seen, 0), m.Expected)
	w := int(float64(seen) / float64(m.Expected) * barWidth)
	switch {
	case seen > 0 && w == 0:
		return 1
	case seen < m.Expected && w == barWidth:
		return barWidth - 1
	}
	return w
}

func (m MeasureProps) text(ctx context.Context) string {
	switch m.Grade {
	case Measured, Declared:
		return m.Value
	case Insufficient:
		return i18n.T(ctx, "ui.measure.insufficient", i18n.Number(ctx, m.Seen), i18n.Number(ctx, m.Expected))
	}
	return i18n.T(ctx, "ui.measure.none")
}

func (m MeasureProps) fill() (back, front string) {
	switch m.Grade {
	case Measured:
		return "", ""
	case Declared:
		return "url(#vg-hatch)", "url(#vg-dots)"
	}
	return "url(#vg-hatch)", "url(#vg-hatch-seen)"
}

func (m MeasureProps) coverage(ctx context.Context) string {
	if m.Expected <= 0 {
		return i18n.T(ctx, "ui.measure.coverage.none")
	}
	return i18n.T(ctx, "ui.measure.coverage", i18n.Number(ctx, m.Seen), i18n.Number(ctx, m.Expected))
}

// ClockState is where a deadline stands. The zero value is "on time".
type ClockState uint8

const (
	ClockOn ClockState = iota
	ClockSoon
	ClockLate
	ClockMet
)

var (
	clockClass = [...]string{"on", "soon", "late", "met"}
	clockIcons = [...]IconName{IconClock, IconWarn, IconClockBad, IconCheck}
)

// ClockProps is one deadline.
type ClockProps struct {
	State      ClockState
	Due        time.Time
	Now        time.Time // the moment of the page; remaining time is Due - Now
	Met        time.Time // when it was met; for ClockMet
	What       string    // "thông báo ban đầu"; may be empty
	Addressee  string    // "Công an tỉnh"; may be empty
	Basis      string    // legal basis, shown on tap
	Arithmetic []string  // the computation, one step a line, shown on tap
	Short      bool      // only icon, word and time: for table cells
}

// state is what is shown: whatever the caller says, past due is late.
func (c ClockProps) state() ClockState {
	if c.State != ClockMet && c.Due.Before(c.Now) {
		return ClockLate
	}
	return c.State
}

// remaining is the words of the clock: "còn 21 giờ 04 phút", "trễ 1 ngày",
// "đã xong đúng hạn".
func (c ClockProps) remaining(ctx context.Context) string {
	switch {
	case c.State == ClockMet && c.Met.After(c.Due):
		return i18n.T(ctx, "ui.clock.metlate", i18n.Duration(ctx, c.Met.Sub(c.Due)))
	case c.State == ClockMet:
		return i18n.T(ctx, "ui.clock.met")
	case c.Due.Before(c.Now):
		return i18n.T(ctx, "ui.clock.overdue", i18n.Duration(ctx, c.Now.Sub(c.Due)))
	}
	return i18n.T(ctx, "ui.clock.left", i18n.Duration(ctx, c.Due.Sub(c.Now)))
}

// nearDay is the day of the week of a term that ends within a week of now, with the
// space behind it; of another it is nothing.
func nearDay(ctx context.Context, due, now time.Time) string {
	if now.IsZero() || due.Sub(now).Abs() > 7*24*time.Hour {
		return ""
	}
	last := due.Add(-time.Nanosecond) // a term that ends with a day ends on that day
	return calendar.DateOf(last).WeekdayIn(i18n.Lang(ctx)) + " "
}

// word is the state in words: never left to the colour.
func (c ClockProps) word(ctx context.Context) string {
	return i18n.T(ctx, "ui.clock.state."+clockClass[c.state()])
}

// UnitProps is one unit as named in a row.
type UnitProps struct {
	Name      string // short name
	Kind      string // translated kind; may be empty
	Href      string // empty shows plain text
	Successor *Link  // the unit that took over an abolished one
}

// Verdict is what is known of an observable. The zero value is "unknown".
type Verdict uint8

const (
	VerdictUnknown Verdict = iota
	VerdictBad
	VerdictGood
)

var (
	verdictClass = [...]string{"unknown", "bad", "good"}
	verdictIcons = [...]IconName{IconNoData, IconBad, IconCheck}
)

// ObservableProps is one address, name, hash or the like.
type ObservableProps struct {
	Value   string // as recorded; shown defanged
	Type    string // "URL", "tên miền"; translated
	Verdict Verdict
	Why     string // "mạo danh, 2 danh sách"; may be empty
	Menu    []Action
}

// ObservableActs are the places of an observable's menu, in the order of
// screens.md; an empty one is left out. web.ObservableMenu fills the first two.
type ObservableActs struct {
	LookUp  string // what the lists say of it
	Seen    string // who connected to it
	Add     string // put it into an incident
	Block   string // ask for it to be blocked
	Dismiss string // leave it aside, with a reason
}

// Menu is the menu of an observable; nil when there is no place to go.
func (a ObservableActs) Menu(ctx context.Context) []Action {
	var out []Action
	for _, item := range []struct {
		href, label string
		icon        IconName
	}{
		{a.LookUp, i18n.T(ctx, "ui.obs.lookup"), IconSearch}, {a.Seen, i18n.T(ctx, "ui.obs.seen"), IconFinding},
		{a.Add, i18n.T(ctx, "ui.obs.add"), IconIncident}, {a.Block, i18n.T(ctx, "ui.obs.block"), IconLock},
		{a.Dismiss, i18n.T(ctx, "ui.obs.dismiss"), IconDismiss},
	} {
		if item.href != "" {
			out = append(out, Action{Label: item.label, Href: item.href, Icon: item.icon})
		}
	}
	return out
}

// Defang makes a network name or address safe to show and copy: "http" becomes
// "hxxp" and the last dot of the host gets brackets. Hashes and file names
// have no dotted host and come back unchanged when they hold no dot.
func Defang(value string) string {
	scheme, rest, ok := strings.Cut(value, "://")
	if !ok {
		scheme, rest = "", value
	} else {
		scheme = strings.NewReplacer("http", "hxxp", "ftp", "fxp").Replace(strings.ToLower(scheme)) + "://"
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if i := strings.LastIndexByte(strings.TrimRight(host, "."), '.'); i >= 0 {
		host = host[:i] + "[.]" + host[i+1:]
	}
	return scheme + strings.Replace(host, "@", "[@]", 1) + path
}

// long tells whether a value may be broken over lines. A whole IPv6 address,
// 39 characters, stays on one.
func long(value string) bool { return len(value) > 40 }

func itoa(n int) string { return strconv.Itoa(n) }
