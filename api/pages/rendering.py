"""Templates to HTML. A template that names something it was not given is an error, never a blank."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.http.deps import language_of
from api.pages.texts import Words, words
from api.service.access import SEE_ALL
from api.service.governance import amounts
from api.service.records import Actor
from assistant.report.labels import Vocabulary
from assistant.wording.phrases import phrases
from ingestion.errors import GuoheError

if TYPE_CHECKING:
    from jinja2 import Environment

WEB = Path(__file__).parent.parent / "web"
TEMPLATES, STATIC = WEB / "templates", WEB / "static"
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "guohe_theme"
KILO = 1000
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
           ("Mac OS X", "macOS"), ("Linux", "Linux"))


def page(request: Request, template: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None,
         **values: Any) -> HTMLResponse:
    """The template as a response, with what every page knows: who asks, the language, the theme, the token."""
    return HTMLResponse(render(request, template, **values), status,
                        {"Cache-Control": "private, no-store", "Vary": "Cookie", **(headers or {})})


def render(request: Request, template: str, /, **values: Any) -> str:
    language = language_of(request)
    theme = request.cookies.get(THEME_COOKIE, THEMES[0])
    return environment().get_template(template).render({
        "t": words(language), "lang": language, "here": here(request), "actor": visitor(request),
        "theme": theme if theme in THEMES else THEMES[0], "csrf": token(request),
        "fragment": wants_part(request), "cases_name": cases_name(request),
        "policy_line": policy_line(request), "sign_on": sign_on(request), "model_here": model_here(request),
        "unread": unread(request), **values})


def words_of(request: Request) -> Words:
    return words(language_of(request))


def failure_said(request: Request, failure: GuoheError | None) -> str:
    """What went wrong, in the reader's language; "" where nothing did."""
    return words_of(request).pick(failure.chinese, str(failure)) if failure is not None else ""


def visitor(request: Request) -> Actor | None:
    found: Actor | None = getattr(request.state, "actor", None)
    return found


def cases_name(request: Request) -> str:
    """What the list of cases is called for whoever asks: those who see everybody's do not read that they are theirs."""
    actor = visitor(request)
    return words_of(request)("nav.all_cases" if actor is not None and actor.role in SEE_ALL else "nav.cases")


def token(request: Request) -> str:
    """What a form sends back to show that it came from our own page."""
    return str(getattr(request.state, "csrf", ""))


def here(request: Request) -> str:
    """The address of this page below the host, without its choice of language."""
    query = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "lang"])
    return f"{request.url.path}?{query}" if query else request.url.path


def sign_on(request: Request) -> str:
    """What the button for single sign-on says; "" where there is none."""
    chosen = getattr(getattr(request.app.state, "settings", None), "sign_on", None)
    return chosen.name if chosen is not None else ""


def model_here(request: Request) -> str:
    """The name of the language model that words answers for whoever asks; "" where none does."""
    actor, services = visitor(request), getattr(request.app.state, "services", None)
    found = services.administration.modelling.of(actor) if actor is not None and services is not None else None
    return found.name if found is not None else ""


def unread(request: Request) -> int:
    """How many notices whoever asks has not read."""
    actor, services = visitor(request), getattr(request.app.state, "services", None)
    return services.notices.unread(actor) if actor is not None and services is not None else 0


def policy_line(request: Request) -> str:
    """The policy that is current, with its version and status, for the foot of every page."""
    services = getattr(request.app.state, "services", None)
    return Vocabulary(services.policies.current, language_of(request)).policy_line() if services is not None else ""


def wants_json(request: Request) -> bool:
    """Whether a script asked that takes JSON instead of a page."""
    return "application/json" in request.headers.get("accept", "")


def wants_part(request: Request) -> bool:
    """Whether a script asks for the inner part of a page, to put it into the one that is open."""
    return request.headers.get("x-part") == "1"


@cache
def environment() -> Environment:
    """The templates with what all of them use: undefined names are errors."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, auto_reload=False)
    made.globals["static"] = static
    made.globals["query"] = urlencode
    made.filters["amount"] = amounts.written
    made.filters["size"] = size
    made.filters["moment"] = moment
    made.filters["day"] = day
    made.filters["agent"] = agent
    made.filters["cited"] = cited
    return made


@cache
def static(name: str) -> str:
    """The address of a static file; it changes with the content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def size(count: int) -> str:
    """A number of bytes as people read it."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < KILO:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= KILO
    return f"{value:.1f} GB"


def moment(value: datetime) -> str:
    """A time for a `<time>`: scripts put it into the reader's own zone, without them it says UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def day(value: date) -> str:
    return value.isoformat()


def agent(text: str) -> str:
    """A browser's name for itself as people know it: "Edge · Windows"; what is no browser stays as it is."""
    found = [next((name for mark, name in names if mark in text), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) if found[0] else text


def cited(refs: Sequence[str], language: str) -> list[str]:
    """References as the language writes them."""
    return [phrases(language).citation(ref) for ref in refs]
