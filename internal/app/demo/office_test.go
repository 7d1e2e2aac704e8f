// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// records is what the memory keeps of papers and terms.
type records struct {
	papers map[string]string   // subject -> id
	steps  map[string][]string // paper's id -> steps
	tasks  map[string]string   // title|unit -> id
	done   map[string]string   // task's id -> what was done
	certs  int64
	law    []string
}

func (o *records) Papers(context.Context) (map[string]string, error) {
	if o.papers == nil {
		o.papers, o.steps, o.tasks, o.done = map[string]string{}, map[string][]string{}, map[string]string{}, map[string]string{}
	}
	out := map[string]string{}
	maps.Copy(out, o.papers)
	return out, nil
}

func (o *records) AddPaper(_ context.Context, h document.Head, cites []document.Link) (string, error) {
	if h.Unit == "" || !strings.Contains(h.Subject, "(giả định)") || o.papers[h.Subject] != "" {
		return "", fmt.Errorf("paper %+v", h)
	}
	for _, c := range cites {
		if o.papers[c.Subject] == "" {
			return "", fmt.Errorf("%q cites %q, which is not there", h.Subject, c.Subject)
		}
	}
	id := fmt.Sprint("p", len(o.papers))
	o.papers[h.Subject] = id
	return id, nil
}

func (o *records) step(ctx context.Context, id, name, who string) error {
	if by := ctx.Value(actor{}); by != nil && by != who {
		return fmt.Errorf("%v does %s, want %s", ctx.Value(actor{}), name, who)
	}
	o.steps[id] = append(o.steps[id], name)
	return nil
}

func (o *records) SubmitPaper(ctx context.Context, id, login string, file []byte) error {
	if login != demo.Director || len(file) == 0 {
		return errors.New("no signer or no file")
	}
	return o.step(ctx, id, "submit", demo.CentreOfficer)
}

func (o *records) SignPaper(ctx context.Context, id string) error {
	return o.step(ctx, id, "sign", demo.Director)
}

func (o *records) NumberPaper(ctx context.Context, id, _, _ string) error {
	return o.step(ctx, id, "number", demo.Clerk)
}

func (o *records) IssuePaper(ctx context.Context, id string, signed []byte) error {
	if !strings.Contains(string(signed), "/ByteRange") {
		return errors.New("not signed")
	}
	return o.step(ctx, id, "issue", demo.Clerk)
}

func (o *records) SendPaper(ctx context.Context, id string, to []string, _ time.Time, confirmed int) error {
	if confirmed >= len(to) {
		return errors.New("no receipt is missing")
	}
	return o.step(ctx, id, "send", demo.Clerk)
}

func (o *records) Owed(context.Context) (map[string]string, error) { return o.tasks, nil }

func (o *records) Owe(_ context.Context, t demo.Task) (string, error) {
	if t.Unit == "" || t.Paper == "" || !t.From.Before(t.Last.End()) {
		return "", fmt.Errorf("task %+v", t)
	}
	id := fmt.Sprint("t", len(o.tasks))
	o.tasks[t.Title+"|"+t.Unit] = id
	return id, nil
}

func (o *records) did(id, what string) error {
	if o.done[id] != "" {
		return fmt.Errorf("%s: %s after %s", id, what, o.done[id])
	}
	o.done[id] = what
	return nil
}

func (o *records) MeetTask(_ context.Context, id string, _ time.Time, _, paper, declared string) error {
	if (paper == "") == (declared == "") {
		return errors.New("proved by both or neither")
	}
	return o.did(id, "meet")
}

func (o *records) WaiveTask(_ context.Context, id, _ string) error { return o.did(id, "waive") }

func (o *records) ExtendTask(_ context.Context, id string, _ calendar.Date, _ string) error {
	return o.did(id, "extend")
}

func (o *records) AskTime(_ context.Context, id string, _ calendar.Date, _ string) error {
	return o.did(id, "ask")
}

func (o *records) Repeat(_ context.Context, duty string) error {
	o.law = append(o.law, duty)
	return nil
}

func (o *records) OpenPeriods(context.Context) error                         { return nil }
func (o *records) Decree(context.Context, rule.Draft) error                  { return nil }
func (o *records) Announce(context.Context, workdays.Entry) error            { return nil }
func (o *records) Gather(context.Context, string, string, []string) error    { return nil }
func (o *records) Certificates(context.Context) (int64, error)               { return o.certs, nil }
func (o *records) Trust(context.Context, []byte) error                       { return nil }
func (o *records) CheckFile(context.Context, []byte) error                   { return nil }
func (o *records) AddCertificates(_ context.Context, _ esign.Incoming) error { o.certs++; return nil }

func (o *records) AnnualReport(_ context.Context, unit string, _ int, _ string, list []byte) error {
	if unit == "" || len(list) == 0 {
		return fmt.Errorf("annual report of %s", unit)
	}
	return nil
}

func TestTheOfficeIsFilledOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(demo.New(demo.DefaultSeed))
		m.run(t, time.Second, past)
		papers, tasks := len(m.papers), len(m.tasks)
		did := map[string]int{}
		for _, what := range m.done {
			did[what]++
		}
		if papers != 12 || tasks < 14 || did["meet"] != 3 || did["waive"] != 1 || did["extend"] != 1 || did["ask"] != 1 || len(m.law) < 4 {
			t.Errorf("%d papers, %d tasks, %v, %v", papers, tasks, did, m.law)
		}
		longest := 0
		for _, steps := range m.steps {
			longest = max(longest, len(steps))
		}
		if longest != 5 {
			t.Errorf("the longest way has %d steps: %v", longest, m.steps)
		}
		time.Sleep(40 * time.Hour) // of the bubble's clock: begun again another day
		m.run(t, time.Second, past)
		if len(m.papers) != papers || len(m.tasks) != tasks || m.certs != 2 {
			t.Errorf("a second start brought %d papers, %d tasks, %d files of certificates", len(m.papers), len(m.tasks), m.certs)
		}
	})
}
