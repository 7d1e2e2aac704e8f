// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import "github.com/vonggac/vonggac/internal/platform/officedoc"

const (
	signerWidth = 50.0 // mm, as officedoc keeps it
	leastGap    = 8.0  // mm between title and name that a signature needs
)

// SignerSpot tells where the signer's image goes on raw, a PDF of any maker:
// between title and name of the first signature (Nghị định 30/2020/NĐ-CP, Phụ lục
// I, phần I, mục II.7). ok is false where the file does not tell: a scan, no name,
// title and name on two pages or without room between them. Errors are those of
// [Check]; a DOCX tells nothing.
func SignerSpot(raw []byte) (spot officedoc.Spot, ok bool, err error) {
	p, err := read(raw)
	if err != nil {
		return officedoc.Spot{}, false, err
	}
	if p.format != PDF || p.scan {
		return officedoc.Spot{}, false, nil
	}
	p.find()
	titles, name := (&checker{paper: p}).titles()
	if len(titles) == 0 || name == nil || titles[len(titles)-1].page != name.page {
		return officedoc.Spot{}, false, nil
	}
	title := titles[len(titles)-1]
	for _, q := range p.signer { // a hint in brackets belongs to the title
		if q.n > title.n && q.n < name.n && q.page == name.page {
			title = q
		}
	}
	top, height := title.bottom/mm, (name.top-title.bottom)/mm
	if height < leastGap {
		return officedoc.Spot{}, false, nil
	}
	return officedoc.Spot{Role: officedoc.SignerSpot, Page: name.page, X: (name.x0+name.x1)/2/mm - signerWidth/2, Y: top, Width: signerWidth, Height: height}, true, nil
}
