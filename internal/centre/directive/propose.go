// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// closingPath is where the duty stands that the closing sentence gives.
const closingPath = "closing"

// proposer makes items of a reading.
type proposer struct {
	reading Reading
	roll    *roll
	known   map[string]Addressee // whom a person said that names mean, by the folded name
	ask     func(Leaf) ([]Proposal, error)
	out     []Item
	err     error // the first of ask
}

// propose is what a reading asks, item by item, each with what it rests on. The
// items have no ids yet. The error is that of ask.
func (x *Lexicon) propose(r Reading, bodies []Body, known map[string]Addressee, ask func(Leaf) ([]Proposal, error)) ([]Item, error) {
	p := &proposer{reading: r, roll: newRoll(x.names, bodies), known: known, ask: ask}
	p.tree(r.Requirements, "", nil)
	if slices.ContainsFunc(r.Warnings, func(w Warning) bool { return w.Doubt == Closed }) && r.Closing != "" {
		p.leaf(Requirement{Path: closingPath, Text: r.Closing}, "", nil)
	}
	for i := range p.out {
		p.out[i].Seq = int64(i + 1)
	}
	return p.out, p.err
}

func (p *proposer) tree(list []Requirement, parent string, above []Deadline) {
	for _, r := range list {
		if r.Leaf() {
			p.leaf(r, parent, above)
			continue
		}
		p.out = append(p.out, Item{Path: r.Path, Parent: parent, Label: r.Label, Heading: r.Heading, Text: r.Text, Short: shorten(r.Heading, r.Text), State: Agreed})
		down := r.Deadlines
		if len(down) == 0 {
			down = above
		}
		p.tree(r.Children, r.Path, down)
	}
}

func (p *proposer) leaf(r Requirement, parent string, above []Deadline) {
	about := r.Heading
	if slices.ContainsFunc(r.Actors, func(a Actor) bool { return a.From == "heading" }) {
		about = "" // it says who, not what
	}
	it := Item{Path: r.Path, Parent: parent, Label: r.Label, Heading: r.Heading, Text: r.Text, Short: shorten(about, r.Text), Leaf: true, State: Proposed,
		Thresholds: r.Thresholds, Topics: r.Topics, Sure: true}
	p.actors(&it, r.Actors)
	p.due(&it, r.Deadlines, above)
	p.bind(&it, r)
	it.Sure = it.Sure && !slices.ContainsFunc(p.reading.Warnings, func(w Warning) bool { return w.Doubt == Columns })
	p.out = append(p.out, it)
}

func (it *Item) why(key string, said ...string) {
	it.Reason = append(it.Reason, Why{Key: key, Said: said})
}

// actors are those of the register that the text means by name; all where it
// names nobody. A name that nobody has is asked.
func (p *proposer) actors(it *Item, said []Actor) {
	for _, a := range said {
		it.Said = append(it.Said, a.Name)
		if a.From == "addressees" {
			continue
		}
		if meant, ok := p.known[fold(a.Name)]; ok {
			it.mean(a.Name, meant)
			continue
		}
		if m, ok := p.roll.mean(a.Name); ok {
			it.meant(a, m)
			continue
		}
		it.Sure = false
		it.Unknown = append(it.Unknown, a.Name)
		it.why("actor.unknown", a.Name)
	}
	if slices.ContainsFunc(it.Actors, func(a Addressee) bool { return a.Kind == ToAll }) { // it was said to mean all
		it.Actors, it.Unknown = []Addressee{{Kind: ToAll}}, nil
	}
	if len(it.Actors)+len(it.Unknown) == 0 {
		it.Actors = []Addressee{{Kind: ToAll}}
		it.why("actor.all")
	}
}

// meant takes whom a name of the text means, with how that is known.
func (it *Item) meant(said Actor, m meaning) {
	var names []string
	for _, a := range m.to {
		if a.Kind == ToAll {
			it.why("actor.everyone", said.Name)
		} else {
			names = append(names, a.Name)
		}
		if !slices.Contains(it.Actors, a) {
			it.Actors = append(it.Actors, a)
		}
	}
	joined := strings.Join(names, "; ")
	if joined != "" {
		it.why("actor."+said.From, said.Name, joined)
	}
	if m.title != "" {
		it.why("actor.head", m.title)
	}
	if m.words != "" && joined != "" {
		it.why("actor.kinds", m.words)
	}
	if m.alike {
		it.Sure = false
		it.why("actor.alike", said.Name, joined)
	}
}

// due takes the time limit of the leaf, else that of what stands above it.
func (p *proposer) due(it *Item, own, above []Deadline) {
	list := own
	if len(list) == 0 {
		list = above
	}
	if len(list) == 0 {
		it.why("due.none")
		return
	}
	best := slices.MinFunc(list, func(a, b Deadline) int { return rank(a) - rank(b) })
	t, why := termOf(best)
	it.Due = t
	it.why(why, best.Text)
	if len(own) == 0 {
		it.why("due.parent")
	}
	switch {
	case len(list) > 1:
		it.Sure = false
		for _, d := range list {
			if d.Text != best.Text {
				it.why("due.more", d.Text)
			}
		}
	case why == "due.odd":
		it.Sure = false
	}
	it.Owed = t.Sort != "" && why != "due.event"
}

func rank(d Deadline) int { return slices.Index([]Sort{Until, Every, Within}, d.Sort) }

var length = regexp.MustCompile(`^P(?:(\d+)([DWMY])|T(\d+)H)$`)

// amountOf is an ISO 8601 duration as a term counts it.
func amountOf(iso string, working bool) (calendar.Amount, bool) {
	m := length.FindStringSubmatch(iso)
	if m == nil {
		return calendar.Amount{}, false
	}
	n, err := strconv.Atoi(m[1] + m[3])
	a := calendar.Amount{N: n, Unit: calendar.Hour}
	switch m[2] {
	case "D":
		if a.Unit = calendar.Day; working {
			a.Unit = calendar.WorkingDay
		}
	case "W":
		a.N, a.Unit = 7*n, calendar.Day
	case "M":
		a.Unit = calendar.Month
	case "Y":
		a.N, a.Unit = 12*n, calendar.Month
	}
	return a, err == nil && a.Validate() == nil
}

// termOf is a time limit as a duty has it, and why it is what it is.
func termOf(d Deadline) (Term, string) {
	t := Term{Sort: d.Sort, Text: d.Text}
	switch d.Sort {
	case Until:
		if t.Last, t.Hour = d.Last, d.Hour; !t.Last.IsZero() {
			return t, "due.text"
		}
	case Within:
		var ok bool
		t.Trigger = d.Trigger
		if t.Amount, ok = amountOf(d.Duration, d.Working); ok {
			if received(d.Trigger) {
				return t, "due.text"
			}
			return t, "due.event"
		}
	case Every:
		t.Recurrence, _, _ = strings.Cut(d.Recurrence, " ")
		t.Hour = d.Hour
		if n, ok := strings.CutPrefix(d.Scope, "ngày "); ok { // "trước ngày 20 hằng tháng"
			t.Day, _ = strconv.Atoi(n)
		}
		if slices.Contains(Recurrences(), t.Recurrence) {
			if t.Recurrence != d.Recurrence || strings.Contains(d.Scope, " tháng ") { // a term has no day of a year: a person sees to it
				return t, "due.odd"
			}
			return t, "due.text"
		}
	}
	return Term{Text: d.Text}, "due.odd"
}

// itself is what a term runs from that runs from the paper itself: its day, or that
// it came. What comes later, such as a warning or a demand, is another matter.
var itself = regexp.MustCompile(`^$|ban hành|ngày ký|nhận được (?:(?:văn bản|công văn|công điện|chỉ thị|quyết định|kế hoạch|thông báo|hướng dẫn)$|[^.;,]{2,30} (?:này|nêu trên)(?:\P{L}|$))`)

// received reports whether a term runs from the paper itself.
func received(trigger string) bool { return itself.MatchString(strings.TrimSpace(fold(trigger))) }

// bind takes the best binding that the library proposes.
func (p *proposer) bind(it *Item, r Requirement) {
	if !p.reading.Security {
		it.why("bind.not_security")
		it.Owed = true
		return
	}
	list, err := p.ask(it.asked())
	if err != nil && p.err == nil {
		p.err = err
	}
	if len(list) == 0 {
		it.Sure, it.Owed = false, true
		it.why("bind.none")
		return
	}
	best := list[0]
	it.take(best)
	it.why("bind", append([]string{best.Binding.VI}, best.Reason...)...)
	if best.Score < SureScore {
		it.Sure = false
	}
	it.Owed = best.Binding.Kind.owes()
}

// asked is the requirement as a library is asked about it.
func (it *Item) asked() Leaf {
	leaf := Leaf{Text: it.Text, Heading: it.Heading, Thresholds: it.Thresholds, Actors: it.Said}
	for _, t := range it.Topics {
		leaf.Topics = append(leaf.Topics, Score(t))
	}
	return leaf
}

// take binds it to what is proposed.
func (it *Item) take(p Proposal) {
	b := p.Binding
	bound := Bound{ID: b.ID, VI: b.VI, EN: b.EN, Kind: b.Kind, Score: p.Score, Reason: p.Reason, Measures: slices.Clone(b.Measures), WaitsFor: b.WaitsFor}
	for i, g := range bound.Measures {
		if g.Target == 0 && len(it.Thresholds) == 1 { // what the paper asks goes before what the library has
			t := it.Thresholds[0]
			bound.Measures[i].Target, bound.Measures[i].Unit, bound.Measures[i].Least, bound.Measures[i].Most = t.Value, t.Unit, t.Least, t.Most
		}
	}
	if len(b.Obligations) > 0 {
		bound.FormID = b.Obligations[0].FormID
	}
	it.Bindings = append(it.Bindings, bound)
	if it.Evidence == "" {
		it.Evidence = b.Evidence
	}
}

// shorten is the head of a column for a requirement: its heading, else its first
// words.
func shorten(heading, text string) string {
	said := trim(heading)
	if said == "" {
		said = trim(text)
	}
	words, out := strings.Fields(said), ""
	for _, w := range words {
		if len([]rune(out))+len([]rune(w)) > 60 {
			return strings.TrimRight(out, " ,;:") + "…"
		}
		out = strings.TrimSpace(out + " " + w)
	}
	if out = strings.TrimRight(out, " ,;:."); out == "" {
		return "…"
	}
	return out
}

// urgencyOf is the mark of urgency as printed (Decree 30/2020, Annex I).
func urgencyOf(printed string) obligation.Urgency {
	switch fold(printed) {
	case "hỏa tốc", "hoả tốc":
		return obligation.MostUrgent
	case "thượng khẩn":
		return obligation.VeryUrgent
	case "khẩn":
		return obligation.Urgent
	}
	return obligation.Ordinary
}
