// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// sender is a source that a test sends to by HTTP.
type sender struct {
	*house
	ctx   context.Context
	src   source.Source
	token string
	ended bool
}

// end stops the centre, once.
func (s *sender) end(t *testing.T) {
	t.Helper()
	if s.ended {
		return
	}
	s.ended = true
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

// receivingLive starts a centre on now that takes lines by HTTP and TCP.
func receivingLive(t *testing.T, dir string, now func() time.Time, change func(*app.Options)) *sender {
	t.Helper()
	h := openWith(t, dir, now, change, "intake.http", "127.0.0.1:0", "intake.tcp", "127.0.0.1:0")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &sender{house: h, ctx: h.found(t)}
	t.Cleanup(func() { s.end(t) })
	s.arm(t, s.ctx, "bad.example\nevil.test\n")
	s.src = s.source(t, s.ctx, "DNS", "")
	_, token, err := h.Rooms.Sources.AddWay(s.ctx, source.Way{Source: s.src.ID, Kind: source.HTTP})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Rooms.Sources.AddWay(s.ctx, source.Way{Source: s.src.ID, Kind: source.SyslogTCP, Network: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	s.token = token
	return s
}

// push sends one request until it is taken.
func (s *sender) push(t *testing.T, number int, body string) {
	t.Helper()
	await(t, fmt.Sprintf("request %d is taken", number), func() bool {
		return push(t.Context(), s.Receiving("http").String(), s.token, number, body)
	})
}

// TestBlocksThatComeTwiceAndOutOfOrderCountOnce hands the worker every block
// several times, by several hands at once, in any order.
func TestBlocksThatComeTwiceAndOutOfOrderCountOnce(t *testing.T) {
	t.Parallel()
	var how worker.Deps
	s := receivingLive(t, t.TempDir(), time.Now, func(o *app.Options) {
		o.Reading = func(d worker.Deps) worker.Deps { how = d; return d }
	})
	requests := requestsOf(recentLog(chaotic(3000, 30000)), 100)
	var order []int
	for i := range requests {
		order = append(order, i, i, i)
	}
	rng := rand.New(rand.NewPCG(20261122, 5))
	rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	w := worker.New(how)
	received := time.Now()
	next := make(chan int)
	var hands sync.WaitGroup
	for range 4 {
		hands.Go(func() {
			for i := range next {
				b := stream.Block{ID: fmt.Sprintf("http/chaos/%d", i), Source: string(s.src.ID), Owner: s.root, Kind: stream.Lines, Received: received,
					Lines: strings.Count(requests[i], "\n"), Body: []byte(requests[i])}
				for attempt := 1; ; attempt++ { // two hands on one block: the later is told to try again
					err := w.Take(t.Context(), b, attempt)
					if err == nil {
						break
					}
					if attempt > 50 {
						t.Errorf("block %d: %v", i, err)
						return
					}
				}
			}
		})
	}
	for _, i := range order {
		next <- i
	}
	close(next)
	hands.Wait()
	lines := int64(strings.Count(strings.Join(requests, ""), "\n"))
	if n := s.taken(t); n != lines {
		t.Errorf("%d lines are counted, %d were sent, each three times", n, lines)
	}
	var queries, want int64
	if err := s.Records.Read().NewRaw("SELECT SUM(queries) FROM finding").Scan(t.Context(), &queries); err != nil {
		t.Fatal(err)
	}
	for _, r := range requests {
		want += int64(strings.Count(r, ".Bad.example"))
	}
	if queries != want {
		t.Errorf("%d queries in findings, %d were sent", queries, want)
	}
	done(t, s.Attend(t.Context())) // what came again is kept once a minute
	again := fmt.Sprintf("%s khối đến lại sau khi đã xử lý xong", i18n.Number(s.ctx, int64(len(order)-len(requests))))
	if page := s.page(t, "/sources/"+string(s.src.ID)); !strings.Contains(page, again) || !strings.Contains(page, "không tính hai lần") {
		t.Errorf("the page of the source does not say %q: %.900s", again, page)
	}
	t.Logf("%d blocks of %d lines handed out %d times, four at once: %d lines and %d queries counted", len(requests), lines, len(order), lines, queries)
}

// poisonous reads lines of look-ups until one of them breaks it.
type poisonous struct{ format.ActivityReader }

func (p poisonous) Read(line []byte, into []event.Activity) ([]event.Activity, format.Verdict) {
	if bytes.Contains(line, []byte("\x01poison")) {
		panic("a reader meets what nobody thought of")
	}
	return append(into, event.Activity{Class: event.NetworkActivity, Time: time.Now()}), format.Verdict{Outcome: format.Parsed}
}

// TestOnePoisonLineInAMillionCostsOnlyItself sends lines of which one breaks the
// reader, and one block that is nothing else.
func TestOnePoisonLineInAMillionCostsOnlyItself(t *testing.T) {
	t.Parallel()
	s := receivingLive(t, t.TempDir(), time.Now, func(o *app.Options) {
		o.Reading = func(d worker.Deps) worker.Deps {
			d.Source = func(context.Context, string) (worker.Source, error) {
				return worker.Source{Zone: calendar.Zone(), Log: format.Log{Name: "poisonous",
					Activity: format.Activity{Name: "poisonous", New: func(format.Options) format.ActivityReader { return poisonous{} }}}}, nil
			}
			return d
		}
	})
	const each = 5000
	lines := chaotic(50_000, 1_000_000)
	bad := lines * 3 / 4
	for from := 0; from < lines; from += each {
		var b strings.Builder
		for i := from; i < from+each; i++ {
			fmt.Fprintf(&b, "a quite usual line with number %d", i)
			if i == bad {
				b.WriteString(" and \x01poison in it")
			}
			b.WriteByte('\n')
		}
		s.push(t, from, b.String())
	}
	await(t, "all are taken", func() bool { return s.taken(t) == int64(lines) })
	s.push(t, lines, strings.Repeat("\x01poison\n", 100))
	s.shows(t, "/settings/intake", "the program fails to read these lines")
	var rejected int64
	if err := s.Records.Read().NewRaw("SELECT SUM(rejected) FROM source_hour").Scan(t.Context(), &rejected); err != nil || rejected != 1 {
		t.Errorf("%d lines are rejected, %v", rejected, err)
	}
	if page := s.page(t, "/sources/"+string(s.src.ID)); !strings.Contains(page, "làm hỏng bộ đọc") || !strings.Contains(page, fmt.Sprint("number ", bad)) {
		t.Errorf("the page of the source does not name it: %.600s", page)
	}
	if page := s.page(t, "/settings/intake"); !strings.Contains(page, "Dòng làm hỏng bộ đọc 1 ") {
		t.Errorf("the page of reception does not count it: %.900s", page)
	}
	t.Logf("%d lines, one of them poison: %d taken, %d rejected", lines, s.taken(t), rejected)
}

// TestAClockThatJumpsCountsEachLineOnce puts the clock forward by a day and back
// by an hour while lines are received.
func TestAClockThatJumpsCountsEachLineOnce(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	begun := time.Now()
	now := func() time.Time { return begun.Add(time.Since(begun) + time.Duration(ahead.Load())) }
	dir := t.TempDir()
	s := receivingLive(t, dir, now, nil)
	requests := requestsOf(recentLog(3000), 100)
	step := len(requests) / 5
	sent := 0
	for i, jump := range []time.Duration{0, 24 * time.Hour, 23 * time.Hour, -time.Hour, 0} {
		ahead.Store(int64(jump))
		for ; sent < (i+1)*step; sent++ {
			s.push(t, sent, requests[sent])
			s.push(t, sent, requests[sent]) // the answer was lost: it is the same request
		}
		want := int64(sent * 100)
		await(t, "what was sent is taken", func() bool { return s.taken(t) == want })
		if err := s.Attend(t.Context()); err != nil { // forgets marks, closes hours, watches, at this time of the clock
			t.Errorf("with the clock at %v: %v", jump, err)
		}
		s.push(t, sent-1, requests[sent-1]) // after the duties too
		if live, err := s.Rooms.Sources.Live(s.ctx, s.src.ID); err != nil || live.State == source.Silent || live.State == source.Flapping {
			t.Errorf("with the clock at %v the source is %s, %v", jump, live.State, err)
		}
	}
	var hours, beats, queries, want int64
	err := s.Records.Read().NewRaw("SELECT (SELECT SUM(lines) FROM source_hour), (SELECT SUM(lines) FROM source_beat), (SELECT SUM(queries) FROM finding)").
		Scan(t.Context(), &hours, &beats, &queries)
	for _, r := range requests[:sent] {
		want += int64(strings.Count(r, ".Bad.example"))
	}
	if err != nil || hours != int64(sent*100) || queries != want {
		t.Errorf("%d lines and %d queries stand, %d and %d were sent: %v", hours, queries, sent*100, want, err)
	}
	page := s.page(t, "/sources/"+string(s.src.ID))
	if !strings.Contains(page, "Đồng hồ") {
		t.Errorf("the page of the source does not say that the clocks differ: %.900s", page)
	}
	if !strings.Contains(page, "khối được gửi lại khi đã nằm trong hàng đợi") || !strings.Contains(page, "không tính hai lần") {
		t.Errorf("the page of the source does not say that requests came twice: %.900s", page)
	}
	s.end(t)
	if n := archived(t, dir); n != sent*100 {
		t.Errorf("%d lines are in the archive, %d were sent", n, sent*100)
	}
	t.Logf("%d requests of %d lines, each sent twice, through four jumps: %d lines and %d queries counted", sent, sent*100, hours, queries)
}
