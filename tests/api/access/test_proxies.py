"""Whose word about where a request comes from is believed."""
from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import httpx2
import pytest
import uvicorn

from api.commands import serve
from api.service.environment import settings
from ingestion.errors import UsageError
from tests.support.places import ROOT
from tests.support.web_samples import PASSWORD, installation


@pytest.mark.parametrize(("trusted", "believed"), [("127.0.0.2", True), ("127.0.0.2/31, 10.0.0.0/8", True),
                                                   ("10.0.0.0/8", False), ("", False)])
def test_what_a_proxy_says_is_believed_of_those_that_the_settings_name(
        tmp_path: Path, trusted: str, believed: bool) -> None:
    """Behind a proxy that is trusted one person who guesses locks out nobody else; who is no proxy hides behind none.

    The connections come from 127.0.0.2, as a proxy in another container would be at another address.
    """
    with installation(tmp_path, GUOHE_TRUSTED_PROXIES=trusted, GUOHE_BASE_URL="http://127.0.0.1") as site:
        seen: list[str] = []
        known = site.services.administration.limits.knock
        site.services.administration.limits.knock = (  # type: ignore[method-assign]
            lambda kind, address: (seen.append(address), known(kind, address))[1])
        server = uvicorn.Server(serve.configured(site.app, site.services.settings))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen(8)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
            thread.start()
            while not server.started:
                time.sleep(0.01)
            try:
                with httpx2.Client(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}",
                                   transport=httpx2.HTTPTransport(local_address="127.0.0.2")) as http:
                    for person in ("203.0.113.7", "203.0.113.8"):
                        http.post("/api/v1/session", json={"email": "a@example.com", "password": PASSWORD},
                                  headers={"X-Forwarded-For": f"1.2.3.4, {person}"})
            finally:
                server.should_exit = True
                thread.join(timeout=10)
    assert seen == (["203.0.113.7", "203.0.113.8"] if believed else ["127.0.0.2", "127.0.0.2"])



def test_without_a_setting_this_machine_is_trusted_where_others_reach_the_server_elsewhere(tmp_path: Path) -> None:
    """A proxy on the same machine needs no setting; a server that is reached itself believes nobody."""
    assert settings.read({}, tmp_path).trusted_proxies == ()
    found = settings.read({"GUOHE_BASE_URL": "https://guohe.example"}, tmp_path).trusted_proxies
    assert [str(one) for one in found] == ["127.0.0.1/32", "::1/128"]
    with pytest.raises(UsageError, match="GUOHE_TRUSTED_PROXIES"):
        settings.read({"GUOHE_TRUSTED_PROXIES": "nginx"}, tmp_path)


def test_the_shipped_deployment_names_its_proxy() -> None:
    """In the networks that containers are given."""
    text = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    assert "GUOHE_TRUSTED_PROXIES" in text
