// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// eachMost is how many units stand for a kind that no group of the register has:
// more are a group that somebody should make.
const eachMost = 30

// bodyWords are what the lexicon knows of names of bodies.
type bodyWords struct {
	titles, allOf   []string
	common, whoever []string
	short           []shortWord
	several         []severalRule
	province, whole string
	except          *regexp.Regexp // whom a name excepts
}

type shortWord struct{ long, short string }

type severalRule struct {
	Words     []string `yaml:"words"`
	Kinds     []string `yaml:"kinds"`
	Committee bool     `yaml:"committee"`
	Each      bool     `yaml:"each"`
}

// add takes what one more file of a lexicon says; compile checks a pattern.
func (w *bodyWords) add(f wordFile, compile func(string) *regexp.Regexp) (errs []error) {
	for to, list := range map[*[]string][]string{&w.titles: f.Titles, &w.allOf: f.AllOf, &w.common: f.Common, &w.whoever: f.Whoever} {
		for _, word := range list {
			*to = append(*to, fold(word))
		}
	}
	for long, short := range f.Short {
		s := shortWord{fold(long), fold(short)}
		if find(s.short, s.long) >= 0 || s.long == "" {
			errs = append(errs, fmt.Errorf("short: %q holds what it is short for", short))
			continue
		}
		w.short = append(w.short, s)
	}
	for _, rule := range f.Several {
		for i := range rule.Words {
			rule.Words[i] = fold(rule.Words[i])
		}
		w.several = append(w.several, rule)
	}
	if f.Province != "" && compile(f.Province) != nil {
		w.province = shift.Replace(norm.NFC.String(f.Province))
	}
	if f.Whole != "" && compile(f.Whole) != nil {
		w.whole = shift.Replace(norm.NFC.String(f.Whole))
	}
	return errs
}

// meaning is whom a name of the text means, and why.
type meaning struct {
	to    []Addressee
	title string // by which the heads of bodies were named
	words string // of kinds of body
	alike bool   // the one group of a like name: to be looked at
}

// roll is the register by the names that texts use.
type roll struct {
	w      bodyWords
	bodies []Body
	place  string // of the province, folded; may be empty
	whole  *regexp.Regexp
	forms  [][]string // of each body, its names as they are compared
	kinds  map[string][]int
}

func newRoll(w bodyWords, bodies []Body) *roll {
	r := &roll{w: w, bodies: bodies, kinds: map[string][]int{}}
	if w.province != "" {
		own := regexp.MustCompile(w.province)
		for _, b := range bodies {
			if m := own.FindStringSubmatch(r.plain(b.Name)); m != nil && b.Kind == ToUnit && r.place == "" {
				r.place = m[own.SubexpIndex("place")]
			}
		}
	}
	if w.whole != "" {
		place := r.place
		if place == "" {
			place = "\uFFFD"
		}
		r.whole = regexp.MustCompile(strings.ReplaceAll(w.whole, "{place}", regexp.QuoteMeta(place)))
	}
	for i, b := range bodies {
		var forms []string
		for _, name := range append([]string{b.Name}, b.Also...) {
			plain := r.plain(name)
			forms = append(forms, plain)
			if b.Kind == ToUnit {
				forms = append(forms, r.placeless(plain))
			}
		}
		r.forms = append(r.forms, forms)
		if b.Of != "" {
			r.kinds[b.Of] = append(r.kinds[b.Of], i)
		}
	}
	return r
}

// plain is a name folded, with single blanks, its parts written short, and without
// marks around.
func (r *roll) plain(name string) string {
	low := strings.Trim(clean(fold(name)), " .,;:")
	for _, s := range r.w.short {
		for at := find(low, s.long); at >= 0; at = find(low, s.long) {
			low = low[:at] + s.short + low[at+len(s.long):]
		}
	}
	return low
}

// placeless is plain without the name of the province behind it.
func (r *roll) placeless(plain string) string {
	if r.place == "" {
		return plain
	}
	return strings.TrimRight(strings.TrimSuffix(plain, " "+r.place), " -")
}

// here is plain without what says that all the province is meant.
func (r *roll) here(plain string) string {
	if r.whole == nil {
		return plain
	}
	at := r.whole.FindStringIndex(plain)
	if at == nil || at[0] == 0 || strings.HasSuffix(plain[:at[0]], ",") || strings.HasSuffix(plain[:at[0]], " và") {
		return plain // "các huyện, thành phố" is a list
	}
	return plain[:at[0]]
}

// bare takes titles of heads and words of number off the front, and gives what
// titles it took.
func (r *roll) bare(plain string) (rest, titles string, many bool) {
	rest = plain
	for {
		if t := begins(rest, r.w.titles); t != "" && len(t) < len(rest) {
			titles = strings.TrimSpace(titles + " " + t)
			rest = strings.TrimLeft(rest[len(t):], " ")
			continue
		}
		if q := begins(rest, r.w.allOf); q != "" && len(q) < len(rest) {
			rest, many = strings.TrimLeft(rest[len(q):], " "), true
			continue
		}
		return rest, titles, many
	}
}

// mean is whom name means; false where that is not known for one meaning alone.
func (r *roll) mean(name string) (meaning, bool) {
	plain := r.plain(name)
	if i, ok := r.one(plain); ok {
		return meaning{to: []Addressee{r.bodies[i].Addressee}}, true
	}
	if r.w.except != nil && r.w.except.MatchString(plain) {
		return meaning{}, false // all but somebody is no group of the register
	}
	rest, title, many := r.bare(plain)
	if rest != plain {
		if i, ok := r.one(rest); ok {
			return meaning{to: []Addressee{r.bodies[i].Addressee}, title: title}, true
		}
	}
	if list, ok := r.listed(rest); ok {
		return meaning{to: list, title: title}, true
	}
	if to, words, ok := r.kindsOf(rest); ok && (many || title != "" || strings.ContainsAny(rest, ",") || strings.Contains(rest, " các ")) {
		return meaning{to: to, title: title, words: words}, true
	}
	if (many || title != "") && r.everyone(rest) {
		return meaning{to: []Addressee{{Kind: ToAll}}, title: title, words: rest}, true
	}
	if i, ok := r.near(rest); ok {
		return meaning{to: []Addressee{r.bodies[i].Addressee}, title: title, alike: true}, true
	}
	return meaning{}, false
}

// one is the one body that is called so.
func (r *roll) one(plain string) (int, bool) {
	if plain == "" {
		return 0, false
	}
	said := []string{plain, r.placeless(plain)}
	if s := r.here(plain); s != plain {
		said = append(said, s)
	}
	for _, s := range said { // the nearest way of saying it goes first
		found, n := 0, 0
		for i, forms := range r.forms {
			if slices.Contains(forms, s) || r.bodies[i].Kind == ToGroup && slices.ContainsFunc(forms, func(f string) bool { bare, _, _ := r.bare(f); return bare == s }) {
				found, n = i, n+1
			}
		}
		if n > 0 {
			return found, n == 1
		}
	}
	return 0, false
}

// listed are bodies behind a word that all of them begin with: "Sở: Nội vụ, Y tế".
// Each must be one.
func (r *roll) listed(rest string) ([]Addressee, bool) {
	word, names, ok := strings.Cut(rest, ": ")
	if !ok || word == "" {
		return nil, false
	}
	var out []Addressee
	names = strings.ReplaceAll(names, ";", ",")
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "và ")
		i, ok := r.one(word + " " + name)
		if !ok {
			var both bool
			for part := range strings.SplitSeq(name, " và ") { // "A và B" are two, where each is one
				if i, both = r.one(word + " " + part); !both {
					return nil, false
				}
				out = append(out, r.bodies[i].Addressee)
			}
			continue
		}
		out = append(out, r.bodies[i].Addressee)
	}
	return out, len(out) > 0
}

// kindsOf are the groups, and the units where no group has their kind, that are
// all bodies of the kinds that rest names, and no others.
func (r *roll) kindsOf(rest string) (to []Addressee, said string, ok bool) {
	rest = r.here(rest)
	committee, had := strings.CutPrefix(rest, "ubnd ")
	if had {
		if q := begins(committee, r.w.allOf); q != "" {
			committee = strings.TrimLeft(committee[len(q):], " ")
		}
	}
	if !had {
		committee = rest
	}
	var wanted, each, words []string
	for committee != "" {
		rule, word := r.rule(committee, had)
		if word == "" {
			return nil, "", false
		}
		words = append(words, word)
		for _, k := range rule.Kinds {
			if !slices.Contains(wanted, k) {
				wanted = append(wanted, k)
			}
			if rule.Each {
				each = append(each, k)
			}
		}
		committee = strings.TrimLeft(committee[len(word):], " ")
		for _, sep := range []string{", và ", "; ", ", ", "và "} {
			if next, cut := strings.CutPrefix(committee, strings.TrimLeft(sep, " ")); cut {
				committee = next
				break
			}
		}
		committee, _, _ = r.bare(committee) // "giám đốc các sở, trưởng các ban"
	}
	left := slices.DeleteFunc(wanted, func(k string) bool { return len(r.kinds[k]) == 0 })
	if len(left) == 0 {
		return nil, "", false
	}
	var groups []int
	for i, b := range r.bodies { // the widest groups of kinds that are wanted, and of no others
		present := slices.DeleteFunc(slices.Clone(b.Kinds), func(k string) bool { return len(r.kinds[k]) == 0 })
		if b.Kind == ToGroup && len(present) > 0 && !slices.ContainsFunc(present, func(k string) bool { return !slices.Contains(left, k) }) {
			groups = append(groups, i)
		}
	}
	slices.SortStableFunc(groups, func(a, b int) int { return len(r.bodies[b].Kinds) - len(r.bodies[a].Kinds) })
	for _, i := range groups {
		if slices.ContainsFunc(r.bodies[i].Kinds, func(k string) bool { return len(r.kinds[k]) > 0 && !slices.Contains(left, k) }) {
			continue // a part of it is there already
		}
		to = append(to, r.bodies[i].Addressee)
		left = slices.DeleteFunc(left, func(k string) bool { return slices.Contains(r.bodies[i].Kinds, k) })
	}
	for _, k := range left {
		wider := slices.ContainsFunc(r.bodies, func(b Body) bool { return slices.Contains(b.Kinds, k) })
		if !slices.Contains(each, k) || wider { // papers may mean the wider group
			return nil, "", false
		}
		for _, i := range r.kinds[k] {
			to = append(to, r.bodies[i].Addressee)
		}
	}
	units := 0
	for _, a := range to {
		if a.Kind == ToUnit {
			units++
		}
	}
	return to, strings.Join(words, ", "), units <= eachMost
}

// rule is the rule whose words low begins with, and the longest such words.
func (r *roll) rule(low string, committee bool) (best severalRule, word string) {
	for _, rule := range r.w.several {
		if committee && !rule.Committee {
			continue
		}
		for _, w := range rule.Words {
			rest, ok := strings.CutPrefix(low, w)
			next, _ := utf8.DecodeRuneInString(rest)
			if ok && len(w) > len(word) && (rest == "" || strings.ContainsRune(",;", next) || strings.HasPrefix(rest, " và ")) {
				best, word = rule, w
			}
		}
	}
	return best, word
}

// everyone reports whether rest names nobody in particular.
func (r *roll) everyone(rest string) bool {
	return r.w.anybody(r.here(rest))
}

// anyOne reports whether name is one by which any body may be called: "các cơ quan,
// đơn vị".
func (w bodyWords) anyOne(name string) bool {
	low := fold(name)
	for {
		if q := begins(low, append(slices.Clone(w.titles), w.allOf...)); q != "" {
			low = strings.TrimLeft(low[len(q):], " ")
			continue
		}
		return w.anybody(low)
	}
}

// anybody reports whether low is made of words that any body is called by.
func (w bodyWords) anybody(low string) bool {
	n, whoever := 0, false
	for part := range strings.SplitSeq(strings.ReplaceAll(low, " và ", ", "), ",") {
		part = strings.TrimSpace(part)
		if q := begins(part, w.allOf); q != "" {
			part = strings.TrimLeft(part[len(q):], " ")
		}
		if !slices.Contains(w.common, part) {
			return false
		}
		n++
		whoever = whoever || slices.Contains(w.whoever, part)
	}
	return whoever || n > 1
}

// near is the one group whose name begins with rest, or with which rest begins.
func (r *roll) near(rest string) (int, bool) {
	cut := func(s string) string {
		s, _, _ = r.bare(s)
		return r.here(s)
	}
	said, found, n := cut(rest), 0, 0
	if said == "" {
		return 0, false
	}
	for i, b := range r.bodies {
		if b.Kind != ToGroup {
			continue
		}
		if name := cut(r.plain(b.Name)); opens(name, said) || opens(said, name) {
			found, n = i, n+1
		}
	}
	return found, n == 1
}

// opens reports whether whole begins with the words of part.
func opens(whole, part string) bool {
	rest, ok := strings.CutPrefix(whole, part)
	return ok && part != "" && (rest == "" || strings.ContainsAny(rest[:1], " ,;"))
}
