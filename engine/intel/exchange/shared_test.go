// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

// sharedData is the set of others' data beside the repository.
const sharedData = "../../../../shared/data"

func shared(t *testing.T, pattern string) []string {
	t.Helper()
	if _, err := os.Stat(sharedData); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("shared data absent: %s", pattern)
	}
	files, err := filepath.Glob(filepath.Join(sharedData, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	return files
}

// loaded reads one file of the shared data.
func loaded(t *testing.T, path string, o exchange.Options) (exchange.Report, []intel.Indicator, error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []intel.Indicator
	r, err := exchange.Read(f, o, func(i intel.Indicator) error {
		all = append(all, i)
		return nil
	})
	accounted(t, r)
	for _, i := range all {
		if same, why := exchange.Canonical(i); !i.Revoked && (why != "" || same != i) {
			t.Errorf("%s: %+v is not canonical: %s", path, i, why)
		}
	}
	return r, all, err
}

// TestSharedListsGiveTheirCounts holds real lists against the counts of their
// READMEs and of other tools.
func TestSharedListsGiveTheirCounts(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		format         exchange.Format
		rows, accepted int64
	}{
		"indicators/malicious-domains.csv.gz":              {exchange.CSV, 280_000, 280_000},
		"indicators/malicious-ips.csv.gz":                  {exchange.CSV, 60_000, 59_998}, // port 0 and port 500081
		"indicators/malicious-urls.csv.gz":                 {exchange.CSV, 9_633, 9_633},
		"indicators/malicious-domains-hosts-format.txt.gz": {exchange.Hosts, 20_000, 20_000},
		"indicators/hosts-add-risk.txt":                    {exchange.Hosts, 2_189, 2_189},
		"indicators/hosts-add-spam.txt":                    {exchange.Hosts, 57, 57},
		"indicators/raw-trail-apt_turla.txt.gz":            {exchange.Maltrail, 468, 317},
		"indicators/raw-trail-emotet.txt.gz":               {exchange.Maltrail, 15_034, 8_122},
		"indicators/suspicious-dynamic_domain.txt.gz":      {exchange.Maltrail, 2_496, 2_035},
		"indicators/suspicious-onion.txt.gz":               {exchange.Maltrail, 56, 55}, // without ".onion"
		"benign-domains/tranco-10k.txt":                    {exchange.Plain, 9_994, 9_994},
		"benign-domains/opendns-top-10k.txt":               {exchange.Plain, 10_000, 9_998}, // without two suffixes below gov.br
		"ioc-csv/HvS_APT27_2021-10_IOCs.csv":               {exchange.CSV, 76, 57},
		"ioc-csv/HvS_APT37_2020_Command_and_Control.csv":   {exchange.CSV, 42, 39},
		"ioc-csv/HvS_BlackBasta_2023-11_IOCs.csv":          {exchange.CSV, 28, 16},
		"ioc-csv/HvS_BlackBasta_2024-04_IOCs.csv":          {exchange.CSV, 71, 46},
		"ioc-csv/HvS_CVE-2021-26084_2021-09_IOCs.csv":      {exchange.CSV, 81, 67},
		"ioc-csv/HvS_Follina_2022_05_IOCs.csv":             {exchange.CSV, 27, 25},
		"ioc-csv/HvS_Novter_2021-02_IOCs.csv":              {exchange.CSV, 79, 68},
		"ioc-csv/HvS_Proxyshell_2021_09_IOCs.csv":          {exchange.CSV, 26, 13},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			r, all, err := loaded(t, shared(t, path)[0], exchange.Options{})
			if err != nil || r.Format != want.format || r.Rows != want.rows || r.Accepted != want.accepted || int64(len(all)) != r.Accepted {
				t.Errorf("%d taken, %+v, %v", len(all), r, err)
			}
		})
	}
}

// TestSharedBundlesAreAccountedFor counts objects and patterns by other means.
func TestSharedBundlesAreAccountedFor(t *testing.T) {
	t.Parallel()
	files := shared(t, "stix/bundles/*.json")
	for _, pattern := range []string{"stix/idioms-2.0/*.json", "stix/idioms-2.1/*.json", "stix/mobile-attack-17.1.json.gz"} {
		files = append(files, shared(t, pattern)...)
	}
	for _, path := range files {
		r, _, err := loaded(t, path, exchange.Options{})
		if err != nil || r.Format != exchange.STIX {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
		want, indicators := objectsOf(t, path)
		if diff := gocmp.Diff(want, r.Passed); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
		if r.Rows < indicators || indicators == 0 && r.Rows > 0 {
			t.Errorf("%s: %d rows of %d indicators", path, r.Rows, indicators)
		}
	}
}

// objectsOf counts the objects of a bundle by type, indicators apart.
func objectsOf(t *testing.T, path string) (map[string]int64, int64) {
	t.Helper()
	type object struct{ Type string }
	var all struct {
		object
		Objects []object
	}
	text := unpacked(t, path)
	if json.Unmarshal(text, &all) != nil {
		if err := json.Unmarshal(text, &all.Objects); err != nil {
			t.Fatal(err)
		}
	} else if all.Objects == nil {
		all.Objects = []object{all.object}
	}
	var counts map[string]int64
	indicators := int64(0)
	for _, o := range all.Objects {
		if o.Type == "indicator" {
			indicators++
			continue
		}
		if counts == nil {
			counts = map[string]int64{}
		}
		counts[o.Type]++
	}
	return counts, indicators
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestPoisonIvyIsReadWhole follows one bundle to its threats.
func TestPoisonIvyIsReadWhole(t *testing.T) {
	t.Parallel()
	r, all, err := loaded(t, shared(t, "stix/bundles/poisonivy.json")[0], exchange.Options{})
	if err != nil || r.Accepted != 64 {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, "refused", reasons(r.Refused), []string{"bad_name 1", "type:file:name 2"}) // "domain autuo.xicp.net"
	named := 0
	for _, i := range all {
		if i.Threat != "" && !i.From.IsZero() && strings.HasPrefix(i.Reference, "indicator--") {
			named++
		}
	}
	if named != 57 { // one indicator of seven values has no relationship
		t.Errorf("%d of %d have a threat, a time and a reference", named, len(all))
	}
}

func TestInvalidObjectsAreRefused(t *testing.T) {
	t.Parallel()
	for _, path := range shared(t, "stix/validator-v20/*.json") {
		r, _, err := loaded(t, path, exchange.Options{Format: exchange.STIX})
		bad := err != nil || r.Refused[exchange.BadObject] == 1
		if bad != strings.HasPrefix(filepath.Base(path), "invalid_") {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
	}
}

// TestSharedEventsAreAccountedFor counts attributes, with those inside objects,
// and the detection flag by other means.
func TestSharedEventsAreAccountedFor(t *testing.T) {
	t.Parallel()
	total, marked := int64(0), int64(0)
	for _, path := range append(shared(t, "misp/events/*"), shared(t, "misp/pymisp/*")...) {
		if filepath.Base(path) == "sharing_groups.json" {
			continue // no event
		}
		var v any
		if err := json.Unmarshal(unpacked(t, path), &v); err != nil {
			t.Fatal(err)
		}
		c := counted{}
		c.walk(v)
		r, _, err := loaded(t, path, exchange.Options{})
		if err != nil || r.Format != exchange.MISP || r.Refused[exchange.NotDetection] != c.attributes-c.marked || r.Rows != c.attributes+c.twofold(true) {
			t.Errorf("%s: %+v, %v; want %+v", path, r, err, c)
		}
		all, _, err := loaded(t, path, exchange.Options{AllAttributes: true})
		if err != nil || all.Rows != c.attributes+c.twofold(false) || all.Refused[exchange.NotDetection] != 0 {
			t.Errorf("%s, all attributes: %+v, %v; want %+v", path, all, err, c)
		}
		total, marked = total+c.attributes, marked+c.marked
	}
	if total != 1549 || marked != 428 {
		t.Errorf("%d attributes, %d marked for detection", total, marked)
	}
}

// counted counts attributes in any JSON.
type counted struct {
	attributes, marked int64
	pairs, markedPairs int64 // "domain|ip": two values in one
}

func (c *counted) twofold(marked bool) int64 {
	if marked {
		return c.markedPairs
	}
	return c.pairs
}

func (c *counted) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.walk(e)
		}
	case map[string]any:
		if list, ok := v["Attribute"].([]any); ok {
			for _, a := range list {
				c.attribute(a.(map[string]any))
			}
		}
		for _, key := range []string{"response", "Event", "Object"} {
			c.walk(v[key])
		}
	}
}

func (c *counted) attribute(a map[string]any) {
	c.attributes++
	pair := a["type"] == "domain|ip"
	if pair {
		c.pairs++
	}
	if a["to_ids"] == true {
		c.marked++
		if pair {
			c.markedPairs++
		}
	}
}

// TestSharedWarningListsAreAccountedFor takes each entry or says why not.
func TestSharedWarningListsAreAccountedFor(t *testing.T) {
	t.Parallel()
	taken := map[string]int64{}
	for _, path := range shared(t, "misp/warninglists/*.json.gz") {
		var list struct {
			Name, Type string
			List       []string
		}
		if err := json.Unmarshal(unpacked(t, path), &list); err != nil {
			t.Fatal(err)
		}
		r, _, err := loaded(t, path, exchange.Options{})
		if err != nil || r.Kind != intel.Allow || r.Rows != int64(len(list.List)) || r.Title != list.Name {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
		taken[list.Type] += r.Accepted
	}
	want := map[string]int64{"cidr": 63_138, "hostname": 48_175, "string": 4_995, "substring": 0}
	if diff := gocmp.Diff(want, taken); diff != "" {
		t.Error(diff)
	}
}
