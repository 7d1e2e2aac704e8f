// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package pattern reads the patterning language of STIX 2.1 (OASIS Standard,
// 10 June 2021, §9) and of STIX 2.0 part 5, of which it is a superset but for
// the literals of START and STOP. It gives the tree of a pattern and judges
// nothing: what a pattern means for matching is the importer's to say. Start at
// Parse.
package pattern

// Observation is one observation expression (§9.5): a *Test tree in brackets,
// or several joined by an operator, with qualifiers behind.
type Observation struct {
	Op         Operator // Single, And, Or or FollowedBy
	Terms      []*Observation
	Test       *Comparison // of Single
	Qualifiers []Qualifier
}

// Operator joins expressions.
type Operator uint8

// The operators. Single is an expression by itself.
const (
	Single Operator = iota
	And
	Or
	FollowedBy
)

// Qualifier narrows an observation (§9.3).
type Qualifier struct {
	Name  string  // "WITHIN", "REPEATS" or "START"
	Value float64 // seconds of WITHIN, times of REPEATS
}

// Comparison is one comparison expression (§9.6): a test of one object path,
// or several joined by And or Or.
type Comparison struct {
	Op     Operator // Single, And or Or
	Terms  []*Comparison
	Path   Path
	Not    bool
	Test   string // "=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET" or "EXISTS"
	Values []Value
}

// Path is an object path (§9.7): the type of an observable and the way to one
// of its properties.
type Path struct {
	Object string // "network-traffic"
	Steps  []Step
}

// Step is one property of a path, or an index into a list.
type Step struct {
	Name  string // empty for an index
	Index string // "*" or a number
}

// String returns the path as it is written, with quotes only where the grammar
// needs them: "file:hashes.'SHA-256'".
func (p Path) String() string {
	b := []byte(p.Object + ":")
	for i, s := range p.Steps {
		switch {
		case s.Name == "":
			b = append(b, "["+s.Index+"]"...)
			continue
		case i > 0:
			b = append(b, '.')
		}
		if bare(s.Name) {
			b = append(b, s.Name...)
		} else {
			b = append(b, Quote(s.Name)...)
		}
	}
	return string(b)
}

// Kind is the kind of a literal (§9.2).
type Kind uint8

// The kinds of literals.
const (
	Text Kind = iota
	Integer
	Float
	Boolean
	Binary
	Hex
	Timestamp
)

// Value is one literal: its text without quotes, escapes undone.
type Value struct {
	Kind Kind
	Text string
}

// Quote returns s as a string literal of the language.
func Quote(s string) string {
	b := append(make([]byte, 0, len(s)+2), '\'')
	for i := range len(s) {
		if s[i] == '\'' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(append(b, '\''))
}

func bare(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !letter(c) && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
