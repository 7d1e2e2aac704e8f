// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package dbtest gives tests real databases: SQLite in a temporary folder
// always, and PostgreSQL when VONGGAC_TEST_POSTGRES holds the address of a
// server on which databases may be made. Start at Each.
package dbtest

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// PostgresEnv names the environment variable with the server's address.
const PostgresEnv = "VONGGAC_TEST_POSTGRES"

// Each runs test once on each engine, on an empty database migrated from
// sources.
func Each(t *testing.T, sources []fs.FS, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t, sources...))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t, sources...))
	})
}

// SQLite opens an empty SQLite database for the length of the test.
func SQLite(t testing.TB, sources ...fs.FS) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.db")
	Blank(t, path, sources...)
	return open(t, path, sources)
}

// Postgres makes an empty database on the test server for the length of the
// test; without server the test is skipped.
func Postgres(t testing.TB, sources ...fs.FS) *db.DB {
	t.Helper()
	return open(t, Address(t), sources)
}

// Address is of an empty database as Postgres makes it, for who opens it itself.
func Address(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		t.Skip("no PostgreSQL: " + PostgresEnv + " is not set")
	}
	admin, err := db.Open(context.Background(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := "t" + strings.ReplaceAll(db.NewID(), "-", "")
	if _, err := admin.Read().NewRaw("CREATE DATABASE " + name).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Read().NewRaw("DROP DATABASE " + name + " WITH (FORCE)").Exec(context.Background()); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t testing.TB, address string, sources []fs.FS) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := d.Migrate(context.Background(), sources...); err != nil {
		t.Fatal(fmt.Errorf("migrate: %w", err))
	}
	return d
}
