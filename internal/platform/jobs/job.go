// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package jobs is durable work: asked for in the same transaction as the
// record it serves, done once by whichever process leases it, tried again
// after a crash. It knows no kind of work; the rooms give handlers and app
// hands them to a Runner. A handler must be safe to repeat: a process may die
// after the work and before the row says done. Start at Queue.Enqueue and
// Runner; the rules are in this file, which knows no SQL.
package jobs

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Migrations hold the schema of jobs.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the sentences of jobs.
//
//go:embed messages.yaml
var Messages embed.FS

// State is where a job stands.
type State string

// The states. Done, Failed and Cancelled are ends; only Retry leads out of the
// last two.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Ended reports whether nothing more happens by itself.
func (s State) Ended() bool { return s == Done || s == Failed || s == Cancelled }

// Job is one piece of work. Times are UTC to the millisecond.
type Job struct {
	bun.BaseModel `bun:"table:job,alias:job"`

	ID          string  `bun:"id,pk"`
	Kind        string  `bun:"kind"`     // which handler: "ingest.block"
	Key         string  `bun:"key"`      // names the work within its kind; asked for twice is done once
	Payload     string  `bun:"payload"`  // JSON; see Decode
	State       State   `bun:"state"`    //
	Attempts    int64   `bun:"attempts"` // leases taken since asked for or retried
	MaxAttempts int64   `bun:"max_attempts"`
	RunAfter    db.Time `bun:"run_after"`
	LeaseOwner  string  `bun:"lease_owner"` // unique to one lease: the fence; empty unless running
	LeaseUntil  db.Time `bun:"lease_until"` // zero unless running
	Done        int64   `bun:"progress_done"`
	Total       int64   `bun:"progress_total"` // zero while unknown
	Note        string  `bun:"note"`           // catalogue key of what is being done; may be empty
	Error       string  `bun:"error"`          // JSON of a Failure; see Failure
	Unit        string  `bun:"owner_unit"`     // who may see it
	CreatedBy   string  `bun:"created_by"`     // account id, or "system"
	CreatedAt   db.Time `bun:"created_at"`
	StartedAt   db.Time `bun:"started_at"` // of the latest attempt
	EndedAt     db.Time `bun:"ended_at"`   // zero until ended
}

// Decode reads the payload into v.
func (j Job) Decode(v any) error {
	if err := json.Unmarshal([]byte(j.Payload), v); err != nil {
		return fmt.Errorf("payload of job %s: %w", j.ID, err)
	}
	return nil
}

// Failure is why the latest attempt failed, for a person: a catalogue key and
// the values of its sentence. The zero value means it did not.
type Failure struct {
	Message string   `json:"message"`
	Args    []string `json:"args,omitempty"`
}

// Failure returns why the latest attempt failed.
func (j Job) Failure() Failure {
	var f Failure
	if j.Error == "" {
		return f
	}
	if err := json.Unmarshal([]byte(j.Error), &f); err != nil {
		return Failure{Message: fault.Internal.Key()}
	}
	return f
}

// fail records the public part of err; the rest is for the log.
func (j *Job) fail(err error) {
	e := fault.Of(err)
	f := Failure{Message: e.Public()}
	for _, a := range e.Args {
		f.Args = append(f.Args, fmt.Sprint(a))
	}
	raw, err := json.Marshal(f)
	if err != nil { // strings always marshal; kept so that no error is dropped
		raw = []byte(`{"message":"` + fault.Internal.Key() + `"}`)
	}
	j.Error = string(raw)
}

// skew is how far the clocks of processes that share the table may differ: what
// is dated further ahead was written before the clock was set back.
const skew = time.Minute

// due reports whether a runner whose leases last lease may take j at now: queued
// and its time come, or running under a lease that ran out. After the clock was
// set back a date written before says nothing of how long to wait, so neither a
// job last touched in what is now the future nor one under a lease longer than
// any given now waits for it. The fence holds whatever the clock does.
func (j Job) due(now time.Time, lease time.Duration) bool {
	switch j.State {
	case Queued:
		touched := j.StartedAt
		if touched.IsZero() {
			touched = j.CreatedAt
		}
		return !j.RunAfter.After(now) || touched.After(now.Add(skew))
	case Running:
		return !j.LeaseUntil.After(now) || j.LeaseUntil.After(now.Add(lease+skew))
	}
	return false
}

// take leases j to owner, a name never used before. A job whose runner vanished on the last attempt
// allowed is failed instead, and false comes back: it may be what kills them.
func (j *Job) take(owner string, now time.Time, lease time.Duration) bool {
	if j.Attempts >= j.MaxAttempts {
		j.fail(&fault.Error{Op: "jobs.take", Msg: "jobs.lost"})
		j.end(Failed, now)
		return false
	}
	j.State, j.Attempts, j.LeaseOwner = Running, j.Attempts+1, owner
	j.LeaseUntil, j.StartedAt, j.EndedAt = db.At(now.Add(lease)), db.At(now), db.Time{}
	return true
}

// finish ends the attempt with the handler's err. What cannot get better by
// trying again fails at once, anything else when attempts are used up.
func (j *Job) finish(err error, now time.Time) {
	switch {
	case err == nil:
		j.Error = ""
		j.end(Done, now)
		return
	case permanent(err) || j.Attempts >= j.MaxAttempts:
		j.fail(err)
		j.end(Failed, now)
		return
	}
	j.fail(err)
	j.requeue(now.Add(backoff(j.Attempts)))
}

// release gives j back unharmed: the process stops, the work did not fail.
func (j *Job) release(now time.Time) {
	j.Attempts--
	j.requeue(now)
}

func (j *Job) cancel(now time.Time) error {
	if j.State.Ended() {
		return &fault.Error{Kind: fault.Conflict, Op: "jobs.Cancel", Msg: "jobs.ended"}
	}
	j.end(Cancelled, now)
	return nil
}

func (j *Job) retry(now time.Time) error {
	if j.State != Failed && j.State != Cancelled {
		return &fault.Error{Kind: fault.Conflict, Op: "jobs.Retry", Msg: "jobs.not_ended"}
	}
	j.Attempts, j.Error = 0, ""
	j.requeue(now)
	return nil
}

func (j *Job) end(s State, now time.Time) {
	j.State, j.LeaseOwner, j.LeaseUntil, j.EndedAt = s, "", db.Time{}, db.At(now)
}

func (j *Job) requeue(at time.Time) {
	j.State, j.LeaseOwner, j.LeaseUntil, j.EndedAt, j.RunAfter = Queued, "", db.Time{}, db.Time{}, db.At(at)
}

func permanent(err error) bool { return fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) }

const (
	firstWait   = 5 * time.Second
	longestWait = 10 * time.Minute
)

// backoff is how long to wait after the nth attempt: 5 s, 20 s, 80 s, … up to
// ten minutes.
func backoff(n int64) time.Duration {
	wait := firstWait
	for ; n > 1 && wait < longestWait; n-- {
		wait *= 4
	}
	return min(wait, longestWait)
}
