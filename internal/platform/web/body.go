// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"io"
	"net/http"
	"time"
)

// bodyIdle is how long a sender may say nothing within a body, unless
// Config.BodyIdle says otherwise.
const bodyIdle = time.Minute

// patient reads a body whose sender may be slow but not silent: a connection on
// which nothing comes for idle is given up, so that nobody holds the centre by
// letters that never end. How long a large upload takes is not bounded.
type patient struct {
	io.ReadCloser
	conn *http.ResponseController
	idle time.Duration
}

// Read implements io.Reader. After idle without a byte the error is an
// os.ErrDeadlineExceeded.
func (b *patient) Read(p []byte) (int, error) {
	// A connection without deadlines, as in tests without a network, waits for ever.
	_ = b.conn.SetReadDeadline(time.Now().Add(b.idle)) // of the machine: how long, not when
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = b.conn.SetReadDeadline(time.Time{}) // what follows may take as long as it likes
	}
	return n, err
}
