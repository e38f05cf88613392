"""Where caches are kept: `$GUOHE_CACHE`, or the user's cache folder."""
from __future__ import annotations

import os
import sys
from pathlib import Path


def folder() -> Path:
    """Where caches are kept on this system."""
    given = os.environ.get("GUOHE_CACHE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "guohe"
