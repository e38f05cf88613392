"""How documents word, number and mark things: data, and the line that loads it."""
from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def load(file: str) -> Any:
    """The content of one of this package's YAML files, read once."""
    raw = resources.files(__name__).joinpath(file).read_text(encoding="utf-8")
    return yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are safe loaders)
