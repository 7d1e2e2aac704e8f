// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// gathering makes blocks of one request. Nothing is stored before the whole
// request is read, so that one that turns out wrong leaves nothing behind.
type gathering struct {
	q      *request
	base   string // of the ids
	blocks []stream.Block
	held   int
	notes  notes
	at     time.Time
}

// gather begins. The ids are made of the sender's Idempotency-Key, so that a
// request sent again is the same blocks; without one they are new.
func (q *request) gather() *gathering {
	key := q.r.Header.Get("Idempotency-Key")
	base := "http/" + q.way.ID + "/"
	switch {
	case key == "":
		base += rand.Text()
	case plainKey(key):
		base += key
	default:
		sum := sha256.Sum256([]byte(key))
		base += "sha256-" + hex.EncodeToString(sum[:])
	}
	return &gathering{q: q, base: base, at: q.d.s.now().UTC()}
}

// plainKey reports whether key can stand in an id as it is.
func plainKey(key string) bool {
	if len(key) > 100 {
		return false
	}
	for i := range len(key) {
		if c := key[i]; !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

var errBusy = errors.New("too much waits to be stored")

// line adds one line and tells the block it is in, -1 when it is empty.
func (g *gathering) line(line []byte, cut bool) (int, error) {
	if g.q.d.s.memory.full() {
		return 0, errBusy
	}
	if len(g.blocks) == 0 {
		g.open(nil)
	}
	b := &g.blocks[len(g.blocks)-1]
	start, ok := len(b.Body), false
	if b.Body, ok = appendLine(b.Body, line, cut, &g.notes); !ok {
		return -1, nil
	}
	n := len(b.Body) - start
	if len(b.Body) > stream.MaxBody {
		text := bytes.Clone(b.Body[start:])
		b.Body = b.Body[:start]
		b = g.open(text)
	}
	b.Lines++
	g.held += n
	g.q.d.s.memory.take(n)
	return len(g.blocks) - 1, nil
}

// open begins the next block.
func (g *gathering) open(body []byte) *stream.Block {
	id := g.base
	if n := len(g.blocks); n > 0 {
		id += "/" + strconv.Itoa(n)
	}
	g.blocks = append(g.blocks, stream.Block{ID: id, Source: g.q.way.Source, Owner: g.q.way.Owner, Way: g.q.way.ID,
		Kind: stream.Lines, Received: g.at, Body: body})
	return &g.blocks[len(g.blocks)-1]
}

// release gives back what g held.
func (g *gathering) release() { g.q.d.s.memory.give(g.held) }

func (g *gathering) lines() (n int) {
	for _, b := range g.blocks {
		n += b.Lines
	}
	return n
}

// store stores the blocks in order and tells how many are stored. When the
// first fails nothing is.
func (g *gathering) store() (stored int, err error) {
	l, w := g.q.lane, g.q.way
	if len(g.blocks) == 1 && g.blocks[0].Lines == 0 { // nothing but blank lines
		g.blocks = nil
	}
	defer func() {
		if stored > 0 || len(g.blocks) == 0 {
			l.tally.add(g.notes, g.at)
		}
	}()
	for i, b := range g.blocks {
		if err := g.q.d.s.opt.Appender.Append(g.q.r.Context(), b); err != nil {
			g.q.d.s.refused(b, err)
			return i, err
		}
		l.delivered(w, b)
	}
	return len(g.blocks), nil
}

// delivered counts a block that is stored.
func (l *lane) delivered(w Way, b stream.Block) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.way = w
	l.total.lines += int64(b.Lines)
	l.total.bytes += int64(len(b.Body))
	l.last = b.Received
	l.bucket.take(w.Quota, b.Lines, len(b.Body), b.Received)
	l.over += int64(b.Lines)
	l.count(b)
}

// overQuota tells how long until the way may send again.
func (l *lane) overQuota(w Way, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket.wait(w.Quota, now)
}

var (
	errTooLarge = errors.New("the body is larger than allowed")
	errPacking  = errors.New("the body cannot be unpacked")
)

// body gives the unpacked body within the limit.
func (q *request) body() (io.Reader, func(), error) {
	limit := q.d.s.limits.Body
	var r io.Reader = http.MaxBytesReader(q.w, q.r.Body, limit)
	done := func() {}
	switch packing := q.r.Header.Get("Content-Encoding"); packing {
	case "", "identity":
		return &bounded{r, limit}, done, nil
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, done, errors.Join(errPacking, err)
		}
		return &bounded{z, limit}, done, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderMaxMemory(uint64(limit)))
		if err != nil {
			return nil, done, errors.Join(errPacking, err)
		}
		return &bounded{z, limit}, z.Close, nil
	default:
		return nil, done, fmt.Errorf("%w: packing %.20q is not known", errPacking, packing)
	}
}

// bounded ends in an error after limit bytes, which a bomb reaches soon.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// unread answers a request whose body could not be read or taken whole.
func (q *request) unread(err error) {
	large, isLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case errors.Is(err, errBusy):
		q.busy()
	case isLarge:
		q.refuse(TooLarge, http.StatusRequestEntityTooLarge, 0, fmt.Sprintf("the body has more than %d bytes; send it in parts", large.Limit))
	case errors.Is(err, errTooLarge), errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		q.refuse(TooLarge, http.StatusRequestEntityTooLarge, 0, fmt.Sprintf("unpacked, the body has more than %d bytes; send it in parts", q.d.s.limits.Body))
	case errors.Is(err, context.DeadlineExceeded):
		q.refuse(Busy, http.StatusRequestTimeout, time.Second, "the request took too long")
	default:
		q.refuse(BadRequest, http.StatusBadRequest, 0, "the body cannot be read: "+sample([]byte(err.Error())))
	}
}

// eachLine calls fn for the lines of r. A line of more than 1 MiB is given cut.
// The slice is fn's until it returns.
func eachLine(r io.Reader, fn func(line []byte, cut bool) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	var long []byte
	for {
		piece, err := in.ReadSlice('\n')
		ended := err == nil
		if errors.Is(err, bufio.ErrBufferFull) || len(long) > 0 {
			if room := heldRaw + 1 - len(long); len(piece) > room {
				piece = piece[:room]
			}
			long = append(long, piece...)
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			piece = long
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(piece) > 0 {
			if e := fn(trimEnd(piece), len(piece) > heldRaw); e != nil {
				return e
			}
		}
		if !ended {
			return nil
		}
		long = long[:0]
	}
}

func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
		if n > 1 && line[n-2] == '\r' {
			line = line[:n-2]
		}
	}
	return line
}

// answer writes v as JSON.
func (q *request) answer(status int, v any) { writeJSON(q.w, status, v) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a sender that has left does not read it
}
