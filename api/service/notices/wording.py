"""A notice in words, and where it leads. Of a case it names the receipt alone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.service.notice_records import Kind, Told
from assistant.wording.phrases import phrases
from assistant.wording.texts import load

TEXTS = Path(__file__).parents[2] / "language" / "notices.yaml"
OFFICE = frozenset({Kind.SUBMITTED, Kind.RESUBMITTED})


def said(one: Told, language: str) -> str:
    """A sentence in "zh" or "en"."""
    name = f"{one.kind.value}_open" if one.kind is Kind.RETURNED and not one.detail.get("due") else one.kind.value
    return str(load(TEXTS)[name][language]).format(**_values(one.detail, language))


def address(one: Told) -> str:
    """The page of it, for whom it is told to."""
    if one.kind is Kind.PUBLISHED:
        return "/policy"
    if one.case_id is None:
        return "/notices"
    office = one.kind in OFFICE or one.detail.get("office")
    return f"/review/cases/{one.case_id}" if office else f"/cases/{one.case_id}"


def message(told: Sequence[Told], base_url: str) -> tuple[str, str]:
    """The subject and the text of a mail, or of a robot's message: Chinese first, then English, each with its page."""
    texts = load(TEXTS)
    first = said(told[0], "zh")
    subject = texts["subject"]["zh"].format(text=first) if len(told) == 1 else \
        texts["subject_many"]["zh"].format(count=len(told))
    lines = []
    for language in ("zh", "en"):
        for one in told:
            lines.append(said(one, language))
            if language == "zh" and base_url:
                lines.append(f"{base_url}{address(one)}")
        lines.append("")
    foot = [texts["foot"][language].format(address=f"{base_url}/notices") for language in ("zh", "en")] if base_url \
        else []
    return subject, "\n".join([*lines, *foot]).strip() + "\n"


def _values(detail: Mapping[str, Any], language: str) -> dict[str, str]:
    from datetime import date

    found = {name: str(value) for name, value in detail.items()}
    if detail.get("due"):
        found["due"] = phrases(language).day(date.fromisoformat(str(detail["due"])))
    return found
