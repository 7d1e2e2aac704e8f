// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

const proxyX = `name: proxy-x
title: Proxy X
form: csv
separator: ";"
columns: [when, who, site, verdict]
fields:
  when: time
  who: src
  site: dst_host
  verdict: action
actions: {PASS: allowed, STOP: blocked}
`

const proxyLog = "2026-11-20T08:00:00+07:00;10.1.0.5;one.example;PASS\n2026-11-20T08:00:01+07:00;10.1.0.6;two.example;STOP\nbroken\n"

func (h *house) mapped(unit, text string) source.Source {
	h.t.Helper()
	src := h.source(unit)
	if _, err := h.SetMapping(h.as(auth.Centre, "root"), src.ID, src.Version, text); err != nil {
		h.t.Fatal(err)
	}
	return h.reload(src.ID)
}

func (h *house) reload(id source.ID) source.Source {
	h.t.Helper()
	src, err := h.Get(h.as(auth.Centre, "root"), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return src
}

func (h *house) receive(src source.Source, text string) (source.File, bool) {
	h.t.Helper()
	f, again, err := h.Receive(h.as(auth.Centre, "root"), src.ID, "x.log", source.ByAPI, strings.NewReader(text))
	if err != nil {
		h.t.Fatal(err)
	}
	return f, again
}

func (h *house) file(id source.FileID) source.File {
	h.t.Helper()
	f, err := h.File(h.as(auth.Centre, "root"), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func TestALogIsReadByTheMappingFileThatWasInForceAtItsReceipt(t *testing.T) {
	each(t, func(h *house) {
		src := h.mapped("a", proxyX)
		if src.Format != source.ByMapping {
			t.Errorf("the source is read as %q", src.Format)
		}
		first, _ := h.receive(src, proxyLog)
		other := strings.ReplaceAll(proxyX, `";"`, `","`)
		if m, err := h.SetMapping(h.as(auth.Centre, "root"), src.ID, src.Version, other); err != nil || m.Seq != 2 {
			t.Fatal(m, err)
		}
		src = h.reload(src.ID)
		second, _ := h.receive(src, strings.ReplaceAll(proxyLog, ";", ","))
		h.work()
		h.work()
		for seq, f := range map[int64]source.File{1: h.file(first.ID), 2: h.file(second.ID)} {
			if f.State != source.Done || f.Mapping != seq || f.Format != source.ByMapping || f.Account.Parsed != 2 || f.Account.Lines != 3 {
				t.Errorf("under version %d: %+v", seq, f)
			}
		}
		all, err := h.Mappings(h.as(auth.Centre, "root"), src.ID)
		if err != nil || len(all) != 2 || all[0].Text != other || all[1].Text != proxyX || all[1].By != "Lò Thị Mai" || all[1].Title != "Proxy X" {
			t.Errorf("versions %+v %v", all, err)
		}
		if m, err := h.SetMapping(h.as(auth.Centre, "root"), src.ID, src.Version, strings.ReplaceAll(other, "\n", "\r\n")); err != nil || m.Seq != 2 {
			t.Errorf("the same text again is %+v %v", m, err)
		}
		if _, err := h.SetMapping(h.as(auth.Centre, "root"), src.ID, src.Version, proxyX); !fault.Is(err, fault.Conflict) {
			t.Errorf("over what somebody saved meanwhile: %v", err)
		}
	})
}

func TestAFileOfWhichNothingWasReadIsReadAnewByAnotherMappingFile(t *testing.T) {
	each(t, func(h *house) {
		src := h.mapped("a", strings.ReplaceAll(proxyX, `";"`, `","`))
		bad, _ := h.receive(src, proxyLog)
		h.work()
		if f := h.file(bad.ID); f.Account.Parsed != 0 || f.Account.Lines != 3 {
			t.Fatalf("%+v", f)
		}
		if f, again := h.receive(src, proxyLog); !again || f.ID != bad.ID {
			t.Errorf("by the same mapping file it is %+v", f)
		}
		if _, err := h.SetMapping(h.as(auth.Centre, "root"), src.ID, src.Version, proxyX); err != nil {
			t.Fatal(err)
		}
		good, again := h.receive(src, proxyLog)
		if again || good.ID == bad.ID {
			t.Fatalf("it is not read anew: %+v", good)
		}
		h.work()
		if f := h.file(good.ID); f.Account.Parsed != 2 || f.Mapping != 2 {
			t.Errorf("%+v", f)
		}
		if _, again := h.receive(src, proxyLog); !again {
			t.Error("what was read is read twice")
		}
	})
}

func TestASourceWithoutItsMappingFileTakesNothing(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.as(auth.Centre, "root")
		src, err := h.Create(ctx, source.Source{Name: "X", Owner: "a", Format: source.ByMapping})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = h.Receive(ctx, src.ID, "x", source.ByAPI, strings.NewReader("x\n"))
		if !fault.Is(err, fault.Conflict) || fault.Of(err).Msg != "source.bad.no_mapping" {
			t.Errorf("%v", err)
		}
	})
}

func TestAMappingFileThatIsWrongNamesItsLine(t *testing.T) {
	each(t, func(h *house) {
		src := h.source("a")
		for _, c := range []struct {
			text, key string
			line      int
			of, got   string
		}{
			{"", "no_fields", 1, "", ""},
			{"name: x\nform: [", "syntax", 2, "", ""},
			{"name: x\nform: json\nfields:\n  a: src\nfilds: 1\n", "key", 5, "", "filds"},
			{"name: x\nname: y\n", "twice", 2, "", ""},
			{"name: x\nform: json\nfields: 3\n", "kind", 3, "", ""},
			{"title: x\nname: A B\n", "name", 2, "", "A B"},
			{"name: squid\nform: json\nfields: {a: src}\n", "taken", 1, "", "squid"},
			{"name: x\n\nform: xml\n", "form", 3, "", "xml"},
			{"name: x\nform: csv\nfields: {a: src}\nseparator: ;;\n", "separator", 4, "", ";;"},
			{"name: x\nform: json\nfields:\n  when: time\n  a: sauce\n", "meaning", 5, "a", "sauce"},
			{"name: x\nform: csv\ncolumns: [b]\nfields:\n  a: src\n", "column", 5, "a", ""},
			{"name: x\nform: json\nfields: {a: src}\nactions:\n  OK: fine\n", "action", 5, "OK", "fine"},
			{strings.Repeat("# long\n", 10_000), "size", 1, "", ""},
		} {
			_, err := h.SetMapping(h.as(auth.Centre, "root"), src.ID, src.Version, c.text)
			e := fault.Of(err)
			if !fault.Is(err, fault.Invalid) || e.Fields["text"] != "source.mapping.bad."+c.key || e.Args[0] != c.line || c.of != "" && e.Args[1] != c.of || c.got != "" && e.Args[2] != c.got {
				t.Errorf("%.40q: %v %v %v", c.text, err, e.Fields, e.Args)
			}
		}
		if all, err := h.Mappings(h.as(auth.Centre, "root"), src.ID); err != nil || len(all) != 0 || h.reload(src.ID) != src {
			t.Errorf("something was kept: %+v %v", all, err)
		}
	})
}

func TestATrialShowsWhatIsReadAndKeepsNothing(t *testing.T) {
	each(t, func(h *house) {
		ctx, src := h.as(auth.Centre, "root"), h.source("a")
		trial, err := h.TryMapping(ctx, src.ID, proxyX, strings.Repeat(proxyLog, 20))
		if err != nil || trial.Lines != 60 || trial.Read != 40 || trial.Rejected != 20 || len(trial.Events) != 20 || len(trial.Bad) != 10 || trial.Bad[0].Line != 3 {
			t.Fatalf("%+v %v", trial, err)
		}
		if a := trial.Events[1]; a.Dst.Host != "two.example" || a.Src.Addr.String() != "10.1.0.6" || a.Time.UTC().Hour() != 1 {
			t.Errorf("read %+v", a)
		}
		if long, err := h.TryMapping(ctx, src.ID, proxyX, strings.Repeat(proxyLog, 5000)); err != nil || !long.Cut || long.Lines != long.Read+long.Skipped+long.Rejected || long.Rejected != long.Lines/3 {
			t.Errorf("a long sample: %+v %v", long.Lines, err)
		}
		if _, err := h.TryMapping(ctx, src.ID, proxyX, " \n"); fault.Of(err).Fields["sample"] == "" {
			t.Errorf("no sample: %v", err)
		}
		if all, err := h.Mappings(ctx, src.ID); err != nil || len(all) != 0 {
			t.Errorf("kept %+v %v", all, err)
		}
	})
}

func TestTheMappingFileIsForWhoeverMayEditTheSource(t *testing.T) {
	each(t, func(h *house) {
		src := h.mapped("a", proxyX)
		if _, err := h.SetMapping(h.as(auth.Centre, "b"), src.ID, src.Version, proxyX); !fault.Is(err, fault.NotFound) {
			t.Errorf("of another unit: %v", err)
		}
		if _, err := h.Mappings(h.as(auth.Centre, "b"), src.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("read from another unit: %v", err)
		}
		if _, err := h.TryMapping(h.as(auth.Centre, "b"), src.ID, proxyX, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("tried from another unit: %v", err)
		}
		if _, err := h.SetMapping(h.as(auth.Duty, "a"), src.ID, src.Version, proxyX); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not edit: %v", err)
		}
	})
}
