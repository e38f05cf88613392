"""Registration, signing in, sessions, tokens, invitations, roles."""
from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.errors import Failure
from api.service.accounts import accounts, passwords
from api.service.accounts.credentials import SESSION
from api.service.accounts.hashing import Apart
from api.service.administration.limits import neighbourhood
from api.service.context import now
from api.service.records import Role
from api.store.models import Audit, Invitation, Session, Token, User
from api.store.rows import INSTALLATION
from tests.operations.running.test_jobs import until
from tests.support.review_samples import handed_in
from tests.support.web_samples import PASSWORD, Client, Installation, installation

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


def test_sign_ins_at_once_are_counted_before_their_passwords_are_looked_at(
        site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty at once get as many looks at the password as sixty in a row."""
    register(site)
    looked: list[str] = []
    matches = passwords.matches

    def slowly(password: str, known: str | None) -> bool:
        looked.append(password)
        time.sleep(0.05)
        return matches(password, known)

    monkeypatch.setattr(passwords, "matches", slowly)

    def guess(number: int) -> str:
        with pytest.raises(Failure) as refused:
            site.services.accounts.sign_in("a@example.com", f"guess {number}", address="10.0.0.1")
        return refused.value.code

    with ThreadPoolExecutor(60) as pool:
        found = Counter(pool.map(guess, range(60)))
    assert len(looked) == accounts.MOST_ATTEMPTS["pair"]
    assert found == {"wrong_credentials": accounts.MOST_ATTEMPTS["pair"], "too_many_attempts": 60 - len(looked)}


def test_others_who_guess_do_not_lock_out_the_owner(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """From many addresses: each is refused soon, everybody is slowed down, and the owner gets in and is told."""
    monkeypatch.setattr(accounts, "SLOWEST", 0.3)
    register(site)
    refused = 0
    for number in range(90):
        with pytest.raises(Failure) as failure:
            site.services.accounts.sign_in("a@example.com", "wrong wrong", address=f"10.0.0.{number % 9}")
        refused += failure.value.code == "too_many_attempts"
    assert refused
    assert site.services.accounts.patience("a@example.com") == 0.3
    assert site.services.accounts.patience("b@example.com") == 0.0
    owner = site.visitor()
    began = time.monotonic()
    answer = owner.post("/api/v1/session", json={"email": "a@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert time.monotonic() - began > 0.3
    failed = 90 - refused
    assert owner.get("/api/v1/sessions").json()[0]["failed"] == failed
    assert f"{failed} 次用错误的密码登录" in owner.get("/cases").text
    assert site.services.accounts.patience("a@example.com") == 0.0
    again = [pytest.raises(Failure) for _ in range(3)]
    for one in again:
        with one as guesser:
            site.services.accounts.sign_in("a@example.com", "wrong wrong", address="10.0.0.1")
    assert guesser.value.code == "too_many_attempts"


def test_strangers_are_limited_by_address_and_in_all(site: Installation) -> None:
    """Before anything is looked up or hashed, with the time after which to come again; another address is free."""
    limits = site.services.administration.limits
    for kind, most in (("registrations", 20), ("sign_ins", 30)):
        for _ in range(most):
            limits.knock(kind, "10.0.0.1")
        with pytest.raises(Failure) as refused:
            limits.knock(kind, "10.0.0.1")
        assert refused.value.detail["retry_after"] >= 1
        limits.knock(kind, "10.0.0.2")
    for number in range(3, 39):
        limits.knock("registrations", f"10.0.1.{number}")
    with pytest.raises(Failure):
        for number in range(60):
            limits.knock("registrations", f"10.0.2.{number}")
    assert register(site)["status"] == 429


@pytest.mark.parametrize(("one", "other", "same"), [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("::ffff:10.0.0.1", "10.0.0.1", True), ("10.0.0.1", "10.0.0.2", False), ("unix", "unix", True)])
def test_a_household_counts_as_one_address(one: str, other: str, same: bool) -> None:
    """Who has a network of version 6 has as many addresses as they like."""
    assert (neighbourhood(one) == neighbourhood(other)) is same


def test_a_long_line_for_passwords_is_not_joined(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """429 at once, and other pages do not wait for it."""
    monkeypatch.setattr(passwords, "LONGEST_LINE", 2)
    held = threading.Event()
    monkeypatch.setattr(passwords, "hashed", lambda _password: str(held.wait(20)))
    try:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(register, site, f"{number}@example.com") for number in range(8)]
            until(lambda: sum(one.done() for one in asked) == 6)
            assert site.visitor().get("/policy").status_code == 200
            assert Counter(one.result()["status"] for one in asked if one.done()) == {429: 6}
            held.set()
            assert Counter(one.result()["status"] for one in asked) == {201: 2, 429: 6}
    finally:
        held.set()


def test_the_process_that_hashes_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was killed; and without one the server hashes itself."""
    apart = Apart()
    known = apart.hash(PASSWORD)
    child = apart._running()
    assert child.pid != os.getpid()
    child.kill()
    child.wait()
    assert apart.verify(PASSWORD, known)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert Apart().verify(PASSWORD, known)
    apart._running().kill()


def token(site: Installation, client: Client, *scopes: str, **more: object) -> TestClient:
    made = client.post("/api/v1/tokens", json={"name": "x", "scopes": list(scopes), **more})
    assert made.status_code == 201, made.text
    script = site.visitor()
    script.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    return script


def test_a_token_does_what_it_was_made_for(site: Installation) -> None:
    """Reading, writing, reviewing, administering; each refused where its scope is missing."""
    me, reviewer, admin = site.client(), site.client(Role.REVIEWER), site.client(Role.ADMINISTRATOR)
    new = {"base_type": "innovation_park", "application_date": "2025-06-30"}
    reads, writes = token(site, me, "read"), token(site, me, "read", "write")
    assert reads.get("/api/v1/cases").status_code == 200
    assert reads.post("/api/v1/answers", json={"question": "公示多少天？"}).status_code == 200
    refused = reads.post("/api/v1/cases", json=new)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scope_missing")
    assert reads.delete(f"/api/v1/sessions/{'0' * 32}").status_code == 403
    assert writes.post("/api/v1/cases", json=new).status_code == 201
    assert token(site, me, "write").get("/api/v1/cases").status_code == 403
    case = handed_in(me)
    change = {"status": "in_review"}
    assert token(site, reviewer, "read", "write").patch(f"/api/v1/review/cases/{case}", json=change).status_code == 403
    assert token(site, reviewer, "read", "review").patch(f"/api/v1/review/cases/{case}", json=change).status_code == 204
    usual = token(site, admin, "read", "write", "review")
    assert usual.get("/api/v1/users").status_code == 200
    for method, path in (("POST", "/api/v1/invitations"), ("PATCH", f"/api/v1/users/{me.actor.id}"),
                         ("PUT", "/api/v1/admin/settings/limits"), ("POST", "/api/v1/webhooks"),
                         ("POST", f"/api/v1/users/{me.actor.id}/erasure"), ("POST", "/admin/invitations")):
        assert usual.request(method, path, json={}).status_code == 403, path


def test_an_administrators_token_invites_administrators_only_if_made_for_it(site: Installation) -> None:
    """And the audit names the token that did."""
    admin = site.client(Role.ADMINISTRATOR)
    body = {"email": "new@example.com", "role": "administrator"}
    assert token(site, admin, "read", "write", "review").post("/api/v1/invitations", json=body).status_code == 403
    made_for_it = token(site, admin, "read", "administer")
    assert made_for_it.post("/api/v1/invitations", json=body).status_code == 201
    newest = admin.get("/api/v1/tokens").json()[-1]
    with site.services.context.database.reading(INSTALLATION) as session:
        row = session.scalars(select(Audit).where(Audit.action == "invite")).one()
        made = session.scalars(select(Audit).where(Audit.action == "create_token").order_by(Audit.id)).all()[-1]
    assert row.detail["token"] == newest["id"]
    assert made.detail == {"scopes": ["read", "administer"], "days": 90}


@pytest.mark.parametrize(("role", "scopes", "days"), [
    (Role.APPLICANT, ["review"], 90), (Role.REVIEWER, ["administer"], 90), (Role.AUDITOR, ["review"], 90),
    (Role.APPLICANT, [], 90), (Role.APPLICANT, ["read"], 0), (Role.APPLICANT, ["read"], 4_000),
    (Role.APPLICANT, ["all"], 90)])
def test_no_token_goes_beyond_its_persons_role_or_lasts_for_ever(site: Installation, role: Role, scopes: list[str],
                                                                 days: int) -> None:
    """By the interface, and on the page."""
    client = site.client(role)
    answer = client.post("/api/v1/tokens", json={"name": "x", "scopes": scopes, "days": days})
    assert answer.status_code == 422
    page = client.post("/account/tokens", data={"csrf": client.http.headers["X-CSRF-Token"], "days": str(days),
                                                **{f"scope-{one}": "1" for one in scopes}})
    assert page.status_code == 422
    assert client.get("/api/v1/tokens").json() == []


def test_a_token_ends_and_says_when_it_was_used(site: Installation) -> None:
    """From its last day on it is nobody's; the page lists it with its scopes as expired."""
    me = site.client()
    script = token(site, me, "read", days=30)
    assert script.get("/api/v1/cases").status_code == 200
    (seen,) = me.get("/api/v1/tokens").json()
    assert (seen["scopes"], seen["expired"]) == (["read"], False)
    assert seen["last_used"]
    with site.services.context.database.writing(INSTALLATION) as session:
        session.scalars(select(Token)).one().expires = now() - timedelta(seconds=1)
    assert script.get("/api/v1/cases").status_code == 401
    assert "已过期" in me.get("/account").text
    made = me.post("/account/tokens", data={"csrf": me.http.headers["X-CSRF-Token"], "name": "夜间", "days": "7",
                                            "scope-read": "1", "scope-write": "1"})
    assert "guohe_" in made.text
    assert "查看和提问" in made.text


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
