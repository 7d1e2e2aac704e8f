// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestWhatIsHeldIsGivenOutWithItsHashesAndAReason takes a hold's files out and
// reads the package as an investigator would.
func TestWhatIsHeldIsGivenOutWithItsHashesAndAReason(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *retention.Service) {
		mai := as(t, "mai", auth.Centre, "root")
		h, err := s.Place(mai, order())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Take(mai, h.ID, "", " "); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := s.Take(mai, h.ID, "../secret.key", "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a file that is none of the hold's: %v", err)
		}
		taken, err := s.Take(mai, h.ID, string(h.ID), "công văn 9/CQĐT")
		if err != nil || len(taken.Files) != 1 {
			t.Fatalf("%+v, %v", taken, err)
		}
		var out bytes.Buffer
		if err := s.Pack(t.Context(), &out, taken); err != nil {
			t.Fatal(err)
		}
		got := unpack(t, out.Bytes())
		var about retention.Taking
		if err := json.Unmarshal([]byte(got["manifest.json"]), &about); err != nil || about.Reason != "công văn 9/CQĐT" || about.By != "mai" || about.Files[0].SHA256 != held {
			t.Errorf("the manifest says %s, %v", got["manifest.json"], err)
		}
		if got[string(h.ID)] != "bảy" || got["SHA256SUMS"] != held+"  "+string(h.ID)+"\n" || !strings.Contains(got[string(h.ID)+".json"], held) {
			t.Errorf("the package holds %v", got)
		}
		var noted []string
		err = d.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = ?", "hold.take").Scan(t.Context(), &noted)
		if err != nil || len(noted) != 1 || !strings.Contains(noted[0], "công văn 9/CQĐT") || !strings.Contains(noted[0], held) {
			t.Errorf("the trail has %q, %v", noted, err)
		}
	})
}

// TestWhatIsHeldIsNotForEverybody asks as who runs the machine, and as who sees
// one unit alone.
func TestWhatIsHeldIsNotForEverybody(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *retention.Service) {
		h, err := s.Place(as(t, "mai", auth.Centre, "root"), order())
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range []struct {
			role auth.Role
			unit string
		}{{auth.Administrator, "root"}, {auth.Centre, "a"}, {auth.UnitOfficer, "a"}} {
			ctx := as(t, "x", who.role, who.unit)
			if _, err := s.Take(ctx, h.ID, "", "x"); !fault.Is(err, fault.Forbidden) || s.MayTake(ctx) {
				t.Errorf("%s of %s: %v", who.role, who.unit, err)
			}
		}
	})
}

// TestADamagedFileIsNotGivenOut changes a byte of what is kept.
func TestADamagedFileIsNotGivenOut(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *retention.Service) {
		mai := as(t, "mai", auth.Centre, "root")
		h, err := s.Place(mai, order())
		if err != nil {
			t.Fatal(err)
		}
		s.Open = func(string, string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("bẩy")), nil }
		if _, err := s.Take(mai, h.ID, "", "x"); !fault.Is(err, fault.Conflict) || fault.Of(err).Msg != "retention.conflict.damaged" {
			t.Errorf("%v", err)
		}
	})
}

func unpack(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}
