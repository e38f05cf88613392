"""What a sentence adds to the figure of the one that it goes on from: 授权专利31件；另登记软件著作权8项."""

from __future__ import annotations

from ingestion.domain import Span
from ingestion.facts.assertions import Assertion, Claims, add
from ingestion.facts.figures import residue
from ingestion.facts.lexicon import words
from ingestion.facts.matching import Match
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactSpec

_BECAME = ("now", "former", "signed", "having", "in_force", "progress", "rest")  # words of what became of things


def adds(spec: FactSpec, analysis: Analysis, group: list[Match], entry: Assertion, claims: Claims) -> bool:
    """授权专利31件；另登记软件著作权8项: what a sentence adds to the figure of the one that it goes on from."""
    if not (spec.joined and claims.stated and claims.stated[-1][0] is analysis.sentence.previous):
        return False
    whole, first = claims.stated[-1][1], group[0].figure
    lead = analysis.sentence.folded[: first.quantity.span.start]
    additional = words("additional").match(lead.lstrip()) is not None or _parallel(analysis, group, whole, entry)
    bounded = entry.interval.high is not None and (entry.interval.exact or entry.open)
    same = whole.document is entry.document and bounded and whole.interval.exact
    dated = first.own_period and not (spec.time == "state" and words("single_date").search(first.left))
    if not (additional and same and not entry.conflict) or dated or first.total:
        return False
    whole.interval = add([whole.interval, entry.interval])
    low, high = whole.interval.low, whole.interval.high
    whole.points = (low,) if high in (low, None) else (low, high)
    whole.span = Span(whole.span.start, entry.span.end)
    whole.named, whole.nouns = f"{whole.named}|{entry.named}", (*whole.nouns, *entry.nouns)
    return True


def _parallel(analysis: Analysis, group: list[Match], whole: Assertion, entry: Assertion) -> bool:
    """市级孵化器1家；院士工作站1家: things of another name behind a semicolon, with no word of what became of them."""
    own, first = residue(entry.named), group[0].figure
    if not (analysis.sentence.continues and len(group) == 1) or first.part or entry.kinds or whole.kinds:
        return False
    if entry.nouns and whole.nouns:
        return not set(entry.nouns) & set(whole.nouns)  # 孵化器1个；…批准组建新型研发机构1个
    told = any(words(name).search(first.own) for name in _BECAME)
    before = [residue(name) for name in whole.named.split("|")] if whole.named else []
    return not told and len(own) > 1 and bool(before) and not any(own in name or name in own for name in before)
