// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Migrations hold the schema of the room. It leans on those of auth and audit.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room, and the words of the measures of the rooms
// below it.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the room works with.
type Deps struct {
	Records *db.DB
	Now     func() time.Time
	Log     *slog.Logger
	Law     func() *rulepack.Pack                     // the pack of today; nil while there is none
	Root    func(ctx context.Context) (string, error) // unit of the whole centre
}

// Service holds the use cases. Register everything before anything else; it is
// safe for concurrent use afterwards.
type Service struct {
	Deps
	measures map[string]Measure
	keys     []string // sorted
}

// New makes the room, without a measure.
func New(d Deps) *Service { return &Service{Deps: d, measures: map[string]Measure{}} }

var (
	mayRead    = auth.Permission{Area: auth.Directives, Act: auth.Read}
	mayDeclare = auth.Permission{Area: auth.Directives, Act: auth.Write}
	mayRecount = auth.Permission{Area: auth.Settings, Act: auth.Write}
)

// Register adds measures. A key given twice, or a measure without Eval, is a bug
// and panics.
func (s *Service) Register(list ...Measure) {
	for _, m := range list {
		room, what, ok := strings.Cut(m.Key, ".")
		if _, twice := s.measures[m.Key]; twice || !ok || room == "" || what == "" || m.Eval == nil || m.Unit == "" || m.Direction == "" {
			panic(fmt.Sprintf("measure %q cannot be registered", m.Key))
		}
		s.measures[m.Key] = m
		s.keys = append(s.keys, m.Key)
	}
	slices.Sort(s.keys)
}

// Catalogue lists all measures by key.
func (s *Service) Catalogue() []Measure {
	out := make([]Measure, len(s.keys))
	for i, key := range s.keys {
		out[i] = s.measures[key]
	}
	return out
}

// Measure is the measure of a key; false when there is none.
func (s *Service) Measure(key string) (Measure, bool) {
	m, ok := s.measures[key]
	return m, ok
}

// Room is the room a measure belongs to, as its key says.
func (m Measure) Room() string {
	room, _, _ := strings.Cut(m.Key, ".")
	return room
}

// one is a measure by key; fault.NotFound when there is none.
func (s *Service) one(op, key string) (Measure, error) {
	m, ok := s.measures[key]
	if !ok {
		return m, fault.Missing(op)
	}
	return m, nil
}

// known narrows keys to those there are, each once; none stands for all.
func (s *Service) known(keys []string) []string {
	if len(keys) == 0 {
		return s.keys
	}
	out := make([]string, 0, len(keys))
	for _, key := range keys {
		if _, ok := s.measures[key]; ok {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Threshold is a number of the pack of today; false when it has none.
func (s *Service) threshold(id string) (rulepack.Threshold, bool) {
	if pack := s.Law(); pack != nil && id != "" {
		return pack.Threshold(id)
	}
	return rulepack.Threshold{}, false
}

// Least is the least coverage of m in percent. Without law nothing less than all
// is enough.
func (s *Service) Least(m Measure) int64 {
	if t, ok := s.threshold(cmp.Or(m.Coverage, "measure_coverage")); ok {
		return int64(t.Value)
	}
	return 100
}

// tolerance is how many percent a claim may differ from what was measured.
func (s *Service) tolerance() int64 {
	t, _ := s.threshold("claim_tolerance")
	return int64(t.Value)
}

// Reached reports whether r is where the target of m asks it to be; told is false
// when m has no target or r no value.
func (s *Service) Reached(m Measure, r Reading) (reached, told bool) {
	t, ok := s.threshold(m.Target)
	value, measured := r.Value(m.Unit)
	if !ok || !measured || m.Direction == Plain {
		return false, false
	}
	if m.Direction == Less {
		return value <= float64(t.Value), true
	}
	return value >= float64(t.Value), true
}

// everywhere lets through who may do p in the whole centre.
func (s *Service) everywhere(ctx context.Context, op string, p auth.Permission) (auth.Actor, string, error) {
	actor, scope, err := auth.Need(ctx, op, p)
	if err != nil {
		return actor, "", err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return actor, "", err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, root, db.Error(op, err)
}

// MayRecount reports whether the actor may have days counted anew, and sees why a
// measure failed.
func (s *Service) MayRecount(ctx context.Context) bool {
	_, _, err := s.everywhere(ctx, "measure.MayRecount", mayRecount)
	return err == nil
}
