"""Mentions of a fact's things without a figure that do not count: planned, applied for, of a lower rank, somebody
else's. They are said as not counted, so that nobody looks for them in vain."""

from __future__ import annotations

from ingestion.facts.assertions import Claims
from ingestion.facts.lexicon import words
from ingestion.facts.modality import dropped, exempted
from ingestion.facts.phrases import found, located
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactBook, FactSpec


def set_aside(book: FactBook, spec: FactSpec, analysis: Analysis, claims: Claims) -> None:
    """Each clause that names the fact's things, gives no figure of them and says why they do not count."""
    heads = book.pattern(spec.heads)
    counted = {f.clause for f in analysis.figures if f.quantity.measure in spec.measures}
    for index, clause in enumerate(analysis.clauses):
        if clause.depth or index in counted:
            continue
        body = analysis.clause_text(index)
        if heads.search(body) is None:
            continue
        reason = ""
        if all(found(book, need.words, body) for need in spec.needs):
            reason = analysis.clause_blocks.get(index, "") or _unreal(analysis, body) or _rejected(book, spec, body)
        elif any(need.complement and book.pattern(need.complement).search(body) for need in spec.needs):
            reason = _rejected(book, spec, body)  # 九龙坡区企业技术中心为区级平台
        if reason:
            claims.exclude(analysis.sentence.document, located(analysis.sentence, clause.span), reason)


def _unreal(analysis: Analysis, body: str) -> str:
    if words("plan").search(exempted(body, analysis.today, analysis.sentence.folded)):
        return "planned"
    return "dropped_status" if dropped(body) else ""


def _rejected(book: FactBook, spec: FactSpec, body: str) -> str:
    """The reason for which an item that says so is left out of a list of the fact."""
    for reject in spec.listing.reject if spec.listing is not None else ():
        kept = reject.keep and book.pattern(reject.keep).search(body)
        if not reject.columns and not kept and reject.words and book.pattern(reject.words).search(body):
            return reject.reason
    return ""
