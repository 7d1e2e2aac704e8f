// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// phraseMost is how long a phrase that names bodies may be, in bytes.
const phraseMost = 400

// phrase is the bodies that text begins with, and what follows them. Without any
// rest is the text.
func (r *reader) phrase(text string) (names []string, rest string) {
	at := 0
	low := fold(text)
	for {
		w := begins(low[at:], r.x.leadIns)
		if w == "" {
			break
		}
		at += len(w) + blank(low[at+len(w):])
	}
	if !r.names(low[at:]) {
		return nil, text
	}
	end := r.phraseEnd(text, low, at)
	if from := end + 2; strings.HasPrefix(text[end:], ": ") && from < len(text) && unicode.IsUpper(first(text[from:])) && r.kindAlone(low[at:end]) {
		end = r.phraseEnd(text, low, from) // "Giám đốc các Sở: Nội vụ, Tài chính"
	}
	said := strings.TrimRight(text[at:end], " ,:;.")
	if said == "" || len(said) > phraseMost {
		return nil, text
	}
	return r.members(said), strings.TrimSpace(strings.TrimLeft(text[end:], " ,:;./"))
}

// kindAlone reports whether low ends with several of a kind of body that it does
// not name: "giám đốc các sở".
func (r *reader) kindAlone(low string) bool {
	at := strings.LastIndex(low, " ")
	return at > 0 && slices.Contains(r.x.bodies, low[at+1:]) && slices.ContainsFunc(r.x.quantifiers, func(q string) bool { return low[:at] == q || strings.HasSuffix(low[:at], " "+q) })
}

func blank(s string) int { return len(s) - len(strings.TrimLeft(s, " :")) }

// names reports whether low begins with the name of a body or an office.
func (r *reader) names(low string) bool {
	several := begins(low, r.x.quantifiers)
	low = strings.TrimLeft(low[len(several):], " ")
	body := r.x.body(low)
	if body != "" && several == "" && slices.Contains(r.x.verbs, body) { // "tổ chức" is done, but in "tổ chức, cá nhân"
		rest := strings.TrimLeft(low[len(body):], " ")
		return strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, "và ")
	}
	return body != "" || begins(low, r.x.heads) != ""
}

// phraseEnd is where the names that begin at from end: at the first verb, a full
// stop, a colon or a bracket. A word in capitals is part of a name, "tổ chức" is a
// body where it stands in a list of them, and whom a name excepts belongs to it.
func (r *reader) phraseEnd(text, low string, from int) int {
	for i := from; i < len(low); {
		c, n := utf8.DecodeRuneInString(low[i:])
		if except := r.excepted(low[i:]); except > 0 {
			i += except
			continue
		}
		if strings.ContainsRune(".:(", c) && !(c == '.' && i+1 < len(low) && low[i+1] != ' ') {
			return i
		}
		before, _ := utf8.DecodeLastRuneInString(low[:i])
		if i == from || inWord(before) || !inWord(c) {
			i += n
			continue
		}
		if noun := begins(low[i:], r.x.nouns); noun != "" {
			i += len(noun)
			continue
		}
		if begins(low[i:], r.x.stops) != "" && !unicode.IsUpper(first(text[i:])) {
			return i
		}
		w := begins(low[i:], r.x.verbs)
		if w != "" && !unicode.IsUpper(first(text[i:])) && !r.noun(low, i, w) {
			if lead := strings.TrimRight(low[from:i], " "); strings.HasSuffix(lead, " và") {
				return from + len(strings.TrimSuffix(lead, " và"))
			}
			return i
		}
		i += n
	}
	return len(low)
}

// excepted is how long what low begins with is, where it says whom the name in
// front of it excepts and says where that ends: in brackets, or up to a comma or a
// colon.
func (r *reader) excepted(low string) int {
	if r.x.names.except == nil || !strings.ContainsAny(low[:1], ",;(") {
		return 0
	}
	at := r.x.names.except.FindStringIndex(low)
	if at == nil || at[0] != 0 || at[1] == len(low) {
		return 0
	}
	switch end := low[at[1]]; {
	case low[0] == '(' && end == ')':
		return at[1] + 1
	case low[0] != '(' && strings.ContainsRune(",;:", rune(end)):
		return at[1]
	}
	return 0
}

// noun reports whether the verb w at i is a noun there.
func (r *reader) noun(low string, i int, w string) bool {
	before := strings.TrimRight(low[:i], " ")
	if slices.Contains(r.x.roles, w) {
		last := before[strings.LastIndex(" "+before, " "):]
		two := before[strings.LastIndex(" "+strings.TrimSuffix(before, " "+last), " "):]
		for _, of := range []string{last, two} {
			if slices.Contains(r.x.someone, of) {
				return !ended(strings.TrimRight(low, " :")) || r.acts(low[i+len(w):])
			}
		}
	}
	listed := strings.HasSuffix(before, ",") || strings.HasSuffix(before, ";") || strings.HasSuffix(before, " và") || slices.ContainsFunc(r.x.quantifiers, func(q string) bool { return before == q || strings.HasSuffix(before, " "+q) })
	if listed && slices.Contains(r.x.heads, w) {
		return true // "Văn phòng, lãnh đạo các phòng"
	}
	if !slices.Contains(r.x.bodies, w) {
		return false
	}
	after := strings.TrimLeft(low[i+len(w):], " ")
	return listed && begins(after, r.x.verbs) == "" || strings.HasPrefix(after, ",")
}

// acts reports whether the clause that low begins with has a verb.
func (r *reader) acts(low string) bool {
	if end := strings.IndexAny(low, ".;:"); end >= 0 {
		low = low[:end]
	}
	for i := 0; i >= 0 && i < len(low); {
		if begins(low[i:], r.x.verbs) != "" {
			return true
		}
		next := strings.IndexByte(low[i:], ' ')
		if next < 0 {
			break
		}
		i += next + 1
	}
	return false
}

// members is a list of bodies by its members: "Các sở, ban, ngành; UBND các xã,
// phường" are two.
func (r *reader) members(said string) (out []string) {
	for part := range strings.SplitSeq(said, ";") {
		start := 0
		for i := range part {
			if rest, ok := strings.CutPrefix(part[i:], " và "); ok && i > start {
				if low := fold(rest); begins(low, r.x.heads) != "" {
					out = append(out, part[start:i])
					start = i + 1
				}
				continue
			}
			if part[i] != ',' {
				continue
			}
			rest := fold(strings.TrimLeft(part[i+1:], " "))
			and := strings.TrimPrefix(rest, "và ")
			quantified := begins(and, r.x.quantifiers) != "" && r.names(and)
			if r.together(fold(part[start:i]), and) {
				continue
			}
			if quantified || r.named(strings.TrimLeft(part[i+1:], " ")) || begins(and, r.x.heads) != "" {
				out = append(out, part[start:i])
				start = i + 1
			}
		}
		out = append(out, part[start:])
	}
	for i := range out {
		out[i] = strings.TrimPrefix(trim(out[i]), "và ")
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// named reports whether text begins with the name of one body: "Sở Y tế", not "Ban,
// ngành".
func (r *reader) named(text string) bool {
	low := fold(text)
	rest, ok := strings.CutPrefix(low, r.x.body(low))
	return ok && rest != low && unicode.IsUpper(first(text)) && strings.HasPrefix(rest, " ") && inWord(first(rest[1:]))
}

// together reports whether before and after are people that papers name in one
// breath: "cán bộ, công chức".
func (r *reader) together(before, after string) bool {
	return begins(after, r.x.people) != "" && slices.ContainsFunc(r.x.people, func(p string) bool { return before == p || strings.HasSuffix(before, " "+p) })
}

// conditional reports whether names are any body at all, and rest says of which what
// is asked: "đơn vị nào bị tấn công thì báo ngay" asks all.
func (r *reader) conditional(names []string, rest string) bool {
	return len(names) == 1 && begins(fold(rest), r.x.conditions) != "" && (r.x.names.anyOne(names[0]) || slices.Contains(r.x.bodies, fold(names[0])))
}

// actors are those who must act by text, else those of the node's heading or of
// what it stands under, else all the paper is sent to.
func (r *reader) actors(n *node) []Actor {
	if n.who != "" {
		return actorsOf(r.members(n.who), "text")
	}
	if n.heading != "" {
		if names, _ := r.phrase(n.heading); len(names) > 0 {
			return actorsOf(names, "heading")
		}
	}
	if names, rest := r.phrase(n.text[len(r.x.first.FindString(fold(n.text))):]); len(names) > 0 && rest != "" && !r.conditional(names, rest) {
		if up := r.above(n); len(up) > 0 && r.ofThose(names) {
			return up // "các đơn vị" are those of the heading
		}
		return actorsOf(names, "text")
	}
	if n.heading != "" && r.unreadName(n) {
		return actorsOf([]string{trim(n.heading)}, "heading")
	}
	if about, said, ok := strings.Cut(n.text, ": "); ok && len(about) < 60 { // "Kinh phí: các đơn vị bố trí …"
		if names, rest := r.phrase(said); len(names) > 0 && rest != "" {
			return actorsOf(names, "text")
		}
	}
	if up := r.above(n); len(up) > 0 {
		return up
	}
	return actorsOf(r.out.Addressees, "addressees")
}

// ofThose reports whether names mean those who were named before: any of them, and
// the people of any of them.
func (r *reader) ofThose(names []string) bool {
	return slices.ContainsFunc(names, r.x.names.anyOne) && !slices.ContainsFunc(names, func(s string) bool {
		return !r.x.names.anyOne(s) && (begins(fold(s), r.x.heads) == "" || strings.ContainsFunc(s[1:], unicode.IsUpper))
	})
}

// above are those whom what n stands under names; none where it names nobody.
func (r *reader) above(n *node) []Actor {
	if n.parent == nil || n.parent.parent == nil {
		return nil
	}
	up := slices.DeleteFunc(r.actors(n.parent), func(a Actor) bool { return a.From == "addressees" })
	for i := range up {
		up[i].From = "parent"
	}
	return up
}

// unreadName reports whether the heading of n is the name of a body that was not
// understood: those beside it name bodies, and it is as short as they are.
func (r *reader) unreadName(n *node) bool {
	if n.parent == nil || len(fold(n.heading)) > 120 || begins(fold(n.heading), r.x.verbs) != "" {
		return false
	}
	named := 0
	for _, c := range n.parent.children {
		if c.label.rank == n.label.rank && c.heading != "" && r.headed(c.heading) {
			named++
		}
	}
	return named*2 >= len(n.parent.children) && named > 1
}

func actorsOf(names []string, from string) []Actor {
	out := make([]Actor, 0, len(names))
	for _, n := range names {
		out = append(out, Actor{Name: n, From: from})
	}
	return out
}
