// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// maxReason bounds reasons, in characters. An obligation's reason is as long.
const maxReason = 500

// Suggestion is what the pack's table suggests and why. It binds nobody.
type Suggestion struct {
	Severity rulepack.Code
	Reasons  []rulepack.Label
	Found    bool     // the table has a row that holds
	Unclear  []string // questions nobody has answered, by form name, whose yes would suggest another severity
}

// Suggest says what the pack's table suggests for what is known of the case,
// and which open questions may still change it.
func (s *Service) Suggest(f File) Suggestion {
	p := s.Pack(f.Incident)
	facts := f.lawFacts(counted(f.Machines))
	id, reasons := p.SuggestSeverity(facts)
	list, _ := p.CodeList(rulepack.SeverityList)
	code, ok := list.Find(id)
	return Suggestion{code, reasons, ok, f.unclear(p, facts, id)}
}

// unclear names the unanswered questions whose yes would suggest another
// severity than known.
func (i Incident) unclear(p *rulepack.Pack, facts rulepack.Facts, known string) []string {
	var out []string
	ask := func(name string, a Answer, fact *bool) {
		if a != Unanswered {
			return
		}
		*fact = true
		if id, _ := p.SuggestSeverity(facts); id != known {
			out = append(out, name)
		}
		*fact = false
	}
	ask("harm_security", i.HarmSecurity.Answer, &facts.NationalSecurity)
	ask("serious_interruption", i.SeriousInterruption.Answer, &facts.SeriousInterruption)
	ask("personal_data", i.PersonalData, &facts.PersonalData)
	return out
}

// Decide records the severity as the decision of the actor, who is named on
// every page and paper with the reason. It starts the clocks that the decision
// starts and cancels those it takes the ground from, with the same reason.
// Deciding late gives no time: such clocks run from detection. Errors:
// fault.Invalid (severity, reason), fault.Forbidden without the right to decide
// in the unit, fault.Conflict for a stale version or a closed case.
func (s *Service) Decide(ctx context.Context, id ID, severity, reason string, version int64) (Incident, error) {
	const op = "incident.decide"
	reason = lines(reason)
	return s.change(ctx, op, mayDecide, id, version, func(ctx context.Context, tx *db.Tx, i *Incident, by auth.Actor) (map[string]any, error) {
		list, _ := s.Pack(*i).CodeList(rulepack.SeverityList)
		if _, ok := list.Find(severity); !ok {
			return nil, fault.Bad(op, "severity", "incident.err.choice")
		}
		if err := checkReason(op, "reason", reason); err != nil {
			return nil, err
		}
		was := i.Severity
		i.Severity = Severity{Value: severity, Reason: reason, ByID: by.ID, By: by.Name, At: cut(s.now())}
		args := []Arg{{"code", i.Law.PackID + "/" + rulepack.SeverityList + "/" + severity}, {Value: reason}}
		if err := s.tell(ctx, tx, *i, Decision, "severity", args...); err != nil {
			return nil, err
		}
		for _, hook := range s.onJudged {
			if err := hook(ctx, tx, *i); err != nil {
				return nil, err
			}
		}
		detail := map[string]any{"severity": severity, "was": was.Value, "reason": reason}
		return detail, s.resync(ctx, tx, *i, reason)
	})
}

func checkReason(op, field, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return fault.Bad(op, field, "incident.err.required")
	case n > maxReason:
		return fault.Bad(op, field, "incident.err.too_long_reason")
	}
	return nil
}

// Closing is what is written to close a case.
type Closing struct {
	Cause  string // attack path or fault, as found; required
	Reason string // required while reports are still owed, which closing does not end
}

// Close closes the case and starts the clocks that its end starts. Its severity
// must be decided; reports still owed need a reason and stay owed. Errors: fault.Invalid (cause, reason, or none: the
// severity), fault.Forbidden, fault.Conflict.
func (s *Service) Close(ctx context.Context, id ID, c Closing, version int64) (Incident, error) {
	const op = "incident.close"
	c.Cause, c.Reason = lines(c.Cause), lines(c.Reason)
	return s.change(ctx, op, mayDecide, id, version, func(ctx context.Context, tx *db.Tx, i *Incident, by auth.Actor) (map[string]any, error) {
		owed, err := s.owed(ctx, tx, id)
		switch {
		case err != nil:
			return nil, err
		case !i.Severity.Decided():
			return nil, &fault.Error{Kind: fault.Invalid, Op: op, Msg: "incident.err.undecided"}
		case c.Cause == "":
			return nil, fault.Bad(op, "cause", "incident.err.required")
		case utf8.RuneCountInString(c.Cause) > maxText:
			return nil, fault.Bad(op, "cause", "incident.err.too_long_text")
		case owed > 0 && c.Reason == "":
			return nil, fault.Bad(op, "reason", "incident.err.still_owed")
		case utf8.RuneCountInString(c.Reason) > maxReason:
			return nil, fault.Bad(op, "reason", "incident.err.too_long_reason")
		}
		i.State, i.Cause, i.CloseNote, i.ClosedAt, i.ClosedBy = Closed, c.Cause, c.Reason, cut(s.now()), by.Name
		for _, hook := range s.onClosed {
			if err := hook(ctx, tx, *i); err != nil {
				return nil, err
			}
		}
		if err := s.tell(ctx, tx, *i, Decision, "closed", Arg{Value: c.Cause}); err != nil {
			return nil, err
		}
		return map[string]any{"owed": owed, "reason": c.Reason}, s.resync(ctx, tx, *i, c.Reason)
	})
}

// owed counts the open obligations of a case.
func (s *Service) owed(ctx context.Context, tx *db.Tx, id ID) (int, error) {
	list, err := s.duties.OfSubject(ctx, tx, "incident", string(id))
	n := 0
	for _, o := range list {
		if o.State == obligation.Open {
			n++
		}
	}
	return n, err
}
