// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/sheet"
)

// The columns of a list, by the form name of their field; those that are no
// text of Unit have names of their own.
const (
	colNumber    = "number" // STT: says which rows are headings
	colParent    = "parent_id"
	colAliases   = "aliases"
	colFrom      = "valid_from"
	colTo        = "valid_to"
	colRanges    = "ranges"
	colRangeKind = "range_kind"
	colNAT       = "ranges_nat"
	colResolver  = "ranges_resolver"
	colProxy     = "ranges_proxy"
)

// headings are what people write over each column, folded, words only.
var headings = flip(map[string][]string{
	colNumber:    {"stt", "tt", "so tt", "so thu tu", "no"},
	"name":       {"ten don vi", "don vi", "ten co quan", "co quan", "co quan don vi", "ten co quan don vi", "ten to chuc", "to chuc", "ten", "ten day du", "name", "unit", "unit name", "organisation", "organization"},
	"short_name": {"ten viet tat", "viet tat", "ten ngan", "ten rut gon", "ten tat", "short name"},
	"kind":       {"loai", "loai don vi", "loai hinh", "loai hinh don vi", "phan loai", "kind", "type"},
	colParent:    {"don vi cap tren", "cap tren", "truc thuoc", "co quan cap tren", "don vi chu quan", "co quan chu quan", "don vi quan ly", "parent", "parent unit"},
	"code":       {"ma", "ma don vi", "ma dinh danh", "ma dinh danh don vi", "ma co quan", "ma so", "ma so thue", "code", "organid", "organ id"},
	"hotline":    {"duong day nong", "hotline", "so truc", "dien thoai truc", "so dien thoai truc", "dien thoai co quan", "dien thoai don vi"},
	"address":    {"dia chi", "dia chi tru so", "tru so", "address"},
	"note":       {"ghi chu", "note", "notes"},
	colAliases:   {"ten khac", "bi danh", "ten goi khac", "ten cu", "ten khac bi danh", "alias", "aliases", "other names"},
	colFrom:      {"hieu luc tu", "hieu luc tu ngay", "tu ngay", "ngay hieu luc", "ngay thanh lap", "valid from"},
	colTo:        {"hieu luc den", "hieu luc den ngay", "den ngay", "ngay het hieu luc", "ngay giai the", "valid to"},
	colRanges:    {"dai ip", "dia chi ip", "ip", "dai dia chi ip", "dai dia chi", "dai mang", "dai ip dia chi ip", "ip range", "ip ranges", "ip addresses", "ip address"},
	colRangeKind: {"loai dai", "loai dai ip", "loai ip", "loai dia chi", "loai dia chi ip", "range kind"},
	colNAT:       {"dai ip nat", "ip nat", "dia chi ip nat", "nat"},
	colResolver:  {"dai ip dns", "ip dns", "dai ip may phan giai dns", "dai ip phan giai", "ip phan giai", "ip may phan giai", "dns"},
	colProxy:     {"dai ip proxy", "ip proxy", "proxy"},
})

// groups are the people a row names, and attributes what is said of them: a
// heading is a group ("Thủ trưởng"), both ("Điện thoại đầu mối"), or an
// attribute that speaks of the group to its left.
var (
	groups = flip(map[string][]string{
		"head":    {"thu truong", "thu truong don vi", "nguoi dung dau", "nguoi dung dau don vi", "lanh dao", "lanh dao don vi", "head"},
		"contact": {"dau moi", "dau moi attt", "dau moi anm", "dau moi attt anm", "dau moi an toan thong tin", "dau moi an ninh mang", "dau moi lien he", "can bo dau moi", "nguoi phu trach", "can bo phu trach", "can bo phu trach attt", "phu trach attt", "phu trach cntt", "can bo phu trach cntt", "can bo chuyen trach", "nguoi lien he", "lien he", "contact", "security contact"},
	})
	attributes = flip(map[string][]string{
		"name":  {"", "ho ten", "ho va ten", "ten", "name"},
		"title": {"chuc vu", "chuc danh", "title", "position"},
		"phone": {"dien thoai", "so dien thoai", "sdt", "dt", "so dt", "di dong", "dien thoai di dong", "phone", "mobile"},
		"email": {"email", "e mail", "thu dien tu", "hop thu", "mail", "dia chi email"},
	})
)

func flip(m map[string][]string) map[string]string {
	out := map[string]string{}
	for field, words := range m {
		for _, w := range words {
			out[w] = field
		}
	}
	return out
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

func words(s string) string { return strings.TrimSpace(notWord.ReplaceAllString(i18n.Fold(s), " ")) }

// heading reads the text over a column: its field, and the group it opens.
// group is the one open to its left.
func heading(text, group string) (field, opens string) {
	bare, _, _ := strings.Cut(text, "(")
	for _, w := range []string{words(text), words(bare)} {
		if f, ok := headings[w]; ok && !(group != "" && w == "ten") {
			return f, group
		}
		if w == "" {
			continue
		}
		for _, phrase := range orderedGroups {
			rest, ok := cutWords(w, phrase)
			if !ok {
				continue
			}
			if a, ok := attributes[rest]; ok {
				return groups[phrase] + "_" + a, groups[phrase]
			}
		}
		if a, ok := attributes[w]; ok {
			if group == "" {
				group = "contact" // a telephone of nobody named is the contact's
			}
			return group + "_" + a, group
		}
	}
	return "", group
}

var orderedGroups = slices.SortedFunc(maps.Keys(groups), func(a, b string) int { return len(b) - len(a) })

// cutWords takes phrase, as whole words, out of s.
func cutWords(s, phrase string) (rest string, ok bool) {
	before, after, ok := strings.Cut(" "+s+" ", " "+phrase+" ")
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(after)), ok
}

// table is a list found in a sheet: where its rows begin and which column
// holds which field.
type table struct {
	sheet.Sheet
	first   int            // row index under the head
	columns map[string]int // field -> column index
	titles  map[string]string
}

// headSearch is how many rows from the top a head may stand; dispatch number,
// title and date come before it.
const headSearch = 30

// findTable looks for the head in the sheets: the row, or two rows one over
// the other, that name most columns, the name of the unit among them.
func findTable(sheets []sheet.Sheet) (table, bool) {
	for _, s := range sheets {
		var best table
		for start := range min(headSearch, len(s.Rows)) {
			for height := 1; height <= 2; height++ {
				if t := headAt(s, start, height); len(t.columns) > len(best.columns) {
					best = t
				}
			}
		}
		if best.columns != nil {
			best.skipNumbering()
			return best, true
		}
	}
	return table{}, false
}

// head reads rows start..start+height-1 as a head; without a column for the
// name it has no columns.
func headAt(s sheet.Sheet, start, height int) table {
	t := table{Sheet: s, first: start + height, columns: map[string]int{}, titles: map[string]string{}}
	group := ""
	for c := range sheet.MaxColumn {
		upper, lower := s.Cell(start, c), s.Cell(start+height-1, c)
		text := strings.TrimSpace(upper + " " + lower)
		if height == 1 || upper == lower {
			text = lower
		}
		if text == "" {
			continue
		}
		field, opens := heading(text, group)
		if group = opens; field == "" {
			group = ""
			continue
		}
		if _, twice := t.columns[field]; !twice {
			t.columns[field], t.titles[field] = c, text
		}
	}
	if _, ok := t.columns["name"]; !ok {
		t.columns = nil
	}
	return t
}

var numbering = regexp.MustCompile(`^\(?(\d{1,2}|[A-Z])\)?$`)

// skipNumbering passes the row "(1) (2) (3)" under a head.
func (t *table) skipNumbering() {
	seen := false
	for c := range sheet.MaxColumn {
		s := t.Cell(t.first, c)
		if s != "" && !numbering.MatchString(s) {
			return
		}
		seen = seen || s != ""
	}
	if seen {
		t.first++
	}
}

// value is the text of a field in a row; columns that are absent give "".
func (t table) value(row int, field string) string {
	c, ok := t.columns[field]
	if !ok {
		return ""
	}
	return t.Cell(row, c)
}

// letter is the column of a field as a spreadsheet names it, "C".
func (t table) letter(field string) string {
	c, ok := t.columns[field]
	if !ok {
		c = t.columns["name"]
	}
	name, err := excelize.ColumnNumberToName(c + 1)
	if err != nil {
		return strconv.Itoa(c + 1)
	}
	return name
}

var roman = regexp.MustCompile(`^([IVXLC]+|[A-Z])[.)]?$`)

var footer = regexp.MustCompile(`^(cong|total|tong|(tong cong|tong so|nguoi lap)( .*)?)$`)

// skip says why a row is no unit, as a catalogue key: a section's title, a
// sum, a signature, the template's sample. Empty for a unit.
func (t table) skip(row int) string {
	name, number := t.value(row, "name"), t.value(row, colNumber)
	filled, same := 0, true
	for _, s := range t.Rows[row] {
		if s = strings.TrimSpace(s); s != "" {
			filled++
			same = same && s == strings.TrimSpace(t.Rows[row][0])
		}
	}
	switch {
	case words(number) == "mau" || words(number) == "sample":
		return "unit.skip.sample"
	case filled > 1 && same, filled <= 2 && roman.MatchString(number):
		return "unit.skip.section"
	case filled <= 2 && footer.MatchString(words(number+" "+name)):
		return "unit.skip.footer"
	case filled == 1 && name == "":
		return "unit.skip.footer"
	}
	return ""
}
