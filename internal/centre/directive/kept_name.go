// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file is for the names that persons explained once (see Mean): they are
// looked at, corrected, forgotten and taken up again.

// NameID identifies a remembered name.
type NameID string

// KeptName is what a body was told that a name of its texts means.
type KeptName struct {
	ID        NameID
	Unit      string // that was told; rules who sees it
	Name      string // as the text has it
	Target    string // key of whom it means, or all
	Means     Addressee
	Gone      bool   // whom it means is there no longer: the name is asked again
	By        string // who said so last
	At        time.Time
	Uses      int64     // texts it helped to read
	UsedAt    time.Time // zero: none yet
	Forgotten time.Time // zero: it holds
	Version   int64
}

// NameFilter narrows a list of remembered names; the zero value is the first page
// of those that hold.
type NameFilter struct {
	Query     string // words of the name or of whom it means, accents free
	Unit      string
	Forgotten bool   // those that were forgotten, and no others
	After     NameID // the last of the page before
	Limit     int    // 0 is 50
}

// nameID is the same for the same name at the same body, ever.
func nameID(unit, folded string) NameID {
	sum := sha256.Sum256([]byte(unit + "\n" + folded))
	return NameID(hex.EncodeToString(sum[:12]))
}

func (r nameRow) kept(bodies []Body) KeptName {
	n := KeptName{ID: nameID(r.Unit, r.Folded), Unit: r.Unit, Name: r.Name, Target: r.Target, By: r.ByName, At: r.At.Time, Uses: r.Uses, UsedAt: r.UsedAt.Time, Forgotten: r.Forgotten.Time, Version: r.Version}
	a, ok := addressee(r.Target, bodies)
	n.Means, n.Gone = a, !ok
	return n
}

// kept are all names in the sight of an actor, by name: a province has hundreds.
func (s *Service) kept(ctx context.Context, op string) ([]KeptName, error) {
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	bodies, err := s.bodies(ctx)
	if err != nil {
		return nil, err
	}
	var rows []nameRow
	if err := scope.Filter(s.Records.Read().NewSelect().Model(&rows), "n.unit_id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	out := make([]KeptName, len(rows))
	for n, r := range rows {
		out[n] = r.kept(bodies)
	}
	slices.SortFunc(out, func(x, y KeptName) int {
		return cmp.Or(cmp.Compare(i18n.Fold(x.Name), i18n.Fold(y.Name)), cmp.Compare(x.ID, y.ID))
	})
	return out, nil
}

// KeptNames lists remembered names in the actor's sight, by name, and how many
// match in all.
func (s *Service) KeptNames(ctx context.Context, f NameFilter) ([]KeptName, int64, error) {
	list, err := s.kept(ctx, "directive.KeptNames")
	if err != nil {
		return nil, 0, err
	}
	words := strings.Fields(i18n.Fold(f.Query))
	list = slices.DeleteFunc(list, func(n KeptName) bool {
		said := i18n.Fold(n.Name + " " + n.Means.Name)
		return f.Unit != "" && n.Unit != f.Unit || f.Forgotten == n.Forgotten.IsZero() || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(said, w) })
	})
	total := int64(len(list))
	if f.After != "" {
		at := slices.IndexFunc(list, func(n KeptName) bool { return n.ID == f.After })
		list = list[at+1:]
	}
	limit := f.Limit
	if limit <= 0 {
		limit = onPage
	}
	return list[:min(len(list), limit)], total, nil
}

// KeptName is one of them, and whether the actor may change it; fault.NotFound out
// of sight.
func (s *Service) KeptName(ctx context.Context, id NameID) (KeptName, bool, error) {
	const op = "directive.KeptName"
	list, err := s.kept(ctx, op)
	if err != nil {
		return KeptName{}, false, err
	}
	at := slices.IndexFunc(list, func(n KeptName) bool { return n.ID == id })
	if at < 0 {
		return KeptName{}, false, fault.Missing(op)
	}
	may := false
	if _, scope, err := auth.Need(ctx, op, mayWrite); err == nil {
		if may, err = scope.Holds(ctx, s.Records.Read(), list[at].Unit); err != nil {
			return KeptName{}, false, err
		}
	}
	return list[at], may, nil
}

// Amend says that a remembered name means somebody else from now on; texts that
// were read stay as they are. Errors: fault.Invalid (body), fault.Conflict for a
// stale version or a name that was forgotten.
func (s *Service) Amend(ctx context.Context, id NameID, key string, version int64) (KeptName, error) {
	return s.rename(ctx, "directive.name.amend", id, version, func(r *nameRow, bodies []Body) error {
		if !r.Forgotten.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: "directive.name.amend"}
		}
		if _, ok := addressee(key, bodies); !ok {
			return fault.Bad("directive.name.amend", "body", "directive.bad.actors")
		}
		r.Target = key
		return nil
	})
}

// Forget makes a name be asked again in the next text. Nothing is lost: Recall
// takes it up again.
func (s *Service) Forget(ctx context.Context, id NameID, version int64) (KeptName, error) {
	return s.rename(ctx, "directive.name.forget", id, version, func(r *nameRow, _ []Body) error {
		if !r.Forgotten.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: "directive.name.forget"}
		}
		r.Forgotten = db.At(s.now())
		return nil
	})
}

// Recall takes a forgotten name up again.
func (s *Service) Recall(ctx context.Context, id NameID, version int64) (KeptName, error) {
	return s.rename(ctx, "directive.name.recall", id, version, func(r *nameRow, _ []Body) error {
		if r.Forgotten.IsZero() {
			return &fault.Error{Kind: fault.Conflict, Op: "directive.name.recall"}
		}
		r.Forgotten = db.Time{}
		return nil
	})
}

func (s *Service) rename(ctx context.Context, op string, id NameID, version int64, fn func(r *nameRow, bodies []Body) error) (KeptName, error) {
	was, may, err := s.KeptName(ctx, id)
	switch {
	case err != nil:
		return was, err
	case !may:
		return was, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	bodies, err := s.bodies(ctx)
	if err != nil {
		return was, err
	}
	actor, _ := auth.From(ctx)
	var r nameRow
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r = nameRow{}
		if err := tx.NewSelect().Model(&r).Where("n.unit_id = ?", was.Unit).Where("n.folded = ?", fold(was.Name)).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		if r.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		from := r.Target
		if err := fn(&r, bodies); err != nil {
			return err
		}
		r.ByName, r.At, r.Version = actor.Name, db.At(s.now()), r.Version+1
		if _, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", version).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: op, Kind: "directive_name", Object: string(id), Unit: r.Unit, Detail: map[string]any{"name": r.Name, "from": from, "to": r.Target}})
	})
	return r.kept(bodies), err
}

// helped counts, in the transaction that keeps a text, the remembered names that
// told whom it means.
func (s *Service) helped(ctx context.Context, tx *db.Tx, unit string, known map[string]Addressee, list []Item) error {
	var used []string
	for _, it := range list {
		for _, name := range it.Said {
			if f := fold(name); !slices.Contains(used, f) {
				if _, ok := known[f]; ok {
					used = append(used, f)
				}
			}
		}
	}
	if len(used) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*nameRow)(nil)).Set("uses = uses + 1").Set("used_at = ?", db.At(s.now())).Where("unit_id = ?", unit).Where("folded IN (?)", bun.List(used)).Exec(ctx)
	return db.Error("directive.helped", err)
}
