// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// measuredBy are the directives with a requirement for every measure there is.
type measuredBy struct {
	board.Directives
	all []measure.Measure
}

func (m measuredBy) bind(sh board.Sheet) board.Sheet {
	whole := sh.Columns[0]
	sh.Columns = nil
	for _, x := range m.all {
		c := whole
		c.ID, c.Label, c.Clause, c.Text, c.Kind, c.Duty, c.Units = x.Key, x.Key, "", "Yêu cầu về "+x.Key+".", board.Condition, false, nil
		c.Measures = []board.Target{{Key: x.Key, Op: board.AtLeast, Value: 73}}
		if x.Direction == measure.Less {
			c.Measures[0] = board.Target{Key: x.Key, Op: board.AtMost, Value: 7}
		}
		sh.Columns = append(sh.Columns, c)
	}
	return sh
}

// Board implements board.Directives.
func (m measuredBy) Board(ctx context.Context, id string) (board.Sheet, error) {
	sh, err := m.Directives.Board(ctx, id)
	if err != nil {
		return sh, err
	}
	return m.bind(sh), nil
}

// InForce implements board.Directives.
func (m measuredBy) InForce(ctx context.Context) ([]board.Sheet, error) {
	list, err := m.Directives.InForce(ctx)
	for i := range list {
		list[i] = m.bind(list[i])
	}
	return list, err
}

var (
	mainMarks = regexp.MustCompile(`(?s)<main.*</main>`)
	// figureIn is a value as pages write one: 0%, 100%, 0, never a part of a larger
	// word or number.
	figureIn = regexp.MustCompile(`(?:^|[\s(>])(?:0|100)\s?%`)
	largeIn  = regexp.MustCompile(`(?s)(?:<b>|vg-measure-value[^>]*>)\s*(?:0|100)\s*(?:%|<)`)
)

// TestNothingSeenIsNowhereNought binds every measure to a directive of units of
// which there is no record: no page, table, file, answer or gauge tells a value.
func TestNothingSeenIsNowhereNought(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	ctx := h.found(t)
	var units []string
	for _, name := range []string{"Alpha", "Bravo"} {
		units = append(units, string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã " + name, Code: strings.ToLower(name), Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID))
	}
	id, _ := h.issued(t, ctx, "monitoring")
	all := h.Rooms.Measures.Catalogue()
	// Who signed in to look is a record of the centre, not of the units looked at.
	h.Rooms.Boards.Directives = measuredBy{h.Rooms.Boards.Directives, all}
	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	_, key, err := h.Rooms.Accounts.MakeKey(ctx, account.KeyOrder{Name: "board", Unit: h.root, Days: 30,
		Allows: []auth.Permission{{Area: auth.Directives, Act: auth.Read}, {Area: auth.Obligations, Act: auth.Read}, {Area: auth.Units, Act: auth.Read}}})
	if err != nil {
		t.Fatal(err)
	}
	api := client{handler: h.Handler(), key: key}
	catalogue := must(i18n.Load(app.Messages()...))(t)
	var words []string // of definitions, which may tell of percents
	for _, m := range all {
		words = append(words, catalogue.Text(i18n.Vietnamese, "measure."+m.Key+".definition"), "")
	}
	defined := strings.NewReplacer(words...)
	for _, when := range []string{"never counted", "counted"} {
		if when == "counted" {
			run := must(h.Rooms.Measures.Evaluate(t.Context(), nil, t0))(t)
			for key, err := range run.Failed {
				t.Errorf("%s: %v", key, err)
			}
		}
		for _, r := range must(h.Rooms.Measures.Readings(ctx, nil, units))(t) {
			if r.Grade == measure.Measured {
				t.Fatalf("%s: %s of %s is measured", when, r.Key, r.Unit)
			}
		}
		of := board.Path + "/" + id
		pages := []string{of, of + "?show=unknown", of + "?sort=late", of + "/urge/units", board.Path, board.Path + "/wall", board.Path + "/wall/state", board.Path + "/scores",
			board.Path + "/units/" + units[0], board.Path + "/heads/" + units[0]}
		for _, m := range all {
			pages = append(pages, of+"/cells/"+units[0]+"/"+m.Key, of+"/columns/"+m.Key, measure.At(m.Key, units[0]))
		}
		for _, path := range pages {
			res := v.get(t, path)
			if res.Code != http.StatusOK {
				t.Errorf("%s: %s: %d", when, path, res.Code)
				continue
			}
			page := res.Body.String()
			if part := mainMarks.FindString(page); part != "" {
				page = part
			}
			said := defined.Replace(marksOf.ReplaceAllString(page, " "))
			for _, at := range figureIn.FindAllStringIndex(said, 3) {
				t.Errorf("%s: %s says …%s…", when, path, said[max(0, at[0]-90):min(len(said), at[1]+30)])
			}
			for _, at := range largeIn.FindAllString(page, 3) {
				t.Errorf("%s: %s shows %s", when, path, at)
			}
		}
		h.noFigures(t, when, v, of+"/export/table", "Giá trị", "Tử số", "Mẫu số")
		h.noFigures(t, when, v, board.Path+"/scores", "Điểm")
		if when == "counted" {
			h.noFigures(t, when, v, measure.Path+"/source.heard/units", "Giá trị", "Tử số", "Mẫu số")
		}
		for _, path := range []string{"/boards/" + id, "/boards/scores"} {
			body := api.do(t, http.MethodGet, "/api/v1"+path, "").Body.Bytes()
			noValue(t, when+": "+path, body)
		}
		for _, m := range all {
			noValue(t, when+": readings of "+m.Key, api.do(t, http.MethodGet, "/api/v1/measures/"+m.Key+"/readings?unit="+units[0]+"&unit="+units[1], "").Body.Bytes())
			noValue(t, when+": trend of "+m.Key, api.do(t, http.MethodGet, "/api/v1/measures/"+m.Key+"/units/"+units[0]+"/trend?from=2026-11-01&to=2026-11-30", "").Body.Bytes())
		}
	}
	h.noGauge(t, ctx, all)
}

// noFigures holds that columns of a table are empty, as CSV and as workbook.
func (h *house) noFigures(t *testing.T, when string, v *visitor, path string, columns ...string) {
	t.Helper()
	raw := v.get(t, path+".csv").Body.String()
	lines := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw, "\ufeff")))
	lines.Comma = ';'
	rows := must(lines.ReadAll())(t)
	book := must(excelize.OpenReader(bytes.NewReader(v.get(t, path+".xlsx").Body.Bytes())))(t)
	for name, rows := range map[string][][]string{"csv": rows, "xlsx": must(book.GetRows(book.GetSheetName(0)))(t)} {
		if len(rows) < 2 {
			t.Errorf("%s: %s.%s has %d rows", when, path, name, len(rows))
			continue
		}
		for _, head := range columns {
			at := slices.Index(rows[0], head)
			if at < 0 {
				t.Errorf("%s: %s.%s has no column %s: %q", when, path, name, head, rows[0])
				continue
			}
			for _, r := range rows[1:] {
				if at < len(r) && strings.ContainsAny(r[at], "0123456789") {
					t.Errorf("%s: %s.%s tells %s %q of %q", when, path, name, head, r[at], r)
				}
			}
		}
	}
	must(0, book.Close())(t)
}

// noValue holds that no object of an answer has a value, a count or a score.
func noValue(t *testing.T, what string, body []byte) {
	t.Helper()
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Errorf("%s: %v: %.200s", what, err, body)
		return
	}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				look(one)
			}
		case map[string]any:
			for key, one := range v {
				if slices.Contains([]string{"value", "num", "den", "score", "rank"}, key) {
					t.Errorf("%s: %s is %v in %v", what, key, one, v)
				}
				look(one)
			}
		}
	}
	if top, ok := answer.(map[string]any); !ok || top["status"] != nil {
		t.Errorf("%s: %.300s", what, body)
	}
	look(answer)
}

// noGauge holds that a measure that nothing was seen for has no sample.
func (h *house) noGauge(t *testing.T, ctx context.Context, all []measure.Measure) {
	t.Helper()
	known := map[string]bool{}
	for _, total := range must(h.Rooms.Measures.Totals(ctx))(t) {
		known[total.Key] = total.Known
	}
	q := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	q.RemoteAddr, q.Host = "127.0.0.1:9", "127.0.0.1:8080"
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, q)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families := must(parser.TextToMetricFamilies(w.Body))(t)
	if families["vonggac_measure_expected"] == nil {
		t.Fatal("no measure says what it expects")
	}
	unseen := 0
	for _, m := range all {
		if !known[m.Key] {
			unseen++
		}
	}
	if unseen < 10 {
		t.Errorf("only %d measures are unseen", unseen)
	}
	if f := families["vonggac_measure_value"]; f != nil {
		for _, one := range f.GetMetric() {
			if key := one.GetLabel()[0].GetValue(); !known[key] {
				t.Errorf("%s has the sample %v", key, one.GetGauge().GetValue())
			}
		}
	}
}
