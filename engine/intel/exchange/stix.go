// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"errors"
	"math"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange/pattern"
)

// bundle reads STIX objects (OASIS STIX 2.1, 10 June 2021; 2.0 differs in what
// is read here only by fields that are absent). Indicators wait until the end,
// since the names of their threats may stand behind them.
type bundle struct {
	*account
	s       stream
	parser  fastjson.Parser
	waiting held
	count   int64

	stamper  stamper
	subjects map[stamp]subject // by the id of an indicator
	threats  map[stamp]int32   // id of what an indicator can indicate -> its name
	names    []string
	marks    map[string]string // id of a marking definition of this bundle -> TLP
}

// subject is what is known of an indicator before it is read.
type subject struct {
	modified int64 // its latest version, in nanoseconds; noVersion until one is there
	threat   int32 // what it indicates, as a place in names
	rank     int8  // of the threat; 0 while there is none, else the lowest counts
}

const noVersion = math.MinInt64

func readSTIX(a *account, in source) error {
	a.identity = true
	b := bundle{account: a, s: stream{in: in}, waiting: held{dir: a.o.TempDir}, subjects: map[stamp]subject{},
		threats: map[stamp]int32{}, marks: map[string]string{}}
	err := b.all()
	if err == nil {
		err = b.s.end()
	}
	// What stood before a break is good and is handed on.
	err = errors.Join(err, b.waiting.each(b.indicator))
	return errors.Join(err, b.waiting.close())
}

// all takes a bundle, a TAXII envelope ({"objects": […]}, TAXII 2.1 §3.7), a
// list of objects, or one object.
func (b *bundle) all() error {
	c, err := b.s.peek()
	if err != nil {
		return b.s.ended(err)
	}
	if c == '[' {
		return b.s.list(b.element)
	}
	alone, members := []byte{'{'}, false
	err = b.s.object(func(key string) error {
		if key == "objects" {
			members = true
			return b.s.list(b.element)
		}
		raw, err := b.s.value(maxMember)
		if errors.Is(err, errElement) {
			return nil
		}
		if len(alone) < maxElement {
			alone = appendMember(alone, key, raw)
		}
		return err
	})
	if err != nil || members {
		return err
	}
	return b.single(append(alone, '}'))
}

func appendMember(dst []byte, key string, raw []byte) []byte {
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	dst = append(appendJSON(dst, key), ':')
	return append(dst, raw...)
}

// element takes one object of a list.
func (b *bundle) element() error {
	raw, err := b.s.value(maxElement)
	if errors.Is(err, errElement) {
		b.count++
		b.refuse(row{no: b.count}, intel.TooLong)
		return nil
	}
	if err != nil {
		return err
	}
	return b.single(raw)
}

// single takes one object, which may be all there is.
func (b *bundle) single(raw []byte) error {
	b.count++
	var kind, id, modified string
	ok := scanMembers(raw, func(key, value []byte) bool {
		switch string(key) {
		case "type":
			kind = string(value)
		case "id":
			id = string(value)
		case "modified":
			modified = string(value)
		}
		return kind != "" && id != "" && modified != ""
	})
	switch {
	case kind == "bundle" && ok: // an empty one
		return nil
	case !ok || !strings.HasPrefix(id, kind+"--"):
		b.refuse(row{no: b.count, id: id, text: intel.Cut(raw)}, BadObject)
		return nil
	case kind == "indicator":
		of, known := b.subject([]byte(id))
		t, _ := moment(modified) // judged with the rest of the object
		known.modified = max(known.modified, t.UnixNano())
		b.subjects[of] = known
		return b.waiting.add(b.count, raw)
	}
	v, err := b.parser.ParseBytes(raw)
	if err != nil || !common(v, kind) {
		b.refuse(row{no: b.count, id: id, text: intel.Cut(raw)}, BadObject)
		return nil
	}
	b.pass(kind, 1)
	b.learn(kind, id, v)
	return nil
}

// subject returns what is known of an indicator.
func (b *bundle) subject(id []byte) (stamp, subject) {
	of := b.stamper.of(id)
	known, ok := b.subjects[of]
	if !ok {
		known.modified = noVersion
	}
	return of, known
}

// threat returns the place of a threat's name, which may still have to come.
func (b *bundle) threat(id []byte) int32 {
	of := b.stamper.of(id)
	at, ok := b.threats[of]
	if !ok {
		at = int32(len(b.names))
		b.threats[of] = at
		b.names = append(b.names, "")
	}
	return at
}

// dated are the types that must say when they were made and changed (STIX 2.1
// §3.2 and §4, §5).
var dated = map[string]bool{"attack-pattern": true, "campaign": true, "course-of-action": true, "grouping": true, "identity": true, "indicator": true,
	"infrastructure": true, "intrusion-set": true, "location": true, "malware": true, "malware-analysis": true, "note": true, "observed-data": true,
	"opinion": true, "report": true, "threat-actor": true, "tool": true, "vulnerability": true, "relationship": true, "sighting": true}

// common checks the properties that every object must have.
func common(v *fastjson.Value, kind string) bool {
	if !dated[kind] {
		return true
	}
	created, ok := moment(text(v, "created"))
	modified, ok2 := moment(text(v, "modified"))
	return ok && ok2 && !created.IsZero() && !modified.IsZero() && !modified.Before(created)
}

func text(v *fastjson.Value, keys ...string) string { return string(v.GetStringBytes(keys...)) }

// ranks orders what an indicator can indicate: the malware says most to the
// officer who finds it.
var ranks = map[string]int8{"malware": 1, "intrusion-set": 2, "threat-actor": 3, "campaign": 4, "tool": 5, "infrastructure": 6, "attack-pattern": 7}

// learn keeps what indicators need of an object.
func (b *bundle) learn(kind, id string, v *fastjson.Value) {
	switch {
	case ranks[kind] > 0:
		b.names[b.threat([]byte(id))] = label(text(v, "name"))
	case kind == "marking-definition":
		tlp := tlpName(text(v, "definition", "tlp"))
		if tlp == "" {
			tlp = tlpName(text(v, "extensions", tlpExtension, "tlp_2_0"))
		}
		if tlp != "" {
			b.marks[id] = tlp
		}
	case kind == "relationship" && text(v, "relationship_type") == "indicates" && !v.GetBool("revoked"):
		source, target := v.GetStringBytes("source_ref"), v.GetStringBytes("target_ref")
		targetKind, _, _ := strings.Cut(string(target), "--")
		rank := ranks[targetKind]
		if of, known := b.subject(source); rank > 0 && (known.rank == 0 || rank < known.rank) {
			known.threat, known.rank = b.threat(target), rank
			b.subjects[of] = known
		}
	}
}

// indicator takes one indicator, once all is known.
func (b *bundle) indicator(no int64, raw []byte) error {
	v, err := b.parser.ParseBytes(raw)
	if err != nil {
		b.refuse(row{no: no, text: intel.Cut(raw)}, BadObject)
		return nil
	}
	r := row{no: no, id: text(v, "id")}
	more, why := b.about(v, r.id)
	if why == "" {
		why = kindOfPattern(v)
	}
	if why != "" && (!more.Revoked || why == Superseded) {
		r.text = intel.Cut(raw)
		b.refuse(r, why)
		return nil
	}
	r.text = text(v, "pattern")
	f := found{Indicator: more, allow: benign(v)}
	if why == "" {
		return b.pattern(r, f)
	}
	return b.take(r, f) // revoked, so that its values do not matter
}

// pattern takes the alternatives of a pattern.
func (b *bundle) pattern(r row, more found) error {
	o, err := pattern.Parse(r.text)
	if err != nil {
		if more.Revoked {
			return b.take(r, more)
		}
		r.text = err.Error() + ": " + r.text
		b.refuse(r, BadPattern)
		return nil
	}
	for _, m := range withParents(meanings(o)) {
		at := r
		if m.text != "" {
			at.text = m.text
		}
		if m.why != "" && !more.Revoked {
			b.refuse(at, m.why)
			continue
		}
		if m.why != "" {
			m.values = []found{{}}
		}
		for _, f := range m.values {
			if f.Scope = b.o.Scope; f.below {
				f.Scope = intel.WithSubdomains
			}
			f.From, f.Until, f.Threat, f.TLP = more.From, more.Until, more.Threat, more.TLP
			f.Confidence, f.Reference, f.Revoked, f.allow = more.Confidence, more.Reference, more.Revoked, more.allow
			if err := b.take(at, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// withParents lets a name that stands beside "%." and itself answer for the
// names below it: together they say exactly that.
func withParents(all []meaning) []meaning {
	below := map[string]bool{}
	for _, m := range all {
		for _, f := range m.values {
			if f.below {
				below[f.Value] = true
			}
		}
	}
	if len(below) == 0 {
		return all
	}
	named := map[string]bool{}
	for i, m := range all {
		for j := range m.values {
			if f := &all[i].values[j]; f.Type == intel.Domain && !f.below && below[f.Value] {
				f.below, named[f.Value] = true, true
			}
		}
	}
	for i, m := range all {
		for j := range m.values {
			if f := &all[i].values[j]; f.below && named[f.Value] {
				f.widened = false
			}
		}
	}
	return all
}

// about reads what an indicator says beside its pattern.
func (b *bundle) about(v *fastjson.Value, id string) (intel.Indicator, intel.Reason) {
	i := intel.Indicator{Reference: id, Revoked: v.GetBool("revoked")}
	if !common(v, "indicator") {
		return i, BadObject
	}
	_, known := b.subject([]byte(id))
	if t, _ := moment(text(v, "modified")); known.modified != t.UnixNano() {
		return i, Superseded
	}
	var ok [2]bool
	i.From, ok[0] = moment(text(v, "valid_from"))
	i.Until, ok[1] = moment(text(v, "valid_until"))
	if !ok[0] || !ok[1] {
		return i, BadTime
	}
	if n := v.GetInt("confidence"); 0 < n && n <= 100 {
		i.Confidence = uint8(n)
	}
	for _, ref := range v.GetArray("object_marking_refs") {
		id := ref.GetStringBytes()
		i.TLP = stricter(i.TLP, markIDs[string(id)])
		i.TLP = stricter(i.TLP, b.marks[string(id)])
	}
	if known.rank > 0 {
		i.Threat = b.names[known.threat]
	}
	if i.Threat == "" {
		i.Threat = ownLabel(v)
	}
	return i, ""
}

// vocabulary are the indicator types of STIX 2.1 §10.9 (in 2.0 they were
// labels) that name no threat.
var vocabulary = map[string]bool{"anomalous-activity": true, "benign": true, "malicious-activity": true, "attribution": true, "unknown": true}

// ownLabel is the first label that names a threat, else such an indicator
// type.
func ownLabel(v *fastjson.Value) string {
	for _, key := range []string{"labels", "indicator_types"} {
		for _, l := range v.GetArray(key) {
			s := string(l.GetStringBytes())
			if s != "" && !vocabulary[s] && !strings.HasPrefix(s, "misp:") && !strings.HasSuffix(s, "-watchlist") {
				return label(s)
			}
		}
	}
	return ""
}

// benign tells indicators of what is known to be good.
func benign(v *fastjson.Value) bool {
	types := v.GetArray("indicator_types")
	if len(types) == 0 {
		types = v.GetArray("labels")
	}
	for _, t := range types {
		if string(t.GetStringBytes()) != "benign" {
			return false
		}
	}
	return len(types) > 0
}

// kindOfPattern refuses what is no STIX pattern; 2.0 knows no other.
func kindOfPattern(v *fastjson.Value) intel.Reason {
	switch kind := text(v, "pattern_type"); {
	case kind != "" && kind != "stix":
		return unfit(dialect, kind)
	case text(v, "pattern") == "":
		return NoPattern
	}
	return ""
}
