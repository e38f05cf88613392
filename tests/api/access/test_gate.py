"""What every request passes: forged changes, other sites, sizes, headers; and whether the server is alive and ready."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.gate.characters import DEEPEST
from api.gate.gate import HEADERS, Gate
from api.gate.watching import Watching
from api.http.admission import LARGEST_FORM, LITTLE, STRANGERS
from api.service.accounts.credentials import SESSION, VISITOR
from api.service.cases.cases import Cases
from api.service.cases.files import CaseFiles
from api.service.environment import settings
from api.store.files import Files
from tests.api.routes.looping import looped
from tests.support.web_samples import APPLICATION, BASE, Client, Installation, installation

NEW = {"base_type": "innovation_park", "application_date": "2025-06-30"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def me(site: Installation) -> Client:
    return site.client()


def test_a_change_with_a_cookie_needs_its_token(me: Client, site: Installation) -> None:
    """None, another's, or one that was made up: each is refused and nothing happens."""
    mine, other = me.http.headers.pop("X-CSRF-Token"), site.client().http.headers["X-CSRF-Token"]
    for token in ({}, {"X-CSRF-Token": other}, {"X-CSRF-Token": "x"}):
        answer = me.post("/api/v1/cases", json=NEW, headers=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert me.get("/api/v1/cases").json()["items"] == []
    assert me.post("/api/v1/cases", json=NEW, headers={"X-CSRF-Token": mine}).status_code == 201


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_a_form_brings_its_token_as_its_first_field(me: Client, kind: str) -> None:
    """Without scripts: the field is found before the files, and the files arrive whole."""
    token = me.http.headers.pop("X-CSRF-Token")
    case = {"case": ""}
    me.http.headers["X-CSRF-Token"] = token
    case["case"] = me.case()
    del me.http.headers["X-CSRF-Token"]
    data = (APPLICATION * 2000).encode()
    path = f"/api/v1/cases/{case['case']}/files"
    if kind == "multipart":
        assert me.post(path, data={"csrf": token}, files=[("files", ("a.txt", data))]).status_code == 200
        (file,) = me.get(path).json()
        assert me.get(f"{path}/{file['id']}/content").content == data
        assert me.post(path, data={"csrf": "x"}, files=[("files", ("b.txt", data))]).status_code == 403
    else:
        assert me.post(path, data={"csrf": token}).json()["error"]["code"] == "no_upload"
        assert me.post(path, data={"csrf": "x"}).json()["error"]["code"] == "csrf"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"},
                                     {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}])
def test_another_site_changes_nothing_even_with_the_token(me: Client, headers: dict[str, str]) -> None:
    """Its requests say where they come from."""
    answer = me.post("/api/v1/cases", json=NEW, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")


def test_ones_own_site_is_no_other_site(me: Client) -> None:
    """As browsers say it."""
    headers = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    assert me.post("/api/v1/cases", json=NEW, headers=headers).status_code == 201


def test_a_visitor_signs_in_by_form_with_a_token_of_their_own(site: Installation) -> None:
    """Before there is a session the token belongs to a cookie that the first page set."""
    browser = site.visitor()
    token = browser.get("/api/v1/session").json()["csrf"]
    assert browser.cookies[VISITOR]
    answer = browser.post("/api/v1/session", data={"csrf": token, "email": "x"})
    assert answer.json()["error"]["code"] == "invalid"   # it passed the gate; JSON was expected behind it
    assert browser.post("/api/v1/session", data={"csrf": "x"}).json()["error"]["code"] == "csrf"
    assert site.visitor().post("/api/v1/session", data={"csrf": token}).json()["error"]["code"] == "csrf"


def test_a_form_sent_after_the_session_ended_is_told_to_sign_in(me: Client) -> None:
    """Not that it is forged: its token was right when the page was made."""
    token = me.http.headers["X-CSRF-Token"]
    cookie = me.http.cookies[SESSION]
    me.delete("/api/v1/session")
    me.http.cookies.set(SESSION, cookie)
    answer = me.post("/api/v1/cases", json=NEW, headers={"X-CSRF-Token": token})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "session_expired")


def test_every_response_carries_the_headers_of_safety(me: Client, site: Installation) -> None:
    """Answers, failures, refusals of the gate, liveness; none may be kept by caches unless it says so."""
    answers = [me.get("/api/v1/cases"), me.get("/api/v1/nowhere"), site.visitor().get("/api/v1/cases"),
               me.post("/api/v1/cases", json=NEW, headers={"Origin": "null"}), me.get("/healthz")]
    for answer in answers:
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_under_https_cookies_are_for_https_only(tmp_path: Path) -> None:
    """The settings' base address says so."""
    with installation(tmp_path, GUOHE_BASE_URL="https://guohe.example") as site:
        answer = site.visitor().get("/api/v1/session")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_a_body_that_is_no_upload_is_small(me: Client) -> None:
    """By its announced length, and by its true one."""
    large = b'{"title": "' + b"x" * LARGEST_FORM + b'"}'

    def pieces() -> Iterator[bytes]:
        yield large[:1_000_000]
        yield large[1_000_000:]

    for content in (large, pieces()):
        answer = me.post("/api/v1/cases", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_what_is_not_there_is_said_in_the_one_shape(me: Client) -> None:
    """Unknown addresses and methods too."""
    for answer, status, code in ((me.get("/api/v1/nowhere"), 404, "not_found"),
                                 (me.http.put("/api/v1/cases", json={}), 405, "method_not_allowed"),
                                 (me.post("/api/v1/cases", content=b"{", headers={
                                     "Content-Type": "application/json"}), 422, "invalid")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert set(answer.json()["error"]) == {"code", "message", "message_en", "detail"}


def test_an_error_nobody_foresaw_says_a_reference_and_nothing_else(me: Client, monkeypatch: pytest.MonkeyPatch,
                                                                   caplog: pytest.LogCaptureFixture) -> None:
    """The log has the rest under that reference."""
    def fail(*_: object, **__: object) -> Any:
        raise RuntimeError("the secret of 海棠")

    monkeypatch.setattr(Cases, "list", fail)
    answer = me.get("/api/v1/cases")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "internal")
    assert "海棠" not in answer.text
    assert error["detail"]["reference"] in caplog.text


def test_liveness_needs_nothing_and_readiness_names_what_is_missing(site: Installation,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    """A load balancer can tell the two apart."""
    visitor = site.visitor()
    assert visitor.get("/healthz").json()["status"] == "ok"
    assert visitor.get("/readyz").json()["parts"] == {"database": "ok", "files": "ok", "jobs": "ok"}
    monkeypatch.setattr(Files, "healthy", lambda _self: False)
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["files"] == "failed"


def test_an_unknown_bearer_is_not_a_visitor(site: Installation) -> None:
    """Whoever shows a token means to be somebody."""
    answer = site.visitor().get("/api/v1/policy", headers={"Authorization": "Bearer guohe_x"})
    assert answer.status_code == 401


def test_the_gate_stands_before_every_route(site: Installation) -> None:
    """Only what notes the time that a request took stands outside of it."""
    layers: list[object] = [layer.cls for layer in site.app.user_middleware]
    assert layers == [Watching, Gate]
    assert isinstance(site.app.state.settings, settings.Settings)


def asked(site: Installation, path: str, kind: str, size: int, cookie: str = "") -> tuple[int, int]:
    """The status of a POST whose body comes in pieces without an announced length, and the bytes that were read."""
    taken, status = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        piece = b"[]," * 10_000
        taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": taken < size}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"host", b"127.0.0.1:8000"), (b"content-type", kind.encode()), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "scheme": "http",
             "http_version": "1.1", "root_path": "", "app": site.app}
    looped(site.app(scope, receive, send))  # type: ignore[arg-type]
    return status, taken


@pytest.mark.parametrize("path", ["/api/v1/review/cases/files", "/api/v1/cases/x/files", "/api/v1/cases",
                                  "/api/v1/policy/versions", "/mcp", "/v1/chat/completions"])
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b"])
def test_who_may_is_decided_before_a_body_is_read(site: Installation, path: str, kind: str) -> None:
    """By the route: of what somebody unknown sends to it nothing is read, whatever its address ends with."""
    assert asked(site, path, kind, 60_000_000) == (401, 0)


def test_how_much_is_read_is_decided_by_the_route(site: Installation, me: Client) -> None:
    """An address that ends as an upload's is none; a body of a stranger's is smaller than one of somebody known."""
    cookie = f"{SESSION}={me.http.cookies[SESSION]}"
    for path, who, most in (("/api/v1/users", "", STRANGERS), ("/api/v1/session", "", STRANGERS),
                            ("/api/v1/nowhere/files", cookie, LARGEST_FORM)):
        status, taken = asked(site, path, "application/json", 60_000_000, who)
        assert status in {413, 403}, path
        assert taken <= most + 30_000, path
    large = {**NEW, "title": "x" * LITTLE}
    assert me.post("/api/v1/review/cases/files", json=large).json()["error"]["code"] == "body_too_large"


def test_json_is_not_nested_without_end(me: Client, site: Installation) -> None:
    """Neither as deep as a reader of it can go, nor deeper than anything that is asked for."""
    for depth in (DEEPEST + 2, 7_000):
        body = b'{"email": ' + b"[" * depth + b"]" * depth + b', "password": ""}'
        answer = site.visitor().post("/api/v1/users", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "too_deep")
    assert me.post("/api/v1/cases", json=NEW).status_code == 201


def test_an_upload_goes_to_the_disk_as_it_comes(site: Installation, me: Client, monkeypatch: pytest.MonkeyPatch
                                                ) -> None:
    """Of each file a little is in memory, however many they are."""
    kept: list[bool] = []
    add = CaseFiles.add

    def watched(self: CaseFiles, actor: Any, case_id: str, uploads: Any) -> Any:
        kept.extend(one.stream._rolled for one in uploads)
        return add(self, actor, case_id, uploads)

    monkeypatch.setattr(CaseFiles, "add", watched)
    me.upload(me.case(), *((f"{number}.txt", APPLICATION.encode() * 500) for number in range(5)))
    assert kept == [True] * 5


def test_a_visitors_cookie_does_not_satisfy_a_sessions_token(me: Client, site: Installation) -> None:
    """Who plants a visitor's cookie in a browser, with its token, forges no change of whoever signs in there."""
    visitor = site.visitor()
    planted = visitor.get("/api/v1/session").json()["csrf"]
    me.http.cookies.set(VISITOR, visitor.cookies[VISITOR])
    answer = me.post("/api/v1/cases", json=NEW, headers={"X-CSRF-Token": planted})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert me.post("/api/v1/cases", json=NEW).status_code == 201


def test_an_upload_by_somebody_whose_session_has_ended_is_not_read_and_leads_to_signing_in(site: Installation) -> None:
    """The page says that the files have to be chosen again."""
    visitor = site.visitor()
    token = visitor.get("/api/v1/session").json()["csrf"]
    answer = visitor.post("/cases/x/files", data={"csrf": token}, headers={"Accept": "text/html"},
                          files=[("files", ("a.txt", b"x" * (LARGEST_FORM + 1)))])
    assert answer.status_code == 401
    assert "/login" in answer.text
    assert "文件" in answer.text


def test_readiness_says_when_to_ask_again(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """While jobs start everything else works already: a balancer comes back in a second."""
    monkeypatch.setattr(site.services.jobs, "ready", False)
    answer = site.visitor().get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["jobs"]) == (503, "starting")
    assert answer.headers["retry-after"] == "1"
