// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// feed sends a file over one TCP connection, as fast as it is taken.
func feed(ctx context.Context, address, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	_, err = conn.(*net.TCPConn).ReadFrom(f) // sendfile(2) where the system has it, so that the sender costs next to nothing
	return errors.Join(err, conn.Close())
}

// until asks again and again until ok, at most until ctx ends.
func until(ctx context.Context, what string, every time.Duration, ok func() (bool, error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		done, err := ok()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no end in sight: %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}

// freePort is a port on which nobody listens.
func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
