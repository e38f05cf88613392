"""Policies as data: one folder each, with the text as published, its facts and its criteria."""
from pathlib import Path

ROOT = Path(__file__).resolve().parent
DEFAULT = ROOT / "cq-base-measures-draft"
