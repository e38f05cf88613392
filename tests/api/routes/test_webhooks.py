"""Other programs hear of every change, signed, over true HTTP, and nothing inside the network is reached through it."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from api.errors import Failure
from api.service.context import now
from api.service.records import Role
from api.service.webhooks import addresses, outbox
from api.service.webhooks.courier import SCHEDULE, Courier
from api.store.models import Delivery
from api.store.rows import INSTALLATION
from tests.support.web_samples import Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

LOOPBACK = "127.0.0.0/8"


class Receiver:
    """A program that hears: `answers` are the statuses it gives, one after the other, the last one for good."""

    def __init__(self) -> None:
        self.answers, self.heard, self.visits = [204], [], []  # type: ignore[var-annotated]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.visits.append(self.path)
                outer.heard.append((dict(self.headers), body))
                status = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/secret")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@contextmanager
def site_in(folder: Path, schedule: tuple[float, ...] = (0.0, 0.0)) -> Iterator[tuple[Installation, Courier]]:
    with installation(folder, GUOHE_WEBHOOK_NETWORKS=LOOPBACK) as site:
        yield site, Courier(site.services.context, site.services.settings.webhook_networks, schedule)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Installation, Courier]]:
    with site_in(tmp_path) as found:
        yield found


def hooked(admin: Client, url: str, **changes: Any) -> dict[str, Any]:
    answer = admin.post("/api/v1/webhooks", json={"url": url, **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def log(admin: Client, hook: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get(f"/api/v1/webhooks/{hook['id']}/deliveries").json()["items"]
    return found


def test_a_finished_assessment_is_told_and_signed(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """A receiver that checks signatures as the standard says accepts it; it holds no name and no text of a file."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hook = hooked(admin, receiver.url)
    case = site[0].client().assessed(title="海棠申报", applicant="重庆市海棠膜材料研究院有限公司")
    assert site[1].carry() == 1
    headers, body = receiver.heard[0]
    key = base64.b64decode(hook["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    message = json.loads(body)
    assert (message["type"], message["data"]["case_id"], message["data"]["number"]) == ("assessment.finished", case, 1)
    assert "海棠" not in body.decode()
    assert [(one["state"], one["status"], one["attempts"]) for one in log(admin, hook)] == [("delivered", 204, 1)]


def test_a_failed_assessment_and_a_new_status_are_told(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """Each to those who want its kind."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hooked(admin, receiver.url, kinds=["assessment.failed", "review.status"])
    case = site[0].client().assessed()
    with site[0].services.context.database.writing(INSTALLATION) as session:
        outbox.note(session, case, "job", {"id": "j1", "state": "failed"})
        outbox.note(session, case, "review", {"status": "returned", "round": 1})
        outbox.note(session, case, "review", {})
    site[1].carry()
    assert {(one["type"], one["data"].get("status")) for one in receiver.messages()} == {
        ("assessment.failed", None), ("review.status", "returned")}


def test_a_message_is_sent_again_until_it_is_heard(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """With the same id and body; after the last attempt it is given up, and can be sent by hand."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hook = hooked(admin, receiver.url)
    receiver.answers = [500, 429, 200]
    site[0].client().assessed()
    for _ in range(3):
        site[1].carry()
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
    assert len({body for _, body in receiver.heard}) == 1
    assert [(one["state"], one["attempts"]) for one in log(admin, hook)] == [("delivered", 3)]
    receiver.answers = [503]
    admin.post(f"/api/v1/webhooks/{hook['id']}/ping")
    while site[1].carry():
        pass
    lost = log(admin, hook)[0]
    assert (lost["state"], lost["attempts"], lost["problem"]) == ("failed", 3, "HTTP 503")
    receiver.answers = [204]
    assert admin.post(f"/api/v1/webhooks/{hook['id']}/deliveries/{lost['id']}").status_code == 202
    site[1].carry()
    assert log(admin, hook)[0]["state"] == "delivered"


def test_waits_grow_and_end() -> None:
    """The standard's own: five seconds first, then minutes, hours, three days in all."""
    at = now()
    waits = [(found - at).total_seconds() for attempts in range(1, len(SCHEDULE) + 1)
             if (found := outbox.later(at, SCHEDULE, attempts, 0.0))]
    assert waits == sorted(waits)
    assert (waits[0], sum(waits) > 2 * 86_400) == (5.0, True)
    assert outbox.later(at, SCHEDULE, len(SCHEDULE) + 1, 0.0) is None
    assert (outbox.later(at, SCHEDULE, 1, 1.0) or at) > (outbox.later(at, SCHEDULE, 1, 0.0) or at)


def test_a_message_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    """Written with the change: whoever starts next sends it."""
    with site_in(tmp_path) as (site, _):
        admin = site.client(Role.ADMINISTRATOR)
        hooked(admin, receiver.url)
        site.client().assessed()
    assert receiver.heard == []
    with site_in(tmp_path) as (site, courier):
        courier.start()
        end = time.monotonic() + 10
        while not receiver.heard and time.monotonic() < end:
            time.sleep(0.05)
        courier.stop()
        with site.services.context.database.reading(INSTALLATION) as session:
            assert {row.state for row in session.query(Delivery)} == {"delivered"}
    assert len(receiver.heard) == 1


def test_of_two_processes_one_sends(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """A message that one has taken is passed by."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hook = hooked(admin, receiver.url)
    for _ in range(12):
        admin.post(f"/api/v1/webhooks/{hook['id']}/ping")
    other = Courier(site[0].services.context, site[0].services.settings.webhook_networks)
    threads = [threading.Thread(target=lambda one=one: [one.carry() for _ in range(6)]) for one in (site[1], other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [headers["webhook-id"] for headers, _ in receiver.heard]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 12


def test_a_redirect_is_not_followed(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """It counts as not heard; nothing is asked at the place it names."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hook = hooked(admin, receiver.url)
    receiver.answers = [302]
    admin.post(f"/api/v1/webhooks/{hook['id']}/ping")
    site[1].carry()
    assert receiver.visits == ["/hook"]
    assert [(one["state"], one["problem"]) for one in log(admin, hook)] == [("waiting", "HTTP 302")]


def test_a_receiver_that_is_gone_is_left_alone(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """410 ends the webhook; what was written for it is dropped."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hook = hooked(admin, receiver.url)
    receiver.answers = [410]
    admin.post(f"/api/v1/webhooks/{hook['id']}/ping")
    site[1].carry()
    assert admin.get("/api/v1/webhooks").json()[0]["active"] is False
    site[0].client().assessed()
    assert [one["state"] for one in log(admin, hook)] == ["failed"]


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:1/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://10.1.2.3/x",
    "https://192.168.0.1/x", "https://169.254.169.254/latest/meta-data", "https://[::ffff:127.0.0.1]/x",
    "https://0.0.0.0/x", "https://100.64.0.1/x", "https://[64:ff9b::7f00:1]/x", "https://[64:ff9b::808:808]/x",
    "https://[64:ff9b:1::1]/x", "https://[2002:7f00:1::]/x", "https://[2002:a01:203::1]/x", "https://[::7f00:1]/x",
    "https://[::808:808]/x", "https://[2001:0:1::1]/x", "https://[fe80::1]/x", "https://[fec0::1]/x",
    "https://[fd00:ec2::254]/x", "https://168.63.129.16/x", "https://100.100.100.200/x", "https://192.0.0.192/x",
    "https://192.88.99.1/x", "https://[fd00::1]/x", "https://2130706433/x", "http://8.8.8.8/x"])
def test_what_is_inside_is_refused_without_a_setting(url: str) -> None:
    """Loopback, private, link-local and shared addresses in any spelling, and public ones without https."""
    with pytest.raises(Failure) as refused:
        addresses.resolve(addresses.check(url), ())
    assert refused.value.code == "webhook_refused"


@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "https://[fd00:ec2::254]/x", "https://168.63.129.16/x",
                                 "https://[64:ff9b::a9fe:a9fe]/x", "https://[2002:a9fe:a9fe::1]/x",
                                 "https://[::ffff:169.254.169.254]/x"])
def test_what_gives_keys_to_whoever_asks_is_refused_whatever_a_setting_names(url: str) -> None:
    """Metadata addresses of clouds, also carried in others."""
    with pytest.raises(Failure) as refused:
        addresses.resolve(url, [ip_network("0.0.0.0/0"), ip_network("::/0")])
    assert refused.value.code == "webhook_refused"


@pytest.mark.parametrize("url", ["https://8.8.8.8/x", "https://[2606:4700::1111]/x"])
def test_what_is_public_is_reached_by_https(url: str) -> None:
    """Nothing is sent: the address is judged."""
    assert addresses.resolve(url, ()).url.startswith("https://")


def test_a_refused_address_is_never_connected_to(tmp_path: Path, receiver: Receiver) -> None:
    """Judged at every attempt, so that a name which pointed elsewhere before gains nothing; the log says why."""
    with installation(tmp_path) as site:
        admin = site.client(Role.ADMINISTRATOR)
        hook = hooked(admin, receiver.url)
        admin.post(f"/api/v1/webhooks/{hook['id']}/ping")
        Courier(site.services.context, ()).carry()
        assert [(one["state"], one["problem"]) for one in log(admin, hook)] == [("waiting", "webhook_refused")]
    assert receiver.heard == []


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """The name is kept for the header and the certificate only."""
    target = addresses.resolve("http://localhost:8123/a?b=1", [ip_network(LOOPBACK), ip_network("::1/128")])
    assert target.url in {"http://127.0.0.1:8123/a?b=1", "http://[::1]:8123/a?b=1"}
    assert (target.host, target.header) == ("localhost", "localhost:8123")


@pytest.mark.parametrize("url", ["ftp://a.example/x", "https://", "https://user:pw@a.example/", "a.example",
                                 "https://a.example/#f",
                                 "https://a.example:99999/", "https://a.example/\r\nX: y", "https://例.cn/"])
def test_what_is_no_address_is_refused_at_once(site: tuple[Installation, Courier], url: str) -> None:
    """With a text that says how one looks."""
    answer = site[0].client(Role.ADMINISTRATOR).post("/api/v1/webhooks", json={"url": url})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "webhook_url")


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.ADMINISTRATOR])
def test_only_administrators_have_webhooks(site: tuple[Installation, Courier], receiver: Receiver, role: Role) -> None:
    """Nobody else sees, makes, changes or tries one."""
    hook = hooked(site[0].client(Role.ADMINISTRATOR), receiver.url)
    person, path = site[0].client(role), f"/api/v1/webhooks/{hook['id']}"
    calls: list[Callable[[], Any]] = [
        lambda: person.get("/api/v1/webhooks"), lambda: person.post("/api/v1/webhooks", json={"url": receiver.url}),
        lambda: person.patch(path, json={"active": False}), lambda: person.delete(path),
        lambda: person.post(f"{path}/ping"), lambda: person.get(f"{path}/deliveries")]
    assert {call().status_code for call in calls} == {403}


def test_a_new_secret_ends_the_old_one(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """Lists never show one; the audit says who changed it."""
    admin = site[0].client(Role.ADMINISTRATOR)
    hook = hooked(admin, receiver.url)
    changed = admin.patch(f"/api/v1/webhooks/{hook['id']}", json={"new_secret": True}).json()
    assert changed["secret"].startswith("whsec_")
    assert changed["secret"] != hook["secret"]
    assert [one["secret"] for one in admin.get("/api/v1/webhooks").json()] == [""]


def test_an_administrator_does_all_of_it_on_pages(site: tuple[Installation, Courier], receiver: Receiver) -> None:
    """Made, tried, read, switched off, given a new secret and deleted without a script; both languages."""
    admin = site[0].client(Role.ADMINISTRATOR)
    made = admin.post("/admin/webhooks", data={"url": receiver.url, "note": "办公系统", "finished": "1"})
    assert (made.status_code, "whsec_" in made.text) == (200, True)
    hook = admin.get("/api/v1/webhooks").json()[0]
    assert hook["kinds"] == ["assessment.finished"]
    page = f"/admin/webhooks/{hook['id']}"
    assert admin.post(f"{page}/ping", follow_redirects=False).status_code == 303
    site[1].carry()
    for language, word in (("zh", "已送达"), ("en", "delivered")):
        assert word in admin.get(f"{page}?lang={language}").text
    again = log(admin, hook)[0]["id"]
    assert admin.post(f"{page}/messages/{again}", follow_redirects=False).status_code == 303
    admin.post(f"{page}/off")
    assert admin.get("/api/v1/webhooks").json()[0]["active"] is False
    assert "whsec_" in admin.post(f"{page}/secret").text
    refused = admin.post("/admin/webhooks", data={"url": "ftp://x"})
    assert (refused.status_code, "ftp://x" in refused.text) == (422, True)
    assert site[0].client(Role.REVIEWER).get("/admin/webhooks").status_code == 403
    admin.post(f"{page}/delete")
    assert admin.get("/api/v1/webhooks").json() == []
