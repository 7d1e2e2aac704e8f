// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// axis gives the units codes, and counts what the room says was exchanged.
func (g *ground) axis() *int {
	n := new(int)
	g.Organ = func(_ context.Context, unit string) (document.Organ, error) {
		return document.Organ{ID: map[string]string{"u-root": "000.00.00.H99", "u-a": "000.01.00.H99"}[unit], Name: "Đơn vị " + unit}, nil
	}
	g.OrganNamed = func(_ context.Context, name string) (string, error) {
		return map[string]string{"UBND xã Một": "000.01.00.H99"}[name], nil
	}
	g.Exchanged = func(context.Context, string, []byte) (func(context.Context, *db.Tx) error, error) {
		return func(context.Context, *db.Tx) error { *n++; return nil }, nil
	}
	return n
}

// arriving is a paper as a ministry sends it.
func arriving(t testing.TB, change func(m *edxml.Message)) []byte {
	t.Helper()
	m := edxml.Message{Dialect: edxml.National, From: edxml.Organ{ID: "G09", Name: "Bộ Công an"}, To: []edxml.Organ{{ID: "000.00.00.H99", Name: "UBND tỉnh Mẫu"}}, ToPlaces: []string{"Các tỉnh"},
		DocumentID: "G09,2026/11/20,15/KH-BCA", Number: "15", Notation: "KH-BCA", Place: "Hà Nội", Date: day0.AddDays(-1), Kind: edxml.Kind{Type: "2", Name: "Quyết định"},
		Subject: "Bảo đảm an toàn thông tin", Content: "Triển khai", Signer: edxml.Signer{Competence: "KT. BỘ TRƯỞNG", Position: "THỨ TRƯỞNG", Name: "Nguyễn Văn Ký"}, Due: day0.AddDays(9),
		Other:   edxml.Other{Priority: "1", Pages: "4"},
		Answers: []edxml.Answer{{OrganID: "000.00.00.H99", Code: "7/UBND-VP", Date: day0.AddDays(-3)}},
		Attachments: []edxml.Attachment{{Name: "15_KH.docx", Data: docx(t, "Điện lực Mường Than")}, {Name: "phụ lục.txt", Data: []byte("Danh sách một")},
			{Name: "phụ lục.txt", Data: []byte("Danh sách hai")}}}
	if change != nil {
		change(&m)
	}
	out, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (g *ground) take(data []byte) (document.Taken, error) {
	return g.TakeMessage(g.officer(), g.root, "m.edxml", bytes.NewReader(data))
}

// TestAMessageBecomesAPaper takes a paper as it comes over the axis, packed and
// bare, and once more.
func TestAMessageBecomesAPaper(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		told := g.axis()
		got, err := g.TakeMessage(g.officer(), g.root, "gói.zip", bytes.NewReader(archive(t, "m/15.edxml", string(arriving(t, nil)))))
		if err != nil || got.Again || got.Code != "" {
			t.Fatal(got, err)
		}
		f, err := g.Get(g.officer(), got.Document.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := document.Head{Unit: g.root, Dir: document.In, Kind: "quyet_dinh", Number: "15", Symbol: "KH-BCA", Date: day0.AddDays(-1), Place: "Hà Nội", Subject: "Bảo đảm an toàn thông tin",
			Urgency: "flash", Issuer: "Bộ Công an", Signer: "Nguyễn Văn Ký", SignerTitle: "KT. BỘ TRƯỞNG THỨ TRƯỞNG", Recipients: "UBND tỉnh Mẫu\nCác tỉnh", ArrivedOn: day0, ReplyBy: day0.AddDays(9), Note: f.Note}
		if f.Head != want || !strings.HasPrefix(f.Note, "Triển khai\n") {
			t.Errorf("%+v\nwant %+v", f.Head, want)
		}
		var names []string
		for _, one := range f.Files {
			names = append(names, fmt.Sprint(one.Role, " ", one.Name, " ", one.Revision))
		}
		if got := strings.Join(names, "; "); got != "original 15_KH.docx 1; annex phụ lục.txt 1; annex phụ lục (2).txt 1" {
			t.Error(got)
		}
		if len(f.Links) != 1 || f.Links[0].Relation != document.Answers || f.Links[0].Code() != "07/UBND-VP" {
			t.Errorf("%+v", f.Links)
		}
		if len(f.Messages) != 1 || f.Messages[0].Organ.ID != "G09" || *told != 1 {
			t.Errorf("%+v, told %d", f.Messages, *told)
		}
		if page, err := g.List(g.officer(), document.Filter{Query: "muong than", Content: true}); err != nil || page.Total != 1 {
			t.Errorf("its content is not found: %d, %v", page.Total, err)
		}
		before := g.stored()
		again, err := g.take(arriving(t, nil))
		if err != nil || !again.Again || again.Document.ID != got.Document.ID {
			t.Errorf("the same again: %+v, %v", again, err)
		}
		other := arriving(t, func(m *edxml.Message) { m.DocumentID = "another name" })
		if _, err := g.take(other); !refused(err, "file") {
			t.Errorf("the same paper under another name: %v", err)
		}
		if after := g.stored(); after != before {
			t.Errorf("a second one was stored:\n%s\nbefore:\n%s", after, before)
		}
		if _, err := g.TakeMessage(g.as("p-x", auth.UnitOfficer, g.a), g.root, "m.edxml", bytes.NewReader(nil)); !refused(err, "unit") {
			t.Errorf("into another's register: %v", err)
		}
	})
}

// TestBadMessagesLeaveNothing holds that of a message with anything that may not
// come in nothing is kept, and that marked ones are told without content.
func TestBadMessagesLeaveNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		g.axis()
		before := g.stored()
		with := func(name string, data []byte) []byte {
			return arriving(t, func(m *edxml.Message) {
				m.Attachments = append(m.Attachments, edxml.Attachment{Name: name, Data: data})
			})
		}
		packed := func(pairs ...string) []byte { return archive(t, pairs...) }
		for name, c := range map[string]struct {
			file string
			data []byte
			want paperfile.Rule
			key  string
		}{
			"bomb within":           {"m.edxml", with("a.docx", bomb(t)), paperfile.Bomb, "document.bad.attachment"},
			"macro within":          {"m.edxml", with("a.docx", archive(t, "word/document.xml", "<a/>", "word/vbaProject.bin", "x")), paperfile.Macro, "document.bad.attachment"},
			"locked within":         {"m.edxml", with("a.docx", locked()), paperfile.Locked, "document.bad.attachment"},
			"stamped within":        {"m.edxml", with("a.docx", docx(t, "UBND TỈNH MẪU", "TUYỆT MẬT")), paperfile.MarkText, "document.bad.attachment_secret"},
			"stamped by name":       {"m.edxml", with("kế hoạch (MẬT).docx", docx(t, "Nội dung kín")), paperfile.MarkText, ""},
			"stamped head":          {"m.edxml", arriving(t, func(m *edxml.Message) { m.Content = "TỐI MẬT" }), paperfile.MarkText, ""},
			"stamped file":          {"(MẬT) m.edxml", arriving(t, nil), paperfile.MarkName, ""},
			"stamped in an archive": {"m.zip", packed("công văn (MẬT).edxml", string(arriving(t, nil))), paperfile.MarkName, ""},
			"two in an archive":     {"m.zip", packed("a.edxml", "<a/>", "b.edxml", "<a/>"), "", "document.bad.message_zip"},
			"a bomb of an archive":  {"m.zip", packed("a.edxml", "<a>"+strings.Repeat(" ", 4<<20)+"</a>"), "", ""},
			"no message":            {"m.xml", []byte("<a>b</a>"), "", "document.bad.message"},
			"an entity":             {"m.xml", []byte("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), paperfile.Bomb, ""},
			"no sender":             {"m.xml", bytes.ReplaceAll(arriving(t, nil), []byte("<edXML:OrganId>G09</edXML:OrganId>"), nil), "", "document.bad.message_sender"},
			"a day to come":         {"m.xml", arriving(t, func(m *edxml.Message) { m.Date = day0.AddDays(2) }), "", "document.bad.message_head"},
			"a damaged attachment":  {"m.xml", bytes.Replace(arriving(t, nil), []byte("<ContentTransferEncoded>"), []byte("<ContentTransferEncoded>*"), 1), "", "document.bad.message_attachment"},
		} {
			_, err := g.TakeMessage(g.officer(), g.root, c.file, bytes.NewReader(c.data))
			why := (*paperfile.Refusal)(nil)
			switch {
			case errors.As(err, &why) != (c.want != "") || why != nil && why.Rule != c.want && (c.want != paperfile.MarkText || why.Rule != paperfile.MarkName):
				t.Errorf("%s: %v", name, err)
			case c.key != "" && fault.Of(err).Fields["file"] != c.key:
				t.Errorf("%s: %v", name, fault.Of(err).Fields)
			case name == "a bomb of an archive" && !fault.Is(err, fault.TooLarge), name != "a bomb of an archive" && !refused(err, "file"):
				t.Errorf("%s: %v", name, err)
			}
		}
		big := &endless{n: 500 << 20}
		if _, err := g.TakeMessage(g.officer(), g.root, "m.edxml", big); !fault.Is(err, fault.TooLarge) || big.read > 8<<20 {
			t.Errorf("500 MB: %v, read %d", err, big.read)
		}
		if after := g.stored(); after != before {
			t.Errorf("something was stored:\n%s\nbefore:\n%s", after, before)
		}
		var details []string
		if err := d.Read().NewRaw("SELECT detail FROM audit_entry ORDER BY id").Scan(t.Context(), &details); err != nil || len(details) != 5 {
			t.Fatal(details, err)
		}
		for _, s := range details {
			if strings.Contains(s, "edxml") || strings.Contains(strings.ToLower(s), "mật") || !strings.Contains(s, `"rule":"mark.`) {
				t.Errorf("the trail says %s", s)
			}
		}
	})
}

func locked() []byte {
	return append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...)
}

// status is what a body says of a paper.
func status(t testing.TB, from, code string, at time.Time, of edxml.Answer) []byte {
	t.Helper()
	m := edxml.Message{Dialect: edxml.National, From: edxml.Organ{ID: from, Name: "Nơi " + from}, Answers: []edxml.Answer{of},
		Status: &edxml.Status{Code: edxml.Code(code), Description: "lời " + code, At: at}}
	out, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAPaperGoesOverTheAxisAndIsAnswered exports an issued paper, and follows
// what its recipients say of it.
func TestAPaperGoesOverTheAxisAndIsAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		told := g.axis()
		h := g.letter()
		h.Recipients = "- UBND xã Một;\n- UBND xã Hai;\n- Lưu: VT."
		h.Number, h.Date = "45", day0
		p, err := g.Record(g.clerk(), h, "", "")
		if err != nil {
			t.Fatal(err)
		}
		to, err := g.Receivers(g.clerk(), p)
		if err != nil || len(to) != 3 || to[0] != (document.Organ{ID: "000.01.00.H99", Name: "UBND xã Một"}) || to[1].ID != "" {
			t.Fatalf("%+v, %v", to, err)
		}
		_, err = g.Give(g.clerk(), p.ID, to[1:], true)
		if !refused(err, "bodies") || !strings.Contains(fmt.Sprint(fault.Of(err).Args), "document.lacks.receiver; document.lacks.file") {
			t.Errorf("what is missing is not named: %v %v", err, fault.Of(err).Args)
		}
		for name, data := range map[document.Role]string{document.Original: "Bản gốc", document.Annex: "Phụ lục"} {
			if _, err := g.AddFile(g.clerk(), p.ID, name, string(name)+".docx", bytes.NewReader(docx(t, data))); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := g.Give(g.clerk(), p.ID, append(to, document.Organ{ID: "0102030405"}), true); !refused(err, "bodies") {
			t.Errorf("a tax number: %v", err)
		}
		to[1].ID = "000.02.00.H99"
		if _, err := g.Give(g.officer(), p.ID, to, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not send: %v", err)
		}
		m, err := g.Give(g.clerk(), p.ID, to, true)
		if err != nil || *told != 1 {
			t.Fatal(*told, err)
		}
		name, data, err := g.MessageFile(g.officer(), p.ID, m.ID)
		if err != nil || name != "45_UBND-KGVX.edxml" {
			t.Fatal(name, err)
		}
		read, err := edxml.Read(data, edxml.Limits{})
		if err != nil || read.From.ID != "000.00.00.H99" || len(read.To) != 2 || len(read.ToPlaces) != 1 || len(read.Attachments) != 2 || read.Number != "45" || read.Subject != h.Subject ||
			read.Kind.Name != "Công văn" || read.Other.Priority != "1" || read.DocumentID != "000.00.00.H99,2026/11/21,45/UBND-KGVX" {
			t.Errorf("%+v, %v", read, err)
		}
		g.now = g.now.Add(time.Minute)
		if _, err := g.AddFile(g.clerk(), p.ID, document.SignedFile, "cv.docx", bytes.NewReader(docx(t, "Bản ký số"))); err != nil { // it came after the message
			t.Fatal(err)
		}
		if _, again, err := g.MessageFile(g.officer(), p.ID, m.ID); err != nil || !bytes.Equal(again, data) {
			t.Errorf("another file the second time: %v", err)
		}
		if _, err := g.Give(g.clerk(), p.ID, to, true); err != nil { // made anew: nobody is sent to twice
			t.Fatal(err)
		}

		of := edxml.Answer{OrganID: "000.00.00.H99", Code: "45/UBND-KGVX", Date: day0, DocumentID: m.MessageID}
		byCode := of
		byCode.DocumentID = ""
		g.now = t0.Add(5 * time.Hour)
		at := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Hour) }
		for _, c := range []struct {
			from, code string
			at         int
			of         edxml.Answer
			stranger   bool
		}{{"000.01.00.H99", "01", 1, of, false}, {"000.01.00.H99", "05", 3, byCode, false}, {"000.01.00.H99", "03", 2, of, false}, {"000.02.00.H99", "02", 1, of, false}, {"000.09.00.H99", "03", 1, of, true}} {
			got, err := g.take(status(t, c.from, c.code, at(c.at), c.of))
			if err != nil || got.Stranger != c.stranger || got.Document.ID != p.ID || string(got.Code) != c.code {
				t.Fatalf("%s of %s: %+v, %v", c.code, c.from, got, err)
			}
		}
		if got, err := g.take(status(t, "000.01.00.H99", "05", at(3), byCode)); err != nil || !got.Again {
			t.Errorf("the same status again: %+v, %v", got, err)
		}
		if _, err := g.take(status(t, "000.02.00.H99", "06", at(4), of)); !refused(err, "file") {
			t.Errorf("done after a refusal: %v", err)
		}
		if _, err := g.take(status(t, "000.02.00.H99", "03", at(4), edxml.Answer{Code: "46/UBND-KGVX", Date: day0})); !refused(err, "file") {
			t.Errorf("of a paper that is not there: %v", err)
		}
		f, err := g.Get(g.clerk(), p.ID)
		if err != nil || len(f.Dispatches) != 2 || len(f.Messages) != 7 {
			t.Fatalf("%d sendings, %d messages, %v", len(f.Dispatches), len(f.Messages), err)
		}
		one, two := f.Dispatches[0], f.Dispatches[1]
		if one.Status != edxml.InWork || !one.ReceivedAt.Equal(at(1)) || one.StatusWords != "lời 05" || two.Status != edxml.Refused || !two.ReceivedAt.IsZero() || !two.Refused() {
			t.Errorf("%+v\n%+v", one, two)
		}
		back, err := g.WriteStatus(g.clerk(), p.ID, document.Status{Code: edxml.TakeBack, Words: "Sai số liệu"})
		if err != nil || back.MessageID != m.MessageID {
			t.Fatal(back, err)
		}
		if _, err := g.take(status(t, "000.01.00.H99", "15", at(5), of)); err != nil {
			t.Errorf("agreed to give it back: %v", err)
		}
		want := "[document.record document.file document.file document.message_give document.file document.message_give document.status document.status document.status document.status document.status document.status_write document.status]"
		if got := fmt.Sprint(g.acts()); got != want {
			t.Errorf("the trail says\n%s, want\n%s", got, want)
		}
	})
}

// TestAStatusIsToldOfWhatCame writes what became of an incoming paper.
func TestAStatusIsToldOfWhatCame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		g.axis()
		got, err := g.take(arriving(t, nil))
		if err != nil {
			t.Fatal(err)
		}
		id := got.Document.ID
		for field, in := range map[string]document.Status{"code": {Code: edxml.TakeBack}, "code ": {Code: "07"}, "words": {Code: edxml.Refused}} {
			if _, err := g.WriteStatus(g.officer(), id, in); !refused(err, strings.TrimSpace(field)) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if _, err := g.WriteStatus(g.as("p-z", auth.Viewer, g.root), id, document.Status{Code: edxml.Received}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not write: %v", err)
		}
		for _, c := range []edxml.Code{edxml.Received, edxml.Assigned, edxml.InWork, edxml.Done} {
			g.now = g.now.Add(time.Minute)
			m, err := g.WriteStatus(g.officer(), id, document.Status{Code: c, Words: "phòng VT"})
			if err != nil {
				t.Fatal(err)
			}
			_, data, err := g.MessageFile(g.officer(), id, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			read, err := edxml.Read(data, edxml.Limits{})
			if err != nil || read.Status == nil || read.Status.Code != c || read.From.ID != "000.00.00.H99" || len(read.Answers) != 1 ||
				read.Answers[0] != (edxml.Answer{OrganID: "G09", Code: "15/KH-BCA", Date: day0.AddDays(-1), DocumentID: "G09,2026/11/20,15/KH-BCA"}) {
				t.Errorf("%s: %+v, %v", c, read, err)
			}
		}
		if _, err := g.WriteStatus(g.officer(), id, document.Status{Code: edxml.Refused, Words: "muộn"}); !refused(err, "code") {
			t.Errorf("refused after it was done: %v", err)
		}
		// One entered by hand: its sender's code is typed; without a code of our own nothing can be said.
		h := g.letter()
		h.Number, h.Date, h.ArrivedOn, h.Issuer, h.Unit = "8", day0, day0, "Sở Y tế", g.a
		hand, err := g.Register(g.officer(), h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.WriteStatus(g.officer(), hand.ID, document.Status{Code: edxml.Received}); !refused(err, "organ") {
			t.Errorf("to nobody: %v", err)
		}
		if m, err := g.WriteStatus(g.officer(), hand.ID, document.Status{Code: edxml.Received, Organ: document.Organ{ID: "000.03.00.H99"}}); err != nil || m.Organ.ID != "000.03.00.H99" {
			t.Errorf("%+v, %v", m, err)
		}
		h.Unit, h.Number = g.b, "9"
		if hand, err = g.Register(g.officer(), h); err != nil {
			t.Fatal(err)
		}
		if _, err := g.WriteStatus(g.officer(), hand.ID, document.Status{Code: edxml.Received, Organ: document.Organ{ID: "H1"}}); !refused(err, "code") {
			t.Errorf("from a unit without a code: %v", err)
		}
		// Its sender takes it back.
		next, err := g.take(arriving(t, func(m *edxml.Message) { m.DocumentID, m.Number = "second", "16" }))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.take(status(t, "G09", "13", g.now, edxml.Answer{OrganID: "G09", Code: "16/KH-BCA", Date: day0.AddDays(-1), DocumentID: "second"})); err != nil {
			t.Fatal(err)
		}
		f, err := g.Get(g.officer(), next.Document.ID)
		if err != nil || fmt.Sprint(f.Answerable()) != "[15 16]" || !f.May.Tell {
			t.Errorf("%v, %v", f.Answerable(), err)
		}
	})
}

// FuzzTakeMessage holds that whatever comes is refused as the reader's fault or
// becomes a paper, and never breaks the room.
func FuzzTakeMessage(f *testing.F) {
	f.Add(arriving(f, nil))
	f.Add(status(f, "G09", "03", t0, edxml.Answer{Code: "1/A", Date: day0}))
	f.Add(archive(f, "m.edxml", string(arriving(f, nil))))
	f.Add([]byte("<edXML/>"))
	g := lay(f, dbtest.SQLite(f, schemas...)) // one for all: what one input leaves is no matter to the next
	g.axis()
	ctx := g.officer()
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := g.TakeMessage(ctx, g.root, "m.edxml", io.LimitReader(bytes.NewReader(data), 1<<20))
		if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Fatal(err)
		}
		if err == nil && (got.Document.ID == "" || got.Document.Date.Compare(calendar.DateOf(t0)) > 0) {
			t.Fatalf("%+v", got)
		}
	})
}
