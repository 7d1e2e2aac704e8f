// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Warning is a doubt about a citation or a head. It blocks nothing.
type Warning string

// The warnings.
const (
	NoNumber    Warning = "no_number"
	NoDate      Warning = "no_date"
	BadDate     Warning = "bad_date" // no such day, or one to come
	OtherSymbol Warning = "other_symbol"
	OtherYear   Warning = "other_year" // the year within the symbol is not that of the date
	BeforeReply Warning = "before_reply"
)

// Citation is a paper that a text cites.
type Citation struct {
	Text     string // as it stands
	Number   string
	Symbol   string
	Date     calendar.Date
	Issuer   string // as far as the text goes on with it; may be empty
	Warnings []Warning
}

// cited matches "1768/STTTT-BCVTCNTT ngày 19/8/2024" and "20/2017/TT-BTTTT ngày 12
// tháng 9 năm 2017" in text without accents; number and date may be blank. Letters
// of a symbol are in capitals but for the "r", "y" of TTr and QyD.
// Papers of the Party have their number before a dash: "57-NQ/TW".
var cited = regexp.MustCompile(`(?:(\d{1,6})? ?/((?:(?:19|20)\d\d/)?(?:[A-Z][A-Za-z0-9]{0,14})(?:-[A-Z][A-Za-z0-9]{0,19}){0,3})|(\d{1,6}) ?- ?([A-Z][A-Za-z]{0,4}/[A-Z]{2,9}(?:-[A-Z]{1,9})?))(?:,? ngay:? (?:(\d{1,2}|\.{1,8}) ?)?(?:[/-]|thang )(?:(\d{1,2}|\.{1,8}) ?)?(?:[/-]|nam )(\d{4}))?`)

// named matches the body in front of "tại Văn bản số", where that is how it is
// cited.
var named = regexp.MustCompile(`((?:bo|so|cuc|ubnd|uy ban nhan dan|thu tuong|chinh phu|tinh uy)(?: [a-z]+){0,9}?) tai (?:van ban|cong van|chi thi|quyet dinh|ke hoach|thong tu|nghi dinh)(?: so:?)? ?$`)

const maxCitations = 100

// bare is text with single blanks and without accents, capitals kept, and of the
// same number of runes as clean, its source.
func bare(text string) (plain string, clean []rune) {
	clean = []rune(i18n.NFC(text))
	out := make([]rune, len(clean))
	for i, r := range clean {
		if r <= unicode.MaxASCII {
			out[i] = r
			continue
		}
		f := []rune(i18n.Fold(string(r)))
		switch {
		case len(f) != 1:
			out[i] = r
		case unicode.IsUpper(r):
			out[i] = unicode.ToUpper(f[0])
		default:
			out[i] = f[0]
		}
		if out[i] > unicode.MaxASCII && out[i] != '…' {
			out[i] = '?' // one byte each: places in bytes are places in runes
		} else if out[i] == '…' {
			out[i] = '.'
		}
	}
	return string(out), clean
}

// Citations finds the papers that text cites, in order, each once, with what is
// doubtful about them as of today.
func Citations(text string, today calendar.Date) (out []Citation) {
	plain, clean := bare(text)
	for _, m := range cited.FindAllStringSubmatchIndex(plain, -1) {
		part := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return string(clean[m[2*n]:m[2*n+1]])
		}
		dated := m[14] >= 0
		number, symbol := part(1)+part(3), part(2)+part(4)
		if !dated && m[6] < 0 && (number == "" || !strings.Contains(symbol, "-")) {
			continue // a path, a fraction, a date
		}
		c := Citation{Text: strings.TrimSpace(string(clean[m[0]:m[1]])), Number: strings.TrimLeft(number, "0"), Symbol: symbol, Issuer: issuerBehind(string(clean[m[1]:min(len(clean), m[1]+90)]))}
		if c.Issuer == "" {
			from := max(0, m[0]-90)
			if n := named.FindStringSubmatchIndex(strings.ToLower(plain[from:m[0]])); n != nil {
				c.Issuer = string(clean[from+n[2] : from+n[3]])
			}
		}
		if dated {
			day, month := strings.TrimSpace(part(5)), strings.TrimSpace(part(6))
			d, err := calendar.ParseDate(part(7) + "-" + two(month) + "-" + two(day))
			if err != nil {
				c.Warnings = append(c.Warnings, BadDate)
			}
			c.Date = d
		}
		c.Warnings = append(c.Warnings, doubts(Cited{Number: c.Number, Symbol: c.Symbol, Date: c.Date, Issuer: c.Issuer}, today, slices.Contains(c.Warnings, BadDate))...)
		if !slices.ContainsFunc(out, func(o Citation) bool { return o.Number == c.Number && o.Symbol == c.Symbol && o.Date == c.Date }) {
			out = append(out, c)
		}
		if len(out) == maxCitations {
			break
		}
	}
	return out
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// issuerBehind is the body named behind a citation: "của Bộ Công an về việc …".
func issuerBehind(rest string) string {
	rest = strings.TrimLeft(rest, " ,")
	words := strings.Fields(rest)
	if len(words) < 2 || i18n.Fold(words[0]) != "cua" {
		return ""
	}
	var out []string
	for _, w := range words[1:] {
		f := i18n.Fold(strings.Trim(w, ".,;)("))
		if slices.Contains([]string{"ve", "v/v", "tai", "quy", "huong", "don", "tang", "trong", "de", "theo"}, f) {
			break
		}
		out = append(out, strings.Trim(w, ".,;)("))
		if strings.ContainsAny(w, ".,;)") || len(out) == 12 {
			break
		}
	}
	return strings.Join(out, " ")
}

// doubts are what is doubtful about a paper as cited.
func doubts(c Cited, today calendar.Date, badDate bool) (out []Warning) {
	if c.Number == "" {
		out = append(out, NoNumber)
	}
	switch {
	case badDate:
	case c.Date.IsZero():
		out = append(out, NoDate)
	case c.Date.Compare(today) > 0 || c.Date.Year < 1945:
		out = append(out, BadDate)
	}
	if year, _, ok := strings.Cut(c.Symbol, "/"); ok && !c.Date.IsZero() && !badDate {
		if n, err := strconv.Atoi(year); err == nil && n != c.Date.Year {
			out = append(out, OtherYear)
		}
	}
	if c.Issuer != "" && c.Symbol != "" && !belongs(c.Symbol, c.Issuer) {
		out = append(out, OtherSymbol)
	}
	return out
}

// abbreviated are bodies whose initials in symbols are not those of all words of
// their names.
var abbreviated = map[string]string{"thu tuong": "ttg", "chinh phu": "cp", "quoc hoi": "qh", "thuong vu quoc hoi": "ubtvqh", "chu tich nuoc": "ctn",
	"bo chinh tri": "tw", "ban bi thu": "tw", "chap hanh trung uong": "tw", "tinh uy": "tu", "thanh uy": "tu", "huyen uy": "hu",
	"kiem sat nhan dan toi cao": "vkstc", "toa an nhan dan toi cao": "tandtc"}

// headless takes the head of a body off its name: what "Bộ trưởng Bộ Công an" signs
// has the initials of Bộ Công an.
var headless = regexp.MustCompile(`^(?:bo truong|chu tich|tong giam doc|giam doc|cuc truong) `)

// belongs reports whether one of the groups of symbol is how issuer is written:
// by the initials of its name, or of how it begins ("Sở Thông tin và Truyền thông
// tỉnh Lai Châu" is STTTT). A single group that is a kind of paper, or an issuer
// that is a person or too short to say, belongs to anybody.
func belongs(symbol, issuer string) bool {
	groups := strings.FieldsFunc(i18n.Fold(symbol), func(r rune) bool { return r == '/' || r == '-' })
	folded := i18n.Fold(issuer)
	var initials strings.Builder
	words := strings.Fields(issuer)
	for _, said := range words[len(words)-len(strings.Fields(headless.ReplaceAllString(folded, ""))):] {
		w := strings.Trim(i18n.Fold(said), ",.;:()-")
		if w == "" || w == "va" || w == "cua" {
			continue
		}
		if len(w) > 1 && said == strings.ToUpper(said) && strings.ToUpper(issuer) != issuer { // written short already
			initials.WriteString(w)
			continue
		}
		initials.WriteByte(w[0])
	}
	name := initials.String()
	for words, short := range abbreviated {
		if strings.Contains(folded, words) && slices.ContainsFunc(groups, func(g string) bool { return strings.HasPrefix(g, short) }) {
			return true
		}
	}
	bodies := 0
	for _, g := range groups {
		if n, err := strconv.Atoi(g); err == nil && n > 0 || slices.Contains(kindsInSymbols, g) {
			continue
		}
		bodies++
		if len(g) >= 2 && (strings.HasPrefix(name, g) || strings.HasPrefix(g, name)) {
			return true
		}
		if len(g) >= 3 && strings.HasPrefix(folded, "bo ") && strings.HasPrefix(name, "b"+g) { // "LĐTBXH" of a ministry
			return true
		}
	}
	return bodies == 0 || len(name) < 2
}

// kindsInSymbols are kinds of paper as symbols write them, folded: Decree 30/2020
// Annex III.
var kindsInSymbols = []string{"nq", "qd", "ct", "qc", "qyd", "tc", "tb", "hd", "ctr", "kh", "pa", "da", "bc", "bb", "ttr", "cd", "bgn", "btt", "guq", "gm", "ggt", "gnp",
	"pg", "pc", "pb", "tt", "nd", "l", "cv", "ttlt"}

// checkHead is what is doubtful about a paper's own head.
func checkHead(h Head, today calendar.Date) []Warning {
	if h.Dir == Out && h.Number == "" {
		return nil // a draft
	}
	out := doubts(Cited{Number: h.Number, Symbol: h.Symbol, Date: h.Date, Issuer: h.Issuer}, today, false)
	if !h.ReplyBy.IsZero() && !h.Date.IsZero() && h.ReplyBy.Compare(h.Date) < 0 {
		out = append(out, BeforeReply)
	}
	return out
}
