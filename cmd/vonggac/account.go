// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func accountCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{Use: "account", Short: "Look after accounts without a browser", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(accountLinkCommand(std))
	return cmd
}

// accountLinkCommand is the way back in when nobody can sign in: whoever may
// read the data folder owns the centre anyway.
func accountLinkCommand(std streams) *cobra.Command {
	var set settings
	cmd := &cobra.Command{
		Use:     "link LOGIN",
		Short:   "Print a one-time link with which LOGIN sets a new password",
		Long:    "Print a one-time link with which LOGIN sets a new password. Stop the centre first: with the default stores one process owns the data folder.",
		Example: "  vonggac account link nguyen.van.a --data /var/lib/vonggac",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("account link takes one login, got %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			fictitious, err := app.IsDemo(cfg.Data)
			if err != nil {
				return err
			}
			if fictitious { // its records lie in its folder, whatever is configured
				if cfg, err = demoConfig(config.Sources{Env: os.Environ(), Flags: map[string]string{"data": cfg.Data}}); err != nil {
					return usageError{err}
				}
			}
			a, err := app.Open(cmd.Context(), app.Options{Config: cfg, Log: logger(std.err, cfg), Version: versionText(), Demo: fictitious})
			if err != nil {
				return err
			}
			secret, err := a.Rooms.Accounts.Recover(cmd.Context(), args[0])
			if closed := a.Close(); err == nil {
				err = closed
			}
			if fault.Is(err, fault.NotFound) {
				return fmt.Errorf("no account has the login %q", args[0])
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(std.out, startLink(cfg, secret))
			return err
		},
	}
	set.flags(cmd)
	return cmd
}

func configCommand(std streams) *cobra.Command {
	var set settings
	var example bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show every setting in force and where it comes from; secrets stay hidden",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if example {
				_, err := std.out.Write(config.Example())
				return err
			}
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			return cfg.Show(std.out)
		},
	}
	set.flags(cmd)
	cmd.Flags().BoolVar(&example, "example", false, "print a configuration file with every key at its default instead")
	return cmd
}
