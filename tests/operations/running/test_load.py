"""Many people at once (100 for ten minutes: `python -m tests.long load`)."""
from __future__ import annotations

from pathlib import Path

from tests.long import load


def test_people_at_once_are_all_answered(tmp_path: Path) -> None:
    """Ten of them read, ask and upload for some seconds on a server of its own: nobody gets an error."""
    found = load.loaded(tmp_path, users=10, seconds=4.0, think=0.3)
    assert found.errors == []
    assert set(found.seconds) == set(load.SHARES)
    assert found.memory
