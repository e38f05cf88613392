"""Which reader and which extractor: digests of the code and data that decide what they give.

A stored document is used again while the reader is the same; an assessment names the extractor it was made with.
"""
from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import assistant
import ingestion
from api import __version__
from ingestion.policies import files as policy_files

ROOT = Path(ingestion.__file__).parent
LENGTH = 12


@cache
def reader() -> str:
    """Of everything that turns a file into a document."""
    return _digest([*ROOT.glob("parsing/**/*.py"), *ROOT.glob("language/*.yaml"), ROOT / "domain.py"])


@cache
def extractor() -> str:
    """Of everything below ingestion: reading, facts, their words."""
    return f"{__version__}+{_digest([*ROOT.rglob('*.py'), *ROOT.rglob('*.yaml')])}"


@cache
def verifier() -> str:
    """Of everything that judges what a second reader says."""
    return _digest([*Path(assistant.__file__).parent.glob("second_reader/**/*.py")], Path(assistant.__file__).parent)


def folder(path: Path) -> str:
    """The digest of a folder's files, by their names and contents."""
    digest = hashlib.sha256()
    for name, file in policy_files.files(path).items():
        data = file.read_bytes()
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _digest(files: list[Path], root: Path = ROOT) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:LENGTH]
