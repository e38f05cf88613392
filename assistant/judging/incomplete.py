"""No requirement counts as met on the word of a file whose end is missing: what is missing might say otherwise."""
from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from assistant.wording.texts import load
from ingestion.domain import Document, Finding, Interval, Outcome


def weighed(findings: Sequence[Finding], documents: Sequence[Document], language: str,
            vouched: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings, those that are met by a file that was not read to its end made insufficient, with the reason; but
    for those that rest on facts which a person has vouched for."""
    ended_early = cut(documents)
    return tuple(one if set(one.criterion.facts) & set(vouched) else _weighed(one, ended_early, language)
                 for one in findings)


def cut(documents: Sequence[Document]) -> set[str]:
    """The names of documents that were not read to their end."""
    codes = set(_texts()["notices"])
    return {one.name for one in documents if any(notice.code in codes for notice in one.notices)}


def _weighed(finding: Finding, ended_early: set[str], language: str) -> Finding:
    files = sorted({one.document for one in finding.evidence} & ended_early)
    if finding.outcome is not Outcome.MET or not files:
        return finding
    texts = _texts()[language]
    named = ("、" if language == "zh" else ", ").join(files)
    scale = finding.criterion.points
    points = Interval(0, scale.most) if scale else None
    return replace(finding, outcome=Outcome.INSUFFICIENT, points=points, gap=texts["gap"].format(files=named),
                   explanation=texts["explanation"].format(files=named, before=finding.explanation).strip())


@cache
def _texts() -> dict[str, Any]:
    return load(Path(__file__).parent.parent / "language" / "incomplete.yaml")
