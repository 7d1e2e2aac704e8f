// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package crowd fills a centre with as many records as a large province has
// after a year, straight into the tables, and visits its lists: for the test of
// query plans and for the benchmark of pages. Start at Fill and Visit.
package crowd

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Size is how many of each there are.
type Size struct {
	Units, People, Findings, Infections, Incidents, Acts int
	Obligations                                          int // open ones; none: one for each incident
	Documents                                            int // papers of the register
}

// Province is the size the product is made for.
var Province = Size{Units: 150, People: 500, Findings: 1_000_000, Infections: 200_000, Incidents: 5_000, Acts: 500_000, Obligations: 1_000_000, Documents: 200_000}

// Crowd is a filled centre.
type Crowd struct {
	*app.App
	size  Size
	now   time.Time
	rand  *rand.Rand
	root  string
	units []unit.ID

	// Report is told by Plans of each query that took Slow or longer; nil is not.
	Report func(text string)
	Slow   time.Duration

	Officer string            // login of a centre officer at the top
	OfUnit  string            // login of the officer of one unit
	cookies map[string]string // by login
}

const password = "gác đêm giao thừa 30 Tết"

// Fill makes a centre of an empty one, whose clock gives now. One that was
// filled before is taken as it is.
func Fill(ctx context.Context, a *app.App, now time.Time, size Size) (*Crowd, error) {
	c := &Crowd{App: a, size: size, now: now, rand: rand.New(rand.NewPCG(1, 2)), Officer: "mai", OfUnit: "can.bo", cookies: map[string]string{}}
	if err := c.filled(ctx); err != nil {
		return nil, err
	}
	if c.root == "" {
		for _, step := range []func(context.Context) error{c.found, c.settle, c.people, c.findings, c.infections, c.cases, c.papers, c.acts, c.analyze} {
			if err := step(ctx); err != nil {
				return nil, err
			}
		}
	}
	a.Records.Listen(listener{})
	return c, nil
}

// filled finds the root and the units of a centre that was filled before; an
// empty one has none.
func (c *Crowd) filled(ctx context.Context) error {
	var roots []string
	if err := c.Records.Read().NewSelect().Table("unit").Column("id").Where("parent_id = ''").Scan(ctx, &roots); err != nil || len(roots) == 0 {
		return err
	}
	c.root = roots[0]
	if err := c.Records.Read().NewSelect().Table("unit").Column("id").Where("parent_id = ?", c.root).Order("name").Scan(ctx, &c.units); err != nil {
		return err
	}
	n, err := c.Records.Read().NewSelect().Table("finding").Count(ctx)
	if err == nil && (len(c.units) != c.size.Units || n != int64(c.size.Findings)) {
		err = fmt.Errorf("a centre of another size stands there: %d units, %d findings", len(c.units), n)
	}
	return err
}

func (c *Crowd) found(ctx context.Context) error {
	secret, err := c.Rooms.Accounts.FirstLink(ctx)
	if err != nil {
		return err
	}
	first, err := c.Rooms.Accounts.Start(ctx, secret, account.First{Body: "UBND tỉnh Mẫu", Kind: "ubnd_tinh", Name: "Lò Thị Mai", Login: c.Officer, Password: password})
	c.root = first.Home
	return err
}

// officer acts as the centre's officer.
func (c *Crowd) officer(ctx context.Context) context.Context {
	return auth.With(ctx, auth.Actor{ID: "crowd", Name: "Cán bộ", Home: c.root, Grants: []auth.Grant{{Role: auth.Administrator, Unit: c.root}, {Role: auth.Centre, Unit: c.root}}})
}

// settle makes the units, each with a /16 of its own.
func (c *Crowd) settle(ctx context.Context) error {
	ctx = c.officer(ctx)
	for n := range c.size.Units {
		u, err := c.Rooms.Units.Create(ctx, unit.Unit{Name: fmt.Sprintf("UBND xã Mẫu %03d", n), Kind: "xa", ParentID: unit.ID(c.root)})
		if err != nil {
			return err
		}
		if _, err := c.Rooms.Units.AddRange(ctx, u.ID, unit.NewRange{Text: fmt.Sprintf("10.%d.0.0/16", n), Kind: unit.Machine}); err != nil {
			return err
		}
		c.units = append(c.units, u.ID)
	}
	return nil
}

func (c *Crowd) people(ctx context.Context) error {
	ctx = c.officer(ctx)
	for n := range c.size.People {
		login, home := fmt.Sprintf("can.bo.%03d", n), string(c.units[n%len(c.units)])
		if n == 0 {
			login = c.OfUnit
		}
		_, secret, err := c.Rooms.Accounts.Invite(ctx, account.Account{Login: login, Name: fmt.Sprintf("Nguyễn Văn %03d", n), Home: home,
			Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: home}}})
		if err == nil && n == 0 {
			_, err = c.Rooms.Accounts.SetPassword(ctx, secret, password)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// place is one machine of the province.
type place struct {
	addr        netip.Addr
	owner, unit string
}

// somewhere is where record n was seen: mostly in the centre's own log, in a
// few units more than in others, and now and then in no range at all.
func (c *Crowd) somewhere(n int) place {
	u := int(float64(len(c.units)) * c.rand.Float64() * c.rand.Float64())
	p := place{addr: netip.AddrFrom4([4]byte{10, byte(u), byte(n >> 8), byte(n)}), owner: c.root, unit: string(c.units[u])}
	switch {
	case n%20 == 0:
		p.addr, p.unit = netip.AddrFrom4([4]byte{172, 16 + byte(n>>16)%16, byte(n >> 8), byte(n)}), ""
	case n%5 == 0:
		p.owner = p.unit
	}
	return p
}

func (p place) scope() string {
	if p.unit == "" {
		return p.owner
	}
	return p.unit
}

func (p place) kind() string {
	if p.unit == "" {
		return ""
	}
	return string(unit.Machine)
}

// ago is a moment of the last year, later ones likelier.
func (c *Crowd) ago() int64 {
	f := c.rand.Float64()
	return c.now.Add(-time.Duration(f * f * float64(365*24*time.Hour))).UnixMilli()
}

func (c *Crowd) threat() string {
	return fmt.Sprintf("Mã độc %03d", int(200*c.rand.Float64()*c.rand.Float64()))
}

// insert writes n rows of table, each made by row. Its indexes are put aside
// meanwhile and built anew, which is several times faster.
func (c *Crowd) insert(ctx context.Context, table string, n int, row func(n int) map[string]any) error {
	indexes, err := c.indexes(ctx, table)
	if err != nil {
		return err
	}
	if err := c.each(ctx, slices.Collect(maps.Keys(indexes)), func(name string) string { return "DROP INDEX " + name }); err != nil {
		return err
	}
	if err := c.fill(ctx, table, n, row); err != nil {
		return err
	}
	return c.each(ctx, slices.Collect(maps.Values(indexes)), func(sql string) string { return sql })
}

// indexes are the statements that make the indexes of table which hold no rule.
func (c *Crowd) indexes(ctx context.Context, table string) (map[string]string, error) {
	query := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
	if c.Records.Engine() == db.Postgres {
		query = "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = ?"
	}
	var rows []struct{ Name, SQL string }
	err := c.Records.Read().NewRaw(query, table).Scan(ctx, &rows)
	out := map[string]string{}
	for _, r := range rows {
		if !strings.Contains(r.SQL, "UNIQUE") {
			out[r.Name] = r.SQL
		}
	}
	return out, err
}

// each runs the statement made of each text.
func (c *Crowd) each(ctx context.Context, texts []string, statement func(string) string) error {
	return c.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range texts {
			if _, err := tx.NewRaw(statement(t)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Crowd) fill(ctx context.Context, table string, n int, row func(n int) map[string]any) error {
	const batch = 400
	for from := 0; from < n; {
		err := c.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			for end := min(n, from+50*batch); from < end; {
				rows := make([]map[string]any, 0, batch)
				for ; len(rows) < batch && from < end; from++ {
					rows = append(rows, row(from))
				}
				if err := put(ctx, tx, table, rows); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// put writes rows, which have the same columns, in one statement.
func put(ctx context.Context, tx *db.Tx, table string, rows []map[string]any) error {
	columns := slices.Sorted(maps.Keys(rows[0]))
	values := make([]any, 0, len(rows)*len(columns))
	for _, r := range rows {
		for _, c := range columns {
			values = append(values, r[c])
		}
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	_, err := tx.NewRaw("INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES "+
		strings.TrimSuffix(strings.Repeat(one+", ", len(rows)), ", "), values...).Exec(ctx)
	return err
}

func (c *Crowd) cases(ctx context.Context) error {
	ctx = c.officer(ctx)
	i, err := c.Rooms.Incidents.OpenFrom(ctx, incident.Seed{Details: incident.Details{Title: "Máy nhiễm mã độc", UnitID: string(c.units[0]), DetectedAt: c.now,
		Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}}}})
	if err != nil {
		return err
	}
	if err := c.clone(ctx, "incident", "id", string(i.ID), c.size.Incidents, func(n int, row map[string]any) {
		u := string(c.units[n%len(c.units)])
		row["code"], row["unit_id"], row["owner_unit"], row["detected_at"] = fmt.Sprintf("SC-2025-%05d", n), u, u, c.ago()
	}); err != nil {
		return err
	}
	n := c.size.Obligations
	if n == 0 {
		n = c.size.Incidents
	}
	// Due from a month ago to eleven months ahead; one in a hundred is urgent.
	return c.clone(ctx, "obligation", "subject_id", string(i.ID), n, func(n int, row map[string]any) {
		const day = 24 * 60 * 60 * 1000
		due := c.now.UnixMilli() + (int64(c.rand.IntN(365))-30)*day
		urgency := int64(0)
		if n%100 == 0 {
			urgency = int64(1 + n/100%3)
		}
		row["subject_id"], row["unit_id"], row["t0"], row["first_t0"] = fmt.Sprint("s", n), string(c.units[n%len(c.units)]), due-40*day, due-40*day
		row["due_at"], row["soon_at"], row["remind_at"] = due, due-7*day, due-7*day
		row["urgency"], row["sort_key"] = urgency, (due-1+7*60*60*1000)/day*4+3-urgency
	})
}

// papers fills the register: two of three came, the others were issued, each by
// or to one unit, a seventh of them the centre's own.
func (c *Crowd) papers(ctx context.Context) error {
	if c.size.Documents == 0 {
		return nil
	}
	today := calendar.DateOf(c.now)
	d, err := c.Rooms.Documents.Register(c.officer(ctx), document.Head{Unit: c.root, Kind: "cong_van", Symbol: "UBND-VX", Subject: "V/v bảo đảm an toàn thông tin", Issuer: "Cơ quan", ArrivedOn: today})
	if err != nil {
		return err
	}
	subjects := []string{"tăng cường bảo đảm an toàn thông tin mạng trong thời gian nghỉ lễ", "cảnh báo lỗ hổng bảo mật mức cao trong các sản phẩm Microsoft",
		"báo cáo kết quả rà soát hệ thống thông tin theo cấp độ", "triển khai phòng, chống mã độc", "mời họp giao ban công tác chuyển đổi số", "đôn đốc lập hồ sơ đề xuất cấp độ"}
	return c.clone(ctx, "document", "id", string(d.ID), c.size.Documents, func(n int, row map[string]any) {
		u, number := string(c.units[n%len(c.units)]), n/10+1
		if n%7 == 0 {
			u = c.root
		}
		back := int(730 * c.rand.Float64() * c.rand.Float64())
		subject := fmt.Sprintf("V/v %s (lần %d)", subjects[c.rand.IntN(len(subjects))], n%97)
		code, issuer := fmt.Sprintf("%d/UBND-P%02d", number, n%40), fmt.Sprintf("Cơ quan số %d", n%300)
		row["unit_id"], row["number"], row["symbol"], row["subject"], row["issuer"] = u, fmt.Sprint(number), fmt.Sprintf("UBND-P%02d", n%40), subject, issuer
		row["doc_date"], row["day"], row["arrived_on"] = today.AddDays(-back).String(), today.AddDays(-back).String(), today.AddDays(-back).String()
		row["dup_key"], row["cite_key"], row["search"] = fmt.Sprint("crowd|", n), i18n.Fold(code), i18n.Fold(code+" "+subject+" "+issuer)
		if n%3 == 0 {
			row["dir"], row["state"], row["standing"], row["arrived_on"] = "out", "issued", "in_force", ""
		}
	})
}

// clone copies a row, found by column and value, with a new id and what change
// says, n times.
func (c *Crowd) clone(ctx context.Context, table, column, value string, n int, change func(n int, row map[string]any)) error {
	var found []map[string]any
	if err := c.Records.Read().NewSelect().Table(table).ColumnExpr("*").Where(column+" = ?", value).Limit(1).Scan(ctx, &found); err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("%s: nothing to copy", table)
	}
	return c.insert(ctx, table, n, func(n int) map[string]any {
		row := map[string]any{}
		maps.Copy(row, found[0])
		row["id"] = db.NewID()
		change(n, row)
		return row
	})
}

// analyze lets the planner know how large the tables are, as the program itself
// does from time to time, and has PostgreSQL vacuum them, as it does by itself.
func (c *Crowd) analyze(ctx context.Context) error {
	if c.Records.Engine() == db.Postgres {
		if _, err := c.Records.Read().NewRaw("VACUUM").Exec(ctx); err != nil {
			return err
		}
	}
	return c.Records.Analyze(ctx)
}
