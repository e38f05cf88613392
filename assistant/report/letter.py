"""The supplement letter 补正通知: its text drafted from the gaps of an assessment, and the frame that makes a text of
it an official document."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assistant.report import second
from assistant.report.composing import unread
from assistant.report.labels import Vocabulary
from assistant.report.words import Wording
from assistant.wording.phrases import phrases
from assistant.wording.texts import load
from ingestion.domain import Assessment, Finding, Outcome
from ingestion.policies.policy import Policy

FOR_REVIEWERS = Path(__file__).parent / "language" / "letter.yaml"
LACKING = frozenset({Outcome.NOT_MET, Outcome.INSUFFICIENT})
PLACES = 4       # named of one point
DEEPER = "   "   # what a line of a point begins with that is not its first


class Frame(Struct, frozen=True):
    """What stands around the text. `days`: the working days that made `due`; a letter of before frames has none."""

    title: str = ""
    issuer: str = ""
    reference: str = ""       # 发文字号
    contact: str = ""
    due: date | None = None
    days: int | None = None
    dated: date | None = None


class Part(StrEnum):
    ISSUER = "issuer"
    REFERENCE = "reference"
    TITLE = "title"
    RECIPIENT = "recipient"
    BODY = "body"
    DETAIL = "detail"        # of the point above it
    SIGNED = "signed"
    DATED = "dated"


class Line(Struct, frozen=True):
    part: Part
    text: str


def title(policy: Policy, base_type: str, language: str = "zh") -> str:
    names = Vocabulary(policy, language)
    return names.words("letter.title", base_type=names.base_type(base_type))


def draft(assessment: Assessment, policy: Policy, applicant: str, language: str = "zh", to_check: Sequence[str] = ()
          ) -> str:
    """Every required criterion that is not met or open, with its clause word for word and where it was looked for; then
    what contradicts itself and was not said with its criterion, the facts `to_check` that two readers read otherwise,
    and what could not be read. What only reviewers have to look at again is not asked of the applicant."""
    names = Vocabulary(policy, language)
    words = names.words
    about = words("letter.policy", title=names.title(), status=names.status())
    lines = [words("letter.to", applicant=applicant), "",
             words("letter.opening", base_type=names.base_type(assessment.base_type), policy=about), ""]
    gaps = [one for one in assessment.findings if one.criterion.required and one.outcome in LACKING]
    items = [[_gap(one, names), words("letter.clause", citation=names.citation(one.criterion),
                                      quote=one.criterion.quote), *_places(one, assessment, names)] for one in gaps]
    said = {key for one in gaps if one.outcome is Outcome.INSUFFICIENT for key in one.criterion.facts}
    items += [[words("letter.identity", label=label, values=values),
               words("letter.seen", places=names.say.join(_named(names.say.place(one.document, one.page)
                                                                 for one in differing.evidence)))]
              for differing in assessment.identity for label, values in [names.identity(differing)]]
    items += [[words("letter.conflict", label=names.fact_label(fact.key), figure=names.figure(fact)),
               words("letter.seen", places=names.say.join(_named(names.say.place(one.document, one.page)
                                                                 for one in fact.evidence)))]
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
    lines += ["", words("letter.closing")]
    return "\n".join(lines)


def compose(text: str, frame: Frame, language: str = "zh") -> tuple[Line, ...]:
    """The whole letter, line by line; of a letter without a frame its text alone."""
    return tuple(_composed(text, frame, language))


def plain(text: str, frame: Frame, language: str = "zh") -> str:
    return "\n".join(one.text for one in compose(text, frame, language))


def _composed(text: str, frame: Frame, language: str) -> Iterator[Line]:
    """The lines of a letter with their parts; without a title they are plain."""
    words, say = Wording(language), phrases(language)
    framed = bool(frame.title)
    for part, said in ((Part.ISSUER, frame.issuer), (Part.REFERENCE, frame.reference), (Part.TITLE, frame.title)):
        if framed and said:
            yield Line(part, said)
    first = framed
    for line in text.split("\n"):
        part = Part.DETAIL if line.startswith(DEEPER) else Part.RECIPIENT if first else Part.BODY
        first = first and not line.strip()
        if line.strip() or not framed:
            yield Line(part, line.strip() if framed else line)
    if not framed:
        return
    due = say.day(frame.due) if frame.due else ""
    yield Line(Part.BODY, words("letter.until_open") if not due else words("letter.until", day=due)
               if frame.days is None else words("letter.until_days", days=frame.days, day=due))
    if frame.contact:
        yield Line(Part.BODY, words("letter.contact", contact=frame.contact))
    if frame.issuer:
        yield Line(Part.SIGNED, frame.issuer)
    if frame.dated:
        yield Line(Part.DATED, say.day(frame.dated))


def _gap(one: Finding, names: Vocabulary) -> str:
    label, text = names.label(one.criterion), one.gap or one.explanation
    return names.words("letter.gap", label=label, outcome=names.say.outcome(one.outcome),
                       gap=text.removeprefix(f"{label}{names.words('colon')}"))


def _places(one: Finding, assessment: Assessment, names: Vocabulary) -> Iterator[str]:
    """Where what was found stands, and what was seen and not counted, and why."""
    words, say = names.words, names.say
    seen = _named(say.place(piece.document, piece.page) for piece in one.evidence)
    out = _named(words("letter.left_out_one", place=say.place(piece.document, piece.page), reason=names.reason(piece))
                 for key in one.criterion.facts for piece in assessment.exclusions.get(key, ()))
    if seen:
        yield words("letter.seen", places=say.join(seen))
    if out:
        yield words("letter.left_out", places=say.join(out))
    if not seen and not out:
        yield words("letter.unseen")


def _named(places: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(places))[:PLACES]
