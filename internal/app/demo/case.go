// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/unit"
)

// Cases are the two incidents of the first day, with codes for unit ids: one
// found serious, whose clock of 24 hours has four left, and one on whose
// severity nobody has decided. at is the present.
func (p *Province) Cases(at time.Time) []Case { return []Case{p.decided(at), p.undecided(at)} }

func (p *Province) decided(at time.Time) Case {
	x := p.InfectedIn("GD06")
	u := p.Unit(x.Machine.Unit)
	c := p.caseOf(x, x.Machine.Address, unit.Machine, at.Add(-20*time.Hour))
	c.Title = "Máy của " + u.Name + " kết nối tới máy chủ điều khiển của mã độc A (giả định)"
	c.Description = "Nhật ký của máy phân giải DNS " + u.Name + " cho thấy máy " + x.Machine.Host + " hỏi tên miền điều khiển mỗi phút một lần, " +
		"cả ngoài giờ làm việc. Máy có kết nối tới phần mềm hồ sơ bệnh án nội bộ. Tình huống giả định để dùng thử."
	c.HarmSecurity.Answer, c.SeriousInterruption.Answer, c.PersonalData = incident.No, incident.No, incident.No
	c.Phase = incident.Contain
	c.Signs = []incident.Sign{incident.ControlLost, incident.MaySpread}
	c.MeasuresTaken = "Đã yêu cầu " + u.Name + " ngắt máy khỏi mạng, giữ nguyên trạng ổ đĩa; tiếp tục theo dõi truy vấn tới các tên miền điều khiển."
	c.SupportAsked = "Đề nghị Trung tâm cử cán bộ phân tích máy và rà soát các máy cùng dải địa chỉ."
	c.System = incident.System{Name: "Hệ thống thông tin nội bộ " + u.Name, Level: "2", OS: "Windows", Purpose: "Quản lý văn bản, hồ sơ của sở"}
	c.Severity = "M2"
	c.Reason = "Máy bị điều khiển từ xa, có nguy cơ lan sang phần mềm hồ sơ bệnh án dùng chung toàn tỉnh."
	return c
}

func (p *Province) undecided(at time.Time) Case {
	x := p.InfectedIn("GD21")
	u := p.Unit(x.Machine.Unit)
	nat, _ := u.behind()
	c := p.caseOf(x, nat, unit.NAT, at.Add(-3*time.Hour))
	c.Title = "Một máy sau NAT của " + u.ShortName + " hỏi tên miền của mã độc B (giả định)"
	c.Description = "Máy phân giải trung tâm ghi nhận địa chỉ NAT " + nat.String() + " của " + u.ShortName + " hỏi tên miền trong danh sách diễn tập. " +
		"Chưa xác định được máy nào phía sau; đã đề nghị xã cung cấp nhật ký của bộ định tuyến. Tình huống giả định để dùng thử."
	c.MeasuresTaken = "Đã thông báo cho đầu mối an ninh mạng của xã."
	return c
}

// caseOf is what both cases have: the infected machine as the centre sees it,
// and the names it asks for.
func (p *Province) caseOf(x Infection, seen netip.Addr, kind unit.AddressKind, found time.Time) Case {
	c := Case{Seed: incident.Seed{Details: incident.Details{UnitID: x.Machine.Unit, DetectedAt: found.UTC().Truncate(time.Minute),
		Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"detection_system", "log_review"}},
		TLP: "TLP:AMBER"}}}
	c.threat = p.Family(x.Family).Threat
	m := incident.Machine{Addr: seen, AddrKind: string(kind)}
	if kind == unit.Machine {
		m.Name = x.Machine.Host
	}
	c.Machines = []incident.Machine{m}
	for _, name := range p.Family(x.Family).Live {
		c.Observables = append(c.Observables, incident.Observable{Value: intel.Normalise(name), Verdict: incident.Bad, Source: malwareList})
	}
	return c
}
