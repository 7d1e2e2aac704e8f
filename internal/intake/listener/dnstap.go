// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/engine/format/dnstap"
)

// tap makes a line of each message of a Frame Stream, and knows what the
// sender is to be answered: READY with ACCEPT, STOP with FINISH. The zero value
// is at the start of a connection.
type tap struct {
	cut    dnstap.Cutter
	accept bool
	err    error // the connection is over
}

// errFinish means that the sender has said all it had.
var errFinish = errors.New("the sender is done")

func (t *tap) feed(out, in []byte, n *notes) (text []byte, lines int) {
	for len(in) > 0 && t.err == nil {
		rest, e, err := t.cut.Next(in)
		if err != nil {
			n.add(BadStream, append([]byte(err.Error()+": "), in[:min(len(in), sampleBytes)]...))
			t.err = err
			break
		}
		in = rest
		switch e.Kind {
		case dnstap.Ready:
			t.accept = true
		case dnstap.Stop:
			t.err = errFinish
		case dnstap.Large:
			n.add(LargeFrame, []byte(strconv.Itoa(e.Size)+" bytes"))
		case dnstap.Data:
			if out, err = dnstap.Line(out, e.Frame); err != nil {
				n.add(BadFrame, e.Frame)
				continue
			}
			lines++
		}
	}
	return out, lines
}

func (t *tap) end(out []byte, n *notes) ([]byte, int) {
	if t.err == nil && t.cut.Begun() {
		n.add(BadFrame, t.cut.Part())
		t.err = errFinish
	}
	return out, 0
}

func (t *tap) begun() (int, bool) { return t.cut.Held(), t.err == nil && t.cut.Begun() }

func (t *tap) part() []byte { return t.cut.Part() }

func (t *tap) line() bool { return false }

func (t *tap) greeted() bool { return t.cut.Started() }

func (t *tap) reply() ([]byte, error) {
	switch {
	case t.accept:
		t.accept = false
		return dnstap.Accept(), t.err
	case t.err == errFinish && t.cut.Asked():
		return dnstap.Finish(), t.err
	}
	return nil, t.err
}

// replyWithin is how long the other side may take to take an answer, and the
// stream to store what it has said before it is told that all is there.
const replyWithin = 10 * time.Second

// answer gives the other side the answer it waits for. The end is answered
// when all that the way has brought is stored; when that takes too long it is
// not, and the sender cannot know.
func (c *conn) answer() error {
	out, over := c.frame.reply()
	if len(out) == 0 {
		c.settleNotes()
		return over
	}
	if over == errFinish && !c.settled() {
		return over
	}
	if err := c.nc.SetWriteDeadline(time.Now().Add(replyWithin)); err != nil {
		return err
	}
	if _, err := c.nc.Write(out); err != nil {
		return err
	}
	return over
}

// settleNotes counts what a connection of dnstap has brought beside lines, of
// which there may never be one.
func (c *conn) settleNotes() {
	if c.d.spec.Kind == Dnstap && len(c.notes) > 0 {
		c.tally().add(c.notes, c.d.s.now())
		c.notes = nil
	}
}

// settled waits until what the connection's ways have is stored or given up.
func (c *conn) settled() bool {
	ctx, cancel := context.WithTimeout(c.d.s.readCtx, replyWithin)
	defer cancel()
	for l := range c.lanes() {
		if !l.settle(ctx) {
			return false
		}
	}
	return true
}

// listenHere listens on a socket of this machine. One that a process left
// behind is removed, one on which somebody listens is not. Whoever may write to
// it, its owner and group, may send.
func listenHere(ctx context.Context, path string) (net.Listener, error) {
	if st, err := os.Lstat(path); err == nil {
		if st.Mode()&fs.ModeSocket == 0 {
			return nil, fmt.Errorf("%s is there and is no socket", path)
		}
		var d net.Dialer
		if c, err := d.DialContext(ctx, "unix", path); err == nil {
			return nil, errors.Join(fmt.Errorf("somebody listens on %s", path), c.Close())
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
