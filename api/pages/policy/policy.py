"""The policy as it is published: chapters, articles and items with addresses, and the criteria that rest on them."""
from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import LanguageDep, ServicesDep, VisitorDep
from api.pages.addresses import REFERENCE, clause_address
from api.pages.rendering import page
from api.pages.routing import PageRoute
from api.service.access import Action, may
from api.service.policies.articles import ArticleView
from api.service.policies.version_records import ClauseUse
from api.service.records import Actor
from api.service.services import Services
from assistant.report.labels import Vocabulary
from ingestion.policies import articles
from ingestion.policies.policy import Policy

router = APIRouter(route_class=PageRoute)
IN_TEXT = re.compile(REFERENCE.pattern.replace(".+?", "[一二三四五六七八九十百零〇]{1,5}"))
OF_ANOTHER = "》"  # a reference that follows a title speaks of another policy


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text, with the address of the clause it names, or ""."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    number: int
    ref: str
    runs: tuple[Run, ...]
    criteria: tuple[tuple[str, str], ...]  # label, requirement


@dataclass(frozen=True, slots=True)
class ArticlePage:
    number: int
    ref: str
    name: str          # the reference in the reader's language
    heading: str
    chapter: str
    opening: tuple[Run, ...]
    items: tuple[ItemPage, ...]
    criteria: tuple[tuple[str, str], ...]


@router.get("/policy")
def whole(request: Request, services: ServicesDep, language: LanguageDep, visitor: VisitorDep) -> Response:
    policy = services.policies.current
    shown = [_article(one, policy, language) for one in services.policies.articles()]
    return page(request, "policy.html", policy=policy, articles=shown, title=Vocabulary(policy, language).title(),
                state=Vocabulary(policy, language).status(), uses=_uses(services, visitor))


@router.get("/policy/articles/{number}")
def article(request: Request, services: ServicesDep, language: LanguageDep, visitor: VisitorDep, number: int
            ) -> Response:
    policy, views = services.policies.current, services.policies.articles()
    found = next((place for place, one in enumerate(views) if one.number == number), None)
    if found is None:
        raise Failure("not_found")
    return page(request, "article.html", policy=policy, one=_article(views[found], policy, language),
                uses=_uses(services, visitor), before=views[found - 1] if found else None,
                after=views[found + 1] if found + 1 < len(views) else None)


def _uses(services: Services, visitor: Actor | None) -> dict[str, ClauseUse] | None:
    """What was asked about each clause, for those who work on the policy."""
    if visitor is None or not may(visitor, Action.READ_POLICY_WORK):
        return None
    return {one.ref: one for one in services.policy_work.questions.clauses(visitor)}


def _article(one: ArticleView, policy: Policy, language: str) -> ArticlePage:
    names = Vocabulary(policy, language)
    rest = {ref: [(names.label(criterion), names.requirement(criterion)) for criterion in policy.criteria
                  if criterion.citation == ref] for ref in (one.ref, *(item.ref for item in one.items))}
    opening = one.opening.removeprefix(one.ref).strip()
    opening = opening.removeprefix(one.heading).strip() if one.heading else opening
    return ArticlePage(
        one.number, one.ref, names.say.citation(one.ref), one.heading, one.chapter, _runs(opening, policy),
        tuple(ItemPage(item.number, item.ref, _runs(item.text, policy), tuple(rest[item.ref])) for item in one.items),
        tuple(rest[one.ref]))


def _runs(text: str, policy: Policy) -> tuple[Run, ...]:
    """The text with what it names of this policy's own clauses as links."""
    runs: list[Run] = []
    done = 0
    for match in IN_TEXT.finditer(text):
        own = not text[:match.start()].rstrip().endswith(OF_ANOTHER)
        target = articles.by_ref(policy.articles, match.group()) if own else None
        if target is None:
            continue
        runs += [Run(text[done:match.start()], ""), Run(match.group(), clause_address(target.ref))]
        done = match.end()
    return tuple(run for run in (*runs, Run(text[done:], "")) if run.text)


