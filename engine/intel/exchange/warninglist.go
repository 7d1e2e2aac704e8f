// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// readWarningList reads a MISP warning list (MISP warning lists format,
// github.com/MISP/misp-warninglists): what analysts so often report by mistake.
// Its entries are allow indicators. Entries of type string mean the value
// itself, hostname the name and those below it, cidr an address or a network;
// substring is refused, and so is regex unless the expression means one name.
// The entries wait until the type is known, which may stand behind them.
func readWarningList(a *account, in source) error {
	a.rep.Kind = intel.Allow
	w := warningList{account: a, s: stream{in: in}, waiting: held{dir: a.o.TempDir}}
	err := w.s.object(w.member)
	if err == nil {
		err = w.s.end()
	}
	if err == nil && warningTypes[w.kind] == nil {
		err = errors.New("the warning list has no type hostname, string, cidr, substring or regex")
	}
	if err == nil { // without its end, its type may be missing
		err = w.waiting.each(w.entry)
	}
	return errors.Join(err, w.waiting.close())
}

type warningList struct {
	*account
	s       stream
	waiting held
	kind    string
	count   int64
}

func (w *warningList) member(key string) error {
	switch key {
	case "name", "type":
		var s string
		raw, err := w.s.value(maxMember)
		if err == nil {
			err = json.Unmarshal(raw, &s)
		}
		if key == "name" {
			w.rep.Title = label(s)
		} else {
			w.kind = s
		}
		return err
	case "list":
		return w.s.list(func() error {
			w.count++
			raw, err := w.s.value(headSize)
			if errors.Is(err, errElement) {
				w.refuse(row{no: w.count}, intel.TooLong)
				return nil
			}
			if err != nil {
				return err
			}
			return w.waiting.add(w.count, raw)
		})
	}
	return w.s.skip()
}

// entry takes one entry of the list.
func (w *warningList) entry(no int64, raw []byte) error {
	var s string
	r := row{no: no, text: string(raw)}
	if json.Unmarshal(raw, &s) != nil {
		w.refuse(r, BadObject)
		return nil
	}
	r.text = s
	f, why := warningTypes[w.kind](strings.TrimSpace(s))
	if why != "" {
		w.refuse(r, why)
		return nil
	}
	return w.take(r, f)
}

// warningTypes read an entry of each type.
var warningTypes = map[string]func(string) (found, intel.Reason){
	"hostname": func(s string) (found, intel.Reason) {
		// "example.com" and ".example.com" mean the name and those below it.
		return found{Indicator: intel.Indicator{Value: strings.TrimPrefix(s, ".")}}, ""
	},
	"string": wholeValue,
	"cidr": func(s string) (found, intel.Reason) {
		return found{Indicator: intel.Indicator{Type: intel.Network, Value: s}}, ""
	},
	"substring": func(string) (found, intel.Reason) { return found{}, Substring },
	"regex": func(s string) (found, intel.Reason) {
		name, scope, ok := exactly(s)
		if !ok {
			return found{}, Expression
		}
		return found{Indicator: intel.Indicator{Value: name, Scope: scope}}, ""
	},
}

// wholeValue reads an entry that is compared as a whole. One that begins with a
// dot can equal no name; it is meant as in lists of type hostname.
func wholeValue(s string) (found, intel.Reason) {
	if s == "" {
		return found{}, intel.NoName
	}
	name, below := strings.CutPrefix(s, ".")
	f, why := looks(name)
	if why == "" && name == "" {
		why = intel.NoName
	}
	if f.Type == intel.Domain && !below {
		f.Scope = intel.ExactOnly
	}
	return f, why
}

// exactly reads the regular expressions that mean one name, with or without
// those below it: a literal between anchors, perhaps after "(.*\.)?" or its
// like. Anything else may match inside of words.
func exactly(s string) (name string, scope intel.Scope, ok bool) {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(s, "/"), "i"), "/")
	s, ends := strings.CutSuffix(s, "$")
	if !ends {
		return "", 0, false
	}
	scope = intel.ExactOnly
	begins := false
	for _, open := range []string{`^(.*\.)?`, `^(?:.*\.)?`, `(^|\.)`, `(?:^|\.)`, `(\.|^)`, `^(.+\.)?`, `^(?:.+\.)?`} {
		if rest, found := strings.CutPrefix(s, open); found {
			s, scope, begins = rest, intel.WithSubdomains, true
			break
		}
	}
	if !begins {
		if s, begins = strings.CutPrefix(s, "^"); !begins {
			return "", 0, false
		}
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '.' || s[i+1] == '-'):
			i++
			b.WriteByte(s[i])
		case c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z':
			b.WriteByte(c)
		default:
			return "", 0, false
		}
	}
	return b.String(), scope, b.Len() > 0
}
