"""Sentences as applications word them, each with the facts that a reader finds in it: data/sentences.jsonl."""
from __future__ import annotations

import json
from typing import Any

from tests.support.places import DATA

LINES: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "sentences.jsonl").read_text(encoding="utf-8").splitlines()]
