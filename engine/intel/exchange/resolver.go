// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// readUnbound reads the local-zone and local-data lines of Unbound
// (unbound.conf(5), 1.17). Zones that answer nothing are blocks with their
// sub-domains, data with a null address block the name alone, transparent zones
// are exceptions. Other settings are passed over.
func readUnbound(a *account, in source) error {
	u := unbound{account: a}
	if err := a.lines(in, u.line); err != nil {
		return err
	}
	return u.flush()
}

type unbound struct {
	*account
	held rule // a redirect, which its data may lead elsewhere
}

func (u *unbound) line(no int64, text []byte) error {
	if at := bytes.IndexByte(text, '#'); at >= 0 {
		text = text[:at]
	}
	key, value, _ := strings.Cut(strings.TrimSpace(string(text)), ":")
	if key == "" {
		return nil
	}
	r := row{no: no, text: string(text)}
	fields := strings.Fields(quotes.Replace(value))
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "local-zone":
		if err := u.flush(); err != nil {
			return err
		}
		return u.zone(r, fields)
	case "local-data":
		return u.data(r, fields)
	}
	if err := u.flush(); err != nil {
		return err
	}
	u.pass("directive", 1)
	return nil
}

// quotes stand around a value of Unbound.
var quotes = strings.NewReplacer(`"`, " ", "'", " ")

func (u *unbound) zone(r row, fields []string) error {
	if len(fields) != 2 {
		u.refuse(r, intel.Columns)
		return nil
	}
	i := intel.Indicator{Value: fields[0]}
	switch fields[1] {
	case "redirect", "inform_redirect":
		u.held = rule{row: r, name: intel.Normalise(fields[0])}
		return nil
	case "static", "deny", "refuse", "inform_deny", "always_refuse", "always_nxdomain", "always_nodata", "always_deny", "always_null":
		return u.take(r, found{Indicator: i})
	case "transparent", "always_transparent":
		return u.take(r, found{Indicator: i, allow: true})
	}
	u.refuse(r, Elsewhere)
	return nil
}

// data reads "name [ttl] [class] type value".
func (u *unbound) data(r row, fields []string) error {
	if len(fields) < 3 {
		u.refuse(r, intel.Columns)
		return nil
	}
	name, kind, value := fields[0], strings.ToUpper(fields[len(fields)-2]), fields[len(fields)-1]
	blocks, _ := policy(kind, value)
	if u.held.no != 0 && u.held.name == intel.Normalise(name) {
		if blocks {
			u.pass("data of a zone", 1)
			return u.flush()
		}
		u.held = rule{}
		u.pass("zone of the data", 1)
	} else if err := u.flush(); err != nil {
		return err
	}
	if !blocks {
		u.refuse(r, Elsewhere)
		return nil
	}
	return u.take(r, found{Indicator: intel.Indicator{Value: name, Scope: intel.ExactOnly}})
}

func (u *unbound) flush() error {
	h := u.held
	u.held = rule{}
	if h.no == 0 {
		return nil
	}
	return u.take(h.row, found{Indicator: intel.Indicator{Value: h.name}})
}

// readDnsmasq reads the lines of dnsmasq that lead names nowhere (dnsmasq(8),
// 2.90): address=/name/ and local=/name/ with their sub-domains, host-record
// and the like alone. Other settings are passed over.
func readDnsmasq(a *account, in source) error {
	return a.lines(in, func(no int64, text []byte) error {
		v := bytes.TrimSpace(text)
		if len(v) == 0 || v[0] == '#' {
			return nil
		}
		key, value, _ := strings.Cut(strings.TrimPrefix(string(v), "--"), "=")
		value, _, _ = strings.Cut(value, " #")
		r := row{no: no, text: string(text)}
		switch strings.TrimSpace(key) {
		case "address", "local", "server":
			return a.addresses(r, key, strings.TrimSpace(value))
		case "host-record":
			return a.hostRecord(r, strings.Split(value, ","))
		}
		a.pass("directive", 1)
		return nil
	})
}

// addresses reads "/name/…/address".
func (a *account) addresses(r row, key, value string) error {
	parts := strings.Split(value, "/")
	if len(parts) < 3 || parts[0] != "" {
		a.pass("directive", 1) // a server for all names
		return nil
	}
	to := parts[len(parts)-1]
	blocks := to == "" || key == "address" && (to == "#" || null(to))
	for _, name := range parts[1 : len(parts)-1] {
		if !blocks && to != "#" {
			a.refuse(r, Elsewhere)
			continue
		}
		f := found{Indicator: intel.Indicator{Value: name}, allow: !blocks}
		if err := a.take(r, f); err != nil {
			return err
		}
	}
	return nil
}

// hostRecord reads "name,…,address,…".
func (a *account) hostRecord(r row, parts []string) error {
	var names []string
	blocks := false
	for _, p := range parts {
		p = strings.TrimSpace(p)
		switch _, _, why := address(p); {
		case why == "":
			blocks = null(p)
		case !digits(p): // a time to live
			names = append(names, p)
		}
	}
	for _, name := range names {
		if !blocks {
			a.refuse(r, Elsewhere)
			continue
		}
		if err := a.take(r, found{Indicator: intel.Indicator{Value: name, Scope: intel.ExactOnly}}); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		a.refuse(r, intel.NoName)
	}
	return nil
}
