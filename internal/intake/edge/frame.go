// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// A frame is a block as it lies in the spool, travels to the centre and stands
// in a bundle: the mark, the length of the payload and its CRC-32C, four bytes
// each and big-endian, then the payload. That is the version, the number, the
// way, the ID, the time of receipt (Unix nanoseconds), lines, the size of the
// body, and the body packed by Zstandard. Numbers are varints, names have their
// length before them.
const (
	mark    = "VGE\x01"
	version = 1

	headSize   = 12
	maxName    = 200
	maxPayload = stream.MaxBody + 64<<10 // a body that does not pack grows by little
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// packer and opener are safe for concurrent use by EncodeAll and DecodeAll. The
// options are constants, so that making them cannot fail.
var (
	packer, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(2))
	opener, _ = zstd.NewReader(nil, zstd.WithDecoderMaxMemory(2*stream.MaxBody), zstd.WithDecoderConcurrency(2))
)

// errFrame is anything that no frame can be.
var errFrame = errors.New("no whole block")

// appendFrame adds b to out; body is its packed body.
func appendFrame(out []byte, b Block, body []byte) []byte {
	start := len(out)
	out = append(out, mark...)
	out = append(out, make([]byte, headSize-len(mark))...)
	out = append(out, version)
	out = binary.AppendUvarint(out, b.Number)
	for _, name := range []string{b.Way, b.ID} {
		out = binary.AppendUvarint(out, uint64(len(name)))
		out = append(out, name...)
	}
	out = binary.AppendVarint(out, b.Received.UnixNano())
	out = binary.AppendUvarint(out, uint64(b.Lines))
	out = binary.AppendUvarint(out, uint64(len(b.Body)))
	out = append(out, body...)
	payload := out[start+headSize:]
	binary.BigEndian.PutUint32(out[start+4:], uint32(len(payload)))
	binary.BigEndian.PutUint32(out[start+8:], crc32.Checksum(payload, castagnoli))
	return out
}

func pack(body []byte) []byte { return packer.EncodeAll(body, nil) }

// ReadFrame reads one frame, whole as it stands. It fails with io.EOF at the end
// of r, and with an error that says so when what comes is no frame.
func ReadFrame(r io.Reader) ([]byte, error) {
	head := make([]byte, headSize)
	if _, err := io.ReadFull(r, head); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: it ends early", errFrame)
		}
		return nil, err
	}
	n, err := payloadSize(head)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer // grows with what comes, not with what is promised
	buf.Write(head)
	if _, err := io.CopyN(&buf, r, int64(n)); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: it ends early", errFrame)
		}
		return nil, err
	}
	return buf.Bytes(), nil
}

func payloadSize(head []byte) (int, error) {
	n := binary.BigEndian.Uint32(head[4:])
	if string(head[:4]) != mark || n == 0 || n > maxPayload {
		return 0, errFrame
	}
	return int(n), nil
}

// frameAt gives the frame that raw begins with, and its number.
func frameAt(raw []byte) (frame []byte, b Block, err error) {
	if len(raw) < headSize {
		return nil, b, errFrame
	}
	n, err := payloadSize(raw)
	if err != nil || len(raw) < headSize+n {
		return nil, b, errFrame
	}
	frame = raw[:headSize+n]
	b, _, err = header(frame)
	return frame, b, err
}

// header reads all of a frame but its body, which it gives packed, and its size.
func header(frame []byte) (b Block, rest packed, err error) {
	payload := frame[headSize:]
	if crc32.Checksum(payload, castagnoli) != binary.BigEndian.Uint32(frame[8:]) {
		return b, rest, fmt.Errorf("%w: its checksum differs", errFrame)
	}
	r := fields{rest: payload}
	if v := r.byte(); v != version {
		return b, rest, fmt.Errorf("%w: it has form %d, this program knows %d", errFrame, v, version)
	}
	b.Number, b.Way, b.ID = r.uvarint(), r.text(), r.text()
	b.Received = time.Unix(0, r.varint()).UTC()
	lines, size := r.uvarint(), r.uvarint()
	if r.broken || size > stream.MaxBody || lines > size || b.Number == 0 || b.Number > math.MaxInt64 {
		return b, rest, fmt.Errorf("%w: its fields do not fit", errFrame)
	}
	b.Lines = int(lines)
	return b, packed{r.rest, int(size)}, nil
}

type packed struct {
	body []byte
	size int
}

// Decode reads a frame. A body must be as large as the frame says, and its lines
// as many; more memory than for one body is never taken.
func Decode(frame []byte) (Block, error) {
	if len(frame) < headSize {
		return Block{}, errFrame
	}
	if n, err := payloadSize(frame); err != nil || len(frame) != headSize+n {
		return Block{}, errFrame
	}
	b, rest, err := header(frame)
	if err != nil {
		return Block{}, err
	}
	var h zstd.Header
	if err := h.Decode(rest.body); err != nil || h.HasFCS && h.FrameContentSize != uint64(rest.size) {
		return Block{}, fmt.Errorf("%w: its body is not of the size it says", errFrame)
	}
	if b.Body, err = opener.DecodeAll(rest.body, make([]byte, 0, rest.size)); err != nil {
		return Block{}, fmt.Errorf("%w: its body: %w", errFrame, err)
	}
	if len(b.Body) != rest.size || rest.size == 0 || b.Body[rest.size-1] != '\n' || bytes.Count(b.Body, []byte{'\n'}) != b.Lines {
		return Block{}, fmt.Errorf("%w: its body is not of the lines it says", errFrame)
	}
	return b, nil
}

// SumOf is by what two frames of one number are told apart: half of the SHA-256
// of the frame, in hexadecimal.
func SumOf(frame []byte) string {
	sum := sha256.Sum256(frame)
	return hex.EncodeToString(sum[:16])
}

// fields reads what appendFrame wrote.
type fields struct {
	rest   []byte
	broken bool
}

func (f *fields) byte() byte {
	if len(f.rest) == 0 {
		f.broken = true
		return 0
	}
	b := f.rest[0]
	f.rest = f.rest[1:]
	return b
}

func (f *fields) uvarint() uint64 {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 {
		f.broken, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

func (f *fields) varint() int64 {
	v, n := binary.Varint(f.rest)
	if n <= 0 {
		f.broken, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

func (f *fields) text() string {
	n := f.uvarint()
	if n > maxName || n > uint64(len(f.rest)) {
		f.broken, f.rest = true, nil
		return ""
	}
	s := string(f.rest[:n])
	f.rest = f.rest[n:]
	return s
}
