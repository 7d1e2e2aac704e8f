// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// One line in hitEach hits; one in hitEach is a look-alike.
const hitEach = 1000

// writeLog writes lines as BIND 9.18 does with print-time, print-category and
// print-severity, until size is reached.
func writeLog(w *bufio.Writer, seed uint64, bad indicators, size int64) (planted, error) {
	r := rand.New(rand.NewPCG(seed, 0x766f6e67676163))
	good := newBenign(r, 200_000)
	p := planted{ByKind: map[string]int64{}}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	types := []string{"A", "AAAA", "A", "HTTPS"}
	var line []byte
	for p.Bytes < size {
		name, err := p.next(bad, good, r)
		if err != nil {
			return p, err
		}
		at = at.Add(time.Duration(r.IntN(20)) * time.Millisecond)
		line = appendLine(line[:0], at, name, types[r.IntN(len(types))], r)
		if _, err := w.Write(line); err != nil {
			return p, err
		}
		p.Lines++
		p.Bytes += int64(len(line))
	}
	return p, nil
}

// next chooses the name of the next line and counts it.
func (p *planted) next(bad indicators, good benign, r *rand.Rand) (string, error) {
	switch p.Lines % hitEach {
	case hitEach / 2:
		kind := kinds[p.Hits%int64(len(kinds))]
		p.Hits++
		p.ByKind[kind]++
		return bad.hit(kind, r)
	case hitEach - 1:
		p.LookAlikes++
		return bad.lookAlike(p.LookAlikes, r), nil
	}
	return good.pick(r), nil
}

func appendLine(b []byte, at time.Time, name, kind string, r *rand.Rand) []byte {
	b = at.AppendFormat(b, "02-Jan-2006 15:04:05.000")
	b = append(b, " queries: info: client @0x7f62b8"...)
	b = fmt.Appendf(b, "%06x", r.IntN(1<<24))
	b = append(b, " 10."...)
	client := r.IntN(1200)
	b = strconv.AppendInt(b, int64(client%4), 10)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(client/254), 10)
	b = append(b, '.')
	b = strconv.AppendInt(b, int64(client%254+1), 10)
	b = append(b, '#')
	b = strconv.AppendInt(b, int64(1024+r.IntN(64000)), 10)
	b = append(b, " ("...)
	b = append(b, name...)
	b = append(b, "): query: "...)
	b = append(b, name...)
	b = append(b, " IN "...)
	b = append(b, kind...)
	return append(b, " +E(0)K (10.0.0.53)\n"...)
}
