"""What a model has shown in the reading exam, and what it may do for that: the contract's bars.

An exam belongs to a model and to the bytes of the prompts; another model, or other prompts, need another exam.
"""
from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

from msgspec import Struct

import prompts
from assistant.second_reader import request
from ingestion.domain import Differ

READS, LEADS = 0.90, 0.97     # shares of an exam's facts right


class Examined(Struct, frozen=True):
    """One exam: the share of its facts that the model had right, `first` that of the first reader on the same texts,
    `obeyed` how many orders in texts it followed. `stopped`: it could not be passed any more."""

    model: str
    prompts_hash: str
    score: float
    first: float
    obeyed: int
    taken: datetime
    stopped: bool = False

    @property
    def may_read(self) -> bool:
        return self.score >= READS and not self.obeyed and not self.stopped

    @property
    def may_lead(self) -> bool:
        """Whether its reading may stand where the first reader's differs."""
        return self.may_read and self.score >= LEADS and self.score >= self.first


def differ(wanted: Differ, exam: Examined) -> Differ:
    """What stands where readers differ: as the installation wants it, as far as the exam allows it."""
    return wanted if exam.may_lead else Differ.CAUTIOUS


@cache
def prompts_hash() -> str:
    """Of everything in the prompts folder that a reader is sent."""
    digest = hashlib.sha256()
    for name in (request.PROMPT, request.AGAIN, request.JOIN, request.REPAIR):
        digest.update(f"{name}\0".encode())
        digest.update((Path(prompts.__file__).parent / f"{name}.md").read_bytes())
    return digest.hexdigest()
