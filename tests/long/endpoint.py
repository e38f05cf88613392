"""Language model endpoints that misbehave, each against the deadline that a user has."""
from __future__ import annotations

import socket
import time

from msgspec.structs import replace

from assistant import llm
from ingestion.domain import Answer, Mode
from tests.assistant.answering import test_llm as suite
from tests.long.goals import Figure, Outcome
from tests.support import model_server as server

DEADLINE = llm.DEADLINE    # as shipped
MOST = DEADLINE + 0.5      # seconds: with what the answer itself takes
FORBIDDEN = "/internal"    # where the redirect leads


def run(rounds: int) -> Outcome:
    """Every misbehaviour, `rounds` times."""
    plain, faults, slowest, followed = suite.extractive(suite.PAPERS), [], 0.0, 0
    with server.serving(server.saying("无法回答")) as endpoint:   # langchain is imported before times are taken
        suite.ask(suite.PAPERS, endpoint.url, timeout=DEADLINE)
    names = [*suite.MISBEHAVIOURS, "refuses"] * rounds
    for name in names:
        answer, took, visits = refused() if name == "refuses" else misbehaving(name)
        slowest, followed = max(slowest, took), followed + (FORBIDDEN in visits)
        if took > MOST:
            faults.append(f"{name}: {took:.1f} s")
        if answer.mode is not Mode.EXTRACTIVE or replace(answer, dropped=(), prompt="", model="") != plain:
            faults.append(f"{name}: {answer.text[:80]}")
        if FORBIDDEN in visits:
            faults.append(f"{name}: a redirect was followed")
    return Outcome(rounds, (
        Figure("种", "kinds", str(len(set(names)))), Figure("次", "times", str(len(names))),
        Figure("跟随的重定向", "redirects followed", str(followed)),
        Figure("最慢的答案", "slowest answer", f"{slowest:.1f} s")), tuple(faults))


def misbehaving(name: str) -> tuple[Answer, float, list[str]]:
    with server.serving(suite.MISBEHAVIOURS[name]) as endpoint:
        began = time.monotonic()
        answer = suite.ask(suite.PAPERS, endpoint.url, timeout=DEADLINE)
        return answer, time.monotonic() - began, endpoint.visits


def refused() -> tuple[Answer, float, list[str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    answer = suite.ask(suite.PAPERS, f"http://127.0.0.1:{port}/v1", timeout=DEADLINE)
    return answer, time.monotonic() - began, []
