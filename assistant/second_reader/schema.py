"""The form of an answer: facts by key, each with its interval and the claims that make it.

Lenient where models differ in form (a number for a list, `[low, high]` for an object), strict in what is said.
"""
from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST_CLAIMS, MOST_PLACES, LONGEST = 400, 400, 1000
Bounds = tuple[int, int | None]


class Role(StrEnum):
    TOTAL = "total"          # states its group's figure
    PART = "part"            # is added to the group's other parts
    MINUS = "minus"          # is subtracted
    CLASS = "class"          # of a class that may overlap with the group's others
    ITEM = "item"            # one thing named in running text
    ROWS = "rows"            # rows of a table
    STATEMENT = "statement"  # yes or no
    NONE = "none"            # the text says there is none


class Counts(StrEnum):
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"          # raises the upper bound only


class Answer(BaseModel):
    """One fact as the model reads it; `interval` None: it found nothing that gives the fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    interval: Annotated[Bounds | None, BeforeValidator(lambda value: _bounds(value))] = None
    conflict: Annotated[bool, BeforeValidator(bool)] = False
    lacked: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""
    claims: list[Claim] = Field(default=[], max_length=MOST_CLAIMS)


class ClaimedPeriod(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    text: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""
    kind: Annotated[str, BeforeValidator(lambda value: _text(value))] = Field(default="none", alias="is")


class Claim(BaseModel):
    """What one quote or a set of rows says of a fact; the prompt says what each field is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    counts: Annotated[Counts, BeforeValidator(lambda value: _counts(value))]
    group: Annotated[str, BeforeValidator(lambda value: _text(value) or "-")] = "-"
    places: Annotated[list[str], BeforeValidator(lambda value: _texts(value))] = Field(default=[],
                                                                                       max_length=MOST_PLACES)
    rows: Annotated[list[str], BeforeValidator(lambda value: _texts(value))] = Field(default=[], max_length=MOST_PLACES)
    quote: Annotated[str, BeforeValidator(lambda value: _text(value))] = Field(default="", max_length=LONGEST)
    value: Annotated[Bounds | None, BeforeValidator(lambda value: _bounds(value))] = None
    why: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""
    period: Annotated[ClaimedPeriod, BeforeValidator(lambda value: _period(value))] = ClaimedPeriod()
    column: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""
    complete: Annotated[bool, BeforeValidator(lambda value: value is not False)] = True
    currency: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""
    lacked: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""
    note: Annotated[str, BeforeValidator(lambda value: _text(value))] = ""


Answer.model_rebuild()


def _text(value: object) -> str:
    return "" if value is None else str(value)[:LONGEST]


def _texts(value: object) -> list[str]:
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _counts(value: object) -> object:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _period(value: object) -> object:
    if value is None:
        return {}
    return {"text": value} if isinstance(value, str) else value


def _bounds(value: Any) -> object:
    """A number, a pair or an object with low and high as whole numbers; a fraction lies between those around it."""
    if isinstance(value, dict):
        value = [value.get("low"), value.get("high")]
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, list):
        if len(value) != 2 or value[0] is None:
            return None if all(one is None for one in value) else value
        return _whole(value[0], up=True), None if value[1] is None else _whole(value[1], up=False)
    if value is None or value == "":
        return None
    return _whole(value, up=True), _whole(value, up=False)


def _whole(value: object, *, up: bool) -> object:
    """A number as a whole one, up or down; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        number = Decimal(re.sub(r"[,\s]", "", str(value)))
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number) > 10**15:
        return value
    whole = int(number)
    return whole + (up and number > whole)
