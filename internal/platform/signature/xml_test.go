// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const envelope = `<?xml version="1.0" encoding="UTF-8"?>
<e:edXMLEnvelope xmlns:e="http://www.mic.gov.vn/TBT/QCVN_102_2016"><e:edXMLHeader><e:Subject>Về an toàn thông tin &amp; chữ ký</e:Subject></e:edXMLHeader><e:edXMLBody><AVReport name="x"><Datetime>1</Datetime></AVReport></e:edXMLBody></e:edXMLEnvelope>`

func TestXMLIsSignedAndChecked(t *testing.T) {
	t.Parallel()
	p := people()
	out, err := SignXML([]byte(envelope), p.officer, "edXMLHeader")
	if err != nil {
		t.Fatal(err)
	}
	state := func(data []byte, trust Trust) State {
		r, err := VerifyXML(data, trust, day)
		if err != nil {
			t.Fatal(err)
		}
		return r.State()
	}
	if got := state(out, p.trust); got != Valid {
		t.Fatalf("%s\n%s", got, out)
	}
	if got := state(out, Trust{}); got != Unknown {
		t.Errorf("nobody trusted: %s", got)
	}
	if got := state([]byte(envelope), p.trust); got != "" {
		t.Errorf("unsigned: %s", got)
	}
	for what, bad := range map[string]string{
		"a text":       strings.Replace(string(out), "Về an toàn", "Ve an toàn", 1),
		"a number":     strings.Replace(string(out), "<Datetime>1<", "<Datetime>2<", 1),
		"an attribute": strings.Replace(string(out), `name="x"`, `name="y"`, 1),
		"an element":   strings.Replace(string(out), "</AVReport>", "<More></More></AVReport>", 1),
		"an algorithm": strings.Replace(string(out), "rsa-sha256", "rsa-sha512", 1),
	} {
		if bad == string(out) {
			t.Fatalf("%s: nothing changed", what)
		}
		if got := state([]byte(bad), p.trust); got != Broken {
			t.Errorf("%s: %s", what, got)
		}
	}
	if bin, err := exec.LookPath("xmlsec1"); err == nil { // another reader, where there is one
		path := filepath.Join(t.TempDir(), "x.xml")
		cert, _ := files(t, t.TempDir(), "root", p.root)
		must(os.WriteFile(path, out, 0o600))
		if msg, err := exec.CommandContext(t.Context(), bin, "--verify", "--trusted-pem", cert, path).CombinedOutput(); err != nil {
			t.Errorf("xmlsec1: %v %s", err, msg)
		}
	}
}

func TestWrappedXMLIsBroken(t *testing.T) {
	t.Parallel()
	p := people()
	out, err := SignXML([]byte(`<paper ID="a"><n>1</n></paper>`), p.officer)
	must(err)
	text := string(out)
	sig := text[strings.Index(text, "<ds:Signature"):strings.Index(text, "</paper>")]
	whole := strings.TrimPrefix(text, `<?xml version="1.0" encoding="UTF-8"?>`)
	bare := strings.Replace(whole, sig, "", 1)
	byID := strings.Replace(sig, `URI=""`, `URI="#a"`, 1)
	for what, bad := range map[string]string{
		"what was signed lies beside another body":   `<paper ID="b"><n>9</n>` + whole + `</paper>`,
		"what was signed lies in the signature":      `<paper ID="b"><n>9</n>` + strings.Replace(sig, "</ds:Signature>", "<ds:Object>"+bare+"</ds:Object></ds:Signature>", 1) + `</paper>`,
		"two elements have the name that was signed": `<paper ID="b"><n>9</n><old>` + bare + `</old>` + byID + `</paper>`,
		"the signature is put on another document":   `<paper ID="a"><n>9</n>` + sig + `</paper>`,
		"two signatures": strings.Replace(whole, sig, sig+sig, 1),
	} {
		r, err := VerifyXML([]byte(bad), p.trust, day)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := r.State(); got == Valid || got == "" {
			t.Errorf("%s: %s", what, got)
		}
	}
}

func TestSameXML(t *testing.T) {
	t.Parallel()
	p := people()
	out, err := SignXML([]byte(envelope), p.officer, "edXMLHeader")
	must(err)
	if same, where, err := SameXML([]byte(envelope), out); !same || where != "" || err != nil {
		t.Errorf("%v %q %v", same, where, err)
	}
	same, where, err := SameXML([]byte(envelope), bytes.Replace(out, []byte("<Datetime>1"), []byte("<Datetime>2"), 1))
	if same || !strings.HasSuffix(where, "/AVReport/Datetime") || err != nil {
		t.Errorf("%v %q %v", same, where, err)
	}
}

func TestXMLThatIsNotRead(t *testing.T) {
	t.Parallel()
	for what, bad := range map[string]string{
		"no XML":          "hello",
		"two roots":       "<a/><b/>",
		"not closed":      "<a>",
		"too deep":        strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200),
		"a document type": `<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>`,
		"another file":    `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`,
		"an entity":       "<a>&nbsp;</a>",
		"another charset": `<?xml version="1.0" encoding="windows-1258"?><a/>`,
	} {
		if _, err := VerifyXML([]byte(bad), Trust{}, day); !errors.Is(err, ErrNotXML) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := SignXML([]byte(envelope), people().clerk); !errors.Is(err, ErrIdentity) {
		t.Errorf("by ECDSA: %v", err)
	}
}

func FuzzVerifyXML(f *testing.F) {
	p := people()
	out, err := SignXML([]byte(envelope), p.officer, "edXMLHeader")
	must(err)
	f.Add(out)
	f.Add([]byte(envelope))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := VerifyXML(data, p.trust, day)
		if err == nil && r.State() == Valid {
			if same, where, err := SameXML([]byte(envelope), data); !same || err != nil {
				t.Errorf("valid and not what was signed: %s %v", where, err)
			}
		}
	})
}
