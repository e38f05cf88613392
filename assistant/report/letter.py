"""The supplement letter 补正通知: drafted from the gaps of an assessment, and any text of it as a Word file."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from assistant.report import second
from assistant.report.composing import unread
from assistant.report.labels import Vocabulary
from assistant.report.word_file import BODY, HEADING_FONT, TITLE, WordFile
from assistant.report.words import Wording
from assistant.wording.texts import load
from ingestion.domain import Assessment, Finding, Outcome
from ingestion.policy import Policy

FOR_REVIEWERS = Path(__file__).parent / "language" / "letter.yaml"
LACKING = frozenset({Outcome.NOT_MET, Outcome.INSUFFICIENT})


def draft(assessment: Assessment, policy: Policy, applicant: str, due: date | None, language: str = "zh",
          to_check: Sequence[str] = ()) -> str:
    """Every required criterion that is not met or open, with its clause word for word; then what contradicts itself and
    was not said with its criterion, the facts `to_check` that two readers read otherwise, and what could not be read.
    What only reviewers have to look at again is not asked of the applicant."""
    names = Vocabulary(policy, language)
    words = names.words
    lines = [words("letter.to", applicant=applicant), "",
             words("letter.opening", base_type=names.base_type(assessment.base_type), policy=names.policy_line()), ""]
    gaps = [one for one in assessment.findings if one.criterion.required and one.outcome in LACKING]
    items = [[_gap(one, names), words("letter.clause", citation=names.citation(one.criterion),
                                      quote=one.criterion.quote)] for one in gaps]
    said = {key for one in gaps if one.outcome is Outcome.INSUFFICIENT for key in one.criterion.facts}
    items += [[words("letter.conflict", label=names.fact_label(fact.key), figure=names.figure(fact))]
              for fact in assessment.facts.values() if fact.conflict and fact.key not in said]
    items += [[second.asked(key, assessment, names)] for key in to_check]
    for_reviewers = set(load(FOR_REVIEWERS)["notices"])
    asking = [replace(one, notices=tuple(notice for notice in one.notices if notice.code not in for_reviewers))
              for one in assessment.documents]
    items += [[words("letter.unread", place=one.place, text=one.text)] for one in unread(asking, words.language)]
    for number, (first, *more) in enumerate(items, 1):
        lines += [words("letter.item", number=number, text=first), *more]
    if not items:
        lines.append(words("letter.nothing"))
    lines += ["", words("letter.until", day=names.say.day(due)) if due else words("letter.until_open"),
              words("letter.closing")]
    return "\n".join(lines)


def docx(text: str, policy: Policy, language: str = "zh") -> bytes:
    """The letter as it was written, line by line under its title."""
    words, names = Wording(language), Vocabulary(policy, language)
    file = WordFile(words("letter.title"), names.policy_line(), f"{words('pre_screen')} · {names.status()}",
                    words("page_of", page="\0", pages="\0"))
    file.paragraph(words("letter.title"), TITLE, centred=True, bold=True, font=HEADING_FONT)
    for line in text.split("\n"):
        file.paragraph(line, BODY + 2)
    return file.bytes()


def _gap(one: Finding, names: Vocabulary) -> str:
    return names.words("letter.gap", label=names.label(one.criterion), outcome=names.say.outcome(one.outcome),
                       gap=one.gap or one.explanation)
