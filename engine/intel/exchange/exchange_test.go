// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

var now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// brief shows an indicator in one line: "domain evil.com", with what is beside
// the usual behind it.
func brief(i intel.Indicator) string {
	s := i.Type.String() + " " + i.Value
	if i.Type == intel.Domain && i.Scope == intel.ExactOnly {
		s += " exact"
	}
	if i.Revoked {
		s = "revoked " + s
	}
	return s
}

// take reads text and returns what was handed on, "allow " before exceptions.
func take(t *testing.T, text string, o exchange.Options) ([]string, exchange.Report) {
	t.Helper()
	var got []string
	o.Allow = func(i intel.Indicator) error {
		got = append(got, "allow "+brief(i))
		return nil
	}
	r, err := exchange.Read(strings.NewReader(text), o, func(i intel.Indicator) error {
		got = append(got, brief(i))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, r)
	return got, r
}

// accounted holds that no row is lost or counted twice.
func accounted(t *testing.T, r exchange.Report) {
	t.Helper()
	sum := r.Accepted + r.Merged + r.Expired + r.Revoked
	for n := range maps.Values(r.Refused) {
		sum += n
	}
	if sum != r.Rows || r.Widened > r.Accepted {
		t.Errorf("%d rows, but %d accounted for: %+v", r.Rows, sum, r)
	}
}

// reasons shows why rows were refused: "bad_name 2".
func reasons(of map[intel.Reason]int64) []string {
	var all []string
	for _, why := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%s %d", string(why), of[why]))
	}
	return all
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

const digestsOf = "d41d8cd98f00b204e9800998ecf8427e\nDA39A3EE5E6B4B0D3255BFEF95601890AFD80709\n" +
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"

// TestTexts reads each text layout.
func TestTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text    string
		format  exchange.Format
		want    []string
		merged  int64
		widened int64
		refused []string
	}{
		"plain, every type": {
			text: "# c\nEvil.com.\nevil[.]com\n1.2.3.4\n2001:DB8::1\n10.1.2.3/8\n1.2.3.4:443\n[2001:db8::1]:80\nhxxp://Evil.com/a?b#c\nevil.com/x\na@Evil.com\n" +
				"t13d1516h2_8daaf6152771_b186095e22b6\nevil.net:8080\n" + digestsOf,
			format: exchange.Plain,
			want: []string{"domain evil.com", "ip 1.2.3.4", "ip 2001:db8::1", "ip-range 10.0.0.0/8", "ip-port 1.2.3.4:443", "ip-port [2001:db8::1]:80",
				"url http://evil.com/a?b", "url evil.com/x", "email a@evil.com", "ja4 t13d1516h2_8daaf6152771_b186095e22b6", "domain evil.net",
				"md5 d41d8cd98f00b204e9800998ecf8427e", "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
				"sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
			merged: 1, widened: 1,
		},
		"plain, what is refused": {
			text:    "ev il.com\ncom.vn\nev*l.com\n||a.com^$third-party\n/path/only\n0.0.0.0/0\n1.2.3.4:0\nhttp:///x\na b@c.com\nx..com\n" + strings.Repeat("f", 128) + "\n",
			format:  exchange.Plain,
			refused: []string{"bad_name 1", "bad_value 2", "columns 2", "filter_option 1", "public_suffix 1", "too_wide 1", "type:path 1", "type:sha512 1", "wildcard 1"},
		},
		"plain with AdBlock exceptions": {
			text: "||evil.com^\n@@||good.evil.com^\n*.c.com\n.d.com\n", format: exchange.Plain,
			want: []string{"domain evil.com", "allow domain good.evil.com", "domain c.com", "domain d.com"},
		},
		"a URL and the same without its scheme": {
			text: "http://a.com/x\nhttps://a.com/x\na.com/x\n", format: exchange.Plain, want: []string{"url http://a.com/x"}, merged: 2,
		},
		"hosts": {
			text:   "127.0.0.1 localhost\n0.0.0.0 a.com b.com # x\n:: c.com\n192.168.1.1 printer.local.example\n0.0.0.0\n0.0.0.0 0.0.0.0\n",
			format: exchange.Hosts, want: []string{"domain a.com", "domain b.com", "domain c.com"}, refused: []string{"no_name 1", "real_address 1", "type:ip 1"},
		},
		"Suricata dataset of strings": {
			text: "ZXZpbC5jb20=\naHR0cDovL2EuY29tL3g=,100\nISEh\nd29yZA==\n", format: exchange.Dataset,
			want: []string{"domain evil.com", "url http://a.com/x"}, refused: []string{"bad_name 1", "public_suffix 1"},
		},
		"Maltrail": {
			text:   "# Reference: https://example.org/a (# x)\n# Aliases: foo, bar\n\nevil.com\n1.2.3.4:80\nevil.com/gate.php\n/gate.php\nevil.com # again\n",
			format: exchange.Maltrail, want: []string{"domain evil.com", "ip-port 1.2.3.4:80", "url evil.com/gate.php"}, merged: 1, refused: []string{"type:path 1"},
		},
		"RPZ": {
			text: "$TTL 300\n@ IN SOA localhost. root.localhost. (\n 1 ; serial\n 3600 600 86400 300 )\n IN NS localhost.\n" +
				"a.com CNAME .\n*.a.com CNAME .\nb.com 60 IN CNAME *.\n*.c.com CNAME rpz-drop.\nd.com CNAME rpz-passthru.\ne.com CNAME garden.example.\n" +
				"f.com A 0.0.0.0\nf.com AAAA ::\n32.1.2.0.192.rpz-ip CNAME .\n24.0.2.0.192.rpz-ip CNAME .\n128.1.zz.db8.2001.rpz-ip CNAME .\n32.1.2.0.192.rpz-client-ip CNAME .\n",
			format: exchange.RPZ,
			want: []string{"domain a.com", "domain b.com exact", "domain c.com", "allow domain d.com exact", "domain f.com exact", "ip 192.0.2.1",
				"ip-range 192.0.2.0/24", "ip 2001:db8::1"},
			widened: 1, refused: []string{"elsewhere 1", "type:rpz-client-ip 1"},
		},
		"RPZ as a transfer, names absolute": {
			text: "rpz.example. 300 IN SOA ns. root. 1 2 3 4 5\nevil.com.rpz.example. 300 IN CNAME .\n", format: exchange.RPZ, want: []string{"domain evil.com exact"},
		},
		"Unbound": {
			text: "server:\nlocal-zone: \"a.com.\" always_nxdomain\nlocal-zone: b.com redirect\nlocal-data: \"b.com A 0.0.0.0\"\nlocal-zone: \"c.com\" redirect\n" +
				"local-data: \"c.com A 192.0.2.1\"\nlocal-data: 'd.com A 0.0.0.0'\nlocal-data: \"d.com. 60 IN A 0.0.0.0\"\nlocal-zone: \"e.com\" always_transparent\n",
			format: exchange.Unbound, want: []string{"domain a.com", "domain b.com", "domain d.com exact", "allow domain e.com"},
			merged: 1, refused: []string{"elsewhere 1"},
		},
		"dnsmasq": {
			text: "address=/a.com/0.0.0.0\naddress=/b.com/c.com/\nlocal=/d.com/\nserver=/corp.example/10.0.0.1\naddress=/e.com/192.0.2.1\nserver=/f.com/#\n" +
				"host-record=g.com,0.0.0.0\nserver=9.9.9.9\n",
			format: exchange.Dnsmasq,
			want:   []string{"domain a.com", "domain b.com", "domain c.com", "domain d.com", "allow domain f.com", "domain g.com exact"}, refused: []string{"elsewhere 2"},
		},
		"nothing": {format: exchange.Plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := take(t, c.text, exchange.Options{})
			same(t, "taken", got, c.want)
			same(t, "refused", reasons(r.Refused), c.refused)
			if r.Format != c.format || r.Merged != c.merged || r.Widened != c.widened {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestTables reads CSV in the layouts that publishers use.
func TestTables(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text    string
		want    []string
		refused []string
	}{
		"URLhaus": {
			text: "# abuse.ch URLhaus\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n" +
				"\"1\",\"2026-11-20 10:00:00\",\"http://1.2.3.4:8080/i\",\"online\",\"\",\"malware_download\",\"elf\",\"https://urlhaus.abuse.ch/url/1/\",\"x\"\n",
			want: []string{"url http://1.2.3.4:8080/i"},
		},
		"ThreatFox": {
			text: "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"fk_malware\",\"malware_printable\",\"last_seen_utc\",\"confidence_level\",\"reference\"\n" +
				"\"2026-11-20 10:00:00\", \"1\", \"1.2.3.4:443\", \"ip:port\", \"botnet_cc\", \"win.x\", \"X\", \"\", \"75\", \"https://e.org\"\n" +
				"\"2026-11-20 10:00:00\", \"2\", \"evil.com\", \"domain\", \"botnet_cc\", \"win.x\", \"X\", \"\", \"100\", \"None\"\n" +
				"\"2026-11-20 10:00:00\", \"3\", \"d41d8cd98f00b204e9800998ecf8427e\", \"md5_hash\", \"payload\", \"win.x\", \"X\", \"\", \"100\", \"None\"\n",
			want: []string{"ip-port 1.2.3.4:443", "domain evil.com", "md5 d41d8cd98f00b204e9800998ecf8427e"},
		},
		"Feodo Tracker": {
			text: "# Firstseen,DstIP,DstPort,LastOnline,Malware\n2026-11-01 00:00:00,1.2.3.4,443,2026-11-02,QakBot\n", want: []string{"ip-port 1.2.3.4:443"},
		},
		"SSLBL certificates": {
			text: "# Listingdate,SHA1,Listingreason\n2026-11-01 00:00:00,da39a3ee5e6b4b0d3255bfef95601890afd80709,X C&C\n",
			want: []string{"sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		},
		"SSLBL JA3": {
			text: "# ja3_md5,Firstseen,Lastseen,Listingreason\nd41d8cd98f00b204e9800998ecf8427e,2026-11-01,2026-11-02,X\n", want: []string{"ja3 d41d8cd98f00b204e9800998ecf8427e"},
		},
		"MalwareBazaar gives each hash": {
			text: "# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"sha1_hash\",\"reporter\",\"file_name\",\"signature\"\n" +
				"\"2026-11-01\", \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", \"d41d8cd98f00b204e9800998ecf8427e\", \"\", \"r\", \"a.exe\", \"X\"\n",
			want: []string{"sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "md5 d41d8cd98f00b204e9800998ecf8427e"},
		},
		"MISP export with composites and to_ids": {
			text: "uuid,event_id,category,type,value,comment,to_ids\nu,1,c,domain|ip,evil.com|1.2.3.4,x,1\nu,1,c,filename|md5,a.exe|d41d8cd98f00b204e9800998ecf8427e,x,1\n" +
				"u,1,c,ip-dst|port,1.2.3.4|80,x,1\nu,1,c,domain,seen.com,x,0\nu,1,c,regkey|value,HKLM|x,x,1\n",
			want:    []string{"domain evil.com", "ip 1.2.3.4", "md5 d41d8cd98f00b204e9800998ecf8427e", "ip-port 1.2.3.4:80"},
			refused: []string{"not_detection 1", "type:regkey|value 1"},
		},
		"Vietnamese heads, semicolons": {
			text: "Danh sách\nSTT;Giá trị;Loại;Mã độc\n1;evil.com;Tên miền;x\n2;1.2.3.4;Địa chỉ IP;x\n", want: []string{"domain evil.com", "ip 1.2.3.4"},
		},
		"a quote that never closes costs its line": {
			text: "value,type,comment\n\"a.com,domain,x\nb.com,domain,x\n\"c.com\"x,domain,y\n", want: []string{"domain b.com"}, refused: []string{"bad_quote 2"},
		},
		"a hash of the wrong length, a type unknown, nothing, too few fields": {
			text: "type,note,value\nmd5,,abc\nmutex,,x\ndomain,,\ndomain,y\n", refused: []string{"bad_value 1", "columns 1", "no_name 1", "type:mutex 1"},
		},
		"times that are none or run backwards": {
			text:    "indicator,valid_from,valid_until\na.com,soon,\nb.com,2026-11-02,2026-11-01\nc.com,2026-11-01,2026-12-01\n",
			want:    []string{"domain c.com"},
			refused: []string{"bad_time 2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := take(t, c.text, exchange.Options{})
			same(t, "taken", got, c.want)
			same(t, "refused", reasons(r.Refused), c.refused)
			if r.Format != exchange.CSV {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestATableKeepsWhatItSays(t *testing.T) {
	t.Parallel()
	const text = "indicator,malware_printable,tlp,confidence_level,valid_from,valid_until,reference,last_seen\n" +
		"a.com,Emotet,amber+strict,80,2026-01-01T00:00:00Z,2026-12-31,https://e.org/1,\nb.com,,,,,,,2026-11-01\nc.com,,,,,2026-10-01,,\n"
	var got []intel.Indicator
	r, err := exchange.Read(strings.NewReader(text), exchange.Options{Now: now, Keep: 10 * 24 * time.Hour}, func(i intel.Indicator) error {
		got = append(got, i)
		return nil
	})
	if err != nil || r.Expired != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	accounted(t, r)
	want := []intel.Indicator{{Value: "a.com", Threat: "Emotet", TLP: "TLP:AMBER+STRICT", Confidence: 80, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Reference: "https://e.org/1"}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheCallerCanRefuseMergeAndStop(t *testing.T) {
	t.Parallel()
	full := fmt.Errorf("full")
	r, err := exchange.Read(strings.NewReader("a.com\nb.com\nc.com\nd.com\n"), exchange.Options{}, func(i intel.Indicator) error {
		switch i.Value {
		case "a.com":
			return exchange.ErrMerged
		case "b.com":
			return &exchange.Refusal{Reason: intel.LocalName}
		case "d.com":
			return full
		}
		return nil
	})
	if err != full || r.Merged != 1 || r.Refused[intel.LocalName] != 1 || r.Accepted != 1 || r.Samples[0].Row != 2 || r.Samples[0].Text != "b.com" {
		t.Errorf("%+v, %v", r, err)
	}
	accounted(t, r)
}

func TestWithoutATakerExceptionsAreRefused(t *testing.T) {
	t.Parallel()
	r, err := exchange.Read(strings.NewReader("@@||a.com^\n"), exchange.Options{}, func(intel.Indicator) error { return nil })
	if err != nil || r.Refused[exchange.Exception] != 1 || r.Rows != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestReadSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, want string
		format     exchange.Format
	}{
		"JSON of another kind": {`{"a": 1}`, "kind not known", exchange.Auto},
		"a table without head": {"a.com,x\n", "head line", exchange.CSV},
		"a broken bundle":      {`{"type":"bundle","objects":[{"type"`, "ends early", exchange.STIX},
		"text behind a bundle": {`{"type":"bundle","objects":[]} x`, "behind the end", exchange.STIX},
		"a zip":                {"PK\x03\x04rest", "zip", exchange.Auto},
		"a list of no type":    {`{"name":"x","list":["a.com"]}`, "has no type", exchange.WarningList},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := exchange.New(c.format, exchange.Options{}).Read(strings.NewReader(c.text), func(intel.Indicator) error { return nil })
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v; want an error about %q", r, err, c.want)
			}
			accounted(t, r)
		})
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]exchange.Format{
		`{"type":"bundle","id":"bundle--x","objects":[]}`:       exchange.STIX,
		`{"more":false,"objects":[]}`:                           exchange.STIX,
		`{"type":"indicator","id":"indicator--x"`:               exchange.STIX,
		`[{"type":"indicator","id":"indicator--x"}]`:            exchange.STIX,
		`{"Event":{"info":"x"}}`:                                exchange.MISP,
		`{"response":[{"Event":{}}]}`:                           exchange.MISP,
		`[{"Event":{}}]`:                                        exchange.MISP,
		`{"name":"x","description":"y","list":["a"]`:            exchange.WarningList,
		`{"5a610659-d718-4a1f-b020-04d80a016219":{"info":"x"}}`: exchange.MISPIndex,
		`{"a":1}`:                            exchange.Auto,
		"[Adblock Plus 2.0]\n||a.com^\n":     exchange.Plain,
		"a.com\n":                            exchange.Plain,
		"\xef\xbb\xbf# x\n0.0.0.0 a.com\n":   exchange.Hosts,
		"indicator,type\na.com,domain\n":     exchange.CSV,
		"# Reference: x\na.com\n":            exchange.Maltrail,
		"ZXZpbC5jb20=\n":                     exchange.Dataset,
		"d41d8cd98f00b204e9800998ecf8427e\n": exchange.Plain,
		"$TTL 60\n@ SOA a. b. 1 2 3 4 5\n":   exchange.RPZ,
		"local-zone: \"a.com\" static\n":     exchange.Unbound,
		"address=/a.com/\n":                  exchange.Dnsmasq,
		"":                                   exchange.Plain,
		"[2001:db8::1]:80\n":                 exchange.Plain,
	} {
		if got := exchange.Detect([]byte(text)); got != want {
			t.Errorf("%.40q is %s, want %s", text, got, want)
		}
	}
}
