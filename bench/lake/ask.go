// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// question is one thing that is asked. want is how many rows it must give; -1 is any.
type question struct {
	name string
	want int64
	ask  func(ctx context.Context) (rows int64, err error)
}

// questions are those of the page of events: first pages and a histogram, by a
// person who may see all but one of the units, each named in the question.
func (b *bench) questions() []question {
	var scope lake.Scope
	for i := range units + 1 { // one more than there are, so that none is missing
		scope.Units = append(scope.Units, "unit-"+strconv.Itoa(i))
	}
	to := b.filled.From.Add(b.span)
	span := lake.Query{From: b.filled.From, To: to}
	where := func(field, value string) lake.Query {
		q := span
		q.Where = []lake.Condition{{Field: field, Values: []string{value}}}
		return q
	}
	page := func(q lake.Query) func(context.Context) (int64, error) {
		return func(ctx context.Context) (int64, error) {
			found, err := b.client.Search(ctx, scope, q, lake.Page{})
			return int64(len(found.Rows)), err
		}
	}
	word := span
	word.Words = lake.Words(rareName)
	day := span
	if from := to.Add(-24 * time.Hour); from.After(day.From) {
		day.From = from
	}
	steps := func(q lake.Query) func(context.Context) (int64, error) {
		return func(ctx context.Context) (n int64, err error) {
			list, err := b.client.Histogram(ctx, scope, q, 10*time.Minute)
			for _, one := range list {
				n += one.Rows
			}
			return n, err
		}
	}
	rare := min(b.filled.Rare, 50)
	all := int64(-1)
	if b.span <= 24*time.Hour {
		all = b.filled.Events
	}
	rareDay := where("src_endpoint.ip", rareAddr)
	rareDay.From = day.From
	return []question{
		{"first page of a rare address", rare, page(where("src_endpoint.ip", rareAddr))},
		{"first page of a rare name", rare, page(where("query.hostname", rareName))},
		{"first page of a rare word in the line", rare, page(word)},
		{"first page of a usual address", 50, page(where("src_endpoint.ip", "10.1.17.4"))},
		{"first page of a value that nowhere is", 0, page(where("src_endpoint.ip", "10.201.7.10"))},
		{"histogram of 24 h", all, steps(day)},
		{"histogram of 24 h of a rare address", -1, steps(rareDay)},
	}
}

// ask asks each question of an engine that was just started on files that the
// system has forgotten, and once more, in turns.
func (b *bench) ask(ctx context.Context, r *result) error {
	list := b.questions()
	cold, warm := make([][]float64, len(list)), make([][]float64, len(list))
	rows := make([]int64, len(list))
	var starts []float64
	timed := func(q question, into *[]float64) (int64, error) {
		began := time.Now()
		n, err := q.ask(ctx)
		*into = append(*into, float64(time.Since(began).Microseconds())/1000)
		if err == nil && q.want >= 0 && n != q.want {
			err = fmt.Errorf("%s: %d rows, not %d", q.name, n, q.want)
		}
		return n, err
	}
	for range b.times {
		for i, q := range list {
			if err := forget(filepath.Join(b.dir, "engine")); err != nil {
				return err
			}
			began := time.Now()
			if err := b.open(ctx); err != nil {
				return err
			}
			starts = append(starts, time.Since(began).Seconds())
			var errCold, errWarm error
			rows[i], errCold = timed(q, &cold[i])
			_, errWarm = timed(q, &warm[i])
			if err := errors.Join(errCold, errWarm, b.client.Close()); err != nil {
				return err
			}
		}
	}
	r.StartedSeconds = median(starts)
	var errs []error
	for i, q := range list {
		took := questionTook{q.name, median(cold[i]), median(warm[i]), rows[i]}
		r.Questions = append(r.Questions, took)
		if limit := float64(b.limit.Milliseconds()); limit > 0 && max(took.Cold, took.Warm) >= limit {
			errs = append(errs, fmt.Errorf("%s: %.0f ms cold, %.0f ms warm, want less than %.0f", q.name, took.Cold, took.Warm, limit))
		}
	}
	return errors.Join(errs...)
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
