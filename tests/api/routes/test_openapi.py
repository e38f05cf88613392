"""The OpenAPI document is complete and true, and every route of it keeps one tenant's data from another."""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api import routes
from api.errors import FAILURES
from api.http.schemas import examples
from api.service.records import Role
from assistant.wording.texts import load
from tests.support.places import ROOT
from tests.support.web_samples import APPLICATION, Client, Installation, installation

CANARY = "金丝雀七四一九"
METHODS = ("get", "post", "patch", "put", "delete")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def document(site: Installation) -> dict[str, Any]:
    found: dict[str, Any] = site.visitor().get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, operation) for path, item in document["paths"].items()
            for method, operation in item.items() if method in METHODS]


def api_routes() -> list[APIRoute]:
    def below(router: Any) -> Iterator[APIRoute]:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route
            elif hasattr(route, "original_router"):
                yield from below(route.original_router)

    return list(below(routes.router))


def test_every_operation_says_what_it_does_with_examples(document: dict[str, Any]) -> None:
    """A summary; an example of what is sent and of what comes back; how it fails."""
    lacking = []
    for method, path, operation in operations(document):
        name = f"{method} {path}"
        if not operation.get("summary"):
            lacking.append(f"{name}: summary")
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if content.get("example") is None:
                lacking.append(f"{name}: example of its body")
        good = {status: answer for status, answer in operation["responses"].items() if status < "3"}
        for status, answer in good.items():
            if status != "204" and not any(one.get("example") is not None for one in answer["content"].values()):
                lacking.append(f"{name}: example of {status}")
        if not any(status >= "4" for status in operation["responses"]):
            lacking.append(f"{name}: failures")
    assert lacking == []
    assert len(operations(document)) > 35


def test_examples_are_what_their_routes_give() -> None:
    """Each example of an answer fits the model of its route, so that none can grow old."""
    checked = 0
    for route in api_routes():
        for answer in route.responses.values():
            example = answer.get("content", {}).get("application/json", {}).get("example")
            if example is not None and route.response_model is not None:
                TypeAdapter(route.response_model).validate_python(example)
                checked += 1
    assert checked > 25
    assert all(one for one in examples().values())


def test_failures_have_texts_in_both_languages() -> None:
    """Every code: a status, a Chinese and an English text, with the same values in them; `{zh}` and `{en}` are one
    value, told in both."""
    def values(text: str) -> set[str]:
        return {"told" if name in {"zh", "en"} else name for name in re.findall(r"{(\w+)}", text)}

    for code, entry in load(FAILURES).items():
        assert 400 <= entry["status"] < 600, code
        assert re.search(r"[\u4e00-\u9fff]", entry["zh"]), code
        assert entry["en"], code
        assert values(entry["zh"]) >= values(entry["en"]) - {"name"}, code


def test_lists_that_grow_are_paged(document: dict[str, Any]) -> None:
    """A list that comes whole is one that something bounds."""
    bounded = {"/api/v1/intakes", "/api/v1/review/intakes/{intake_id}/overlaps/kinds",
               "/api/v1/policy/clause-questions", "/api/v1/webhooks", "/api/v1/sessions", "/api/v1/invitations",
               "/api/v1/admin/health", "/api/v1/tokens", "/api/v1/policy/articles", "/api/v1/cases/{case_id}/files",
               "/api/v1/cases/{case_id}/assessments/{assessment_id}/comparison"}
    for method, path, operation in operations(document):
        schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if method != "get" or path in bounded:
            continue
        assert schema.get("type") != "array", path
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert ("after" in names and "limit" in names) == schema.get("$ref", "").split("/")[-1].startswith("Part"), path


def test_the_readmes_client_works(site: Installation, capsys: pytest.CaptureFixture[str],
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word, with a token of somebody's: it prints the result of the bundled application."""
    secret = site.client().post("/api/v1/tokens", json={"name": "readme"}).json()["secret"]
    service = (ROOT / "docs" / "service.md").read_text("utf-8")
    sample = re.search(r"<!-- sample: client -->\n```python\n(.*?)```", service, re.S)
    assert sample is not None

    def client(base_url: str, headers: dict[str, str]) -> Any:
        assert base_url.startswith("http://")
        assert headers.keys() == {"Authorization"}
        found = site.visitor()
        found.headers["Authorization"] = f"Bearer {secret}"
        return found

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(httpx, "Client", client)
    exec(sample[1], {})  # noqa: S102 - our own page
    assert capsys.readouterr().out == "insufficient_evidence 19\n"


# Tenants --------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def owned(site: Installation) -> tuple[Client, dict[str, str]]:
    """Somebody with one of everything, the canary in all of it; and the ids that fill the paths of routes."""
    owner = site.client(name=CANARY)
    text = f"{CANARY}。{APPLICATION}".encode()
    case = owner.assessed((f"{CANARY}.txt", text), title=CANARY, applicant=CANARY)
    answer = owner.post(f"/api/v1/cases/{case}/answers", json={"question": f"{CANARY}的论文够了吗？"}).json()
    reply = {"subject": "sci_ei_papers", "version": 0, "text": CANARY}
    assert owner.post(f"/api/v1/cases/{case}/replies", json=reply).status_code == 201
    assert owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    token = owner.post("/api/v1/tokens", json={"name": CANARY}).json()["token"]
    somebody = site.client()  # whom the matrix's administrator may change, shut out, erase
    return owner, {
        "case_id": case, "file_id": owner.get(f"/api/v1/cases/{case}/files").json()[0]["id"],
        "assessment_id": owner.get(f"/api/v1/cases/{case}").json()["latest"]["id"],
        "conversation": answer["conversation"], "token_id": token["id"], "session_id": owner.actor.session_id,
        "version_id": "0" * 32, "turn_id": "0" * 32, "answer_id": "0" * 32, "same": "0" * 64, "name": "text.txt",
        "criterion": "8.2.papers", "user_id": somebody.actor.id, "invitation_id": "0" * 32, "page": "1",
        "ref": "第八条", "secret": "none", "kind": "docx", "view_id": "0" * 32, "webhook_id": "0" * 32,
        "delivery_id": "0" * 32, "intake_id": "0" * 32, "number": "1", "dispatch_id": "0" * 32, "way": "mail"}


REVIEWED = "/api/v1/review/cases/{case_id}"
BODIES: dict[str, Any] = {
    REVIEWED: {"status": "done"}, f"{REVIEWED}/decisions": {"act": "confirm", "subject": "sci_ei_papers", "version": 0},
    f"{REVIEWED}/letter": {"text": "x", "number": 0},
    "/api/v1/cases/{case_id}": {"title": "x"},
    "/api/v1/cases/{case_id}/replies": {"subject": "sci_ei_papers", "version": 0, "text": "x"},
    "/api/v1/cases/{case_id}/answers": {"question": "论文够了吗？"},
    "/api/v1/users/{user_id}": {"active": True}, "/api/v1/answers": {"question": "要几篇论文？"}}
QUERIES = {"/api/v1/cases/{case_id}/difference": "?before={assessment_id}&after={assessment_id}",
           "/api/v1/conversations": "?case_id={case_id}", "/api/v1/cases": "?search=" + CANARY}
POLICY_WORK = ("/api/v1/policy/versions", "/api/v1/policy/questions", "/api/v1/policy/clause-questions",
               "/api/v1/policy/approved-answers")
STREAMS = {"/api/v1/cases/{case_id}/events"}
UPLOADS = {("post", "/api/v1/cases/{case_id}/files")}


def ask(client: Client, method: str, path: str, ids: dict[str, str]) -> Any:
    address = (path + QUERIES.get(path, "")).format(**ids)
    if (method, path) in UPLOADS:
        return client.http.request(method, address, files=[("files", ("x.txt", b"x"))])
    body = {} if method in {"get", "delete"} else {"json": BODIES.get(path, {})}
    return client.http.request(method, address, **body)


@pytest.mark.parametrize("role", [None, *Role])
def test_no_route_gives_one_tenants_data_to_another(site: Installation, document: dict[str, Any],
                                                    owned: tuple[Client, dict[str, str]], role: Role | None) -> None:
    """Every route of the document, as every kind of actor: no canary but for those who see every case."""
    _, ids = owned
    other = site.client(role) if role else Client(site.visitor(), owned[0].actor)
    sees_all = role in {Role.REVIEWER, Role.AUDITOR}
    for method, path, _ in operations(document):
        if path in {"/api/v1/session", "/api/v1/sessions/{session_id}"} or (sees_all and path in STREAMS):
            continue
        answer = ask(other, method, path, ids)
        names = set(re.findall(r"{(\w+)}", path))
        theirs = bool(names & {"case_id", "file_id", "assessment_id", "conversation", "token_id", "session_id"})
        if theirs and not (sees_all and "case_id" in names):
            form = {403} if role is None and (method, path) in UPLOADS else set()  # a form that nobody's page made
            assert answer.status_code in {401, 404} | form, f"{role} {method} {path}: {answer.status_code}"
        asks = path.endswith("/answers") or (role is Role.REVIEWER and path.endswith("/second-reading"))
        if theirs and sees_all and method != "get" and not asks and (
                (role is Role.AUDITOR and not path.endswith("/presence")) or not path.startswith("/api/v1/review")):
            assert answer.status_code in {403, 404}, f"{role} {method} {path}: {answer.status_code}"
        listed = role is Role.ADMINISTRATOR and path.startswith(("/api/v1/users", "/api/v1/audit"))  # people's names
        if not sees_all and not listed:
            content = answer.content.decode("utf-8", "replace")
            assert CANARY not in content.replace(ids["case_id"], ""), f"{role} {method} {path}"


def test_the_owner_still_gets_everything(document: dict[str, Any], owned: tuple[Client, dict[str, str]]) -> None:
    """Every route that reads answers the owner, so that the matrix above tests something."""
    owner, ids = owned
    exempt = {"/api/v1/users": 403, "/api/v1/invitations": 403, "/api/v1/audit": 403, "/api/v1/admin/health": 403,
              "/api/v1/admin/settings": 403, "/api/v1/admin/settings/reading": 403, "/api/v1/admin/retention": 403,
              "/api/v1/audit/verification": 403,
              "/api/v1/audit/export": 403, "/api/v1/webhooks": 403,
              "/api/v1/webhooks/{webhook_id}/deliveries": 403, "/api/v1/invitations/{secret}": 410,
              "/api/v1/cases/{case_id}/files/{file_id}/pages/{page}": 409,
              "/api/v1/cases/{case_id}/letters/{number}/{kind}": 404,     # none was sent
              "/api/v1/admin/notices": 403, "/api/v1/admin/notices/messages": 403}
    for method, path, _ in operations(document):
        if path.startswith("/api/v1/review"):  # people who hand in do not review
            assert ask(owner, method, path, ids).status_code in {403, 404, 422}, path
        elif path.startswith(POLICY_WORK):
            assert ask(owner, method, path, ids).status_code in {403, 422}, path
        elif method == "get" and path not in STREAMS:
            assert ask(owner, method, path, ids).status_code == exempt.get(path, 200), path


def test_not_yours_and_not_there_are_the_same_answer(site: Installation, document: dict[str, Any],
                                                     owned: tuple[Client, dict[str, str]]) -> None:
    """Byte for byte, on every route with an id in its path."""
    _, ids = owned
    other = site.client()
    nowhere = {name: "0" * 32 if len(one) == 32 else one for name, one in ids.items()}
    for method, path, _ in operations(document):
        if "_id}" not in path and "{conversation}" not in path:
            continue
        theirs, none = ask(other, method, path, ids), ask(other, method, path, nowhere)
        assert (theirs.status_code, theirs.content) == (none.status_code, none.content), f"{method} {path}"
