// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package crowd

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Visit is a list somebody opens.
type Visit struct {
	Login string
	Path  string // %u is a unit's id, %t a threat, %a an address, each another one at every visit
	// Truth is SQL for how many rows the list has for that person; %r and %u are
	// the root's and the unit's id. Empty: not asked.
	Truth string
}

// Visits are the lists that grow with the province, as the centre's officer and
// as a unit's officer opens them.
func (c *Crowd) Visits() []Visit {
	open, active := "state IN ('new', 'acknowledged')", "state IN ('suspected', 'confirmed', 'cleaning')"
	var out []Visit
	for _, who := range []struct{ login, scope string }{{c.Officer, ""}, {c.OfUnit, " AND scope_unit = '%u'"}} {
		add := func(path, truth string) { out = append(out, Visit{who.login, path, truth}) }
		add("/", "")
		add("/findings", "SELECT COUNT(*) FROM finding WHERE "+open+who.scope)
		add("/findings?state=all", "SELECT COUNT(*) FROM finding WHERE 1 = 1"+who.scope)
		add("/findings?state=new&sort=-last", "SELECT COUNT(*) FROM finding WHERE state = 'new'"+who.scope)
		add("/findings?state=handled", "SELECT COUNT(*) FROM finding WHERE state = 'handled'"+who.scope)
		add("/findings?sort=-queries", "")
		add("/findings?state=all&threat=%t", "")
		add("/findings?state=all&q=%a", "")
		add("/findings?q=stealer", "")
		add("/findings?state=all&q=evil5.example", "")
		add("/findings?state=all&q=ma+doc+12", "")
		add("/findings?state=all&q=danh+sach", "")
		add("/infections", "SELECT COUNT(*) FROM infection WHERE "+active+who.scope)
		add("/infections?state=all&sort=-queries", "SELECT COUNT(*) FROM infection WHERE 1 = 1"+who.scope)
		add("/incidents", "")
		owed := strings.ReplaceAll(who.scope, "scope_unit", "unit_id")
		truth := ""
		if owed != "" { // for the whole province counting ends before
			truth = "SELECT COUNT(*) FROM obligation WHERE state = 'open'" + owed
		}
		add("/obligations", truth)
		add("/obligations?status=late", "")
		add("/obligations?status=soon&urgency=most_urgent", "")
		add("/obligations?status=asked", "")
		add("/obligations?status=all&document=none", "")
		add("/obligations/board", "")
		add("/obligations/calendar", "")
		truth = ""
		if owed != "" {
			truth = "SELECT COUNT(*) FROM document WHERE state IN ('issued', 'received')" + owed
		}
		add("/documents", truth)
		add("/documents?dir=out", "")
		add("/documents?q=ma+doc", "")
		add("/documents?q=1234%2FUBND-P14", "")
		add("/documents?q=khong+co+gi", "")
		add("/documents/lookup?q=ma+doc", "")
		add("/audit", "")
	}
	for _, path := range []string{"/findings?unit=%u", "/findings?state=all&unit=%u", "/infections?unit=%u", "/obligations?unit=%u", "/documents?unit=%u", "/units", "/accounts", "/audit?action=incident.open", "/audit?unit=%u"} {
		out = append(out, Visit{Login: c.Officer, Path: path})
	}
	return out
}

// Answer is one page as it came.
type Answer struct {
	Took  time.Duration
	Rows  int
	Total int  // as the page says
	Over  bool // the page says that there are more than Total
}

// Visit opens v once, and page by page behind it the next when deep is set.
func (c *Crowd) Visit(ctx context.Context, v Visit) (Answer, error) {
	cookie, err := c.signIn(ctx, v.Login)
	if err != nil {
		return Answer{}, err
	}
	path := strings.NewReplacer("%u", string(c.units[c.rand.IntN(len(c.units))]), "%t", url.QueryEscape(c.threat()),
		"%a", fmt.Sprintf("10.%d.%d.%d", c.rand.IntN(len(c.units)), c.rand.IntN(256), c.rand.IntN(256))).Replace(v.Path)
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	req.Header.Set("Cookie", cookie)
	res := httptest.NewRecorder()
	began := time.Now()
	c.Handler().ServeHTTP(res, req)
	a := Answer{Took: time.Since(began)}
	if res.Code != http.StatusOK {
		return a, fmt.Errorf("%s as %s: %d", path, v.Login, res.Code)
	}
	body := res.Body.String()
	a.Rows = strings.Count(body, `class="vg-rowlink"`)
	if m := shown.FindStringSubmatch(body); m != nil {
		a.Over = m[1] != ""
		a.Total, err = strconv.Atoi(strings.ReplaceAll(m[2], ".", ""))
	}
	return a, err
}

var shown = regexp.MustCompile(`Hiện [\d.]+ trong (hơn )?([\d.]+) mục`)

func (c *Crowd) signIn(ctx context.Context, login string) (cookie string, err error) {
	if c.cookies[login] != "" {
		return c.cookies[login], nil
	}
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/sign-in", strings.NewReader(url.Values{"login": {login}, "password": {password}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res := httptest.NewRecorder()
	c.Handler().ServeHTTP(res, req)
	if res.Code != http.StatusSeeOther {
		return "", fmt.Errorf("sign in as %s: %d", login, res.Code)
	}
	c.cookies[login], _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")
	return c.cookies[login], nil
}

// Truth is how many rows v has by SQL that knows no page.
func (c *Crowd) Truth(ctx context.Context, v Visit) (n int, err error) {
	sql := strings.NewReplacer("%r", c.root, "%u", string(c.units[0])).Replace(v.Truth)
	err = c.Records.Read().NewRaw(sql).Scan(ctx, &n)
	return n, err
}
