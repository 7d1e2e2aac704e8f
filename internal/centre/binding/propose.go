// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Leaf is one demand of a text as its reader gives it.
type Leaf struct {
	Text       string
	Topics     []Topic // best first; none where the text is not about information security
	Thresholds []Figure
	Actors     []string // who must act
	Heading    string   // first line that only says who or what it is about; may be empty
}

// Topic is a subject of a leaf, by the key of the reader's lexicon.
type Topic struct {
	Key   string
	Score float64  // above 0; 0 for what nothing is known of
	Words []string // of the text, that speak of it
}

// Figure is a threshold of a leaf.
type Figure struct {
	Value       float64
	Unit        string // percent: "%" as the reader writes it
	Least, Most bool   // neither: the figure is the whole
}

// Proposal is a binding that a leaf may have. Figures of the text stand in its
// targets.
type Proposal struct {
	Binding Binding
	Score   float64
	// Sure is how sure it is, 0 to 1: how much it rests on, how far it stands off
	// the next best, and whether words of its own were found. Only the first of a
	// list can be sure.
	Sure float64
	own  float64  // weight of the words of the text that speak for it
	seen bool     // a subject that is known speaks for it
	main float64  // score of the text's first subject, where that one speaks for it
	told bool     // words of telling stand in front of those that speak for it
	said []string // words of the text that speak for it or for its subjects, folded; none holds another
	lone bool     // one word alone speaks for it, and not for all that is asked
	// Reason is what it rests on: a topic's key after "#", words of the text as
	// they are, the paper it was chosen for after "@". See ReasonText.
	Reason []string
}

// scoring is how words and topics add up; it is data (library/scoring.yaml).
type scoring struct {
	Least float64 `yaml:"least"` // a lower score proposes nothing
	Share float64 `yaml:"share"` // of the best score that a further proposal has at least
	Most  int     `yaml:"most"`  // proposals of a leaf
	First float64 `yaml:"first"` // what a word counts at the beginning of the text …
	Last  float64 `yaml:"last"`  // … and at its end
	Alike float64 `yaml:"alike"` // share of words that two texts have in common to be of one kind

	Enough   float64  `yaml:"enough"`   // score from where on a proposal rests on enough
	Apart    float64  `yaml:"apart"`    // share of its score by which it stands clear of the next best
	Close    float64  `yaml:"close"`    // how sure one is that the next best equals
	Own      float64  `yaml:"own"`      // weight that words of the text have where they say enough
	Plain    float64  `yaml:"plain"`    // score of a subject from where on fewer words of the text do
	Front    float64  `yaml:"front"`    // the share of a text, from its beginning, in which they stand
	Brief    int      `yaml:"brief"`    // bytes of what is asked that one word of the text can say it all of
	If       []string `yaml:"if"`       // words with which a condition begins, behind which one word does not
	Except   []string `yaml:"except"`   // words behind which stands what a text excepts
	Telling  []string `yaml:"telling"`  // words behind which stands what is told, or looked into
	Told     []string `yaml:"told"`     // topics whose bindings are sure behind them
	Alone    float64  `yaml:"alone"`    // … and where nothing is known of the subject
	Wordless float64  `yaml:"wordless"` // … and where they do not: it rests on the subject and who must act
}

// Propose lists the bindings a leaf may have, best first. It is empty when the
// leaf has no topic at all, as in texts that are not about information security,
// and when nothing is known of its words.
func (l *Library) Propose(leaf Leaf) []Proposal {
	if len(leaf.Topics) == 0 {
		return nil
	}
	text, who := fold(leaf.Heading+" "+leaf.Text), fold(strings.Join(append([]string{leaf.Heading}, leaf.Actors...), "; "))
	said := 0 // where what is asked begins, behind who is asked
	for _, name := range leaf.Actors {
		name = fold(name)
		if at := strings.Index(text, name); at >= 0 && at <= said+8 {
			said = max(said, at+len(name))
		}
	}
	text, who = l.scoring.asked(text, said), l.scoring.asked(who, len(who))
	best := 0.0
	for _, t := range leaf.Topics {
		best = max(best, t.Score)
	}
	telling, long := l.scoring.tells(text, said), len(text)-said > l.scoring.Brief || l.scoring.supposes(text, said)
	var out []Proposal
	for _, b := range l.bindings {
		p := Proposal{told: telling && !slices.ContainsFunc(l.scoring.Told, func(t string) bool { return b.Topics[t] > 0 })}
		for _, t := range leaf.Topics {
			strength := 1.0
			if best > 0 {
				strength = t.Score / best
			}
			if w := b.Topics[t.Key]; w != 0 && strength > 0 {
				p.add(w*strength, "#"+t.Key)
				p.seen = p.seen || w > 0 && t.Key != unknownTopic
				for _, said := range t.Words {
					p.rest(fold(said), w)
				}
				if w > 0 && strength == 1 {
					p.main = max(p.main, t.Score)
				}
			}
		}
		matches(text, b.words, func(w weighted, at int) {
			place := float64(max(0, at-said)) / float64(max(1, len(text)-said))
			p.add(w.weight*(l.scoring.First+(l.scoring.Last-l.scoring.First)*place), w.said)
			p.rest(w.words, w.weight)
			if place < l.scoring.Front || at < said+frontLeast {
				p.own += max(0, w.weight)
			}
		})
		matches(who, b.actors, func(w weighted, _ int) { p.add(w.weight, w.said) })
		p.lone = long && len(p.said) < 2
		if p.Score = math.Round(p.Score*100) / 100; p.Score >= l.scoring.Least && len(p.Reason) > 0 {
			p.Binding = b.filled(leaf.Thresholds)
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int { return cmp.Compare(b.Score, a.Score) })
	for i, p := range out {
		if i == l.scoring.Most || p.Score < out[0].Score*l.scoring.Share {
			out = out[:i]
			break
		}
	}
	if len(out) > 0 {
		out[0].Sure = l.scoring.sure(out)
	}
	return out
}

// sure is how sure the first of list is.
func (s scoring) sure(list []Proposal) float64 {
	best, next := list[0], 0.0
	if len(list) > 1 {
		next = list[1].Score
	}
	sure := min(1, best.Score/s.Enough) * (s.Close + (1-s.Close)*min(1, (best.Score-next)/best.Score/s.Apart))
	enough := s.Own
	if !best.seen {
		enough = s.Alone
	}
	plain := len(best.said) > 1 && best.own > 0 && best.main >= s.Plain // few words of its own, but no doubt of the subject
	if best.own < enough && !plain || best.told || best.lone {
		sure *= s.Wordless
	}
	return math.Round(sure*100) / 100
}

// supposes reports whether what text asks, from byte said on, begins with a
// condition.
func (s scoring) supposes(text string, said int) bool {
	front := strings.TrimLeft(text[min(said, len(text)):], " ,:;.-")
	return slices.ContainsFunc(s.If, func(w string) bool { return find(front, fold(w), 0) == 0 })
}

// asked is text without what it excepts, which nothing is asked of, in as many bytes.
// Within the names that it begins with, up to byte said, an exception ends where
// they do.
func (s scoring) asked(text string, said int) string {
	for _, w := range s.Except {
		w = fold(w)
		for at := find(text, w, 0); at >= 0; at = find(text, w, at+len(w)) {
			if !strings.HasSuffix(strings.TrimRight(text[:at], " "), ",") && !strings.HasSuffix(text[:at], "(") {
				continue // "phòng trừ", "trừ khi"
			}
			end := len(text)
			if n := strings.IndexAny(text[at:], ",;:.()"); n >= 0 {
				end = at + n
			}
			if at < said {
				end = min(end, said)
			}
			text = text[:at] + strings.Repeat(" ", end-at) + text[end:]
		}
	}
	return text
}

// tells reports whether what text asks, from byte said on, begins with words of
// telling.
func (s scoring) tells(text string, said int) bool {
	front := text[min(said, len(text)):]
	front = front[:min(len(front), frontLeast)]
	return slices.ContainsFunc(s.Telling, func(w string) bool { return find(front, fold(w), 0) >= 0 })
}

// rest counts words that p rests on, once where some hold others.
func (p *Proposal) rest(words string, weight float64) {
	if weight <= 0 || slices.ContainsFunc(p.said, func(s string) bool { return find(s, words, 0) >= 0 }) {
		return
	}
	p.said = append(slices.DeleteFunc(p.said, func(s string) bool { return find(words, s, 0) >= 0 }), words)
}

// add counts one reason; those that speak against a binding are not named.
func (p *Proposal) add(weight float64, reason string) {
	p.Score += weight
	if weight > 0 && !slices.Contains(p.Reason, reason) {
		p.Reason = append(p.Reason, reason)
	}
}

// filled is b with the figure of the text in the targets that take it.
func (b Binding) filled(figures []Figure) Binding {
	b.Measures = slices.Clone(b.Measures)
	for i := range b.Measures {
		t := &b.Measures[i].Target
		if !t.FromText {
			continue
		}
		at := slices.IndexFunc(figures, func(f Figure) bool { return unitOf(f.Unit) == cmp.Or(t.Unit, percent) })
		if at < 0 {
			continue
		}
		v := figures[at].Value
		t.Least, t.Most, t.Unit, t.Threshold, t.Read = &v, nil, cmp.Or(t.Unit, percent), "", true
		if figures[at].Most {
			t.Least, t.Most = nil, &v
		}
	}
	return b
}

// frontLeast is how far from what is asked words of their own count in short texts,
// in bytes.
const frontLeast = 64

const percent = "percent"

// unknownTopic is the subject of what the reader knows none of.
const unknownTopic = "other"

// unitOf is the name of a unit of a text.
func unitOf(written string) string {
	if written == "%" {
		return percent
	}
	return written
}
