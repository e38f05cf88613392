"""The files of a deployment say what is so."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.cli import parser
from api.commands import serve

ROOT = Path(__file__).parent.parent
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


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")), ids=lambda one: one.name)
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


def test_the_proxy_closes_an_idle_connection_before_the_server_does() -> None:
    """Else it sends a request on one that is being closed, and answers 502."""
    upstream = re.search(r"keepalive_timeout (\d+)s", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert upstream is not None
    assert int(upstream[1]) + 10 <= serve.KEPT_ALIVE
