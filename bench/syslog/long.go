// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/app"
)

// long is what the long run showed.
type long struct {
	Lines    int64  `json:"lines"`
	Bytes    int64  `json:"bytes"`
	Accepted moment `json:"accepted"` // the last line was taken from the sender
	Read     moment `json:"read"`
	Found    moment `json:"found"`

	Peak       float64 `json:"peak_bytes"`
	EnginePeak float64 `json:"engine_peak_bytes"`
	// Bytes a second that more is resident, over the second half of the time until all was read.
	Slope       float64 `json:"slope_bytes_per_s"`
	EngineSlope float64 `json:"engine_slope_bytes_per_s"`

	Slow     int64   `json:"slow_lines_per_s"` // then, for
	Steady   float64 `json:"steady_s"`
	Lag      float64 `json:"lag_s"`       // from the last line sent until all are read
	FoundLag float64 `json:"found_lag_s"` // and until all can be searched
	Archive  float64 `json:"archive_per_byte"`
	Index    float64 `json:"engine_per_byte"`
	Memory   float64 `json:"sightings_per_byte"`
}

// long sends many lines as fast as they are taken, so that no more than
// r.backlog are sent and not read, and at the end some slowly.
func (r *runner) long(ctx context.Context) (l *long, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	begin := time.Now().Add(-8 * 24 * time.Hour)
	drip, err := r.generate(ctx, filepath.Join(r.dir, "drip"), r.slow*int64(r.steady.Seconds())*250, 3, time.Now().Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	c, err := r.start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	l = &long{Slow: r.slow, Steady: r.steady.Seconds()}
	hits, err := r.run60(ctx, c, l, begin, drip)
	if err = errors.Join(err, c.stop()); err != nil {
		return nil, err
	}
	var s side
	err = r.after(ctx, c, &s, l.Bytes, hits, false)
	l.Archive, l.Index, l.Memory = s.Archive, s.Index, s.Memory
	return l, err
}

func (r *runner) run60(ctx context.Context, c *centre, l *long, begin time.Time, drip log) (hits tally, err error) {
	all, err := r.pour(ctx, c, begin)
	if err != nil {
		return nil, err
	}
	l.Lines, l.Bytes, l.Accepted = all.lines, all.bytes, c.watch.now()
	if l.Read, _, err = c.reach(ctx, "lines read", l.Lines, false, func(f app.Flow) int64 { return f.Read }); err != nil {
		return nil, err
	}
	l.Slope, l.EngineSlope = c.watch.slope(time.Duration(l.Read.Wall * float64(time.Second)))
	if r.search {
		if l.Found, _, err = c.reach(ctx, "lines found", l.Lines, true, func(f app.Flow) int64 { return f.Found }); err != nil {
			return nil, err
		}
	}
	n, size, some, err := r.drip(ctx, c, drip)
	if err != nil {
		return nil, err
	}
	l.Lines, l.Bytes = l.Lines+n, l.Bytes+size
	last := c.watch.now()
	read, f, err := c.reach(ctx, "slow lines read", l.Lines, false, func(f app.Flow) int64 { return f.Read })
	if err != nil {
		return nil, err
	}
	l.Lag = read.Wall - last.Wall
	if r.search {
		found, _, err := c.reach(ctx, "slow lines found", l.Lines, true, func(f app.Flow) int64 { return f.Found })
		if err != nil {
			return nil, err
		}
		l.FoundLag = found.Wall - last.Wall
	}
	l.Peak, l.EnginePeak = c.watch.peak()
	hits = all.hits
	hits.add(some)
	if f.Hits != hits.sum() || f.Rejected != 0 {
		return nil, fmt.Errorf("%d lines hit and %d are rejected, %d hits were planted", f.Hits, f.Rejected, hits.sum())
	}
	return hits, nil
}

// pour sends what the generator writes, which is never on the disk as a whole.
func (r *runner) pour(ctx context.Context, c *centre, begin time.Time) (log, error) {
	truth := filepath.Join(r.dir, "long.truth")
	bytesPerLine := float64(r.log.bytes) / float64(r.log.lines)
	from, to, err := os.Pipe()
	if err != nil {
		return log{}, err
	}
	defer from.Close()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, r.gen, r.order("/dev/fd/3", truth, int64(float64(r.events)*bytesPerLine), 2, begin)...)
	cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = []*os.File{to}, &said, os.Stderr
	if err := errors.Join(cmd.Start(), to.Close()); err != nil {
		return log{}, err
	}
	lines, size, err := r.send(ctx, c, from)
	if err = errors.Join(err, from.Close(), cmd.Wait()); err != nil {
		return log{}, err
	}
	l, err := readPlanted("", truth, said.Bytes())
	if err == nil && (l.lines != lines || l.bytes != size) {
		err = fmt.Errorf("%d lines were generated and %d were sent", l.lines, lines)
	}
	return l, err
}

// send sends text over one connection within the bound of the backlog.
func (r *runner) send(ctx context.Context, c *centre, text io.Reader) (lines, size int64, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.door)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	buf, read := make([]byte, 1<<20), int64(0)
	for {
		n, ended := io.ReadFull(text, buf)
		if _, err := conn.Write(buf[:n]); err != nil {
			return lines, size, err
		}
		lines += int64(bytes.Count(buf[:n], []byte{'\n'}))
		size += int64(n)
		if ended != nil {
			if errors.Is(ended, io.EOF) || errors.Is(ended, io.ErrUnexpectedEOF) {
				ended = nil
			}
			return lines, size, ended
		}
		if lines-read < r.backlog {
			continue
		}
		err := until(ctx, "the backlog does not shrink", 50*time.Millisecond, func() (bool, error) {
			f, err := c.flow(ctx, false)
			read = f.Read
			return lines-read < r.backlog*3/4, err
		})
		if err != nil {
			return lines, size, err
		}
	}
}

// drip sends r.slow lines a second of a log, a tenth of them at a time.
func (r *runner) drip(ctx context.Context, c *centre, l log) (lines, size int64, hits tally, err error) {
	f, err := os.Open(l.path)
	if err != nil {
		return 0, 0, nil, err
	}
	defer f.Close()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.door)
	if err != nil {
		return 0, 0, nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	in := bufio.NewReaderSize(f, 1<<20)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(r.steady); time.Now().Before(end) && lines < l.lines; {
		<-tick.C
		var part []byte
		for range min(r.slow/10, l.lines-lines) {
			line, err := in.ReadBytes('\n')
			if err != nil {
				return lines, size, nil, err
			}
			part = append(part, line...)
			lines++
		}
		if _, err := conn.Write(part); err != nil {
			return lines, size, nil, err
		}
		size += int64(len(part))
	}
	hits, err = planted(l, lines)
	return lines, size, hits, err
}

// planted are the hits in the first lines of a log: the generator plants one in
// each thousand, and the truth has them in order.
func planted(l log, lines int64) (tally, error) {
	text, err := os.ReadFile(l.path + ".truth")
	if err != nil {
		return nil, err
	}
	out, left := tally{}, (lines+499)/1000
	for row := range bytes.Lines(text) {
		if left--; left < 0 {
			break
		}
		out[string(bytes.TrimSuffix(row, []byte{'\n'}))]++
	}
	return out, nil
}

func (l *long) print(w io.Writer) {
	fmt.Fprintf(w, "\nlong run: %d lines, all stored, read, counted and found; accepted in %.0f s (%.0f lines/s), read after %.0f s (%.0f lines/s, %.0f s CPU), searchable after %.0f s\n",
		l.Lines, l.Accepted.Wall, float64(l.Lines)/l.Accepted.Wall, l.Read.Wall, float64(l.Lines)/l.Read.Wall, l.Read.CPU, l.Found.Wall)
	fmt.Fprintf(w, "memory: peak %.0f MB and %.0f MB of the engine; it grows by %+.2f MB and %+.2f MB a minute in the second half\n", l.Peak/1e6, l.EnginePeak/1e6, l.Slope*60/1e6, l.EngineSlope*60/1e6)
	fmt.Fprintf(w, "then %d lines a second for %.0f s: the last is read after %.2f s and searchable after %.2f s (at most 5 s)\n", l.Slow, l.Steady, l.Lag, l.FoundLag)
	fmt.Fprintf(w, "disk for each byte received, hours under way: archive %.3f + engine %.3f = %.3f (aim 0.125); memory of sightings %.3f\n", l.Archive, l.Index, l.Archive+l.Index, l.Memory)
}
