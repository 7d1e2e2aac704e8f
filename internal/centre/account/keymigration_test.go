// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestKeysOfTheFirstRelease fills the tables as the first release left them and
// brings them up to date: its keys do what they did.
func TestKeysOfTheFirstRelease(t *testing.T) {
	t.Parallel()
	const file = "migrations/20261122000350_account.sql"
	raw, err := fs.ReadFile(account.Migrations, file)
	if err != nil {
		t.Fatal(err)
	}
	old := fstest.MapFS{file: {Data: raw}}
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, old}, func(t *testing.T, d *db.DB) {
		sum := sha256.Sum256([]byte("old secret"))
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("INSERT INTO account_key (id, name, token, unit_id, role, area, act, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				"k1", "dns", hex.EncodeToString(sum[:]), "a", "centre", "settings", "W", "mai", t0.UnixMilli()).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(t.Context(), auth.Migrations, audit.Migrations, account.Migrations); err != nil {
			t.Fatal(err)
		}
		h := open(d)
		h.now = t0.AddDate(5, 0, 0)
		a, err := h.KeyActor(t.Context(), "old secret")
		if err != nil || a.ID != "k1" || !slices.Equal(reach(a, auth.Permission{Area: auth.Settings, Act: auth.Write}), []string{"a"}) ||
			len(reach(a, auth.Permission{Area: auth.Settings, Act: auth.Read})) != 0 {
			t.Errorf("acts as %+v after %s: %v", a, 5*365*24*time.Hour, err)
		}
	})
}
