"""Where things stand: the checkout, what tests read, and what the project ships."""
from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
DATA = TESTS / "data"
APPLICATIONS = DATA / "applications"
POLICIES = DATA / "policies"
YUNLING = POLICIES / "yunling-green-laboratories"
EXAMPLE = ROOT / "examples" / "membrane-center"
