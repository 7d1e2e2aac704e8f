// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// headMost is how many lines a head may have before it is given up.
const headMost = 80

// head reads what stands above the body and gives the line where that begins.
func (r *reader) head() int {
	var issuers []string
	known := false // something only a head has was seen
	body := len(r.lines)
	for i := 0; i < len(r.lines); i++ {
		l := r.lines[i]
		if i == headMost {
			body = i
			break
		}
		next, done := r.headLine(i, l, &issuers, &known)
		if done {
			body = next
			break
		}
		i = next - 1
	}
	r.issuer(issuers)
	return body
}

// headLine reads the line i of a head, and gives the next line to be read, or
// where the body begins.
func (r *reader) headLine(i int, l line, issuers *[]string, known *bool) (next int, body bool) {
	x := r.x
	put := func(k PartKind) { r.parts[i].kind = k }
	switch {
	case anyOf(x.motto, l.low):
		put(Motto)
	case x.number.MatchString(l.low):
		*known = true
		put(Numbering)
		r.number(l)
	case x.numberBlank.MatchString(l.low):
		*known = true
		put(Numbering)
	case x.date.MatchString(l.low):
		*known = true
		put(Dating)
		r.date(l)
	case i > 0 && r.parts[i-1].kind == Marking && hourly.MatchString(l.low): // the hour it must be there by
		put(Marking)
	case slices.Contains(x.urgency, strings.Trim(l.low, " .!")):
		put(Marking)
		set(&r.out.Urgency, strings.ToUpper(strings.Trim(l.text, " .!")))
	case x.send.MatchString(l.low):
		return r.addressees(i, l, len(x.send.FindString(l.low))), true
	case x.wire.MatchString(l.low) && r.out.Kind != "" && (upper(l.text[:len(l.text)-1]) || strings.HasSuffix(l.low, "điện:")):
		return r.wired(i, l), true
	case x.subject.MatchString(l.low) && r.out.Subject == nil:
		*known = true
		return r.subject(i, l.text[len(x.subject.FindString(l.low)):]), false
	case *known && r.out.Subject == nil && r.out.Kind == "" && !upper(l.text) && strings.HasPrefix(l.low, "về ") && !ended(l.text):
		return r.subject(i, l.text[len("về "):]), false // as offices of the Party write it
	case anyOf(x.around, l.low):
		put(Around)
	case r.kind(l) != "":
		*known = true
		put(Titling)
		r.out.Kind = r.kind(l)
		if i+1 < len(r.lines) && upper(r.lines[i+1].text) && strings.HasPrefix(r.lines[i+1].low, "của ") { // whose it is
			i++
			put(Titling)
		}
		if r.out.Subject == nil && i+1 < len(r.lines) && (r.plainHead(r.lines[i+1]) || r.entitled(r.lines[i+1])) {
			return r.subject(i+1, r.lines[i+1].text), false
		}
	case labelled(l.text).rank > 0, x.grounds.MatchString(l.low) && (*known || len(l.text) > 80):
		return i, true
	case r.out.Kind != "" && upper(l.text) && len(l.text) < 160: // who decides, below the title
		put(Titling)
	case upper(l.text) && len(l.text) < 160, x.body(l.low) != "" && len(l.text) < 120 && !ended(l.text) && !*known:
		put(Issuing)
		*issuers = append(*issuers, l.text)
	case !*known && len(*issuers) == 0 && r.out.Subject == nil && !ended(l.text):
		// A copy without head, as the press prints it: its title is the subject.
		put(Titling)
		set(&r.out.Subject, capital(trim(l.text)))
		*known = true
	case len(l.text) > 60 || ended(l.text) || r.out.Subject != nil && r.paragraphAt(i) > 120:
		return i, true
	}
	return i + 1, false
}

// paragraphAt is how long the paragraph is that begins at line i.
func (r *reader) paragraphAt(i int) (bytes int) {
	for n := i; n < len(r.lines) && (n == i || !r.lines[n].apart); n++ {
		bytes += len(r.lines[n].text) + 1
	}
	return bytes
}

var hourly = regexp.MustCompile(`^(?:trước )?\d{1,2} ?(?:h|g|giờ|:) ?(?:\d{2})?.{0,40}$`)

// kind is the kind of paper whose name stands alone on a line.
func (r *reader) kind(l line) string {
	if !upper(l.text) {
		return ""
	}
	for _, k := range r.x.kinds {
		if strings.TrimRight(l.low, " :") == k.title {
			return k.id
		}
	}
	return ""
}

// plainHead reports whether l may go on with a subject.
func (r *reader) plainHead(l line) bool {
	x := r.x
	return !anyOf(x.around, l.low) && !anyOf(x.motto, l.low) && !x.number.MatchString(l.low) && !x.numberBlank.MatchString(l.low) && !x.date.MatchString(l.low) &&
		!x.send.MatchString(l.low) && !slices.Contains(x.urgency, l.low) && labelled(l.text).rank == 0 && (!x.grounds.MatchString(l.low) || upper(l.text))
}

// entitled reports whether l, below the name of a kind, is its title although it
// begins as grounds do: "KẾ HOẠCH / Thực hiện công tác …".
func (r *reader) entitled(l line) bool {
	return strings.HasPrefix(l.low, "thực hiện ") && !ended(l.text) && len([]rune(l.text)) < 120
}

// subject takes the lines of a subject from i on, whose first says text.
func (r *reader) subject(i int, text string) int {
	r.parts[i].kind = Titling
	words := []string{strings.TrimLeft(text, " :")}
	// The number of what it cites may stand at the beginning of a line.
	cited := func(l line) bool {
		return !l.apart && strings.HasSuffix(fold(words[len(words)-1]), " số")
	}
	for i++; i < len(r.lines) && (r.plainHead(r.lines[i]) || cited(r.lines[i])); i++ {
		if l := r.lines[i]; l.apart && (!unicode.IsLower(first(l.text)) || ended(l.text)) {
			break
		}
		r.parts[i].kind = Titling
		words = append(words, r.lines[i].text)
	}
	said := strings.TrimSpace(strings.Join(words, " "))
	if m := r.x.subject.FindString(fold(said)); m != "" {
		said = said[len(m):]
	} else if r.out.Kind != "" && strings.HasPrefix(fold(said), "về ") {
		said = said[len("về "):]
	}
	set(&r.out.Subject, capital(trim(said)))
	return i
}

func (r *reader) number(l line) {
	m := r.x.number.FindStringSubmatchIndex(l.low)
	part := func(name string) string {
		n := 2 * r.x.number.SubexpIndex(name)
		if n < 0 || m[n] < 0 {
			return ""
		}
		return l.text[m[n]:m[n+1]]
	}
	symbol, number := part("symbol"), strings.Trim(part("number"), " .…_")
	set(&r.out.Symbol, symbol)
	if number != "" && symbol != "" {
		set(&r.out.Number, number+part("mark")+symbol)
	}
}

func (r *reader) date(l line) {
	re := r.x.date
	m := re.FindStringSubmatchIndex(l.low)
	part := func(name string) string {
		n := 2 * re.SubexpIndex(name)
		return strings.Trim(l.text[m[n]:m[n+1]], " .…_")
	}
	set(&r.out.Place, trim(part("place")))
	year, month, day := atoi(part("year")), atoi(part("month")), atoi(part("day"))
	if year < 1900 || year > 2200 {
		return
	}
	date := strconv.Itoa(year)
	r.out.Precision = ToYear
	if month >= 1 && month <= 12 {
		date += "-" + two(month)
		r.out.Precision = ToMonth
		if _, err := calendar.ParseDate(date + "-" + two(day)); err == nil {
			date += "-" + two(day)
			r.out.Precision = ToDay
		}
	}
	r.out.Date = &date
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// addressees takes the list behind "Kính gửi" on line i, of which skip bytes say
// that, and gives the line behind it.
func (r *reader) addressees(i int, l line, skip int) int {
	r.parts[i].kind = Addressing
	var list []string
	if rest := strings.TrimSpace(l.text[skip:]); rest != "" {
		list = append(list, rest)
	}
	for i++; i < len(r.lines); i++ {
		l := r.lines[i]
		fresh := bulleted(l.text)
		switch n := len(list); {
		case r.x.grounds.MatchString(l.low) && !fresh, !fresh && labelled(l.text).rank > 0:
		case fresh:
			list = append(list, l.text)
			r.parts[i].kind = Addressing
			continue
		case n == 0, !l.apart && !strings.HasSuffix(list[n-1], ".") && strings.HasSuffix(list[n-1], ";"):
			list = append(list, l.text)
			r.parts[i].kind = Addressing
			continue
		case !l.apart && !strings.HasSuffix(list[n-1], "."):
			list[n-1] += " " + l.text
			r.parts[i].kind = Addressing
			continue
		}
		break
	}
	for _, a := range list {
		members := []string{a}
		if !bulleted(a) && strings.Contains(trim(a), ";") {
			members = strings.Split(a, ";")
		}
		for _, m := range members {
			if m = trim(m); m != "" {
				r.out.Addressees = append(r.out.Addressees, r.mend(m))
			}
		}
	}
	return i
}

// wired takes the addressees of a telegram: "CHỦ TỊCH … điện:" and the list
// below it.
func (r *reader) wired(i int, l line) int {
	if r.out.Issuer == nil {
		set(&r.out.Issuer, r.proper(l.text[:strings.LastIndex(l.low, "điện")]))
	}
	return r.addressees(i, l, strings.LastIndex(l.low, ":")+1)
}

// issuer is the body that issues: the last of those above the number, else the
// one that the text says asks.
func (r *reader) issuer(list []string) {
	var groups []string
	for _, s := range list {
		low := fold(s)
		if n := len(groups); n > 0 && r.out.Place != nil && strings.HasSuffix(low, " "+fold(*r.out.Place)) && begins(low, r.x.levels) == "" && r.x.body(fold(groups[n-1])) != "" && len(strings.Fields(groups[n-1])) > 3 && !strings.HasSuffix(fold(groups[n-1]), " và") {
			groups = append(groups, s) // a branch by the place it is in: "VIỄN THÔNG AN LĨNH"
			continue
		}
		if begins(low, r.x.levels) != "" && begins(low, []string{"tỉnh ủy", "huyện ủy", "thành ủy", "xã hội"}) == "" && len(groups) > 0 || r.x.body(low) == "" && begins(low, r.x.heads) == "" && len(groups) > 0 {
			groups[len(groups)-1] += " " + s
			continue
		}
		groups = append(groups, s)
	}
	if len(groups) == 2 && slices.Contains(r.x.bodies, fold(groups[0])) { // "VĂN PHÒNG" above the body whose it is
		groups = []string{groups[0] + " " + groups[1]}
	}
	if len(groups) > 0 {
		last := groups[len(groups)-1]
		if n := len(groups); n > 1 && slices.Contains(r.x.bodies, fold(last)) { // "VĂN PHÒNG" alone
			last += " " + groups[n-2]
		}
		set(&r.out.Issuer, r.proper(last))
	}
}

// proper is a name in capitals as it is written in a sentence: as the text has
// it elsewhere, else by the rules of Decree 30/2020 Annex II for names of
// bodies: a capital for the first word, the subject it names, and places.
func (r *reader) proper(name string) string {
	name = trim(name)
	if !upper(name) {
		return name
	}
	low, all := fold(name), fold(r.text)
	for from := 0; ; {
		i := strings.Index(all[from:], low)
		if i < 0 {
			break
		}
		if seen := clean(r.text[from+i : from+i+len(low)]); !upper(seen) {
			return capital(seen)
		}
		from += i + len(low)
	}
	words := strings.Fields(strings.ToLower(name))
	out := slices.Clone(words)
	// Behind these stands what a body is for; "phòng" and "ban" are within other names too.
	subject := func(i int) bool {
		return i >= 0 && (slices.Contains([]string{"sở", "bộ", "cục", "vụ"}, words[i]) || i > 0 && slices.Contains([]string{"trung tâm", "chi cục", "tổng cục"}, words[i-1]+" "+words[i]) || i == 0 && slices.Contains([]string{"phòng", "ban"}, words[i]))
	}
	place, about := false, false
	for i, w := range words {
		behind := ""
		if i > 0 {
			behind = words[i-1]
		}
		switch {
		case i > 0 && (slices.Contains(r.x.levels, w) || slices.Contains(r.x.levels, behind+" "+w)) && (i+1 == len(words) || words[i+1] != "ủy" && words[i+1] != "hội"):
			place, about = true, false
		case place, i == 0, subject(i - 1), about && (behind == "và" || strings.HasSuffix(behind, ",")), w == "ủy" && i+1 < len(words) && words[i+1] == "ban":
			out[i] = capital(w)
		}
		if subject(i) || w == "tỉnh" && i+1 < len(words) && words[i+1] == "ủy" {
			about = true
			if behind != "trung" && w != "cục" || i == 0 {
				out[i] = capital(w)
			}
		}
	}
	said := strings.Join(out, " ")
	if r.out.Place != nil {
		if i := strings.Index(fold(said), fold(*r.out.Place)); i >= 0 {
			said = said[:i] + *r.out.Place + said[i+len(*r.out.Place):]
		}
	}
	return said
}

// asked finds the body that asks where no head names it: "Chủ tịch UBND tỉnh yêu
// cầu …". A bare level takes the place beside the date.
func (r *reader) asked(texts ...string) {
	if r.out.Issuer != nil {
		return
	}
	seen := map[string]int{}
	var names []string
	for _, text := range texts {
		for _, s := range sentences(text) {
			low := fold(s)
			for _, verb := range r.x.asks {
				at := find(low, verb)
				if at <= 0 {
					continue
				}
				said := strings.TrimSpace(s[:at])
				for _, sep := range []string{";", ",", ":"} {
					if i := strings.LastIndex(said, sep); i >= 0 {
						said = strings.TrimSpace(said[i+1:])
					}
				}
				f := fold(said)
				if len(said) > 100 || r.x.body(f) == "" && begins(f, r.x.heads) == "" {
					continue
				}
				if seen[f]++; seen[f] == 1 {
					names = append(names, said)
				}
				break
			}
		}
	}
	if len(names) == 0 {
		return
	}
	best := slices.MaxFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(seen[fold(a)], seen[fold(b)]), cmp.Compare(len(a), len(b)))
	})
	low := fold(best)
	if i := slices.IndexFunc(r.x.levels, func(w string) bool { return strings.HasSuffix(low, " "+w) }); i >= 0 && r.out.Place != nil {
		best += " " + *r.out.Place
	}
	best = capital(best)
	r.out.Issuer = &best
	r.infer("issuer")
}
