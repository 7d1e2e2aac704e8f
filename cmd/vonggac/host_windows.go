// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

// host runs the program: under the service manager when that started it, else
// at once.
func host(ctx context.Context, args []string, std streams) int {
	isService, err := svc.IsWindowsService()
	if err != nil || !isService {
		return run(ctx, args, std)
	}
	what := centreService
	if len(args) > 0 && args[0] == edgeService.verb[0] {
		what = edgeService
	}
	events, err := eventlog.Open(what.name)
	if err != nil {
		events = nil // the service runs without; the log file tells the same
	}
	h := &hosted{ctx: ctx, args: args, events: events}
	if err := svc.Run(what.name, h); err != nil {
		h.note(false, fmt.Sprintf("the service manager: %v", err))
		return 1
	}
	return h.code
}

// hosted is the program as the service manager sees it.
type hosted struct {
	ctx    context.Context
	args   []string
	events *eventlog.Log
	code   int
}

// note writes to the event log of Windows.
func (h *hosted) note(fine bool, text string) {
	if h.events == nil {
		return
	}
	report := h.events.Error
	if fine {
		report = h.events.Info
	}
	// There is no other place to tell that the event log is full.
	_ = report(1, text)
}

// Execute implements svc.Handler.
func (h *hosted) Execute(_ []string, asked <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	status <- svc.Status{State: svc.StartPending}
	ctx, stop := context.WithCancel(context.WithValue(h.ctx, hostedKey{}, true))
	defer stop()
	said := &lastWords{}
	over := make(chan int, 1)
	go func() { over <- run(ctx, h.args, streams{in: os.Stdin, out: io.Discard, err: said}) }()
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	h.note(true, "started: "+commandLine(h.args...))
	for {
		select {
		case h.code = <-over:
			h.note(h.code == 0, fmt.Sprintf("ended with code %d: %s", h.code, said))
			return h.code != 0, uint32(h.code)
		case r := <-asked:
			switch r.Cmd {
			case svc.Interrogate:
				status <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				status <- svc.Status{State: svc.StopPending, WaitHint: uint32(stopLimit.Milliseconds())}
				stop()
			}
		}
	}
}
