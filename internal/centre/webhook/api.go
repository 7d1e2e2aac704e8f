// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiChange is a change as the API tells it.
type apiChange struct {
	ID     string    `json:"id" doc:"Id of the act; stable."`
	Seq    int64     `json:"seq,omitempty" doc:"Number in the audit trail. Only for keys that reach the whole centre: to others its gaps would tell how much they do not see."`
	At     time.Time `json:"at"`
	Kind   string    `json:"kind" doc:"Noun of the record." example:"incident"`
	Object string    `json:"object" doc:"Id of the record."`
	Action string    `json:"action" example:"incident.open"`
	UnitID string    `json:"unit_id"`
}

type apiChanges struct {
	Items []apiChange `json:"items" nullable:"false" doc:"In the order in which they were recorded, without gap."`
	After string      `json:"after" doc:"Where to go on, also when nothing came: keep it and send it as ?after=."`
}

type apiChangesQuery struct {
	After string   `query:"after" maxLength:"500" doc:"\"after\" of the answer before; absent: from the beginning; now: from this moment on."`
	Limit int      `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Kind  []string `query:"kind" doc:"Only these kinds of record: kind=incident,finding. Absent: all the key may read."`
	Wait  int      `query:"wait" minimum:"0" maximum:"25" default:"0" doc:"Seconds to wait for a change when there is none yet."`
}

// API adds the change feed.
func API(a *rest.API, s *Service) {
	rest.Add(a, rest.Op{ID: "list-changes", Method: http.MethodGet, Path: "/changes", Tag: "Changes", Summary: "Follow changes",
		Description: "What happened to which record, in the order of the sealed audit trail: a reader that keeps `after` misses nothing and sees nothing twice. " +
			"Shown are the kinds whose permission the key holds, in its units. An entry says that something changed; get the record to see what."}, s.apiChanges)
}

func (s *Service) apiChanges(ctx context.Context, in *apiChangesQuery) (*rest.Answer[apiChanges], error) {
	const op = "webhook.apiChanges"
	actor, ok := auth.From(ctx)
	if !ok {
		return nil, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	if err := checkKinds(op, in.Kind); err != nil {
		return nil, err
	}
	v := viewOf(actor, in.Kind)
	if len(v) == 0 {
		return nil, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	root, err := s.Root(ctx)
	if err != nil {
		return nil, err
	}
	whole := v.whole(root)
	after, err := s.place(ctx, actor, whole, in.After)
	if err != nil {
		return nil, err
	}
	list, next, err := s.wait(ctx, v, after, in.Limit, time.Duration(in.Wait)*time.Second)
	if err != nil {
		return nil, err
	}
	out := apiChanges{Items: make([]apiChange, len(list)), After: s.mark(actor, next)}
	for i, c := range list {
		out.Items[i] = apiChange{ID: c.ID, At: c.At.UTC(), Kind: c.Kind, Object: c.Object, Action: c.Action, UnitID: c.Unit}
		if whole {
			out.Items[i].Seq = c.Seq
		}
	}
	return &rest.Answer[apiChanges]{Body: out}, nil
}

const lookEvery = time.Second

// wait is feed, looking again each second for as long as nothing comes. It ends
// early, with nothing, when the centre stops.
func (s *Service) wait(ctx context.Context, v view, after int64, limit int, most time.Duration) ([]Change, int64, error) {
	list, next, err := feed(ctx, s.Records, v, after, limit)
	if err != nil || len(list) > 0 || most == 0 {
		return list, next, err
	}
	beat, end := time.NewTicker(lookEvery), time.NewTimer(most)
	defer beat.Stop()
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, next, ctx.Err()
		case <-s.stopped:
			return nil, next, nil
		case <-end.C:
			return feed(ctx, s.Records, v, next, limit)
		case <-beat.C:
			if list, next, err = feed(ctx, s.Records, v, next, limit); err != nil || len(list) > 0 {
				return list, next, err
			}
		}
	}
}

// mark is a place in the chain as one actor is told it: sealed, since the bare
// number counts what others did.
func (s *Service) mark(a auth.Actor, seq int64) string {
	sealed := s.Secrets.Seal("changes:"+a.ID, strconv.FormatInt(seq, 10))
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "" // Seal gives base64
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// place reads what mark wrote, "now", and for whoever sees the whole chain a
// bare number.
func (s *Service) place(ctx context.Context, a auth.Actor, whole bool, text string) (int64, error) {
	bad := fault.Bad("webhook.place", "after", "webhook.bad.after")
	switch text {
	case "":
		return 0, nil
	case "now":
		return headOf(ctx, s.Records)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && whole && n >= 0 {
		return n, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, bad
	}
	opened, err := s.Secrets.Open("changes:"+a.ID, base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		return 0, bad
	}
	n, err := strconv.ParseInt(opened, 10, 64)
	if err != nil {
		return 0, bad
	}
	return n, nil
}
