// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func fmtReader(s string) io.Reader { return strings.NewReader(s) }

func dateOf(t time.Time) calendar.Date { return calendar.DateOf(t) }

func TestEvidenceIsHashedAndCheckedAtEachReading(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(b.truc(), "a")
		e, err := b.svc.AddEvidence(b.truc(), i.ID, "C:\\Users\\mau\\nhật ký.log", "lấy từ MC-02", fmtReader("abc"))
		if err != nil || e.Name != "nhật ký.log" || e.Size != 3 || e.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
			t.Fatalf("%+v, %v", e, err)
		}
		again, err := b.svc.AddEvidence(b.truc(), i.ID, "khác.log", "", fmtReader("abc"))
		if err != nil || again.ID != e.ID {
			t.Errorf("the same bytes twice: %+v, %v", again, err)
		}
		if _, err := b.svc.AddEvidence(b.truc(), i.ID, "rỗng", "", fmtReader("")); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty file: %v", err)
		}
		_, file, err := b.svc.OpenEvidence(b.truc(), i.ID, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(file)
		if err != nil || string(body) != "abc" || file.Close() != nil {
			t.Errorf("%q, %v", body, err)
		}
		other := b.open(b.truc(), "b")
		if _, _, err := b.svc.OpenEvidence(b.truc(), other.ID, e.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("evidence of another case: %v", err)
		}

		stored := filepath.Join(b.files, e.SHA256[:2], e.SHA256[2:])
		for name, spoil := range map[string]func() error{
			"changed bytes": func() error { return os.WriteFile(stored, []byte("abd"), 0o600) },
			"longer file":   func() error { return os.WriteFile(stored, []byte("abcd"), 0o600) },
			"no file":       func() error { return os.Remove(stored) },
		} {
			if err := spoil(); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if _, file, err := b.svc.OpenEvidence(b.truc(), i.ID, e.ID); !fault.Is(err, fault.Conflict) || file != nil {
				t.Errorf("%s: handed out, %v", name, err)
			}
		}
		f, err := b.svc.File(b.truc(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		warned := 0
		for _, entry := range f.Timeline {
			if entry.Key == "incident.log.evidence_broken" {
				warned++
			}
		}
		if warned != 3 {
			t.Errorf("the timeline warns %d times", warned)
		}
	})
}
