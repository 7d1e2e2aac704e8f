// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package i18n_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func source(yaml string) fstest.MapFS {
	return fstest.MapFS{"messages.yaml": {Data: []byte(yaml)}}
}

func TestLoadRefusesHalfCatalogues(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"key a.b lacks a language":    {"a.b: {vi: Có}\n"},
		"key a.b stands twice":        {"a.b: {vi: Có, en: Yes}\n", "a.b: {vi: Có, en: Yes}\n"},
		"field fr not found":          {"a.b: {vi: Có, en: Yes, fr: Oui}\n"},
		"mapping key \"a.b\" already": {"a.b: {vi: Có, en: Yes}\na.b: {vi: Có, en: Yes}\n"},
	}
	for want, files := range cases {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			var err error
			if len(files) == 1 {
				_, err = i18n.Load(source(files[0]))
			} else {
				_, err = i18n.Load(source(files[0]), source(files[1]))
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Load = %v, want %q", err, want)
			}
		})
	}
}

func TestTextFillsPlaces(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load(source("a.b: {vi: \"{1} của {0}\", en: \"{0}'s {1}\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	vi := i18n.With(context.Background(), c, i18n.Vietnamese)
	en := i18n.With(context.Background(), c, i18n.English)
	if got := i18n.T(vi, "a.b", "Mai", 3); got != "3 của Mai" {
		t.Errorf("vi = %q", got)
	}
	if got := i18n.T(en, "a.b", "Mai", 3); got != "Mai's 3" {
		t.Errorf("en = %q", got)
	}
	if got := i18n.T(vi, "a.c"); got != "a.c" {
		t.Errorf("unknown key = %q, want the key itself", got)
	}
	if got := i18n.T(vi, "a.b", "{1}", "x"); got != "x của {1}" {
		t.Errorf("a value with braces = %q, want it left alone", got)
	}
}

// TestPlacesAreFilledOnce holds that each place is filled with its argument as it
// is, whatever braces stand in it or around it.
func TestPlacesAreFilledOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"{0}", "{1}", "{2}", "{", "}", "{}", "{01}", "{+1}", "{-1}", "{x}", "của ", "{{0}}", "{9}"})
		text := strings.Join(rapid.SliceOf(part).Draw(t, "text"), "")
		args := []string{part.Draw(t, "first"), part.Draw(t, "second")}
		c, err := i18n.Load(source("a.b: {vi: " + strconv.Quote(text+".") + ", en: x}\n"))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.NewReplacer("{0}", args[0], "{1}", args[1]).Replace(text + ".")
		if got := c.Text(i18n.Vietnamese, "a.b", args[0], args[1]); got != want {
			t.Fatalf("%q of %q is %q, want %q", text, args, got, want)
		}
	})
}

func TestFormsOfNumbersAndTimes(t *testing.T) {
	t.Parallel()
	vi := context.Background()
	c, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	en := i18n.With(vi, c, i18n.English)
	for _, x := range []struct{ got, want string }{
		{i18n.Number(vi, 1234567), "1.234.567"}, {i18n.Number(vi, -1000), "-1.000"}, {i18n.Number(vi, 999), "999"},
		{i18n.Number(en, 1234), "1,234"}, {i18n.Number(vi, -9223372036854775808), "-9.223.372.036.854.775.808"},
		{i18n.Time(vi, time.Date(2026, 11, 20, 17, 5, 0, 0, time.UTC)), "21/11/2026 00:05"}, {i18n.Time(vi, time.Time{}), "—"},
		{i18n.Duration(vi, 21*time.Hour+4*time.Minute), "21 giờ 04 phút"}, {i18n.Duration(vi, -69*time.Hour), "2 ngày 21 giờ"},
		{i18n.Duration(en, 30*time.Second), "under 1 min"}, {i18n.Bytes(vi, 3_400_000), "3,4 MB"}, {i18n.Bytes(en, 12), "12 B"},
	} {
		if x.got != x.want {
			t.Errorf("got %q, want %q", x.got, x.want)
		}
	}
}

func TestFoldMakesAccentsAndCaseAlike(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"Đắk  Lắk", "dak lak"}, {"UBND xã Mường Than", "ubnd xa muong than"},
		{"Điện", "dien"}, {"Hòa", "hoa"}, {"Hoà", "hoa"}, {"  ", ""}} {
		if got := i18n.Fold(pair[0]); got != pair[1] {
			t.Errorf("Fold(%q) = %q, want %q", pair[0], got, pair[1])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := i18n.Fold(s)
		if twice := i18n.Fold(once); twice != once {
			t.Fatalf("Fold is not stable: %q, %q", once, twice)
		}
		if i18n.Fold(i18n.NFC(s)) != once {
			t.Fatalf("composed and decomposed %q fold apart", s)
		}
	})
}
