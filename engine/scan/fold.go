// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import "github.com/vonggac/vonggac/engine/rollup"

type folder struct {
	table    *rollup.Table
	verdicts []rollup.Verdict
}

func newFolder(t *rollup.Table) *folder { return &folder{table: t} }

func (f *folder) add(p *piece, j *judge) ([]rollup.Verdict, error) {
	f.verdicts = f.verdicts[:0]
	for i := range p.recs {
		r := &p.recs[i]
		v := j.verdict(p.name(r))
		f.verdicts = append(f.verdicts, v)
		if err := f.table.Add(r.Time(), r.Client(), p.name(r), v); err != nil {
			return nil, err
		}
	}
	return f.verdicts, nil
}
