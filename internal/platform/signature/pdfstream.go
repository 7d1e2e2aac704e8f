// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

var errFilter = errors.New("a filter that is not undone here")

// unfold undoes the filter FlateDecode, with PNG predictors; other filters fail
// with errFilter.
func (f *pdf) unfold(s *stream) ([]byte, error) {
	filter, err := f.resolve(s.dict["Filter"])
	if err != nil {
		return nil, err
	}
	params, err := f.resolve(s.dict["DecodeParms"])
	if err != nil {
		return nil, err
	}
	if a, ok := filter.(array); ok {
		if len(a) > 1 {
			return nil, errFilter
		}
		filter = nil
		if len(a) == 1 {
			filter = a[0]
		}
		if p, ok := params.(array); ok && len(p) > 0 {
			params = p[0]
		}
	}
	switch filter {
	case nil:
		return s.raw, nil
	case name("FlateDecode"):
	default:
		return nil, errFilter
	}
	z, err := zlib.NewReader(bytes.NewReader(s.raw))
	if err != nil {
		return nil, fmt.Errorf("%w: stream: %w", ErrDamaged, err)
	}
	out, err := io.ReadAll(io.LimitReader(z, int64(f.budget)+1))
	if len(out) > f.budget {
		return nil, ErrTooMuch
	}
	if err != nil {
		return nil, fmt.Errorf("%w: stream: %w", ErrDamaged, err)
	}
	f.budget -= len(out)
	p, err := f.dictOf(params)
	if err != nil {
		return nil, err
	}
	return unpredict(out, p)
}

// unpredict undoes PNG predictors (ISO 32000-1 §7.4.4.4).
func unpredict(raw []byte, params dict) ([]byte, error) {
	predictor, _ := intOf(params["Predictor"])
	if predictor <= 1 {
		return raw, nil
	}
	if predictor < 10 {
		return nil, errFilter
	}
	number := func(key name, least int) int {
		if n, ok := intOf(params[key]); ok && n > 0 && n < 1<<20 {
			return n
		}
		return least
	}
	pixel := max(1, number("Colors", 1)*number("BitsPerComponent", 8)/8)
	row := (number("Columns", 1)*number("Colors", 1)*number("BitsPerComponent", 8) + 7) / 8
	above, out := make([]byte, row), make([]byte, 0, len(raw))
	for len(raw) > row {
		kind, line := raw[0], bytes.Clone(raw[1:row+1])
		raw = raw[row+1:]
		for i := range line {
			var left, corner byte
			if i >= pixel {
				left, corner = line[i-pixel], above[i-pixel]
			}
			switch kind {
			case 0:
			case 1:
				line[i] += left
			case 2:
				line[i] += above[i]
			case 3:
				line[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				line[i] += paeth(left, above[i], corner)
			default:
				return nil, fmt.Errorf("%w: predictor", ErrDamaged)
			}
		}
		out = append(out, line...)
		above = line
	}
	return out, nil
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	abs := func(n int) int { return max(n, -n) }
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}
