"""The policy: its head, its articles, one clause."""
from __future__ import annotations

from fastapi import APIRouter

from api.http.deps import ServicesDep
from api.http.schemas import ROOT, BaseTypeBody, PolicyBody, answers
from api.service.policies.articles import ArticleView, ItemView

router = APIRouter(prefix=ROOT, tags=["policy"])


@router.get("/policy", response_model=PolicyBody, summary="The policy that new assessments are made with",
            responses=answers("policy"))
def policy(services: ServicesDep) -> PolicyBody:
    one = services.policies.current
    return PolicyBody(
        id=one.id, version=one.version, title=one.title, title_en=one.title_en, issuer=one.issuer, status=one.status,
        status_en=one.status_en, number=one.number, issued=one.issued, effective=one.effective, sha256=one.sha256,
        window_term=one.window.term,
        base_types=[BaseTypeBody(id=base.id, label=base.label, label_en=base.label_en, articles=list(base.articles))
                    for base in one.base_types])


@router.get("/policy/articles", response_model=list[ArticleView], summary="Its articles",
            responses=answers("articles"))
def articles(services: ServicesDep) -> tuple[ArticleView, ...]:
    return services.policies.articles()


@router.get("/policy/clauses/{ref}", response_model=ArticleView | ItemView, summary="An article or an item",
            responses=answers("item", "not_found"))
def clause(services: ServicesDep, ref: str) -> ArticleView | ItemView:
    """`第八条` or `第八条（二）`."""
    return services.policies.clause(ref)
