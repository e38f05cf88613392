"""The process behind the wall that reads facts: takes documents through a pipe and hands back what is found in them.

    python -m ingestion.facts.sandbox.child REQUESTS REPLIES FOLDER

It is told a policy once and makes a process for each request, as the one that reads files does
(`ingestion.parsing.sandbox.child`): nothing of one person's documents is there when the next one's are read.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from typing import Any, NoReturn

import msgspec

from ingestion import language
from ingestion.facts import extraction
from ingestion.facts.sandbox.work import Request, Wording, answer
from ingestion.facts.schema import PolicyFacts
from ingestion.parsing.sandbox import child as inside
from ingestion.parsing.sandbox import confinement
from ingestion.parsing.text import from_string

MEMORY = 2_500_000_000   # bytes, of all documents together
CPU_SECONDS = 240        # for one document
WARM = 2_000             # characters of the policy that are read first, so that its patterns are known
FACTS, FOUND, FAILED = b"f", b"g", b"m"


def work(replies: int, request: Request, policy: PolicyFacts) -> None:
    """Answer one request; ends the process where nobody takes the answer any more."""
    def told(name: str) -> None:
        confinement.limit(memory=MEMORY, seconds=CPU_SECONDS)
        inside.tell(replies, inside.TOLD, name.encode(), time.process_time() - started)

    started = time.process_time()
    confinement.limit(memory=MEMORY, seconds=CPU_SECONDS)
    try:
        made, content = FOUND, msgspec.msgpack.encode(answer(request, policy, told))
    except MemoryError:
        made, content = FAILED, b""
    inside.tell(replies, made, content, time.process_time() - started)


def confined(replies: int, folder: str) -> None:
    """Give up what is not needed to read facts."""
    inside.settle(folder)
    layers = confinement.confine([folder], [inside.ROOT])
    if confinement.NETWORK in layers and confinement.no_programs():
        layers.append(confinement.PROGRAMS)
    inside.greet(replies, layers)


def main(arguments: list[str]) -> NoReturn:
    """Knows one policy, gives up what it does not need, and answers each request in a process of its own."""
    requests, replies, folder = int(arguments[0]), int(arguments[1]), arguments[2]
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    told = inside.request(requests)
    if told is not None:
        policy = msgspec.msgpack.decode(told[2], type=Wording)
        start = extraction.prepare([from_string(policy.text[:WARM])], policy)
        extraction.read(start, policy, date(2025, 1, 1))
        language.load("notices")
        confined(replies, folder)

        def one(replies: int, _what: bytes, _arguments: Any, data: bytes) -> None:
            work(replies, msgspec.msgpack.decode(data, type=Request), policy)

        while inside.in_a_process_of_its_own(requests, replies, one):
            pass
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
