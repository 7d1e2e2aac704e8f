// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"errors"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// Reasons why a row is refused, beside those of package intel. "type:" and
// "pattern:" are followed by what the row names that cannot be matched.
const (
	BadValue     intel.Reason = "bad_value"     // no value of its type
	TooWide      intel.Reason = "too_wide"      // a network of all addresses
	BadObject    intel.Reason = "bad_object"    // broken JSON, or a property missing or wrong
	BadPattern   intel.Reason = "bad_pattern"   // leaves the STIX grammar
	NoPattern    intel.Reason = "no_pattern"    // an indicator without one
	Conjunction  intel.Reason = "conjunction"   // holds only if several observables occur together
	Sequence     intel.Reason = "sequence"      // several observations, or one several times
	Negation     intel.Reason = "negation"      // anything but a value
	Comparison   intel.Reason = "comparison"    // by order, expression or part of a value
	Window       intel.Reason = "window"        // holds only between two times
	TooComplex   intel.Reason = "too_complex"   // more combinations than are unfolded
	Superseded   intel.Reason = "superseded"    // a later version stands in the same bundle
	BadTime      intel.Reason = "bad_time"      // a time that is none, or ends before it begins
	NotDetection intel.Reason = "not_detection" // MISP: not marked for detection (to_ids)
	Exception    intel.Reason = "exception"     // allowed by the list; Options.Allow is nil
	Substring    intel.Reason = "substring"     // matches inside of words, which is never done
	Expression   intel.Reason = "expression"    // a regular expression that means no one name
	Hashed       intel.Reason = "hashed"        // a value given as its hash only
	Elsewhere    intel.Reason = "elsewhere"     // a rule that leads to another place than a block does
	unmatched    intel.Reason = "type:"
	otherTypes   intel.Reason = "type:other"
	dialect      intel.Reason = "pattern:"
)

// maxReasons bounds the counters that a list's own words may make.
const maxReasons = 64

// Report accounts for one list:
// Rows = Accepted + Merged + Expired + Revoked + the sum of Refused.
type Report struct {
	Format Format
	Kind   intel.Kind // Allow for a warning list
	Title  string     // what the list calls itself; empty when it does not say
	// Lines are all lines of a text, with comments, blanks and the head; 0 for
	// JSON.
	Lines int64
	// Rows are the values read: one a line, one a name in a hosts line, one an
	// alternative of a STIX pattern, one a part of a MISP composite.
	Rows     int64
	Accepted int64
	// Merged are rows that say again what one before said: the same value,
	// scope and validity, and in STIX and MISP the same object.
	Merged  int64
	Expired int64 // no longer valid at Options.Now; not handed on
	Revoked int64 // taken back by the publisher; handed on as such
	Refused map[intel.Reason]int64
	// Widened are those of Accepted that match more than the row says: a hash
	// whose pattern names the file as well, a host name whose row has a port.
	Widened int64
	// Passed counts what is read but is no row: STIX objects and MISP parts by
	// type, hosts entries of the machine itself.
	Passed  map[string]int64
	Samples []Sample // the first refused rows, at most 20
}

// Sample is a refused row to show to people.
type Sample struct {
	Row    int64  // the line of a text, the place of a JSON object in its list, from 1
	ID     string // of the STIX or MISP object; empty in a text
	Text   string // the row, or the part that is at fault, cut to 120 bytes
	Reason intel.Reason
}

const maxSamples = 20

// row says where a value comes from.
type row struct {
	no   int64
	id   string
	text string // shown when the row is refused; empty shows the line
	line []byte // good until the next line is read
}

// account counts the rows of one list and hands on what is good.
type account struct {
	o    Options
	fn   func(intel.Indicator) error
	rep  Report
	seen seen
	key  []byte
	// identity says that a Reference is that of one object, which can be
	// revoked by it.
	identity bool
}

// refuse counts a row that is refused.
func (a *account) refuse(r row, why intel.Reason) {
	a.rep.Rows++
	a.turnDown(r, why)
}

func (a *account) turnDown(r row, why intel.Reason) {
	if a.rep.Refused == nil {
		a.rep.Refused = map[intel.Reason]int64{}
	}
	if _, ok := a.rep.Refused[why]; !ok && len(a.rep.Refused) >= maxReasons && strings.Contains(string(why), ":") {
		why = otherTypes
	}
	a.rep.Refused[why]++
	if len(a.rep.Samples) < maxSamples {
		shown := r.line
		if r.text != "" {
			shown = []byte(r.text)
		}
		a.rep.Samples = append(a.rep.Samples, Sample{Row: r.no, ID: intel.Cut([]byte(r.id)), Text: intel.Cut(shown), Reason: why})
	}
}

// pass counts what is no row.
func (a *account) pass(what string, n int64) {
	if a.rep.Passed == nil {
		a.rep.Passed = map[string]int64{}
	}
	if _, ok := a.rep.Passed[what]; !ok && len(a.rep.Passed) >= maxReasons {
		what = "other"
	}
	a.rep.Passed[what] += n
}

// unfit is the reason for something of a kind that is not matched. What it
// keeps of the list's words is short and on one line.
func unfit(prefix intel.Reason, kind string) intel.Reason {
	kind = strings.ToLower(strings.Join(strings.Fields(kind), " "))
	if len(kind) > 48 {
		kind = kind[:48]
	}
	return prefix + intel.Reason(strings.ToValidUTF8(kind, "?"))
}

// found is one indicator on its way to the reader's caller.
type found struct {
	intel.Indicator
	widened bool
	below   bool // a domain whose row names those below it as well
	allow   bool // an exception of a block list
}

// take counts one row and hands it on if it is good. Its error is fn's, and
// ends the list; the row is then not counted.
func (a *account) take(r row, f found) error {
	a.rep.Rows++
	i, why := Canonical(f.Indicator)
	switch {
	case why != "" && i.Revoked: // its Reference still takes earlier ones back
		i = intel.Indicator{Reference: i.Reference, Revoked: true}
	case why != "":
		a.turnDown(r, why)
		return nil
	case !i.Until.IsZero() && !i.Until.After(i.From):
		a.turnDown(r, BadTime)
		return nil
	case !i.Revoked && !a.o.Now.IsZero() && !i.Until.IsZero() && !i.Until.After(a.o.Now):
		a.rep.Expired++
		return nil
	}
	if a.key = appendKey(a.key[:0], i, f.allow, a.identity); !a.seen.add(a.key) {
		a.rep.Merged++
		return nil
	}
	fn := a.fn
	if f.allow && a.rep.Kind == intel.Block {
		if fn = a.o.Allow; fn == nil {
			a.turnDown(r, Exception)
			return nil
		}
	}
	return a.settle(r, f, fn(i))
}

// settle counts a row by what the caller said of it.
func (a *account) settle(r row, f found, err error) error {
	switch refusal, refused := errors.AsType[*Refusal](err); {
	case errors.Is(err, ErrMerged):
		a.rep.Merged++
	case refused:
		a.turnDown(r, refusal.Reason)
	case err != nil:
		a.rep.Rows--
		return err
	case f.Revoked:
		a.rep.Revoked++
	default:
		a.rep.Accepted++
		if f.widened {
			a.rep.Widened++
		}
	}
	return nil
}
