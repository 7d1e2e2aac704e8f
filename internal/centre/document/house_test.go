// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

var (
	schemas = []fs.FS{auth.Migrations, audit.Migrations, setting.Migrations, document.Migrations}
	t0      = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	day0    = calendar.Date{Year: 2026, Month: 11, Day: 21}
)

func codes(context.Context) document.Codes {
	return document.Codes{
		Kinds:     []document.Code{{ID: "cong_van", Label: "Công văn"}, {ID: "quyet_dinh", Label: "Quyết định (QĐ)"}, {ID: "bao_cao", Label: "Báo cáo (BC)"}},
		Urgencies: []document.Code{{ID: "flash", Label: "HỎA TỐC"}},
		Channels:  []document.Code{{ID: "paper", Label: "Văn bản giấy"}},
		Relations: []document.Code{{ID: "basis", Label: "Căn cứ"}, {ID: "replaces", Label: "Thay thế"}, {ID: "corrects", Label: "Đính chính"}, {ID: "withdraws", Label: "Thu hồi"}},
	}
}

// ground is a province with two communes and their papers.
type ground struct {
	*document.Service
	t          testing.TB
	d          *db.DB
	now        time.Time
	root, a, b string
	blobs      string
	issued     []document.ID
	refuse     error // what Issued answers
	report     document.Report
}

func lay(t testing.TB, d *db.DB) *ground {
	t.Helper()
	g := &ground{t: t, d: d, now: t0, blobs: t.TempDir()}
	clock := func() time.Time { return g.now }
	files, err := blob.Open(g.blobs, t0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	g.Service = document.New(document.Deps{Records: d, Files: files, Now: clock, Limit: 1 << 20, Codes: codes, Sheet: table,
		People: func(_ context.Context, _ bun.IDB, _ string, needs ...auth.Permission) ([]document.Person, error) {
			people := []document.Person{{ID: "p-chief", Name: "Lê Thị Trưởng"}}
			if len(needs) > 1 {
				people = append(people, document.Person{ID: "p-binh", Name: "Trần Bình"}, document.Person{ID: "p-an", Name: "Nguyễn Văn An"})
			}
			return people, nil
		},
		Issued: func(_ context.Context, _ *db.Tx, d document.Document) error {
			if g.refuse == nil {
				g.issued = append(g.issued, d.ID)
			}
			return g.refuse
		}})
	g.root, g.a, g.b = "u-root", "u-a", "u-b"
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, pair := range [][2]string{{"u-root", "u-root"}, {"u-root", "u-a"}, {"u-root", "u-b"}, {"u-a", "u-a"}, {"u-b", "u-b"}} {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", pair[0], pair[1]).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *ground) as(id string, role auth.Role, u string) context.Context {
	names := map[string]string{"p-an": "Nguyễn Văn An", "p-binh": "Trần Bình", "p-chief": "Lê Thị Trưởng", "p-clerk": "Phạm Văn Thư"}
	return auth.With(g.t.Context(), auth.Actor{ID: id, Name: names[id], Home: u, Grants: []auth.Grant{{Role: role, Unit: u}}})
}

// table reads CSV with semicolons, as the sheets of people are read in the
// program.
func table(data []byte) ([][][]string, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	return [][][]string{rows}, err
}

func (g *ground) officer() context.Context { return g.as("p-an", auth.Centre, g.root) }
func (g *ground) second() context.Context  { return g.as("p-binh", auth.Centre, g.root) }
func (g *ground) chief() context.Context   { return g.as("p-chief", auth.Leader, g.root) }
func (g *ground) clerk() context.Context   { return g.as("p-clerk", auth.Clerk, g.root) }

func (g *ground) letter() document.Head {
	return document.Head{Unit: g.root, Kind: "cong_van", Symbol: "UBND-KGVX", Subject: "V/v tăng cường bảo đảm an toàn thông tin mạng", Issuer: "UBND tỉnh Mẫu",
		Recipients: "Các sở, ban, ngành\r\nUBND các xã", Urgency: "flash", Place: "Mẫu"}
}

// upTo takes a new letter along its way to a state.
func (g *ground) upTo(state document.State) document.Document {
	g.t.Helper()
	d, err := g.Begin(g.officer(), g.letter())
	for _, next := range document.States()[2:] {
		if err != nil {
			g.t.Fatal(err)
		}
		if d.State == state {
			return d
		}
		switch next {
		case document.Submitted:
			d, err = g.Submit(g.officer(), d.ID, []string{"p-chief"}, d.Version)
		case document.Signed:
			d, err = g.Sign(g.chief(), d.ID, "", d.Version)
		case document.Numbered:
			rule, _, failed := g.Book(g.clerk(), g.root)
			if failed != nil {
				g.t.Fatal(failed)
			}
			number := ""
			if rule.Mode == document.Typed {
				number = fmt.Sprint(1500 + len(g.issued))
			}
			d, err = g.Number(g.clerk(), d.ID, number, "", calendar.Date{}, d.Version)
		case document.Sealed:
			if _, err := g.AddFile(g.clerk(), d.ID, document.SignedFile, "cv.docx", bytes.NewReader(docx(g.t, "Nội dung"))); err != nil {
				g.t.Fatal(err)
			}
			d, err = g.Seal(g.clerk(), d.ID, d.Version+1)
		case document.Issued:
			d, err = g.Issue(g.clerk(), d.ID, d.Version)
		}
	}
	if err != nil {
		g.t.Fatal(err)
	}
	return d
}

func docx(t testing.TB, lines ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, l := range lines {
		fmt.Fprintf(w, "<w:p><w:r><w:t>%s</w:t></w:r></w:p>", l)
	}
	fmt.Fprint(w, `</w:body></w:document>`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// stored is everything that lies in the blob folder, and how many rows the
// tables of files have.
func (g *ground) stored() string {
	g.t.Helper()
	var out []string
	err := filepath.WalkDir(g.blobs, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	for _, table := range []string{"document", "document_file", "document_content", "document_link", "document_step"} {
		n, err := g.d.Read().NewSelect().Table(table).Count(g.t.Context())
		if err != nil {
			g.t.Fatal(err)
		}
		out = append(out, fmt.Sprint(table, n))
	}
	return strings.Join(out, "\n")
}

func (g *ground) acts() (out []string) {
	g.t.Helper()
	if err := g.d.Read().NewRaw("SELECT action FROM audit_entry WHERE kind = 'document' ORDER BY id").Scan(g.t.Context(), &out); err != nil {
		g.t.Fatal(err)
	}
	return out
}

func refused(err error, field string) bool {
	return fault.Is(err, fault.Invalid) && fault.Of(err).Fields[field] != ""
}
