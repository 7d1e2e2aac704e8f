// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// dayRule is one calendar rule as the file writes it.
type dayRule struct {
	ID          string              `yaml:"id"`
	Kind        calendar.Kind       `yaml:"kind"`
	Name        Label               `yaml:"name"`
	From        calendar.Date       `yaml:"from"`
	To          calendar.Date       `yaml:"to"`
	Weekdays    []string            `yaml:"weekdays"`
	Month       int                 `yaml:"month"`
	Day         int                 `yaml:"day"`
	Offset      int                 `yaml:"offset"`
	Days        int                 `yaml:"days"`
	Dates       []calendar.Date     `yaml:"dates"`
	Swaps       []calendar.Exchange `yaml:"swaps"`
	Compensate  bool                `yaml:"compensate"`
	Occasion    string              `yaml:"occasion"`
	Provisional bool                `yaml:"provisional"`
	Source      Source              `yaml:"source"`
}

// campaign is one reason for raised duty as the file writes it.
type campaign struct {
	ID       string          `yaml:"id"`
	Name     Label           `yaml:"name"`
	From     calendar.Date   `yaml:"from"`
	To       calendar.Date   `yaml:"to"`
	Holidays []string        `yaml:"holidays"`
	Spans    []calendar.Span `yaml:"spans"`
	Before   int             `yaml:"before"`
	After    int             `yaml:"after"`
	Source   Source          `yaml:"source"`
}

// loadCalendar reads calendar.yaml. The calendar's version is the first twelve
// hex digits of the file's SHA-256.
func loadCalendar(tree fs.FS) (*calendar.Calendar, error) {
	data, err := readBytes(tree, calendarFile)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Rules     []dayRule  `yaml:"rules"`
		Campaigns []campaign `yaml:"campaigns"`
	}
	if err := decodeStrict(calendarFile, data, &doc); err != nil {
		return nil, err
	}
	f, err := readLines(calendarFile, data)
	if err != nil {
		return nil, err
	}
	b := builder{at: map[string]string{}}
	var rules []calendar.Rule
	for i, d := range doc.Rules {
		at := f.at("rules", i)
		b.note(f, "rules", i, d.ID)
		b.source(at, d.Source)
		r, err := d.rule()
		if err == nil {
			err = r.Validate()
		}
		if err != nil {
			b.fail(at, "%v", err)
		}
		rules = append(rules, r)
	}
	var campaigns []calendar.Campaign
	for i, p := range doc.Campaigns {
		b.note(f, "campaigns", i, p.ID)
		b.source(f.at("campaigns", i), p.Source)
		campaigns = append(campaigns, calendar.Campaign{ID: p.ID, Name: calendar.Name(p.Name), From: p.From, To: p.To,
			Holidays: p.Holidays, Spans: p.Spans, Before: p.Before, After: p.After, Source: p.Source.Key, Mark: string(p.Source.Mark)})
	}
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	c, err := calendar.New(hex.EncodeToString(sum[:6]), rules, campaigns...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", calendarFile, err)
	}
	return c, nil
}

func (d dayRule) rule() (calendar.Rule, error) {
	r := calendar.Rule{
		ID: d.ID, Kind: d.Kind, Name: calendar.Name(d.Name), From: d.From, To: d.To,
		Month: d.Month, Day: d.Day, Offset: d.Offset, Days: d.Days, Dates: d.Dates, Swaps: d.Swaps,
		Compensate: d.Compensate, Occasion: d.Occasion, Provisional: d.Provisional, Source: d.Source.Key, Mark: string(d.Source.Mark),
	}
	for _, s := range d.Weekdays {
		w, ok := weekday(s)
		if !ok {
			return r, fmt.Errorf("weekday %q is unknown", s)
		}
		r.Weekdays = append(r.Weekdays, w)
	}
	return r, nil
}

// weekday reads an English day name in small letters.
func weekday(s string) (time.Weekday, bool) {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if strings.ToLower(w.String()) == s {
			return w, true
		}
	}
	return 0, false
}
