// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// TestMain draws thirty worlds instead of rapid's hundred, unless told: each is
// a few dozen transactions.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "30"); err != nil {
		panic(err)
	}
	flag.Parse() // what the command line says comes after
	m.Run()
}

// step is a block that arrives or an act of a person, after some time.
type step struct {
	after    time.Duration
	act      string
	pick     int        // which record the act is on
	hits     []scan.Hit // of a block
	restarts int        // how often the block's transaction dies before it commits
}

var acts = []string{"block", "block", "block", "block", "dismiss", "false positive", "clean", "mark false", "reopen finding", "reopen infection"}

func drawStep(t *rapid.T) step {
	s := step{after: time.Duration(rapid.IntRange(1, 60).Draw(t, "after")) * time.Minute, act: rapid.SampledFrom(acts).Draw(t, "act"),
		pick: rapid.IntRange(0, 5).Draw(t, "pick"), restarts: rapid.IntRange(0, 2).Draw(t, "restarts")}
	if s.act != "block" {
		return s
	}
	lists := []*intel.List{{Name: "A", Threat: "Emotet"}, {Name: "B", Threat: "Emotet", TLP: "TLP:RED"}, {Name: "C", Threat: "Qbot"}, {Name: "D", Kind: intel.Allow}}
	for range rapid.IntRange(0, 6).Draw(t, "hits") {
		at := t0.Add(time.Duration(rapid.IntRange(-300, 300).Draw(t, "minute")) * time.Minute)
		if rapid.IntRange(0, 5).Draw(t, "undated") == 0 {
			at = time.Time{}
		}
		s.hits = append(s.hits, hit(rapid.SampledFrom(lists).Draw(t, "list"), rapid.SampledFrom([]string{"10.1.0.1", "::ffff:10.1.0.1", "10.1.255.2", ""}).Draw(t, "client"),
			rapid.SampledFrom([]string{"a.example", "b.example", "c.example"}).Draw(t, "name"), int64(rapid.IntRange(1, 3).Draw(t, "count")), at))
	}
	return s
}

var errRestart = errors.New("the process died")

// play runs the steps in the world of owner. Blocks whose transaction dies are
// taken in again, as a worker does after a restart.
func (h *house) play(steps []step, owner unit.ID, restart bool) error {
	h.now = t0
	for _, s := range steps {
		h.now = h.now.Add(s.after)
		if s.act != "block" {
			if err := h.act(s, owner); err != nil {
				return err
			}
			continue
		}
		dies := 0
		if restart {
			dies = s.restarts
		}
		for try := range dies + 1 {
			err := h.db.Housekeep(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := h.take(ctx, tx, owner, s.hits); err != nil || try == dies {
					return err
				}
				return errRestart
			})
			if err != nil && !errors.Is(err, errRestart) {
				return err
			}
		}
	}
	return nil
}

// act does to one record of the owner what a person would, if its state allows.
func (h *house) act(s step, owner unit.ID) error {
	ctx := h.officer()
	findings, infections, err := h.world(owner)
	if err != nil {
		return err
	}
	open := func(f finding.Seen) bool { return f.State.Open() }
	var find *finding.Seen
	var ill *infection.Seen
	switch s.act {
	case "dismiss", "false positive":
		find = pick(findings, s.pick, open)
	case "reopen finding":
		find = pick(findings, s.pick, func(f finding.Seen) bool {
			return f.State == finding.Dismissed && !slices.ContainsFunc(findings, func(o finding.Seen) bool { return o.Key() == f.Key() && open(o) })
		})
	case "reopen infection":
		ill = pick(infections, s.pick, func(i infection.Seen) bool { return i.State != infection.Suspected })
	default:
		ill = pick(infections, s.pick, func(i infection.Seen) bool { return i.State.Active() })
	}
	switch {
	case find != nil && s.act == "reopen finding":
		_, err = h.findings.Reopen(ctx, find.ID, find.Version)
	case find != nil:
		_, err = h.findings.Dismiss(ctx, find.ID, finding.Dismissal{Reason: "thử", FalsePositive: s.act == "false positive", Names: find.Names}, find.Version)
	case ill == nil:
	case s.act == "clean":
		_, err = h.Clean(ctx, ill.ID, "thử", ill.Version)
	case s.act == "mark false":
		_, err = h.MarkFalse(ctx, ill.ID, "thử", ill.Names, ill.Version)
	default:
		_, err = h.Reopen(ctx, ill.ID, ill.Version)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", s.act, err)
	}
	return err
}

func pick[R any](list []R, n int, fits func(R) bool) *R {
	var fit []R
	for _, r := range list {
		if fits(r) {
			fit = append(fit, r)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return &fit[n%len(fit)]
}

// world reads all records of an owner, in the order of their keys.
func (h *house) world(owner unit.ID) ([]finding.Seen, []infection.Seen, error) {
	fs, err := h.findings.List(h.officer(), finding.Filter{Limit: 1000})
	if err != nil {
		return nil, nil, err
	}
	is, err := h.List(h.officer(), infection.Filter{Limit: 1000})
	if err != nil {
		return nil, nil, err
	}
	findings := slices.DeleteFunc(fs.Rows, func(f finding.Seen) bool { return f.Owner != string(owner) })
	infections := slices.DeleteFunc(is.Rows, func(i infection.Seen) bool { return i.Owner != string(owner) })
	slices.SortFunc(findings, func(a, b finding.Seen) int { return cmp.Or(byKey(a.Key(), b.Key()), cmp.Compare(a.Episode, b.Episode)) })
	slices.SortFunc(infections, func(a, b infection.Seen) int { return byKey(a.Key(), b.Key()) })
	return findings, infections, nil
}

func byKey(a, b finding.Key) int {
	return cmp.Or(strings.Compare(a.AddrKey, b.AddrKey), strings.Compare(a.Threat, b.Threat))
}

// dump writes down everything of a world but ids and the owner.
func (h *house) dump(owner unit.ID) (string, error) {
	findings, infections, err := h.world(owner)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, f := range findings {
		names, _, err := h.findings.Names(h.officer(), []finding.Seen{f}, 100)
		if err != nil {
			return "", err
		}
		hits, _, err := h.findings.Hits(h.officer(), []finding.Seen{f}, 0, 100)
		if err != nil {
			return "", err
		}
		f.ID, f.Owner, f.UnitID, f.AddrKind = "", "", "", ""
		fmt.Fprintf(&b, "%+v\n  %+v\n", f, names)
		for _, x := range hits {
			x.Finding = ""
			fmt.Fprintf(&b, "  %+v\n", x)
		}
	}
	for _, i := range infections {
		i.ID, i.Machine, i.Owner, i.UnitID, i.AddrKind = "", "", "", "", ""
		fmt.Fprintf(&b, "%+v\n", i)
	}
	return b.String(), nil
}

// TestRestartsChangeNothing plays the same steps in two worlds, in one of which
// transactions die and blocks are taken in again: the rows are equal, every
// query is counted once, and the two rooms agree.
func TestRestartsChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(rt *rapid.T) {
			err := h.db.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				for _, table := range []string{"finding_hit", "finding_name", "finding", "infection", "infection_machine"} {
					if _, err := tx.NewRaw("DELETE FROM " + table).Exec(ctx); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 8).Draw(rt, "steps")
			for owner, restart := range map[unit.ID]bool{h.a: false, h.b: true} {
				if err := h.play(steps, owner, restart); err != nil {
					rt.Fatal(err)
				}
			}
			straight, err := h.dump(h.a)
			if err != nil {
				rt.Fatal(err)
			}
			broken, err := h.dump(h.b)
			if err != nil {
				rt.Fatal(err)
			}
			if straight != broken {
				rt.Fatalf("uninterrupted:\n%s\nwith restarts:\n%s", straight, broken)
			}
			h.agree(rt, steps)
		})
	})
}

// agree checks the sums of a world: against the steps, and between the rooms.
func (h *house) agree(rt *rapid.T, steps []step) {
	findings, infections, err := h.world(h.a)
	if err != nil {
		rt.Fatal(err)
	}
	want := asked(steps)
	open := map[finding.Key]int{}
	got := map[finding.Key]int64{}
	of := map[finding.Key][]finding.Seen{}
	for _, f := range findings {
		k := f.Key()
		got[k] += f.Queries
		of[k] = append(of[k], f)
		if f.State.Open() {
			open[k]++
		}
	}
	for k, list := range of {
		if want[k.AddrKey+k.Threat] != got[k] || open[k] > 1 {
			rt.Fatalf("%+v: %d queries, want %d; %d open", k, got[k], want[k.AddrKey+k.Threat], open[k])
		}
		delete(want, k.AddrKey+k.Threat)
		i := slices.IndexFunc(infections, func(i infection.Seen) bool { return i.Key() == k })
		if (i >= 0) != (k.AddrKey != "") {
			rt.Fatalf("%+v: infection %d", k, i)
		}
		if i < 0 {
			continue
		}
		_, names, err := h.findings.Names(h.officer(), list, 1)
		ill := infections[i]
		if err != nil || ill.Queries != got[k] || ill.Names != names {
			rt.Fatalf("%+v: infection has %d queries of %d names, findings %d of %d, %v", k, ill.Queries, ill.Names, got[k], names, err)
		}
		if open[k] > 0 && ill.State == infection.FalsePositive {
			rt.Fatalf("%+v: a false positive with an open finding", k)
		}
	}
	if len(want) > 0 {
		rt.Fatalf("lost %v", want)
	}
}

// asked counts the queries of blocks by address and threat, independently: for
// each name the most that one list saw.
func asked(steps []step) map[string]int64 {
	out := map[string]int64{}
	for _, s := range steps {
		seen := map[[3]string]map[string]int64{}
		for _, x := range s.hits {
			if x.Match.List.Kind == intel.Allow {
				continue
			}
			k := [3]string{db.AddrKey(x.Client), x.Match.Threat, x.Name}
			if seen[k] == nil {
				seen[k] = map[string]int64{}
			}
			seen[k][x.Match.List.Name] += x.Count
		}
		for k, by := range seen {
			var most int64
			for _, n := range by {
				most = max(most, n)
			}
			out[k[0]+k[1]] += most
		}
	}
	return out
}
