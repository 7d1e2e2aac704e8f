// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import "strings"

// galaxies are the MISP galaxies whose clusters are threats, and how much they
// say to the officer who finds one; the lowest counts.
var galaxies = map[string]int{"malpedia": 1, "malware": 1, "mitre-malware": 1, "ransomware": 1, "banker": 1, "rat": 1, "stealer": 1, "botnet": 1,
	"backdoor": 1, "android": 1, "cryptominers": 1, "tool": 2, "mitre-tool": 2, "threat-actor": 3, "mitre-intrusion-set": 3,
	"microsoft-activity-group": 3}

// confidences are the tags that say how sure an analyst is: the MISP taxonomy
// itself, and the Admiralty scale as STIX 2.1 Appendix A maps it.
var confidences = map[string]uint8{
	"misp:confidence-level=completely-confident": 100, "misp:confidence-level=usually-confident": 75, "misp:confidence-level=fairly-confident": 50,
	"misp:confidence-level=rarely-confident":    25,
	"admiralty-scale:information-credibility=1": 90, "admiralty-scale:information-credibility=2": 70, "admiralty-scale:information-credibility=3": 50,
	"admiralty-scale:information-credibility=4": 30, "admiralty-scale:information-credibility=5": 10,
}

// tagged reads the tags of an attribute and then of its event (MISP taxonomies
// and galaxies, "namespace:predicate=\"value\""): the threat, the strictest
// sharing mark, the first confidence.
func tagged(tags []string) (threat, tlp string, confidence uint8) {
	best := 0
	for _, t := range tags {
		lower := strings.ReplaceAll(strings.ToLower(t), `"`, "")
		if strings.HasPrefix(lower, "tlp:") {
			tlp = stricter(tlp, tlpName(lower))
			continue
		}
		if c, ok := confidences[lower]; ok && confidence == 0 {
			confidence = c
			continue
		}
		rest, ok := strings.CutPrefix(t, "misp-galaxy:")
		if !ok {
			continue
		}
		galaxy, name, _ := strings.Cut(rest, "=")
		if rank := galaxies[galaxy]; rank > 0 && (best == 0 || rank < best) {
			best, threat = rank, label(strings.Trim(name, `"`))
		}
	}
	return threat, tlp, confidence
}
