"""Registration, signing in, sessions, tokens, invitations, roles."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.service import accounts, passwords
from api.service.context import now
from api.service.credentials import SESSION
from api.service.records import Role
from api.store.models import Audit, Invitation, Session, Token, User
from api.store.rows import INSTALLATION
from tests.web_samples import PASSWORD, Installation, installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation whose passwords cost less time than true ones."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    passwords._nobody.cache_clear()
    with installation(tmp_path) as made:
        yield made
    passwords._nobody.cache_clear()


def register(site: Installation, email: str = "a@example.com", **more: str) -> dict[str, object]:
    answer = site.visitor().post("/api/v1/users", json={"email": email, "password": PASSWORD, **more})
    return {"status": answer.status_code, **answer.json()}


def code(answer: dict[str, object]) -> object:
    error = answer["error"]
    assert isinstance(error, dict)
    return error["code"]


def test_passwords_are_kept_as_argon2id() -> None:
    """At the strength that pwdlib recommends, and never as they are."""
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3")
    assert passwords.matches(PASSWORD, kept)
    assert not passwords.matches(PASSWORD + "x", kept)


def test_the_first_to_register_becomes_administrator(site: Installation) -> None:
    """Whoever comes later is an applicant."""
    first, second = register(site), register(site, "b@example.com")
    assert [one["user"]["role"] for one in (first, second)] == ["administrator", "applicant"]  # type: ignore[index]
    assert site.visitor().get("/api/v1/session").json()["first"] is False


def test_an_email_registers_once_however_it_is_written(site: Installation) -> None:
    """Upper and lower case are the same address."""
    register(site, "Name@Example.com")
    again = register(site, " name@example.COM ")
    assert (again["status"], code(again)) == (409, "email_taken")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "name@example.com", "x" * 201])
def test_a_weak_password_is_refused_with_what_it_needs(site: Installation, password: str) -> None:
    """Too short, too long, monotonous, or one's own address."""
    answer = site.visitor().post("/api/v1/users", json={"email": "name@example.com", "password": password})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] in {"password_weak", "invalid"}


def test_signing_in_says_the_same_for_a_wrong_password_and_an_unknown_email(site: Installation) -> None:
    """Nobody learns who has an account."""
    register(site)
    answers = [site.visitor().post("/api/v1/session", json={"email": email, "password": "wrong wrong"})
               for email in ("a@example.com", "nobody@example.com")]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].json() == answers[1].json()


def test_a_session_begins_with_signing_in_and_ends_with_signing_out(site: Installation) -> None:
    """The cookie is for this site only, hidden from scripts, and worthless once its session has ended."""
    register(site)
    browser = site.visitor()
    answer = browser.post("/api/v1/session", json={"email": "A@example.com", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    kept = browser.cookies[SESSION]
    assert browser.get("/api/v1/session").json()["user"]["email"] == "a@example.com"
    assert browser.delete("/api/v1/session").status_code == 204
    browser.cookies.set(SESSION, kept)
    assert browser.get("/api/v1/cases").status_code == 401


def test_the_cookie_is_opaque_signed_and_kept_as_a_digest(site: Installation) -> None:
    """A forged one is nobody's; the database does not hold what would open a session."""
    client = site.client()
    cookie = client.http.cookies[SESSION]
    known, _, signature = cookie.rpartition(".")
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.scalars(select(Session)).one().digest not in {known, cookie}
    client.http.cookies.set(SESSION, f"{known}.{signature[::-1]}")
    assert client.get("/api/v1/cases").status_code == 401


def test_one_lists_and_ends_ones_own_sessions_only(site: Installation) -> None:
    """Another's session is not there."""
    me, other = site.client(), site.client()
    (mine,), (theirs,) = me.get("/api/v1/sessions").json(), other.get("/api/v1/sessions").json()
    assert mine["current"] is True
    assert me.delete(f"/api/v1/sessions/{theirs['id']}").status_code == 404
    assert me.delete(f"/api/v1/sessions/{mine['id']}").status_code == 204
    assert me.get("/api/v1/cases").status_code == 401
    assert other.get("/api/v1/cases").status_code == 200


def test_a_session_that_is_not_used_ends(site: Installation) -> None:
    """After the time that the settings give."""
    client = site.client()
    with site.services.context.database.writing(INSTALLATION) as session:
        session.scalars(select(Session)).one().expires = now() - timedelta(seconds=1)
    assert client.get("/api/v1/cases").status_code == 401


def test_a_session_in_use_lasts_on_but_not_for_ever(site: Installation) -> None:
    """Use moves its end, at most to thirty days after its beginning."""
    client = site.client()
    with site.services.context.database.writing(INSTALLATION) as session:
        row = session.scalars(select(Session)).one()
        row.last_seen, row.expires = now() - timedelta(minutes=10), now() + timedelta(minutes=1)
    client.get("/api/v1/cases")
    with site.services.context.database.writing(INSTALLATION) as session:
        row = session.scalars(select(Session)).one()
        assert row.expires > now() + timedelta(hours=11)
        row.created, row.last_seen = now() - timedelta(days=29, hours=23), now() - timedelta(minutes=10)
    client.get("/api/v1/cases")
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.scalars(select(Session)).one().expires < now() + timedelta(hours=12)


def test_wrong_passwords_in_a_row_have_to_wait(site: Installation) -> None:
    """Even the right one then, with the time to wait; another account is not concerned."""
    register(site)
    register(site, "b@example.com")
    for _ in range(accounts.MOST_ATTEMPTS["pair"]):
        site.visitor().post("/api/v1/session", json={"email": "a@example.com", "password": "wrong wrong"})
    answer = site.visitor().post("/api/v1/session", json={"email": "a@example.com", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60 + 1
    other = site.visitor().post("/api/v1/session", json={"email": "b@example.com", "password": PASSWORD})
    assert other.status_code == 200


def test_an_api_token_does_what_its_person_may_and_can_be_revoked(site: Installation) -> None:
    """It is shown once, kept as a digest, and needs no further token for changes."""
    client = site.client()
    made = client.post("/api/v1/tokens", json={"name": "脚本"}).json()
    script = site.visitor()
    script.headers["Authorization"] = f"Bearer {made['secret']}"
    assert script.post("/api/v1/cases", json={"base_type": "innovation_park",
                                              "application_date": "2025-06-30"}).status_code == 201
    assert made["secret"] not in client.get("/api/v1/tokens").text
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.scalars(select(Token)).one().digest != made["secret"]
    assert client.delete(f"/api/v1/tokens/{made['token']['id']}").status_code == 204
    answer = script.get("/api/v1/cases")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_makes_no_tokens_and_changes_no_password(site: Installation) -> None:
    """One that leaked must not let anybody stay."""
    client = site.client()
    script = site.visitor()
    script.headers["Authorization"] = f"Bearer {client.post('/api/v1/tokens', json={'name': 'x'}).json()['secret']}"
    for path, body in (("tokens", {"name": "y"}), ("password", {"old": PASSWORD, "new": "another harbour 8"})):
        answer = script.post(f"/api/v1/{path}", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "session_needed")


def test_a_new_password_ends_every_other_session(site: Installation) -> None:
    """The one that changed it goes on."""
    register(site)
    browsers = [site.visitor(), site.visitor()]
    for browser in browsers:
        answer = browser.post("/api/v1/session", json={"email": "a@example.com", "password": PASSWORD})
        browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    wrong = browsers[0].post("/api/v1/password", json={"old": "not the one", "new": "another harbour 8"})
    assert wrong.status_code == 401
    assert browsers[0].post("/api/v1/password", json={"old": PASSWORD, "new": "another harbour 8"}).status_code == 204
    assert [browser.get("/api/v1/cases").status_code for browser in browsers] == [200, 401]


def test_by_invitation_only_nobody_else_registers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invitation gives its role once, to its address only, until it expires."""
    monkeypatch.setattr(passwords, "hashed", lambda _password: "-")
    with installation(tmp_path, GUOHE_REGISTRATION="invited") as site:
        assert register(site)["status"] == 201   # the first one
        assert code(register(site, "b@example.com")) == "registration_closed"
        admin = site.client(Role.ADMINISTRATOR)
        made = admin.post("/api/v1/invitations", json={"email": "b@example.com", "role": "reviewer"}).json()
        assert code(register(site, "c@example.com", invitation=made["secret"])) == "invitation_invalid"
        assert site.visitor().get(f"/api/v1/invitations/{made['secret']}").json()["role"] == "reviewer"
        joined = register(site, "b@example.com", invitation=made["secret"])
        assert joined["user"]["role"] == "reviewer"  # type: ignore[index]
        assert code(register(site, "d@example.com", invitation=made["secret"])) == "invitation_invalid"
        late = admin.post("/api/v1/invitations", json={}).json()
        with site.services.context.database.writing(INSTALLATION) as session:
            session.get_one(Invitation, late["id"]).expires = now() - timedelta(seconds=1)
        assert code(register(site, "e@example.com", invitation=late["secret"])) == "invitation_invalid"


def test_administrators_set_roles_and_shut_people_out(site: Installation) -> None:
    """At once: sessions and tokens of one who is shut out end. The last administrator stays."""
    admin, other = site.client(Role.ADMINISTRATOR), site.client()
    path = f"/api/v1/users/{other.actor.id}"
    assert admin.patch(path, json={"role": "auditor"}).json()["role"] == "auditor"
    assert other.get("/api/v1/session").json()["user"]["role"] == "auditor"
    assert admin.patch(path, json={"active": False}).json()["active"] is False
    assert other.get("/api/v1/cases").status_code == 401
    last = admin.patch(f"/api/v1/users/{admin.actor.id}", json={"role": "applicant"})
    assert (last.status_code, last.json()["error"]["code"]) == (409, "last_administrator")


def test_users_are_paged(site: Installation) -> None:
    """Every one once, the newest first."""
    admin = site.client(Role.ADMINISTRATOR)
    everybody = {site.client().actor.id for _ in range(6)} | {admin.actor.id}
    seen: list[str] = []
    after = ""
    while True:
        page = admin.get(f"/api/v1/users?limit=3{after}").json()
        seen += [one["id"] for one in page["items"]]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert len(seen) == page["total"] == 7
    assert set(seen) == everybody


def test_what_people_do_with_accounts_is_in_the_audit(site: Installation) -> None:
    """In the same transaction as the change, without any secret."""
    register(site)
    site.visitor().post("/api/v1/session", json={"email": "a@example.com", "password": PASSWORD})
    with site.services.context.database.reading(INSTALLATION) as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
        user = session.scalars(select(User)).one()
    assert [(row.action, row.object_id, row.actor_id) for row in rows] == [
        ("register", user.id, user.id), ("sign_in", user.id, user.id)]
    assert PASSWORD not in str([row.detail for row in rows])
