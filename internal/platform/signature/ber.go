// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import "errors"

var errBER = errors.New("damaged BER")

// derOf gives the DER of the first BER value in b (ITU-T X.690 §8, §10): lengths
// made definite and short, strings in pieces put together. What stands behind
// the value, as the zeros that fill the place of a PDF signature, is left out.
func derOf(b []byte) ([]byte, error) {
	out, _, err := der(b, 0)
	return out, err
}

func der(b []byte, depth int) (out, rest []byte, err error) {
	if depth > maxDepth || len(b) < 2 {
		return nil, nil, errBER
	}
	head := 1
	if b[0]&0x1f == 0x1f { // a long tag
		for head < len(b) && b[head]&0x80 != 0 {
			head++
		}
		head++
	}
	if head >= len(b) {
		return nil, nil, errBER
	}
	tag, composed := b[:head], b[0]&0x20 != 0
	length, open := int(b[head]), b[head] == 0x80
	head++
	if length > 0x80 {
		n := length & 0x7f
		if n > 4 || head+n > len(b) {
			return nil, nil, errBER
		}
		length = 0
		for _, c := range b[head : head+n] {
			length = length<<8 | int(c)
		}
		head += n
	}
	body := b[head:]
	if !open {
		if length < 0 || length > len(body) {
			return nil, nil, errBER
		}
		body, rest = body[:length], body[length:]
	}
	if open && !composed {
		return nil, nil, errBER
	}
	if !composed {
		return append(lengthened(tag, len(body)), body...), rest, nil
	}
	var inner []byte
	joined := tag[0] == 0x24 // an octet string in pieces
	for {
		if open {
			if len(body) < 2 {
				return nil, nil, errBER
			}
			if body[0] == 0 && body[1] == 0 {
				rest = body[2:]
				break
			}
		} else if len(body) == 0 {
			break
		}
		var one []byte
		if one, body, err = der(body, depth+1); err != nil {
			return nil, nil, err
		}
		if joined {
			if one[0] != 0x04 {
				return nil, nil, errBER
			}
			one = one[contentAt(one):]
		}
		inner = append(inner, one...)
	}
	if joined {
		tag = []byte{0x04}
	}
	return append(lengthened(tag, len(inner)), inner...), rest, nil
}

// contentAt is where the content of a DER value with a short tag begins.
func contentAt(der []byte) int {
	if der[1] < 0x80 {
		return 2
	}
	return 2 + int(der[1]&0x7f)
}

func lengthened(tag []byte, n int) []byte {
	out := append([]byte{}, tag...)
	if n < 0x80 {
		return append(out, byte(n))
	}
	var size []byte
	for m := n; m > 0; m >>= 8 {
		size = append([]byte{byte(m)}, size...)
	}
	return append(append(out, 0x80|byte(len(size))), size...)
}
