// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/packaging"
)

// served is a part of the program that can run as a service.
type served struct {
	name  string   // of the service
	verb  []string // of the program
	call  string   // of the subcommands here
	title string   // for people
	unit  string   // of systemd, with the usual paths
	data  string   // usual folder of its data, which the unit has
}

// The services.
var (
	centreService = served{"vonggac", []string{"serve"}, "vonggac service", "Vọng Gác, security operations centre", packaging.Unit, "/var/lib/vonggac"}
	edgeService   = served{"vonggac-collect", []string{"collect", "run"}, "vonggac collect service", "Vọng Gác, collector of logs", packaging.CollectUnit,
		"/var/lib/vonggac-collect"}
)

// order is what a service is made of. All paths are absolute.
type order struct {
	what    served
	program string
	data    string
	config  string // may be empty
	log     string // file the program writes its log to; empty: standard error
}

// arguments are those of the program, one an element, not quoted.
func (o order) arguments() []string {
	args := append(slices.Clone(o.what.verb), "--data", o.data)
	if o.config != "" {
		args = append(args, "--config", o.config)
	}
	if o.log != "" {
		args = append(args, "--log-file", o.log)
	}
	return args
}

// manager is the system's keeper of services.
type manager interface {
	// Describe is what Install would set up, for a person to read.
	Describe(o order) (string, error)
	Install(ctx context.Context, o order) error
	Uninstall(ctx context.Context) error
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Status(ctx context.Context) (string, error)
}

func serviceCommand(std streams, what served) *cobra.Command {
	cmd := &cobra.Command{Use: "service", Short: "Run it as a service of Windows or systemd", Args: noArguments,
		Long: "Install, start and stop " + what.title + " as a service: of the Windows service manager, or of systemd.\n" +
			"Needs the rights of an administrator (root). Uninstalling leaves the data alone.",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(serviceInstall(std, what))
	for _, one := range []struct {
		name, short, done string
		do                func(manager, context.Context) error
	}{
		{"uninstall", "Remove the service; the data stays", "removed; its data stays", manager.Uninstall},
		{"start", "Start the service", "started", manager.Start},
		{"stop", "Stop the service and wait for its end", "stopped", manager.Stop},
	} {
		cmd.AddCommand(&cobra.Command{Use: one.name, Short: one.short, Args: noArguments,
			RunE: func(cmd *cobra.Command, _ []string) error {
				if err := one.do(system(what), cmd.Context()); err != nil {
					return err
				}
				_, err := fmt.Fprintf(std.out, "The service %s is %s.\n", what.name, one.done)
				return err
			}})
	}
	cmd.AddCommand(&cobra.Command{Use: "status", Short: "Say whether the service runs", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			said, err := system(what).Status(cmd.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(std.out, said)
			return err
		}})
	return cmd
}

func serviceInstall(std streams, what served) *cobra.Command {
	var data, file string
	var show bool
	cmd := &cobra.Command{
		Use:     "install",
		Short:   "Install the service, started with the machine",
		Example: "  " + what.call + " install --data " + what.data + "\n  " + what.call + " install --data \"C:\\ProgramData\\" + what.name + "\"",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := newOrder(what, data, file)
			if err != nil {
				return err
			}
			if show {
				text, err := system(what).Describe(o)
				if err == nil {
					_, err = io.WriteString(std.out, text)
				}
				return err
			}
			if err := system(what).Install(cmd.Context(), o); err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.out, "The service %s is installed, with its data in %s.\nStart it: %s start\n", what.name, o.data, what.call)
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", serviceData(what), "`DIR` of all data")
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (YAML)")
	cmd.Flags().BoolVar(&show, "print", false, "print what would be installed and install nothing")
	return cmd
}

// newOrder makes paths absolute: a service begins in another folder. What no
// manager of services can pass on is refused.
func newOrder(what served, data, file string) (order, error) {
	program, err := os.Executable()
	if err != nil {
		return order{}, fmt.Errorf("path of this program: %w", err)
	}
	o := order{what: what, program: program}
	if o.data, err = filepath.Abs(data); err != nil {
		return order{}, usageError{fmt.Errorf("--data: %w", err)}
	}
	if file != "" {
		if o.config, err = filepath.Abs(file); err != nil {
			return order{}, usageError{fmt.Errorf("--config: %w", err)}
		}
		if _, err := os.Stat(o.config); err != nil {
			return order{}, usageError{fmt.Errorf("--config: %w", err)}
		}
	}
	o.log = serviceLog(what, o.data)
	for _, path := range append(o.arguments(), o.program) {
		if strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return order{}, usageError{fmt.Errorf("%q: a service cannot have control characters in its paths", path)}
		}
	}
	return o, nil
}

// commandLine quotes a command as Windows programs split it again
// (CommandLineToArgvW): quotes around what has spaces or is empty, backslashes
// doubled before a quote.
func commandLine(args ...string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		if a != "" && !strings.ContainsAny(a, " \t\"") {
			quoted[i] = a
			continue
		}
		var b strings.Builder
		slashes := 0
		for i := range len(a) { // by bytes: a path need not be UTF-8
			switch a[i] {
			case '\\':
				slashes++
			case '"':
				b.WriteString(strings.Repeat(`\`, slashes+1))
				slashes = 0
			default:
				slashes = 0
			}
			b.WriteByte(a[i])
		}
		quoted[i] = `"` + b.String() + strings.Repeat(`\`, slashes) + `"`
	}
	return strings.Join(quoted, " ")
}
