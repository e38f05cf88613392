"""Figures of a question beside the policy's, in words: what they come to, and by how much they fail."""
from __future__ import annotations

from collections.abc import Iterator

from assistant.dialogue.asker.bars import Comparison
from assistant.dialogue.asker.holding import Held, Statement
from assistant.dialogue.asker.roles import RECEIVED, UNCONVERTED, Role, Term
from assistant.wording.answer_words import Say
from assistant.wording.phrases import phrases
from ingestion.domain import CriterionKind, Interval, Outcome
from ingestion.policies.policy import Policy

_MILLION = 1_000_000
_SPREAD = ("wider", "partial")     # periods of which only a part is asked about
_NOTHING = 100      # the share of the bar below which what is lacking is nothing that one could name


def worded(held: Held, policy: Policy, say: Say) -> str:
    """What the comparisons come to, each with its sum; then what was left aside, and how the clause counts."""
    space = " " if say.language == "en" else ""
    lines = [line(one, policy, say) for one in held.comparisons]
    lines += [text for one in held.comparisons for text in caveats(one, policy, say)]
    return space.join(dict.fromkeys(filter(None, lines)))


def line(one: Comparison, policy: Policy, say: Say) -> str:
    """One criterion: the claimed bar put right, or the figure against it."""
    said = []
    if one.claimed is not None and (one.outcome is None or not one.agrees):
        case = "claim_right" if one.agrees else "claim_wrong"
        said.append(_say(case, one, one.claimed, policy, say))
    if one.outcome is not None and one.total.interval is not None:
        said.append(_say(_case(one), one, one.total.interval, policy, say))
    text = (" " if say.language == "en" else "").join(said)
    return text[:1].upper() + text[1:]


def stated(one: Statement, policy: Policy, say: Say) -> str:
    """What a statement of the asker comes to."""
    wording = policy.wordings[one.criterion.id]
    if one.before:
        return say("stated_before", term=say.pick(policy.window.term, policy.window.term_en),
                   label=say.pick(one.criterion.label, one.criterion.label_en))
    holds = say.pick(wording.holds, wording.holds_en)
    fails = say.pick(wording.fails, wording.fails_en)
    return say("stated_met" if one.outcome is Outcome.MET else "stated_not_met", text=holds
               if one.outcome is Outcome.MET else fails, label=say.pick(one.criterion.label, one.criterion.label_en))


def amount(interval: Interval, fact: str, unit: str, policy: Policy, say: Say, *, millions: bool = False) -> str:
    """An amount as a question would put it: 11户, 210万元, 2,100,000 yuan, 2.1 million yuan."""
    spec = policy.facts.facts.get(fact)
    if spec is not None and spec.kind == "money":
        words = phrases(say.language)
        own = words.pick(spec.unit_zh, spec.unit)
        if millions and interval.exact:
            return say("millions", amount=f"{interval.low / _MILLION:,.6f}".rstrip("0").rstrip("."))
        return words.sum(interval.low, own) if interval.exact else words.money(interval, own)
    shown = unit if say.language == "zh" else ""
    return phrases(say.language).amount(interval, shown) if not interval.exact else f"{interval.low:,}{shown}"


def steps(one: Comparison, policy: Policy, say: Say) -> str:
    """The sum with its terms, "" where there is only one: 18-3=; or of all that may count: 14+9=最多23."""
    doubts = [sign == "?" for sign, _ in one.total.steps]
    if not one.total.computed or (any(doubts) and not all(doubts)):
        return ""
    text = ""
    for sign, term in one.total.steps:
        shown = "+" if sign == "?" else sign
        text += (shown if text or sign == "-" else "") + _term(term, one, policy, say)
    return text + "="


def _term(term: Term, one: Comparison, policy: Policy, say: Say) -> str:
    """One of the asker's figures as a part of a sum."""
    money, unit = policy.facts.facts[one.fact].kind == "money", ""
    if term.times > 1:
        single = Interval(term.interval.low // term.times, term.interval.low // term.times)
        return amount(single, one.fact, unit, policy, say, millions=_millions(one)) + f"×{term.times}"
    if not term.interval.exact and term.period not in _SPREAD:
        return _own(term)
    if money:
        return amount(Interval(term.interval.low, term.interval.low), one.fact, unit, policy, say,
                      millions=_millions(one))
    return str(term.interval.low)


def _case(one: Comparison) -> str:
    """Which sentence says what a comparison came to."""
    if one.criterion.kind is CriterionKind.PLURAL:
        return "plural_not_met" if one.outcome is Outcome.NOT_MET else "plural_judged"
    if not _names_number(one):
        some = {Outcome.MET: "some_met", Outcome.NOT_MET: "some_not_met"}
        return some.get(one.outcome or Outcome.INSUFFICIENT, "some_open")
    if one.outcome is Outcome.MET and one.over == 0 and one.total.interval is not None and one.total.interval.exact:
        return "met_exactly"
    if one.outcome is Outcome.NOT_MET and one.total.interval is not None and not one.total.interval.exact:
        return "not_met_about" if one.lack * _NOTHING < (one.criterion.bar or 0) else "not_met_least"
    return {Outcome.MET: "met", Outcome.NOT_MET: "not_met"}.get(one.outcome or Outcome.INSUFFICIENT, "open")


def _names_number(one: Comparison) -> bool:
    """Whether the clause itself names a number."""
    return one.criterion.bar is not None and any(char.isdigit() for char in one.criterion.quote)


def _say(case: str, one: Comparison, interval: Interval, policy: Policy, say: Say) -> str:
    wording = policy.wordings[one.criterion.id]
    unit = wording.unit
    total = amount(interval, one.fact, unit, policy, say, millions=_millions(one))
    total = say("each_year", amount=total) if case.startswith("claim") and one.yearly else total
    if not case.startswith("claim"):
        total = steps(one, policy, say) + (_as_said(one) or total)
    return say(case, noun=say.pick(wording.noun, wording.noun_en), amount=total, measure=wording.measure,
               label=say.pick(one.criterion.label, one.criterion.label_en),
               lack=amount(Interval(one.lack, one.lack), one.fact, unit, policy, say))


def _as_said(one: Comparison) -> str:
    """A single figure that is no exact one, in the asker's words: 约20篇, 150多万."""
    if one.total.computed or len(one.total.steps) != 1 or one.total.interval is None:
        return ""
    term = one.total.steps[0][1]
    said = one.total.interval.low == term.interval.low and not term.interval.exact and term.period not in _SPREAD
    return _own(term) if said and term.role is Role.HAVE else ""


def _own(term: Term) -> str:
    """A figure as the asker wrote it."""
    return term.words[-(term.span.end - term.span.start):]


def _millions(one: Comparison) -> bool:
    """Whether the asker counts in millions."""
    terms = [*(term for _, term in one.total.steps), *one.total.aside]
    return any("million" in term.words for term in terms)


def aside(term: Term, fact: str, unit: str, policy: Policy, say: Say) -> Iterator[str]:
    """That a figure was left aside, and why."""
    if term.reason == UNCONVERTED:
        yield say("aside_unconverted", amount=term.words)
        return
    value = amount(term.interval, fact, unit, policy, say)
    if term.reason == RECEIVED:
        yield say("aside_received", amount=value)
    elif term.role is Role.PLANNED:
        yield say("aside_planned", amount=value)
    elif term.role is Role.UNCERTAIN:
        yield say("aside_mean" if term.reason == "yearly_mean" else "aside_unsure", amount=value)
    elif term.reason in policy.facts.reasons:
        reason = policy.facts.reasons[term.reason]
        yield say("aside_reason", amount=value, reason=say.pick(reason[0], reason[-1]))
    elif term.role in (Role.UNCOUNTED, Role.LOST):
        yield say("aside", amount=value)
    elif term.role is Role.OVERLAP:
        yield say("aside_overlap", amount=value)


def caveats(one: Comparison, policy: Policy, say: Say) -> Iterator[str]:
    """What was left aside and why, and how the figure was taken."""
    unit = policy.wordings[one.criterion.id].unit
    out = [*one.total.aside, *(term for sign, term in one.total.steps if sign in "-?")]
    for term in out:
        yield from aside(term, one.fact, unit, policy, say)
    added = [term for sign, term in one.total.steps if sign == "+"]
    if len(added) > 1 and one.total.overlap_unknown:
        yield say("overlap_unknown")
    if len(added) > 1:
        note = policy.wordings[one.criterion.id]
        if note.note:
            yield say("added_up", note=say.pick(note.note, note.note_en))
    spec = policy.facts.facts[one.fact]
    if spec.time == "window" and one.outcome is not None and one.total.steps \
            and not any(term.period for _, term in one.total.steps):
        window = policy.window
        yield say("taken_for_window", term=say.pick(window.term, window.term_en))
