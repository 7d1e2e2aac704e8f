// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// field is the reason given for a form field, or empty.
func field(err error, name string) string {
	if !fault.Is(err, fault.Invalid) {
		return ""
	}
	return fault.Of(err).Fields[name]
}

func TestTheCatalogueIsReadWhole(t *testing.T) {
	t.Parallel()
	list := feed.Catalogue()
	folders := 0
	for _, e := range list {
		if e.Layout == string(feed.MISPFolder) {
			folders++
		}
	}
	if len(list) < 12 || folders < 2 {
		t.Errorf("%d entries, %d MISP feeds", len(list), folders)
	}
}

const sound = `- id: a
  name: A
  address: https://a.example/x
  source: https://a.example/
  terms: https://a.example/terms
  licence: CC0
  layout: plain
  holds: domains
  kind: block
  every: 1h
  key: none
  about: {vi: v, en: e}
`

func TestABrokenCatalogueNamesTheLine(t *testing.T) {
	t.Parallel()
	if list, err := feed.ParseCatalogue("c.yaml", []byte(sound)); err != nil || len(list) != 1 || list[0].Every != time.Hour || list[0].About.EN != "e" {
		t.Fatalf("%+v %v", list, err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"an unknown field":  {"  name: A", "  nam: A", "c.yaml:2: unknown field"},
		"a missing field":   {"  licence: CC0\n", "", "c.yaml:1: field \"licence\" is missing"},
		"twice":             {"  licence: CC0", "  name: B", "c.yaml:6: field \"name\" stands twice"},
		"http":              {"https://a.example/x", "http://a.example/x", "c.yaml:3: address"},
		"another layout":    {"layout: plain", "layout: pdf", "c.yaml:7: layout \"pdf\""},
		"another holding":   {"holds: domains", "holds: cars", "c.yaml:8: holds"},
		"another kind":      {"kind: block", "kind: maybe", "c.yaml:9: kind"},
		"too often":         {"every: 1h", "every: 1m", "c.yaml:10: every"},
		"a key of no kind":  {"key: none", "key: cookie:x", "c.yaml:11: key"},
		"an empty text":     {"name: A", "name: ''", "c.yaml:2: field \"name\""},
		"a word missing":    {"{vi: v, en: e}", "{vi: v}", "field \"en\" is missing"},
		"a list for a text": {"name: A", "name: [A]", "c.yaml:2: field \"name\""},
		"an odd id":         {"id: a", "id: A b", "c.yaml:1: id"},
		"no yaml":           {"name: A", "name: {", "c.yaml:"},
	} {
		_, err := feed.ParseCatalogue("c.yaml", []byte(strings.Replace(sound, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := feed.ParseCatalogue("c.yaml", []byte("id: a\n")); err == nil || !strings.Contains(err.Error(), "c.yaml:1: the file is not a list") {
		t.Errorf("no list: %v", err)
	}
	if _, err := feed.ParseCatalogue("c.yaml", []byte(sound+sound)); err == nil || !strings.Contains(err.Error(), "c.yaml:13: id or address") {
		t.Errorf("one entry twice: %v", err)
	}
}

func TestWhenAFeedIsAskedNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s        feed.Schedule
		now      string
		want     string
		interval time.Duration
	}{
		"each hour":           {feed.Schedule{Every: time.Hour}, "2026-11-21T01:05:00Z", "2026-11-21T02:05:00Z", time.Hour},
		"later today":         {feed.Schedule{At: []string{"06:00", "18:30"}}, "2026-11-21T01:05:00Z", "2026-11-21T11:30:00Z", 12*time.Hour + 30*time.Minute},
		"at that very moment": {feed.Schedule{At: []string{"06:00"}}, "2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z", 24 * time.Hour},
		"over midnight there": {feed.Schedule{At: []string{"00:15"}}, "2026-11-21T16:59:00Z", "2026-11-21T17:15:00Z", 24 * time.Hour},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.s.Next(now).Format(time.RFC3339); got != c.want || c.s.Interval() != c.interval {
			t.Errorf("%s: %s, interval %s", name, got, c.s.Interval())
		}
	}
	for text, want := range map[string]string{"6:00, 18:30": "06:00 18:30", "23:59;00:00 00:00": "00:00 23:59", "24:00": "", "": "", "noon": "",
		strings.Repeat("01:00 ", 30): "01:00"} {
		got, ok := feed.ParseTimes(text)
		if strings.Join(got, " ") != want || ok != (want != "") {
			t.Errorf("%q: %q %t", text, got, ok)
		}
	}
}

func FuzzParseTimes(f *testing.F) {
	f.Add("6:00, 18:30")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := feed.ParseTimes(text)
		if !ok {
			return
		}
		again, ok := feed.ParseTimes(strings.Join(got, " "))
		if !ok || strings.Join(again, " ") != strings.Join(got, " ") {
			t.Errorf("%q is read as %q, and that as %q", text, got, again)
		}
		now := time.Date(2026, 2, 28, 16, 59, 59, 0, time.UTC)
		s := feed.Schedule{At: got}
		if next := s.Next(now); !next.After(now) || next.Sub(now) > 24*time.Hour || s.Interval() > 24*time.Hour {
			t.Errorf("%q: next after %s, interval %s", got, next.Sub(now), s.Interval())
		}
	})
}

func FuzzParseCatalogue(f *testing.F) {
	f.Add([]byte(sound))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := feed.ParseCatalogue("c.yaml", raw)
		if err != nil {
			return
		}
		for _, e := range list {
			if e.ID == "" || e.Name == "" || !strings.HasPrefix(e.Address, "https://") || e.Every < feed.Floor || e.About.VI == "" {
				t.Errorf("taken: %+v", e)
			}
		}
	})
}

func TestWhatCannotBeAFeed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, c := range map[string]struct {
			change func(*feed.Order)
			field  string
		}{
			"no name":                  {func(o *feed.Order) { o.Name = " " }, "name"},
			"another scheme":           {func(o *feed.Order) { o.URL = "ftp://a.example/x" }, "url"},
			"a name in the address":    {func(o *feed.Order) { o.URL = "https://me:pw@a.example/" }, "url"},
			"a private network":        {func(o *feed.Order) { o.URL = "https://192.168.1.1/" }, "url"},
			"the machine":              {func(o *feed.Order) { o.URL = "https://localhost/" }, "url"},
			"the machine as a number":  {func(o *feed.Order) { o.URL = "https://[::ffff:127.0.0.1]/" }, "url"},
			"too often":                {func(o *feed.Order) { o.Schedule.Every = 14 * time.Minute }, "every"},
			"never":                    {func(o *feed.Order) { o.Schedule = feed.Schedule{} }, "every"},
			"a time that is none":      {func(o *feed.Order) { o.Schedule = feed.Schedule{At: []string{"25:00"}} }, "times"},
			"no limit":                 {func(o *feed.Order) { o.Limit = 0 }, "limit"},
			"beyond the limit":         {func(o *feed.Order) { o.Limit = 257 }, "limit"},
			"a key of no kind":         {func(o *feed.Order) { o.Auth = "cookie" }, "auth"},
			"no key":                   {func(o *feed.Order) { o.Auth = feed.AuthBearer }, "secret"},
			"a key over two lines":     {func(o *feed.Order) { o.Auth, o.Secret = feed.AuthBearer, "a\r\nHost: b" }, "secret"},
			"a header of the fetch":    {func(o *feed.Order) { o.Auth, o.AuthName, o.Secret = feed.AuthHeader, "If-None-Match", "x" }, "auth_name"},
			"a header over two lines":  {func(o *feed.Order) { o.Auth, o.AuthName, o.Secret = feed.AuthHeader, "X\r\nY", "x" }, "auth_name"},
			"a list without a name":    {func(o *feed.Order) { o.New.Name = "" }, "list_name"},
			"a list without a marking": {func(o *feed.Order) { o.New.TLP = "" }, "list_tlp"},
		} {
			o := order("A", "https://lists.example/x")
			c.change(&o)
			if _, err := h.Create(officer(t, "a"), o); field(err, c.field) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
