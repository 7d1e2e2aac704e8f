// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"cmp"
	"io"
	"sync"
	"sync/atomic"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/rollup"
)

// worker reads and matches pieces, one at a time.
type worker struct {
	reader
	judge *judge
	fold  *folder  // nil when nothing is folded
	watch *watcher // nil when nobody asks who asked for what
	free  chan *piece
	made  int // pieces, free or not
}

func (s *stream) worker(number int) *worker {
	w := &worker{reader: reader{text: s.text(), block: s.opt.BlockSize}, judge: newJudge(s.opt)}
	if s.opt.Rollup != nil {
		w.fold = newFolder(s.opt.Rollup, number*rollup.Shards/s.opt.Workers, w.judge)
	}
	if s.opt.Seen {
		w.watch = watchers.Get().(*watcher)
		w.watch.seed, w.watch.now = s.seed, s.opt.Lines.At.Unix()
	}
	return w
}

func (w *worker) match(p *piece) {
	p.fail = w.judge.match(p, w.fold)
	if w.watch != nil {
		w.watch.piece(p)
	}
}

// end gives back what is used again.
func (w *worker) end() {
	if w.watch != nil {
		watchers.Put(w.watch)
	}
}

// watchers have room for the rows of a part.
var watchers = sync.Pool{New: func() any { return new(watcher) }}

// pieces reads the text to its end. It returns io.EOF there, an *Error when
// reading breaks, and any other error as it is.
func (s *stream) pieces() error {
	// What was looked at to tell the format comes first, and then the source
	// itself, which spares a copy.
	seen := io.LimitReader(s.lines.br, int64(s.lines.br.Buffered()))
	cut := &cutter{r: io.MultiReader(seen, s.source), at: s.lines.off, size: cmp.Or(s.opt.piece, pieceSize)}
	first := s.worker(0)
	if s.opt.Workers == 1 {
		cut.size = cmp.Or(s.opt.piece, lonePiece)
		return s.alone(cut, first)
	}
	workers := []*worker{first}
	if first.text.Divides() {
		for i := range s.opt.Workers - 1 {
			workers = append(workers, s.worker(i+1))
		}
	}
	return s.together(cut, workers)
}

// pieces are those of streams read by one goroutine, which may be short and many.
var pieces = sync.Pool{New: func() any { return new(piece) }}

// alone reads with one goroutine.
func (s *stream) alone(cut *cutter, w *worker) error {
	p := pieces.Get().(*piece)
	defer pieces.Put(p)
	defer w.end()
	for {
		if cut.next(p) {
			w.read(p)
			w.match(p)
		} else {
			p.pieceResult.clear()
		}
		if err := s.take(p); err != nil {
			return err
		}
	}
}

// crew is several workers on one stream. Each cuts its next piece itself, while
// no other does, so that the text is in the cache of the core that works on it;
// the caller takes the pieces in their order.
//
// Where lines depend on earlier ones a worker begins a piece without knowing
// them. If something in the piece does depend on them it says so before
// anything is matched, and the piece is read again when its turn comes.
type crew struct {
	mu    sync.Mutex
	cut   *cutter
	ended bool        // there is nothing more to cut
	order chan *piece // to the caller, in order of the text
	stop  chan struct{}
	both  atomic.Bool // see format.Past.Both
}

// ahead is how many pieces a worker has at most: those that are done wait until
// all before them are, and one of those may be with a worker that the system lets
// wait. Few are made while none has to.
const ahead = 8

func (s *stream) together(cut *cutter, workers []*worker) error {
	c := &crew{cut: cut, order: make(chan *piece, ahead*len(workers)), stop: make(chan struct{})}
	var wait sync.WaitGroup
	divided := len(workers) > 1
	for _, w := range workers {
		w.free = make(chan *piece, ahead)
		wait.Go(func() {
			defer w.end()
			c.run(w, divided)
		})
	}
	err := s.collect(c, divided)
	close(c.stop)
	wait.Wait()
	return err
}

// piece returns a piece that is free, a new one when there is none; nil when the
// crew is to stop.
func (c *crew) piece(w *worker) *piece {
	select {
	case p := <-w.free:
		return p
	default:
	}
	if w.made < ahead {
		w.made++
		return &piece{ready: make(chan struct{}, 1), free: w.free}
	}
	select {
	case p := <-w.free:
		return p
	case <-c.stop:
		return nil
	}
}

// next cuts a piece and puts it in its place in the order. It returns false when
// there is none to work on.
func (c *crew) next(p *piece) bool {
	p.pieceResult.clear()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return false
	}
	more := c.cut.next(p)
	if !more {
		p.ready <- struct{}{}
	}
	c.order <- p // as many places as pieces: it does not wait
	if c.ended = !more || p.err != nil; c.ended {
		close(c.order)
	}
	return more
}

// run works on pieces until there are no more. A lone worker sees all of them
// in order and need not guess.
func (c *crew) run(w *worker, divided bool) {
	for {
		p := c.piece(w)
		if p == nil || !c.next(p) {
			return
		}
		if divided {
			w.text.Guess(c.both.Load(), p.past)
			w.read(p)
			p.past, p.sure = w.text.End()
		} else {
			w.read(p)
			p.sure = true
		}
		if p.sure {
			w.match(p)
		}
		p.ready <- struct{}{}
	}
}

// collect takes the pieces in order.
func (s *stream) collect(c *crew, divided bool) error {
	var past format.Past
	var again *worker // reads pieces whose past mattered
	for p := range c.order {
		<-p.ready
		switch {
		case !divided || p.size == 0:
		case p.sure:
			past.Add(&p.past)
		default:
			if again == nil {
				again = s.worker(0)
			}
			again.text.Begin(&past)
			again.read(p)
			past, _ = again.text.End()
			again.match(p)
		}
		if past.Both() {
			c.both.Store(true)
		}
		if err := s.take(p); err != nil {
			return err
		}
		p.free <- p
	}
	return nil
}
