// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"math/rand/v2"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// Person is somebody with an account.
type Person struct {
	Login, Name, Title, Phone, Email string
	Unit                             string       // code of the home unit
	Grants                           []auth.Grant // Unit is a code here, not an id
}

// The people whom the demo invites first: one-time links are printed for them.
const (
	CentreOfficer = "trungtam"
	DutyOfficer   = "trucban"
	Director      = "giamdoc"   // of the centre: signs its papers, decides on terms
	Clerk         = "vanthu"    // of the centre
	UnitOfficer   = "phienglua" // of a commune with an infected machine
	Deputy        = "lanhdao"   // leads the province, decides on what units are released from
	Inspector     = "thanhtra"  // of the province: looks at evidence, changes nothing
	Administrator = "hethong"   // keeps the machine running, sees no case
)

// invited are they, in the order in which they are told of.
var invited = []string{CentreOfficer, DutyOfficer, Director, Clerk, UnitOfficer, Deputy, Inspector, Administrator}

// founder is the first account, which makes the others.
const founder = "quantri"

type personScript struct {
	Login, Title, Unit string
	Roles              []string // role@code
}

func (p *Province) addPeople(s script) {
	for i, w := range s.People {
		person := Person{Login: w.Login, Name: s.person(p.random("person", i)), Title: w.Title,
			Phone: telephone(900, i), Email: w.Login + "@" + s.Domain, Unit: w.Unit}
		for _, text := range w.Roles {
			role, code, _ := strings.Cut(text, "@")
			person.Grants = append(person.Grants, auth.Grant{Role: auth.Role(role), Unit: p.Unit(code).Code})
		}
		p.People = append(p.People, person)
	}
}

// Person gives the person of a login; a login nobody has panics.
func (p *Province) Person(login string) Person {
	for _, q := range p.People {
		if q.Login == login {
			return q
		}
	}
	panic("demo: nobody is " + login)
}

// person makes up a full name.
func (s script) person(r *rand.Rand) string {
	return pick(r, s.Names.Family) + " " + pick(r, s.Names.Middle) + " " + pick(r, s.Names.Given)
}
