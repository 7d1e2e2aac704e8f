// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// value is the text of one key and where it stands.
type value struct{ text, origin string }

// layer is what one source says: key -> value.
type layer map[string]value

const (
	envPrefix  = "VONGGAC_"
	testPrefix = "VONGGAC_TEST_" // read by tests only
	fileEnv    = "VONGGAC_CONFIG"
)

// gather reads the four layers, weakest first, and reports everything wrong
// in any of them.
func gather(src Sources) ([]layer, error) {
	env := map[string]string{}
	for _, pair := range src.Env {
		name, text, _ := strings.Cut(pair, "=")
		env[name] = text
	}
	path := src.File
	if path == "" {
		path = env[fileEnv]
	}
	fromFile, fileErr := readFile(path)
	fromEnv, envErr := readEnv(env)
	fromFlags, flagErr := readFlags(src.Flags)
	layers := []layer{defaults(env), fromFile, fromEnv, fromFlags}
	err := errors.Join(fileErr, envErr, flagErr)
	for _, l := range layers {
		err = errors.Join(err, l.readSecrets())
	}
	return layers, err
}

func defaults(env map[string]string) layer {
	l := layer{}
	for _, s := range settings {
		l[s.key] = value{s.def, "default"}
	}
	l["data"] = value{dataFolder(env), "default"}
	return l
}

// dataFolder is where programs of this user keep data: the XDG Base Directory
// Specification 0.8 (XDG_DATA_HOME, else ~/.local/share), on Windows
// LocalAppData; where none is set, the folder "data".
func dataFolder(env map[string]string) string {
	for _, at := range []struct{ name, below string }{
		{"XDG_DATA_HOME", ""}, {"LocalAppData", ""}, {"HOME", filepath.Join(".local", "share")}} {
		if base := env[at.name]; filepath.IsAbs(base) {
			return filepath.Join(base, at.below, "vonggac")
		}
	}
	return "data"
}

// readFile reads the YAML file. Every key stands in its sections ("tls:" over
// "mode:"); a list may stand for a text with commas.
func readFile(path string) (layer, error) {
	l := layer{}
	if path == "" {
		return l, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, l.addNode(path, "", doc.Content[0])
}

func (l layer) addNode(path, key string, n *yaml.Node) error {
	place := fmt.Sprintf("%s:%d", path, n.Line)
	if n.Kind == yaml.MappingNode && !isKey(key) {
		var errs []error
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			at := strings.TrimPrefix(key+"."+name, ".")
			if strings.Contains(name, ".") {
				errs = append(errs, fmt.Errorf("%s:%d: unknown key %q; write sections, not dots", path, n.Content[i].Line, name))
				continue
			}
			errs = append(errs, l.addNode(path, at, n.Content[i+1]))
		}
		return errors.Join(errs...)
	}
	text, err := scalar(n)
	switch {
	case key == "" && n.Tag == "!!null":
		return nil
	case !isKey(key):
		return fmt.Errorf("%s: unknown key %q", place, key)
	case err != nil:
		return fmt.Errorf("%s: %s: %w", place, key, err)
	}
	if _, twice := l[key]; twice {
		return fmt.Errorf("%s: %s stands twice", place, key)
	}
	l[key] = value{text, place}
	return nil
}

func isKey(key string) bool {
	_, _, ok := known(key)
	return ok
}

func scalar(n *yaml.Node) (string, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", errors.New("has no value; leave the key out for the default")
		}
		return n.Value, nil
	case yaml.SequenceNode:
		parts := make([]string, len(n.Content))
		for i, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return "", errors.New("want a list of plain values")
			}
			parts[i] = c.Value
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("want a plain value or a list of them")
}

// envName is the variable of key: VONGGAC_TLS_MODE for tls.mode.
func envName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

func readEnv(env map[string]string) (layer, error) {
	keys := map[string]string{}
	for _, s := range settings {
		keys[envName(s.key)] = s.key
		if s.secret {
			keys[envName(s.key+"_file")] = s.key + "_file"
		}
	}
	l := layer{}
	var errs []error
	for name, text := range env {
		if !strings.HasPrefix(name, envPrefix) || strings.HasPrefix(name, testPrefix) || name == fileEnv {
			continue
		}
		key, ok := keys[name]
		if !ok {
			errs = append(errs, fmt.Errorf("environment: unknown variable %s", name))
			continue
		}
		l[key] = value{text, "environment " + name}
	}
	return l, errors.Join(errs...)
}

func readFlags(flags map[string]string) (layer, error) {
	l := layer{}
	var errs []error
	for key, text := range flags {
		if !isKey(key) {
			errs = append(errs, fmt.Errorf("flag: unknown key %q", key))
			continue
		}
		l[key] = value{text, "flag"}
	}
	return l, errors.Join(errs...)
}

// readSecrets replaces each _file twin by what its file holds, without the
// line end.
func (l layer) readSecrets() error {
	var errs []error
	for _, s := range settings {
		twin, ok := l[s.key+"_file"]
		if !s.secret || !ok {
			continue
		}
		delete(l, s.key+"_file")
		if also, both := l[s.key]; both {
			errs = append(errs, fmt.Errorf("%s: %s_file: stands beside %s (%s); keep one", twin.origin, s.key, s.key, also.origin))
			continue
		}
		raw, err := os.ReadFile(twin.text)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %s_file: %w", twin.origin, s.key, err))
			continue
		}
		l[s.key] = value{strings.TrimRight(string(raw), "\r\n"), twin.origin}
	}
	return errors.Join(errs...)
}
