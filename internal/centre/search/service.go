// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"embed"
	"errors"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// patience is how long a source may take; the answer says which one was late.
const patience = 3 * time.Second

// shortest is how many characters are needed before records are asked.
const shortest = 2

// Service asks the sources. It is safe for concurrent use.
type Service struct{ sources []Source }

// New makes the room. Groups come in the order of sources.
func New(sources ...Source) *Service { return &Service{sources} }

// Find asks every source that the actor of ctx may ask, all at once, for at
// most limit hits each. Sources without a hit are left out; one that does not
// answer in three seconds is named as late.
func (s *Service) Find(ctx context.Context, q Query, limit int) ([]Group, error) {
	found, errs := make([]Group, len(s.sources)), make([]error, len(s.sources))
	var all sync.WaitGroup
	for n, src := range s.sources {
		if !src.May(ctx) || !src.Blank && utf8.RuneCountInString(q.Text) < shortest {
			continue
		}
		all.Go(func() { found[n], errs[n] = ask(ctx, src, q, limit) })
	}
	all.Wait()
	var out []Group
	for _, g := range found {
		if len(g.Hits) > 0 || g.Late {
			out = append(out, g)
		}
	}
	return out, errors.Join(errs...)
}

func ask(ctx context.Context, src Source, q Query, limit int) (Group, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	g := Group{Key: src.Key, Icon: src.Icon}
	hits, total, err := src.Find(within, q, limit)
	switch {
	case err != nil && within.Err() != nil && ctx.Err() == nil:
		g.Late = true
		return g, nil
	case fault.Is(err, fault.Forbidden), fault.Is(err, fault.NotFound):
		return g, nil
	case err != nil:
		return g, err
	}
	g.Hits, g.Total = hits[:min(len(hits), limit)], total
	if src.All != nil && (total < 0 || total > int64(len(g.Hits))) {
		g.All = src.All(q)
	}
	return g, nil
}

// Straight is the one place that q means, such as the case with that code;
// empty when q means none or several.
func (s *Service) Straight(ctx context.Context, q Query) (string, error) {
	for _, src := range s.sources {
		if src.Straight == nil || !src.May(ctx) {
			continue
		}
		href, err := src.Straight(ctx, q)
		if href != "" || err != nil {
			return href, err
		}
	}
	return "", nil
}
