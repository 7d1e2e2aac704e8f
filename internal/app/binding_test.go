// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// TestMeasuresOfBindings holds that every measure a binding names stands, or says
// which room it waits for, and not both.
func TestMeasuresOfBindings(t *testing.T) {
	room := openAt(t, "").Rooms.Bindings
	unnamed(t, room.Library, room.Registered)
}

// unnamed compares the measures that bindings name with those that stand.
func unnamed(t *testing.T, l *binding.Library, registered func(key string) bool) {
	t.Helper()
	for _, b := range l.All() {
		for _, m := range b.Measures {
			_, known := l.Room(m.WaitsFor)
			switch stands := registered(m.Key); {
			case !stands && !known:
				t.Errorf("%s: measure %q neither stands nor waits for a room", b.ID, m.Key)
			case stands && m.WaitsFor != "":
				t.Errorf("%s: measure %q stands and waits for %s", b.ID, m.Key, m.WaitsFor)
			}
		}
	}
}

// choices are what was chosen for two demands of a unit.
func (w *scopes) choices(t *testing.T, g goods, unit, word string) {
	t.Helper()
	err := w.Records.Write(w.centre, func(ctx context.Context, tx *db.Tx) error {
		for _, said := range []string{"Rà soát lỗ hổng của " + word, "Phân công trực ở " + word} {
			c, err := w.Rooms.Bindings.Remember(ctx, tx, unit, "1/"+word, binding.Leaf{Text: said, Topics: []binding.Topic{{Key: "vulnerability_fix", Score: 1}}}, []string{"vulnerabilities"})
			if err != nil {
				return err
			}
			g.add("binding choice", string(c.ID))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if word == "alpha" {
		g.add("binding", "level-dossier", "secret-papers", "digital-signature")
	}
}
