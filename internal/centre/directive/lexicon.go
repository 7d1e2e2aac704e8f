// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

//go:embed lexicon/*.yaml
var builtin embed.FS

// Lexicon is what the reader knows of words. It is read once and not changed.
type Lexicon struct {
	motto, around, begin, closing []*regexp.Regexp
	number, numberBlank, date     *regexp.Regexp
	subject, send, wire           *regexp.Regexp
	grounds, recipients           *regexp.Regexp
	authority, lastMark, scope    *regexp.Regexp
	condition                     *regexp.Regexp // what a time limit behind it runs from
	first                         *regexp.Regexp // what stands in front of who must act
	urgency                       []string
	kinds                         []kind
	instruments                   []string // ids of kinds
	bodies, heads, quantifiers    []string
	leadIns, verbs                []string
	stops                         []string // end a phrase that names a body
	nouns, people, conditions     []string
	asks, levels, notBodies       []string
	ranks, roles, someone         []string
	aside                         []*regexp.Regexp
	cells, figures                []string // in front of what a cell says of when, and of one that begins with a digit
	columns                       map[string]*regexp.Regexp
	stretch                       *regexp.Regexp // what a cell says in front of the end of a stretch of time
	beside, planned, passive      []string       // behind a period, and in front of one that is none of a duty
	ditto                         []string       // cells that say what those above them say
	shared                        *regexp.Regexp // a cell of who leads and who helps
	annex, mention                *regexp.Regexp // how an annex begins, and how it says what it comes with
	behind                        []string       // how titles behind the signature begin
	idle                          []*regexp.Regexp
	deadlines                     []deadlineRule
	every                         map[string]string
	thresholds                    []*regexp.Regexp
	windows                       []windowRule
	always                        alwaysRule
	phones                        []phoneRule
	slips                         []slipRule
	security                      []weighted
	topics                        []topicRule
	names                         bodyWords
	spelling                      *spelling // of all that is known
}

type kind struct{ id, title string }

type deadlineRule struct {
	Sort    Sort   `yaml:"sort"`
	Pattern string `yaml:"pattern"`
	// Before says that the day itself is not within the term when the words begin
	// with "trước".
	Before bool `yaml:"before"`
	// Starts says that the words count only where a clause begins.
	Starts bool `yaml:"starts"`
	// Brief says that they count only at the end of a short clause that begins with
	// a verb: "sao lưu dữ liệu hằng ngày", not "lỗ hổng được công bố hằng tháng".
	Brief bool `yaml:"brief"`
	re    *regexp.Regexp
	hint  hint
}

type windowRule struct {
	Key   string   `yaml:"key"`
	Words []string `yaml:"words"`
	Day   string   `yaml:"day"`   // month-day of the solar year
	Lunar string   `yaml:"lunar"` // month-day of the lunar year
	Next  bool     `yaml:"next"`  // the year named is the one that begins
}

type phoneRule struct {
	Start  string `yaml:"start"`
	Digits []int  `yaml:"digits"`
}

type slipRule struct {
	Seen  string   `yaml:"seen"`
	Meant string   `yaml:"meant"`
	Near  []string `yaml:"near"`
}

type weighted struct {
	words  string
	weight float64
}

type topicRule struct {
	key   string
	label map[string]string
	words []weighted
}

// wordFile is one file of a lexicon. Files add up; a single pattern of a later
// one takes the place of that of an earlier.
type wordFile struct {
	Motto       []string           `yaml:"motto"`
	Around      []string           `yaml:"around"`
	Number      string             `yaml:"number"`
	NumberBlank string             `yaml:"number_blank"`
	PlaceDate   string             `yaml:"place_date"`
	Subject     string             `yaml:"subject"`
	Urgency     []string           `yaml:"urgency"`
	Kinds       map[string]string  `yaml:"kinds"`
	Instruments []string           `yaml:"instruments"`
	Send        string             `yaml:"send"`
	Wire        string             `yaml:"wire"`
	Begin       []string           `yaml:"begin"`
	Grounds     string             `yaml:"grounds"`
	Closing     []string           `yaml:"closing"`
	LastMark    string             `yaml:"last_mark"`
	Recipients  string             `yaml:"recipients"`
	Authority   string             `yaml:"authority"`
	Bodies      []string           `yaml:"bodies"`
	Heads       []string           `yaml:"heads"`
	Quantifiers []string           `yaml:"quantifiers"`
	LeadIns     []string           `yaml:"lead_ins"`
	Verbs       []string           `yaml:"verbs"`
	Stops       []string           `yaml:"stops"`
	Asks        []string           `yaml:"asks"`
	NotBodies   []string           `yaml:"not_bodies"`
	Levels      []string           `yaml:"levels"`
	Ranks       []string           `yaml:"ranks"`
	Roles       []string           `yaml:"roles"`
	Someone     []string           `yaml:"someone"`
	Aside       []string           `yaml:"aside"`
	Columns     map[string]string  `yaml:"columns"`
	Ditto       []string           `yaml:"ditto"`
	Shared      string             `yaml:"shared"`
	Mention     string             `yaml:"mention"`
	Annex       string             `yaml:"annex"`
	Behind      []string           `yaml:"behind"`
	Idle        []string           `yaml:"idle"`
	Deadlines   []deadlineRule     `yaml:"deadlines"`
	Scope       string             `yaml:"scope"`
	Condition   string             `yaml:"condition"`
	First       string             `yaml:"first"`
	Except      string             `yaml:"except"`
	Nouns       []string           `yaml:"nouns"`
	People      []string           `yaml:"people"`
	Conditions  []string           `yaml:"conditions"`
	Cells       []string           `yaml:"cells"`
	Figures     []string           `yaml:"figures"`
	Stretch     string             `yaml:"stretch"`
	Beside      []string           `yaml:"beside"`
	Planned     []string           `yaml:"planned"`
	Passive     []string           `yaml:"passive"`
	Every       map[string]string  `yaml:"every"`
	Always      alwaysRule         `yaml:"always"`
	Thresholds  []string           `yaml:"thresholds"`
	Windows     []windowRule       `yaml:"windows"`
	Phones      []phoneRule        `yaml:"phones"`
	Slips       []slipRule         `yaml:"slips"`
	Security    map[string]float64 `yaml:"security"`
	Titles      []string           `yaml:"titles"`
	AllOf       []string           `yaml:"all_of"`
	Short       map[string]string  `yaml:"short"`
	Province    string             `yaml:"province"`
	Whole       string             `yaml:"whole"`
	Several     []severalRule      `yaml:"several"`
	Common      []string           `yaml:"common"`
	Whoever     []string           `yaml:"whoever"`
	Topics      []struct {
		Key   string             `yaml:"key"`
		Label map[string]string  `yaml:"label"`
		Words map[string]float64 `yaml:"words"`
	} `yaml:"topics"`
}

// Words is the lexicon that comes with the program, with what the YAML files of
// more add to it, in order. It fails on fields, patterns and topics it does not
// understand, each as file: what is wrong.
func Words(more ...fs.FS) (*Lexicon, error) {
	x := &Lexicon{spelling: newSpelling(), every: map[string]string{}, columns: map[string]*regexp.Regexp{}}
	for i, tree := range append([]fs.FS{builtin}, more...) {
		pattern := "*.yaml"
		if i == 0 {
			pattern = "lexicon/*.yaml"
		}
		names, err := fs.Glob(tree, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(tree, name)
			if err != nil {
				return nil, err
			}
			if err := x.add(name, data); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	x.order()
	return x, nil
}

func (x *Lexicon) add(_ string, data []byte) error {
	x.spelling.read(norm.NFC.String(string(data)))
	var f wordFile
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return err
	}
	var errs []error
	compile := func(p string) *regexp.Regexp {
		re, err := regexp.Compile(shift.Replace(norm.NFC.String(p)))
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", p, err))
		}
		return re
	}
	several := func(to *[]*regexp.Regexp, list []string) {
		for _, p := range list {
			*to = append(*to, compile(p))
		}
	}
	one := func(to **regexp.Regexp, p string) {
		if p != "" {
			*to = compile(p)
		}
	}
	words := func(to *[]string, list []string) {
		for _, w := range list {
			*to = append(*to, fold(w))
		}
	}
	several(&x.motto, f.Motto)
	several(&x.around, f.Around)
	several(&x.begin, f.Begin)
	several(&x.closing, f.Closing)
	for _, p := range f.Thresholds {
		x.thresholds = append(x.thresholds, compile(strings.ReplaceAll(p, countMark, countPattern)))
	}
	one(&x.number, f.Number)
	one(&x.numberBlank, f.NumberBlank)
	one(&x.date, f.PlaceDate)
	one(&x.subject, f.Subject)
	one(&x.send, f.Send)
	one(&x.wire, f.Wire)
	one(&x.grounds, f.Grounds)
	one(&x.lastMark, f.LastMark)
	one(&x.recipients, f.Recipients)
	one(&x.authority, f.Authority)
	one(&x.scope, f.Scope)
	one(&x.condition, f.Condition)
	one(&x.first, f.First)
	one(&x.shared, f.Shared)
	one(&x.stretch, f.Stretch)
	one(&x.mention, f.Mention)
	one(&x.annex, f.Annex)
	one(&x.names.except, f.Except)
	words(&x.urgency, f.Urgency)
	words(&x.bodies, f.Bodies)
	words(&x.heads, f.Heads)
	words(&x.quantifiers, f.Quantifiers)
	words(&x.leadIns, f.LeadIns)
	words(&x.verbs, f.Verbs)
	words(&x.stops, f.Stops)
	words(&x.nouns, f.Nouns)
	words(&x.people, f.People)
	words(&x.conditions, f.Conditions)
	words(&x.stops, f.Conditions)
	words(&x.asks, f.Asks)
	words(&x.notBodies, f.NotBodies)
	words(&x.levels, f.Levels)
	words(&x.ranks, f.Ranks)
	words(&x.roles, f.Roles)
	words(&x.someone, f.Someone)
	several(&x.aside, f.Aside)
	several(&x.idle, f.Idle)
	words(&x.behind, f.Behind)
	words(&x.ditto, f.Ditto)
	words(&x.beside, f.Beside)
	words(&x.planned, f.Planned)
	words(&x.passive, f.Passive)
	for _, w := range f.Cells { // a blank at the end counts
		x.cells = append(x.cells, fold(norm.NFC.String(w)))
	}
	for _, w := range f.Figures {
		x.figures = append(x.figures, fold(norm.NFC.String(w)))
	}
	for column, p := range f.Columns {
		if !slices.Contains(columnKinds, column) {
			errs = append(errs, fmt.Errorf("columns: %q is no column", column))
			continue
		}
		x.columns[column] = compile(p)
	}
	errs = append(errs, x.names.add(f, compile)...)
	x.instruments = append(x.instruments, f.Instruments...)
	for id, title := range f.Kinds {
		x.kinds = append(x.kinds, kind{id, fold(title)})
	}
	for _, d := range f.Deadlines {
		switch d.Sort {
		case Until, Within, Every:
		default:
			errs = append(errs, fmt.Errorf("deadlines: %q is no sort (until, within, every)", d.Sort))
		}
		d.re = compile(strings.NewReplacer("trước", "tr(?:ư|u)ớc", countMark, countPattern).Replace(norm.NFC.String(d.Pattern))) // scans lose the horn
		if d.re != nil {
			d.hint = hintOf(d.re)
		}
		x.deadlines = append(x.deadlines, d)
	}
	for k, v := range f.Every {
		x.every[fold(k)] = v
	}
	for _, w := range f.Always.Words {
		x.always.Words = append(x.always.Words, fold(w))
	}
	if f.Always.Every != "" {
		if x.always.Every = f.Always.Every; !slices.Contains(Recurrences(), x.always.Every) {
			errs = append(errs, fmt.Errorf("always: %q is no recurrence", x.always.Every))
		}
	}
	for _, w := range f.Windows {
		for i := range w.Words {
			w.Words[i] = fold(w.Words[i])
		}
		x.windows = append(x.windows, w)
	}
	x.phones = append(x.phones, f.Phones...)
	for _, s := range f.Slips {
		s.Seen, s.Meant = fold(s.Seen), i18n.NFC(s.Meant)
		if s.Seen == "" || s.Seen == fold(s.Meant) {
			errs = append(errs, fmt.Errorf("slips: %q is what it is meant to be", s.Seen))
		}
		for i := range s.Near {
			s.Near[i] = fold(s.Near[i])
		}
		x.slips = append(x.slips, s)
	}
	for w, n := range f.Security {
		x.security = append(x.security, weighted{fold(w), n})
	}
	for _, t := range f.Topics {
		if t.Key == "" || t.Label["vi"] == "" || t.Label["en"] == "" {
			errs = append(errs, fmt.Errorf("topics: %q needs a key and a label in both languages", t.Key))
			continue
		}
		at := slices.IndexFunc(x.topics, func(o topicRule) bool { return o.key == t.Key })
		if at < 0 {
			x.topics = append(x.topics, topicRule{key: t.Key, label: t.Label})
			at = len(x.topics) - 1
		}
		for w, n := range t.Words {
			x.topics[at].words = append(x.topics[at].words, weighted{fold(w), n})
		}
	}
	return errors.Join(errs...)
}

// order puts longer words before those they hold, and everything that came out
// of a map into one order.
func (x *Lexicon) order() {
	longer := func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) }
	heavier := func(a, b weighted) int { return longer(a.words, b.words) }
	slices.SortFunc(x.names.short, func(a, b shortWord) int { return longer(a.long, b.long) })
	for _, list := range [][]string{x.names.titles, x.names.allOf, x.urgency, x.bodies, x.heads, x.quantifiers, x.leadIns, x.verbs, x.stops, x.nouns, x.people, x.conditions, x.levels, x.ranks, x.roles, x.behind} {
		slices.SortStableFunc(list, longer)
	}
	slices.SortStableFunc(x.kinds, func(a, b kind) int { return longer(a.title, b.title) })
	slices.SortStableFunc(x.security, heavier)
	for i := range x.topics {
		slices.SortStableFunc(x.topics[i].words, heavier)
	}
}

// Topics lists the keys of the topics that are known, and their names in lang.
func (x *Lexicon) Topics(lang string) (keys []string, names map[string]string) {
	names = map[string]string{}
	for _, t := range x.topics {
		keys = append(keys, t.key)
		names[t.key] = cmp.Or(t.label[lang], t.label["vi"])
	}
	return keys, names
}

// shift moves the mark of tone of oa, oe and uy to the first vowel. Only pairs of
// as many bytes are moved, so that places in a folded text are places in its
// source.
var shift = strings.NewReplacer("oà", "òa", "oá", "óa", "oả", "ỏa", "oã", "õa", "oạ", "ọa", "oè", "òe", "oé", "óe", "oẻ", "ỏe", "oẹ", "ọe",
	"uý", "úy", "uỷ", "ủy", "uỵ", "ụy")

// fold is text in small letters with marks of tone in one place and blanks for
// all white space: byte by byte the length of the text.
func fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range text {
		low := unicode.ToLower(r)
		switch n := utf8.RuneLen(r); {
		case r == utf8.RuneError:
			b.WriteString(text[i : i+1]) // a lone byte, or the sign itself below
			if len(text) >= i+3 && text[i:i+3] == "\uFFFD" {
				b.WriteString(text[i+1 : i+3])
			}
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case utf8.RuneLen(low) == n:
			b.WriteRune(low)
		default:
			b.WriteRune(r)
		}
	}
	return shift.Replace(b.String())
}

// find is the place of words in text, both folded, as whole words; -1 for none.
func find(text, words string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], words)
		if i < 0 {
			return -1
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(words):])
		if !inWord(before) && !inWord(after) {
			return at
		}
		from = at + len(words)
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// secondColumn is where a motto, or place and date behind a number, begin on a
// line that holds more in front of them; -1 where it does not.
func (x *Lexicon) secondColumn(l line) int {
	for i := 1; i < len(l.low); i++ {
		if l.low[i-1] != ' ' {
			continue
		}
		rest := l.low[i:]
		if anyOf(x.motto, rest) || x.date.MatchString(rest) && x.number.MatchString(strings.TrimRight(l.low[:i], " ")) {
			return i
		}
	}
	return -1
}

// body is the name of a body that low begins with, "" for none.
func (x *Lexicon) body(low string) string {
	if begins(low, x.notBodies) != "" {
		return ""
	}
	return begins(low, x.bodies)
}

// begins is which of words text begins with, as whole words; "" for none. Words
// and text are folded, longer words come first.
func begins(text string, words []string) string {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(text, w); ok {
			if r, _ := utf8.DecodeRuneInString(rest); !inWord(r) {
				return w
			}
		}
	}
	return ""
}

// exceptions are where low says whom or what it excepts. Within the names that it
// begins with, up to byte from, one ends where they do.
func (x *Lexicon) exceptions(low string, from int) [][]int {
	if x.names.except == nil {
		return nil
	}
	list := x.names.except.FindAllStringIndex(low, -1)
	for _, at := range list {
		if at[0] < from {
			at[1] = min(at[1], from)
		}
	}
	return list
}

func anyOf(list []*regexp.Regexp, text string) bool {
	return slices.ContainsFunc(list, func(re *regexp.Regexp) bool { return re.MatchString(text) })
}
