"""Administration → 模型: whether a language model reads, what stands where it differs, budgets, the last exam."""
from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.administration.frame import admin_page
from api.pages.rendering import failure_said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action
from api.service.administration.stored_settings import ReadingSettings
from api.service.records import Actor
from api.service.second_reader.reading_records import ExamView
from api.service.services import Services
from assistant.report.labels import Vocabulary
from ingestion.domain import Differ, Interval

router = APIRouter(route_class=PageRoute)
NUMBERS = ("at_once", "day_tokens", "user_tokens")


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of an exam: how many each reader had right."""

    label: str
    right: int
    all: int
    first_right: int
    first_all: int


@dataclass(frozen=True, slots=True)
class MistakeLine:
    """A fact that the model had not right; a figure is "" where there is none."""

    text: str
    label: str
    known: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExamShown:
    right: int = 0
    all: int = 0
    facts: tuple[FactLine, ...] = ()
    mistakes: tuple[MistakeLine, ...] = ()


@router.get("/admin/model")
def model(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep) -> Response:
    return _page(request, services, actor, language)


@router.get("/admin/model/second")
def means(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    """What it means when the second reader leads; the only place where that is set."""
    return admin_page(request, actor, Action.ADMINISTER, "reading_second.html",
                      state=services.second.readying.state(actor))


@router.post("/admin/model")
def change(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: FormDep) -> Response:
    """Whether a model reads, how many at once, and its budgets; refused values are said on the page."""
    kept = services.administration.kept
    try:
        at_once, day, user = (int(field(form, name)) for name in NUMBERS)
        kept.put(actor, replace(kept.get(ReadingSettings), enabled=bool(form.get("enabled")), at_once=at_once,
                                day_tokens=day, user_tokens=user, withheld=bool(form.get("withheld"))),
                 field(form, "reason"))
    except ValueError:
        return _page(request, services, actor, language, Failure("setting_invalid"))
    except Failure as failure:
        if failure.code != "setting_invalid":
            raise
        return _page(request, services, actor, language, failure)
    return see("/admin/model")


@router.post("/admin/model/differ")
def differ(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    kept = services.administration.kept
    chosen = Differ.SECOND if field(form, "differ") == Differ.SECOND else Differ.CAUTIOUS
    kept.put(actor, replace(kept.get(ReadingSettings), differ=chosen), field(form, "reason"))
    return see("/admin/model")


@router.post("/admin/model/exam")
def exam(services: ServicesDep, actor: ActorDep) -> Response:
    """The exam is taken in the background; the page says how far it is."""
    services.second.examining.begin(actor)
    return see("/admin/model#exam")


def _page(request: Request, services: Services, actor: Actor, language: str, failure: Failure | None = None
          ) -> Response:
    state = services.second.readying.state(actor)
    names = Vocabulary(services.policies.current, language)
    return admin_page(request, actor, Action.ADMINISTER, "reading.html", status=failure.status if failure else 200,
                      failure=failure_said(request, failure), state=state, result=_shown(state.exam, names),
                      examination=services.second.examining.state,
                      reading=services.administration.kept.get(ReadingSettings), numbers=NUMBERS)


def _shown(exam: ExamView | None, names: Vocabulary) -> ExamShown:
    """How an exam went, in words."""
    if exam is None:
        return ExamShown()

    def figure(key: str, one: Interval | None) -> str:
        return names.interval(key, one) if one is not None else ""

    return ExamShown(
        sum(one.right for one in exam.facts), sum(one.all for one in exam.facts),
        tuple(FactLine(names.fact_label(one.key), one.right, one.all, one.first_right, one.first_all)
              for one in exam.facts),
        tuple(MistakeLine(one.text, names.fact_label(one.fact), figure(one.fact, one.known),
                          figure(one.fact, one.found), one.reason) for one in exam.mistakes))
