// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

// sink takes everything and keeps nothing.
type sink struct {
	lines atomic.Int64
	want  int64
	done  chan struct{}
}

func (s *sink) Append(_ context.Context, b stream.Block) error {
	if s.lines.Add(int64(b.Lines)) == s.want {
		close(s.done)
	}
	return nil
}

// BenchmarkSyslogTCP sends lines of a resolver's log over loopback, sender and
// receiver on the same processors. One iteration is a line.
func BenchmarkSyslogTCP(b *testing.B) {
	line := "<30>Nov 22 10:00:00 ns1 named[1234]: client @0x7f1 10.20.30.40#53211 (www.example.vn): query: www.example.vn IN A +E(0)K (10.1.1.1)\n"
	for _, framing := range []string{"newline", "counted"} {
		for _, connections := range []int{1, 4} {
			b.Run(fmt.Sprintf("%s/connections=%d", framing, connections), func(b *testing.B) {
				text := line
				if framing == "counted" {
					text = counted(strings.TrimSuffix(line, "\n"))
				}
				const many = 500
				chunk := strings.Repeat(text, many)
				rounds := (b.N/many + connections) / connections * connections
				out := &sink{want: int64(rounds * many), done: make(chan struct{})}
				s := launch(b, listener.Options{Appender: out, Directory: directory(everybody), Limits: quick,
					Listeners: []listener.Listen{{Name: "tcp", Kind: listener.SyslogTCP, Address: "127.0.0.1:0"}}})
				b.SetBytes(int64(len(line)))
				b.ResetTimer()
				for range connections {
					c, err := net.Dial("tcp", s.Addr("tcp").String())
					if err != nil {
						b.Fatal(err)
					}
					go func() {
						defer c.Close()
						for range rounds / connections {
							if _, err := c.Write([]byte(chunk)); err != nil {
								b.Error(err)
								return
							}
						}
					}()
				}
				<-out.done
				b.StopTimer()
				b.ReportMetric(float64(out.want)/b.Elapsed().Seconds(), "lines/s")
				stop(b, s)
			})
		}
	}
}
