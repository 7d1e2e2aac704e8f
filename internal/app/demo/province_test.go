// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"cmp"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// reserved reports whether a name can belong to nobody: RFC 2606 §2, and the
// reverse zone of private space, RFC 6761 §6.1.
func reserved(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{".example", ".test", ".invalid", ".10.in-addr.arpa"}, func(end string) bool {
		return strings.HasSuffix(name, end)
	})
}

var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), // RFC 5737
	netip.MustParsePrefix("2001:db8::/32"), // RFC 3849
}

// nobodys reports whether an address is private or of documentation.
func nobodys(a netip.Addr) bool {
	return a.IsPrivate() || slices.ContainsFunc(documentation, func(p netip.Prefix) bool { return p.Contains(a) })
}

func TestFiguresOfTheProvince(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	kinds := map[string]int{}
	for _, u := range p.Units {
		if u.To.IsZero() {
			kinds[u.Kind]++
		}
	}
	want := map[string]int{"ubnd_tinh": 1, "co_quan_tinh": 3, "so": 9, "ban": 1, "nganh": 2, "bao_dai": 2, "doan_the": 1,
		"xa": 14, "phuong": 3, "dac_khu": 1, "dn_vien_thong": 2, "ngan_hang": 1}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("kinds of the living units: %v, want %v", kinds, want)
	}
	infected := 0
	for _, m := range p.Machines {
		if m.Threat != "" {
			infected++
		}
	}
	got := []int{p.Living(), len(p.Units), len(p.Machines), len(p.People), len(p.Sources), len(p.Infections), infected}
	if want := []int{40, 42, 1200, 15, 5, 14, 14}; !slices.Equal(got, want) {
		t.Errorf("living, units, machines, people, sources, infections, infected: %v, want %v", got, want)
	}
}

// TestEveryRoleHasSomebody holds that the demo shows each role of the table of
// permissions, a body of the police, and one unit whose head is missing.
func TestEveryRoleHasSomebody(t *testing.T) {
	t.Parallel()
	p, err := demo.Sized(demo.DefaultSeed, 150)
	if err != nil {
		t.Fatal(err)
	}
	held := map[auth.Role]bool{}
	for _, q := range p.People {
		for _, g := range q.Grants {
			held[g.Role] = true
		}
	}
	for _, role := range auth.Roles() {
		if !held[role] && role != auth.Viewer {
			t.Errorf("nobody is %s", role)
		}
	}
	for login, want := range map[string]auth.Role{demo.Inspector: auth.Inspector, demo.Administrator: auth.Administrator, demo.Deputy: auth.Leader} {
		if got := p.Person(login).Grants; len(got) != 1 || got[0].Role != want || got[0].Unit != p.Units[0].Code {
			t.Errorf("%s holds %v, want %s of the province alone", login, got, want)
		}
	}
	var headless []string
	for _, u := range p.Units {
		if u.Head == (unit.Contact{}) {
			headless = append(headless, u.ShortName)
		}
	}
	if !slices.Equal(headless, []string{"Xã Gò Mơ"}) {
		t.Errorf("units without a head: %q", headless)
	}
	if u := p.Unit("GD17"); u.Name != "Công an tỉnh "+p.Name || p.Units[0].ShortName != "UBND tỉnh "+p.Name {
		t.Errorf("%q, %q", u.Name, p.Units[0].ShortName)
	}
}

func TestMachinesHaveAddressesOfTheirUnitAlone(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	seen, hosts := map[netip.Addr]bool{}, map[string]bool{}
	for _, m := range p.Machines {
		if seen[m.Address] || hosts[m.Host] {
			t.Errorf("%s %s stands twice", m.Address, m.Host)
		}
		seen[m.Address], hosts[m.Host] = true, true
		for _, u := range p.Units {
			for _, r := range u.Ranges {
				if in := r.Prefix.Contains(m.Address); in && (u.Code != m.Unit || r.Kind != unit.Machine) {
					t.Errorf("%s of %s lies in %s (%s) of %s", m.Address, m.Unit, r.Prefix, r.Kind, u.Code)
				} else if !in && u.Code == m.Unit && r.Kind == unit.Machine {
					t.Errorf("%s lies outside %s of %s", m.Address, r.Prefix, u.Code)
				}
			}
		}
	}
}

func TestNothingInTheProvinceExists(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	names := slices.Concat(p.Benign, p.LookAlikes, []string{p.Domain})
	phones := []string{}
	mail := func(address string) {
		_, host, _ := strings.Cut(address, "@")
		names = append(names, host)
	}
	for _, f := range p.Families {
		names = append(names, f.Names...)
	}
	for _, m := range p.Machines {
		names = append(names, m.Host)
	}
	for _, q := range p.People {
		phones = append(phones, q.Phone)
		mail(q.Email)
	}
	for _, u := range p.Units {
		phones = append(phones, u.Hotline, cmp.Or(u.Head.Phone, u.Hotline), u.SecurityContact.Phone)
		if u.Head != (unit.Contact{}) {
			mail(u.Head.Email)
		}
		mail(u.SecurityContact.Email)
		for _, r := range u.Ranges {
			if !nobodys(r.Prefix.Addr()) {
				t.Errorf("%s of %s is somebody's", r.Prefix, u.Code)
			}
		}
	}
	for _, n := range names {
		if !reserved(n) {
			t.Errorf("%s may be somebody's", n)
		}
	}
	for _, n := range phones {
		if !strings.HasPrefix(n, "0000 ") {
			t.Errorf("telephone %s may be somebody's", n)
		}
	}
}

// provinces are those of today (34, since 12/06/2025), of 2004-2025 and some
// of before, folded.
const provinces = ` ha noi; hue; lai chau; dien bien; son la; lang son; quang ninh; thanh hoa; nghe an; ha tinh; cao bang; tuyen quang; lao cai;
 thai nguyen; phu tho; bac ninh; hung yen; hai phong; ninh binh; quang tri; da nang; quang ngai; gia lai; khanh hoa; lam dong; dak lak;
 ho chi minh; dong nai; tay ninh; can tho; vinh long; dong thap; ca mau; an giang; ha giang; bac kan; yen bai; hoa binh; bac giang; vinh phuc;
 hai duong; thai binh; ha nam; nam dinh; quang binh; quang nam; kon tum; binh dinh; phu yen; ninh thuan; binh thuan; dak nong; binh phuoc;
 binh duong; ba ria - vung tau; long an; tien giang; ben tre; tra vinh; hau giang; kien giang; soc trang; bac lieu; minh hai; song be;
 cuu long; ha tay; nam ha; bac thai; vinh phu; thuan hai; phu khanh; nghia binh; hoang lien son; cao lang; ha son binh; binh tri thien;`

func TestTheProvinceIsNoRealOne(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	if !strings.Contains(provinces, " an giang;") || strings.Contains(provinces, " "+fold(p.Name)+";") {
		t.Errorf("%s is a province", p.Name)
	}
}

func TestTheRulePackKnowsEveryCode(t *testing.T) {
	t.Parallel()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	p := demo.New(demo.DefaultSeed)
	today := calendar.Date{Year: 2026, Month: 11, Day: 22}
	pack := laws.At(today)
	for _, u := range p.Units {
		k, ok := pack.Kind(u.Kind)
		if !ok || u.To.IsZero() != k.ExistsOn(today) && u.Kind != "xa" {
			t.Errorf("%s: kind %s", u.Code, u.Kind)
		}
	}
	for _, c := range p.Cases(today.Start()) {
		for list, ids := range map[string][]string{"CL-incident-type": c.Types.IDs, "CL-detection": c.Detection.IDs,
			rulepack.SeverityList: {c.Severity}, "CL-level": {c.System.Level}} {
			codes, _ := pack.CodeList(list)
			for _, id := range ids {
				if _, ok := codes.Find(id); id != "" && !ok {
					t.Errorf("%s has no %s", list, id)
				}
			}
		}
	}
	for _, q := range p.People {
		for _, g := range q.Grants {
			if !slices.Contains(auth.Roles(), g.Role) {
				t.Errorf("%s: no role %s", q.Login, g.Role)
			}
		}
	}
	for _, f := range p.Families {
		if utf8.RuneCountInString(f.Threat) > 80 {
			t.Errorf("threat %q is too long for a list", f.Threat)
		}
	}
}

func TestTheSeedDecides(t *testing.T) {
	t.Parallel()
	a, b, c := demo.New(7), demo.New(7), demo.New(8)
	if !reflect.DeepEqual(a, b) {
		t.Error("one seed gave two provinces")
	}
	if reflect.DeepEqual(a.Infections, c.Infections) || reflect.DeepEqual(a.Families, c.Families) {
		t.Error("two seeds gave the same infections or names")
	}
	if len(a.Machines) != len(c.Machines) || !reflect.DeepEqual(a.Units[3].Ranges, c.Units[3].Ranges) {
		t.Error("the seed changed the address plan")
	}
}

// index holds the lists of p; every row of them is taken.
func index(t *testing.T, p *demo.Province) *intel.Index {
	t.Helper()
	var b intel.Builder
	for _, l := range p.Lists {
		for _, layout := range []intel.Layout{l.Layout, intel.Auto} {
			var into intel.Builder
			rep, err := into.Load(strings.NewReader(string(l.Content)), intel.List{Name: l.Name, Kind: l.Kind, Threat: l.Threat, Layout: layout})
			if err != nil || rep.Added != rep.Rows || rep.Narrowed != 0 || rep.Layout != l.Layout {
				t.Errorf("%s as %s: %+v, %v", l.File, layout, rep, err)
			}
		}
		if _, err := b.Load(strings.NewReader(string(l.Content)), intel.List{Name: l.Name, Kind: l.Kind, Threat: l.Threat, TLP: l.TLP, Layout: l.Layout}); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

func TestOnlyListedNamesHit(t *testing.T) {
	t.Parallel()
	p := demo.New(demo.DefaultSeed)
	x := index(t, p)
	hit := func(name string) bool { return slices.ContainsFunc(x.Match(name), intel.Match.Hit) }
	for _, name := range slices.Concat(p.LookAlikes, p.Benign) {
		if hit(name) {
			t.Errorf("%s hits", name)
		}
	}
	for _, f := range p.Families {
		for _, name := range f.Names {
			if !hit(name) || !hit("a.b."+strings.ToUpper(intel.Normalise(name))+".") {
				t.Errorf("%s does not hit", name)
			}
		}
	}
	if len(p.LookAlikes) < 20 {
		t.Errorf("%d look-alikes", len(p.LookAlikes))
	}
}
