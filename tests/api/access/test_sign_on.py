"""Single sign-on against a provider on loopback: who gets in, as whom, and what is refused."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.service.context import new_id, now
from api.service.environment import sign_on
from api.service.records import Role
from api.store.models import Audit, Identity, User
from api.store.rows import INSTALLATION
from ingestion.errors import UsageError
from tests.api.access.oidc_provider import Provider, key, provider
from tests.support.web_samples import Installation, installation

LI = {"email": "Li@example.com", "email_verified": True, "name": "李审查"}


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as made:
        made.people = {"li": dict(LI)}
        yield made


@pytest.fixture
def site(tmp_path: Path, there: Provider) -> Iterator[Installation]:
    roles = {"GUOHE_OIDC_ROLE_CLAIM": "realm.groups", "GUOHE_OIDC_ROLES": "it=administrator,review=reviewer"}
    with installation(tmp_path, **there.environment(**roles)) as made:
        with made.services.context.database.writing(INSTALLATION) as session:
            session.add(User(id=new_id(), email="first@example.com", name="管理员", role=Role.ADMINISTRATOR,
                             password_hash="-", active=True, created=now()))
        yield made


def leave(browser: TestClient, person: str = "li", onward: str = "/policy") -> str:
    """To the provider, sign in there; the address back."""
    away = browser.get(f"/sso/start?next={onward}", follow_redirects=False)
    assert away.status_code == 302
    asked = {name: one[0] for name, one in parse_qs(urlsplit(away.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert httpx.get(away.headers["location"]).status_code == 200
    back = httpx.post(away.headers["location"].partition("?")[0], data={**asked, "person": person})
    return str(back.headers["location"])


def signed_on(site: Installation, person: str = "li") -> dict[str, Any]:
    browser = site.visitor()
    answer = browser.get(leave(browser, person), follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/policy"), answer.text
    found: dict[str, Any] = browser.get("/api/v1/session").json()["user"]
    return found


def refused(site: Installation, status: int = 401) -> str:
    browser = site.visitor()
    answer = browser.get(leave(browser), follow_redirects=False)
    assert answer.status_code == status
    assert browser.get("/api/v1/cases").status_code == 401
    return str(answer.text)


def test_whoever_is_new_becomes_an_applicant_and_is_known_again(site: Installation, there: Provider) -> None:
    """By the provider's own name for them: an address that changed later makes no second person."""
    first = signed_on(site)
    assert (first["email"], first["role"], first["name"]) == ("li@example.com", "applicant", "李审查")
    there.people["li"]["email"] = "other@example.com"
    assert signed_on(site)["id"] == first["id"]
    with site.services.context.database.reading(INSTALLATION) as session:
        assert len(session.scalars(select(Identity)).all()) == 1
        rows = session.scalars(select(Audit).where(Audit.action == "sign_on").order_by(Audit.id)).all()
    assert [row.detail["linked"] for row in rows] == [True, False]


def test_a_verified_address_links_the_account_that_is_there(site: Installation) -> None:
    """An applicant's password, sessions and tokens from before end: who registered may not hold the address."""
    with site.services.context.database.writing(INSTALLATION) as session:
        made = User(id=new_id(), email="li@example.com", name="早先", role=Role.APPLICANT, password_hash="-",
                    active=True, created=now())
        session.add(made)
        session.flush()
        before = site.services.accounts._begin(session, made, "tests")
    assert signed_on(site)["id"] == made.id
    assert site.services.accounts.by_cookie(before.cookie) is None
    answer = site.visitor().post("/api/v1/session", json={"email": "li@example.com", "password": "anything at all"})
    assert answer.status_code == 401


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "true"}, {"email": ""}])
def test_an_address_that_is_not_verified_links_nothing(site: Installation, there: Provider, claims: dict[str, Any]
                                                       ) -> None:
    """Anybody could have written it there."""
    there.people["li"] |= claims
    assert "经过验证的邮箱" in refused(site, 403)


def test_a_claim_gives_the_role_at_every_sign_on(site: Installation, there: Provider) -> None:
    """The first that fits in the setting's order; none that fits is an applicant; the last administrator stays."""
    for groups, role in ((["review", "x"], "reviewer"), (["it", "review"], "administrator"), ([], "applicant"),
                         (None, "applicant")):
        there.people["li"]["realm"] = {"groups": groups} if groups is not None else {}
        assert signed_on(site)["role"] == role
    there.people["li"]["realm"] = {"groups": "it"}
    signed_on(site)
    with site.services.context.database.writing(INSTALLATION) as session:
        session.scalars(select(User).where(User.email == "first@example.com")).one().role = Role.APPLICANT
    there.people["li"]["realm"] = {"groups": []}
    assert signed_on(site)["role"] == "administrator"


@pytest.mark.parametrize("claims", [
    {"nonce": "another"}, {"aud": "another"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"azp": "another"},
    {"aud": ["x", "y"]}])
def test_a_token_for_somebody_else_or_of_another_time_is_refused(site: Installation, there: Provider,
                                                                 claims: dict[str, Any]) -> None:
    """Nonce, audience, issuer, expiry, authorised party."""
    there.claims = claims
    assert "单点登录没有完成" in refused(site)


def test_a_token_that_the_provider_did_not_sign_is_refused(site: Installation, there: Provider) -> None:
    """A key with the right name and other numbers."""
    there.signed_by = key(2)
    assert "单点登录没有完成" in refused(site)


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(site: Installation) -> None:
    """Another state, another browser's cookie, none at all; and a code works once."""
    browser, other = site.visitor(), site.visitor()
    back = leave(browser)
    leave(other)
    assert other.get(back, follow_redirects=False).status_code == 401
    assert site.visitor().get(back, follow_redirects=False).status_code == 401
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert site.visitor().get(back, follow_redirects=False).status_code == 401


def test_the_verifier_is_what_the_provider_expects(site: Installation, there: Provider) -> None:
    """A code that leaked is worth nothing without it: the provider refuses, and so do we."""
    browser = site.visitor()
    back = leave(browser)
    (code, (person, asked)), = there.codes.items()
    there.codes[code] = (person, {**asked, "code_challenge": "another"})
    assert browser.get(back, follow_redirects=False).status_code == 401
    assert there.refused == ["verifier"]


def test_whoever_is_shut_out_stays_so(site: Installation) -> None:
    """The provider does not decide about that."""
    known = signed_on(site)
    with site.services.context.database.writing(INSTALLATION) as session:
        session.get_one(User, known["id"]).active = False
    assert "已停用" in refused(site, 403)


def test_one_comes_back_to_a_page_of_ours_only(site: Installation) -> None:
    """`next` leads nowhere else."""
    browser = site.visitor()
    answer = browser.get(leave(browser, onward="https://example.org/"), follow_redirects=False)
    assert answer.headers["location"] in {"/", "/cases"}


def test_a_provider_that_is_away_is_said_on_the_page(site: Installation, there: Provider) -> None:
    """No stack trace; the password still works."""
    there.address = "http://127.0.0.1:1"  # what it says of itself is not what was set
    answer = site.visitor().get("/sso/start", follow_redirects=False)
    assert answer.status_code == 401
    assert "单点登录没有完成" in answer.text


def test_without_a_provider_there_is_no_button_and_no_way(tmp_path: Path) -> None:
    """Nothing is offered that is not set."""
    with installation(tmp_path) as site:
        assert "/sso/start" not in site.visitor().get("/login").text
        assert site.visitor().get("/sso/start").status_code == 404


@pytest.mark.parametrize("environment", [
    {"GUOHE_OIDC_ISSUER": "http://idp.example.com", "GUOHE_OIDC_CLIENT_ID": "x"},
    {"GUOHE_OIDC_ISSUER": "https://idp.example.com"},
    {"GUOHE_OIDC_ISSUER": "https://idp.example.com", "GUOHE_OIDC_CLIENT_ID": "x", "GUOHE_OIDC_ROLES": "a=king"}])
def test_settings_that_cannot_be_right_are_refused_at_the_start(environment: dict[str, str]) -> None:
    """In one line that says what to write."""
    with pytest.raises(UsageError):
        sign_on.read(environment)
