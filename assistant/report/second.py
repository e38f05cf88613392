"""What a report says of the second reader: which model, what stands where it differs, and what is left to check."""
from __future__ import annotations

from assistant.report.labels import Vocabulary
from assistant.second_reader.agreement import to_check
from assistant.second_reader.checklist import verified
from ingestion.domain import Assessment, Fact, SecondReading

PLACES = 3   # named of one figure


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
            verified=words("second.verified" if verified(one, key) else "second.unverified")))
    if one.failed:
        found.append(words("second.unanswered", files=words("list_separator").join(one.failed)))
    if one.orders:
        found.append(words("second.orders", files=words("list_separator").join(one.orders)))
    return found


def asked(key: str, assessment: Assessment, names: Vocabulary) -> str:
    """What an applicant is asked about a fact that two readers read otherwise: both figures, and where each stands."""
    words, reading = names.words, assessment.second
    assert reading is not None  # noqa: S101 - only what two readers left is asked
    own = reading.facts.get(key)
    said = [_said(fact, names) for fact in (reading.first.get(key), own.fact if own else None)]
    return words("letter.to_check", label=names.fact_label(key), first=said[0], second=said[1])


def _said(fact: Fact | None, names: Vocabulary) -> str:
    if fact is None:
        return names.words("second.nothing")
    places = list(dict.fromkeys(names.say.place(one.document, one.page) for one in fact.evidence))[:PLACES]
    return names.figure(fact) + (names.words("letter.at", places=names.words("list_separator").join(places))
                                 if places else "")
