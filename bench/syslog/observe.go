// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// moment is how long something had taken when it was reached: by the clock, and
// of the processor by the program and its children. The latter is 0 where the
// system does not tell (it is read from /proc, see proc(5)).
type moment struct {
	Wall float64 `json:"wall_s"`
	CPU  float64 `json:"cpu_s"`
}

// observer watches a program and its children.
type observer struct {
	pid   int
	began time.Time
	cpu   float64 // before
	end   chan struct{}
	done  sync.WaitGroup

	mu      sync.Mutex
	samples []sample
}

// sample is what was resident at one time, in bytes.
type sample struct {
	at          time.Duration
	own, others float64 // of the program, of its children
}

const sampleEvery = 100 * time.Millisecond

// observe begins to watch pid; the clock runs from here.
func observe(pid int) *observer {
	o := &observer{pid: pid, began: time.Now(), end: make(chan struct{})}
	o.cpu = o.processor()
	o.done.Go(func() {
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			select {
			case <-o.end:
				return
			case <-tick.C:
				o.look()
			}
		}
	})
	return o
}

func (o *observer) stop() {
	close(o.end)
	o.done.Wait()
}

func (o *observer) now() moment {
	return moment{time.Since(o.began).Seconds(), o.processor() - o.cpu}
}

func (o *observer) look() {
	s := sample{at: time.Since(o.began), own: resident(o.pid)}
	for _, child := range children(o.pid) {
		s.others += resident(child)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.samples = append(o.samples, s)
}

// peak is the most that was resident of the program, and of its children.
func (o *observer) peak() (own, others float64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.samples {
		own, others = max(own, s.own), max(others, s.others)
	}
	return own, others
}

// slope is by how many bytes a second what is resident grows in the second half
// of the time until to (least squares), of the program and of its children.
func (o *observer) slope(to time.Duration) (own, others float64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var x, a, b []float64
	for _, s := range o.samples {
		if s.at >= to/2 && s.at <= to {
			x, a, b = append(x, s.at.Seconds()), append(a, s.own), append(b, s.others)
		}
	}
	return regress(x, a), regress(x, b)
}

// regress is the slope of the straight line that fits best; 0 of fewer than two
// points.
func regress(x, y []float64) float64 {
	n := float64(len(x))
	if n < 2 {
		return 0
	}
	var sx, sy, sxx, sxy float64
	for i := range x {
		sx, sy, sxx, sxy = sx+x[i], sy+y[i], sxx+x[i]*x[i], sxy+x[i]*y[i]
	}
	if n*sxx == sx*sx {
		return 0
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// processor is the time of the processor that the program and its children have
// had, in seconds.
func (o *observer) processor() float64 {
	sum := ticks(o.pid)
	for _, child := range children(o.pid) {
		sum += ticks(child)
	}
	return sum / 100 // USER_HZ of every Linux that Go runs on
}

// ticks are of user and system, those of children that ended among them.
func ticks(pid int) (sum float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the name, which may hold anything
	f := strings.Fields(rest)
	for i := 11; i < 15 && i < len(f); i++ { // utime, stime, cutime, cstime
		n, _ := strconv.ParseFloat(f[i], 64)
		sum += n
	}
	return sum
}

func children(pid int) (out []int) {
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	for _, t := range threads {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, t.Name()))
		if err != nil {
			continue // the thread has ended
		}
		for f := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(f); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// resident is what a process has in memory, in bytes.
func resident(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(text))
	if len(f) < 2 {
		return 0
	}
	n, _ := strconv.ParseFloat(f[1], 64)
	return n * float64(os.Getpagesize())
}
