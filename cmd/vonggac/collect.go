// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/journal"
)

// collectCommand is the collector at a unit's site.
func collectCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{Use: "collect", Short: "Collect logs at a unit's site and bring them to the centre", Args: noArguments,
		Long: "A collector takes logs at a unit's site, keeps them on its disk and brings them to the centre: over the network when there is\n" +
			"a link, in a bundle on a USB stick when there is none. Enrol it once with the code that the centre's page shows, then run it.",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(collectEnroll(std), collectRun(std), collectStatus(std), collectBundle(std), collectReceipt(std), collectAccept(std), serviceCommand(std, edgeService))
	return cmd
}

// collectorData adds the flag of a collector's folder.
func collectorData(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "data", serviceData(edgeService), "`DIR` of the collector: who it is, and its spool")
}

func collectEnroll(std streams) *cobra.Command {
	e := edge.Enrolment{Version: versionText(), Now: time.Now}
	cmd := &cobra.Command{
		Use:   "enroll",
		Short: "Make this machine a collector of a centre",
		Long: "Make a key, have the centre certify it, and keep both in the folder of the collector. The code is shown once on the centre's page\n" +
			"of collectors, works once, and also tells the collector that it speaks to the right centre. When the answer was lost, call again.",
		Example: "  vonggac collect enroll --centre https://soc.example.vn:6515 --code ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567-89ABC-DEFGH",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if e.Centre == "" || e.Code == "" {
				return usageError{errors.New("say where the centre is with --centre and give its code with --code")}
			}
			id, err := edge.Enrol(cmd.Context(), e)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.out, "This machine is the collector %q of %s, with its data in %s.\nRun it: vonggac collect run, or as a service: vonggac collect service install\n",
				id.Name, id.Centre, e.Dir)
			return err
		},
	}
	collectorData(cmd, &e.Dir)
	cmd.Flags().StringVar(&e.Centre, "centre", "", "`URL` where the centre listens for collectors, https://host:port")
	cmd.Flags().StringVar(&e.Code, "code", "", "`CODE` of the centre's page")
	cmd.Flags().StringVar(&e.Fingerprint, "ca-fingerprint", "", "`SHA-256` of the centre's authority, to compare all of it")
	return cmd
}

func collectRun(std streams) *cobra.Command {
	var o edge.Options
	var file, logFile string
	cmd := &cobra.Command{
		Use:     "run",
		Short:   "Collect and forward until it is stopped",
		Long:    "Listen as the configuration says, keep what comes in the spool, and bring it to the centre whenever there is a way.",
		Example: "  vonggac collect run --config /etc/vonggac/collect.yaml --data /var/lib/vonggac-collect",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Config, err = edge.LoadConfig(file); err != nil {
				return usageError{err}
			}
			to, closeLog, err := openLog(logFile, std.err)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeLog()) }()
			level, err := o.Config.LogLevel()
			if err != nil {
				return usageError{err}
			}
			o.Log, o.Version = journal.New(to, level, o.Config.Log.Format), versionText()
			o.Ready = func(*edge.Collector) {
				fmt.Fprintf(std.out, "Vọng Gác %s is collecting in %s\n", versionText(), o.Dir)
			}
			return edge.Run(cmd.Context(), o)
		},
	}
	collectorData(cmd, &o.Dir)
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (YAML); without it syslog is received on port 514, by UDP and TCP")
	cmd.Flags().StringVar(&logFile, "log-file", "", "write the log to `FILE`, which turns over at 10 MiB, instead of standard error")
	return cmd
}

func collectStatus(std streams) *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Say how the collector does",
		Example: "  vonggac collect status --json",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			s, err := edge.ReadStatus(dir)
			if err != nil {
				return err
			}
			if !asJSON {
				return sayStatus(std.out, s)
			}
			out := json.NewEncoder(std.out)
			out.SetIndent("", "  ")
			return out.Encode(s)
		},
	}
	collectorData(cmd, &dir)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func sayStatus(w io.Writer, s edge.Status) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(t, name+"\t"+format+"\n", args...) }
	at := func(x time.Time) string {
		if x.IsZero() {
			return "never"
		}
		return x.Local().Format("2006-01-02 15:04:05")
	}
	running := "no"
	if s.Running {
		running = "yes, version " + s.Version
	}
	line("collector", "%s (%s)", s.Name, s.ID)
	line("centre", "%s", s.Centre)
	line("running", "%s", running)
	line("waiting", "%d blocks, %s, from number %d to %d", s.Next-min(s.Next, s.Wanted), humanize.IBytes(uint64(s.Backlog)), s.Wanted, max(s.Next, 1)-1)
	line("spool", "%s of %s", humanize.IBytes(uint64(s.Bytes)), humanize.IBytes(uint64(s.Limit)))
	line("last answer", "%s", at(s.Heard))
	if s.Failure != "" {
		line("no way", "since %s: %s", at(s.Since), s.Failure)
	}
	if !s.Full.IsZero() {
		line("FULL", "since %s: %d blocks were refused; nothing old is dropped", at(s.Full), s.Refused)
	}
	if s.Lost != "" {
		line("DAMAGED", "blocks %s cannot be read from the disk", s.Lost)
	}
	if s.Copied {
		line("COPY", "%s", edge.ErrDiverged)
	}
	if s.Skew > time.Minute || s.Skew < -time.Minute {
		line("clock", "%s against the centre", s.Skew.Round(time.Second))
	}
	for _, d := range s.Hello.Doors {
		state := "listening"
		if d.Failure != "" {
			state = d.Failure
		}
		line("listener", "%s: %s, %d lines of unknown senders", d.Name, state, d.Unknown)
	}
	return t.Flush()
}

func collectBundle(std streams) *cobra.Command {
	var dir, out string
	var fresh bool
	cmd := &cobra.Command{
		Use:   "bundle",
		Short: "Write what the centre has not got into a file for a USB stick",
		Long: "Write what the centre has not got into one file, signed by this collector and encrypted to the centre alone. Nothing is forgotten\n" +
			"here until the centre's receipt comes back. The collector may run meanwhile.",
		Example: "  vonggac collect bundle --out /media/usb",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			if out == "" {
				return usageError{errors.New("say where to write with --out")}
			}
			b, err := edge.MakeBundle(dir, out, fresh, time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.out, "%s\nBundle %d: %d blocks, from number %d to %d, %s.\nAt the centre: vonggac collect accept FILE, or the page of collectors. Bring its receipt back: vonggac collect receipt FILE\n",
				b.File, b.Number, b.Blocks, b.First, b.Last, humanize.IBytes(uint64(b.Bytes)))
			return err
		},
	}
	collectorData(cmd, &dir)
	cmd.Flags().StringVar(&out, "out", "", "`DIR` to write to")
	cmd.Flags().BoolVar(&fresh, "new", false, "leave out what bundles before have, though their receipts did not come yet")
	return cmd
}

func collectReceipt(std streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "receipt FILE",
		Short:   "Take the centre's receipt of a bundle, so that the spool may forget",
		Example: "  vonggac collect receipt /media/usb/vonggac-3.receipt",
		Args:    oneArgument,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := readSmall(args[0])
			if err != nil {
				return err
			}
			r, err := edge.TakeReceipt(dir, text)
			if err != nil {
				return err
			}
			missing := "no number is missing before its last block"
			if r.Missing != "" {
				missing = "numbers " + r.Missing + " are missing there"
			}
			_, err = fmt.Fprintf(std.out, "The centre has all blocks before number %d; %s. Bundle %d: %d new, %d known before.\n", r.Next, missing, r.Bundle, r.Taken, r.Repeated)
			return err
		},
	}
	collectorData(cmd, &dir)
	return cmd
}
