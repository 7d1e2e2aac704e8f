// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// group is the text of a named group of a match, "" where it took no part.
func group(re *regexp.Regexp, text string, m []int, name string) string {
	n := 2 * re.SubexpIndex(name)
	if n < 0 || m[n] < 0 {
		return ""
	}
	return strings.TrimSpace(text[m[n]:m[n+1]])
}

// citations are the papers that text cites. Whoever asks asks twice.
func (r *reader) citations(text string) []document.Citation {
	if r.cited.text != text {
		r.cited.text, r.cited.list = text, document.Citations(text, r.today)
	}
	return r.cited.list
}

// hide puts blanks where text cites other papers, so that their dates and
// numbers are not taken for its own.
func (r *reader) hide(text string) string {
	for _, c := range r.citations(text) {
		for from := 0; ; {
			i := strings.Index(text[from:], c.Text)
			if i < 0 {
				break
			}
			text = text[:from+i] + strings.Repeat("#", len(c.Text)) + text[from+i+len(c.Text):]
			from += i + len(c.Text)
		}
	}
	return text
}

// clause reports whether a clause of low begins at i.
func clause(low string, i int) bool {
	before := strings.TrimRight(low[:i], " ")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".;:,(-")
}

// deadlines are the time limits and periods of text.
func (r *reader) deadlines(text string) []Deadline {
	out := []Deadline{}
	plain := r.hide(text)
	low := fold(plain)
	taken := make([]bool, len(low))
	type found struct {
		at   int
		d    Deadline
		year bool // it is said of which year
	}
	var all []found
	for _, rule := range r.x.deadlines {
		if !rule.hint.in(low) {
			continue
		}
		for _, m := range rule.re.FindAllStringSubmatchIndex(low, -1) {
			if m[0] > 0 && wordEnds(low, m[0]) || slices.Contains(taken[m[0]:m[1]], true) || rule.Starts && !clause(low, m[0]) || rule.Brief && !r.brief(low, m[0], m[1]) {
				continue
			}
			if rule.Sort == Within && onDay.MatchString(low[m[1]:]) {
				continue // "12 giờ ngày 13/02": a moment, no length
			}
			if rule.Sort == Until && andDay.MatchString(low[m[1]:]) && again.MatchString(low[:m[0]]) {
				continue // "06 tháng một lần (trước ngày 10/6 và 10/12)": the days of what recurs
			}
			d, ok := r.deadline(rule, low, m)
			if !ok {
				continue
			}
			if d.Sort == Within && d.Trigger == "" {
				d.Trigger = r.condition(low[:m[0]])
			}
			end := m[0] + len(d.Text)
			d.Text = strings.TrimSpace(text[m[0]:end])
			for i := m[0]; i < m[1]; i++ {
				taken[i] = true
			}
			all = append(all, found{m[0], d, group(rule.re, low, m, "y") != ""})
			if also := clock(group(rule.re, low, m, "also"), group(rule.re, low, m, "also_minute")); also != "" { // "trước 08 giờ và 17 giờ hằng ngày"
				d.Hour = also
				all = append(all, found{m[0], d, false})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	end := 0 // of the one before
	for _, f := range all {
		if n := len(out); n > 0 && f.d.Sort == Until && !f.year { // "hằng năm, trước ngày 01 tháng 12": the day of what recurs
			if o := &out[n-1]; o.Sort == Every && strings.Trim(low[min(end, f.at):f.at], " ,") == "" {
				o.Scope = strings.TrimSpace(o.Scope + " " + f.d.Text)
				end = f.at + len(f.d.Text)
				continue
			}
		}
		out, end = append(out, f.d), f.at+len(f.d.Text)
	}
	return out
}

var (
	andDay     = regexp.MustCompile(`^ ?(?:và|,|;)(?: trước)?(?: ngày)? \d{1,2}[/-]\d{1,2}`)
	again      = regexp.MustCompile(`(?:định kỳ|hằng|hàng|mỗi|lần)[^.;]*$`)
	beforehand = regexp.MustCompile(`^(?:xong |hoàn thành )?tr(?:ư|u)ớc `)
)

var startsWithDigit = regexp.MustCompile(`^ ?\d`)

var onDay = regexp.MustCompile(`^(?: \d{1,2} phút)?,? ngày \d`)

// briefMost is how many words a short clause has.
const briefMost = 8

// condition is what happens first where the clauses in front of a time limit say so,
// else empty.
func (r *reader) condition(before string) string {
	m := r.x.condition.FindStringSubmatchIndex(before)
	if m == nil {
		return ""
	}
	what, _, _ := strings.Cut(group(r.x.condition, before, m, "trigger")+group(r.x.condition, before, m, "found"), " phải ")
	return strings.TrimSpace(what)
}

// brief reports whether low has from from to to behind a short clause that begins
// with a verb: at its end, or where it goes on with where or for whom; or between
// who does a thing and what is done.
func (r *reader) brief(low string, from, to int) bool {
	rest := strings.TrimLeft(low[to:], " ")
	sentence := strings.LastIndexAny(low[:from], ".;:") + 1
	names, said := r.phrase(strings.TrimLeft(low[sentence:from], " "))
	if len(names) > 0 && said == "" {
		return begins(rest, r.x.verbs) != ""
	}
	if rest != "" && !strings.ContainsAny(rest[:1], ".,;") {
		before := strings.TrimRight(low[sentence:from], " ")
		if begins(rest, r.x.beside) == "" || slices.ContainsFunc(r.x.passive, func(w string) bool { return find(before, w) >= 0 }) || slices.ContainsFunc(r.x.planned, func(w string) bool { return strings.HasSuffix(before, " "+w) }) {
			return false
		}
		if len(names) > 0 && begins(said, r.x.verbs) != "" {
			return len(strings.Fields(said)) <= briefMost
		}
	}
	begin := strings.LastIndexAny(low[:from], ".;:,") + 1
	if and := strings.LastIndex(low[begin:from], " và "); and >= 0 && begins(low[begin+and+len(" và "):], r.x.verbs) != "" {
		begin += and + len(" và ")
	}
	said = strings.TrimLeft(low[begin:from], " ")
	return begins(said, r.x.verbs) != "" && len(strings.Fields(said)) <= briefMost
}

// wordEnds reports whether i stands inside a word.
func wordEnds(low string, i int) bool {
	before := []rune(low[max(0, i-4):i])
	return len(before) > 0 && inWord(before[len(before)-1]) && inWord(first(low[i:]))
}

func (r *reader) deadline(rule deadlineRule, low string, m []int) (Deadline, bool) {
	get := func(name string) string { return group(rule.re, low, m, name) }
	d := Deadline{Sort: rule.Sort, Text: low[m[0]:m[1]]}
	switch rule.Sort {
	case Within:
		d.Duration, d.Working = duration(get("n"), get("unit"))
		if d.Duration == "" {
			return d, false
		}
		d.Trigger = get("trigger")
		for _, stop := range []string{" để ", " nhằm ", " thì ", " phải ", " và "} {
			if i := strings.Index(d.Trigger, stop); i > 0 {
				d.Text = strings.TrimSuffix(d.Text, d.Trigger[i:])
				d.Trigger = strings.TrimSpace(d.Trigger[:i])
			}
		}
		d.Text = strings.TrimRight(d.Text, " ")
	case Every:
		d.Recurrence = r.recurrence(get("times"), get("n"), get("every"))
		if or := get("or"); or != "" {
			d.Recurrence += " or " + r.recurrence("", "", or)
		}
		if get("last") != "" && startsWithDigit.MatchString(low[m[1]:]) {
			return d, false // the last day of a month that is named comes once
		}
		if day := get("d"); day != "" {
			if rest := strings.TrimLeft(low[m[1]:], " "); rest != "" && rest[0] >= '0' && rest[0] <= '9' {
				return d, false // "trước ngày 20 tháng 12": a day, that comes once
			}
			d.Scope = "ngày " + day
		}
		d.Hour = clock(get("hour"), get("minute"))
		if s := r.x.scope.FindStringSubmatchIndex(low[m[1]:]); s != nil && d.Scope == "" {
			d.Scope = group(r.x.scope, low[m[1]:], s, "scope")
		}
		return d, d.Recurrence != ""
	case Until:
		if before := low[max(0, m[0]-40):m[0]]; strings.HasPrefix(d.Text, "đến") && (strings.Contains(before, "từ ngày") || strings.Contains(before, "từ ")) {
			return d, false // a period: "từ ngày … đến ngày …"
		}
		d.Hour = clock(get("hour"), get("minute"))
		if get("same") != "" {
			d.Last = r.own()
			return d, !d.Last.IsZero()
		}
		d.Last = r.last(get)
		if d.Last.IsZero() && get("y") != "" {
			return d, false
		}
		if rule.Before && d.Hour == "" && beforehand.MatchString(d.Text) && !d.Last.IsZero() {
			d.Last = d.Last.AddDays(-1)
		}
	}
	return d, true
}

func clock(hour, minute string) string {
	h, err := strconv.Atoi(hour)
	if err != nil || h > 24 {
		return ""
	}
	return two(h) + ":" + two(atoi(minute))
}

// last is the last day that the groups of a match name. A day without a year is
// of the year of the paper, or of the next where it would lie before it.
func (r *reader) last(get func(string) string) calendar.Date {
	year := atoi(get("y"))
	own := r.own()
	if year == 0 {
		if year = own.Year; year == 0 {
			return calendar.Date{}
		}
	}
	month, day := atoi(get("m")), atoi(get("d"))
	switch q := get("quarter"); {
	case q != "":
		n := numeral(strings.ToUpper(q))
		if n < 1 || n > 4 {
			return calendar.Date{}
		}
		month = n * 3
	case month == 0:
		month = 12
	}
	if month < 1 || month > 12 {
		return calendar.Date{}
	}
	if day == 0 {
		day = daysOf(year, month)
	}
	d, err := calendar.ParseDate(strconv.Itoa(year) + "-" + two(month) + "-" + two(day))
	if err != nil {
		return calendar.Date{}
	}
	if get("y") == "" && d.Compare(own) < 0 {
		d.Year++
	}
	return d
}

// own is the paper's date as far as it is written: its first day.
func (r *reader) own() calendar.Date {
	if r.out.Date == nil {
		return calendar.Date{}
	}
	s := *r.out.Date
	for len(s) < len("2006-01-02") {
		s += "-01"
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

func daysOf(year, month int) int {
	for day := 31; ; day-- {
		if _, err := calendar.ParseDate(strconv.Itoa(year) + "-" + two(month) + "-" + two(day)); err == nil || day == 28 {
			return day
		}
	}
}

func duration(n, unit string) (iso string, working bool) {
	v := numberOf(n)
	if v == 0 {
		return "", false
	}
	switch unit {
	case "phút":
		return "PT" + strconv.Itoa(v) + "M", false
	case "giờ":
		return "PT" + strconv.Itoa(v) + "H", false
	case "ngày làm việc":
		return "P" + strconv.Itoa(v) + "D", true
	case "ngày":
		return "P" + strconv.Itoa(v) + "D", false
	case "tuần":
		return "P" + strconv.Itoa(v) + "W", false
	case "tháng":
		return "P" + strconv.Itoa(v) + "M", false
	}
	return "", false
}

// recurrence is times in each n of unit: "P2Y" for once in two years, "P6M" for
// twice a year.
func (r *reader) recurrence(times, n, unit string) string {
	one := r.x.every[unit]
	if one == "" {
		return ""
	}
	clock, one := one[:len(one)-len(strings.TrimPrefix(one, "T"))], strings.TrimPrefix(one, "T")
	size := atoi(one[1:]) * max(1, numberOf(n))
	letter := one[:1]
	if t := numberOf(times); t > 1 {
		switch {
		case letter == "Y" && 12%t == 0:
			letter, size = "M", 12*size/t
		case letter == "D" && 24%t == 0:
			clock, letter, size = "T", "H", 24*size/t
		case size%t == 0:
			size /= t
		default:
			return strconv.Itoa(t) + "/P" + clock + strconv.Itoa(size) + letter
		}
	}
	return "P" + clock + strconv.Itoa(size) + letter
}

// thresholds are the shares that text asks for.
func (r *reader) thresholds(text string) []Threshold {
	out := []Threshold{}
	low := fold(text)
	if !strings.Contains(low, "%") && !strings.Contains(low, "phần trăm") { // their unit
		return out
	}
	for _, re := range r.x.thresholds {
		for _, m := range re.FindAllStringSubmatchIndex(low, -1) {
			said := group(re, low, m, "value")
			v, err := strconv.ParseFloat(strings.ReplaceAll(said, ",", "."), 64)
			if n := numberOf(said); err != nil && n > 0 {
				v, err = float64(n), nil
			}
			if err != nil || v > 100 {
				continue
			}
			out = append(out, Threshold{Text: strings.TrimSpace(text[m[0]:m[1]]), Value: v, Unit: "%",
				Least: (group(re, low, m, "least") != "" || group(re, low, m, "beyond") != "") && v < 100, Most: group(re, low, m, "most") != ""})
		}
	}
	return out
}

var (
	phone  = regexp.MustCompile(`(?:\+84|\(?0|1[89]00)[\d.() \x{00A0}-]{6,18}\d`)
	email  = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	dated  = regexp.MustCompile(`^\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d$`)
	label2 = regexp.MustCompile(`(?:điện thoại|đường dây nóng|số máy|sđt|đt|tel|hotline|fax|zalo|thư điện tử|email|e-mail|di động|liên hệ|số)`)
)

// contacts are the telephones and mailboxes of text.
func (r *reader) contacts(text, at string) (out []Contact) {
	low := fold(text)
	for _, m := range email.FindAllStringIndex(text, -1) {
		out = append(out, Contact{Kind: "email", Value: strings.ToLower(strings.TrimRight(text[m[0]:m[1]], ".")), Text: text[m[0]:m[1]], Of: r.whose(text, m[0]), At: at})
	}
	for _, m := range phone.FindAllStringIndex(text, -1) {
		if m[0] > 0 && (unicode.IsDigit(rune(text[m[0]-1])) || text[m[0]-1] == '/') || m[1] < len(text) && (unicode.IsDigit(rune(text[m[1]])) || text[m[1]] == '/' || text[m[1]] == '%') {
			continue
		}
		digits := strings.Map(func(c rune) rune {
			if unicode.IsDigit(c) {
				return c
			}
			return -1
		}, strings.Replace(text[m[0]:m[1]], "+84", "0", 1))
		if len(digits) < 8 || len(digits) > 13 || dated.MatchString(text[m[0]:m[1]]) {
			continue
		}
		known, fits := false, false
		for _, p := range r.x.phones {
			if strings.HasPrefix(digits, p.Start) {
				known, fits = true, slices.Contains(p.Digits, len(digits))
			}
		}
		if !known && !label2.MatchString(low[max(0, m[0]-40):m[0]]) {
			continue // some other number
		}
		c := Contact{Kind: "phone", Value: digits, Text: strings.TrimSpace(text[m[0]:m[1]]), Of: r.whose(text, m[0]), At: at}
		if !fits {
			c.Doubt = "digits"
			r.warn(Warning{Doubt: BadPhone, Text: c.Text, Hint: strconv.Itoa(len(digits)), At: at})
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Contact) int { return strings.Index(text, a.Text) - strings.Index(text, b.Text) })
	return out
}

// whose is the body named last before at in the same sentence.
func (r *reader) whose(text string, at int) string {
	from := strings.LastIndexAny(text[:at], ";:") + 1
	if short := strings.TrimSpace(text[from:at]); len(short) < 30 {
		from = strings.LastIndex(text[:max(0, from-1)], ";") + 1
	}
	said := text[from:at]
	low := fold(said)
	for i := range low {
		before := strings.TrimRight(low[:i], " ")
		if before != "" && !strings.HasSuffix(before, ":") && !strings.HasSuffix(before, "(") && !strings.HasSuffix(before, "qua") && !strings.HasSuffix(before, "của") && !strings.HasSuffix(before, ";") {
			continue
		}
		if r.x.body(low[i:]) != "" && unicode.IsUpper(first(said[i:])) {
			end := len(said)
			if j := strings.IndexAny(said[i:], ",("); j > 0 {
				end = i + j
			}
			if j := strings.Index(said[i:end], " - "); j > 0 {
				end = i + j
			}
			return strings.TrimSpace(said[i:end])
		}
	}
	return ""
}

// windows are the holidays and events that the paper is about, each once.
func (r *reader) windows(texts ...string) (out []Window) {
	for _, text := range texts {
		low := fold(r.hide(text))
		for _, w := range r.x.windows {
			if slices.ContainsFunc(out, func(o Window) bool { return o.Key == w.Key && !o.Day.IsZero() }) {
				continue
			}
			for _, words := range w.Words {
				at := find(low, words)
				if at < 0 {
					continue
				}
				end := min(len(text), at+len(words)+40)
				found := Window{Key: w.Key, Text: strings.TrimSpace(text[at : at+len(words)])}
				year := atoi(yearBehind.FindString(low[at:end]))
				if year == 0 {
					year = r.own().Year
				}
				if year > 0 {
					found.Day = w.day(year)
				}
				if old := slices.IndexFunc(out, func(o Window) bool { return o.Key == w.Key }); old >= 0 {
					if found.Day.IsZero() {
						break
					}
					out[old] = found
				} else {
					out = append(out, found)
				}
				break
			}
		}
	}
	return out
}

var yearBehind = regexp.MustCompile(`(?:19|20)\d\d`)

// day is the day of w in year, zero where it has none.
func (w windowRule) day(year int) calendar.Date {
	month, day, ok := strings.Cut(w.Lunar, "-")
	if ok {
		d, err := calendar.FromLunar(year, atoi(month), atoi(day))
		if err != nil {
			return calendar.Date{}
		}
		return d
	}
	if month, day, ok = strings.Cut(w.Day, "-"); !ok {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(strconv.Itoa(year) + "-" + two(atoi(month)) + "-" + two(atoi(day)))
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// cites adds the papers that text cites to the basis.
func (r *reader) cites(text, at string) {
	for _, c := range r.citations(text) {
		if c.Number == "" {
			continue
		}
		code, _, _ := strings.Cut(c.Text, " ngày")
		b := Basis{Number: strings.TrimRight(strings.ReplaceAll(code, " ", ""), ","), Date: c.Date, Issuer: c.Issuer, Text: c.Text, At: at}
		for _, w := range c.Warnings {
			if w == document.NoDate {
				continue // a later citation may leave the date out
			}
			b.Warnings = append(b.Warnings, string(w))
		}
		old := slices.IndexFunc(r.out.Basis, func(o Basis) bool {
			return strings.EqualFold(o.Number, b.Number) && (o.Date == b.Date || b.Date.IsZero() || o.Date.IsZero())
		})
		switch {
		case old >= 0 && r.out.Basis[old].Date.IsZero() && !b.Date.IsZero():
			r.out.Basis[old].Date, r.out.Basis[old].Text = b.Date, b.Text
		case old < 0:
			r.out.Basis = append(r.out.Basis, b)
			for _, w := range b.Warnings {
				r.warn(Warning{Doubt: BadCitation, Text: b.Text, Hint: w, At: at})
			}
		}
	}
}
