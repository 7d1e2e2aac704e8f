// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	// MaxSize is the longest pattern read, in bytes.
	MaxSize  = 1 << 20
	maxDepth = 64 // parentheses within parentheses
)

// Parse reads one pattern. Its error says at which byte, from 1, the pattern
// leaves the grammar.
func Parse(text string) (*Observation, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("the pattern has %d bytes; %d are read", len(text), MaxSize)
	}
	p := parser{lex: lexer{in: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	o, err := p.observations(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.want("an operator or the end")
	}
	return o, nil
}

// parser goes down the grammar of §9.4 with one token of look-ahead.
type parser struct {
	lex   lexer
	tok   token
	depth int
}

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) want(what string) error {
	found := p.tok.text
	if p.tok.kind == end {
		found = "the end"
	}
	return fmt.Errorf("at byte %d: %s is wanted, not %s", p.tok.at+1, what, found)
}

func (p *parser) is(kind tokenKind, text string) bool {
	return p.tok.kind == kind && p.tok.text == text
}

// accept takes the token if it is this one.
func (p *parser) accept(kind tokenKind, text string) (bool, error) {
	if !p.is(kind, text) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) expect(kind tokenKind, text string) error {
	ok, err := p.accept(kind, text)
	if err == nil && !ok {
		return p.want(text)
	}
	return err
}

func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return fmt.Errorf("at byte %d: more than %d parentheses within each other", p.tok.at+1, maxDepth)
	}
	return nil
}

// joins are the operators between observations, the loosest first.
var joins = []struct {
	word string
	op   Operator
}{{"FOLLOWEDBY", FollowedBy}, {"OR", Or}, {"AND", And}}

// observations reads observations joined by the operator of level, or tighter.
func (p *parser) observations(level int) (*Observation, error) {
	if level == len(joins) {
		return p.observation()
	}
	first, err := p.observations(level + 1)
	if err != nil {
		return nil, err
	}
	all := []*Observation{first}
	for {
		ok, err := p.accept(name, joins[level].word)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		o, err := p.observations(level + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	if len(all) == 1 {
		return first, nil
	}
	return &Observation{Op: joins[level].op, Terms: all}, nil
}

// observation reads a test in brackets, or observations in parentheses, and
// the qualifiers behind.
func (p *parser) observation() (*Observation, error) {
	var o *Observation
	if ok, err := p.accept(mark, "("); err != nil {
		return nil, err
	} else if ok {
		if err := p.enter(); err != nil {
			return nil, err
		}
		inner, err := p.observations(0)
		if err != nil {
			return nil, err
		}
		p.depth--
		if err := p.expect(mark, ")"); err != nil {
			return nil, err
		}
		// Qualifiers outside the parentheses stand beside those inside.
		o = &Observation{Op: inner.Op, Terms: inner.Terms, Test: inner.Test, Qualifiers: inner.Qualifiers}
	} else {
		if err := p.expect(mark, "["); err != nil {
			return nil, err
		}
		test, err := p.comparisons(Or)
		if err != nil {
			return nil, err
		}
		if err := p.expect(mark, "]"); err != nil {
			return nil, err
		}
		o = &Observation{Test: test}
	}
	return o, p.qualifiers(o)
}

func (p *parser) qualifiers(o *Observation) error {
	for p.tok.kind == name {
		q := Qualifier{Name: p.tok.text}
		var err error
		switch q.Name {
		case "WITHIN":
			q.Value, err = p.amount(false, "SECONDS")
		case "REPEATS":
			q.Value, err = p.amount(true, "TIMES")
		case "START":
			err = p.window()
		default:
			return nil
		}
		if err != nil {
			return err
		}
		o.Qualifiers = append(o.Qualifiers, q)
	}
	return nil
}

// amount reads the number of a qualifier and its unit.
func (p *parser) amount(whole bool, unit string) (float64, error) {
	if err := p.advance(); err != nil {
		return 0, err
	}
	n, err := strconv.ParseFloat(p.tok.value.Text, 64)
	kind := p.tok.value.Kind
	if p.tok.kind != literal || kind != Integer && (whole || kind != Float) || err != nil || n <= 0 || p.tok.text[0] == '-' {
		return 0, p.want("a number above 0")
	}
	if err := p.advance(); err != nil {
		return 0, err
	}
	return n, p.expect(name, unit)
}

// window reads START … STOP …: times, or strings as in STIX 2.0.
func (p *parser) window() error {
	for _, word := range []string{"START", "STOP"} {
		if err := p.expect(name, word); err != nil {
			return err
		}
		if k := p.tok.value.Kind; p.tok.kind != literal || k != Timestamp && (k != Text || !timestamp.MatchString(p.tok.value.Text)) {
			return p.want("a time t'…'")
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
	return nil
}

// comparisons reads tests joined by op, or tighter.
func (p *parser) comparisons(op Operator) (*Comparison, error) {
	tighter := func() (*Comparison, error) { return p.comparisons(And) }
	word := "OR"
	if op == And {
		tighter, word = p.test, "AND"
	}
	first, err := tighter()
	if err != nil {
		return nil, err
	}
	all := []*Comparison{first}
	for {
		ok, err := p.accept(name, word)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		c, err := tighter()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if len(all) == 1 {
		return first, nil
	}
	return &Comparison{Op: op, Terms: all}, nil
}

// test reads one test of one path, or tests in parentheses.
func (p *parser) test() (*Comparison, error) {
	if ok, err := p.accept(mark, "("); err != nil {
		return nil, err
	} else if ok {
		if err := p.enter(); err != nil {
			return nil, err
		}
		c, err := p.comparisons(Or)
		if err != nil {
			return nil, err
		}
		p.depth--
		return c, p.expect(mark, ")")
	}
	if ok, err := p.accept(name, "EXISTS"); err != nil {
		return nil, err
	} else if ok {
		path, err := p.path()
		return &Comparison{Path: path, Test: "EXISTS"}, err
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	c := &Comparison{Path: path}
	if c.Not, err = p.accept(name, "NOT"); err != nil {
		return nil, err
	}
	return c, p.compare(c)
}

// spellings are the other ways to write an operator.
var spellings = map[string]string{"==": "=", "<>": "!="}

// compare reads the operator of c and what stands behind it.
func (p *parser) compare(c *Comparison) error {
	c.Test = p.tok.text
	if s, ok := spellings[c.Test]; ok {
		c.Test = s
	}
	set, text := false, false
	switch {
	case p.tok.kind == mark && strings.ContainsAny(c.Test[:1], "=!<>"):
	case p.is(name, "IN"):
		set = true
	case p.is(name, "LIKE"), p.is(name, "MATCHES"), p.is(name, "ISSUBSET"), p.is(name, "ISSUPERSET"):
		text = true
	default:
		return p.want("a comparison")
	}
	if err := p.advance(); err != nil {
		return err
	}
	if set {
		return p.set(c)
	}
	v, err := p.value()
	if err == nil && text && v.Kind != Text {
		return fmt.Errorf("%s wants a string", c.Test)
	}
	c.Values = []Value{v}
	return err
}

// set reads the literals of IN.
func (p *parser) set(c *Comparison) error {
	if err := p.expect(mark, "("); err != nil {
		return err
	}
	for !p.is(mark, ")") {
		if len(c.Values) > 0 {
			if err := p.expect(mark, ","); err != nil {
				return err
			}
		}
		v, err := p.value()
		if err != nil {
			return err
		}
		c.Values = append(c.Values, v)
	}
	return p.advance()
}

func (p *parser) value() (Value, error) {
	v := p.tok.value
	switch {
	case p.tok.kind == literal:
	case p.tok.kind == name && (p.tok.text == "true" || p.tok.text == "false"):
		v = Value{Boolean, p.tok.text}
	default:
		return v, p.want("a value")
	}
	return v, p.advance()
}

// path reads an object path.
func (p *parser) path() (Path, error) {
	path := Path{Object: p.tok.text}
	if p.tok.kind != name {
		return path, p.want("an object path")
	}
	if err := p.advance(); err != nil {
		return path, err
	}
	if err := p.expect(mark, ":"); err != nil {
		return path, err
	}
	for {
		s, err := p.step()
		if err != nil {
			return path, err
		}
		path.Steps = append(path.Steps, s)
		for p.is(mark, "[") {
			index, err := p.index()
			if err != nil {
				return path, err
			}
			path.Steps = append(path.Steps, Step{Index: index})
		}
		if ok, err := p.accept(mark, "."); !ok || err != nil {
			return path, err
		}
	}
}

func (p *parser) step() (Step, error) {
	s := Step{Name: p.tok.text}
	switch {
	case p.tok.kind == name && !strings.Contains(s.Name, "-"):
	case p.tok.kind == literal && p.tok.value.Kind == Text && p.tok.value.Text != "":
		s.Name = p.tok.value.Text
	default:
		return s, p.want("a property")
	}
	return s, p.advance()
}

func (p *parser) index() (string, error) {
	if err := p.expect(mark, "["); err != nil {
		return "", err
	}
	index := p.tok.text
	if !p.is(mark, "*") && (p.tok.kind != literal || p.tok.value.Kind != Integer) {
		return "", p.want("an index")
	}
	if err := p.advance(); err != nil {
		return "", err
	}
	return index, p.expect(mark, "]")
}
