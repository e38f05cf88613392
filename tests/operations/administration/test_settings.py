"""What administrators set while the server runs: the model, limits, retention; and what health says."""
from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.service.administration.modelling import Modelling
from api.service.administration.stored_settings import LimitSettings, ModelSettings
from api.service.records import Role
from api.store.models import Audit
from api.store.rows import INSTALLATION
from assistant import llm
from tests.support import model_server as server
from tests.support.web_samples import Client, Installation, installation

MODEL = {"enabled": True, "url": "http://127.0.0.1:1/v1", "model": "m", "roles": ["reviewer"]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, GUOHE_WEBHOOK_NETWORKS="127.0.0.0/8") as made:
        yield made


def form(client: Client, **fields: str) -> dict[str, str]:
    return {"csrf": client.http.headers["X-CSRF-Token"], **fields}


def test_a_model_is_for_the_roles_that_may_use_it(site: Installation) -> None:
    """Nobody else's question goes to it; switched off, nobody's does; pages say where it words answers."""
    admin, reviewer, applicant = site.client(Role.ADMINISTRATOR), site.client(Role.REVIEWER), site.client()
    modelling = site.services.administration.modelling
    assert modelling.of(reviewer.actor) is None
    assert admin.http.put("/api/v1/admin/settings/model", json=MODEL).json()["in_force"]["model"] == "m"
    found = modelling.of(reviewer.actor)
    assert found is not None
    assert (found.name, modelling.of(applicant.actor)) == ("m", None)
    assert "由语言模型 m 改写措辞" in reviewer.get("/ask").text
    assert "由语言模型" not in applicant.get("/ask").text
    admin.http.put("/api/v1/admin/settings/model", json={**MODEL, "enabled": False})
    assert modelling.of(reviewer.actor) is None
    with site.services.context.database.reading(INSTALLATION) as session:
        rows = session.scalars(select(Audit).where(Audit.action == "set").order_by(Audit.id)).all()
    assert [(row.object_id, row.before and row.before["enabled"], row.after and row.after["enabled"])
            for row in rows] == [("model", None, True), ("model", True, False)]


def test_the_models_key_is_of_the_environment_and_goes_to_its_host_only(site: Installation) -> None:
    """A page can name another address, never send the key there; the store holds no secret."""
    kept, admin = site.services.administration.kept, site.client(Role.ADMINISTRATOR)
    given = llm.Settings("https://models.example.com/v1", "big", "geheim")
    modelling = Modelling(kept, given, "geheim")
    assert modelling.known().secret is True
    for url, secret in (("https://models.example.com/v2", True), ("https://elsewhere.example.com/v1", False),
                        ("http://models.example.com/v1", False)):
        kept.put(admin.actor, ModelSettings(url=url, model="m"))
        assert modelling.known().secret is secret, url
    assert "geheim" not in admin.get("/api/v1/admin/settings").text + admin.get("/admin/settings").text


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "https://localhost/v1", "https://169.254.169.254/v1",
                                 "https://[64:ff9b::7f00:1]/v1", "http://8.8.8.8/v1", "https://10.1.2.3/v1"])
def test_a_model_that_the_page_names_is_public_or_named_by_the_settings(tmp_path: Path, url: str) -> None:
    """Refused when it is set, by the interface and on the page, and when it had been set before: nothing is sent."""
    with installation(tmp_path) as site:
        admin = site.client(Role.ADMINISTRATOR)
        answer = admin.http.put("/api/v1/admin/settings/model", json={**MODEL, "url": url})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "model_refused")
        page = admin.post("/admin/settings/model", data=form(admin, enabled="1", url=url, model="m"))
        assert (page.status_code, "GUOHE_LLM_URL" in page.text) == (422, True)


def test_a_model_that_was_named_before_is_not_reached_either(tmp_path: Path) -> None:
    """The address is judged at every request; the environment's own host, and allowed networks, are reached."""
    with installation(tmp_path) as site, server.serving(server.saying("ready")) as endpoint:
        kept, admin = site.services.administration.kept, site.client(Role.ADMINISTRATOR)
        kept.put(admin.actor, ModelSettings(url=endpoint.url, model="m"))
        refused = Modelling(kept, None, "").test(admin.actor)
        assert (refused.answered, endpoint.visits) == (False, [])
        for modelling in (Modelling(kept, llm.Settings(endpoint.url, "m"), ""),
                          Modelling(kept, None, "", [ip_network("127.0.0.0/8")])):
            assert modelling.test(admin.actor).answered
        assert len(endpoint.visits) == 2


def test_the_test_button_says_what_the_endpoint_does(site: Installation) -> None:
    """A refused connection is said on the page, not raised."""
    admin = site.client(Role.ADMINISTRATOR)
    assert admin.post("/api/v1/admin/settings/model/test").json()["error"]["code"] == "no_model"
    admin.http.put("/api/v1/admin/settings/model", json=MODEL)
    found = admin.post("/api/v1/admin/settings/model/test").json()
    assert (found["answered"], found["said"]) == (False, "")
    assert "语言模型" in found["error"]
    assert "language model" in found["error_en"]
    assert "语言模型" in admin.post("/admin/settings/model/test", data=form(admin)).text


@pytest.mark.parametrize(("name", "body"), [
    ("model", {**MODEL, "url": "ftp://x"}), ("model", {**MODEL, "model": ""}),
    ("limits", {"requests": 0, "questions": 1, "uploads": 1, "assessments": 1, "waiting": 1}),
    ("retention", {"cases": -1, "conversations": 0, "demos": 0})])
def test_a_setting_that_cannot_be_right_is_refused(site: Installation, name: str, body: dict[str, Any]) -> None:
    """And the one in force stays."""
    admin = site.client(Role.ADMINISTRATOR)
    before = admin.get("/api/v1/admin/settings").json()
    answer = admin.http.put(f"/api/v1/admin/settings/{name}", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "setting_invalid")
    assert admin.get("/api/v1/admin/settings").json() == before


def test_settings_are_made_on_the_page_and_last(site: Installation, tmp_path: Path) -> None:
    """Also for the process after this one."""
    admin = site.client(Role.ADMINISTRATOR)
    numbers = {"requests": "500", "questions": "7", "uploads": "8", "assessments": "9", "waiting": "10"}
    assert admin.post("/admin/settings/limits", data=form(admin, **numbers)).status_code == 200
    assert admin.post("/admin/settings/retention", data=form(admin, cases="x", conversations="1", demos="1")
                      ).status_code == 422
    assert 'value="7"' in admin.get("/admin/settings").text
    site.services.close()
    with installation(tmp_path) as again:
        assert again.services.administration.kept.get(LimitSettings) == LimitSettings(500, 7, 8, 9, 10)


def test_settings_and_health_are_for_administrators(site: Installation) -> None:
    """Reading as well as writing."""
    for role in set(Role) - {Role.ADMINISTRATOR}:
        client = site.client(role)
        assert {client.get(path).status_code for path in (
            "/api/v1/admin/health", "/api/v1/admin/settings", "/api/v1/admin/retention", "/admin", "/admin/settings")
            } == {403}
        assert client.http.put("/api/v1/admin/settings/model", json=MODEL).status_code == 403
        assert client.post("/api/v1/admin/retention").status_code == 403
        assert client.post("/api/v1/admin/settings/model/test").status_code == 403


def test_health_tells_every_part(site: Installation) -> None:
    """A part that cannot be looked at says so, and the page still comes."""
    admin = site.client(Role.ADMINISTRATOR)
    parts = {one["name"]: one for one in admin.get("/api/v1/admin/health").json()}
    assert parts.keys() == {"database", "queue", "storage", "index", "parser", "model"}
    assert parts["model"]["state"] == "off"
    assert (parts["database"]["state"], parts["storage"]["facts"]["writable"]) == ("good", True)
    site.services.jobs.failed = "RuntimeError"  # type: ignore[misc]
    site.services.context.contents.healthy = lambda: False  # type: ignore[method-assign]
    parts = {one["name"]: one["state"] for one in admin.get("/api/v1/admin/health").json()}
    assert (parts["queue"], parts["storage"]) == ("bad", "bad")
    page = admin.get("/admin").text
    assert page.count("有故障") == 2
