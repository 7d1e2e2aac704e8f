// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import "github.com/vonggac/vonggac/engine/event"

// Log is all that is read of one log: its look-ups, its activities or, where a
// program writes both into one stream (Zeek, Suricata), both in one pass.
type Log struct {
	Name     string
	Title    string
	DNS      Format   // New is nil when no look-ups are read
	Activity Activity // New is nil when nothing else is
}

// Logs lists every Log: those with look-ups in the order of All, then the other
// ones in the order of Activities.
func Logs() []Log {
	var out []Log
	for _, f := range All() {
		a, _ := LookupActivity(f.Name)
		out = append(out, Log{f.Name, f.Title, f, a})
	}
	for _, a := range Activities() {
		if _, both := Lookup(a.Name); !both {
			out = append(out, Log{Name: a.Name, Title: a.Title, Activity: a})
		}
	}
	return out
}

// LookupLog gives the log of that name, as Logs lists it.
func LookupLog(name string) (Log, bool) {
	for _, l := range Logs() {
		if l.Name == name {
			return l, true
		}
	}
	return Log{}, false
}

// DetectLog chooses among Logs by the rules of Detect; a tie goes to the one
// that stands first, thus to look-ups. When none knows a line the error is an
// *UnknownError.
func DetectLog(sample [][]byte, opt Options) (Log, error) {
	sample = sample[:min(len(sample), maxSample)]
	var best Log
	var top score
	unknown := &UnknownError{}
	for _, l := range Logs() {
		var dns []event.DNS
		var acts []event.Activity
		t := l.Text(opt)
		s := rate(func(line []byte) (v Verdict) {
			dns, acts, v = t.ReadBoth(line, dns[:0], acts[:0])
			return v
		}, sample)
		if s.beats(top) {
			best, top = l, s
		}
		unknown.Tried = append(unknown.Tried, l.Name)
		unknown.Lines = s.lines
	}
	if top.known == 0 {
		return Log{}, unknown
	}
	return best, nil
}

// Text returns a reader of the lines of one stream: see Format.Text and
// Text.ReadBoth.
func (l Log) Text(opt Options) *Text {
	if l.Activity.New == nil {
		return l.DNS.Text(opt)
	}
	t := &Text{alone: true}
	if l.DNS.New != nil {
		t = l.DNS.Text(opt)
	}
	t.acts = l.Activity.New(opt)
	t.whole = t.whole || !l.Activity.divides()
	return t
}

// divides says whether each line of the format is read alike wherever it
// stands: neither heads nor earlier lines matter. A mapping file may have heads.
func (a Activity) divides() bool {
	switch a.Name {
	case "zeek", "iis": // heads name the columns
		return false
	}
	return known(a.Name)
}

func known(name string) bool {
	_, ok := LookupActivity(name)
	return ok
}

// ReadBoth reads one line, whatever it holds, for look-ups and for activities,
// and says once what became of it. A line of look-ups is theirs: parsed, or
// passed over for a reason they know. Heads are read for both. Of every other
// line the activities decide, but for one that they leave to the look-ups or do
// not know: then the word of the look-ups stands.
func (t *Text) ReadBoth(line []byte, dns []event.DNS, acts []event.Activity) ([]event.DNS, []event.Activity, Verdict) {
	if t.alone {
		acts, v := t.acts.Read(line, acts)
		return dns, acts, v
	}
	dns, v := t.slow.Read(line, dns)
	if t.acts == nil || v.Outcome == Parsed {
		return dns, acts, v
	}
	head := v.Reason == Header || v.Reason == Comment
	if v.Outcome == Skipped && v.Reason != OtherEvent && !head {
		return dns, acts, v
	}
	more, w := t.acts.Read(line, acts)
	switch {
	case head:
		return dns, acts, v
	case w.Outcome == Parsed:
		return dns, more, w
	case w.Reason == DNSRecord, w.Reason == NotFormat, v.Outcome == Rejected && w.Outcome == Rejected && v.Reason != NotFormat:
		return dns, acts, v
	}
	return dns, acts, w
}
