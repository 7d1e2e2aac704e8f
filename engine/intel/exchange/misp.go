// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"errors"
	"slices"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/intel"
)

// misp reads events of the MISP core format (draft-dulaunoy-misp-core-format,
// §2): one event, a list of them, and what a search for events or attributes
// returns. The attributes of an event wait until its end, since its name and
// tags may stand behind them.
type misp struct {
	*account
	s       stream
	parser  fastjson.Parser
	waiting held
	count   int64 // attributes read
}

// event is what an event says of all its attributes.
type event struct {
	uuid, info string
	tags       []string
}

// maxNesting bounds lists within lists.
const maxNesting = 4

func readMISP(a *account, in source) error {
	a.identity = true
	m := misp{account: a, s: stream{in: in}, waiting: held{dir: a.o.TempDir}}
	var e event
	err := m.events(&e, 0)
	if err == nil {
		err = m.s.end()
	}
	err = errors.Join(err, m.finish(&e)) // what stood before a break is good
	return errors.Join(err, m.waiting.close())
}

// events takes an event or a list of events, or an object around them.
func (m *misp) events(e *event, depth int) error {
	c, err := m.s.peek()
	switch {
	case err != nil:
		return m.s.ended(err)
	case c == '[' && depth < maxNesting:
		return m.s.list(func() error {
			var one event
			err := m.events(&one, depth+1)
			return errors.Join(err, m.finish(&one))
		})
	case c == '{' && depth < maxNesting:
		return m.s.object(func(key string) error { return m.member(e, key, depth) })
	}
	m.pass("other", 1)
	return m.s.skip()
}

// member takes one member of an event, or of what stands around it.
func (m *misp) member(e *event, key string, depth int) error {
	c, err := m.s.peek()
	if err != nil {
		return m.s.ended(err)
	}
	switch {
	case key == "response", key == "Event" && c == '{':
		var inner event
		err := m.events(&inner, depth+1)
		return errors.Join(err, m.finish(&inner))
	case (key == "Attribute" || key == "Object") && c == '[':
		return m.s.list(func() error { return m.wait(key) })
	case key == "ShadowAttribute" && c == '[':
		return m.s.list(func() error { m.pass("proposal", 1); return m.s.skip() })
	case (key == "Tag" || key == "EventTag") && c == '[', key == "info" || key == "uuid":
		raw, err := m.s.value(maxMember)
		if errors.Is(err, errElement) {
			m.pass("member too long", 1)
			return nil
		}
		if err != nil {
			return err
		}
		return m.describe(e, key, raw)
	}
	return m.s.skip()
}

func (m *misp) describe(e *event, key string, raw []byte) error {
	v, err := m.parser.ParseBytes(raw)
	if err != nil {
		return errors.Join(m.s.fail(BadMember, key, ""), err)
	}
	switch key {
	case "info":
		e.info = label(string(v.GetStringBytes()))
	case "uuid":
		e.uuid = string(v.GetStringBytes())
	default:
		e.tags = append(e.tags, tagNames(v)...)
	}
	return nil
}

// tagNames are the names of a list of tags, each by itself or in an EventTag.
func tagNames(v *fastjson.Value) []string {
	var all []string
	for _, t := range v.GetArray() {
		name := text(t, "name")
		if name == "" {
			name = text(t, "Tag", "name")
		}
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

// wait keeps an attribute or an object until the event's end.
func (m *misp) wait(key string) error {
	raw, err := m.s.value(maxElement)
	if errors.Is(err, errElement) {
		m.count++
		m.refuse(row{no: m.count}, intel.TooLong)
		return nil
	}
	if err != nil {
		return err
	}
	no := int64(0)
	if key == "Object" {
		no = 1
	}
	return m.waiting.add(no, raw)
}

// finish takes what waited in an event.
func (m *misp) finish(e *event) error {
	if e.uuid != "" || e.info != "" {
		m.pass("event", 1)
	}
	done := *e
	*e = event{}
	return m.waiting.each(func(object int64, raw []byte) error {
		v, err := m.parser.ParseBytes(raw)
		if err != nil {
			m.count++
			m.refuse(row{no: m.count, text: intel.Cut(raw)}, BadObject)
			return nil
		}
		if object == 0 {
			return m.attribute(done, v, false)
		}
		m.pass("object", 1)
		for _, one := range v.GetArray("Attribute") {
			if err := m.attribute(done, one, flag(v, "deleted")); err != nil {
				return err
			}
		}
		return nil
	})
}

// flag reads a truth that MISP writes as true, 1 or "1".
func flag(v *fastjson.Value, key string) bool {
	return v.GetBool(key) || v.GetInt(key) == 1 || slices.Contains([]string{"1", "true", "True"}, text(v, key))
}
