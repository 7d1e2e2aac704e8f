// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/intake/edge"
)

// collectAccept is at the centre: it brings a bundle in.
func collectAccept(std streams) *cobra.Command {
	var set settings
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "accept FILE",
		Short: "At the centre: bring in a bundle from a USB stick",
		Long: "At the centre, which must be running: bring in the bundle of a collector, and leave its receipt beside it for the collector to\n" +
			"forget by. A bundle that came before counts once.",
		Example: "  vonggac collect accept /media/usb/vonggac-1a2b3c4d-000003.bundle --data /var/lib/vonggac",
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			cfg, err := set.load(cmd)
			if err != nil {
				return err
			}
			raw, err := app.Ask(cmd.Context(), cfg.Data, "collect.accept", app.AcceptAsk{File: file}, func(app.Step) {})
			if errors.Is(err, app.ErrNotRunning) {
				return errors.New("the centre does not run: start it, so that it can take the blocks")
			}
			if err != nil {
				return err
			}
			var got app.Accepted
			if err := json.Unmarshal(raw, &got); err != nil {
				return fmt.Errorf("answer of the centre: %w", err)
			}
			receipt := strings.TrimSuffix(file, ".bundle") + ".receipt"
			if err := os.WriteFile(receipt, []byte(got.Receipt), 0o600); err != nil {
				return fmt.Errorf("the bundle is in; its receipt could not be written: %w (it is on the collector's page)", err)
			}
			if asJSON {
				_, err := fmt.Fprintf(std.out, "%s\n", raw)
				return err
			}
			missing := "Nothing is missing."
			if got.Missing != "" {
				missing = "Missing are the blocks " + got.Missing + "."
			}
			_, err = fmt.Fprintf(std.out, "Bundle %d: %d new blocks, %d known before, %d of no source. %s\nReceipt for the collector: %s\n", got.Bundle, got.Taken, got.Repeated,
				got.Refused, missing, receipt)
			return err
		},
	}
	set.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one JSON object")
	return cmd
}

func oneArgument(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{errors.New("name one file")}
	}
	return nil
}

// readSmall reads a file that holds no more than a receipt can.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, edge.MostSaid+1))
	if err = errors.Join(err, f.Close()); err == nil && len(raw) > edge.MostSaid {
		err = fmt.Errorf("%s: %w", path, edge.ErrReceipt)
	}
	return raw, err
}
