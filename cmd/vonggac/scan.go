// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// scanFlags are the flags as given.
type scanFlags struct {
	indicators, allow   []string
	format, mapping     string
	tz, at              string
	json                bool
	summaryTo, rollupTo string
}

func scanCommand(std streams) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [flags] FILE...",
		Short: "Look for indicators in logs, offline",
		Long: `Look for indicators in logs of DNS servers, sensors, proxies and firewalls, offline.

Logs and lists may be plain, gzip or zstd, in UTF-8 or UTF-16; "-" is standard
input. A name hits when it or a parent of it is listed. Every list that names it
is reported, the most specific entry first; an entry of an --allow list, or an
AdBlock "@@" line, takes back block entries no more specific than itself.

Of logs of connections, requests, handshakes, files and mails every name,
address, port, URL, hash, mailbox and TLS fingerprint is looked up; the client
is the end that made contact, or the other end where that one is listed itself.
The roll-up holds names alone.

Exit codes: 0 done (rejected lines included), 1 something could not be read or
done (after the rest is done), 2 wrong use.`,
		Example: `  vonggac scan --indicators bad-domains.csv.gz query.log query.log.1.gz
  zcat old/*.gz | vonggac scan --indicators bad.txt --format bind9 --json -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("scan: no log file given; name one or more, or - for standard input")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runScan(cmd.Context(), std, f, args, time.Now())
		},
	}
	flag := cmd.Flags()
	flag.StringArrayVar(&f.indicators, "indicators", nil, "list of indicators `FILE` (plain, hosts or CSV); may be repeated")
	flag.StringArrayVar(&f.allow, "allow", nil, "list of names known to be good `FILE`; may be repeated")
	flag.StringVar(&f.format, "format", "auto", "log format `NAME`: auto, "+strings.Join(formatNames(), ", "))
	flag.StringVar(&f.mapping, "mapping", "", "mapping `FILE` (YAML) that says how a log of no known format is read")
	flag.StringVar(&f.tz, "tz", "Asia/Ho_Chi_Minh", "`ZONE` of lines that name none, and of days")
	flag.StringVar(&f.at, "at", "", "`DATE` when the log was taken, for lines without a year (2006-01-02 or RFC 3339; default now)")
	flag.BoolVar(&f.json, "json", false, "print one JSON object a hit group")
	flag.StringVar(&f.summaryTo, "summary", "", "write the counts as JSON to `FILE`")
	flag.StringVar(&f.rollupTo, "rollup", "", "write day,client,name,count,first,last,verdict as CSV to `FILE`")
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range format.Logs() {
		names = append(names, f.Name)
	}
	return names
}

// scanJob is one run of scan.
type scanJob struct {
	std     streams
	opt     scan.Options
	out     *bufio.Writer
	outputs scanOutputs
	print   func(hitRow) error
	total   scan.Counts
	bytes   int64
	failed  bool
	started time.Time
	bar     *progressbar.ProgressBar // nil where nobody watches
}

func runScan(ctx context.Context, std streams, f scanFlags, files []string, now time.Time) (err error) {
	opt, err := f.options(files, now)
	if err != nil {
		return err
	}
	job := &scanJob{std: std, opt: opt, out: bufio.NewWriter(std.out), started: now}
	job.print = job.table()
	if f.json {
		job.print = job.objects()
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that goes is an error to deal with, see printHits
	if job.outputs, err = f.create(files); err != nil {
		return err
	}
	defer func() { err = job.outputs.close(err) }()
	if job.outputs.rollup != nil {
		job.opt.Rollup = rollup.New(opt.Lines.Zone, "", rollupRoom)
		defer func() { err = errors.Join(err, job.opt.Rollup.Close()) }()
	}
	job.opt.Index = job.load(f)
	if err := job.files(ctx, files); err != nil {
		return err
	}
	return job.finish()
}

// options checks the flags. Its errors are wrong use.
func (f scanFlags) options(files []string, now time.Time) (scan.Options, error) {
	var opt scan.Options
	zone, err := time.LoadLocation(f.tz)
	if err != nil || f.tz == "" {
		return opt, usageError{fmt.Errorf("--tz %q is no time zone; give a name such as Asia/Ho_Chi_Minh or UTC", f.tz)}
	}
	opt.Lines, opt.Now = format.Options{Zone: zone, At: now}, now
	if f.at != "" {
		if opt.Lines.At, err = parseAt(f.at, zone); err != nil {
			return opt, usageError{err}
		}
	}
	if err := f.choose(&opt); err != nil {
		return opt, usageError{err}
	}
	stdins := 0
	for _, name := range files {
		if name == "-" {
			stdins++
		}
	}
	if stdins > 1 {
		return opt, usageError{errors.New("- (standard input) is given twice; it can be read once")}
	}
	return opt, nil
}

// choose sets how logs are read.
func (f scanFlags) choose(opt *scan.Options) error {
	if f.mapping != "" {
		if f.format != "auto" {
			return errors.New("--mapping says how the log is read; leave --format out")
		}
		text, err := os.ReadFile(f.mapping)
		if err != nil {
			return fmt.Errorf("--mapping %w; name a file that can be read", err)
		}
		if opt.Activity, err = format.ReadMapping(bytes.NewReader(text)); err != nil {
			return fmt.Errorf("--mapping %s: %w", visible(f.mapping), err)
		}
		return nil
	}
	if f.format == "auto" {
		return nil
	}
	l, ok := format.LookupLog(f.format)
	if !ok {
		return fmt.Errorf("--format %q is not known; use auto or one of %s", f.format, strings.Join(formatNames(), ", "))
	}
	opt.Format, opt.Activity = l.DNS, l.Activity
	return nil
}

func parseAt(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fmt.Errorf("--at %q is no date; write 2026-11-21 or 2026-11-21T08:00:00+07:00", text)
	}
	return t, nil
}

// loadingGC is the garbage collector's target while lists load, in percent. What
// is alive then doubles again and again and holds no pointers, so that looking
// for what is not costs more than it frees.
const loadingGC = 400

// load reads the lists. One that cannot be read is said and passed over.
func (j *scanJob) load(f scanFlags) *intel.Index {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(loadingGC))
	}
	var b intel.Builder
	taken := map[string]bool{}
	for i, path := range append(f.indicators[:len(f.indicators):len(f.indicators)], f.allow...) {
		l := intel.List{Name: listName(path, taken), Source: path}
		if i >= len(f.indicators) {
			l.Kind = intel.Allow
		}
		in, err := os.Open(path)
		if err != nil {
			j.fail(path, err)
			continue
		}
		report, err := b.Load(in, l)
		if err := errors.Join(err, in.Close()); err != nil {
			j.fail(path, err)
			if report.Rows == 0 {
				continue
			}
		}
		j.reportList(path, l, report)
	}
	return b.Build()
}

// fail says that a file could not be read, and goes on.
func (j *scanJob) fail(name string, err error) {
	j.failed = true
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err // the name stands before it
	}
	fmt.Fprintf(j.std.err, "vonggac: %s: %v\n", visible(name), err)
}

// failLine says what broke a log, and goes on.
func (j *scanJob) failLine(e *scan.Error) {
	name := e.File
	if e.Line > 0 {
		name = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if errors.Is(e.Err, scan.ErrFormat) {
		j.fail(name, fmt.Errorf("no known log format fits; if you know it, name it with --format: %s; of any other log say the fields with --mapping", strings.Join(formatNames(), ", ")))
		return
	}
	j.fail(name, e.Err)
}
