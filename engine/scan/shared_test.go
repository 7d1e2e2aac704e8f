// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
)

// sharedData is the set of others' data beside the repository.
const sharedData = "../../../shared/data"

func shared(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedData, path))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("shared data absent: %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // read only
	return f
}

// TestARealLogWithoutHits holds the event count of a real Zeek log, none of
// whose names is listed.
func TestARealLogWithoutHits(t *testing.T) {
	t.Parallel()
	var b intel.Builder
	if _, err := b.Load(shared(t, "indicators/malicious-domains.csv.gz"), intel.List{Name: "bad"}); err != nil {
		t.Fatal(err)
	}
	blocks, sum, err := read(t, shared(t, "zeek/wrccdc/dns.log.gz"), scan.Options{Index: b.Build(), Detect: format.Detect})
	if err != nil || sum.Format != "zeek" || sum.Queries != 14_888 || scan.Total(sum.Rejected) != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
	if sum.Hits != 0 || len(fold(blocks)) != 0 {
		t.Errorf("%d lines hit: %+v", sum.Hits, fold(blocks))
	}
}
