"""The files of a deployment say what is so."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.cli import parser
from api.commands import serve
from tests.support.places import ROOT

DEPLOY = ROOT / "deploy"
CODE = "".join(path.read_text(encoding="utf-8") for package in ("api", "assistant", "ingestion")
               for path in (ROOT / package).rglob("*.py"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", [*sorted(DEPLOY.iterdir()), *sorted((ROOT / "docs").glob("*.md"))],
                         ids=lambda one: one.name)
def test_settings_that_are_named_are_read_somewhere(file: Path) -> None:
    """A setting with another name in a file of the deployment would do nothing, silently."""
    named = set(re.findall(r"GUOHE_[A-Z]+(?:_[A-Z]+)*", file.read_text(encoding="utf-8")))
    assert {one for one in named if f'"{one}' not in CODE} == set()


@pytest.mark.parametrize("service", ["web", "work"])
def test_commands_of_the_compose_file_are_understood(service: str) -> None:
    """Options and all; and each is a command of guohe."""
    command = COMPOSE["services"][service]["command"]
    assert callable(parser("en").parse_args(command).run)


@pytest.mark.parametrize("unit", sorted({*DEPLOY.glob("*.service")} - {DEPLOY / "guohe-chroma.service"}),
                         ids=lambda one: one.name)
def test_commands_of_the_units_are_understood(unit: Path) -> None:
    """systemd's own place holders aside."""
    line = re.search(r"^ExecStart=\S+/guohe (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert line is not None
    assert callable(parser("en").parse_args(line[1].replace("%i", "8000").split()).run)
    assert "GUOHE_SECRET=" not in unit.read_text(encoding="utf-8")


def test_nothing_but_the_proxy_is_reachable_from_outside() -> None:
    """Databases and the vector store stand on an internal network without a port."""
    open_ones = {name for name, one in COMPOSE["services"].items() if "ports" in one or "outside" in one["networks"]}
    assert open_ones == {"proxy"}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(re.search(r":\d", one["image"]) or one["image"] == "guohe:local" for one in COMPOSE["services"].values())


def test_guohe_calls_out_and_its_databases_do_not() -> None:
    """Webhooks, sign-on and a model are elsewhere; PostgreSQL and the vector store stand on the inner network alone."""
    services = COMPOSE["services"]
    assert all("egress" in services[one]["networks"] for one in ("web", "work"))
    assert not COMPOSE["networks"]["egress"].get("internal")
    assert all(services[one]["networks"] == ["inside"] for one in ("postgres", "chroma"))


def test_postgresql_has_connections_for_every_process() -> None:
    """40 for each, as the page says, and some for people and backups."""
    services = COMPOSE["services"]
    most = int(re.search(r"max_connections=(\d+)", " ".join(services["postgres"]["command"]))[1])  # type: ignore[index]
    processes = sum(services[one]["deploy"]["replicas"] for one in ("web", "work"))
    assert most >= 40 * processes + 10


def test_files_are_kept_where_every_process_finds_them() -> None:
    """On a volume of all, at the place that the settings name and the image owns; the caches where they may be."""
    example = (DEPLOY / "guohe.env.example").read_text(encoding="utf-8")
    assert re.search(r"^GUOHE_BLOB_URL=file:///files$", example, re.MULTILINE)
    assert "chown guohe /data /files" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    for one in ("web", "work"):
        assert {"/data", "files:/files"} <= set(COMPOSE["services"][one]["volumes"])
        assert COMPOSE["services"][one]["environment"]["GUOHE_CACHE"].startswith("/data/")


def test_the_proxy_looks_names_up_again() -> None:
    """A container that starts anew has another address."""
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"^resolver 127\.0\.0\.11 ", nginx, re.MULTILINE)
    assert re.search(r"server web:8000 resolve;", nginx)
    assert re.search(r"zone \w+ \d+k;", nginx)
    version = re.search(r"nginx:(\d+)\.(\d+)", COMPOSE["services"]["proxy"]["image"])
    assert version is not None
    assert (int(version[1]), int(version[2])) >= (1, 28)


def test_the_proxy_closes_an_idle_connection_before_the_server_does() -> None:
    """Else it sends a request on one that is being closed, and answers 502."""
    upstream = re.search(r"keepalive_timeout (\d+)s", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert upstream is not None
    assert int(upstream[1]) + 10 <= serve.KEPT_ALIVE
