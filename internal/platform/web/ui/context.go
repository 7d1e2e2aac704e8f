// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import "context"

// Assets finds the address of a bundled file by its logical name, such as
// "app.css". The set of package assets is one.
type Assets interface {
	Path(name string) string
}

type assetsKey struct{}

// WithAssets returns a context whose pages and icons refer to the files of a.
// The web package calls it once a request. Without it components refer to
// "/assets/<logical name>".
func WithAssets(ctx context.Context, a Assets) context.Context {
	return context.WithValue(ctx, assetsKey{}, a)
}

func asset(ctx context.Context, name string) string {
	if a, ok := ctx.Value(assetsKey{}).(Assets); ok {
		return a.Path(name)
	}
	return "/assets/" + name
}
