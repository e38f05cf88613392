"""What is still open in a case, as one list: every page, count and receipt takes it from here. Pure."""
from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.service.records import FileState, FileView
from assistant.second_reader import checklist
from ingestion.domain import Assessment, Outcome


class Kind(StrEnum):
    """In the order in which they are dealt with: what stands first may settle what stands behind it."""

    UNREAD = "unread"            # a file, or pages of one, that gave no text
    CONFLICT = "conflict"        # the documents say two things of one fact
    UNDECIDED = "undecided"      # read, and the reader could not tell what it comes to
    DIFFERING = "differing"      # 待核对: two readers leave it to a person
    LACKING = "lacking"          # a required criterion is not met, or not shown
    JUDGEMENT = "judgement"      # a required criterion that a person judges


@dataclass(frozen=True, slots=True)
class Point:
    """`subject` is a fact's key, a criterion's id, for an unread file the document's name, or what documents say
    differently of who applies, behind WHO."""

    kind: Kind
    subject: str


WHO = "who."
APPLICANTS = frozenset(Kind) - {Kind.JUDGEMENT}    # what an applicant can do something about
_READINGS = frozenset({Kind.UNDECIDED, Kind.DIFFERING})
_OF = {Outcome.NOT_MET: Kind.LACKING, Outcome.INSUFFICIENT: Kind.LACKING, Outcome.JUDGEMENT: Kind.JUDGEMENT}


def open_points(result: Assessment, files: Sequence[FileView] = (), settled: Collection[str] = ()
                ) -> tuple[Point, ...]:
    """Of an assessment, and of files that it does not know yet; `settled`: facts that a person has decided about."""
    found = (one for one in _points(result, files) if one.kind not in _READINGS or one.subject not in settled)
    return tuple(dict.fromkeys(sorted(found, key=lambda one: list(Kind).index(one.kind))))


def counted(found: Sequence[Point]) -> dict[str, int]:
    """How many of each kind; kinds of which there are none are left out."""
    counts = Counter(one.kind for one in found)
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}


def differing(result: Assessment) -> tuple[str, ...]:
    """The facts that two readers leave to a person; none where one has read alone."""
    return tuple(key for key, one in checklist.both(result.second).items() if one.to_check) if result.second else ()


def _points(result: Assessment, files: Sequence[FileView]) -> Iterator[Point]:
    yield from (Point(Kind.UNREAD, one.name) for one in files if one.state is FileState.UNREAD)
    yield from (Point(Kind.UNREAD, one.name) for one in result.documents if one.notices)
    yield from (Point(Kind.CONFLICT, f"{WHO}{one.what}") for one in result.identity)
    asked = {key for one in result.findings for key in (*one.criterion.facts, *one.criterion.related)}
    yield from (Point(Kind.CONFLICT, key) for key, fact in result.facts.items() if fact.conflict and key in asked)
    yield from (Point(Kind.UNDECIDED, key) for key, pieces in result.unexplained.items() if pieces and key in asked)
    yield from (Point(Kind.DIFFERING, key) for key in differing(result) if key in asked)
    yield from (Point(_OF[one.outcome], one.criterion.id) for one in result.findings
                if one.criterion.required and one.outcome in _OF)
