// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// TestAnEngineWhoseDataWasDeletedIsFilledAgain fills an engine through a keeper,
// deletes its folder, and rebuilds while more comes: each line is found once.
func TestAnEngineWhoseDataWasDeletedIsFilledAgain(t *testing.T) {
	t.Parallel()
	a := archive(t, t.TempDir())
	o := own(t)
	settled := filepath.Join(t.TempDir(), "settled")
	begin := func() (*lake.Client, *lake.Keeper) {
		c, err := lake.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		k := lake.NewKeeper(a, c, lake.KeeperOptions{State: settled, Now: o.Now, Log: slog.New(slog.DiscardHandler), Beat: 50 * time.Millisecond})
		k.Start()
		return c, k
	}
	n := 0
	put := func(k *lake.Keeper, blocks int) {
		t.Helper()
		for range blocks {
			at := now.Add(time.Duration(n%50) * time.Minute)
			if err := k.Put(t.Context(), brought(at, block(fmt.Sprint("net/", n), "u", at, 20))); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	found := func(c *lake.Client) {
		t.Helper()
		until(t, 20*time.Second, "each line is found once", func() bool {
			got, err := c.Count(t.Context(), everyone, lake.Query{})
			if got > int64(n*20) {
				t.Fatalf("%d lines of %d", got, n*20)
			}
			return err == nil && got == int64(n*20)
		})
	}
	c, k := begin()
	put(k, 30)
	found(c)
	seal(t, a, 1)
	put(k, 10)
	found(c)
	until(t, 20*time.Second, "it is noted that nothing is missing", func() bool { _, err := os.Stat(settled); return err == nil })
	k.Stop()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(o.Dir); err != nil {
		t.Fatal(err)
	}
	c, k = begin()
	defer func() {
		k.Stop()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	put(k, 5)
	last := lake.Rebuilt{}
	if _, err := k.Rebuild(t.Context(), time.Time{}, time.Time{}, func(r lake.Rebuilt) { last = r }); err != nil {
		t.Fatal(err)
	}
	put(k, 5)
	found(c)
	if last.Files != last.Of || last.Of < 2 {
		t.Errorf("told %+v", last)
	}
}

// TestLinesOfASourceAreWrittenOut takes rows of one source and some time into
// each kind of file, of hours closed and open.
func TestLinesOfASourceAreWrittenOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := archive(t, dir)
	bring(t, a, brought(now, block("net/1", "u", now, 20)), brought(now, block("net/2", "v", now, 20)))
	seal(t, a, 1)
	later := now.Add(2 * time.Hour)
	odd := block("net/3", "u", later, 5)
	odd[0].Raw = "=cmd|' /C calc'!A0"
	bring(t, a, brought(later, odd))
	for _, format := range lake.Formats {
		path := filepath.Join(t.TempDir(), "out."+format)
		inert := func(s string) string { return strings.Replace(s, "=cmd", "'=cmd", 1) }
		m, err := a.Export(t.Context(), lake.Selection{From: now.Add(5 * time.Second), Source: "dns-u"}, lake.Target{Path: path, Format: format, Cell: inert})
		if err != nil || m.Rows != 20 || len(m.Shares) != 1 || m.Shares[0].Rows != 20 || m.Shares[0].Owner != "u" {
			t.Fatalf("%s: %+v, %v", format, m, err)
		}
		raw, err := os.ReadFile(path)
		if err != nil || int64(len(raw)) != m.Bytes {
			t.Fatalf("%s: %d bytes, %v", format, len(raw), err)
		}
		switch format {
		case "csv":
			rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
			if err != nil || len(rows) != 21 || rows[16][len(rows[16])-1][0] != '\'' {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		case "jsonl":
			var one struct {
				Raw    string
				Fields map[string]string
			}
			if err := json.Unmarshal([]byte(strings.Split(string(raw), "\n")[16]), &one); err != nil || one.Raw != odd[0].Raw || one.Fields["src_endpoint.ip"] != "192.0.2.0" {
				t.Errorf("%v, %v", one, err)
			}
		}
		if _, err := a.Export(t.Context(), lake.Selection{}, lake.Target{Path: path, Format: format}); err == nil {
			t.Error("a file that is there was written over")
		}
	}
	path := filepath.Join(t.TempDir(), "out.xml")
	if _, err := a.Export(t.Context(), lake.Selection{}, lake.Target{Path: path, Format: "xml"}); err == nil {
		t.Error("an unknown format was written")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("left behind: %v", err)
	}
	files, err := a.Files()
	if err != nil || len(files) != 1 || len(files[0].Shares) != 2 || files[0].Shares[0].Rows != 20 || files[0].Raw == 0 {
		t.Errorf("%+v, %v", files, err)
	}
}
