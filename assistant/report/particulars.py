"""The names at the head of a report, read from the application's own forms: an aid, for a person to compare."""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from assistant.wording.texts import load
from ingestion.domain import Block, BlockKind, Document
from ingestion.policies.policy import Policy

LONGEST = 60
_BRACKETED = re.compile(r"[（(][^（）()]*[)）]$")
_SPACES = re.compile(r"\s+")


class Particulars(Struct, frozen=True):
    """What identifies an application; "" where it is not known."""

    number: str = ""
    name: str = ""
    applicant: str = ""
    recommender: str = ""


_FIELDS = tuple(field.name for field in fields(Particulars))


def read(documents: Sequence[Document], applicant: str = "") -> Particulars:
    """What the documents' forms say. Where two of them differ, nothing: a person then looks."""
    found: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        for block in document.blocks:
            for label, value in _fields(document, block):
                if (field := _labels().get(_plain_label(label))) in _FIELDS and (kept := _value(value)):
                    found[field].add(kept)
    agreed = {field: values.pop() for field, values in found.items() if len(values) == 1}
    particulars = Particulars(**agreed)
    return replace(particulars, applicant=applicant) if applicant else particulars


def base_type(documents: Sequence[Document], policy: Policy) -> str | None:
    """The base type that the forms name, if they name one only."""
    named = {one.id for document in documents for block in document.blocks
             for label, value in _fields(document, block) if _labels().get(_plain_label(label)) == "base_type"
             for one in policy.base_types if one.label in value}
    return named.pop() if len(named) == 1 else None


def _fields(document: Document, block: Block) -> Iterator[tuple[str, str]]:
    """(label, value) pairs: a cell and the one to its right, or a line "label：value"."""
    if block.kind is BlockKind.TABLE:
        for left, right in zip(block.cells, block.cells[1:], strict=False):
            if left.row == right.row:
                yield document.quote(left.span), document.quote(right.span)
    elif block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
        for line in document.quote(block.span).split("\n"):
            label, mark, value = line.replace(":", "：", 1).partition("：")
            if mark:
                yield label, value


def _plain_label(label: str) -> str:
    return _BRACKETED.sub("", _SPACES.sub("", label).rstrip("：:"))


def _value(text: str) -> str:
    value = _SPACES.sub(" ", text).strip()
    value = _BRACKETED.sub("", value).strip() if value.endswith(("章）", "章)")) else value
    return value if 0 < len(value) <= LONGEST and value.strip(_data()["blank"]) else ""


def _data() -> dict[str, Any]:
    return load(Path(__file__).parent / "language" / "particulars.yaml")


@cache
def _labels() -> dict[str, str]:
    return {label: field for field, labels in _data().items() if field != "blank" for label in labels}
