// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/vonggac/vonggac/internal/platform/db"
)

func TestIDFromIsTheLeastOfItsMoment(t *testing.T) {
	t.Parallel()
	before := time.Now()
	id := db.NewID()
	if least := db.IDFrom(before); id < least {
		t.Errorf("%s made after %s sorts before %s", id, before, least)
	}
	if later := db.IDFrom(before.Add(time.Hour)); id >= later {
		t.Errorf("%s sorts after %s, an hour later", id, later)
	}
	for _, at := range []time.Time{{}, time.UnixMilli(0), time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), time.UnixMilli(1<<48 - 1)} {
		if _, err := uuid.Parse(db.IDFrom(at)); err != nil {
			t.Errorf("%v: %v", at, err)
		}
	}
	if db.IDFrom(time.Time{}) >= db.IDFrom(time.UnixMilli(1)) {
		t.Error("the zero time is not the least")
	}
}
