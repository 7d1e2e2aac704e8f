// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
)

// WriteOptions say how a list is written.
type WriteOptions struct {
	// Now is the time of writing. It dates STIX objects and the serial of a
	// zone, which both need it, and leaves out what is no longer valid.
	Now time.Time
	// Title stands in the first comment, or names the publisher in STIX.
	Title string
	// Kind is Allow for a list that lets names pass; only RPZ, Unbound and
	// Dnsmasq can say so.
	Kind intel.Kind
	// Zone is the name of a response policy zone, such as "rpz.example"; names
	// are written relative to it. Empty leaves it to the server.
	Zone string
	// Set is what a Suricata dataset holds; see Sets. Empty means "string".
	Set string
	// Observables adds to each STIX indicator the observable it is based on.
	Observables bool
}

// Sets are the types of Suricata datasets that can be written: strings hold
// names, URLs, mailboxes and fingerprints.
var Sets = [...]string{"string", "md5", "sha256", "ip"}

// Scopeless refuses what a format cannot say without meaning more.
const Scopeless intel.Reason = "scope"

// Written accounts for an export:
// Given = Written + Merged + Expired + Revoked + the sum of Refused.
type Written struct {
	Format  Format
	Given   int64
	Written int64
	Merged  int64 // the same value was written before
	Expired int64 // no longer valid at WriteOptions.Now
	Revoked int64
	// Narrowed are those of Written that the format blocks less widely: a name
	// without those below it.
	Narrowed int64
	// Refused are those that the format has no words for, or that are no value
	// at all: nothing that could break out of its line is ever written.
	Refused map[intel.Reason]int64
	Samples []Sample // the first refused, at most 20; Row is the place in the sequence
}

// ErrNoWriter means that a format is only read.
var ErrNoWriter = errors.New("this format is read but not written; choose plain, hosts, csv, stix, suricata-dataset, rpz, unbound or dnsmasq")

// layout writes the indicators of one format. line returns false with a reason
// for what the format cannot say.
type layout interface {
	head(w *bufio.Writer) error
	line(dst []byte, i intel.Indicator) (line []byte, narrowed bool, why intel.Reason)
	tail(w *bufio.Writer) error
}

// Write writes indicators in format f. Each value is brought to its canonical
// form first and refused if it has none. The error is about w or the options.
func Write(w io.Writer, f Format, indicators iter.Seq[intel.Indicator], o WriteOptions) (Written, error) {
	l, err := layoutOf(f, o)
	if err != nil {
		return Written{}, err
	}
	e := export{o: o, layout: l, w: bufio.NewWriterSize(w, 64<<10), rep: Written{Format: f}}
	if err := l.head(e.w); err != nil {
		return e.rep, err
	}
	for i := range indicators {
		if err := e.one(i); err != nil {
			return e.rep, err
		}
	}
	return e.rep, errors.Join(l.tail(e.w), e.w.Flush())
}

func layoutOf(f Format, o WriteOptions) (layout, error) {
	title := label(o.Title)
	switch f {
	case Plain:
		return plainLines{title}, nil
	case Hosts:
		return hostsLines{title}, nil
	case CSV:
		return &csvLines{}, nil
	case STIX:
		return newSTIX(o)
	case Dataset:
		return newDataset(o)
	case RPZ:
		return newRPZ(o)
	case Unbound:
		return unboundLines{title, o.Kind}, nil
	case Dnsmasq:
		return dnsmasqLines{title, o.Kind}, nil
	}
	return nil, fmt.Errorf("%s: %w", f, ErrNoWriter)
}

type export struct {
	layout
	o    WriteOptions
	w    *bufio.Writer
	rep  Written
	seen seen
	key  []byte
	buf  []byte
}

func (e *export) one(given intel.Indicator) error {
	e.rep.Given++
	i, why := Canonical(given)
	switch {
	case i.Revoked:
		e.rep.Revoked++
		return nil
	case why != "":
		e.refuse(given, why)
		return nil
	case !e.o.Now.IsZero() && !i.Until.IsZero() && !i.Until.After(e.o.Now):
		e.rep.Expired++
		return nil
	}
	// Tables and bundles say all of an indicator, the others only its line.
	whole := e.rep.Format == CSV || e.rep.Format == STIX
	if e.key = appendKey(e.key[:0], i, false, false); whole && !e.seen.add(e.key) {
		e.rep.Merged++
		return nil
	}
	line, narrowed, why := e.line(e.buf[:0], i)
	if e.buf = line; why != "" {
		e.refuse(given, why)
		return nil
	}
	if !whole && !e.seen.add(line) {
		e.rep.Merged++
		return nil
	}
	e.rep.Written++
	if narrowed {
		e.rep.Narrowed++
	}
	_, err := e.w.Write(line)
	return err
}

func (e *export) refuse(i intel.Indicator, why intel.Reason) {
	if e.rep.Refused == nil {
		e.rep.Refused = map[intel.Reason]int64{}
	}
	e.rep.Refused[why]++
	if len(e.rep.Samples) < maxSamples {
		e.rep.Samples = append(e.rep.Samples, Sample{Row: e.rep.Given, ID: intel.Cut([]byte(i.Reference)), Text: intel.Cut([]byte(i.Value)), Reason: why})
	}
}

// unsaid refuses a type that a format has no words for.
func unsaid(t intel.Type) intel.Reason { return unfit(unmatched, t.String()) }

// comment writes text as the first line of a file.
func comment(w *bufio.Writer, mark, text string) error {
	if text == "" {
		return nil
	}
	_, err := w.WriteString(mark + " " + printable(text) + "\n")
	return err
}

// printable drops what could end a line or move the cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, s)
}
