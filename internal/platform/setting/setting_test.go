// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setting_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

type head struct{ Body, Place string }

func TestValueIsKeptAndAStaleWriteRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{setting.Migrations}, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
		put := func(version int64, v head) error {
			return d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return setting.Put(ctx, tx, now, "head", version, v) })
		}
		var got head
		if v, err := setting.Get(ctx, d.Read(), "head", &got); v != 0 || err != nil || got != (head{}) {
			t.Fatalf("before anybody chose: %v, version %d, %v", got, v, err)
		}
		if err := put(0, head{"Sở A", "Bản Mẫu"}); err != nil {
			t.Fatal(err)
		}
		if err := put(0, head{"Sở B", ""}); !fault.Is(err, fault.Conflict) {
			t.Errorf("made twice: %v, want Conflict", err)
		}
		if err := put(1, head{"Sở C", "Bản Mẫu"}); err != nil {
			t.Fatal(err)
		}
		if err := put(1, head{"Sở D", ""}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a newer value: %v, want Conflict", err)
		}
		if v, err := setting.Get(ctx, d.Read(), "head", &got); v != 2 || err != nil || got.Body != "Sở C" {
			t.Errorf("kept %v, version %d, %v", got, v, err)
		}
	})
}
