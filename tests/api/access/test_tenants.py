"""Who sees what: every route of the interface and every page, walked as every kind of person, with canaries in files.

What is somebody else's answers as what is not there, byte for byte. A route that no row of `ROUTES` places fails.
10,000 requests: `python -m tests.long tenants`.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from api.service import clock
from api.service.context import new_id
from api.service.records import Role
from tests.support import pdf_samples
from tests.support.web_samples import APPLICATION, Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

CANARY, CANARY_LATIN = "海棠密语七四一九", "canary-74190-quartz"
ASKED = "密语七四"   # what others search for: a part, so that an echo of it is no canary
ROUTES = (  # the first that a path begins with tells whose it is
    ("/api/v1/cases/{case_id}", "case"),              # of a case: its owner's, reviewers' and auditors'
    ("/api/v1/review", "reviewers"),
    ("/api/v1/cases/paper", "office"),                 # for applicants who handed in on paper
    ("/api/v1/cases", "own"),                          # lists and makes what is one's own
    ("/api/v1/conversations", "own"), ("/api/v1/answers", "own"), ("/api/v1/session", "own"),
    ("/api/v1/sessions", "own"), ("/api/v1/tokens", "own"), ("/api/v1/password", "own"),
    ("/api/v1/turns", "own"),
    ("/api/v1/webhooks", "own"), ("/api/v1/notices", "own"), ("/v1", "own"), ("/mcp", "own"),
    ("/api/v1/users", "administrators"), ("/api/v1/invitations", "administrators"),
    ("/api/v1/admin", "administrators"), ("/api/v1/audit", "administrators"),
    ("/api/v1/policy", "everyone"), ("/api/v1/policies", "everyone"), ("/api/v1/questions", "everyone"),
    ("/api/v1/intakes", "everyone"),                  # what can be handed in to, and nothing of who did
    ("/api/v1/health", "everyone"))
STRANGERS = ("visitor", "applicant", "policy_staff", "administrator")
SEES_ALL = ("reviewer", "auditor")
OBJECTS = {"case_id", "conversation", "turn_id", "session_id", "token_id"}
CLOSED = frozenset({"reviewers", "administrators", "office"})     # to applicants, and to visitors
METHODS = ("get", "post", "put", "patch", "delete")
ENDLESS, QUESTION = "/events", "/answers"
HARMFUL = re.compile(r"^/api/v1/(session|password|users|admin/retention|admin/settings)\b")  # of the walker itself


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    whose: str
    body: Any
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    site: Installation
    owner: Client
    ids: dict[str, str]
    people: dict[str, Any]


def found_routes(site: Installation) -> list[Route]:
    made = []
    for path, methods in site.app.openapi()["paths"].items():
        whose = next((whose for start, whose in ROUTES if path.startswith(start)), "")
        for method, described in methods.items():
            if method in METHODS:
                content = (described.get("requestBody") or {}).get("content", {})
                body = next((one.get("example") or next(iter(one.get("examples", {}).values()), {}).get("value")
                             for kind, one in content.items() if kind == "application/json"), None)
                queries = tuple(one["name"] for one in described.get("parameters", []) if one["in"] == "query"
                                and one["schema"].get("type", "string") == "string" and "enum" not in one["schema"])
                made.append(Route(method, path, whose, body, queries))
    return made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Place]:
    with installation(tmp_path_factory.mktemp("site")) as site:
        yield furnished(site)


def furnished(site: Installation) -> Place:
    """An owner with a case full of canaries, and somebody of every kind, all of them new."""
    owner = site.client()
    pdf = pdf_samples.flowed([pdf_samples.Paragraph(f"{APPLICATION}{CANARY} {CANARY_LATIN}", pdf_samples.BODY)])
    case = owner.assessed(("申报书.pdf", pdf), (f"{CANARY}.txt", f"{APPLICATION}{CANARY}".encode()),
                          title=CANARY, applicant=CANARY)
    files = owner.get(f"/api/v1/cases/{case}/files").json()
    result = owner.get(f"/api/v1/cases/{case}/assessments").json()["items"][0]["id"]
    asked = owner.post(f"/api/v1/cases/{case}/answers", json={"question": f"{CANARY}发表了多少篇论文？"})
    assert asked.status_code == 200, asked.text
    owner.post("/api/v1/tokens", json={"name": CANARY})
    reply = {"subject": "sci_ei_papers", "version": 0, "text": CANARY}
    assert owner.post(f"/api/v1/cases/{case}/replies", json=reply).status_code == 201
    office, day = site.client(Role.REVIEWER), clock.today("Asia/Shanghai")
    round_ = {"title": "2026年第一批", "base_type": "joint_research_center", "opens": str(day), "closes": str(day)}
    opened = office.post("/api/v1/review/intakes", json=round_).json()["id"]
    receipt = owner.post(f"/api/v1/cases/{case}/submission").json()["handed"]["receipt"]
    for status in ("in_review", "received"):
        assert office.patch(f"/api/v1/review/cases/{case}", json={"status": status}).status_code == 204
    notice = owner.get("/api/v1/notices").json()["items"][0]["id"]
    ids = {"case_id": case, "intake_id": opened, "notice_id": notice, "receipt": receipt,
           "file_id": next(one["id"] for one in files if one["name"].endswith("pdf")),
           "assessment_id": result, "conversation": asked.json()["conversation"], "page": "1",
           "kind": "report.docx", "ref": "第八条", "number": "1"}
    ids |= {"turn_id": asked.json()["id"], "session_id": owner.get("/api/v1/sessions").json()[0]["id"],
            "token_id": owner.get("/api/v1/tokens").json()[0]["id"]}
    people = {str(role): site.client(role) for role in Role}
    return Place(site, owner, ids, {**people, "visitor": site.visitor()})


@pytest.fixture(scope="module")
def routes(place: Place) -> list[Route]:
    return found_routes(place.site)


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: ids.get(name[1], "0" * 32), path)


def ask(who: Any, route: Route, ids: dict[str, str]) -> Any:
    options: dict[str, Any] = {"params": dict.fromkeys(route.queries, ASKED)} if route.method == "get" else {}
    if route.method not in {"get", "delete"}:
        if route.path.endswith("/files") and route.method == "post" and route.body is None:
            options["files"] = [("files", ("b.txt", b"x"))]
        else:
            options["json"] = route.body if route.body is not None else {}
    http = who.http if isinstance(who, Client) else who
    return http.request(route.method.upper(), filled(route.path, ids), **options)


def leaks(answer: Any, receipt: str = CANARY) -> bool:
    """Also in headers, and in what is packed (a report) or escaped; a receipt, of which notices tell, is a canary too.
    """
    import io
    import zipfile

    raw = answer.content + repr(dict(answer.headers)).encode()
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            raw += b"".join(packed.read(name) for name in packed.namelist())
    marks = (CANARY.encode(), receipt.encode(), CANARY_LATIN.encode(), CANARY.encode("unicode_escape"),
             CANARY.encode("utf-16-le"))
    return any(mark in raw for mark in marks)


def test_every_route_has_a_row(routes: list[Route]) -> None:
    """Whoever adds one says whose it is."""
    assert [route.path for route in routes if not route.whose] == []
    assert len(routes) > 40


def test_strangers_see_no_canary_and_what_is_not_theirs_is_not_there(place: Place, routes: list[Route]) -> None:
    """Every route with the owner's ids and with ids of nothing: the same status, the same body, no canary."""
    requests, faults = walked(place, routes)
    assert faults == []
    assert requests > 500


def walked(place: Place, routes: list[Route]) -> tuple[int, list[Any]]:
    """How many requests strangers made, and what was wrong with which."""
    nothing = {name: new_id() if name.endswith("_id") or name == "conversation" else value
               for name, value in place.ids.items()}
    requests, faults = 0, []
    for route in routes:
        for name in STRANGERS:
            if HARMFUL.match(route.path) and route.method != "get":
                continue
            who = place.people[name]
            answer = ask(who, route, place.ids)
            requests += 1
            if leaks(answer, place.ids["receipt"]) or answer.status_code >= 500:
                faults.append((route.method, route.path, name, answer.status_code, "leaks"))
            if route.whose in CLOSED and name in {"visitor", "applicant"} and not refused(answer):
                faults.append((route.method, route.path, name, answer.status_code, "no applicant's"))
            if not set(re.findall(r"\{(\w+)", route.path)) & OBJECTS:
                continue
            other = ask(who, route, nothing)
            requests += 1
            if (answer.status_code, plain(answer, place.ids)) != (other.status_code, plain(other, nothing)):
                faults.append((route.method, route.path, name, answer.status_code, other.status_code))
            if answer.status_code < 400:
                faults.append((route.method, route.path, name, answer.status_code, "open"))
    return requests, faults


def refused(answer: Any) -> bool:
    """As a whole, or each of the cases that were asked for."""
    return answer.status_code >= 400 or all(isinstance(one, dict) and one.get("code") for one in answer.json())


def below(router: Any) -> Iterator[Any]:
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from below(inner)
        elif hasattr(route, "path"):
            yield route


def plain(answer: Any, ids: dict[str, str]) -> str:
    text: str = answer.text
    for value in ids.values():
        text = text.replace(value, "…") if len(value) > 8 else text
    return re.sub(r'"reference": ?"\w+"', "", text)


def test_nothing_of_the_owners_was_changed_by_strangers(place: Place) -> None:
    """After all of that: the same files, the same case, the same result."""
    case = place.ids["case_id"]
    assert {one["name"] for one in place.owner.get(f"/api/v1/cases/{case}/files").json()} == {
        "申报书.pdf", f"{CANARY}.txt"}
    assert place.owner.get(f"/api/v1/cases/{case}").json()["title"] == CANARY


def test_the_owner_sees_all_of_it(place: Place, routes: list[Route]) -> None:
    """Every route that reads a case answers its owner; some of them with what only they may see."""
    seen = {}
    for route in routes:
        if route.method == "get" and route.whose == "case" and not route.path.endswith(ENDLESS):
            answer = place.owner.get(filled(route.path, place.ids), params={"format": "docx"} if route.path.endswith(
                "report") else {})
            seen[route.path.removeprefix("/api/v1/cases/{case_id}")] = answer.status_code
    needed = {"", "/files", "/files/{file_id}", "/files/{file_id}/content", "/files/{file_id}/document", "/assessments",
              "/files/{file_id}/pages/{page}", "/assessments/{assessment_id}", "/job",
              "/assessments/{assessment_id}/report"}
    assert {name: status for name, status in seen.items() if name in needed} == dict.fromkeys(needed, 200)
    assert set(seen.values()) <= {200, 404, 422}
    assert CANARY in place.owner.get(filled("/api/v1/cases/{case_id}/files/{file_id}/document", place.ids)).text


@pytest.mark.parametrize("name", SEES_ALL)
def test_who_sees_all_changes_nothing(place: Place, routes: list[Route], name: str) -> None:
    """Reviewers and auditors read every case, and every change to it as its owner would make it is refused."""
    who = place.people[name]
    for route in routes:
        if route.whose == "case" and route.method != "get" and not route.path.endswith(QUESTION):
            assert ask(who, route, place.ids).status_code in {403, 404, 405, 409, 422}, route
    assert who.get(f"/api/v1/cases/{place.ids['case_id']}").status_code == 200


@pytest.mark.parametrize("name", SEES_ALL)
def test_a_draft_is_its_owners_alone(place: Place, routes: list[Route], name: str) -> None:
    """Who sees every case that was handed in finds a draft nowhere: the answers are those for a case of nobody's, and
    no list, search, count or page knows of it. Once it is handed in they do; taken back, they do not.
    """
    owner, who = place.site.client(), place.people[name]
    case = owner.assessed((f"{CANARY_LATIN}.txt", APPLICATION.encode()), title=f"草稿{CANARY}", applicant=CANARY)
    ids, nothing = ({**place.ids, "case_id": one} for one in (case, new_id()))
    file = owner.get(f"/api/v1/cases/{case}/files").json()[0]["id"]
    ids["file_id"], nothing["file_id"] = file, new_id()

    def known() -> tuple[Any, ...]:
        mine, found = who.get("/api/v1/cases").json(), who.get("/api/v1/cases", params={"search": "草稿"}).json()
        listed = who.get("/api/v1/review/cases").json()
        return (mine["total"], found["total"], listed["total"], who.get("/api/v1/review/statistics").json()["cases"],
                case in str((mine, found, listed)))

    before = known()
    assert before[1] == 0
    for route in routes:
        if "{case_id}" in route.path and not (HARMFUL.match(route.path) and route.method != "get"):
            answers = [ask(who, route, one) for one in (ids, nothing)]
            assert answers[0].status_code == answers[1].status_code >= 400, route
            assert plain(answers[0], ids) == plain(answers[1], nothing), route
    assert who.http.get(f"/cases/{case}").status_code == 404
    assert f"草稿{CANARY}" not in who.http.get("/cases").text
    assert owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    assert known() == (*(one + 1 for one in before[:4]), True)
    assert who.get(f"/api/v1/cases/{case}").status_code == 200
    assert owner.delete(f"/api/v1/cases/{case}/submission").status_code == 204
    assert known() == before


def test_lists_and_counts_hold_only_ones_own(place: Place) -> None:
    """Another applicant's lists are as empty with somebody else's cases there as without."""
    other = place.site.client()
    for path in ("/api/v1/cases", "/api/v1/conversations"):
        answer = other.get(path)
        assert answer.status_code == 200
        assert not (answer.json()["items"] if isinstance(answer.json(), dict) else answer.json())


def test_pages_hide_what_is_not_theirs(place: Place) -> None:
    """Every page with a case, a notice or a round in its address: a stranger gets the same status as for none, and no
    canary."""
    from api import pages

    paths = sorted({route.path for route in below(pages.router)
                    if re.search(r"\{(case_id|notice_id|intake_id)\}", route.path)
                    and "GET" in (getattr(route, "methods", None) or ()) and not route.path.endswith(ENDLESS)})
    nothing = {**place.ids, **{name: new_id() for name in (
        "case_id", "file_id", "assessment_id", "notice_id", "intake_id")}}
    other = place.site.client()
    for path in paths:
        answer, absent = (other.http.get(filled(path, ids), follow_redirects=False) for ids in (place.ids, nothing))
        assert not leaks(answer, place.ids["receipt"]), path
        assert answer.status_code == absent.status_code >= 400, path
    assert {"/notices/{notice_id}", "/review/intakes/{intake_id}/export"} < set(paths)


def test_a_round_and_its_notices_tell_nobody_elses(place: Place) -> None:
    """The owner reads of the round and of what became of the case; another applicant of the round alone."""
    case, other = place.ids["case_id"], place.site.client()
    assert place.owner.get(f"/api/v1/cases/{case}/intake").json()["id"] == place.ids["intake_id"]
    assert place.ids["receipt"] in place.owner.get("/api/v1/notices").text
    offered = [one for one in other.get("/api/v1/intakes").json() if one["id"] == place.ids["intake_id"]]
    assert len(offered) == 1
    assert not {"cases", "quota", "policy_digest"} & set(offered[0])
    assert other.get("/api/v1/notices").json()["items"] == []
    assert place.ids["receipt"] not in place.people["policy_staff"].get("/notices").text
