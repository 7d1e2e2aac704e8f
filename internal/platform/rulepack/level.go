// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"cmp"
	"fmt"
	"slices"
)

// SystemFacts is what is known of an information system when its level is
// judged. The zero value knows nothing and gets no level.
type SystemFacts struct {
	Uses           []string   `json:"uses"`                     // internal, citizens, infrastructure, control, other
	Information    []string   `json:"information"`              // public, private, personal, state_secret
	Administrative bool       `json:"administrative,omitempty"` // handles administrative procedures (thủ tục hành chính)
	Conditional    bool       `json:"conditional,omitempty"`    // serves a conditional business line (ngành nghề có điều kiện)
	ServiceGrade   int        `json:"service_grade,omitempty"`  // online public service, grade 1..4 of the old regime; 0 none
	Persons        int        `json:"persons,omitempty"`        // people whose data is handled, sensitive data included
	Sensitive      int        `json:"sensitive,omitempty"`      // of them, people whose sensitive data is handled
	Reach          []string   `json:"reach,omitempty"`          // agency, ministry, sector, province, provinces, national, abroad
	NonStop        bool       `json:"non_stop,omitempty"`       // runs 24/7 with no unplanned stop
	NationalEGov   bool       `json:"national_egov,omitempty"`  // a national e-government system
	NationalData   bool       `json:"national_data,omitempty"`  // central storage of specially important national data
	Works          []string   `json:"works,omitempty"`          // class of the controlled works: IV, III, II, I, special, security
	Harms          []HarmFact `json:"harms,omitempty"`          // what sabotage would do
	Risk           int        `json:"risk,omitempty"`           // level the risk assessment gives; 0 none
	Decision       int        `json:"decision,omitempty"`       // level the competent authority decided; 0 none
}

// HarmFact is one harm that sabotage of a system would do.
type HarmFact struct {
	Interest string `json:"interest"` // rights, production, public_interest, order, defence, national_security
	Degree   string `json:"degree"`   // harm, serious, especially_serious
}

// The closed sets of words facts and conditions are written with.
var (
	systemUses  = []string{"internal", "citizens", "infrastructure", "control", "other"}
	information = []string{"public", "private", "personal", "state_secret"}
	reaches     = []string{"agency", "ministry", "sector", "province", "provinces", "national", "abroad"}
	works       = []string{"IV", "III", "II", "I", "special", "security"}
)

// systemTests is the closed set of yes-or-no questions about a system.
var systemTests = map[Test]func(SystemFacts) bool{
	"administrative": func(f SystemFacts) bool { return f.Administrative },
	"conditional":    func(f SystemFacts) bool { return f.Conditional },
	"unconditional":  func(f SystemFacts) bool { return !f.Conditional },
	"non_stop":       func(f SystemFacts) bool { return f.NonStop },
	"national_egov":  func(f SystemFacts) bool { return f.NationalEGov },
	"national_data":  func(f SystemFacts) bool { return f.NationalData },
	"no_secret":      func(f SystemFacts) bool { return !slices.Contains(f.Information, "state_secret") },
	"public_only": func(f SystemFacts) bool {
		return len(f.Information) > 0 && !slices.ContainsFunc(f.Information, func(s string) bool { return s != "public" })
	},
	// A harm that is not known of a system with state secrets is not taken for
	// none: the lowest row of its kind holds.
	"secret_or_security": func(f SystemFacts) bool {
		return slices.Contains(f.Information, "state_secret") || f.hurts("national_security", "harm") || f.hurts("defence", "harm")
	},
	"security_serious": func(f SystemFacts) bool {
		return f.hurts("national_security", "serious") || f.hurts("defence", "serious")
	},
	"security_especially_serious": func(f SystemFacts) bool {
		return f.hurts("national_security", "especially_serious") || f.hurts("defence", "especially_serious")
	},
}

func (f SystemFacts) hurts(interest, degree string) bool {
	return slices.ContainsFunc(f.Harms, func(h HarmFact) bool {
		return h.Interest == interest && slices.Index(degrees, h.Degree) >= slices.Index(degrees, degree)
	})
}

// Validate says which word or number of f is unknown, so that a typing slip
// does not lower a level.
func (f SystemFacts) Validate() error {
	for _, set := range []struct {
		what        string
		given, from []string
	}{{"uses", f.Uses, systemUses}, {"information", f.Information, information}, {"reach", f.Reach, reaches}, {"works", f.Works, works}} {
		for _, w := range set.given {
			if !slices.Contains(set.from, w) {
				return fmt.Errorf("%s: %q must be one of %q", set.what, w, set.from)
			}
		}
	}
	for _, h := range f.Harms {
		if !slices.Contains(interests, h.Interest) || !slices.Contains(degrees, h.Degree) {
			return fmt.Errorf("harms: %q %q is unknown", h.Interest, h.Degree)
		}
	}
	for what, n := range map[string]int{"risk": f.Risk, "decision": f.Decision} {
		if n < 0 || n > 5 {
			return fmt.Errorf("%s: %d must be 0..5", what, n)
		}
	}
	if f.ServiceGrade < 0 || f.ServiceGrade > 4 || f.Persons < 0 || f.Sensitive < 0 || f.Sensitive > f.Persons {
		return fmt.Errorf("service_grade is 0..4, persons and sensitive are not negative, sensitive is no more than persons")
	}
	return nil
}

// SystemCondition holds when every part that is given holds. The zero value
// always holds. The four numbers name thresholds of the pack.
type SystemCondition struct {
	Use              []string `yaml:"use"`         // one of these uses
	Information      []string `yaml:"information"` // one of these kinds
	Reach            []string `yaml:"reach"`       // one of these
	Works            []string `yaml:"works"`       // one of these classes
	All              []Test   `yaml:"all"`
	Any              []Test   `yaml:"any"`
	GradeAtLeast     int      `yaml:"grade_at_least"` // of the online service
	GradeAtMost      int      `yaml:"grade_at_most"`
	PersonsAtLeast   string   `yaml:"persons_at_least"`
	PersonsBelow     string   `yaml:"persons_below"`
	SensitiveAtLeast string   `yaml:"sensitive_at_least"`
	SensitiveBelow   string   `yaml:"sensitive_below"`
}

// thresholds are the ids of the numbers the condition asks for.
func (c SystemCondition) thresholds() []string {
	return slices.DeleteFunc([]string{c.PersonsAtLeast, c.PersonsBelow, c.SensitiveAtLeast, c.SensitiveBelow},
		func(s string) bool { return s == "" })
}

func (c SystemCondition) holds(p *Pack, f SystemFacts) bool {
	one := func(want, have []string) bool {
		return len(want) == 0 || slices.ContainsFunc(want, func(w string) bool { return slices.Contains(have, w) })
	}
	ask := func(t Test) bool { return systemTests[t](f) }
	for _, t := range c.All {
		if !ask(t) {
			return false
		}
	}
	return one(c.Use, f.Uses) && one(c.Information, f.Information) && one(c.Reach, f.Reach) && one(c.Works, f.Works) &&
		(len(c.Any) == 0 || slices.ContainsFunc(c.Any, ask)) &&
		f.ServiceGrade >= c.GradeAtLeast && (c.GradeAtMost == 0 || f.ServiceGrade <= c.GradeAtMost) &&
		p.reaches(c.PersonsAtLeast, f.Persons, true) && p.reaches(c.PersonsBelow, f.Persons, false) &&
		p.reaches(c.SensitiveAtLeast, f.Sensitive, true) && p.reaches(c.SensitiveBelow, f.Sensitive, false)
}

// reaches reports whether n is at least the threshold, or with atLeast false
// below it. An empty id asks nothing; a threshold that is not in force on the
// day is met by nobody.
func (p *Pack) reaches(id string, n int, atLeast bool) bool {
	if id == "" {
		return true
	}
	t, ok := p.Threshold(id)
	return ok && (n >= t.Value) == atLeast
}

// Judgment is a level with every row of the law that led to it.
type Judgment struct {
	Level   int      `json:"level"` // 1..5; 0 when no row holds
	Reasons []Reason `json:"reasons"`
}

// Reason is one row of the law that holds for a system.
type Reason struct {
	Rule   string `json:"rule"`  // "criteria/…" or "harms/…"
	Level  int    `json:"level"` // the level this row alone gives
	Basis  string `json:"basis"` // điểm, khoản, điều
	Label  Label  `json:"label"`
	Source Source `json:"source"`
}

// Level judges a system: the highest level of any row that holds, and the rows,
// the highest first. A risk assessment or a decision can raise the level and
// never lowers it. It is a proposal: the competent authority approves.
func (p *Pack) Level(f SystemFacts) Judgment {
	var j Judgment
	add := func(rule string, level int, label Label, g Ground) {
		j.Reasons = append(j.Reasons, Reason{Rule: rule, Level: level, Basis: g.Basis, Label: label, Source: g.Source})
		j.Level = max(j.Level, level)
	}
	for _, c := range p.Criteria {
		level := c.Level
		switch c.By {
		case "risk":
			level = f.Risk
		case "decision":
			level = f.Decision
		}
		if level > 0 && c.When.holds(p, f) {
			add("criteria/"+c.ID, level, c.Label, c.Ground)
		}
	}
	for _, h := range p.Harms {
		if slices.Contains(f.Harms, HarmFact{h.Interest, h.Degree}) {
			add("harms/"+h.ID, h.Level, h.Label, h.Ground)
		}
	}
	slices.SortStableFunc(j.Reasons, func(a, b Reason) int { return cmp.Compare(b.Level, a.Level) })
	return j
}
