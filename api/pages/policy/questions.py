"""Questions that want a person's answer, and the answers that persons gave."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.addresses import clause_address
from api.pages.rendering import page, wants_json
from api.pages.routing import FormDep, PageRoute, field, inside, see
from api.service.access import Action, may
from assistant.wording.phrases import phrases

router = APIRouter(route_class=PageRoute)
A_PAGE = 20
HERE = "/policy/questions"


@router.get(HERE)
def questions(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep,
              after: str | None = None) -> Response:
    work = services.policy_work
    policy = services.policies.current
    refs = [ref for article in policy.articles for ref in (article.ref, *(item.ref for item in article.items))]
    return page(request, "policy/questions.html", found=work.questions.wanting(actor, after=after, limit=A_PAGE),
                later=after is not None, about_cases=work.questions.about_cases(actor),
                approved=work.answers.list(actor, limit=200), refs=refs, address=clause_address,
                cited=phrases(language).citation, may_write=may(actor, Action.WRITE_POLICY))


@router.post("/policy/answers")
def approve(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    services.policy_work.answers.approve(actor, field(form, "question"), field(form, "answer"), field(form, "ref"),
                                         field(form, "quote"))
    return see(f"{HERE}#approved")


@router.post("/policy/answers/{answer_id}/withdraw")
def withdraw(services: ServicesDep, actor: ActorDep, answer_id: str) -> Response:
    services.policy_work.answers.withdraw(actor, answer_id)
    return see(f"{HERE}#approved")


@router.post("/policy/questions/{same}/settle")
def settle(services: ServicesDep, actor: ActorDep, same: str) -> Response:
    services.policy_work.questions.settle(actor, same)
    return see(HERE)


@router.post("/turns/{turn_id}/rating")
def rate(request: Request, services: ServicesDep, actor: ActorDep, turn_id: str, form: FormDep) -> Response:
    """From the buttons below an answer: back to it, or nothing more for a script."""
    services.policy_work.questions.rate(actor, turn_id, up=field(form, "up") == "1", comment=field(form, "comment"))
    if wants_json(request):
        return Response(status_code=204)
    return see(inside(field(form, "back"), "/ask"))
