// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// Bucket is one step of a histogram.
type Bucket struct {
	Start time.Time // UTC
	Rows  int64
}

// MaxBuckets is the most steps a histogram has.
const MaxBuckets = 5000

// Facet is one value of a field and how many rows have it.
type Facet struct {
	Field, Value string
	Rows         int64
}

// MaxFacets is the most values that are given for a field.
const MaxFacets = 100

// Stats is how much is kept.
type Stats struct {
	Rows    int64
	Disk    int64 // bytes; -1 at a cluster, whose front does not know
	Sources []SourceStats
}

// SourceStats is what is kept of one source.
type SourceStats struct {
	Source, Owner string
	Rows          int64
	Disk          int64     // bytes: the source's share by rows of Stats.Disk, an estimate; -1 where that is
	First, Last   time.Time // of its rows
}

// Count implements Store.
func (c *Client) Count(ctx context.Context, s Scope, q Query) (n int64, err error) {
	const op = "lake.Count"
	filter, err := q.filter(false)
	if err != nil {
		return 0, bad(op, err)
	}
	said := !s.All && len(s.Units) == 0 // then nobody is asked
	err = c.rows(ctx, op, s, q.From, q.To, filter+" | stats count() as rows", 0, func(o *fastjson.Object) error {
		said = true
		n, err = number(o, "rows")
		return err
	})
	if err == nil && !said {
		err = unavailable(op, errors.New("an empty answer"))
	}
	return n, err
}

// Histogram implements Store. From and To of q are both set; steps are whole
// seconds, begin at From and have no gaps.
func (c *Client) Histogram(ctx context.Context, s Scope, q Query, step time.Duration) ([]Bucket, error) {
	const op = "lake.Histogram"
	filter, err := q.filter(false)
	if err != nil {
		return nil, bad(op, err)
	}
	if q.From.IsZero() || !q.From.Before(q.To) || step < time.Second || step%time.Second != 0 || q.To.Sub(q.From)/step > MaxBuckets {
		return nil, bad(op, fmt.Errorf("steps of %s from %s to %s", step, q.From, q.To))
	}
	from := q.From.UTC().Truncate(time.Second)
	list := make([]Bucket, int((q.To.Sub(from)-1)/step)+1)
	for i := range list {
		list[i].Start = from.Add(time.Duration(i) * step)
	}
	form := url.Values{"query": {filter}, "step": {seconds(step)}, "offset": {seconds(time.Duration(from.UnixNano() % int64(step)))}}
	answer, ok, err := c.ask(ctx, op, "/select/logsql/hits", s, q.From, q.To, form)
	if err != nil || !ok {
		return list, err
	}
	var got struct {
		Hits []struct {
			Timestamps []time.Time
			Values     []int64
		}
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return nil, refusal(op, 502, string(answer[:min(len(answer), 2000)]))
	}
	for _, series := range got.Hits {
		for i, at := range series.Timestamps {
			n := int(at.Sub(from) / step)
			if n < 0 || n >= len(list) || i >= len(series.Values) {
				return nil, unavailable(op, fmt.Errorf("an answer about %s", at))
			}
			list[n].Rows += series.Values[i]
		}
	}
	return list, nil
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + "s" }

// Facets implements Store. Values are given field by field, the most frequent
// first; rows without the field are left out.
func (c *Client) Facets(ctx context.Context, s Scope, q Query, fields []string, n int) ([]Facet, error) {
	const op = "lake.Facets"
	filter, err := q.filter(false)
	if err != nil {
		return nil, bad(op, err)
	}
	if n < 1 || n > MaxFacets || len(fields) > MaxParts {
		return nil, bad(op, fmt.Errorf("%d values of %d fields", n, len(fields)))
	}
	var list []Facet
	for _, f := range fields {
		if !FieldName(f) || f == hits {
			return nil, bad(op, fmt.Errorf("no field is called %q", f))
		}
		before := len(list)
		query := filter + " | top " + strconv.Itoa(n+1) + " by (" + strconv.Quote(f) + ")"
		err := c.rows(ctx, op, s, q.From, q.To, query, 0, func(o *fastjson.Object) error {
			rows, err := number(o, hits)
			if value := text(o, f); value != "" {
				list = append(list, Facet{f, value, rows})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		list = list[:min(len(list), before+n)]
	}
	return list, nil
}

const hits = "hits" // the column of counts

// Stats implements Store. It looks at all rows: ask for it rarely.
func (c *Client) Stats(ctx context.Context) (Stats, error) {
	const op = "lake.Stats"
	st := Stats{Disk: -1}
	query := "* | stats by (" + FieldOwner + "," + FieldSource + ") count() as rows, min(_time) as first, max(_time) as last"
	err := c.rows(ctx, op, Scope{All: true}, time.Time{}, time.Time{}, query, 0, func(o *fastjson.Object) error {
		one := SourceStats{Source: text(o, FieldSource), Owner: text(o, FieldOwner), Disk: -1}
		var errFirst, errLast, errRows error
		one.Rows, errRows = number(o, "rows")
		one.First, errFirst = time.Parse(time.RFC3339Nano, text(o, "first"))
		one.Last, errLast = time.Parse(time.RFC3339Nano, text(o, "last"))
		st.Rows += one.Rows
		st.Sources = append(st.Sources, one)
		return errors.Join(errRows, errFirst, errLast)
	})
	if err != nil || !c.place.own() {
		return st, err
	}
	figures, err := c.figures(ctx, op)
	if err != nil {
		return st, err
	}
	st.Disk = int64(figures[`vl_data_size_bytes{type="indexdb"}`] + figures[`vl_data_size_bytes{type="storage"}`])
	for i := range st.Sources {
		st.Sources[i].Disk = int64(float64(st.Disk) * float64(st.Sources[i].Rows) / float64(st.Rows))
	}
	return st, nil
}

// Health implements Store: ErrUnavailable or ErrDiskFull, else nil.
func (c *Client) Health(ctx context.Context) error {
	const op = "lake.Health"
	ctx, cancel := context.WithTimeout(ctx, c.o.HealthTime)
	defer cancel()
	if !c.place.own() {
		_, err := c.call(ctx, op, "/health", insertKind, nil)
		return err
	}
	figures, err := c.figures(ctx, op)
	if err != nil {
		return err
	}
	for name, v := range figures {
		if strings.HasPrefix(name, "vl_storage_is_read_only") && v != 0 {
			return unavailable(op, ErrDiskFull)
		}
	}
	return nil
}

// figures are the engine's own, in the text format of Prometheus.
func (c *Client) figures(ctx context.Context, op string) (map[string]float64, error) {
	answer, err := c.call(ctx, op, "/metrics", insertKind, nil)
	if err != nil {
		return nil, err
	}
	all := map[string]float64{}
	for line := range strings.Lines(string(answer)) {
		i := strings.LastIndexByte(line, ' ')
		if i < 0 {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(line[i+1:]), 64); err == nil {
			all[line[:i]] = v
		}
	}
	return all, nil
}
