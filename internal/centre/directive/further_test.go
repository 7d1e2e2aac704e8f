// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// shelfOfPapers is a register that keeps what it is given in memory.
type shelfOfPapers struct {
	came   []directive.NewPaper
	drafts []directive.NewDraft
	sent   []directive.Delivery
}

func (s *shelfOfPapers) Find(context.Context, string, int) ([]directive.Paper, error) {
	return nil, nil
}

func (s *shelfOfPapers) Paper(_ context.Context, id string) (directive.Paper, error) {
	if id != "came" {
		return directive.Paper{}, fault.Missing("test")
	}
	return directive.Paper{ID: id}, nil
}

func (s *shelfOfPapers) At(id string) directive.Paper { return directive.Paper{ID: id} }

func (s *shelfOfPapers) File(_ context.Context, id string) (string, []byte, error) {
	if id != "came" {
		return "", nil, fault.Missing("test")
	}
	return "van-ban.txt", []byte(paper), nil
}

func (s *shelfOfPapers) Register(_ context.Context, n directive.NewPaper) (string, error) {
	if n.Issuer == "" {
		return "", fault.Bad("test", "issuer", "x")
	}
	s.came = append(s.came, n)
	return "came", nil
}

func (s *shelfOfPapers) Draft(_ context.Context, n directive.NewDraft) (string, error) {
	s.drafts = append(s.drafts, n)
	return "draft", nil
}

func (s *shelfOfPapers) Deliveries(context.Context, string) ([]directive.Delivery, error) {
	return s.sent, nil
}

func (s *shelfOfPapers) Known(context.Context, string) (directive.Paper, error) {
	return directive.Paper{}, nil
}

// TestADirectiveIsCarriedFurther registers, drafts, asks, answers and passes on.
func TestADirectiveIsCarriedFurther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		papers := &shelfOfPapers{}
		h.Papers = papers
		mai, unit, other := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(7)), as(t, "lan", auth.UnitOfficer, unitName(8))
		d := h.settled(t, mai, paper)
		if len(papers.came) != 1 || d.DocumentID != "came" || papers.came[0].Number != "77/UBND-KT" {
			t.Errorf("registered %+v", papers.came)
		}
		if again, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Document: "came"}); err != nil || again.DocumentID != "came" || len(papers.came) != 1 {
			t.Errorf("from the register: %+v, %v", again, err)
		}
		headless, err := h.TakeIn(mai, directive.Arrival{Unit: "root", Paste: "Yêu cầu các đơn vị thực hiện các nội dung sau:\n\n1. Cập nhật bản vá cho máy chủ.\n\n2. Rà quét mã độc trên máy tính.\n"})
		if err != nil || headless.DocumentID != "" || headless.Doubts[len(headless.Doubts)-1].Doubt != directive.NotRegistered {
			t.Errorf("without a head: %+v, %v", headless, err)
		}
		if _, err := h.Issue(mai, d.ID, directive.Sending{To: []string{"unit:" + unitName(7), "unit:" + unitName(8)}, Last: everyone().Last}, 0); err != nil {
			t.Fatal(err)
		}
		drafted, err := h.Draft(mai, d.ID)
		if err != nil || drafted.DraftID != "draft" || papers.drafts[0].Basis != "came" || !strings.Contains(said(papers.drafts[0].Paper), "Rà quét mã độc") || len(papers.drafts[0].Recipients) != 2 {
			t.Errorf("%+v, %v", papers.drafts, err)
		}
		if _, err := h.Draft(mai, d.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("drafted again: %v", err)
		}
		q, err := h.Ask(unit, d.ID, unitName(7), "Máy cũ có tính không?")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Ask(unit, d.ID, unitName(8), "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("asked for another body: %v", err)
		}
		if list, err := h.Questions(other, d.ID); err != nil || len(list) != 0 {
			t.Errorf("another body sees %d, %v", len(list), err)
		}
		if _, err := h.Reply(unit, d.ID, q.ID, "Có", true, q.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("answered by who asked: %v", err)
		}
		if _, err := h.Reply(mai, d.ID, q.ID, "Có, mọi máy.", true, q.Version); err != nil {
			t.Fatal(err)
		}
		if list, err := h.Questions(other, d.ID); err != nil || len(list) != 1 || list[0].Answer != "Có, mọi máy." || list[0].By != "" || list[0].Unit != "" {
			t.Errorf("published: %+v, %v", list, err)
		}
		down, err := h.Delegate(unit, d.ID, unitName(7))
		if err != nil || down.Parent != d.ID || down.UnitID != unitName(7) || down.State != directive.Confirmed || down.Code != "CD-2026-0001" {
			t.Fatalf("%+v, %v", down, err)
		}
		if same, err := h.Delegate(unit, d.ID, unitName(7)); err != nil || same.ID != down.ID {
			t.Errorf("delegated again: %+v, %v", same, err)
		}
		if _, err := h.Delegate(other, d.ID, unitName(7)); !fault.Is(err, fault.NotFound) {
			t.Errorf("delegated by another body: %v", err)
		}
		plan, err := h.Issue(unit, down.ID, directive.Sending{To: []string{"unit:" + unitName(7)}}, down.Version)
		if err != nil || plan.New != 3 {
			t.Errorf("issued further: %+v, %v", plan, err)
		}
		if _, err := h.Issue(unit, down.ID, directive.Sending{To: []string{"unit:" + unitName(8)}}, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("issued to a body beside: %v", err)
		}
	})
}

// said is the running text of a paper.
func said(p officedoc.Paper) string {
	var b strings.Builder
	for _, block := range p.Body {
		if text, ok := block.(officedoc.Paragraph); ok {
			for _, r := range text.Runs {
				b.WriteString(r.Text + "\n")
			}
		}
	}
	return b.String()
}

// TestALetterSaysWhatIsAsked prints the paper for those below and follows who has
// it.
func TestALetterSaysWhatIsAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		papers := &shelfOfPapers{}
		h.Papers = papers
		mai, unit := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(7))
		d := h.settled(t, mai, strings.Replace(paper, "3. Tuyên", "Đầu mối: Sở Khoa học và Công nghệ, điện thoại 0913 245 678.\n\n3. Tuyên", 1))
		if _, _, err := h.Letter(unit, d.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("printed by who does not see it: %v", err)
		}
		if _, err := h.Issue(mai, d.ID, everyone(), 0); err != nil {
			t.Fatal(err)
		}
		_, p, err := h.Letter(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		text := said(p)
		for _, want := range []string{"1. Rà quét mã độc", "2. Báo cáo sự cố", "3. Tuyên truyền", "0913 245 678"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not said: %s", want, text)
			}
		}
		if len(p.To) != 1 || len(p.Annexes) != 2 || len(p.Annexes[0].Body[0].(officedoc.Table).Rows) != 3 || len(p.Annexes[1].Body[0].(officedoc.Table).Rows) != bodies {
			t.Errorf("to %v, %d annexes", p.To, len(p.Annexes))
		}
		for name, write := range map[string]func(io.Writer, officedoc.Paper) error{"docx": officedoc.WriteDOCX, "pdf": officedoc.WritePDF} {
			var b bytes.Buffer
			if err := write(&b, p); err != nil || b.Len() < 1000 {
				t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
			}
		}
		if _, err := h.Draft(mai, d.ID); err != nil {
			t.Fatal(err)
		}
		papers.sent = []directive.Delivery{{Recipient: "ĐƠN VỊ " + unitName(9), SentAt: t0, ReceivedAt: t0.Add(time.Hour)}, {Recipient: "Đơn vị " + unitName(10), SentAt: t0}}
		for range 2 {
			if err := h.Receive(unit, d.ID, unitName(7)); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Receive(unit, d.ID, unitName(8)); !fault.Is(err, fault.NotFound) {
			t.Errorf("received for another body: %v", err)
		}
		list, err := h.Reaches(mai, d.ID)
		if err != nil || len(list) != bodies || list[bodies-1].Has() != true || list[bodies-2].Has() != true || list[0].Has() {
			t.Fatalf("%d, %v", len(list), err)
		}
		if n, err := h.Remind(mai, d.ID, unitName(10)); err != nil || n != 1 {
			t.Errorf("%d were reminded, %v", n, err)
		}
		if _, err := h.Remind(mai, d.ID, unitName(9)); !fault.Is(err, fault.Conflict) {
			t.Errorf("who has it was reminded: %v", err)
		}
		if n, err := h.Remind(mai, d.ID, ""); err != nil || n != bodies-2 {
			t.Errorf("%d were reminded, %v", n, err)
		}
		if told := h.told[len(h.told)-1]; told.Kind != "directive.unreceived" || len(told.Units) != bodies-2 {
			t.Errorf("%s told %d", told.Kind, len(told.Units))
		}
		if own, err := h.Reaches(unit, d.ID); err != nil || len(own) != 1 || own[0].ConfirmedBy != "nam" {
			t.Errorf("%+v, %v", own, err)
		}
	})
}
