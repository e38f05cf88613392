"""Characters that nobody writes: in every parameter of every route, on both databases."""
from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from api.errors import Failure
from api.gate import characters
from api.service.administration.stored_settings import MOST, LimitSettings
from tests.api.access.test_tenants import Place, Route, below, filled, found_routes, furnished
from tests.support.web_samples import Client, installation

pytestmark = pytest.mark.usefixtures("store")

WORST = ("%00", "%ED%A0%80", "%1B")           # in an address: NUL, half of a pair, escape
TEXTS = ("a\x00b", "a\ud800", "\x1b[2J", "a\x7f", "\x9b1m")
REFUSED = {400, 422}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Place]:
    with installation(tmp_path_factory.mktemp("site")) as site:
        made = furnished(site)
        many = {one.name: MOST for one in fields(LimitSettings)}
        site.services.administration.kept.put(made.people["administrator"].actor, LimitSettings(**many))
        yield made


def spoiled(body: Any, text: str) -> Iterator[Any]:
    """The body once for each text in it, with that one spoiled, and once for a name."""
    for path in list(_texts(body)):
        made = copy.deepcopy(body)
        one = made
        for step in path[:-1]:
            one = one[step]
        one[path[-1]] = text
        yield made
    yield {**body, text: 1} if isinstance(body, dict) else {text: 1}


def _texts(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in inner:
        if isinstance(value, str):
            yield (*path, name)
        yield from _texts(value, (*path, name))


def sent(who: Client, route: Route, place: Place) -> Iterator[tuple[str, Any]]:
    """Every way to bring such characters to a route; what was sent, and the answer."""
    path = filled(route.path, place.ids)
    names = [part for part in route.path.split("/") if part.startswith("{")]
    for name in names:
        for worst in WORST:
            address = filled(route.path.replace(name, f"x{worst}", 1), place.ids)
            yield address, who.http.request(route.method.upper(), address)
    for query in (*route.queries, "anything"):
        for worst in WORST:
            yield f"{query}={worst}", who.http.request(route.method.upper(), f"{path}?{query}=a{worst}")
    if route.method in {"post", "put", "patch"}:
        for text in TEXTS:
            for body in spoiled(route.body if isinstance(route.body, dict) else {}, text):
                yield repr(body), who.http.request(
                    route.method.upper(), path, content=json_of(body), headers={"Content-Type": "application/json"})
            token = {"csrf": who.http.headers["X-CSRF-Token"]}
            if "\ud800" not in text:
                yield f"form {text!r}", who.http.request(route.method.upper(), path, data={**token, "field": text})
                yield f"part {text!r}", who.http.request(route.method.upper(), path, data={**token, "field": text},
                                                         files=[("files", ("a.txt", b"x"))])


def json_of(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()   # escapes halves of pairs


def test_no_parameter_of_any_route_takes_them(place: Place) -> None:
    """Each is refused as a request that cannot be used, by whoever may do most there."""
    admin = place.people["administrator"]
    routes = found_routes(place.site)
    faults, requests = [], 0
    for route in routes:
        for what, answer in sent(admin, route, place):
            requests += 1
            if answer.status_code not in REFUSED:
                faults.append((route.method, route.path, what, answer.status_code))
    assert faults == []
    assert requests > 1_500


def test_no_page_takes_them(place: Place) -> None:
    """Also those for visitors, such as registering and signing in."""
    from api import pages

    visitor = place.site.visitor()
    token = visitor.get("/api/v1/session").json()["csrf"]
    faults = []
    for page in below(pages.router):
        path = filled(page.path, place.ids)
        for http, csrf in ((visitor, token), (place.people["administrator"].http,
                                              place.people["administrator"].http.headers["X-CSRF-Token"])):
            for method in page.methods & {"GET", "POST"}:
                answers = [http.request(method, f"{path}?q=%00"), http.request(method, f"{path.rstrip('/')}/%00"),
                           http.request(method, path, headers={"User-Agent": "a\x01b"})]
                if method == "POST":
                    answers += [http.request(method, path, data={"csrf": csrf, "email": "a\x00@b.cn", "name": "x"})]
                faults += [(method, path, one.status_code) for one in answers if one.status_code not in REFUSED]
    assert faults == []


def test_nobody_registers_with_them(place: Place) -> None:
    """What became a user with NUL in the name on one database, and an error on the other."""
    for field in ("email", "name", "password", "invitation"):
        body = {"email": "a@example.com", "name": "甲", "password": "a quiet harbour 7", field: "a\x00@example.com"}
        answer = place.site.visitor().post("/api/v1/users", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unfit_characters")
    listed = place.people["administrator"].get("/api/v1/users?search=a%00")
    assert listed.status_code == 400


@pytest.mark.parametrize("text", ["近三年\n发表\tSCI论文\r\n23篇", "𠮷野家", "é\u0301", "\u200b零宽", "a\x85b", "😀"])
def test_what_people_write_passes(place: Place, text: str) -> None:
    """Line ends, tabs, rare characters, marks and pictures."""
    owner = place.site.client()
    made = owner.post("/api/v1/cases", json={"base_type": "innovation_park", "application_date": "2025-06-30",
                                             "title": text})
    assert made.status_code == 201
    assert owner.get(f"/api/v1/cases?search={'论文' if '论文' in text else ''}").status_code == 200


@pytest.mark.parametrize("charset", ["utf-16", "latin-1"])
def test_a_form_in_another_encoding_is_refused(charset: str) -> None:
    """In which the same bytes could be other characters."""
    with pytest.raises(Failure, match="control characters"):
        characters.Parts(f"multipart/form-data; boundary=b; charset={charset}".encode())
