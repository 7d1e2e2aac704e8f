// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package signature checks and makes digital signatures of papers: of PDF
// (ISO 32000-1 §12.8, ETSI EN 319 142-1) and of XML (XML-DSig, W3C
// Recommendation of 10 June 2008), and says whether a signed file has the same
// content as the one that was handed out to be signed.
//
// Start at [VerifyPDF], [VerifyXML], [SamePDF], [SameXML], [SignPDF]. All take the
// whole file as bytes, the trusted authorities and the moment of the check; none
// asks a network or a clock. No authority is trusted unless the caller brings it.
//
// A PDF is read twice for each signature: as it stood when it was signed (the
// bytes up to the end of what the signature covers are a PDF of their own) and
// as it stands later. What differs is named piece by piece (changes.go): further
// signatures and what they draw, stamps that a later signature covers and data
// for long-term validation are lawful; whatever else a viewer could show
// differently, and whatever this package does not know, counts as changed
// after signing.
//
// Refused: encrypted files, files whose cross-reference is damaged (viewers
// repair them, each in its own way), more than the limits in pdfread.go. The CMS
// reader (cms.go) is our own because verdicts must not depend on the clock of
// the machine, and must tell an expired certificate from a broken signature.
package signature
