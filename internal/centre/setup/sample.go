// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bufio"
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Part is one part of the sample.
type Part string

// The parts.
const (
	PartUnits  Part = "units"
	PartPeople Part = "people"
	PartList   Part = "list"
	PartLog    Part = "log"
)

// samples are invented: names end in .example (RFC 2606), addresses are private,
// every name says that it is a sample.
//
//go:embed samples
var samples embed.FS

// Mark is what the sample's records carry: unit codes, logins and the names of
// list and source begin with it, whatever the reader's language.
const Mark = "MAU."

// SamplePerson is one person of the sample.
type SamplePerson struct {
	Name, Login, Title, Phone, Email string
	UnitCode                         string // of a sample unit; "" is the centre's body
	Role                             string // of platform/auth
}

// SampleFile is one part of the sample as a file a person can look at or upload.
// The log is written as if by a dnsmasq resolver on the morning of now; centre is
// the name of the body to which people without a sample unit belong.
func SampleFile(part Part, centre string, now time.Time) (name string, content []byte, err error) {
	switch part {
	case PartUnits:
		return read("don-vi-mau.csv")
	case PartList:
		return read("chi-dau-mau.csv")
	case PartPeople:
		return peopleFile(centre)
	case PartLog:
		return logFile(now)
	}
	return "", nil, fault.Missing("setup.SampleFile")
}

func read(name string) (string, []byte, error) {
	raw, err := samples.ReadFile("samples/" + name)
	return name, raw, err
}

// rows reads an embedded table of columns apart by ";".
func rows(name string, columns int) ([][]string, error) {
	_, raw, err := read(name)
	if err != nil {
		return nil, err
	}
	var out [][]string
	in := bufio.NewScanner(bytes.NewReader(raw))
	for in.Scan() {
		if in.Text() == "" || strings.HasPrefix(in.Text(), "#") {
			continue
		}
		cells := strings.Split(in.Text(), ";")
		if len(cells) != columns {
			return nil, fmt.Errorf("%s: %q has %d columns, want %d", name, in.Text(), len(cells), columns)
		}
		out = append(out, cells)
	}
	return out, in.Err()
}

// peopleColumns are those of the table of people: the last is the role's id, for
// the program alone.
const peopleColumns = 8

// SamplePeople are the people of the sample; the first row of the file is its
// heading.
func SamplePeople() ([]SamplePerson, error) {
	table, err := rows("can-bo-mau.csv", peopleColumns)
	if err != nil {
		return nil, err
	}
	var out []SamplePerson
	for _, r := range table[1:] {
		out = append(out, SamplePerson{Name: r[0], Login: r[1], Title: r[2], Phone: r[3], Email: r[4], UnitCode: r[5], Role: r[7]})
	}
	return out, nil
}

// unitColumn is the one of the table of people that names the unit.
const unitColumn = 5

// peopleFile is the people as XLSX, with the headings an import looks for.
func peopleFile(centre string) (string, []byte, error) {
	table, err := rows("can-bo-mau.csv", peopleColumns)
	if err != nil {
		return "", nil, err
	}
	f := excelize.NewFile()
	for i, cells := range table {
		line := make([]any, peopleColumns-1)
		for j, c := range cells[:peopleColumns-1] {
			line[j] = c
		}
		line[unitColumn] = cmp.Or(cells[unitColumn], centre) // an import takes nobody without a unit
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &line); err != nil {
			return "", nil, err
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return "", nil, err
	}
	return "can-bo-mau.xlsx", out.Bytes(), f.Close()
}

// logFile writes the sample's questions as a resolver's log of the last hour
// before now, so that its times are neither old nor ahead.
func logFile(now time.Time) (string, []byte, error) {
	table, err := rows("nhat-ky-mau.txt", 3)
	if err != nil {
		return "", nil, err
	}
	const name = "nhat-ky-dns-mau.log"
	from := now.In(i18n.Hanoi).Add(-time.Hour).Truncate(time.Minute)
	var out bytes.Buffer
	for _, r := range table {
		after, err := time.ParseDuration(r[0])
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&out, "%s dnsmasq[1]: query[A] %s from %s\n", from.Add(after).Format("Jan _2 15:04:05"), r[2], r[1])
	}
	return name, out.Bytes(), nil
}
