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
	// frontRunes is how far from where a text says what it asks words count in full.
	frontRunes = 40
	// subjectCounts is how often words of the subject count among those of the text:
	// what a paper is about it says there.
	subjectCounts = 6
	// securityLeast is how much of a text must speak of information security, in
	// weights a hundred words.
	securityLeast = 1.5
	// securityAside is how much must where it is a matter beside others: one of the
	// things the paper asks names it.
	securityAside = 1
	// speakingLeast is the weight of a word that says so by itself.
	speakingLeast = 1
	// namingLeast is the weight of one that names information security, and nothing else.
	namingLeast = 3
)

// topics are what the text of n is about, best first. Words that it begins with,
// behind who must act, count more: a sentence says first what it asks. What it
// excepts it does not ask.
func (r *reader) topics(text string, n *node) []Topic {
	if !r.out.Security {
		return []Topic{{Key: otherTopic}}
	}
	if r.mixed && !r.speaks(n, speakingLeast) && !r.lastSection(n) {
		return []Topic{} // another matter: nothing is bound to it
	}
	low := fold(text)
	from := 0
	if names, rest := r.phrase(text); len(names) > 0 && rest != "" {
		from = len(text) - len(rest)
	}
	for _, at := range r.x.exceptions(low, from) {
		low = low[:at[0]] + strings.Repeat(" ", at[1]-at[0]) + low[at[1]:]
	}
	total := max(1, utf8.RuneCountInString(low[from:]))
	var out []Topic
	for _, t := range r.x.topics {
		topic := Topic{Key: t.key}
		covered := make([]bool, len(low))
		for _, w := range t.words {
			at := find(low, w.words)
			if at < 0 || w.weight > 0 && inside(covered, at, len(w.words)) {
				continue
			}
			for i := at; i < at+len(w.words); i++ {
				covered[i] = true
			}
			behind := utf8.RuneCountInString(low[min(from, at):at])
			place := float64(behind) / float64(total)
			if behind < frontRunes {
				place = 0
			}
			topic.Score += w.weight * (1.5 - 0.8*place)
			if w.weight > 0 {
				topic.Words = append(topic.Words, strings.ToLower(text[at:at+len(w.words)])) // as the text writes them
			}
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
	said := make([]string, len(r.lines)) // without what a copy put around and between them
	for i, l := range r.lines {
		said[i] = l.low
	}
	low := strings.Join(said, " ")
	words := max(1, len(strings.Fields(low)))
	score, subject := 0.0, ""
	if r.out.Subject != nil {
		subject = fold(*r.out.Subject)
	}
	for _, w := range r.x.security {
		score += w.weight * float64(strings.Count(low, w.words)+subjectCounts*strings.Count(subject, w.words))
	}
	r.out.SecurityScore = math.Round(score/float64(words)*10000) / 100
	r.out.Security = r.out.SecurityScore >= securityLeast
}

// speaks reports whether n, or a heading it stands under, is about information
// security, by a word that weighs at least least.
func (r *reader) speaks(n *node, least float64) bool {
	for ; n != nil; n = n.parent {
		for _, text := range []string{n.heading, n.text} {
			low := fold(text)
			if slices.ContainsFunc(r.x.security, func(w weighted) bool { return w.weight >= least && find(low, w.words) >= 0 }) {
				return true
			}
		}
	}
	return false
}

// lastSection reports whether n stands in the last section of the paper, which says how
// all the others are followed up. The last item of a plain list is none.
func (r *reader) lastSection(n *node) bool {
	for n.parent != nil && n.parent.parent != nil {
		n = n.parent
	}
	return n.parent != nil && n == n.parent.children[len(n.parent.children)-1] && (n.heading != "" || len(n.children) > 0)
}

// mixes reports whether the paper is about several matters: its subject and what it
// says first, why it was written, say nothing of information security nor of what
// belongs to it, and most of what it asks does not either.
func (r *reader) mixes(root *node) bool {
	if r.out.Subject == nil || r.speaks(&node{text: *r.out.Subject}, speakingLeast) || r.speaks(&node{text: r.out.Preamble}, speakingLeast) || r.topics(*r.out.Subject, nil)[0].Key != otherTopic {
		return false
	}
	all, silent := 0, 0
	var count func(n *node)
	count = func(n *node) {
		for _, c := range n.children {
			count(c)
		}
		if len(n.children) == 0 {
			if all++; !r.speaks(n, speakingLeast) {
				silent++
			}
		}
	}
	count(root)
	return silent*2 > all
}

// beside reports whether information security is a matter beside others of the paper:
// it says too little of it to be about it, but something it asks names it.
func (r *reader) beside(root *node) bool {
	return !r.out.Security && r.out.SecurityScore >= securityAside && slices.ContainsFunc(root.children, func(n *node) bool { return r.naming(n) })
}

// naming reports whether n, or something under it, names information security.
func (r *reader) naming(n *node) bool {
	return r.speaks(&node{heading: n.heading, text: n.text}, namingLeast) || slices.ContainsFunc(n.children, r.naming)
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
	if r.beside(root) {
		r.out.Security, r.mixed = true, true
	} else {
		r.mixed = r.mixes(root)
	}
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
		q.Topics = r.topics(whole, n)
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
	if slices.Contains(r.x.instruments, o.Kind) {
		tell(Instrument, "")
	}
	if !o.Security {
		tell(NotSecurity, strconv.FormatFloat(o.SecurityScore, 'f', 2, 64))
	}
	for _, f := range o.Inferred {
		tell(Unclear, f)
	}
	if names, rest := r.phrase(lastDuty(o.Closing)); len(names) > 0 && rest != "" && (o.Issuer == nil || fold(names[0]) != fold(*o.Issuer)) && !anyOf(r.x.closing, fold(strings.TrimRight(lastDuty(o.Closing), "./ "))) {
		tell(Closed, lastDuty(o.Closing))
	}
	first = append(first, r.unread()...)
	r.misspelt()
	o.Warnings = append(first, o.Warnings...)
}

// unread tells each stretch of lines of which nothing is known, by its first line
// and how many follow it.
func (r *reader) unread() (out []Warning) {
	strange := func(i int) bool { return r.parts[i].kind == "" || r.parts[i].kind == Strange }
	for i := 0; i < len(r.parts); i++ {
		if !strange(i) {
			continue
		}
		w := Warning{Doubt: Unread, Text: r.lines[i].text}
		from := i
		for i+1 < len(r.parts) && strange(i+1) {
			i++
		}
		if i > from {
			w.Hint = strconv.Itoa(i - from)
		}
		out = append(out, w)
	}
	return out
}

// lastDuty is the last sentence of a closing.
func lastDuty(closing string) string {
	said := strings.Split(strings.TrimRight(closing, "./ "), ". ")
	return said[len(said)-1] + "."
}
