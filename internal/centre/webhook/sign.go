// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Headers of a message, as the Standard Webhooks specification (1.0.0,
// standard-webhooks/standard-webhooks) names them.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

// secretPrefix begins a signing secret in that specification.
const secretPrefix = "whsec_"

func newSecret() string {
	raw := make([]byte, 32)
	// crypto/rand.Read never fails: it ends the process instead.
	_, _ = rand.Read(raw)
	return secretPrefix + base64.StdEncoding.EncodeToString(raw)
}

// Sign is the value of webhook-signature for a message: one "v1," signature,
// HMAC-SHA256 over id.timestamp.body, for each secret, parted by blanks.
// timestamp is in seconds since 1970.
func Sign(id string, at time.Time, body []byte, secrets ...string) (string, error) {
	var out []string
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil || !strings.HasPrefix(secret, secretPrefix) {
			return "", errors.New("signing secret is not whsec_ and base64")
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " "), nil
}
