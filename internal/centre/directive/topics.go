// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// otherTopic is what a leaf is about when nothing is known of its words.
	otherTopic = "other"
	// topicLeast is the score below which a topic is not proposed.
	topicLeast = 3
	// topicShare is the least share of the best score that a further topic has.
	topicShare = 0.5
	// securityLeast is how much of a text must speak of information security, in
	// weights a hundred words.
	securityLeast = 1.5
)

// topics are what text is about, best first. Words that it begins with count
// more: a sentence says first what it asks.
func (r *reader) topics(text string) []Topic {
	if !r.out.Security {
		return []Topic{{Key: otherTopic}}
	}
	low := fold(text)
	total := max(1, utf8.RuneCountInString(low))
	var out []Topic
	for _, t := range r.x.topics {
		topic := Topic{Key: t.key}
		covered := make([]bool, len(low))
		for _, w := range t.words {
			at := find(low, w.words)
			if at < 0 || slices.Contains(covered[at:at+len(w.words)], true) && w.weight > 0 && len(topic.Words) > 0 && inside(covered, at, len(w.words)) {
				continue
			}
			for i := at; i < at+len(w.words); i++ {
				covered[i] = true
			}
			place := float64(utf8.RuneCountInString(low[:at])) / float64(total)
			if utf8.RuneCountInString(low[:at]) < 40 {
				place = 0
			}
			topic.Score += w.weight * (1.5 - 0.8*place)
			topic.Words = append(topic.Words, strings.ToLower(text[at:at+len(w.words)])) // as the text writes them
		}
		if topic.Score >= topicLeast {
			topic.Score = math.Round(topic.Score*100) / 100
			out = append(out, topic)
		}
	}
	slices.SortStableFunc(out, func(a, b Topic) int { return cmp.Compare(b.Score, a.Score) })
	for i, t := range out {
		if t.Score < out[0].Score*topicShare {
			out = out[:i]
			break
		}
	}
	if len(out) == 0 {
		return []Topic{{Key: otherTopic}}
	}
	return out[:min(len(out), 4)]
}

// inside reports whether all of a stretch was counted already.
func inside(covered []bool, at, n int) bool {
	return !slices.Contains(covered[at:at+n], false)
}

// security judges whether the text is about information security at all.
func (r *reader) security() {
	low := fold(r.text)
	words := max(1, len(strings.Fields(low)))
	score := 0.0
	for _, w := range r.x.security {
		score += w.weight * float64(strings.Count(low, w.words))
	}
	r.out.SecurityScore = math.Round(score/float64(words)*10000) / 100
	r.out.Security = r.out.SecurityScore >= securityLeast
}

// finish turns the tree into requirements, and reads what each of them says.
func (r *reader) finish(root *node) {
	said := ""
	if r.out.Subject != nil {
		*r.out.Subject = r.mend(*r.out.Subject)
		said = *r.out.Subject
	}
	r.asked(r.out.Preamble, r.out.Closing)
	if len(r.out.Addressees) == 0 {
		r.called(r.out.Preamble, r.out.Closing)
	}
	r.cites(r.out.Preamble, "preamble")
	for _, n := range root.children {
		r.out.Requirements = append(r.out.Requirements, r.requirement(n))
	}
	for _, f := range r.out.Footnotes {
		r.cites(f.Text, "footnote "+f.Mark)
	}
	r.cites(r.out.Closing, "closing")
	r.out.Contacts = append(r.out.Contacts, r.contacts(r.out.Closing, "closing")...)
	r.out.Windows = r.windows(said, r.out.Preamble)
}

func (r *reader) requirement(n *node) Requirement {
	q := Requirement{Label: n.label.text, Path: n.path, Heading: r.mend(n.heading), Text: r.mend(n.text), Actors: r.actors(n), Topics: []Topic{}, Children: []Requirement{}}
	whole := strings.TrimSpace(q.Heading + " " + q.Text)
	q.Deadlines, q.Thresholds = r.deadlines(whole), r.thresholds(whole)
	if n.due != "" {
		q.Deadlines = append(q.Deadlines, r.dueOf(n.due)...)
	}
	q.Contacts = r.contacts(whole, n.path)
	r.out.Contacts = append(r.out.Contacts, q.Contacts...)
	r.cites(whole, n.path)
	for _, c := range n.children {
		q.Children = append(q.Children, r.requirement(c))
	}
	if q.Leaf() {
		q.Topics = r.topics(whole)
	}
	return q
}

// called finds the addressees that a sentence names: "… yêu cầu thủ trưởng các
// sở, ban, ngành … tổ chức triển khai".
func (r *reader) called(texts ...string) {
	for _, text := range texts {
		for _, s := range sentences(text) {
			low := fold(s)
			for _, verb := range r.x.asks {
				at := find(low, verb)
				if at < 0 {
					continue
				}
				names, rest := r.phrase(strings.TrimSpace(s[at+len(verb):]))
				if len(names) > 0 && rest != "" {
					r.out.Addressees = names
					r.infer("addressees")
					return
				}
			}
		}
	}
}

// mend tells the slips of scans and hands in text, which it leaves as it is.
func (r *reader) mend(text string) string {
	low := fold(text)
	for _, s := range r.x.slips {
		at := find(low, s.Seen)
		if at < 0 || len(s.Near) > 0 && !slices.ContainsFunc(s.Near, func(w string) bool { return strings.Contains(low, w) }) {
			continue
		}
		w := Warning{Doubt: Slip, Text: text[at : at+len(s.Seen)], Hint: s.Meant}
		if !slices.Contains(r.out.Warnings, w) {
			r.warn(w)
		}
	}
	return text
}

// doubts tells what the head lacks and what was not read.
func (r *reader) doubts() {
	o := &r.out
	first := []Warning{}
	tell := func(d Doubt, text string) { first = append(first, Warning{Doubt: d, Text: text}) }
	if o.Number == nil {
		tell(NoNumber, "")
	}
	if o.Precision != ToDay {
		tell(NoDate, string(o.Precision))
	}
	if o.Issuer == nil {
		tell(NoIssuer, "")
	}
	if o.Subject == nil {
		tell(NoSubject, "")
	}
	if o.Signer == nil {
		tell(NoSigner, "")
	}
	if len(o.Requirements) == 0 {
		tell(NoDemand, "")
	}
	if !o.Security {
		tell(NotSecurity, strconv.FormatFloat(o.SecurityScore, 'f', 2, 64))
	}
	for _, f := range o.Inferred {
		tell(Unclear, f)
	}
	if names, rest := r.phrase(lastDuty(o.Closing)); len(names) > 0 && rest != "" && !anyOf(r.x.closing, fold(strings.TrimRight(lastDuty(o.Closing), "./ "))) {
		tell(Closed, lastDuty(o.Closing))
	}
	for i, p := range r.parts {
		if p.kind == "" || p.kind == Strange {
			tell(Unread, r.lines[i].text)
		}
	}
	r.misspelt()
	o.Warnings = append(first, o.Warnings...)
}

// lastDuty is the last sentence of a closing.
func lastDuty(closing string) string {
	said := strings.Split(strings.TrimRight(closing, "./ "), ". ")
	return said[len(said)-1] + "."
}
