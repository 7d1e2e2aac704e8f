// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

// The papers that others rest on, by subject.
const (
	subjectRules   = "Ban hành Quy chế bảo đảm an ninh mạng của các cơ quan trong tỉnh (giả định)"
	subjectPlan    = "Triển khai Quy chế bảo đảm an ninh mạng (giả định)"
	subjectReview  = "Rà soát máy tính chưa cài phần mềm phòng, chống mã độc (giả định)"
	subjectUrgent  = "Tăng cường trực, ngắt kết nối máy tính có trong danh sách cảnh báo (giả định)"
	subjectAnswer  = "Kết quả rà soát phần mềm phòng, chống mã độc của ngành Y tế (giả định)"
	subjectMeeting = "Lịch họp giao ban công tác an ninh mạng (giả định)"
)

// incoming are the papers that came to the centre, each resting on those before.
func (p *Province) incoming(today calendar.Date) []scriptedPaper {
	province := p.Units[0].Name
	in := func(kind, number, symbol string, ago int, subject, urgency, issuer string, arrival int64, reply int, cites ...document.Link) scriptedPaper {
		h := document.Head{Dir: document.In, Kind: kind, Number: number, Symbol: symbol, Date: today.AddDays(-ago), ArrivedOn: today.AddDays(1 - ago), Place: p.Name,
			Subject: subject, Urgency: urgency, Issuer: issuer, Arrival: arrival, Note: "Văn bản giả định của bản dùng thử"}
		if reply != 0 {
			h.ReplyBy = today.AddDays(reply)
		}
		return scriptedPaper{Head: h, cites: cites}
	}
	cite := func(x scriptedPaper, rel document.Relation) document.Link {
		return document.Link{Relation: rel, Cited: document.Cited{Kind: x.Kind, Number: x.Number, Symbol: x.Symbol, Date: x.Date, Issuer: x.Issuer, Subject: x.Subject}}
	}
	rules := in("quyet_dinh", "214", "QĐ-UBND", 60, subjectRules, "", province, 101, 0)
	plan := in("ke_hoach", "87", "KH-UBND", 35, subjectPlan, "", province, 118, 0, cite(rules, document.Basis))
	review := in("cong_van", "402", "UBND-NC", 7, subjectReview, "urgent", province, 140, -2, cite(plan, document.Basis))
	return []scriptedPaper{rules, plan, review,
		in("cong_dien", "05", "CĐ-UBND", 1, subjectUrgent, "flash", province, 146, 1, cite(review, document.Basis)),
		in("bao_cao", "35", "BC-SYT", 4, subjectAnswer, "", p.Unit("GD06").Name, 143, 0, cite(review, "answers")),
		in("thong_bao", "61", "TB-VP", 3, subjectMeeting, "very_urgent", p.Unit("GD02").Name, 145, 4)}
}

// scriptedPaper is a paper and how far it went.
type scriptedPaper struct {
	document.Head
	cites []document.Link
	until document.State
	text  string
	to    []string // recipients
}

// outgoing are the centre's own papers, one at each step of its way.
func (p *Province) outgoing(today calendar.Date) []scriptedPaper {
	units := []string{p.Unit("GD19").Name, p.Unit("GD20").Name, p.Unit("GD21").Name, p.Unit("GD06").Name, p.Unit("GD07").Name}
	signer := p.Person(Director)
	out := func(until document.State, kind, number, symbol, subject, urgency, text string) scriptedPaper {
		return scriptedPaper{Head: document.Head{Dir: document.Out, Kind: kind, Number: number, Symbol: symbol, Place: p.Name, Subject: subject, Urgency: urgency,
			Issuer: p.Unit(centreCode).Name, Signer: signer.Name, SignerTitle: signer.Title, Recipients: units[0] + "\n" + units[3]}, until: until, text: text, to: units}
	}
	recorded := out("", "cong_van", "36", "TTANM-GS", "Đôn đốc cập nhật bản vá hệ điều hành (giả định)", "urgent", "")
	recorded.Date = today.AddDays(-6)
	return []scriptedPaper{
		out(document.Draft, "ke_hoach", "", "", "Diễn tập ứng cứu sự cố cấp tỉnh năm sau (giả định)", "", "Kế hoạch diễn tập giả định."),
		out(document.Submitted, "cong_van", "", "", "Đôn đốc các xã gửi kết quả rà soát (giả định)", "urgent", "Trung tâm đề nghị các xã chưa gửi kết quả khẩn trương thực hiện."),
		out(document.Signed, "thong_bao", "", "", "Kết quả giám sát an ninh mạng trong tuần (giả định)", "", "Trong tuần ghi nhận các máy kết nối tới tên miền của mã độc A, B (giả định)."),
		out(document.Numbered, "bao_cao", "40", "BC-TTANM", "Tình hình sự cố an ninh mạng trong tháng (giả định)", "", "Trong tháng xảy ra 02 sự cố (giả định)."),
		out(document.Issued, "thong_bao", "39", "TB-TTANM", "Cảnh báo tên miền của mã độc A (giả định)", "very_urgent", "Đề nghị chặn các tên miền trong danh sách diễn tập."),
		recorded,
	}
}

// papers registers what came and brings the centre's own papers along their way.
func (d *desk) papers(ctx context.Context) error {
	err := d.as(ctx, Clerk, func(ctx context.Context) (err error) {
		d.paper, err = d.c.Papers(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range d.p.incoming(d.today) {
		if err := d.enter(ctx, CentreOfficer, x); err != nil {
			return fmt.Errorf("%q: %w", x.Subject, err)
		}
	}
	for _, x := range d.p.outgoing(d.today) {
		if d.paper[x.Subject] != "" {
			continue
		}
		if err := d.send(ctx, x); err != nil {
			return fmt.Errorf("%q: %w", x.Subject, err)
		}
	}
	return nil
}

// enter adds a paper that is not there.
func (d *desk) enter(ctx context.Context, who string, x scriptedPaper) error {
	if d.paper[x.Subject] != "" {
		return nil
	}
	x.Unit = d.units[centreCode]
	return d.as(ctx, who, func(ctx context.Context) error {
		id, err := d.c.AddPaper(ctx, x.Head, x.cites)
		d.paper[x.Subject] = id
		return err
	})
}

// send brings an outgoing paper as far as its script says.
func (d *desk) send(ctx context.Context, x scriptedPaper) error {
	if x.until == "" { // issued elsewhere
		if err := d.enter(ctx, Clerk, x); err != nil {
			return err
		}
		return d.as(ctx, Clerk, func(ctx context.Context) error {
			return d.c.SendPaper(ctx, d.paper[x.Subject], x.to, d.at.AddDate(0, 0, -5), 3)
		})
	}
	number, symbol := x.Number, x.Symbol
	x.Number, x.Symbol = "", ""
	if err := d.enter(ctx, CentreOfficer, x); err != nil || x.until == document.Draft {
		return err
	}
	id := d.paper[x.Subject]
	file, err := d.p.print(x, d.at)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		who   string
		after document.State
		fn    func(context.Context) error
	}{
		{CentreOfficer, document.Submitted, func(ctx context.Context) error { return d.c.SubmitPaper(ctx, id, Director, file) }},
		{Director, document.Signed, func(ctx context.Context) error { return d.c.SignPaper(ctx, id) }},
		{Clerk, document.Numbered, func(ctx context.Context) error { return d.c.NumberPaper(ctx, id, number, symbol) }},
		{Clerk, document.Issued, func(ctx context.Context) error { return d.issue(ctx, id, file) }},
		{Clerk, "", func(ctx context.Context) error { return d.c.SendPaper(ctx, id, x.to[:3], d.at.Add(-time.Minute), 1) }},
	} {
		if err := d.as(ctx, step.who, step.fn); err != nil || step.after == x.until && x.until != document.Issued {
			return err
		}
	}
	return nil
}

func (d *desk) issue(ctx context.Context, id string, file []byte) error {
	if d.card == nil { // the register of certificates was filled on an earlier day, its key is gone
		var err error
		if d.card, err = d.p.newCard(d.at); err != nil {
			return err
		}
	}
	signed, err := d.card.sign(file, d.at)
	if err != nil {
		return err
	}
	return d.c.IssuePaper(ctx, id, signed)
}

// print is a paper as a PDF in the layout of the decree.
func (p *Province) print(x scriptedPaper, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	err := officedoc.WritePDF(&b, officedoc.Paper{Parent: p.Units[0].Name, Issuer: x.Issuer, Place: p.Name, Date: at, Subject: x.Subject, To: x.to[:2],
		Mark: "Giả định", Body: []officedoc.Block{officedoc.Text(x.text), officedoc.Text("Văn bản này là giả định, chỉ để dùng thử.")}, Copies: []string{"Như trên", "Lưu: VT"}})
	return b.Bytes(), err
}
