// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package crowd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Check compares what a page says of its rows with the truth.
func (c *Crowd) Check(ctx context.Context, v Visit, a Answer) error {
	if v.Truth == "" {
		return nil
	}
	want, err := c.Truth(ctx, v)
	if err != nil {
		return err
	}
	if a.Over && want > finding.CountLimit && a.Total == finding.CountLimit || !a.Over && a.Total == want && a.Rows == min(50, want) {
		return nil
	}
	return fmt.Errorf("%s as %s: %d rows of %d (more: %v), and there are %d", v.Path, v.Login, a.Rows, a.Total, a.Over, want)
}

// large are the tables no list may read from end to end.
var large = []string{"finding", "finding_name", "finding_hit", "infection", "audit_entry", "audit_seal", "obligation", "document"}

// Plans opens v and asks the engine how it answers each query of the page. It
// fails for a query that reads a large table from end to end outside an index,
// or that sorts more than one unit's rows.
func (c *Crowd) Plans(ctx context.Context, v Visit) error {
	if strings.Contains(v.Path, "q=") { // a word inside a text is looked for in all texts
		return nil
	}
	rec := &recorder{}
	ctx = context.WithValue(ctx, recorderKey{}, rec)
	if _, err := c.Visit(ctx, v); err != nil {
		return err
	}
	var errs []error
	for _, asked := range rec.queries {
		q := asked.text
		if c.Slow > 0 && asked.took >= c.Slow && c.Report != nil {
			c.Report(fmt.Sprintf("%s as %s: %.0f ms\n\t%s", v.Path, v.Login, asked.took.Seconds()*1000, q))
		}
		plan, err := c.explain(ctx, q)
		if err != nil {
			return fmt.Errorf("%w: %s", err, q)
		}
		if line := bad(q, plan); line != "" {
			errs = append(errs, fmt.Errorf("%s as %s: %s\n\t%s", v.Path, v.Login, line, q))
		}
	}
	return errors.Join(errs...)
}

func (c *Crowd) explain(ctx context.Context, q string) ([]string, error) {
	if c.Records.Engine() == db.Postgres {
		var lines []string
		err := c.Records.Read().NewRaw("EXPLAIN "+q).Scan(ctx, &lines)
		return lines, err
	}
	var rows []struct {
		ID, Parent, Notused int64
		Detail              string
	}
	err := c.Records.Read().NewRaw("EXPLAIN QUERY PLAN "+q).Scan(ctx, &rows)
	lines := make([]string, len(rows))
	for n, r := range rows {
		lines[n] = r.Detail
	}
	return lines, err
}

var (
	scanned = regexp.MustCompile(`^\s*(?:->)?\s*(?:SCAN|(?:Parallel )?Seq Scan on) (\w+)(.*)`)
	aliased = regexp.MustCompile(`"?(\w+)"? AS "?(\w+)"?`)
)

// bad is the first line of a query's plan that no list may have.
func bad(query string, plan []string) string {
	tables := map[string]string{}
	for _, m := range aliased.FindAllStringSubmatch(query, -1) {
		tables[m[2]] = m[1]
	}
	for _, line := range plan {
		m := scanned.FindStringSubmatch(line)
		if m == nil || strings.Contains(m[2], "USING") { // an index read in its order ends early or counts
			continue
		}
		table := m[1]
		if full, ok := tables[table]; ok {
			table = full
		}
		if slices.Contains(large, table) {
			return line
		}
	}
	return ""
}

type recorderKey struct{}

// recorder keeps the queries of one visit.
type recorder struct {
	mu      sync.Mutex
	queries []asked
}

// asked is one query and how long the engine took over it.
type asked struct {
	text string
	took time.Duration
}

// listener hands queries to the recorder in their context.
type listener struct{}

// BeforeQuery implements bun.QueryHook.
func (listener) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery implements bun.QueryHook.
func (listener) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	rec, ok := ctx.Value(recorderKey{}).(*recorder)
	if !ok || !strings.HasPrefix(e.Query, "SELECT") && !strings.HasPrefix(e.Query, "WITH") {
		return
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.queries = append(rec.queries, asked{e.Query, time.Since(e.StartTime)})
}
