// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package lake keeps events at rest: every line that was received, under the
// fields it was read into, searched by anyone in the scope of their units.
//
// There is one client (Open) for two places: an engine started and watched by
// this process (a child, see Options.Dir) and a VictoriaLogs cluster by its
// address. What is lost with the engine's memory is repaired from the blocks
// (Repair); the record of truth is the archive (OpenArchive), from which
// Rebuild fills any engine again. See DESIGN.md.
package lake

import (
	"context"
	"errors"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Class is the name of an OCSF class (schema.ocsf.io/1.3.0/classes). It is at
// rest in stores and archives.
type Class string

// The classes that lines are read into.
const (
	BaseEvent        Class = "base_event" // a line that no format could read
	ProcessActivity  Class = "process_activity"
	DetectionFinding Class = "detection_finding"
	Authentication   Class = "authentication"
	NetworkActivity  Class = "network_activity"
	HTTPActivity     Class = "http_activity"
	DNSActivity      Class = "dns_activity"
	EmailActivity    Class = "email_activity"
	FileHosting      Class = "file_hosting"
)

var classes = map[Class]int{BaseEvent: 0, ProcessActivity: 1007, DetectionFinding: 2004, Authentication: 3002, NetworkActivity: 4001, HTTPActivity: 4002,
	DNSActivity: 4003, EmailActivity: 4009, FileHosting: 6006}

// UID is the class_uid of c, 0 for a class that is not known here.
func (c Class) UID() int { return classes[c] }

// Field is one attribute of an event under its OCSF path, "src_endpoint.ip".
type Field struct {
	Name  string // FieldName holds
	Value string // an empty one is the same as none
}

// Row is one event at rest. Block and Line name it for ever.
type Row struct {
	Time   time.Time // UTC
	Block  string    // id of the block it came in, 1 to 200 bytes
	Line   int64     // in the block, from 0
	Source string    // id of the source
	Owner  string    // the source's owner unit at receipt, which rules who may see the row
	Class  Class
	Fields []Field // each name once
	Raw    string  // the line as received, without its newline
}

// Refused counts rows that were not stored, by reason. They will never be: the
// caller counts them among what it refuses.
type Refused struct {
	Early int // before the days that are kept
	Late  int // more than a day ahead
	Long  int // longer than MaxRow when written out
	Bad   int // without identity, owner or time, or with a field that no field can be
}

// Total is the number of rows refused.
func (r Refused) Total() int { return r.Early + r.Late + r.Long + r.Bad }

func (r *Refused) add(o Refused) {
	r.Early += o.Early
	r.Late += o.Late
	r.Long += o.Long
	r.Bad += o.Bad
}

// Errors that a caller tells apart with errors.Is.
var (
	// ErrUnavailable says that the engine does not answer now. Nothing is lost by
	// it: what it had not yet on the disk is added again by Repair.
	ErrUnavailable = errors.New("the engine of searches does not answer")
	// ErrDiskFull says that the engine takes no rows for want of disk. It still searches.
	ErrDiskFull = errors.New("the engine of searches has no disk left")
	// ErrTooSlow says that a query took longer than it may: it must ask for less.
	ErrTooSlow = errors.New("the search takes too long")
	// ErrQuery says that the query cannot be understood.
	ErrQuery = errors.New("the search cannot be understood")
)

// Scope is the units whose rows an actor may see. The zero value sees nothing.
type Scope struct {
	All   bool     // every unit
	Units []string // ids of owner units, if not All
}

// Store keeps and searches rows. Its methods may be called at the same time.
// Their errors match one of the Err values where one fits.
type Store interface {
	// Insert returns once the engine has the rows. They can be found within a
	// second, at once after Flush, and survive a kill within a few. An error
	// leaves open which rows it has: call Repair for their blocks, not Insert.
	Insert(ctx context.Context, rows []Row) (Refused, error)
	// Flush returns once all that Insert has returned for can be found.
	Flush(ctx context.Context) error
	// Search gives one page, newest first.
	Search(ctx context.Context, s Scope, q Query, p Page) (Found, error)
	// Table runs a query of an expert with its pipes, within s as everything else.
	Table(ctx context.Context, s Scope, q Query, limit int) ([]map[string]string, error)
	// Count is how many rows q finds.
	Count(ctx context.Context, s Scope, q Query) (int64, error)
	// Histogram counts rows by steps of time from q.From to q.To.
	Histogram(ctx context.Context, s Scope, q Query, step time.Duration) ([]Bucket, error)
	// Facets gives the n most frequent values of each field.
	Facets(ctx context.Context, s Scope, q Query, fields []string, n int) ([]Facet, error)
	// Blocks says how much of each block there is; a block without rows is not in the answer.
	Blocks(ctx context.Context, ids []string) (map[string]Held, error)
	// Missing says which lines of blocks cannot be found; call Flush before.
	Missing(ctx context.Context, blocks []Expected) (Gaps, error)
	// Repair adds what is missing of blocks; see Client.Repair.
	Repair(ctx context.Context, blocks []Expected, fetch func(ctx context.Context, block string) ([]Row, error)) (Repaired, error)
	// Stats is how much is kept.
	Stats(ctx context.Context) (Stats, error)
	// Health is nil when the engine answers and takes rows.
	Health(ctx context.Context) error
	// Close ends the engine if it is ours.
	Close() error
}

// unavailable is err as the answer to a caller who may try again.
func unavailable(op string, err error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: op, Err: errors.Join(ErrUnavailable, err)}
}

// bad is the answer to a query that cannot be.
func bad(op string, err error) error {
	return &fault.Error{Kind: fault.Invalid, Op: op, Err: errors.Join(ErrQuery, err)}
}
