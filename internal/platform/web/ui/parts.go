// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// MenuProps is a small menu that opens without script.
type MenuProps struct {
	Label string   // read out, and shown unless Icon is set
	Icon  IconName // shown instead of the label
	Items []Action
}

// BadgeProps is a state with icon and word.
type BadgeProps struct {
	Text string
	Tone Tone
	Icon IconName // empty takes the tone's icon
}

// AlertProps is a message inside the page.
type AlertProps struct {
	Tone   Tone
	Title  string
	Text   string
	Action *Action
}

// PageHeadProps is the head of a list or a form page.
type PageHeadProps struct {
	Crumbs  []Link
	Title   string
	Lead    string // one sentence under the title; may be empty
	Actions []Action
}

// SettingsCrumb leads back to the list of settings: the first crumb of every page
// under it.
func SettingsCrumb(ctx context.Context) Link {
	return Link{Label: i18n.T(ctx, "ui.settings"), Href: "/settings"}
}

// CardProps is the frame of one part of a page; its children are the content.
type CardProps struct {
	Title   string // empty leaves the head out
	ID      string // anchor; may be empty
	Actions []Action
	Flush   bool // content touches the frame: for tables
	Screen  bool // only a form to fill in: left out on paper
	// Fold makes the card one that opens and closes on its title, without
	// script; it stands closed unless Open. Note stands beside the title. Fold
	// nothing that holds a required field or an error: a browser cannot show
	// what is wrong in there.
	Fold bool
	Open bool
	Note string
}

// ProgressProps is how far something is. Total zero shows the text alone.
type ProgressProps struct {
	Label string
	Done  int64
	Total int64
	Text  string // beside the bar, such as "1.200 / 4.000 dòng"
}

// JobProps is work that goes on in the background. The fragment replaces
// itself from Poll until State is not JobRunning.
type JobProps struct {
	ID       string // element id, stable between polls
	Title    string
	State    JobState
	Progress ProgressProps
	Note     string // what happens now, or why it failed
	Poll     string // GET, answers Job with fresh props
	Result   *Action
}

// JobState is where background work stands.
type JobState uint8

const (
	JobWaiting JobState = iota
	JobRunning
	JobDone
	JobFailed
)

var jobBadges = [...]struct {
	tone Tone
	icon IconName
	key  string
}{
	{Neutral, IconClock, "ui.job.waiting"},
	{Info, IconRunning, "ui.job.running"},
	{OK, IconCheck, "ui.job.done"},
	{Bad, IconBad, "ui.job.failed"},
}

// Tile is one figure among several.
type Tile struct {
	Label   string
	Measure MeasureProps
	Tone    Tone // marks the edge and adds its word
	Href    string
}

// EmptyProps is what a page shows before it has anything: what it will show,
// and the one next step.
type EmptyProps struct {
	Icon   IconName
	Title  string
	Text   string
	Action *Action
	Sample *Action // a sample to load; may be nil
}

// Fact is one line of a definition list.
type Fact struct {
	Label string
	Value templ.Component // Text, Time, Unit, …
}

// TimelineEntry is one moment of a record's history.
type TimelineEntry struct {
	Text   string
	Actor  string // may be empty
	Detail string // second line; may be empty
	Href   string // makes Text a link
	Tone   Tone
	Icon   IconName
	At     time.Time
}

// TimelineProps is a record's history, newest or oldest first as given.
type TimelineProps struct {
	Title   string
	Entries []TimelineEntry
	Empty   string // sentence shown while there is no entry
	More    *Link
}

// StepState is where one step of a sequence stands.
type StepState uint8

const (
	StepTodo StepState = iota
	StepNow
	StepDone
	StepBlocked
)

// Step is one step of a sequence.
type Step struct {
	Label string
	State StepState
	Href  string
	Note  string // "12 dòng lỗi"; may be empty
}

var (
	stepClass = [...]string{"todo", "now", "done", "blocked"}
	stepIcons = [...]IconName{IconDot, IconNext, IconCheck, IconLock}
)

// DiffRow is one changed field.
type DiffRow struct {
	Label  string
	Before string // empty means there was none
	After  string // empty means removed
}

// ImportReportProps is what an import did, or would do when DryRun.
type ImportReportProps struct {
	File     string
	DryRun   bool
	Rows     int64 // data rows read
	Added    int64
	Changed  int64
	Same     int64
	Rejected int64
	Cells    []CellError
	More     int64 // errors beyond Cells
	Download *Link // the full list of errors
}

// CellError is one cell that could not be taken.
type CellError struct {
	Sheet  string // may be empty
	Row    int    // as numbered in the file, from 1
	Column string // heading as printed in the file
	Value  string // as printed
	Error  string // what is wrong and what would be right
	Warn   bool   // taken all the same
}

func cellTone(c CellError) Tone {
	if c.Warn {
		return Warn
	}
	return Bad
}

func rejectedTone(n int64) Tone {
	if n > 0 {
		return Bad
	}
	return Neutral
}

func count(ctx context.Context, n int64) MeasureProps {
	return MeasureProps{Value: i18n.Number(ctx, n), Grade: Measured}
}

func large(m MeasureProps) MeasureProps {
	m.Large = true
	return m
}

func primary(a Action) Action {
	a.Primary = true
	return a
}

func importSummary(ctx context.Context, r ImportReportProps) AlertProps {
	a := AlertProps{Tone: OK, Title: i18n.T(ctx, "ui.import.done", r.File)}
	if r.DryRun {
		a = AlertProps{Tone: Info, Title: i18n.T(ctx, "ui.import.dryrun", r.File), Text: i18n.T(ctx, "ui.import.dryrun.text")}
	}
	if r.Rejected > 0 {
		a.Tone = Warn
	}
	return a
}
