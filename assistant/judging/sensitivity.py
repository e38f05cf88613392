"""How the policy's open term for a period is read, and what another reading would change."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from assistant.judging import outcomes
from assistant.wording.phrases import Phrases, phrases
from ingestion.domain import Fact, Finding
from ingestion.numbers import windows
from ingestion.policies.policy import Policy


def reading_used(policy: Policy, application_date: date, language: str = "zh") -> str:
    """The assumption that an assessment makes: the reading, its days, and what the policy leaves open."""
    say, setting = phrases(language), policy.window
    return say.say(
        "window.used", term=setting.term, reading=say.pick(setting.current.label, setting.current.label_en),
        window=say.window(policy.window_on(application_date)),
        undefined=say.pick(setting.undefined, setting.undefined_en),
        citations=say.join(say.citation(ref) for ref in setting.occurs))


def other_readings(policy: Policy, findings: Sequence[Finding],
                   facts_for: Callable[[tuple[date, date]], Mapping[str, Fact]], application_date: date,
                   language: str = "zh") -> list[str]:
    """A note for every reading under which an outcome differs from `findings`, or one that none does.

    `facts_for` gives the facts under another window; it is called once for every window that differs.
    """
    say = phrases(language)
    days = windows.windows(policy.window, application_date)
    used = days.pop(policy.window.reading)
    labels: dict[tuple[date, date], list[str]] = {}
    for reading in policy.window.alternatives:
        if days[reading.id] != used:
            labels.setdefault(days[reading.id], []).append(say.pick(reading.label, reading.label_en))
    notes = []
    for window, names in labels.items():
        changes = _changes(findings, facts_for(window), say)
        if changes:
            notes.append(say.say("window.changes", term=policy.window.term, reading=say.join(names),
                                 window=say.window(window), changes=say.join(changes)))
    return notes or [say.say("window.no_change", term=policy.window.term)]


def changing(notes: Sequence[str], policy: Policy, application_date: date, language: str = "zh") -> tuple[str, ...]:
    """Of the notes of an assessment, those of a reading under which an outcome is another."""
    say = phrases(language)
    usual = {reading_used(policy, application_date, language), say.say("window.no_change", term=policy.window.term),
             say.say("window.first_reader")}
    return tuple(one for one in notes if one not in usual)


def _changes(findings: Sequence[Finding], facts: Mapping[str, Fact], say: Phrases) -> list[str]:
    """Each outcome that is another with these facts, and what all come to where that is another too."""
    reached = outcomes.reach_all([one.criterion for one in findings], facts)
    pairs = [(one, other.outcome) for one, (_, other) in zip(findings, reached, strict=True)]
    changed = [say.say(
        "window.change", label=say.pick(one.criterion.label, one.criterion.label_en),
        citation=say.citation(one.criterion.citation), before=say.outcome(one.outcome), after=say.outcome(other))
        for one, other in pairs if one.outcome != other]
    if changed:
        before = outcomes.overall((one.criterion, one.outcome) for one in findings)
        after = outcomes.overall((one.criterion, other) for one, other in pairs)
        if before != after:
            changed.append(say.say("window.overall_change", before=say.outcome(before), after=say.outcome(after)))
    return changed
