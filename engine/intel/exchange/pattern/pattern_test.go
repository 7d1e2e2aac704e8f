// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel/exchange/pattern"
)

func TestParseGivesTheTree(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[a:b = 'c']":                                  "[a:b = 'c']",
		"[ ipv4-addr:value='10.0.0.0' ]":               "[ipv4-addr:value = '10.0.0.0']",
		"[a:b = 1 OR a:c = 2 AND a:d = 3]":             "[a:b = 1 OR (a:c = 2 AND a:d = 3)]",
		"[(a:b = 1 OR a:c = 2) AND a:d = 3]":           "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
		"[a:b = 1] OR [a:c = 2] AND [a:d = 3]":         "([a:b = 1] OR ([a:c = 2] AND [a:d = 3]))",
		"[a:b = 1] FOLLOWEDBY [a:c = 2] OR [a:d = 3]":  "([a:b = 1] FOLLOWEDBY ([a:c = 2] OR [a:d = 3]))",
		"[a:b = 1] WITHIN 5 SECONDS REPEATS 3 TIMES":   "[a:b = 1] WITHIN 5 REPEATS 3",
		"([a:b = 1] REPEATS 2 TIMES) WITHIN 5 SECONDS": "[a:b = 1] REPEATS 2 WITHIN 5",
		"[a:b NOT IN ('x', 'y')]":                      "[a:b NOT IN 'x' 'y']",
		"[a:b IN ()]":                                  "[a:b IN ]",
		"[EXISTS a:b]":                                 "[a:b EXISTS ]",
		"[a:b.'c-d'[*].e[1] LIKE '%x']":                "[a:b.'c-d'[*].e[1] LIKE '%x']",
		`[a:b = 'it\'s \\ here']`:                      `[a:b = 'it\'s \\ here']`,
		"[a:b == true] /* why */ // and\n":             "[a:b = true]",
		"[a:b <> -1.5]":                                "[a:b != -1.5]",
		"[a:b = t'2026-01-01T00:00:00Z'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'": "[a:b = 2026-01-01T00:00:00Z] START 0",
	} {
		o, err := pattern.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := show(o); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestParseSaysWhereAPatternBreaks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "at byte 1: [ is wanted",
		"[a:b = 'c'":                           "at byte 11: ] is wanted",
		"[a:b = 'c]":                           "at byte 8: a quote does not end",
		`[a:b = 'c\d']`:                        "backslash",
		"[a:b = 007]":                          "has no meaning",
		"[a:b LIKE 3]":                         "LIKE wants a string",
		"[a:b REPEATS 3]":                      "a comparison is wanted",
		"[a:b = 1] REPEATS 1.5 TIMES":          "a number above 0",
		"[a-b:c-d = 1]":                        "a property is wanted",
		"[a:b = 1] trailing":                   "an operator or the end",
		strings.Repeat("(", 100) + "[a:b = 1]": "parentheses",
		"[a:b = 1 /* no end ]":                 "a comment does not end",
	} {
		if _, err := pattern.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v; want %q", text, err, want)
		}
	}
}

// TestPublishedPatterns holds the parser against the cases of the OASIS
// validator and the examples of the standard. A hash of the wrong length leaves
// no grammar; the importer refuses it.
func TestPublishedPatterns(t *testing.T) {
	t.Parallel()
	valid := 0
	lines(t, "validator-cases-v20.jsonl", func(line string) {
		var c struct {
			Pattern string
			Valid   bool
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		if c.Pattern == "[file:hashes.'SHA-256' = 'f00']" {
			return
		}
		if _, err := pattern.Parse(c.Pattern); (err == nil) != c.Valid {
			t.Errorf("%s: %v, valid should be %v", c.Pattern, err, c.Valid)
		}
		valid++
	})
	lines(t, "spec-examples-v20.txt", func(line string) {
		if _, err := pattern.Parse(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		valid++
	})
	if valid != 81 {
		t.Errorf("%d patterns", valid)
	}
}

func lines(t *testing.T, name string, fn func(string)) {
	f, err := os.Open(filepath.Join("../../../../../shared/data/stix/patterns", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("shared data absent: stix/patterns")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		fn(s.Text())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
}

// FuzzParse holds that what was read and is written again is read the same,
// and that any text survives as a literal.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"[a:b = 'c']", "[a:b IN (1, 2.5, true, h'ff', b'YQ==')] OR ([c:d LIKE 'e%'] AND [f:g ISSUBSET '10.0.0.0/8']) WITHIN 5 SECONDS",
		"[EXISTS a:b.'c-d'[*]] FOLLOWEDBY [a:b NOT = 'x' OR (a:c > 3 AND a:d != -1)]", "[a:b = t'2026-01-01T00:00:00.5Z'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
		`[a:b = '\'\\']`, "(([a:b=1]))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if o, err := pattern.Parse(text); err == nil {
			again, err := pattern.Parse(write(o))
			if err != nil {
				t.Fatalf("%q written as %q: %v", text, write(o), err)
			}
			if diff := gocmp.Diff(o, again); diff != "" {
				t.Errorf("%q written as %q\n%s", text, write(o), diff)
			}
		}
		o, err := pattern.Parse("[a:b = " + pattern.Quote(text) + "]")
		if len(text) < pattern.MaxSize/2-16 && (err != nil || o.Test.Values[0].Text != text) {
			t.Errorf("%q as a literal: %v", text, err)
		}
	})
}

var words = map[pattern.Operator]string{pattern.And: " AND ", pattern.Or: " OR ", pattern.FollowedBy: " FOLLOWEDBY "}

// show draws a tree for people.
func show(o *pattern.Observation) string {
	var s string
	if o.Op == pattern.Single {
		s = strings.TrimSuffix(strings.TrimPrefix(showTest(o.Test), "("), ")")
		if strings.Count(s, "(") != strings.Count(s, ")") {
			s = showTest(o.Test)
		}
		s = "[" + s + "]"
	} else {
		var all []string
		for _, term := range o.Terms {
			all = append(all, show(term))
		}
		s = "(" + strings.Join(all, words[o.Op]) + ")"
	}
	for _, q := range o.Qualifiers {
		s += fmt.Sprintf(" %s %v", q.Name, q.Value)
	}
	return s
}

func showTest(c *pattern.Comparison) string {
	if c.Op != pattern.Single {
		var all []string
		for _, term := range c.Terms {
			all = append(all, showTest(term))
		}
		return "(" + strings.Join(all, words[c.Op]) + ")"
	}
	var values []string
	for _, v := range c.Values {
		text := v.Text
		if v.Kind == pattern.Text {
			text = pattern.Quote(text)
		}
		values = append(values, text)
	}
	not := ""
	if c.Not {
		not = "NOT "
	}
	return c.Path.String() + " " + not + c.Test + " " + strings.Join(values, " ")
}

// write writes a tree so that it can be read again.
func write(o *pattern.Observation) string {
	s := ""
	if o.Op == pattern.Single {
		s = "[" + writeTest(o.Test) + "]"
	} else {
		var all []string
		for _, term := range o.Terms {
			all = append(all, write(term))
		}
		s = "(" + strings.Join(all, words[o.Op]) + ")"
	}
	for _, q := range o.Qualifiers {
		switch q.Name {
		case "WITHIN":
			s += fmt.Sprintf(" WITHIN %s SECONDS", plain(q.Value))
		case "REPEATS":
			s += fmt.Sprintf(" REPEATS %s TIMES", plain(q.Value))
		default:
			s += " START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'"
		}
	}
	return s
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func writeTest(c *pattern.Comparison) string {
	if c.Op != pattern.Single {
		var all []string
		for _, term := range c.Terms {
			all = append(all, writeTest(term))
		}
		return "(" + strings.Join(all, words[c.Op]) + ")"
	}
	if c.Test == "EXISTS" {
		return "EXISTS " + c.Path.String()
	}
	var values []string
	for _, v := range c.Values {
		switch v.Kind {
		case pattern.Text:
			values = append(values, pattern.Quote(v.Text))
		case pattern.Binary:
			values = append(values, "b"+pattern.Quote(v.Text))
		case pattern.Hex:
			values = append(values, "h"+pattern.Quote(v.Text))
		case pattern.Timestamp:
			values = append(values, "t"+pattern.Quote(v.Text))
		default:
			values = append(values, v.Text)
		}
	}
	not, set := "", strings.Join(values, ", ")
	if c.Not {
		not = "NOT "
	}
	if c.Test == "IN" {
		set = "(" + set + ")"
	}
	return c.Path.String() + " " + not + c.Test + " " + set
}
