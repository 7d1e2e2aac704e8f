// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// answered is what the lists and the board of the API have in common.
type answered struct {
	Items []struct {
		ID     string `json:"id"`
		Key    string `json:"key"`
		Unit   string `json:"unit"`
		UnitID string `json:"unit_id"`
	} `json:"items"`
	Total int64  `json:"total"`
	After string `json:"after"`
	Rows  []struct {
		Unit  string `json:"unit"`
		Cells []struct {
			State string `json:"state"`
		} `json:"cells"`
	} `json:"rows"`
}

// TestBoardsAndMeasuresByProgram asks with a key of the centre and with one of a
// unit.
func TestBoardsAndMeasuresByProgram(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	ctx := h.found(t)
	var units []string
	for _, u := range []unit.Unit{{Name: "UBND xã Alpha", Code: "alpha", Kind: "xa"}, {Name: "Sở Bravo", Code: "bravo", Kind: "so"}} {
		u.ParentID = unit.ID(h.root)
		units = append(units, string(must(h.Rooms.Units.Create(ctx, u))(t).ID))
	}
	first, _ := h.issued(t, ctx, "monitoring", "infection-index")
	second, _ := h.issued(t, ctx, "monitoring")
	must(h.Rooms.Measures.Evaluate(t.Context(), nil, t0))(t)
	key := func(unit string) client {
		_, secret, err := h.Rooms.Accounts.MakeKey(ctx, account.KeyOrder{Name: "bảng " + unit, Unit: unit, Days: 30,
			Allows: []auth.Permission{{Area: auth.Directives, Act: auth.Read}, {Area: auth.Obligations, Act: auth.Read}, {Area: auth.Units, Act: auth.Read}}})
		if err != nil {
			t.Fatal(err)
		}
		return client{handler: h.Handler(), key: secret}
	}
	all, own := key(h.root), key(units[0])
	ask := func(c client, path string, want int) (out answered) {
		t.Helper()
		res := c.do(t, http.MethodGet, "/api/v1"+path, "")
		if res.Code != want {
			t.Errorf("%s: %d, want %d: %.300s", path, res.Code, want, res.Body)
			return out
		}
		if want == http.StatusOK {
			if err := json.Unmarshal(res.Body.Bytes(), &out); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		} else if kind := res.Header().Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
			t.Errorf("%s: the error is %s", path, kind)
		}
		return out
	}

	list := ask(all, "/boards", 200)
	if len(list.Items) != 2 || list.Total != 2 || list.After != "" {
		t.Errorf("the boards: %+v", list)
	}
	page := ask(all, "/boards?limit=1", 200)
	if len(page.Items) != 1 || page.Total != 2 || page.After == "" {
		t.Fatalf("a page of one: %+v", page)
	}
	rest := ask(all, "/boards?limit=1&after="+page.After, 200)
	if len(rest.Items) != 1 || rest.Items[0].ID == page.Items[0].ID || rest.After != "" {
		t.Errorf("the next page: %+v", rest)
	}
	if scores := ask(all, "/boards/scores?limit=1", 200); len(scores.Items) != 1 || scores.Total != 2 || scores.After == "" {
		t.Errorf("the scores: %+v", scores)
	}
	if b := ask(all, "/boards/"+first, 200); len(b.Rows) != 2 || len(b.Rows[0].Cells) != 2 {
		t.Errorf("the board: %+v", b)
	}
	if b := ask(all, "/boards/"+first+"?kind=so", 200); len(b.Rows) != 1 || b.Rows[0].Unit != units[1] {
		t.Errorf("the departments alone: %+v", b)
	}
	if b := ask(all, "/boards/"+second+"?show=differs", 200); len(b.Rows) != 0 {
		t.Errorf("nobody said anything: %+v", b)
	}
	ask(all, "/boards/"+first+"?show=none", 422)
	ask(all, "/boards/none", 404)

	if b := ask(own, "/boards/"+first, 200); len(b.Rows) != 1 || b.Rows[0].Unit != units[0] {
		t.Errorf("the unit's program sees %+v", b)
	}
	if scores := ask(own, "/boards/scores", 200); len(scores.Items) != 1 || scores.Items[0].Unit != units[0] {
		t.Errorf("the unit's program sees the scores %+v", scores)
	}

	if m := ask(all, "/measures", 200); len(m.Items) != len(h.Rooms.Measures.Catalogue()) || m.Items[0].Key == "" {
		t.Errorf("%d measures", len(m.Items))
	}
	of := "/measures/source.heard"
	if r := ask(all, of+"/readings", 200); len(r.Items) != 3 {
		t.Errorf("readings of all: %+v", r)
	}
	if r := ask(own, of+"/readings", 200); len(r.Items) != 1 || r.Items[0].UnitID != units[0] {
		t.Errorf("the unit's program reads %+v", r)
	}
	if r := ask(own, of+"/readings?unit="+units[1], 200); len(r.Items) != 0 {
		t.Errorf("the unit's program reads of another %+v", r)
	}
	if r := ask(all, of+"/readings?below=true&unit="+h.root, 200); len(r.Items) != 1 {
		t.Errorf("the sum of the centre: %+v", r)
	}
	if r := ask(all, of+"/readings?day=2026-11-21&unit="+units[0], 200); len(r.Items) != 1 {
		t.Errorf("as of today: %+v", r)
	}
	trend := "/units/" + units[0] + "/trend?from=2026-11-01&to=2026-11-30"
	if r := ask(own, of+trend, 200); len(r.Items) != 1 {
		t.Errorf("a trend of one day: %+v", r)
	}
	ask(own, of+strings.Replace(trend, units[0], units[1], 1), 404)
	for path, want := range map[string]int{"/measures/none/readings": 404, of + "/readings?day=mai": 422, of + "/readings?below=true": 422,
		of + "/units/" + units[0] + "/trend?from=2026-11-30&to=2026-11-01": 422, of + "/units/" + units[0] + "/trend?from=2020-01-01&to=2026-11-01": 422} {
		ask(all, path, want)
	}
	nobody := client{handler: h.Handler()}
	ask(nobody, "/boards", 401)
	if n := strings.Count(fmt.Sprint(ask(all, of+"/readings?unit="+units[0]+"&unit="+units[0], 200).Items), units[0]); n != 1 {
		t.Errorf("a unit asked for twice comes %d times", n)
	}
}

// TestTheTableOfDemandsIsNarrowedToOneDispatch holds that page and file agree.
func TestTheTableOfDemandsIsNarrowedToOneDispatch(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	h.shut(t)
	h.found(t)
	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	all, one := 0, 0
	for _, row := range h.Rooms.Bindings.Library.Rows() {
		if all++; strings.HasPrefix(row.ID, "2-") {
			one++
		}
	}
	for query, want := range map[string]int{"": all, "?dispatch=2": one, "?dispatch=none": 0} {
		if n := strings.Count(strings.TrimSpace(v.get(t, "/bindings/rows.csv"+query).Body.String()), "\n"); one == 0 || n != want {
			t.Errorf("%q: %d rows in the file, want %d", query, n, want)
		}
		if page := words(t, v, "/bindings/rows"+query); want > 0 && !strings.Contains(page, fmt.Sprintf("Hiện %d", want)) {
			t.Errorf("%q: the page does not show %d rows", query, want)
		}
	}
}
