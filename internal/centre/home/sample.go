// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Draw draws n of bodies, in the order drawn: each is ranked by the SHA-256 of
// the seed, a line feed and its ID, the lowest first. Whoever has the seed and
// the IDs can draw the same again with any tool; the order of bodies does not
// matter, and one more body moves no other's rank.
func Draw(seed string, n int, bodies []Body) []Body {
	type ranked struct {
		Body
		hash [sha256.Size]byte
	}
	all := make([]ranked, len(bodies))
	for i, b := range bodies {
		all[i] = ranked{b, sha256.Sum256([]byte(seed + "\n" + b.ID))}
	}
	slices.SortFunc(all, func(x, y ranked) int { return cmp.Or(bytes.Compare(x.hash[:], y.hash[:]), strings.Compare(x.ID, y.ID)) })
	out := make([]Body, 0, max(0, min(n, len(all))))
	for _, b := range all[:cap(out)] {
		out = append(out, b.Body)
	}
	return out
}

const (
	usualSample = 5
	mostSample  = 200
	mostSeed    = 64
)

// sampling is what an inspector asked to be drawn.
type sampling struct {
	seed, size             string // as typed
	n                      int
	badSeed, badSize, kind string
}

// asked reads seed, n and kind of the query. Without a seed it is the day, so
// that everybody draws the same units on it.
func asked(r *http.Request, now time.Time) sampling {
	q := r.URL.Query()
	s := sampling{seed: i18n.NFC(strings.TrimSpace(q.Get("seed"))), size: strings.TrimSpace(q.Get("n")), kind: q.Get("kind")}
	if s.seed == "" {
		s.seed = now.In(i18n.Hanoi).Format("2006-01-02")
	}
	if s.size == "" {
		s.size = strconv.Itoa(usualSample)
	}
	if utf8.RuneCountInString(s.seed) > mostSeed || strings.ContainsFunc(s.seed, func(c rune) bool { return c < ' ' }) {
		s.badSeed = "home.sample.bad_seed"
	}
	var err error
	if s.n, err = strconv.Atoi(s.size); err != nil || s.n < 1 || s.n > mostSample {
		s.badSize = "home.sample.bad_size"
	}
	return s
}

func (s sampling) bad() bool { return s.badSeed+s.badSize != "" }

// frame is what is drawn from: all bodies, or those of the kind asked for.
func (v page) frame() []Body {
	if v.sample.kind == "" {
		return *v.bodies
	}
	return slices.DeleteFunc(slices.Clone(*v.bodies), func(b Body) bool { return b.Kind != v.sample.kind })
}

func (v page) sampleFields(ctx context.Context) []ui.FieldProps {
	words := func(key string) string {
		if key == "" {
			return ""
		}
		return i18n.T(ctx, key, i18n.Number(ctx, mostSample), i18n.Number(ctx, mostSeed))
	}
	kinds := map[string]bool{}
	var options []ui.Option
	for _, b := range *v.bodies {
		if b.Kind != "" && !kinds[b.Kind] {
			kinds[b.Kind] = true
			options = append(options, ui.Option{Value: b.Kind, Label: b.Kind})
		}
	}
	slices.SortFunc(options, func(x, y ui.Option) int { return strings.Compare(x.Label, y.Label) })
	return []ui.FieldProps{
		{Name: "seed", Label: i18n.T(ctx, "home.sample.seed"), Value: v.sample.seed, Error: words(v.sample.badSeed), MaxLength: mostSeed},
		{Name: "n", Kind: ui.KindNumber, Label: i18n.T(ctx, "home.sample.size"), Value: v.sample.size, Error: words(v.sample.badSize), Min: "1", Max: strconv.Itoa(mostSample)},
		{Name: "kind", Kind: ui.KindSelect, Label: i18n.T(ctx, "home.sample.kind"), Value: v.sample.kind, Options: options, Blank: i18n.T(ctx, "home.sample.kind.all")},
	}
}

// sampleList is the units drawn.
func (v page) sampleList(ctx context.Context) ui.ListProps {
	frame := v.frame()
	l := ui.ListProps{ID: "sample", Caption: i18n.T(ctx, "home.sample"), Heads: heads(ctx, "home.unit", "home.sample.kind", "home.proofs", "home.sample.no"),
		Total: int64(len(frame)), Empty: empty(ctx, ui.IconUnit, "sample")}
	for i, b := range Draw(v.sample.seed, v.sample.n, frame) {
		proof := ui.None()
		if b.Evidence != "" {
			proof = ui.Anchor(ui.Link{Label: i18n.T(ctx, "home.sample.open"), Href: b.Evidence})
		}
		l.Rows = append(l.Rows, ui.Row{Href: b.Href, Name: b.Name, Cells: []templ.Component{unitMark(b.Name), ui.Text(b.Kind), proof, ui.Number(int64(i) + 1)}})
	}
	return l
}

// sampleNote says how the units were drawn, so that it can be done again.
func (v page) sampleNote(ctx context.Context) string {
	n := min(v.sample.n, len(v.frame()))
	return i18n.T(ctx, "home.sample.how", i18n.Number(ctx, int64(n)), i18n.Number(ctx, int64(len(v.frame()))), v.sample.seed)
}
