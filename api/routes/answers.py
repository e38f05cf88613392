"""Questions about the policy and about a case, answered at once or as a stream."""
from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from api.errors import Failure, shape
from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, AnswerBody, Part, Question, answers, part, sent
from api.http.sse import HEADERS, MEDIA, piece
from api.service.records import ConversationLine, TurnView
from ingestion.errors import GuoheError

if TYPE_CHECKING:
    from assistant.agent.turns import Step

log = logging.getLogger(__name__)
router = APIRouter(prefix=ROOT, tags=["answers"])
FAILURES = ("not_signed_in", "not_found", "question_too_long", "unusable", "csrf")
ASKING: dict[str, Any] = {
    "response_model": AnswerBody, "openapi_extra": sent("question"), "responses": answers("answer", *FAILURES)}


@router.post("/answers", summary="Ask the policy", **ASKING)
def ask(request: Request, services: ServicesDep, actor: ActorDep, body: Question) -> Response:
    """With `Accept: text/event-stream`: `step` events for what a model looks up, `sentence` events as they are checked,
    then `answer`, or `error`."""
    return _answered(request, services.chat.stream(actor, body.question, conversation=body.conversation,
                                                   language=body.language))


@router.post("/cases/{case_id}/answers", summary="Ask about a case", **ASKING)
def ask_case(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, body: Question) -> Response:
    """Its latest assessment speaks; without one, the policy alone. Streams as the other."""
    return _answered(request, services.chat.stream(actor, body.question, conversation=body.conversation,
                                                   case_id=case_id, language=body.language))


@router.get("/conversations", response_model=Part[ConversationLine], summary="One's conversations",
            responses=answers("conversations", "not_signed_in", "not_found", "cursor_invalid"))
def conversations(services: ServicesDep, actor: ActorDep, case_id: str | None = None, after: str | None = None,
                  limit: Annotated[int, Query(ge=1, le=200)] = 50, search: str = "") -> dict[str, Any]:
    """About a case, or about the policy alone without one, in which a question says `search`; the newest first."""
    return part(services.chat.conversations(actor, case_id, after=after, limit=limit, search=search[:200]))


@router.get("/conversations/{conversation}/turns", response_model=Part[TurnView], summary="What was said",
            responses=answers("turns", "not_signed_in", "not_found", "cursor_invalid"))
def turns(services: ServicesDep, actor: ActorDep, conversation: str, after: str | None = None,
          limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    return part(services.chat.turns(actor, conversation, after=after, limit=limit))


def _answered(request: Request, stream: Iterator[Step | str | TurnView]) -> Response:
    if MEDIA in request.headers.get("accept", ""):
        return StreamingResponse(_written(stream), media_type=MEDIA, headers=HEADERS)
    turn = next(one for one in stream if isinstance(one, TurnView))
    return JSONResponse(body(turn))


def _written(stream: Iterator[Step | str | TurnView]) -> Iterator[str]:
    """An answer as events: steps, sentences, the whole; a failure is an event, too."""
    try:
        for one in stream:
            if isinstance(one, TurnView):
                yield piece("answer", body(one))
            else:
                yield piece("sentence", {"text": one}) if isinstance(one, str) else piece("step", {"text": one.text})
    except GuoheError as error:
        yield _broken(error)
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("reference %s: an answer broke off", reference)
        yield _broken(Failure("internal", reference=reference))


def _broken(error: GuoheError) -> str:
    return piece("error", shape(getattr(error, "code", "unusable"), error.chinese, str(error))["error"])


def body(turn: TurnView) -> dict[str, Any]:
    """The answer as the command line gives it; a citation of a document also says where it stands."""
    citations: list[dict[str, Any]] = []
    for one, place in zip(turn.citations, turn.places, strict=True):
        if one.ref:
            citations.append({"ref": one.ref, "quote": one.quote, "start": one.span.start, "end": one.span.end})
        else:
            citations.append({"document": one.document, "page": one.page, "quote": one.quote,
                              "file_id": place.file_id if place else None, "start": one.span.start,
                              "end": one.span.end})
    return {"question": turn.question, "answer": turn.answer, "answerable": turn.answerable, "citations": citations,
            "mode": turn.mode, "id": turn.id, "conversation": turn.conversation, "number": turn.number,
            "policy_version": turn.policy_version, "approved": asdict(turn.approved) if turn.approved else None,
            "verdict": turn.verdict, "steps": list(turn.steps)}
