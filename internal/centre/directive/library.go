// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// Library proposes what of a leaf can be measured, owed or proved. Only what a
// person confirmed of its proposals counts.
type Library interface {
	// Propose gives proposals for leaf, best first; none where nothing fits.
	Propose(ctx context.Context, leaf Leaf) ([]Proposal, error)
	// Binding is the binding of that id; false when the library has it no more.
	Binding(id string) (Binding, bool)
	// Bindings lists all there are, as a person chooses from them.
	Bindings() []Binding
	// Remember keeps inside tx what a person bound a leaf to, for the next of its
	// kind; paper names the text it stands in, kept by unit.
	Remember(ctx context.Context, tx *db.Tx, unit, paper string, leaf Leaf, bindings []string) error
}

// Leaf is what a library is told of a requirement.
type Leaf struct {
	Text       string
	Heading    string
	Topics     []Score
	Thresholds []Threshold
	Actors     []string
}

// Score is a topic with how sure the reader is.
type Score struct {
	Key   string
	Score float64
	Words []string // of the text, that speak of it
}

// Proposal is a binding a library proposes.
type Proposal struct {
	Binding Binding  // with figures of the text in its goals
	Score   float64  // 0..1; SureScore and more may be confirmed with others at once
	Reason  []string // words of the text, or of the library, it rests on
}

// SureScore is from where on a proposal leaves nothing open.
const SureScore = 0.7

// BindingKind says what a binding makes of a requirement.
type BindingKind string

// The kinds of binding.
const (
	ByMeasure    BindingKind = "measure"
	ByObligation BindingKind = "obligation"
	ByBoth       BindingKind = "both"
	ByEvidence   BindingKind = "evidence"
	ByPerson     BindingKind = "person" // only a person can prove it
)

// owes reports whether a requirement so bound becomes a duty to be answered.
func (k BindingKind) owes() bool { return k != ByMeasure }

// Binding is one entry of a library.
type Binding struct {
	ID          string
	VI, EN      string // name
	Kind        BindingKind
	Measures    []Goal
	Obligations []Template
	Evidence    string // what proof is wanted, in Vietnamese
	EvidenceEN  string // the same in English; may be empty
	WaitsFor    string // the room that will measure it one day; may be empty
	Rows        []int  // of the table of demands it covers
}

// Wanted is the proof that is wanted of what is bound so, in the language of ctx:
// the library's own words, as long as nobody wrote others.
func (s *Service) Wanted(ctx context.Context, text string, bound []Bound) string {
	if i18n.Lang(ctx) != string(i18n.English) {
		return text
	}
	for _, b := range bound {
		if of, ok := s.binding(b.ID); ok && of.Evidence == text && of.EvidenceEN != "" {
			return of.EvidenceEN
		}
	}
	return text
}

// Goal is a measure with what is to be reached.
type Goal struct {
	Key    string  `json:"key"`
	Target float64 `json:"target,omitempty"`
	Unit   string  `json:"unit,omitempty"`
	Least  bool    `json:"at_least,omitempty"`
	Most   bool    `json:"at_most,omitempty"`
}

// Template is what a binding says of the duty it opens.
type Template struct {
	VI, EN string
	FormID string
}

// Bound is a binding as it stands with an item.
type Bound struct {
	ID       string      `json:"id"`
	VI       string      `json:"vi"`
	EN       string      `json:"en"`
	Kind     BindingKind `json:"kind"`
	Score    float64     `json:"score,omitempty"`
	Reason   []string    `json:"reason,omitempty"`
	Measures []Goal      `json:"measures,omitempty"`
	WaitsFor string      `json:"waits_for,omitempty"`
	FormID   string      `json:"form,omitempty"`
}

// Body is a unit or group that a name of the text may mean.
type Body struct {
	Addressee
	Units int      // in a group
	Also  []string // other names of it
	Of    string   // kind of a unit
	Kinds []string // of a group that is all units of these kinds, and nothing else
}

// Paper is a paper of the register as this room shows it.
type Paper struct {
	ID       string
	Cite     string
	Subject  string
	Href     string
	Date     string // YYYY-MM-DD, or empty
	Standing string // "in_force", "replaced", "withdrawn", "unknown"
}

// NewPaper is a text that came and is registered with its file.
type NewPaper struct {
	Unit string
	Head
	FileName string
	Data     []byte
}

// NewDraft is a paper to be drafted for those below.
type NewDraft struct {
	Unit       string
	Subject    string
	Basis      string // id of the paper it rests on; may be empty
	Urgency    string
	Recipients []string
	Name       string          // of the file
	Paper      officedoc.Paper // what it says
}

// Papers is the register of documents as this room asks it, within what the
// actor of ctx may see there.
type Papers interface {
	// Find lists papers that came or were issued and have a file, the latest first.
	Find(ctx context.Context, query string, limit int) ([]Paper, error)
	// Paper is one of them; fault.NotFound.
	Paper(ctx context.Context, id string) (Paper, error)
	// File is the file a paper is read from; fault.NotFound where it has none.
	File(ctx context.Context, id string) (name string, data []byte, err error)
	// Register enters an incoming paper with its file, or gives the one that stands
	// there already; fault.Invalid by field where the head is not enough.
	Register(ctx context.Context, n NewPaper) (id string, err error)
	// At is where a paper stands, whether it may be cited or not.
	At(id string) Paper
	// Deliveries are the sendings of a paper; fault.NotFound.
	Deliveries(ctx context.Context, id string) ([]Delivery, error)
	// Draft begins a draft.
	Draft(ctx context.Context, n NewDraft) (id string, err error)
	// Known says what is known of an instrument by its number, of the register
	// first, then of the rule pack; Standing "unknown" where nothing is.
	Known(ctx context.Context, number string) (Paper, error)
}
