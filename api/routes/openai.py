"""An endpoint for existing chat clients: the chat completions of OpenAI's API, answered from the policy.

The API token is the key. An answer's text quotes its clauses; the field `guohe` beside it has them with their places.
"""
from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse

from api.errors import Failure, shape
from api.http.admission import Takes, takes
from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import Completion, Message, answers, sent
from api.http.sse import HEADERS, MEDIA
from api.routes.answers import body
from api.service.conversations.threads import Threads
from api.service.records import TurnView
from ingestion.errors import GuoheError

if TYPE_CHECKING:
    from assistant.agent.turns import Step

router = APIRouter(prefix="/v1", tags=["chat clients"])
MODEL = "guohe-policy"
FAILURES = ("not_signed_in", "question_too_long", "no_question", "unusable", "csrf")


@router.get("/models", summary="The one model that chat clients may name",
            responses=answers("openai_models", "not_signed_in"))
def models(services: ServicesDep, actor: ActorDep) -> dict[str, Any]:  # noqa: ARG001 - for those signed in only
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "guohe"}]}


@router.post("/chat/completions", summary="Ask the policy from a chat client", openapi_extra=sent("openai_request"),
             responses=answers("openai_completion", *FAILURES))
@takes(Takes.FOLDER_FILE)
def completions(services: ServicesDep, actor: ActorDep, asked: Completion) -> Response:
    """The last question of a user is answered; those before say what it goes on from."""
    questions = [text for one in asked.messages if one.role == "user" and (text := _text(one))]
    if not questions:
        raise Failure("no_question")
    conversation = Threads(services.chat).conversation(actor, questions[:-1])
    pieces = services.chat.stream(actor, questions[-1], conversation=conversation)
    name, made = f"chatcmpl-{secrets.token_hex(12)}", int(time.time())
    head = {"id": name, "created": made, "model": MODEL}
    if asked.stream:
        return StreamingResponse(_chunks(pieces, head), media_type=MEDIA, headers=HEADERS)
    turn = next(one for one in pieces if isinstance(one, TurnView))
    return JSONResponse({**head, "object": "chat.completion", "choices": [{
        "index": 0, "message": {"role": "assistant", "content": turn.answer}, "finish_reason": "stop"}],
        "guohe": _extension(turn)})


def _chunks(pieces: Iterator[Step | str | TurnView], head: dict[str, Any]) -> Iterator[str]:
    """Checked sentences as they come, then what of the answer was not said yet, then the places."""
    said = ""
    yield _chunk(head, {"role": "assistant", "content": ""})
    try:
        for one in pieces:
            if isinstance(one, str):
                said += one
                yield _chunk(head, {"content": one})
            if not isinstance(one, TurnView):
                continue
            rest = one.answer.removeprefix(said) if one.answer.startswith(said) else f"\n\n{one.answer}"
            if rest:
                yield _chunk(head, {"content": rest})
            yield _chunk(head, {}, finish="stop", guohe=_extension(one))
    except GuoheError as error:
        told = shape(getattr(error, "code", "unusable"), error.chinese, str(error))
        yield f"data: {json.dumps(told, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


def _chunk(head: dict[str, Any], delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
    told = {**head, "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return f"data: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _extension(turn: TurnView) -> dict[str, Any]:
    told = body(turn)
    return {name: told[name] for name in ("answerable", "citations", "mode", "conversation", "policy_version")}


def _text(message: Message) -> str:
    if isinstance(message.content, list):
        return "\n".join(str(one.get("text", "")) for one in message.content if one.get("type") == "text").strip()
    return (message.content or "").strip()
