"""Cases assessed again with the version of the policy in force: how many it would be, then how they go on."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, ServicesDep
from api.http.review_requests import FilterDep
from api.pages.rendering import page
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.records import Actor
from api.service.review.progress import MOST
from api.service.services import Services

router = APIRouter(route_class=PageRoute)


@router.get("/review/renewal")
def all_that_match(request: Request, services: ServicesDep, actor: ActorDep, wanted: FilterDep) -> Response:
    """Whatever the worklist's filter finds and an older version stands behind, up to the most at once."""
    found = services.review.worklist.list(actor, replace(wanted, outdated=True), limit=MOST)
    return confirmation(request, services, actor, [one.case_id for one in found.items],
                        urlencode(parse_qsl(request.url.query)), (found.total or 0) - len(found.items))


@router.post("/review/renewal")
def renew(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """Goes on to the worklist, which shows how they go on, and why some were left out."""
    since = datetime.now(UTC)
    done = services.review.renewals.many(actor, [str(one) for one in form.getlist("cases")])
    refused = Counter(one.code for one in done if one.code)
    return see("/review?" + urlencode({**dict(parse_qsl(field(form, "back"))), "since": since.isoformat(), "refused":
                                       ",".join(f"{code}:{count}" for code, count in sorted(refused.items()))}))


def confirmation(request: Request, services: Services, actor: Actor, chosen: Sequence[str], back: str,
                 more: int = 0) -> Response:
    """What would be assessed, what not and why; `more` match beyond what can be asked for at once."""
    outlook = services.review.renewals.outlook(actor, chosen)
    lines = {one.case_id: one for one in services.review.worklist.chosen(actor, chosen)}
    return page(request, "review/renewal.html", policy=services.policies.current, back=back, more=more, most=MOST,
                good=[lines[one.case_id] for one in outlook if not one.code and one.case_id in lines],
                left=[(lines[one.case_id], one) for one in outlook if one.code and one.case_id in lines])


def since_of(request: Request) -> datetime | None:
    """From when on the worklist counts what was asked for; None without such a time in the address."""
    try:
        moment = datetime.fromisoformat(request.query_params.get("since", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def refused_of(request: Request) -> list[tuple[str, int]]:
    """Why how many were left out, as the address says."""
    pairs = (one.partition(":") for one in request.query_params.get("refused", "").split(","))
    return [(code, int(count)) for code, _, count in pairs if code.isidentifier() and count.isdigit()]
