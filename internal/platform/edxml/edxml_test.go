// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edxml_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

var update = flag.Bool("update", false, "write golden files anew")

var at = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)

// letter is a paper of a made-up province.
func letter(d edxml.Dialect) edxml.Message {
	return edxml.Message{Dialect: d, From: edxml.Organ{ID: "000.00.00.H99", InCharge: "Văn phòng UBND tỉnh Mẫu", Name: "UBND tỉnh Mẫu", Email: "vp@mau.example"},
		To:         []edxml.Organ{{ID: "000.01.00.H99", Name: "UBND xã Một"}, {ID: "000.02.00.H99", Name: "UBND xã Hai"}},
		DocumentID: "000.00.00.H99,2026/11/21,15/KH-UBND", Number: "15", Notation: "KH-UBND", Place: "Mẫu", Date: calendar.DateOf(at),
		Kind: edxml.Kind{Type: "2", Detail: "0", Name: "Kế hoạch"}, Subject: "Bảo đảm an toàn <thông tin> & chữ ký số", Content: "Triển khai",
		Signer: edxml.Signer{Competence: "KT. CHỦ TỊCH", Position: "PHÓ CHỦ TỊCH", Name: "Nguyễn Văn An"}, Due: calendar.DateOf(at).AddDays(9), ToPlaces: []string{"Các xã", "Lưu VT"},
		Other:   edxml.Other{Priority: "3", Sphere: "Toàn tỉnh", Typist: "TVC", Copies: "2", Pages: "4", Appendixes: []string{"Phụ lục I"}},
		Answers: []edxml.Answer{{OrganID: "000.01.00.H99", Code: "7/UBND-VP", Date: calendar.DateOf(at).AddDays(-3), DocumentID: "x"}}, Steering: "1",
		Traces:   []edxml.Trace{{OrganID: "000.00.00.H99", At: at}},
		Business: edxml.Business{Type: "0", Reason: "Văn bản mới", Paper: "0", Staff: edxml.Staff{Department: "Văn thư", Name: "Lê Thị Bình", Email: "vt@mau.example"}},
		Attachments: []edxml.Attachment{{Name: "15_KH-UBND.pdf", Type: "application/pdf", ID: "a1", Description: "Kế hoạch", Data: []byte("%PDF-1.4 thử")},
			{Name: "phụ lục.txt", Type: "text/plain", ID: "a2", Data: []byte("một\nhai")}}}
}

func answer(d edxml.Dialect) edxml.Message {
	m := edxml.Message{Dialect: d, From: edxml.Organ{ID: "000.01.00.H99", Name: "UBND xã Một"},
		Answers: []edxml.Answer{{OrganID: "000.00.00.H99", Code: "15/KH-UBND", Date: calendar.DateOf(at), DocumentID: "000.00.00.H99,2026/11/21,15/KH-UBND"}},
		Status:  &edxml.Status{Code: edxml.Received, Description: "Đã tiếp nhận", At: at, Staff: edxml.Staff{Name: "Lê Thị Bình"}}}
	return m
}

// Each testdata/*.xml is a message of ours; other readers of the axis were not at hand.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]edxml.Message{"national": letter(edxml.National), "edoc": letter(edxml.EDoc), "status": answer(edxml.National), "edoc_status": answer(edxml.EDoc)} {
		got, err := m.Write()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".xml")
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %s", name, cmp.Diff(string(want), string(got)))
		}
		back, err := edxml.Read(want, edxml.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(m, back, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A message as other programs write it: prefixes, an archive, ids with cid:.
func TestAsOthersWriteIt(t *testing.T) {
	t.Parallel()
	m := letter(edxml.National)
	m.Attachments[0].Zipped = true
	raw, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	odd := strings.NewReplacer("<ContentId>a1", "<ContentId>cid:a1", "<edXML:Place>Mẫu", "<edXML:Place>N/A", "2026/11/30", "30/11/2026").Replace(string(raw))
	got, err := edxml.Read([]byte("\ufeff"+odd), edxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	m.Place = ""
	if diff := cmp.Diff(m, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	raw, err := letter(edxml.National).Write()
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	change := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	for what, c := range map[string]struct {
		data string
		l    edxml.Limits
		want error
	}{
		"nothing":                       {"", edxml.Limits{}, edxml.ErrNotEdXML},
		"another document":              {"<a/>", edxml.Limits{}, edxml.ErrNotEdXML},
		"another namespace":             {change(string(edxml.National), "urn:x"), edxml.Limits{}, edxml.ErrNotEdXML},
		"a document type":               {`<!DOCTYPE x [<!ENTITY a "b">]>` + good, edxml.Limits{}, edxml.ErrNotEdXML},
		"two subjects":                  {change("<edXML:Content>", "<edXML:Subject>x</edXML:Subject><edXML:Content>"), edxml.Limits{}, edxml.ErrNotEdXML},
		"no sender":                     {change("<edXML:OrganId>000.00.00.H99</edXML:OrganId>", ""), edxml.Limits{}, edxml.ErrNotEdXML},
		"a date that is none":           {change("2026/11/21</edXML:PromulgationDate>", "2026/13/41</edXML:PromulgationDate>"), edxml.Limits{}, edxml.ErrNotEdXML},
		"an attachment that is missing": {change("<ContentId>a1", "<ContentId>b1"), edxml.Limits{}, edxml.ErrNotEdXML},
		"no base64":                     {change("<ContentTransferEncoded>", "<ContentTransferEncoded>!"), edxml.Limits{}, edxml.ErrNotEdXML},
		"a name with a folder":          {change("<edXML:AttachmentName>", "<edXML:AttachmentName>../"), edxml.Limits{}, edxml.ErrNotEdXML},
		"too large":                     {good, edxml.Limits{Bytes: 100}, edxml.ErrTooMuch},
		"too many attachments":          {good, edxml.Limits{Attachments: 1}, edxml.ErrTooMuch},
		"too much inside":               {good, edxml.Limits{Unpacked: 10}, edxml.ErrTooMuch},
		"nested too deep":               {strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200), edxml.Limits{}, edxml.ErrTooMuch},
	} {
		if _, err := edxml.Read([]byte(c.data), c.l); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	bomb := letter(edxml.National)
	bomb.Attachments = []edxml.Attachment{{Name: "x.txt", Data: make([]byte, 1<<20), Zipped: true}}
	raw, err = bomb.Write()
	if err != nil || len(raw) > 50_000 {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	if _, err := edxml.Read(raw, edxml.Limits{Unpacked: 1 << 19}); !errors.Is(err, edxml.ErrTooMuch) {
		t.Errorf("bomb: %v", err)
	}
	for what, m := range map[string]edxml.Message{"nothing": {}, "no recipient": {Dialect: edxml.EDoc, From: edxml.Organ{ID: "a"}, Subject: "x"},
		"unknown status": {Dialect: edxml.National, From: edxml.Organ{ID: "a"}, Status: &edxml.Status{Code: "99"}, Answers: []edxml.Answer{{}}}} {
		if _, err := m.Write(); !errors.Is(err, edxml.ErrNotEdXML) {
			t.Errorf("%s: %v", what, err)
		}
	}
	odd := letter(edxml.National)
	odd.Subject = "a\x01b"
	if _, err := odd.Write(); !errors.Is(err, edxml.ErrNotEdXML) {
		t.Errorf("control character: %v", err)
	}
}

func TestStatusesFollow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		history string
		next    edxml.Code
		want    bool
	}{
		{"", "01", true}, {"", "03", true}, {"", "06", false}, {"", "15", false},
		{"01", "02", true}, {"01", "03", true}, {"01", "05", false}, {"01", "01", false},
		{"01 02", "03", false}, {"01 02", "13", false},
		{"01 03", "04", true}, {"01 03", "06", true}, {"01 03", "02", false},
		{"01 03 04 05", "05", true}, {"01 03 05", "03", false}, {"01 03 06", "05", false}, {"01 03 06", "13", false},
		{"01 03", "13", true}, {"01 03 13", "15", true}, {"01 03 13", "16", true}, {"01 03 13", "05", false},
		{"01 03 13 15", "05", false}, {"01 03 13 16", "05", true}, {"01 03 13 16", "04", true}, {"01 13 16", "05", false},
		{"03 13 16 13", "15", true}, {"03 13 16 13 16", "06", true}, {"03", "99", false},
	} {
		var history []edxml.Code
		for h := range strings.FieldsSeq(c.history) {
			history = append(history, edxml.Code(h))
		}
		if got := edxml.Follows(history, c.next); got != c.want {
			t.Errorf("%q then %s: %v", c.history, c.next, got)
		}
	}
	for _, c := range edxml.Codes() {
		if c.BySender() != (c == edxml.TakeBack) {
			t.Errorf("%s by sender: %v", c, c.BySender())
		}
	}
}

// Whatever a message says comes back.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := letter(rapid.SampledFrom([]edxml.Dialect{edxml.National, edxml.EDoc}).Draw(t, "dialect"))
		words := rapid.Custom(func(t *rapid.T) string {
			s := i18n.NFC(rapid.StringMatching(`[a-zA-ZđĐơƯắẾ0-9 <>&"'/.,;-]{1,40}`).Draw(t, "words"))
			if s == "" || s == "N/A" {
				return "x"
			}
			return s
		})
		for _, p := range []*string{&m.Subject, &m.Content, &m.Place, &m.Number, &m.Notation, &m.From.ID, &m.From.Name, &m.To[0].ID, &m.Signer.Name, &m.Other.Sphere, &m.DocumentID, &m.Business.Staff.Name, &m.Answers[0].Code} {
			*p = words.Draw(t, "text")
		}
		m.Due = calendar.DateOf(at).AddDays(rapid.IntRange(-20000, 20000).Draw(t, "due"))
		m.Traces[0].At = at.Add(time.Duration(rapid.Int64Range(-1e9, 1e9).Draw(t, "trace")) * time.Second)
		for i := range m.Attachments {
			m.Attachments[i].Data = rapid.SliceOf(rapid.Byte()).Draw(t, "data")
			m.Attachments[i].Zipped = rapid.Bool().Draw(t, "zipped")
		}
		raw, err := m.Write()
		if err != nil {
			t.Fatal(err)
		}
		back, err := edxml.Read(raw, edxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, back, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, m := range []edxml.Message{letter(edxml.National), letter(edxml.EDoc), answer(edxml.National), answer(edxml.EDoc)} {
		raw, err := m.Write()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := edxml.Read(data, edxml.Limits{Unpacked: 1 << 20})
		if err != nil {
			return
		}
		raw, err := m.Write()
		if err != nil {
			return // texts that only an XML of another edition may have
		}
		again, err := edxml.Read(raw, edxml.Limits{Unpacked: 2 << 20})
		if err != nil {
			t.Fatalf("wrote what cannot be read: %v\n%s", err, raw)
		}
		if len(again.Attachments) != len(m.Attachments) || !reflect.DeepEqual(again.To, m.To) || again.Subject != m.Subject {
			t.Errorf("%+v came back as %+v", m, again)
		}
	})
}
