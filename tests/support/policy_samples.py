"""Versions of the shipped policy as policy staff bring them."""
from __future__ import annotations

import hashlib
import io
import re
import zipfile

import policy_corpus
from api.service.policies import folders
from ingestion.policies import files as policy_files

FILES = {name: file.read_bytes() for name, file in policy_files.files(policy_corpus.DEFAULT).items()}
TEXT = FILES["text.txt"].decode()
PAPERS = ("近三年发表SCI或EI论文20篇（含）以上", "近三年发表SCI或EI论文25篇（含）以上")


def text(*changes: tuple[str, str]) -> str:
    """The policy's text with some words replaced."""
    found = TEXT
    for old, new in changes:
        assert old in found
        found = found.replace(old, new)
    return found


def stricter(version: str = "1.1.0", bar: int = 25) -> dict[str, bytes]:
    """A sound folder that asks for another number of papers."""
    files = folders.with_text(FILES, text((PAPERS[0], PAPERS[0].replace("20", str(bar)))).encode(), version)
    points = [re.sub(r"(?<![\d.])20(?!\d)", str(bar), line) if "第八条（二）" in line else line
              for line in files["points.yaml"].decode().split("\n")]
    files = {**files, "points.yaml": "\n".join(points).encode()}      # what explains the clause says the same number
    quote = f"在所申报领域近三年发表SCI或EI论文{bar}篇（含）以上"
    return folders.with_criterion(files, "8.2.papers", {"quote": quote, "bar": bar})


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zipped(files: dict[str, bytes], root: str = "policy/") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in files.items():
            packed.writestr(root + name, content)
    return stream.getvalue()
