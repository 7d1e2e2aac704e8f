// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func TestEveryRowOfABrokenListIsAccountedFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		var text strings.Builder
		for i := range 1000 {
			switch {
			case i%20 == 7: // 5 %
				fmt.Fprintf(&text, "không phải tên %d\n", i)
			case i == 11:
				text.WriteString("bad0.example\n") // named before
			case i == 12:
				text.WriteString("203.0.113.9\n")
			case i == 13:
				text.WriteString("com.vn\n")
			default:
				fmt.Fprintf(&text, "bad%d.example\n", i)
			}
		}
		l := h.upload(ctx, list("Danh sách 5 %"), text.String())
		v := h.latest(ctx, l.ID)
		r := v.Report
		if v.State != indicator.Loaded || r.Rows != 1000 || !r.Adds() || r.Added != 948 || r.Merged != 1 ||
			indicator.Sum(r.Skipped) != 0 || r.Rejected["columns"] != 50 || r.Rejected["public_suffix"] != 1 {
			t.Errorf("state %s, report %+v", v.State, r)
		}
		if len(r.Samples) == 0 || r.Samples[0].Line != 8 || r.Samples[0].Text != "không phải tên 7" {
			t.Errorf("samples %+v", r.Samples)
		}
		if !h.hits("www.bad1.example") || h.hits("bad7.example") || h.hits("notbad1.example") {
			t.Error("the live index does not answer as the list says")
		}
		if p, err := h.svc.List(ctx, indicator.Filter{}); err != nil || p.Total != 1 || p.Rows[0].Indicators != 948 {
			t.Errorf("list of lists %+v, %v", p, err)
		}
	})
}

func TestAReplacedListIsMatchedInTheOldOnesPlace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		l := h.upload(ctx, list("Danh sách A"), "old.example\nboth.example\n")
		first := current(t, h.svc)
		replace := func(text string, version int64) error {
			_, err := h.svc.Replace(ctx, l.ID, version, "bản mới", h.store(ctx, text))
			h.work()
			return err
		}
		if err := replace("new.example\nboth.example\n", 1); err != nil {
			t.Fatal(err)
		}
		if h.hits("old.example") || !h.hits("new.example") || !h.hits("both.example") {
			t.Error("the new content is not in force alone")
		}
		if gen := current(t, h.svc); gen <= first {
			t.Errorf("generation %d after %d", gen, first)
		}
		if err := replace("x.example\n", 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version replaces: %v", err)
		}
		if err := replace("both.example\nnew.example\n", 2); err != nil {
			t.Errorf("another order of rows: %v", err)
		}
		if err := replace("both.example\nnew.example\n", 3); !fault.Is(err, fault.Invalid) {
			t.Errorf("the very same file: %v", err)
		}
		for name, c := range map[string]struct{ text, problem string }{
			"nothing usable":  {"???\n!!!x\n", "indicator.problem.nothing"},
			"JSON":            {`{"a":1}`, "indicator.problem.layout"},
			"an archive":      {"PK\x03\x04 and more", "indicator.problem.archive"},
			"gzip that ends":  {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "indicator.problem.truncated"},
			"beyond the most": {many(10_001), "indicator.problem.too_much"},
		} {
			got, err := h.svc.Get(ctx, l.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := replace(c.text, got.Version); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			v := h.latest(ctx, l.ID)
			if v.State != indicator.Refused || v.Problem != c.problem || !h.hits("new.example") {
				t.Errorf("%s: state %s, problem %s, old content matched: %t", name, v.State, v.Problem, h.hits("new.example"))
			}
		}
		all, err := h.svc.Versions(ctx, l.ID)
		if err != nil || len(all) != 8 || all[7].Report.Added != 2 {
			t.Errorf("%d versions kept, %v", len(all), err)
		}
	})
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "m%d.example\n", i)
	}
	return b.String()
}

func TestAListThatIsOffIsNotMatched(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		l := h.upload(ctx, list("A"), "a.example\n")
		h.upload(ctx, list("B"), "b.example\n")
		if _, err := h.svc.Switch(ctx, l.ID, l.Version, false, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("off without a reason: %v", err)
		}
		l, err := h.svc.Switch(ctx, l.ID, l.Version, false, "nguồn gửi nhầm")
		if err != nil {
			t.Fatal(err)
		}
		h.work()
		if h.hits("a.example") || !h.hits("b.example") {
			t.Error("off is matched, or took another list along")
		}
		if on, err := h.svc.Matching(ctx); err != nil || !on {
			t.Errorf("matching %t, %v", on, err)
		}
		if _, err := h.svc.Switch(ctx, l.ID, l.Version, false, "lần nữa"); !fault.Is(err, fault.Conflict) {
			t.Errorf("off twice: %v", err)
		}
		if l, err = h.svc.Switch(ctx, l.ID, l.Version, true, ""); err != nil {
			t.Fatal(err)
		}
		h.work()
		if !h.hits("a.example") {
			t.Error("on is not matched")
		}
		n, err := h.db.Read().NewSelect().Table("audit_entry").Where("kind = 'indicator'").Where("object = ?", string(l.ID)).Count(ctx)
		if err != nil || n != 4 { // create, load, off, on
			t.Errorf("%d audit entries, %v", n, err)
		}
	})
}

func TestAnotherProcessSeesTheChangeWhenItAsks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		other, _ := h.process()
		if gen := current(t, other); gen != 0 || other.Hold().Index().Len() != 0 {
			t.Fatalf("empty centre: generation %d", gen)
		}
		h.upload(ctx, list("A"), "a.example\n")
		if matches(other, "a.example") != 0 {
			t.Error("the other process knew before it asked")
		}
		if gen := current(t, other); gen != 1 || matches(other, "a.example") != 1 {
			t.Errorf("generation %d", gen)
		}
		before := other.Hold()
		defer before.Release()
		current(t, other)
		after := other.Hold()
		defer after.Release()
		if before.Index() != after.Index() {
			t.Error("built anew without a change")
		}
	})
}

func TestAnUnreadableFileKeepsTheOldIndexAndSaysWhich(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		l := h.upload(ctx, list("Danh sách hỏng"), "a.example\n")
		good := h.upload(ctx, list("Danh sách tốt"), "b.example\n")
		for name, damage := range map[string]func(path string) error{
			"changed": func(path string) error { return os.WriteFile(path, []byte("z.example\n"), 0o600) },
			"gone":    os.Remove,
		} {
			if err := damage(h.path(h.latest(ctx, l.ID))); err != nil {
				t.Fatal(err)
			}
			err := h.svc.Reload(ctx)
			if !fault.Is(err, fault.Unavailable) || fmt.Sprint(fault.Of(err).Args) != "[Danh sách hỏng 1]" {
				t.Errorf("%s: %v", name, err)
			}
			if !h.hits("a.example") || !h.hits("b.example") {
				t.Errorf("%s: the old index is gone", name)
			}
			if st, err := h.svc.Status(ctx); err != nil || st.Problem != "indicator.err.file" {
				t.Errorf("%s: status %+v, %v", name, st, err)
			}
			fresh, _ := h.process()
			held, err := fresh.Current(ctx)
			if err == nil || held.Index().Len() != 0 || held.Generation() != -1 {
				t.Errorf("%s: a new process matches %d entries of generation %d and says %v", name, held.Index().Len(), held.Generation(), err)
			}
			held.Release()
		}
		got, err := h.svc.Get(ctx, l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.svc.Switch(ctx, l.ID, got.Version, false, "tệp hỏng"); err != nil {
			t.Fatal(err)
		}
		h.work()
		if h.hits("a.example") || !h.hits("b.example") {
			t.Error("turning the broken list off does not let the others load")
		}
		if st, err := h.svc.Status(ctx); err != nil || st.Problem != "" || st.Lists != 1 {
			t.Errorf("status %+v, %v, of %s", st, err, good.Name)
		}
	})
}

func TestMatchingGoesOnWhileTheIndexIsRebuilt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		h.upload(ctx, list("A"), "always.example\n"+many(2000))
		stop := make(chan struct{})
		var readers, writers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if matches(h.svc, "www.always.example") != 1 {
						t.Error("a match is lost while the index is rebuilt")
						return
					}
				}
			})
		}
		for range 3 {
			writers.Go(func() {
				for range 5 {
					if err := h.svc.Reload(ctx); err != nil {
						t.Error(err)
					}
					held, err := h.svc.Current(ctx)
					if err != nil {
						t.Error(err)
					}
					held.Release()
				}
			})
		}
		writers.Wait()
		close(stop)
		readers.Wait()
	})
}

func TestAFalsePositiveIsAllowedAndTakenBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		duty := as(t, auth.Duty, "tinh")
		l := h.upload(as(t, auth.Centre, "tinh"), list("A"), "cdn.example\ndeep.www.cdn.example\n@@||fine.cdn.example^\n")
		for name, c := range map[string]struct{ name, reason, field string }{
			"no reason": {"www.cdn.example", "", "reason"}, "no name": {"???", "lành", "name"}, "a suffix": {"com.vn", "lành", "name"},
			"two words": {"a b.example", "lành", "name"},
		} {
			if _, err := h.svc.Allow(duty, c.name, true, c.reason); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		e, err := h.svc.Allow(duty, "hxxps://WWW[.]cdn[.]example/x", false, "CDN của nhà cung cấp")
		if err != nil || e.Name != "www.cdn.example" {
			t.Fatalf("%+v, %v", e, err)
		}
		h.work()
		if h.hits("www.cdn.example") || h.hits("x.www.cdn.example") || !h.hits("cdn.example") || !h.hits("deep.www.cdn.example") || h.hits("fine.cdn.example") {
			t.Error("the entry allows more or less than it says")
		}
		a, err := h.svc.Lookup(duty, "www.cdn.example")
		if err != nil || len(a.Hits) != 2 || a.Bad() || a.Hits[0].List.Kind != indicator.Allow || !a.Hits[1].Overruled ||
			a.Hits[1].By == nil || !a.Hits[1].By.List.Builtin || a.Hits[1].List.ID != l.ID {
			t.Fatalf("answer %+v, %v", a, err)
		}
		if _, err := h.svc.Allow(duty, "www.cdn.example", false, "lần nữa"); !fault.Is(err, fault.Invalid) {
			t.Errorf("allowed twice: %v", err)
		}
		if held, err := h.svc.Entries(duty, a.Hits[0].List.ID); err != nil || len(held) != 1 || held[0].By != "Người tinh" {
			t.Errorf("entries %+v, %v", held, err)
		}
		if _, err := h.svc.Disallow(duty, e.ID); err != nil {
			t.Fatal(err)
		}
		h.work()
		if !h.hits("www.cdn.example") {
			t.Error("what is allowed no longer still does not count")
		}
		if _, err := h.svc.Disallow(duty, e.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("ended twice: %v", err)
		}
	})
}

func TestOthersSeeAndDoOnlyTheirs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		centre := as(t, auth.Centre, "tinh")
		secret := list("Danh sách mật của A")
		secret.TLP, secret.Owner = indicator.Red, "a"
		red := h.upload(centre, secret, "red.example\nopen.example\n")
		open := h.upload(centre, list("Danh sách chung"), "open.example\n")
		good := list("Danh sách lành")
		good.Kind = indicator.Allow
		allow := h.upload(centre, good, "good.example\n")

		foreign := as(t, auth.UnitOfficer, "b")
		if p, err := h.svc.List(foreign, indicator.Filter{}); err != nil || p.Total != 2 || len(p.Rows) != 2 {
			t.Errorf("a foreign unit sees %d of %d lists, %v", len(p.Rows), p.Total, err)
		}
		if _, err := h.svc.Get(foreign, red.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a foreign unit gets the red list: %v", err)
		}
		if _, err := h.svc.Versions(foreign, red.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a foreign unit gets its versions: %v", err)
		}
		a, err := h.svc.Lookup(foreign, "red.example")
		if err != nil || len(a.Hits) != 0 || a.Status.Lists != 2 || a.Status.Indicators != 2 {
			t.Errorf("a foreign unit's answer %+v, %v", a, err)
		}
		if a, err = h.svc.Lookup(foreign, "open.example"); err != nil || len(a.Hits) != 1 || a.Hits[0].List.ID != open.ID {
			t.Errorf("a foreign unit's answer %+v, %v", a, err)
		}
		if a, err = h.svc.Lookup(as(t, auth.UnitOfficer, "a"), "red.example"); err != nil || len(a.Hits) != 1 {
			t.Errorf("the owner's answer %+v, %v", a, err)
		}
		if p, err := h.svc.List(as(t, auth.Telecom, "tinh"), indicator.Filter{}); err != nil || p.Total != 2 {
			t.Errorf("a telecom firm sees %d block lists, %v", p.Total, err)
		}
		if _, err := h.svc.Get(as(t, auth.Telecom, "tinh"), allow.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a telecom firm gets an allow list: %v", err)
		}
		if _, err := h.svc.List(as(t, auth.Leader, "tinh"), indicator.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader reads indicators: %v", err)
		}
		if _, err := h.svc.List(t.Context(), indicator.Filter{}); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody reads indicators: %v", err)
		}

		sub := as(t, auth.Centre, "b")
		if _, err := h.svc.Switch(sub, open.ID, 1, false, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a branch switches the centre's list: %v", err)
		}
		if _, err := h.svc.Switch(sub, red.ID, 1, false, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a branch switches a list it cannot see: %v", err)
		}
		if _, err := h.svc.Allow(sub, "open.example", true, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a branch allows a name for all: %v", err)
		}
		mine := list("Lành của B")
		mine.Kind = indicator.Allow
		if _, err := h.svc.Create(sub, mine, h.store(sub, "x.example\n")); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["unit"] == "" {
			t.Errorf("a branch makes an allow list: %v", err)
		}
		for name, ctx := range map[string]context.Context{"duty": as(t, auth.Duty, "tinh"), "unit officer": foreign, "administrator": as(t, auth.Administrator, "tinh")} {
			if _, err := h.svc.Store(ctx, "x", strings.NewReader("x.example\n")); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s uploads: %v", name, err)
			}
			if _, err := h.svc.Switch(ctx, open.ID, 1, false, "x"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s switches: %v", name, err)
			}
		}
		if _, err := h.svc.Allow(foreign, "open.example", true, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit officer allows: %v", err)
		}
	})
}

func TestNamesOfListsAreUnique(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		h.upload(ctx, list("Danh sách Đỏ"), "a.example\n")
		_, err := h.svc.Create(ctx, list("danh sach  do"), h.store(ctx, "b.example\n"))
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["name"] != "indicator.bad.name_taken" {
			t.Errorf("the same name but for accents: %v", err)
		}
		_, err = h.svc.Create(ctx, indicator.List{}, h.store(ctx, ""))
		for _, field := range []string{"name", "kind", "tlp", "scope", "layout", "file"} {
			if fault.Of(err).Fields[field] == "" {
				t.Errorf("nothing is said of %s: %v", field, err)
			}
		}
		if _, err := h.svc.Store(ctx, "big", strings.NewReader(strings.Repeat("x", 1<<20+1))); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file over the limit: %v", err)
		}
	})
}

func TestListsArePaged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		for i := range 5 {
			h.upload(ctx, list(fmt.Sprintf("Danh sách %d", i)), fmt.Sprintf("x%d.example\n", i))
		}
		for _, down := range []bool{false, true} {
			var names []string
			f := indicator.Filter{Limit: 2, Down: down, Query: "danh"}
			for {
				p, err := h.svc.List(ctx, f)
				if err != nil || p.Total != 5 {
					t.Fatalf("%d lists, %v", p.Total, err)
				}
				for _, l := range p.Rows {
					names = append(names, l.Name[len(l.Name)-1:])
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			want := "01234"
			if down {
				want = "43210"
			}
			if got := strings.Join(names, ""); got != want {
				t.Errorf("pages give %s, want %s", got, want)
			}
		}
	})
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]indicator.Asked{
		"Evil.COM": {Value: "evil.com"}, "evil[.]com": {Value: "evil.com"}, "*.evil.com": {Value: "evil.com"}, "evil.com.": {Value: "evil.com"},
		"evil.com:443": {Value: "evil.com"}, "com.vn": {Value: "com.vn"}, " tên-miền.vn ": {Value: "xn--tn-min-iva0322d.vn"},
		"hxxps://user@Evil.com:8443/A?b": {Type: intel.URL, Value: "https://user@evil.com:8443/A?b"}, "evil.com/a": {Type: intel.URL, Value: "evil.com/a"},
		"203.0.113.1": {Type: intel.Address, Value: "203.0.113.1"}, "[2001:DB8::1]": {Type: intel.Address, Value: "2001:db8::1"},
		"203.0.113.1:80": {Type: intel.Endpoint, Value: "203.0.113.1:80"}, "203.0.113.9/24": {Type: intel.Network, Value: "203.0.113.0/24"},
		"A@evil.com": {Type: intel.Email, Value: "a@evil.com"}, "D41D8CD98F00B204E9800998ECF8427E": {Type: intel.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e"},
	} {
		if got, problem := indicator.Question(typed); got != want || problem != "" {
			t.Errorf("%q asks for %+v, %s", typed, got, problem)
		}
	}
	for _, typed := range []string{"", "evil", "a b.com", "a..b", "# evil.com", "evil.com\nbad.com", strings.Repeat("a.", 2000)} {
		if _, problem := indicator.Question(typed); problem != "indicator.ask.bad" {
			t.Errorf("%q: problem %q", typed, problem)
		}
	}
}

func TestListsOfEveryLayoutAreTakenIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		stix := `{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111111","objects":[
			{"type":"indicator","spec_version":"2.1","id":"indicator--22222222-2222-4222-8222-222222222222","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",
			 "pattern":"[domain-name:value = 'stix.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z","confidence":80,
			 "object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]},
			{"type":"indicator","spec_version":"2.1","id":"indicator--33333333-3333-4333-8333-333333333333","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",
			 "pattern":"[domain-name:value = 'old.example']","pattern_type":"stix","valid_from":"2025-01-01T00:00:00Z","valid_until":"2026-01-01T00:00:00Z"},
			{"type":"indicator","spec_version":"2.1","id":"indicator--44444444-4444-4444-8444-444444444444","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",
			 "pattern":"rule x {}","pattern_type":"yara","valid_from":"2025-01-01T00:00:00Z"}]}`
		for layout, c := range map[indicator.Layout]struct{ text, hit string }{
			indicator.Plain: {"plain.example\n203.0.113.7\n", "203.0.113.7"}, indicator.Hosts: {"0.0.0.0 hosts.example\n0.0.0.0 b.example\n", "hosts.example"},
			indicator.CSV:      {"indicator,type,valid_until\nhttps://csv.example/x,url,\nold.csv.example,domain,2020-01-01\n", "https://csv.example/x"},
			indicator.STIX:     {stix, "stix.example"},
			indicator.MISP:     {`{"Event":{"uuid":"55555555-5555-4555-8555-555555555555","info":"x","Attribute":[{"uuid":"66666666-6666-4666-8666-666666666666","type":"md5","category":"Payload delivery","to_ids":true,"value":"d41d8cd98f00b204e9800998ecf8427e"}]}}`, "d41d8cd98f00b204e9800998ecf8427e"},
			indicator.Dataset:  {"c3VyaWNhdGEuZXhhbXBsZQ==\nYi5zdXJpY2F0YS5leGFtcGxl\n", "suricata.example"},
			indicator.Maltrail: {"# Reference: https://example.com/a\n\nmaltrail.example\n", "maltrail.example"},
			indicator.RPZ:      {"$TTL 300\n@ IN SOA localhost. root.localhost. 1 1 1 1 1\n@ IN NS localhost.\nrpz.example CNAME .\n*.rpz.example CNAME .\n", "a.rpz.example"},
			indicator.Unbound:  {"server:\nlocal-zone: \"unbound.example.\" always_nxdomain\n", "unbound.example"},
			indicator.Dnsmasq:  {"address=/dnsmasq.example/\n", "dnsmasq.example"},
		} {
			for _, chosen := range []indicator.Layout{layout, indicator.Auto} {
				l := list("Danh sách " + string(layout) + " " + string(chosen))
				l.Layout = chosen
				if l = h.upload(ctx, l, c.text); h.latest(ctx, l.ID).State != indicator.Loaded {
					t.Errorf("%s as %s: %+v", layout, chosen, h.latest(ctx, l.ID))
					continue
				}
				if r := h.latest(ctx, l.ID).Report; r.Layout != layout || !r.Adds() || r.Added == 0 {
					t.Errorf("%s as %s: %+v", layout, chosen, r)
				}
			}
			if a, err := h.svc.Lookup(ctx, c.hit); err != nil || !a.Bad() || len(a.Hits) != 2 {
				t.Errorf("%s: %s is not bad: %+v, %v", layout, c.hit, a, err)
			}
		}
		a, err := h.svc.Lookup(ctx, "stix.example")
		if err != nil || len(a.Hits) == 0 || a.Hits[0].TLP != indicator.Red || a.Hits[0].Confidence != 80 || a.Hits[0].Until.Year() != 2027 || a.Hits[0].Reference == "" {
			t.Errorf("what the bundle says is lost: %+v, %v", a, err)
		}
		if a, err := h.svc.Lookup(as(t, auth.UnitOfficer, "b"), "stix.example"); err != nil || len(a.Hits) != 0 {
			t.Errorf("a foreign unit sees a TLP:RED indicator of an amber list: %+v, %v", a, err)
		}
		h.clock.Add(400 * 24 * 3600)
		if a, err := h.svc.Lookup(ctx, "stix.example"); err != nil || a.Bad() || !a.Hits[0].Lapsed {
			t.Errorf("an indicator past its validity counts: %+v, %v", a, err)
		}
	})
}

func TestAWarningListIsTakenAsAllowListOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		text := `{"name":"Top sites","type":"hostname","matching_attributes":["domain"],"list":["popular.example","other.example"]}`
		l := list("Nguồn lẫn tên lành")
		h.upload(ctx, l, "popular.example\nbad.example\n")
		wrong := h.upload(ctx, list("Nhầm loại"), text)
		if v := h.latest(ctx, wrong.ID); v.State != indicator.Refused || v.Problem != "indicator.problem.good" {
			t.Errorf("a warning list is in force as a block list: %+v", v)
		}
		l = list("Tránh báo nhầm")
		l.Layout = indicator.WarningList
		if _, err := h.svc.Create(ctx, l, h.store(ctx, text)); fault.Of(err).Fields["kind"] == "" {
			t.Errorf("chosen as a block list: %v", err)
		}
		l.Kind = indicator.Allow
		good := h.upload(ctx, l, text)
		if !good.Active || h.hits("popular.example") || !h.hits("bad.example") {
			t.Error("what is known to be good still counts")
		}
		a, err := h.svc.Lookup(ctx, "popular.example")
		if err != nil || a.Bad() || len(a.Hits) != 2 || a.Hits[0].By == nil || a.Hits[0].By.List.ID != good.ID || a.Hits[0].By.Indicator != "popular.example" {
			t.Errorf("why it does not count is not said: %+v, %v", a, err)
		}
	})
}

// reasons are the constants of type Reason in the sources of a package.
func reasons(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no sources: %v", folder, err)
	}
	var out []string
	constant := regexp.MustCompile(`(?m)\bReason = "([^"]+)"`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range constant.FindAllStringSubmatch(string(text), -1) {
			out = append(out, m[1])
		}
	}
	return out
}

func TestEveryReasonOfTheEngineHasItsSentence(t *testing.T) {
	t.Parallel()
	cat, err := i18n.Load(indicator.Messages)
	if err != nil {
		t.Fatal(err)
	}
	all := append(reasons(t, "../../../engine/intel"), reasons(t, "../../../engine/intel/exchange")...)
	if len(all) < 40 {
		t.Fatalf("only %d reasons found", len(all))
	}
	for _, r := range append(all, "expired", "revoked") {
		name, _, _ := strings.Cut(r, ":")
		if !cat.Has("indicator.reason." + name) {
			t.Errorf("no sentence for %s", r)
		}
	}
	for _, l := range indicator.Layouts() {
		if !cat.Has("indicator.layout." + string(l)) {
			t.Errorf("no name for layout %s", l)
		}
	}
	for _, kind := range indicator.Types() {
		if !cat.Has("indicator.type." + kind.String()) {
			t.Errorf("no name for type %s", kind)
		}
	}
}
