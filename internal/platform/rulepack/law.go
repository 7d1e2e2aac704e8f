// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Ground is what a value of the law stands on: the days it holds, the legal
// text with its place in it, and how well it is known. An id may be given
// several times in one pack, for days that do not overlap.
type Ground struct {
	From       calendar.Date `yaml:"from"`       // first day; zero: the pack's
	To         calendar.Date `yaml:"to"`         // last day; zero: the pack's
	Instrument string        `yaml:"instrument"` // id of the legal text; empty where no text is set
	Basis      string        `yaml:"basis"`      // printed citation: "Nghị định 331/2026/NĐ-CP, Điều 24"; may be empty
	Source     Source        `yaml:"source"`
}

func (g Ground) holdsOn(d calendar.Date) bool {
	return (g.From.IsZero() || d.Compare(g.From) >= 0) && (g.To.IsZero() || d.Compare(g.To) <= 0)
}

// Threshold is a named number of the pack.
type Threshold struct {
	ID     string `yaml:"id"`
	Value  int    `yaml:"value"`
	Unit   string `yaml:"unit"`  // see thresholdUnits: "percent", "months", "minutes"
	Label  Label  `yaml:"label"` // what it measures; empty for numbers of the product
	Ground `yaml:",inline"`
}

// Harm is one row of the harm scale: what is hurt how badly gives which level.
type Harm struct {
	ID       string `yaml:"id"`
	Interest string `yaml:"interest"` // see interests
	Degree   string `yaml:"degree"`   // see degrees
	Level    int    `yaml:"level"`    // 1..5
	Label    Label  `yaml:"label"`
	Ground   `yaml:",inline"`
}

// Criterion is one row of the table of levels. Any row that holds suffices and
// the highest wins.
type Criterion struct {
	ID string `yaml:"id"`
	// Level is 1..5. It is 0 for a row that takes the level from By.
	Level  int              `yaml:"level"`
	By     string           `yaml:"by"` // risk: the level of the risk assessment; decision: of the authority's decision
	When   SystemCondition  `yaml:"when"`
	Label  Label            `yaml:"label"`
	Ground `yaml:",inline"` // Basis is điểm, khoản, điều
}

// Party is a role in the making of a level dossier.
type Party struct {
	ID     string `yaml:"id"`
	Label  Label  `yaml:"label"`
	Ground `yaml:",inline"`
}

// Template is a model paper (mẫu) that a legal text prints.
type Template struct {
	ID     string `yaml:"id"`
	No     string `yaml:"no"` // "Mẫu 01"
	Title  Label  `yaml:"title"`
	Form   string `yaml:"form"` // id of the form that prints it; empty while the pack has none
	Ground `yaml:",inline"`
}

// Authority says who does what with the dossiers of some levels.
type Authority struct {
	ID        string   `yaml:"id"`
	Levels    []int    `yaml:"levels"` // 1..5
	Label     Label    `yaml:"label"`
	Prepare   []string `yaml:"prepare"`   // ids of parties: lập hồ sơ
	Opinion   []string `yaml:"opinion"`   // ý kiến chuyên môn; may be empty
	Appraise  []string `yaml:"appraise"`  // thẩm định; the first leads
	Approve   []string `yaml:"approve"`   // phê duyệt
	Templates []string `yaml:"templates"` // ids of model papers
	Ground    `yaml:",inline"`
}

// Span is one cell of a period table: N of Unit, or a word where the text has
// no number.
type Span struct {
	N    int    `yaml:"n"`
	Unit string `yaml:"unit"` // day, month, year, km; empty with a word
	Word string `yaml:"word"` // none, unstated, periodic, programme, yes; empty with a number
}

// Period is a length that depends on the level: how long logs are kept, how
// often a system is scanned.
type Period struct {
	ID     string `yaml:"id"`
	Label  Label  `yaml:"label"`
	Kind   string `yaml:"kind"`   // audit, scan, log, review, drill, training, measure
	Bound  string `yaml:"bound"`  // at_least: no shorter; every: no rarer
	Levels []Span `yaml:"levels"` // one for each level 1..5
	Ground `yaml:",inline"`
}

// At returns the cell of the level 1..5, and a cell that says none for others.
func (p Period) At(level int) Span {
	if level < 1 || level > len(p.Levels) {
		return Span{Word: "none"}
	}
	return p.Levels[level-1]
}

// Count is a number that depends on the level, such as how many management
// items a standard has.
type Count struct {
	ID     string `yaml:"id"`
	Label  Label  `yaml:"label"`
	Levels []int  `yaml:"levels"` // one for each level 1..5
	Ground `yaml:",inline"`
}

// ControlGroup is a group of security controls of a standard. The standard's
// own text is not shipped.
type ControlGroup struct {
	ID        string   `yaml:"id"`     // "RR"
	Clause    string   `yaml:"clause"` // number inside the clause of a level
	Label     Label    `yaml:"label"`
	FromLevel int      `yaml:"from_level"` // lowest level that has it, 1..5
	Maps      []string `yaml:"maps"`       // places of the decree it answers: "Đ30.3.d"
	Ground    `yaml:",inline"`
}

// Penalty is the fine for an omission, shown as the "why" of a duty. Amounts
// are of an organisation, in millions of đồng.
type Penalty struct {
	ID     string `yaml:"id"`
	Label  Label  `yaml:"label"`
	Min    int    `yaml:"min"`
	Max    int    `yaml:"max"`
	Ground `yaml:",inline"`
}

// Layer is one layer of the protection model (mô hình 4 lớp).
type Layer struct {
	ID     string `yaml:"id"`
	No     int    `yaml:"no"` // 1..
	Label  Label  `yaml:"label"`
	Ground `yaml:",inline"`
}

// Transition is a day by which the old state of things must have ended.
// Readings differ: Date is the one reminders go by, Others are the rest.
type Transition struct {
	ID     string          `yaml:"id"`
	Label  Label           `yaml:"label"`
	Date   calendar.Date   `yaml:"date"`
	Others []calendar.Date `yaml:"others"`
	Ground `yaml:",inline"`
}

// Period returns the period table with the id, and false when there is none.
func (p *Pack) Period(id string) (Period, bool) {
	return find(p.Periods, id, func(v Period) string { return v.ID })
}

// Count returns the count table with the id, and false when there is none.
func (p *Pack) Count(id string) (Count, bool) {
	return find(p.Counts, id, func(v Count) string { return v.ID })
}

// Party returns the role with the id, and false when there is none.
func (p *Pack) Party(id string) (Party, bool) {
	return find(p.Parties, id, func(v Party) string { return v.ID })
}

// Template returns the model paper with the id, and false when there is none.
func (p *Pack) Template(id string) (Template, bool) {
	return find(p.Templates, id, func(v Template) string { return v.ID })
}

// ControlGroup returns the group with the id, and false when there is none.
func (p *Pack) ControlGroup(id string) (ControlGroup, bool) {
	return find(p.Groups, id, func(v ControlGroup) string { return v.ID })
}

// Penalty returns the fine with the id, and false when there is none.
func (p *Pack) Penalty(id string) (Penalty, bool) {
	return find(p.Penalties, id, func(v Penalty) string { return v.ID })
}

// Transition returns the day with the id, and false when there is none.
func (p *Pack) Transition(id string) (Transition, bool) {
	return find(p.Transitions, id, func(v Transition) string { return v.ID })
}

// AuthorityOf returns who does what with dossiers of the level, and false when
// the pack does not say.
func (p *Pack) AuthorityOf(level int) (Authority, bool) {
	i := slices.IndexFunc(p.Authorities, func(a Authority) bool { return slices.Contains(a.Levels, level) })
	if i < 0 {
		return Authority{}, false
	}
	return p.Authorities[i], true
}

// The closed sets of words in a pack's law.
var (
	interests = []string{"rights", "production", "public_interest", "order", "defence", "national_security"}
	degrees   = []string{"harm", "serious", "especially_serious"}

	statuses = []string{"in_force", "lapsed", "unclear"} // of a legal text

	thresholdUnits = []string{"percent", "minutes", "hours", "days", "working_days", "months", "years", "persons", "items", "times", "km"}
	periodKinds    = []string{"audit", "scan", "log", "review", "drill", "training", "measure"}
	spanUnits      = []string{"day", "month", "year", "km"}
	spanWords      = []string{"none", "unstated", "periodic", "programme", "yes"}
)
