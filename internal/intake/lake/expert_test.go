// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"errors"
	"testing"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

func TestWhatIsWrongWithAQueryIsSaidAtItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		offset int
		why    lake.Why
	}{
		`x:in(`:                      {5, lake.NotEnded},
		`foo and (bar`:               {12, lake.NotEnded},
		`a | stats by (x count()`:    {21, lake.NotExpected},
		`owner:"abc`:                 {7, lake.BadQuotes},
		`a or`:                       {4, lake.NotEnded},
		`a b) c`:                     {4, lake.NotExpected},
		`| stats count()`:            {1, lake.NotExpected},
		`câu:~"("`:                   {8, lake.BadExpression},
		`a | top 5 by`:               {12, lake.NotEnded},
		`field:range[1,2`:            {15, lake.NotEnded},
		`* | stream_context after 2`: {0, lake.NotTaken},
	} {
		_, err := lake.ReadExpert(text)
		var bad *lake.SyntaxError
		if !errors.As(err, &bad) || !errors.Is(err, lake.ErrQuery) {
			t.Fatalf("%s: %v", text, err)
		}
		if bad.Offset != want.offset || bad.Why != want.why {
			t.Errorf("%s: %d, %s, want %d, %s (%v)", text, bad.Offset, bad.Why, want.offset, want.why, err)
		}
	}
}

func TestPipesAreToldFromTheFilter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]lake.Expert{
		"":                                  {},
		`a or b`:                            {Filter: "a or b"},
		`* | stats by (owner) count() n`:    {Filter: "*", Pipes: "| stats by (owner) count(*) as n"},
		`a "x | y"`:                         {Filter: `a "x | y"`},
		`x:in(b | fields x) | top 3 by (x)`: {Filter: `x:in(b | fields x)`, Pipes: "| top 3 by (x)"},
	} {
		if got, err := lake.ReadExpert(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}
