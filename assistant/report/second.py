"""What a report says of the second reader: which model, what stands where it differs, and what is left to check."""
from __future__ import annotations

from assistant.report.vocabulary import Vocabulary
from assistant.second_reader.agreement import to_check
from ingestion.domain import SecondReading


def lines(one: SecondReading, names: Vocabulary) -> list[str]:
    """The model with its exam and mode; then every fact that a person has to check, with both readers' figures."""
    words = names.words
    exam = words("second.unexamined") if one.exam is None else words("second.exam", score=f"{one.exam:.2f}")
    head = words("second.reader", model=one.model, prompt=one.prompt, exam=exam,
                 differ=words(f"second.differ.{one.differ.value}"))
    if one.error:
        return [head, words("second.failed")]
    left = [key for key, lie in one.agreement.items() if to_check(one.facts.get(key), lie)]
    found = [head, words("second.to_check", count=len(left), all=len(one.agreement))]
    for key in left:
        first, own = one.first.get(key), one.facts.get(key)
        found.append(words(
            "second.fact", label=names.fact_label(key), agreement=words(f"second.agreement.{one.agreement[key].value}"),
            first=names.figure(first) if first else words("second.nothing"),
            second=names.figure(own.fact) if own else words("second.nothing"),
            verified=words("second.verified" if _verified(one, key) else "second.unverified")))
    if one.failed:
        found.append(words("second.unanswered", files=words("list_separator").join(one.failed)))
    if one.orders:
        found.append(words("second.orders", files=words("list_separator").join(one.orders)))
    return found


def _verified(one: SecondReading, key: str) -> bool:
    own = one.facts.get(key)
    return own.verified if own is not None else key in one.nothing
