// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// Family is one invented kind of malware or fraud and the names that stand for
// it. The live names are those its machines ask for.
type Family struct {
	ID     string // "A"
	Threat string // label in the lists and on the pages
	Names  []string
	Live   []string // some of Names
}

// List is one list of indicators as its publisher would send it.
type List struct {
	Name    string
	File    string // name of the file
	Kind    intel.Kind
	Layout  intel.Layout
	Threat  string // of indicators that name none
	TLP     string
	Note    string
	Content []byte
}

const (
	fraudID  = "L"
	perList  = 120 // names of a family
	perFraud = 400
	liveEach = 3
)

// families in the order of the list. IDN is the one whose names are not ASCII.
var families = []struct{ id, threat string }{
	{"A", "Mã độc A (giả định): điều khiển từ xa"},
	{"B", "Mã độc B (giả định): đánh cắp thông tin"},
	{"C", "Mã độc C (giả định): đào tiền ảo"},
	{"D", "Mã độc D (giả định): lập kênh ngầm qua DNS"},
	{"E", "Mã độc E (giả định): giả bản cập nhật"},
	{fraudID, "Trang lừa đảo (giả định)"},
}

var (
	openings = []string{"capnhat", "dongbo", "tailieu", "kiemtra", "thongbao", "baomat", "hethong", "xacnhan", "hoadon", "quatang"}
	middles  = []string{"nhanh", "moi", "sao", "gio", "nui", "song", "may", "trang", "lua", "khoi"}
	accented = []string{"cậpnhật", "đồngbộ", "tàiliệu", "kiểmtra", "thôngbáo"}
)

const (
	malwareList = "Danh sách mã độc diễn tập"
	fraudList   = "Danh sách lừa đảo diễn tập"
	allowList   = "Tên miền tin cậy của tỉnh"
	shared      = "tep-chung.example" // listed as fraud, one name below it allowed
	allowed     = "tai-ve.tep-chung.example"
)

// addThreats makes families, lists and look-alikes.
func (p *Province) addThreats() {
	for i, f := range families {
		r := p.random("family", i)
		count := perList
		if f.id == fraudID {
			count = perFraud
		}
		fam := Family{ID: f.id, Threat: f.threat}
		for n := range count {
			fam.Names = append(fam.Names, hostile(r, f.id, n))
		}
		fam.Live = fam.Names[:liveEach]
		p.Families = append(p.Families, fam)
	}
	p.Lists = []List{p.malware(), p.fraud(), p.allow()}
	for i, f := range p.Families {
		p.LookAlikes = append(p.LookAlikes, lookAlikes(intel.Normalise(f.Live[i%liveEach]))...)
	}
	p.LookAlikes = append(p.LookAlikes, allowed, "moi."+allowed)
}

// Family gives the family of an id; an id no family has panics.
func (p *Province) Family(id string) *Family {
	for i := range p.Families {
		if p.Families[i].ID == id {
			return &p.Families[i]
		}
	}
	panic("demo: no family " + id)
}

// hostile makes up the n-th name of a family; the number keeps names apart.
func hostile(r *rand.Rand, id string, n int) string {
	first := pick(r, openings)
	if id == "E" {
		first = pick(r, accented)
	}
	return fmt.Sprintf("%s-%s-%s%03d.%s", first, pick(r, middles), strings.ToLower(id), n, pick(r, []string{"example", "example", "test", "invalid"}))
}

// lookAlikes are names that resemble a listed one and are not below it.
func lookAlikes(name string) []string {
	label, tld, _ := strings.Cut(name, ".")
	return []string{"x" + name, name + ".test", label + "s." + tld, "www." + label + "." + tld + "-vn.example"}
}

// malware is a CSV list with a family a row.
func (p *Province) malware() List {
	var b strings.Builder
	b.WriteString("indicator,type,family,note\n")
	for _, f := range p.Families {
		if f.ID == fraudID {
			continue
		}
		for _, name := range f.Names {
			fmt.Fprintf(&b, "%s,domain,%q,dữ liệu giả định\n", name, f.Threat)
		}
	}
	return List{Name: malwareList, File: "ma-doc-dien-tap.csv", Layout: intel.CSV, TLP: "TLP:GREEN",
		Note: "Dữ liệu giả định của bản dùng thử", Content: []byte(b.String())}
}

// fraud is a hosts file.
func (p *Province) fraud() List {
	var b strings.Builder
	b.WriteString("# Danh sách giả định, không có trang nào trong đây tồn tại\n")
	f := p.Family(fraudID)
	for _, name := range append([]string{shared}, f.Names...) {
		fmt.Fprintf(&b, "0.0.0.0 %s\n", name)
	}
	return List{Name: fraudList, File: "lua-dao-dien-tap.hosts", Layout: intel.Hosts, Threat: f.Threat, TLP: "TLP:CLEAR",
		Note: "Dữ liệu giả định của bản dùng thử", Content: []byte(b.String())}
}

// allow is a plain list: one exception, and the province's own name.
func (p *Province) allow() List {
	return List{Name: allowList, File: "tin-cay.txt", Kind: intel.Allow, Layout: intel.Plain, TLP: "TLP:CLEAR",
		Note: "Dữ liệu giả định của bản dùng thử", Content: []byte(p.Domain + "\n" + allowed + "\n")}
}
