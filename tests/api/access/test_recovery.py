"""A forgotten password: a link that works once, by mail or from an administrator's hand."""
from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.service.context import now
from api.service.environment import mail
from api.service.records import Role
from api.store.models import Audit, Reset, User
from api.store.rows import INSTALLATION
from ingestion.errors import UsageError
from tests.api.access.test_accounts import site as site
from tests.operations.running.test_jobs import until
from tests.support.web_samples import PASSWORD, Installation

pytestmark = pytest.mark.usefixtures("store")
NEW = "another harbour 8"


@dataclass
class Box:
    """Keeps what would be mailed."""

    ready: bool = True
    letters: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, address: str, subject: str, text: str) -> None:
        self.letters.append((address, subject, text))


@pytest.fixture
def box(site: Installation, monkeypatch: pytest.MonkeyPatch) -> Box:
    made = Box()
    monkeypatch.setattr(site.services.administration.recovery, "_sender", made)
    return made


@pytest.fixture
def email(site: Installation) -> str:
    """Of somebody who has registered."""
    assert site.visitor().post("/api/v1/users", json={"email": "li@example.com", "password": PASSWORD,
                                                      "name": "李申报"}).status_code == 201
    return "li@example.com"


def sign_in(site: Installation, email: str, password: str) -> int:
    return int(site.visitor().post("/api/v1/session", json={"email": email, "password": password}).status_code)


def form(browser: object, address: str, **values: str) -> object:
    """Send a page's form with the token that stands in it."""
    page = browser.get(address)  # type: ignore[attr-defined]
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    return browser.post(address, data={"csrf": token, **values})  # type: ignore[attr-defined]


def test_a_mailed_link_sets_a_password_once(site: Installation, box: Box, email: str) -> None:
    """It signs in, ends what was signed in before, and is worth nothing afterwards."""
    browser, old = site.visitor(), site.visitor()
    old.post("/api/v1/session", json={"email": email, "password": PASSWORD})
    assert "链接已经寄出" in form(browser, "/forgotten", email=" Li@Example.com ").text  # type: ignore[attr-defined]
    ((address, subject, text),) = box.letters
    assert (address, subject) == (email, "国合助手：重新设置密码")
    link = re.search(r"http\S+(/reset/\S+)", text)[1]  # type: ignore[index]
    page = browser.get(link)
    assert email in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    answer = form(browser, link, new=NEW, again=NEW)
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert browser.get("/api/v1/session").json()["user"]["email"] == email
    assert old.get("/api/v1/cases").status_code == 401
    assert (sign_in(site, email, PASSWORD), sign_in(site, email, NEW)) == (401, 200)
    assert browser.get(link).status_code == 410


def test_nobody_learns_who_has_an_account(site: Installation, box: Box, email: str) -> None:
    """The answer is the same for a stranger's address, for one shut out, and when enough links wait already."""
    known, unknown = (form(site.visitor(), "/forgotten", email=one) for one in (email, "nobody@example.com"))
    pages = [re.sub(r"[\w-]{40,}|value=\"[^\"]*\"", "", one.text) for one in (known, unknown)]  # type: ignore[attr-defined]
    assert pages[0] == pages[1]
    for _ in range(5):
        assert site.visitor().post("/api/v1/password/forgotten", json={"email": email}).status_code == 204
    assert len(box.letters) == 3
    with site.services.context.database.writing(INSTALLATION) as session:
        session.scalars(select(User).where(User.email == email)).one().active = False
        session.execute(Reset.__table__.delete())
    assert site.visitor().post("/api/v1/password/forgotten", json={"email": email}).status_code == 204
    assert len(box.letters) == 3


def test_a_link_ends_and_holds_no_secret_in_the_store(site: Installation, box: Box, email: str) -> None:
    """After half an hour it is gone; the database has a digest."""
    site.visitor().post("/api/v1/password/forgotten", json={"email": email})
    secret = re.search(r"/reset/(\S+)", box.letters[0][2])[1]  # type: ignore[index]
    with site.services.context.database.writing(INSTALLATION) as session:
        reset = session.scalars(select(Reset)).one()
        assert secret not in {reset.digest, reset.id}
        assert reset.expires - now() < timedelta(minutes=31)
        reset.expires = now() - timedelta(seconds=1)
    answer = site.visitor().post("/api/v1/password/reset", json={"secret": secret, "new": NEW})
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "reset_invalid")
    assert sign_in(site, email, PASSWORD) == 200


def test_a_weak_or_differing_password_keeps_the_link(site: Installation, box: Box, email: str) -> None:
    """What is wrong is said on the same page; the link still works."""
    site.visitor().post("/api/v1/password/forgotten", json={"email": email})
    link = re.search(r"(/reset/\S+)", box.letters[0][2])[1]  # type: ignore[index]
    for new, again, said in (("Password2026!", "Password2026!", "太常见"), ("short", "short", "至少 8 个字符"),
                             (NEW, "other", "不一致")):
        answer = form(site.visitor(), link, new=new, again=again)
        assert (answer.status_code, said in answer.text) == (422, True)  # type: ignore[attr-defined]
    assert form(site.visitor(), link, new=NEW, again=NEW).status_code == 200  # type: ignore[attr-defined]


def test_without_mail_an_administrator_makes_the_link(site: Installation, email: str) -> None:
    """The page says so; the link is shown once, is of the newest only, and stands in the audit by who made it."""
    assert "请联系管理员" in site.visitor().get("/forgotten").text
    assert site.visitor().post("/api/v1/password/forgotten", json={"email": email}).status_code == 409
    admin = site.client(Role.ADMINISTRATOR)
    with site.services.context.database.reading(INSTALLATION) as session:
        user = session.scalars(select(User).where(User.email == email)).one().id
    first = admin.post(f"/api/v1/users/{user}/reset").json()["secret"]
    page = admin.post(f"/admin/users/{user}/reset").text
    link = re.search(r'id="link"[^>]*>http[^<]*(/reset/[^<]+)<', page)[1]  # type: ignore[index]
    assert site.visitor().get(f"/reset/{first}").status_code == 410
    assert form(site.visitor(), link, new=NEW, again=NEW).status_code == 200  # type: ignore[attr-defined]
    with site.services.context.database.reading(INSTALLATION) as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == user).order_by(Audit.id)).all()
    assert [one.action for one in rows][-3:] == ["make_reset", "make_reset", "reset_password"]
    assert rows[-2].actor_id == admin.actor.id
    assert link.rpartition("/")[2] not in str([(one.detail, one.reason) for one in rows])


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.REVIEWER, Role.POLICY_STAFF, Role.AUDITOR])
def test_only_administrators_make_links(site: Installation, role: Role) -> None:
    """Neither the API nor the page lets anybody else."""
    me = site.client(role)
    for address in (f"/api/v1/users/{me.actor.id}/reset", f"/admin/users/{me.actor.id}/reset"):
        assert me.post(address).status_code == 403


def test_an_invitation_says_its_role(site: Installation) -> None:
    """Also after a refusal of what was typed; the hint and the refusal name the same least length."""
    admin = site.client(Role.ADMINISTRATOR)
    secret = admin.post("/api/v1/invitations", json={"role": "reviewer"}).json()["secret"]
    browser = site.visitor()
    page = browser.get(f"/invitation/{secret}").text
    assert "您受邀注册为审查人员" in page
    assert "至少 8 个字符" in page
    token = re.search(r'name="csrf" value="([^"]+)"', page)[1]  # type: ignore[index]
    refused = browser.post("/register", data={"csrf": token, "email": "wu@example.com", "name": "吴审",
                                              "password": "wu", "invitation": secret})
    assert refused.status_code == 422
    assert "您受邀注册为审查人员" in refused.text
    assert "至少 8 个字符，含" in refused.text


# Mail by SMTP ---------------------------------------------------------------------------------------------------------

@pytest.fixture
def server() -> Iterator[tuple[int, list[bytes]]]:
    """A mail server of a few lines: its port, and what was sent to it."""
    listener, got = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rwb") as stream:
            def say(line: str) -> None:
                stream.write(line.encode() + b"\r\n")
                stream.flush()

            say("220 here")
            data = False
            for line in stream:
                if data:
                    got.append(line)
                    if line == b".\r\n":
                        data = False
                        say("250 kept")
                    continue
                data = line.upper().startswith(b"DATA")
                say("354 go on" if data else "221 bye" if line.upper().startswith(b"QUIT") else "250 fine")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], got
    listener.close()


def test_mail_goes_to_the_server_that_the_environment_names(server: tuple[int, list[bytes]]) -> None:
    """In UTF-8, with sender and recipient; whoever sends does not wait."""
    port, got = server
    sender = mail.Sender(mail.read({"GUOHE_SMTP_HOST": "127.0.0.1", "GUOHE_SMTP_PORT": str(port),
                                    "GUOHE_SMTP_SECURITY": "none", "GUOHE_SMTP_FROM": "guohe@example.com"}))
    sender.send("li@example.com", "重新设置密码", "http://127.0.0.1/reset/x")
    until(lambda: b".\r\n" in got)
    text = b"".join(got).decode()
    assert "To: li@example.com" in text
    assert "From: guohe@example.com" in text


def test_a_mail_server_that_refuses_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged without address or text."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sender = mail.Sender(mail.read({"GUOHE_SMTP_HOST": "127.0.0.1", "GUOHE_SMTP_PORT": str(port),
                                    "GUOHE_SMTP_SECURITY": "none", "GUOHE_SMTP_FROM": "guohe@example.com"}))
    sender.send("li@example.com", "a", "secret")
    until(lambda: bool(caplog.records))
    assert "ConnectionRefusedError" in caplog.text
    assert "li@" not in caplog.text


@pytest.mark.parametrize("change", [{"GUOHE_SMTP_SECURITY": "ssl"}, {"GUOHE_SMTP_PORT": "many"},
                                    {"GUOHE_SMTP_FROM": "nobody"}])
def test_settings_of_mail_that_cannot_be_used_are_said(change: dict[str, str]) -> None:
    """At the start, with the name of the setting."""
    with pytest.raises(UsageError, match=next(iter(change))):
        mail.read({"GUOHE_SMTP_HOST": "mail", "GUOHE_SMTP_FROM": "a@b.cn", **change})


def test_no_mail_without_a_server(tmp_path: Path) -> None:
    """Which is how it starts."""
    assert not mail.Sender(mail.read({})).ready
