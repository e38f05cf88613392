"""Questions beside a case or the policy: by a form, or streamed sentence by sentence to a script."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.sse import HEADERS, MEDIA, piece
from api.pages.addresses import clause_address, document_address
from api.pages.rendering import failure_said, page, render
from api.pages.routing import FormDep, PageRoute, field, see
from api.pages.texts import words
from api.service.records import Actor, AssessmentView, Place, TurnView
from api.service.services import Services
from assistant.agent.turns import Step
from assistant.dialogue import suggesting
from assistant.wording.answer_words import Say, quoted
from assistant.wording.phrases import phrases
from ingestion.domain import Citation
from ingestion.errors import GuoheError, UsageError

router = APIRouter(route_class=PageRoute)
LONGEST = 500
SHOWN = 30            # exchanges
HISTORY = 15          # conversations beside the one that is open
FEW = 4               # sources of an answer that quotes none in its text


@dataclass(frozen=True, slots=True)
class Source:
    """One citation of an answer; `href` opens its place, "" where the file is gone."""

    name: str
    quote: str
    href: str
    clause: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered. Quotations are taken out of the text: they stand with their `sources`, and what
    was cited without being quoted is `more`.
    """

    turn: TurnView
    lines: tuple[str, ...]
    sources: tuple[Source, ...]
    more: tuple[Source, ...]
    back: str            # the address of the page that shows it


@router.get("/ask")
def ask_page(request: Request, services: ServicesDep, actor: ActorDep, conversation: str = "", q: str = "",
             new: str = "", after: str | None = None) -> Response:
    """The last conversation, the one that is asked for, or a new one; beside it all that were, with a search."""
    history = services.chat.conversations(actor, after=after, limit=HISTORY, search=q.strip())
    turns = () if new else turns_of(services, actor, conversation) if conversation else \
        latest_turns(services, actor, None)
    return page(request, "ask.html", turns=turns, case_id=None, draft="", policy=services.policies.current,
                history=history, search=q.strip(), later=after is not None,
                shown=turns[-1].turn.conversation if turns else "")


@router.post("/ask")
def ask(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: FormDep) -> Response:
    return _answer(request, services, actor, language, field(form, "question"), field(form, "conversation"), None)


@router.post("/cases/{case_id}/ask")
def ask_case(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
             form: FormDep) -> Response:
    services.cases.get(actor, case_id)
    return _answer(request, services, actor, language, field(form, "question"), field(form, "conversation"), case_id)


def _answer(request: Request, services: Services, actor: Actor, language: str, question: str, conversation: str,
            case_id: str | None) -> Response:
    """A stream for a script; for a form the page again, at the answer."""
    back = f"/cases/{case_id}" if case_id else "/ask"
    if not question or len(question) > LONGEST:
        raise UsageError(words("en")("chat.unusable", most=LONGEST), words("zh")("chat.unusable", most=LONGEST))
    chosen = conversation or None
    if "text/event-stream" in request.headers.get("accept", ""):
        told = services.chat.stream(actor, question, conversation=chosen, case_id=case_id, language=language)
        return StreamingResponse(_stream(request, told, case_id), media_type=MEDIA, headers=HEADERS)
    turn = services.chat.ask(actor, question, conversation=chosen, case_id=case_id, language=language)
    if not case_id:
        back = f"{back}?conversation={turn.conversation}"
    return see(f"{back}#turn-{turn.id}")


def _stream(request: Request, told: Iterator[Step | str | TurnView], case_id: str | None) -> Iterator[str]:
    """Sentences as they come, then the whole exchange as it will be shown from now on."""
    try:
        for part in told:
            if isinstance(part, str):
                yield piece("text", {"text": part})
            elif not isinstance(part, TurnView):
                yield piece("step", {"text": part.text})
            else:
                html = render(request, "parts/turn.html", one=exchange(part, case_id))
                yield piece("turn", {"html": html, "id": part.id, "conversation": part.conversation})
    except GuoheError as error:
        yield piece("failure", {"message": failure_said(request, error)})


def turns_of(services: Services, actor: Actor, conversation: str) -> tuple[Exchange, ...]:
    """The last exchanges of one conversation about the policy."""
    turns = services.chat.turns(actor, conversation, limit=200).items
    return tuple(exchange(turn, None) for turn in turns[-SHOWN:])


def latest_turns(services: Services, actor: Actor, case_id: str | None) -> tuple[Exchange, ...]:
    """The exchanges of one's last conversation here."""
    lines = services.chat.conversations(actor, case_id, limit=1).items
    if not lines:
        return ()
    turns = services.chat.turns(actor, lines[0].id, limit=200).items
    return tuple(exchange(turn, case_id) for turn in turns[-SHOWN:])


def suggested(services: Services, view: AssessmentView | None, language: str) -> tuple[str, ...]:
    """Questions that fit what is open in an assessment; none without one."""
    if view is None:
        return ()
    return suggesting.questions(services.policies.of(view.policy), view.result, language)


def exchange(turn: TurnView, case_id: str | None) -> Exchange:
    """A turn as the page shows it: lines, the sources that its text quotes first, the rest folded."""
    say, text = Say(turn.language), f"\n{turn.answer}\n"
    shown: list[Source] = []
    more: list[Source] = []
    for citation, place in zip(turn.citations, turn.places, strict=True):
        source = _source(citation, place, turn.language, case_id)
        line = f"\n{quoted(citation, say)}\n"
        (shown if line in text else more).append(source)
        text = text.replace(line, "\n")
    text = text.replace(say("case_more", count=len(more)), "")
    if not shown:
        shown, more = more[:FEW], more[FEW:]
    return Exchange(turn, tuple(line for line in text.splitlines() if line.strip()), tuple(dict.fromkeys(shown)),
                    tuple(one for one in dict.fromkeys(more) if one not in shown),
                    f"/cases/{case_id}" if case_id else f"/ask?conversation={turn.conversation}")


def _source(citation: Citation, place: Place | None, language: str, case_id: str | None) -> Source:
    if citation.ref:
        return Source(phrases(language).citation(citation.ref), citation.quote, clause_address(citation.ref),
                      clause=True)
    href = ""
    if place is not None and place.file_id and case_id:
        href = document_address(case_id, place.file_id, place.start, place.end)
    return Source(phrases(language).place(citation.document, citation.page), citation.quote, href, clause=False)
