// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/notify/mailtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/rulepacks"
)

// t0 is a Monday morning in Hà Nội: 23/11/2026 08:00.
var t0 = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// bench is a centre of two communes: mai at the centre, duc on duty there, an
// officer in each commune, and an administrator.
type bench struct {
	*testing.T
	db     *db.DB
	now    time.Time
	svc    *notice.Service
	server *mailtest.Server
	people map[string]*person
}

type person struct {
	notice.Recipient
	grants []auth.Grant
}

var closure = map[string][]string{"tinh": {"tinh", "an", "binh"}, "an": {"an"}, "binh": {"binh"}}

func each(t *testing.T, test func(*bench)) {
	t.Parallel()
	sources := []fs.FS{notify.Migrations, notice.Migrations, audit.Migrations, setting.Migrations, auth.Migrations}
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) { test(newBench(t, d)) })
}

func newBench(t *testing.T, d *db.DB) *bench {
	t.Helper()
	b := &bench{T: t, db: d, now: t0, server: mailtest.Start(t), people: map[string]*person{}}
	for top, all := range closure {
		for _, below := range all {
			if _, err := d.Read().NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", top, below).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.add("mai", auth.Centre, "tinh")
	b.add("duc", auth.Duty, "tinh")
	b.add("an", auth.UnitOfficer, "an")
	b.add("binh", auth.UnitOfficer, "binh")
	b.add("quan", auth.Administrator, "tinh")
	packs, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.Load(notice.Messages, notify.Messages)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	b.svc = notice.New(notice.Deps{Records: d, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler), Catalogue: catalogue,
		Calendar: packs.Calendar(), Secrets: box, Folder: t.TempDir(), Link: func(path string) string { return "https://soc.mau.example" + path },
		Holders: b.holders, People: b.recipients, UnitNames: func(_ context.Context, _ bun.IDB, ids []string) (map[string]string, error) {
			out := map[string]string{}
			for _, id := range ids {
				out[id] = "Xã " + id
			}
			return out, nil
		}, Root: func(context.Context) (string, error) { return "tinh", nil }})
	return b
}

func (b *bench) add(id string, role auth.Role, unit string) {
	b.people[id] = &person{notice.Recipient{Name: "Ông " + id, Email: id + "@mau.example", Active: true, Roles: []auth.Role{role}},
		[]auth.Grant{{Role: role, Unit: unit}}}
}

func (b *bench) holders(_ context.Context, _ bun.IDB, unit string, needs []auth.Permission, only ...string) ([]string, error) {
	var out []string
	for id, p := range b.people {
		holds := false
		for _, need := range needs {
			for _, root := range auth.ScopeOf(auth.Actor{Grants: p.grants}, need).Roots() {
				holds = holds || slices.Contains(closure[root], unit)
			}
		}
		if holds && p.Active && (len(only) == 0 || slices.Contains(only, id)) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (b *bench) recipients(_ context.Context, _ bun.IDB, ids []string) (map[string]notice.Recipient, error) {
	out := map[string]notice.Recipient{}
	for _, id := range ids {
		if p, ok := b.people[id]; ok {
			out[id] = p.Recipient
		}
	}
	return out, nil
}

func (b *bench) as(id string) context.Context {
	return auth.With(b.Context(), auth.Actor{ID: id, Name: b.people[id].Name, Grants: b.people[id].grants})
}

func (b *bench) post(ctx context.Context, n notice.Notice) {
	b.Helper()
	if n.Dedupe == "" {
		n.Dedupe = db.NewID()
	}
	if n.Href == "" {
		n.Href = "/incidents/01981f00-0000-7000-8000-000000000001"
	}
	err := b.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return b.svc.Post(ctx, tx, n) })
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) unread(id string) int64 {
	b.Helper()
	n, at := b.svc.Bell(b.as(id))
	if at != "/notices" {
		b.Errorf("the bell leads to %q", at)
	}
	return n
}

// connect has mail go to the test's server.
func (b *bench) connect() {
	b.Helper()
	if err := b.svc.SetMail(b.as("quan"), b.server.Settings(), "", 0); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) attend() {
	b.Helper()
	if err := b.svc.Attend(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// pass lets time go by, with a look every minute as the running program has.
func (b *bench) pass(d time.Duration) {
	b.Helper()
	for end := b.now.Add(d); b.now.Before(end); {
		b.now = b.now.Add(min(10*time.Minute, end.Sub(b.now)))
		b.attend()
	}
}

// mails are the letters taken for a person.
func (b *bench) mails(id string) []mailtest.Taken {
	var out []mailtest.Taken
	for _, m := range b.server.Taken() {
		if m.To == id+"@mau.example" {
			out = append(out, m)
		}
	}
	return out
}

// words are the subject and both parts of a letter.
func words(t *testing.T, m mailtest.Taken) (subject, plain, html string) {
	t.Helper()
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	var parts []string
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, string(text))
	}
	if len(parts) != 2 {
		t.Fatalf("a letter of %d parts", len(parts))
	}
	return subject, parts[0], parts[1]
}

func object(n int) string { return fmt.Sprintf("01981f00-0000-7000-8000-%012d", n) }
