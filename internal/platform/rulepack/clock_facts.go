// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Facts is what is known of an event when clocks are chosen or a severity is
// suggested. The zero value knows nothing and claims nothing.
type Facts struct {
	Severity            string // id in CL-severity, decided by a named person; empty while undecided
	SystemLevel         int    // 1..5, 0 unknown
	Machines            int    // machines affected, 0 unknown
	NationalImportant   bool   // the system is on the national list
	NationalSecurity    bool   // signs of harm to national security or public order
	SeriousInterruption bool   // the system is seriously interrupted
	ServiceInterrupted  bool   // a service of the system is interrupted
	SecretDisclosed     bool   // secret data is likely disclosed
	DataLost            bool   // important data lost integrity and cannot be restored
	ControlLost         bool   // control of the system is lost
	MaySpread           bool   // likely to spread widely or cascade
	BeyondCapacity      bool   // the owner cannot control it alone
	PersonalData        bool   // personal data is affected
	DangerousSituation  bool   // one of the five dangerous situations (Luật 116/2025/QH15 Đ20)
	ServiceProvider     bool   // whom it happened to provides services in cyberspace

	MayHarmSubjects     bool // a breach may harm security, order, or a person's life, health, honour, property
	LocationOrBiometric bool // location or biometric data is breached
	Processor           bool // the breached body processes data for another

	BlockOrder       bool // the order asks to block or remove
	UserInformation  bool // the order asks for information on a user
	NetworkProvider  bool // it went to a telecom, Internet, hosting or data-centre firm
	Urgent           bool // the order or the monitoring is urgent
	LevelledBefore   bool // the system was levelled under the former law
	InvestmentBefore bool // the system was under investment when the new law began
}

// flags are the yes-or-no facts by the name a pack and the command line use.
var flags = map[string]func(*Facts) *bool{
	"national_important":    func(f *Facts) *bool { return &f.NationalImportant },
	"national_security":     func(f *Facts) *bool { return &f.NationalSecurity },
	"serious_interruption":  func(f *Facts) *bool { return &f.SeriousInterruption },
	"service_interrupted":   func(f *Facts) *bool { return &f.ServiceInterrupted },
	"secret_disclosed":      func(f *Facts) *bool { return &f.SecretDisclosed },
	"data_lost":             func(f *Facts) *bool { return &f.DataLost },
	"control_lost":          func(f *Facts) *bool { return &f.ControlLost },
	"may_spread":            func(f *Facts) *bool { return &f.MaySpread },
	"beyond_capacity":       func(f *Facts) *bool { return &f.BeyondCapacity },
	"personal_data":         func(f *Facts) *bool { return &f.PersonalData },
	"dangerous_situation":   func(f *Facts) *bool { return &f.DangerousSituation },
	"service_provider":      func(f *Facts) *bool { return &f.ServiceProvider },
	"may_harm_subjects":     func(f *Facts) *bool { return &f.MayHarmSubjects },
	"location_or_biometric": func(f *Facts) *bool { return &f.LocationOrBiometric },
	"processor":             func(f *Facts) *bool { return &f.Processor },
	"block_order":           func(f *Facts) *bool { return &f.BlockOrder },
	"user_information":      func(f *Facts) *bool { return &f.UserInformation },
	"network_provider":      func(f *Facts) *bool { return &f.NetworkProvider },
	"urgent":                func(f *Facts) *bool { return &f.Urgent },
	"levelled_before":       func(f *Facts) *bool { return &f.LevelledBefore },
	"investment_before":     func(f *Facts) *bool { return &f.InvestmentBefore },
}

// Test is one yes-or-no question a condition may ask of the facts: the name of
// a yes-or-no fact, or "severity_serious". The set is closed: a pack combines
// tests but cannot add to them, so that a rule is always something this program
// understands.
type Test string

// seriousTest asks whether the decided severity is one the pack calls serious.
const seriousTest Test = "severity_serious"

func (t Test) known() bool { return t == seriousTest || flags[string(t)] != nil }

func (t Test) holds(p *Pack, f Facts) bool {
	switch t {
	case seriousTest:
		list, _ := p.CodeList(SeverityList)
		c, _ := list.Find(f.Severity)
		return c.Serious
	case "service_interrupted":
		return f.ServiceInterrupted || f.SeriousInterruption
	}
	of := flags[string(t)]
	return of != nil && *of(&f)
}

// Condition holds when all of All, at least one of Any (if there are any), none
// of None, and every bound hold. The zero value always holds.
type Condition struct {
	All             []Test `yaml:"all"`
	Any             []Test `yaml:"any"`
	None            []Test `yaml:"none"`
	LevelAtLeast    int    `yaml:"level_at_least"`    // system level 1..5; unknown does not hold
	LevelAtMost     int    `yaml:"level_at_most"`     // zero is no bound
	MachinesAtLeast int    `yaml:"machines_at_least"` // unknown does not hold
}

func (c Condition) holds(p *Pack, f Facts) bool {
	ask := func(t Test) bool { return t.holds(p, f) }
	for _, t := range c.All {
		if !ask(t) {
			return false
		}
	}
	return (len(c.Any) == 0 || slices.ContainsFunc(c.Any, ask)) && !slices.ContainsFunc(c.None, ask) &&
		f.SystemLevel >= c.LevelAtLeast && (c.LevelAtMost == 0 || f.SystemLevel <= c.LevelAtMost) &&
		f.Machines >= c.MachinesAtLeast
}

// FactNames returns the names [ParseFacts] knows, sorted.
func FactNames() []string {
	return slices.Sorted(maps.Keys(merge(flags, "severity", "system_level", "machines")))
}

func merge[V any](m map[string]V, more ...string) map[string]bool {
	all := map[string]bool{}
	for k := range m {
		all[k] = true
	}
	for _, k := range more {
		all[k] = true
	}
	return all
}

// ParseFacts reads facts as a person types them: names of yes-or-no facts, and
// severity=ID, system_level=1..5, machines=N, parted by spaces or commas. It
// fails on a name or value it does not know, and says which it knows.
func ParseFacts(text string) (Facts, error) {
	var f Facts
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' }) {
		name, value, valued := strings.Cut(word, "=")
		if err := f.set(name, value, valued); err != nil {
			return Facts{}, err
		}
	}
	return f, nil
}

func (f *Facts) set(name, value string, valued bool) error {
	number := func(into *int, least, most int) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("fact %s=%s: must be %d..%d", name, value, least, most)
		}
		*into = n
		return nil
	}
	switch name {
	case "severity":
		if value == "" {
			return fmt.Errorf("fact severity: name the code of the pack, such as severity=M2")
		}
		f.Severity = value
		return nil
	case "system_level":
		return number(&f.SystemLevel, 1, 5)
	case "machines":
		return number(&f.Machines, 0, 1<<30)
	}
	of := flags[name]
	if of == nil {
		return fmt.Errorf("fact %q is unknown; known are %s", name, strings.Join(FactNames(), ", "))
	}
	switch {
	case !valued || value == "true":
		*of(f) = true
	case value == "false":
		*of(f) = false
	default:
		return fmt.Errorf("fact %s=%s: must be true or false", name, value)
	}
	return nil
}
