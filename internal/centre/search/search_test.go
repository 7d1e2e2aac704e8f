// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package search_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/search"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestWhatIsTypedIsRecognised(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("aB", 32)
	for typed, want := range map[string]search.Query{
		"":                                   {"", search.Words},
		"  xã Mường   Than ":                 {"xã Mường Than", search.Words},
		"sc-2026-0001":                       {"SC-2026-0001", search.Code},
		"203.0.113[.]14":                     {"203.0.113.14", search.Address},
		"::ffff:203.0.113.14":                {"203.0.113.14", search.Address},
		"[2001:db8::1]":                      {"2001:db8::1", search.Address},
		"Bad.Example.":                       {"bad.example", search.Domain},
		"hxxps://cap-nhat[.]bad.example/a?b": {"cap-nhat.bad.example", search.Domain},
		"tên-miền.vn":                        {"tên-miền.vn", search.Domain},
		hash:                                 {strings.ToLower(hash), search.Hash},
		"1.234,5":                            {"1.234,5", search.Words},
		"báo cáo.docx tuần":                  {"báo cáo.docx tuần", search.Words},
		"12/BC-UBND":                         {"12/BC-UBND", search.Words},
	} {
		if got := search.Read(typed); got != want {
			t.Errorf("%q is read as %+v, want %+v", typed, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"SC-2026-1", "1.2.3.4", "hxxp://a[.]b.vn", "a..b", "[::1%eth0]", "\x00", strings.Repeat("x.", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		q := search.Read(typed)
		if utf8.RuneCountInString(q.Text) > 200*4 {
			t.Errorf("%d characters are left", utf8.RuneCountInString(q.Text))
		}
		if again := search.Read(q.Text); q.Kind != search.Words && again != q {
			t.Errorf("%q is %+v, and read again %+v", typed, q, again)
		}
	})
}

func source(key string, find func(ctx context.Context) ([]search.Hit, int64, error)) search.Source {
	return search.Source{Key: key, May: func(context.Context) bool { return key != "hidden" },
		Find: func(ctx context.Context, _ search.Query, _ int) ([]search.Hit, int64, error) { return find(ctx) },
		All:  func(q search.Query) string { return "/" + key + "?q=" + q.Text }}
}

func TestSourcesAnswerTogether(t *testing.T) {
	t.Parallel()
	three := []search.Hit{{Title: "1"}, {Title: "2"}, {Title: "3"}}
	synctest.Test(t, func(t *testing.T) {
		s := search.New(
			source("many", func(context.Context) ([]search.Hit, int64, error) { return three, 9, nil }),
			source("hidden", func(context.Context) ([]search.Hit, int64, error) { return three, 3, nil }),
			source("none", func(context.Context) ([]search.Hit, int64, error) { return nil, 0, nil }),
			source("refused", func(context.Context) ([]search.Hit, int64, error) {
				return nil, 0, &fault.Error{Kind: fault.Forbidden}
			}),
			source("slow", func(ctx context.Context) ([]search.Hit, int64, error) { <-ctx.Done(); return nil, 0, ctx.Err() }),
		)
		groups, err := s.Find(t.Context(), search.Read("máy"), 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(groups) != 2 || groups[0].Key != "many" || groups[1].Key != "slow" {
			t.Fatalf("groups %+v", groups)
		}
		if g := groups[0]; len(g.Hits) != 2 || g.Total != 9 || g.All != "/many?q=máy" {
			t.Errorf("of many there is %+v", g)
		}
		if !groups[1].Late {
			t.Error("the slow source is not said to be late")
		}
	})
	broken := search.New(source("broken", func(context.Context) ([]search.Hit, int64, error) { return nil, 0, errors.New("disk") }))
	if _, err := broken.Find(t.Context(), search.Read("máy"), 2); err == nil {
		t.Error("a failing source is swallowed")
	}
	if groups, err := broken.Find(t.Context(), search.Read("m"), 2); err != nil || groups != nil {
		t.Errorf("one letter asks records: %v, %v", groups, err)
	}
}
