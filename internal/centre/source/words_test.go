// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"testing"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Every format a source may have, and every reason for which a line of one may
// be passed over or rejected, has words in both languages.
func TestEveryFormatAndReasonHasWords(t *testing.T) {
	t.Parallel()
	words, err := i18n.Load(source.Messages)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, l := range format.Logs() {
		keys = append(keys, "source.format."+l.Name)
	}
	keys = append(keys, "source.format."+source.ByMapping)
	for _, why := range []format.MappingFault{format.MappingSyntax, format.MappingKey, format.MappingTwice, format.MappingKind, format.MappingSize, format.MappingName,
		format.MappingTaken, format.MappingForm, format.MappingSeparator, format.MappingNoFields, format.MappingMeaning, format.MappingColumn, format.MappingAction} {
		keys = append(keys, "source.mapping.bad."+string(why))
	}
	for _, why := range []format.Reason{format.TooLong, format.NotFormat, format.BadTime, format.BadClient, format.BadName, format.BadJSON, format.BadText,
		format.MissField, format.Blank, format.Header, format.Answer, format.Forwarded, format.NoQuery, format.OtherEvent, format.Comment,
		format.BadAddress, format.BadPort, format.DNSRecord, format.NoTemplate, format.BadPacket, format.Fragment, scan.CutOff} {
		keys = append(keys, "source.reason."+string(why))
	}
	for _, key := range keys {
		if !words.Has(key) { // Load takes no key without both languages
			t.Errorf("no words for %s", key)
		}
	}
}
