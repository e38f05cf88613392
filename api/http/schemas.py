"""The bodies of the JSON API: what comes in, pages of lists, errors, and the examples of the OpenAPI document.

What goes out are the services' own records; the bodies of an assessment and of an answer are those that
`assistant.report.serialising` and `assistant.answering.answering` write.
"""
from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from api.service.accounts.credentials import LONGEST_TOKEN, USUAL_SCOPES, USUAL_TOKEN
from api.service.records import (
    Actor,
    ApprovedBy,
    AssessmentLine,
    Difference,
    FileChange,
    NoticeView,
    OutcomeChange,
    Page,
    Role,
    TokenScope,
)
from ingestion.domain import Document, Fact
from ingestion.policies.policy import Policy

ROOT = "/api/v1"
REFERENCE = "#/components/schemas/{model}"
EXAMPLES = Path(__file__).parent.parent / "language" / "examples.json"
Record = TypeVar("Record")


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=2_000)


class SignIn(Body):
    email: str
    password: str = Field(max_length=200)


class Registration(SignIn):
    name: str = ""
    invitation: str = Field("", description="The secret of an invitation's link")


class NewPassword(Body):
    old: str = Field(max_length=200)
    new: str = Field(max_length=200)


class Forgotten(Body):
    email: str
    language: Literal["zh", "en"] = Field("zh", description="Of the mail")


class PasswordReset(Body):
    secret: str = Field(max_length=100, description="The end of the link")
    new: str = Field(max_length=200)


class TokenName(Body):
    name: str = Field(max_length=100, description="What the token is for")
    scopes: list[TokenScope] = Field(list(USUAL_SCOPES), max_length=10, description="What it may be used for")
    days: int = Field(USUAL_TOKEN, ge=1, le=LONGEST_TOKEN, description="How long it lasts")


class NewInvitation(Body):
    email: str = Field("", description="Empty: for whoever has the link")
    role: Role = Role.APPLICANT


class UserChange(Body):
    role: Role | None = None
    active: bool | None = None
    reason: str = Field("", max_length=2_000, description="Stands in the audit")


class NewCase(Body):
    base_type: str = Field(description="An id from /api/v1/policy")
    application_date: date
    title: str = Field("", max_length=200)
    applicant: str = Field("", max_length=200)


class NewPaperCase(Body):
    """For an applicant who handed in on paper."""

    paper_number: str = Field(max_length=100, description="What the office received it under")
    applicant: str = Field(max_length=200)
    base_type: str = Field(description="An id from /api/v1/policy")
    application_date: date
    title: str = Field("", max_length=200)


class CaseChange(Body):
    """What is left out stays as it is."""

    title: str | None = Field(None, max_length=200)
    applicant: str | None = Field(None, max_length=200)
    base_type: str | None = None
    application_date: date | None = None
    paper_number: str | None = Field(None, max_length=100, description="Of one that came on paper")


class Question(Body):
    question: str
    conversation: str | None = Field(None, description="The conversation that it goes on with")
    language: Literal["zh", "en"] | None = Field(None, description="That of the question without it")


class Message(BaseModel):
    """One of a chat, as OpenAI's clients send it: text, or parts of which those of text are read."""

    role: str
    content: str | list[dict[str, Any]] | None = None


class Completion(BaseModel):
    """A chat completion's request; what else clients send (temperature, tools, …) has no bearing on an answer."""

    model: str = ""
    messages: list[Message] = Field(max_length=200)
    stream: bool = False


class Who(BaseModel):
    """Whoever asks, and the token that a page's own changes bring along in X-CSRF-Token."""

    user: Actor | None
    csrf: str
    first: bool = Field(description="Nobody has registered yet: the first becomes administrator")
    open_registration: bool


class Part(BaseModel, Generic[Record]):
    """A part of a list; `after` asks for the next one, null at the end."""

    items: list[Record]
    after: str | None
    total: int | None


class BaseTypeBody(BaseModel):
    id: str
    label: str
    label_en: str
    articles: list[str]


class PolicyBody(BaseModel):
    id: str
    version: str
    title: str
    title_en: str
    issuer: str
    status: str
    status_en: str
    number: str = Field("", description="Of the document")
    issued: date | None = None
    effective: date | None = None
    sha256: str
    window_term: str
    base_types: list[BaseTypeBody]


class BlockBody(BaseModel):
    kind: str
    start: int
    end: int
    level: int
    label: str
    section: str


class PageBody(BaseModel):
    number: int
    start: int
    end: int
    width: float
    height: float
    recognised: bool


class DocumentBody(BaseModel):
    """A document as it was read: offsets are characters of `text`."""

    name: str
    sha256: str
    kind: str
    text: str
    blocks: list[BlockBody]
    pages: list[PageBody]
    notices: list[NoticeView]


class FactChangeBody(BaseModel):
    key: str
    label: str
    label_en: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    files: list[str]


class DifferenceBody(BaseModel):
    before: AssessmentLine
    after: AssessmentLine
    files: list[FileChange]
    settings: list[str]
    facts: list[FactChangeBody]
    outcomes: list[OutcomeChange]


class ErrorDetail(BaseModel):
    code: str
    message: str
    message_en: str
    detail: dict[str, Any]


class ErrorBody(BaseModel):
    error: ErrorDetail


class AnswerBody(BaseModel):
    """An answer as the command line gives it, with the turn that keeps it."""

    question: str
    answer: str
    answerable: bool
    citations: list[dict[str, Any]]
    mode: str
    id: str
    conversation: str
    number: int
    policy_version: str
    approved: ApprovedBy | None = Field(None, description="Who gave this answer, where a person did")
    verdict: str | None = Field(None, description="yes, no, open, or null where the question asks for none")
    steps: list[str] = Field([], description="What a language model looked up for it")


def part(page: Page[Any]) -> dict[str, Any]:
    return {"items": page.items, "after": page.after, "total": page.total}


def document(one: Document) -> DocumentBody:
    return DocumentBody(
        name=one.name, sha256=one.sha256, kind=one.kind, text=one.text,
        blocks=[BlockBody(kind=block.kind, start=block.span.start, end=block.span.end, level=block.level,
                          label=block.label, section=block.section) for block in one.blocks],
        pages=[PageBody(number=page.number, start=page.span.start, end=page.span.end, width=page.width,
                        height=page.height, recognised=page.recognised) for page in one.pages],
        notices=[NoticeView(notice.code, notice.text, notice.text_en, notice.page) for notice in one.notices])


def difference(found: Difference, policy: Policy) -> DifferenceBody:
    """What changed between two assessments, as a body."""
    from assistant.report import serialising

    def fact(one: Fact | None) -> dict[str, Any] | None:
        return serialising.fact(one, policy) if one is not None else None

    return DifferenceBody(
        before=found.before, after=found.after, files=list(found.files), settings=list(found.settings),
        facts=[FactChangeBody(key=one.key, label=one.label, label_en=one.label_en, before=fact(one.before),
                              after=fact(one.after), files=list(one.files)) for one in found.facts],
        outcomes=list(found.outcomes))


# The OpenAPI document -------------------------------------------------------------------------------------------------

@cache
def examples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def answers(name: str, *failures: str, status: int = 200, media: str = "application/json") -> dict[int | str, Any]:
    """The `responses` of a route: the example `name` (none for ""), and how it may fail. The shape of a failure is
    referred to and not modelled anew for each route and status, which would be a third of a start; `described` has it.
    """
    from api.errors import Failure, shape

    found: dict[int | str, Any] = {}
    if name:
        found[status] = {"content": {media: {"example": examples().get(name)}}}
    for code in ("invalid", *failures):
        failure = Failure(code, **dict.fromkeys(_NAMES, "…"))
        entry = found.setdefault(failure.status, {"description": code, "content": {
            "application/json": {"schema": {"$ref": REFERENCE.format(model=ErrorBody.__name__)}, "examples": {}}}})
        entry["description"] = ", ".join(dict.fromkeys([*entry["description"].split(", "), code]))
        entry["content"]["application/json"]["examples"][code] = {
            "value": shape(code, failure.chinese, str(failure))}
    return found


def described(openapi: dict[str, Any]) -> dict[str, Any]:
    """The description of the API with the shape of a failure, to which `answers` refer."""
    shape = ErrorBody.model_json_schema(mode="serialization", ref_template=REFERENCE)
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas |= shape.pop("$defs", {}) | {ErrorBody.__name__: shape}
    openapi["components"]["schemas"] = dict(sorted(schemas.items()))
    return openapi


def sent(name: str) -> dict[str, Any]:
    """The example of a request's body."""
    return {"requestBody": {"content": {"application/json": {"example": examples().get(name)}}}}


_NAMES = ("retry_after", "shortest", "different", "most", "base_type", "choices", "date", "first", "last", "name",
          "zh", "en", "kind", "given", "unit", "page", "count", "times", "reference", "state", "ref", "by", "before",
          "after", "scope", "place", "day")
