// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package exchange turns lists of indicators as they are published into
// intel.Indicator values, and writes such values as lists that others read. It
// streams: memory grows with what must be remembered of an indicator (some 30
// bytes, in a bundle some 150), never with the size of the file.
//
// Every row read is accounted for in a Report: accepted, merged, expired,
// revoked, or refused with a reason. A row that would have to match more than
// it says is refused, not loosened; the few that are taken a little wider (a
// name with a port) are counted as Widened.
//
// Start at Read; at New for one known layout; at Write for export.
package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan/unpack"
)

// Format is a layout in which indicators are published. The zero value is
// found out from the list.
type Format uint8

// The formats. Those marked with an asterisk are written as well.
const (
	Auto        Format = iota
	Plain              // * one indicator of any type a line, AdBlock filters among them
	Hosts              // * hosts(5)
	CSV                // * columns under a head line, also one in a comment
	STIX               // * STIX 2.1 or 2.0: a bundle, a TAXII 2.1 envelope, or one object
	MISP               // an event, a list of events, or what a search returns
	MISPIndex          // manifest.json of a MISP feed, which names events
	WarningList        // MISP warning list
	Dataset            // * Suricata dataset: base64 strings, hashes or addresses
	Maltrail           // Maltrail trails with their references
	RPZ                // * zone file of a DNS response policy
	Unbound            // * local-zone lines of Unbound
	Dnsmasq            // * address=/…/ lines of dnsmasq
)

var formatNames = [...]string{"auto", "plain", "hosts", "csv", "stix", "misp", "misp-manifest", "misp-warninglist",
	"suricata-dataset", "maltrail", "rpz", "unbound", "dnsmasq"}

// String returns the format's name: "auto", "plain", "hosts", "csv", "stix",
// "misp", "misp-manifest", "misp-warninglist", "suricata-dataset", "maltrail",
// "rpz", "unbound" or "dnsmasq".
func (f Format) String() string { return formatNames[f] }

// Named returns the format called name, false when none is.
func Named(name string) (Format, bool) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), true
		}
	}
	return Auto, false
}

// Options say how a list is read. The zero value reads everything, judges
// nothing as expired, and takes sub-domains along.
type Options struct {
	Format Format
	// Now is the time at which what is no longer valid counts as expired. Zero
	// lets everything pass: the index knows the limits as well.
	Now time.Time
	// Scope is the scope of domains where the list does not say.
	Scope intel.Scope
	// Keep is how long an indicator lasts past the day it was last seen, where
	// a list gives that day but no end of validity. Zero means for ever, since
	// a sighting is no promise that it was the last.
	Keep time.Duration
	// AllAttributes takes MISP attributes that are not marked for detection
	// (to_ids) as well.
	AllAttributes bool
	// Allow takes the exceptions of a block list: AdBlock "@@" rules, names an
	// RPZ lets pass, STIX indicators of benign things. Nil refuses them.
	Allow func(intel.Indicator) error
	// TempDir is where indicators wait that must be held until the end of the
	// list, past 32 MiB; the system's temporary folder when empty.
	TempDir string
}

// Reader reads lists of one format. It keeps nothing from one list to the next
// and may be used by several goroutines.
type Reader interface {
	// Read hands each indicator of r to fn, in the order of the list where the
	// format allows. r may be packed with gzip or zstd and may be UTF-16. fn
	// answers ErrMerged for one it had already, a *Refusal for one it does not
	// take; any other error ends the reading and is returned. An error about
	// the list comes with the Report of what was read before.
	Read(r io.Reader, fn func(intel.Indicator) error) (Report, error)
}

// ErrMerged is what the function given to Read returns for an indicator that
// it had already.
var ErrMerged = errors.New("the indicator was there already")

// Refusal is what the function given to Read returns for an indicator that it
// does not take.
type Refusal struct{ Reason intel.Reason }

// Error returns the reason for people.
func (r *Refusal) Error() string { return r.Reason.String() }

// limits bound a packed list.
var limits = unpack.Limits{MaxBytes: 16 << 30, Slack: 64 << 20}

// headSize is what Detect is shown.
const headSize = 64 << 10

// source is a stream whose first headSize bytes can be looked at.
type source = *bufio.Reader

// body reads one unpacked list into an account.
type body func(a *account, in source) error

var bodies = map[Format]body{
	Plain: readPlain, Hosts: readHosts, CSV: readCSV, STIX: readSTIX, MISP: readMISP, MISPIndex: readIndex, WarningList: readWarningList,
	Dataset: readDataset, Maltrail: readMaltrail, RPZ: readRPZ, Unbound: readUnbound, Dnsmasq: readDnsmasq,
}

// Read reads one list of any format; see Reader.
func Read(r io.Reader, o Options, fn func(intel.Indicator) error) (Report, error) {
	return reader{o}.Read(r, fn)
}

// New returns the Reader of one format; Auto finds it out for each list.
func New(f Format, o Options) Reader {
	o.Format = f
	return reader{o}
}

type reader struct{ o Options }

func (rd reader) Read(r io.Reader, fn func(intel.Indicator) error) (Report, error) {
	u, err := unpack.New(r, limits)
	if err != nil {
		return Report{}, err
	}
	defer u.Close()
	in := bufio.NewReaderSize(u, headSize+2) // and a line end
	head, err := in.Peek(headSize)
	if err != nil && len(head) == 0 && !errors.Is(err, io.EOF) {
		return Report{}, err
	}
	f := rd.o.Format
	if f == Auto {
		f = Detect(head)
	}
	if f == Auto {
		return Report{}, errors.New("the list is JSON of a kind not known here; STIX bundles, MISP events and MISP warning lists are read")
	}
	read, ok := bodies[f]
	if !ok {
		return Report{}, fmt.Errorf("format %d is not known", f)
	}
	a := &account{o: rd.o, fn: fn, rep: Report{Format: f}}
	err = read(a, in)
	return a.rep, err
}
