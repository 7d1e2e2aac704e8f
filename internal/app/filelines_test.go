// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
)

// packed is a log of n lines, as gzip.
func packed(t *testing.T, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	for i := range n {
		if _, err := fmt.Fprintf(w, "Nov 21 08:%02d:%02d dns-01 dnsmasq[9]: query[A] host%d.example from 10.0.0.%d\n", i/60%60, i%60, i, i%250); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestLinesOfUploadedFilesAreKeptOnce uploads a packed log and one that is cut
// short, has both brought again, and counts what is in the archive.
func TestLinesOfUploadedFilesAreKeptOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir, nil)
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	src := h.source(t, ctx, "DNS", "")
	if _, err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	const lines = 9000 // more than a block has
	whole := packed(t, lines)
	read := func(name string, body io.Reader) {
		t.Helper()
		if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, name, source.ByPage, body); err != nil {
			t.Fatal(err)
		}
		await(t, name+" is read", func() bool {
			files, _, err := h.Rooms.Sources.Files(ctx, src.ID, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if f.State != source.Done && f.State != source.Broken {
					return false
				}
			}
			return true
		})
	}
	read("a.log.gz", bytes.NewReader(whole))
	read("b.log.gz", bytes.NewReader(packed(t, 9001)[:len(whole)/2]))
	if err := h.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	n := archived(t, dir)
	if n <= lines || n >= 2*lines {
		t.Errorf("%d lines are kept", n)
	}

	h = open(t, dir, nil)
	_, err := h.Do(t.Context(), "lake rebuild", app.LakeAsk{}, func(app.Step) {})
	if err == nil || !strings.Contains(err.Error(), "no engine of searches is configured") {
		t.Errorf("a rebuild without an engine: %v", err)
	}
	raw, err := h.Do(t.Context(), "lake check", app.LakeAsk{}, func(app.Step) {})
	var checked app.LakeChecked
	if err != nil || json.Unmarshal(raw, &checked) != nil || checked.Open != 1 || len(checked.Bad) != 0 {
		t.Errorf("check: %s, %v", raw, err)
	}
	out := filepath.Join(t.TempDir(), "lines.jsonl")
	raw, err = h.Do(t.Context(), "lake export", app.LakeAsk{File: out, Format: "jsonl", Source: string(src.ID), Reason: "thử"}, func(app.Step) {})
	var exported app.LakeExported
	text, err2 := os.ReadFile(out)
	if err != nil || err2 != nil || json.Unmarshal(raw, &exported) != nil || exported.Rows != int64(n) || strings.Count(string(text), "\n") != n+1 ||
		!strings.Contains(string(text), `"query.hostname":"host8999.example"`) {
		t.Errorf("export: %s, %v %v", raw, err, err2)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if again := archived(t, dir); again != n {
		t.Errorf("%d lines after the commands, not %d", again, n)
	}
}
