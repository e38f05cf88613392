"""Floods by people whom nobody knows (at full size: `python -m tests.long floods`)."""
from __future__ import annotations

from pathlib import Path

from tests.long import floods


def test_strangers_are_turned_away_and_people_read_on(tmp_path: Path) -> None:
    """Large bodies are refused unread, registrations and sign-ins beyond the limits at once; no reader gets an error,
    and the server's memory stays what it was.
    """
    found = floods.flooded(tmp_path, 1, readers=3, bodies=4, megabytes=30, at_once=60)
    assert [error for one in found.values() for error in one.errors] == []
    assert set(found["bodies"].answers) == {"401"}
    assert found["bodies"].grown < 150
    for name in ("registrations", "sign_ins"):
        assert found[name].answers["429"] > 20
        assert set(found[name].answers) <= {"201", "401", "409", "429"}
