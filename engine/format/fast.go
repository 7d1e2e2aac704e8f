// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"net/netip"
	"time"
	"unsafe"

	"github.com/vonggac/vonggac/engine/event"
)

// Spare is how many bytes may be read behind the text of Text.Queries.
const Spare = 64

// Record is one query as a place in the text it was read from. It holds what a
// scan needs of an event.DNS and no pointer.
type Record struct {
	Sec       int64  // Unix seconds; holds when Timed
	High, Low uint64 // the client as 16 bytes, IPv4 as ::ffff:a.b.c.d; holds when Known
	Nsec      uint32
	Name      uint32 // where the name starts
	Size      uint32 // of the name in bytes
	Timed     bool
	Known     bool  // the client is told
	More      bool  // the next Record is of the same line; Text never sets it
	About     uint8 // what stands at Name, for whoever makes Records; of Text 0: the name asked for
	// Dots has a bit for each dot of the name, the lowest for its first byte. 0
	// says nothing: the dots of long names, among others, are not told.
	Dots uint32
}

// Time returns when the query was made, UTC; zero when the line does not say.
func (r *Record) Time() time.Time {
	if !r.Timed {
		return time.Time{}
	}
	return time.Unix(r.Sec, int64(r.Nsec)).UTC()
}

// Client returns who asked, as event.DNS has it.
func (r *Record) Client() netip.Addr {
	if !r.Known {
		return netip.Addr{}
	}
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(r.High>>(56-8*i)), byte(r.Low>>(56-8*i))
	}
	return netip.AddrFrom16(b).Unmap()
}

// SetEvent takes time and client of e; the name is the caller's to place.
func (r *Record) SetEvent(e *event.DNS) {
	*r = Record{Timed: !e.Time.IsZero(), Known: e.Client.IsValid()}
	if r.Timed {
		r.Sec, r.Nsec = e.Time.Unix(), uint32(e.Time.Nanosecond())
	}
	if r.Known {
		r.setClient(e.Client)
	}
}

// skipped are the reasons that Text.Queries counts on its way.
var skipped = [...]Reason{0: "", 1: Answer, 2: Forwarded, others: OtherEvent}

// others is the place of OtherEvent: lines that activities are read of.
const others = 3

// Skips counts lines passed over, by place in its Each.
type Skips [len(skipped)]int64

// Each calls fn for every reason that was met.
func (s *Skips) Each(fn func(Reason, int64)) {
	for i, n := range s {
		if i > 0 && n > 0 {
			fn(skipped[i], n)
		}
	}
}

// quick reads the usual lines of one format without allocation. line reads the
// line at b[at:], which has a line end and Spare bytes behind it, into rec. It
// returns the place after the line end and 0, or an index of skipped when the
// line holds no query. It returns 0, 0 for any line of which it is not sure, and
// then the Reader beside it decides: what quick reads, that one reads the same.
type quick interface {
	line(b []byte, at int, rec *Record) (next, skip int)
}

// Text reads the lines of one stream as a Reader does and gives the same
// events, those of usual lines as Records. It is not safe for concurrent use.
type Text struct {
	slow  Reader
	quick quick          // nil where a format has none
	pairs *pairs         // nil where lines do not depend on earlier ones
	whole bool           // lines may depend on earlier ones in any way
	acts  ActivityReader // nil where none are read
	alone bool           // no look-ups are read
}

// Text returns a reader of the lines of one stream. It is quick for "bind9",
// "eve" and "dnsmasq"; the lines of others all go through the Reader.
func (f Format) Text(opt Options) *Text {
	switch f.Name {
	case "bind9":
		r := &bind9{clock: newClock(opt)}
		return &Text{slow: textGuard(r, opt), quick: newFastBind(r, opt), pairs: &r.pairs}
	case "dnsmasq":
		r := &dnsmasq{newClock(opt)}
		return &Text{slow: textGuard(r, opt), quick: newFastDnsmasq(r, opt)}
	case "eve":
		r := &eve{clock: newClock(opt)}
		return &Text{slow: objectGuard(r, opt), quick: newFastEve(r), pairs: &r.pairs}
	}
	return NewText(f.New(opt))
}

// NewText returns a Text that reads all lines with r.
func NewText(r Reader) *Text { return &Text{slow: r, whole: true} }

// Divides says whether the stream may be read in pieces, each by a Text of its
// own: see Begin.
func (t *Text) Divides() bool { return !t.whole }

// Begin makes t ready for a piece whose past is p, the start of the stream
// when it is nil. p is not used any more by anyone else.
func (t *Text) Begin(p *Past) {
	if t.pairs == nil {
		return
	}
	t.pairs.Past, t.pairs.unsure, t.pairs.needed = Past{}, false, false
	if p != nil {
		t.pairs.Past = *p
	}
}

// Guess makes t ready for a piece whose past is not known but for whether
// queries and answers have lines of their own (Past.Both). room is a Past that
// nobody needs any more.
func (t *Text) Guess(both bool, room Past) {
	if t.pairs == nil {
		return
	}
	clear(room.recent)
	t.pairs.Past = Past{both: both, recent: room.recent}
	t.pairs.unsure, t.pairs.needed = true, false
}

// End returns what the piece adds to its past. It is false when the piece was
// guessed and could come out otherwise: then it is to be read again after Begin
// with its past.
func (t *Text) End() (Past, bool) {
	if t.pairs == nil {
		return Past{}, true
	}
	p := t.pairs.Past
	t.pairs.Past = Past{}
	return p, !t.pairs.needed
}

// Both says whether queries and answers are known to have lines of their own.
func (p *Past) Both() bool { return p.both }

// Add makes p the past of what follows the piece that added o.
func (p *Past) Add(o *Past) {
	if o.told {
		p.last, p.told = o.last, true
	}
	if p.both = p.both || o.both; p.both {
		p.recent = nil
	}
	if p.both {
		return
	}
	for _, m := range o.recent {
		if m != 0 {
			p.recent.put(m)
		}
	}
}

// Read reads one line as Reader.Read does, whatever it holds.
func (t *Text) Read(line []byte, into []event.DNS) ([]event.DNS, Verdict) {
	return t.slow.Read(line, into)
}

// Queries reads lines from b[at:] on while they are usual ones, until one
// starts at stop or later or the room in recs is used up. It appends a Record a
// query, counts in skips what else it met, and returns the place of the first
// line it did not read. Each Record stands for one line that is Parsed, and
// its name lies in b in lower case. b ends with a line end at b[len(b)-1-Spare]
// and Spare bytes of any kind. A line that Queries stops at is for Read.
func (t *Text) Queries(b []byte, at, stop int, recs []Record, skips *Skips) (int, []Record) {
	leave := 0
	if t.acts != nil {
		leave = others
	}
	switch q := t.quick.(type) {
	case *fastBind:
		return queries(q, b, at, stop, recs, skips, leave)
	case *fastDnsmasq:
		return queries(q, b, at, stop, recs, skips, leave)
	case *fastEve:
		return queries(q, b, at, stop, recs, skips, leave)
	}
	return at, recs
}

// queries stops also at a line that is skipped for the reason leave, if not 0.
func queries[Q quick](q Q, b []byte, at, stop int, recs []Record, skips *Skips, leave int) (int, []Record) {
	n := len(recs)
	room := recs[:cap(recs)]
	for at < stop && n < len(room) {
		rec := &room[n]
		rec.Dots = 0
		from := at
		if b[at] == '<' {
			from = afterPriority(b, at)
		}
		next, skip := q.line(b, from, rec)
		if next == 0 || next-at > MaxLine || skip == leave && skip != 0 {
			break
		}
		if skip == 0 {
			rec.About = 0
			n++
		} else {
			skips[skip]++
		}
		at = next
	}
	return at, recs[:n]
}

// afterPriority returns the place after the "<30>" at b[at:], as trimPriority
// does, at itself where none stands there.
func afterPriority(b []byte, at int) int {
	i := at + 1
	for i < at+4 && isDigit(b[i]) {
		i++
	}
	if i == at+1 || b[i] != '>' {
		return at
	}
	return i + 1
}

// heads are the texts that stood between the time and the query on earlier
// lines, such as " queries: info: client ". Each was tried on the Reader.
type heads struct {
	known [4][]byte
	forms int // of stamps that they stand behind
	last  int
	prior int // the last one of the line before
	next  int // the one to be replaced
	tries int // how many more may be tried
	lines int // since the last try was granted
}

// behind keeps the heads for stamps of one form: another could end elsewhere.
func (h *heads) behind(forms int) {
	if h.forms != forms {
		*h = heads{forms: forms, tries: h.tries, lines: h.lines}
	}
}

// expect makes s read the head that was last found together with the stamp, when
// two lines in a row had it.
func (h *heads) expect(s *stamps) {
	if h.prior == h.last {
		s.expect(h.known[h.last])
	}
	h.prior = h.last
}

// after returns the place after one of the known heads at b[i:], or 0.
func (h *heads) after(b []byte, i int) int {
	if k := h.known[h.last]; len(k) > 0 && string(b[i:min(i+len(k), len(b))]) == string(k) {
		return i + len(k)
	}
	for at, k := range h.known {
		if len(k) > 0 && string(b[i:min(i+len(k), len(b))]) == string(k) {
			h.last = at
			return i + len(k)
		}
	}
	return 0
}

// may says whether another head may be tried: one that is never met again costs
// more than it saves.
func (h *heads) may() bool {
	if h.lines++; h.lines >= 64 {
		h.lines, h.tries = 0, h.tries+1
	}
	return h.tries > 0
}

func (h *heads) learn(text string) {
	h.known[h.next] = []byte(text)
	h.last, h.next = h.next, (h.next+1)%len(h.known)
}

// maxHead bounds what is looked through for the end of a head.
const maxHead = 160

// start returns the first bytes of the line at b[at:], as text to learn from.
func start(b []byte, at int) string {
	s := b[at:min(at+maxHead, len(b)-Spare)]
	if n := bytes.IndexByte(s, '\n'); n >= 0 {
		s = s[:n]
	}
	return unsafe.String(unsafe.SliceData(s), len(s))
}

// probe reads made-up lines with r, whose stamp of n bytes at the start of line
// is moved about the minute, and says whether each gives want.
func (s *stamps) probe(r Reader, line string, n int, head string, tails map[string]Verdict) bool {
	for tail, want := range tails {
		for _, seconds := range [...]string{"00", "59"} {
			text := []byte(line[:n] + head + tail)
			copy(text[s.second:], seconds)
			at, rest, state := s.clock.scan(view(text))
			events, v := r.Read(text, nil)
			if state != goodTime || len(text)-len(rest) != n || v != want {
				return false
			}
			for _, e := range events {
				if !e.Time.Equal(at) || e.Name != "a.example" || e.Client != probeClient {
					return false
				}
			}
		}
	}
	return true
}

var probeClient = netip.AddrFrom4([4]byte{192, 0, 2, 1})
