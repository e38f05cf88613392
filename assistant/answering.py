"""Answers to questions about the policy, and about an application, with verified citations.

Without a language model an answer is put together from the clauses that settle the question; a model, where one is
configured, only words it, and what it writes is checked sentence by sentence (`assistant.llm`).
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from assistant import citations, comparing, topics
from assistant.composing import Composer, Piece
from assistant.questions import Part, Reader
from assistant.selecting import Choice, Kind, Selector
from ingestion.domain import Answer, Assessment, Citation
from ingestion.policy import Policy


class Hit(Protocol):
    """A passage that a retriever found. `ref` names the clause."""

    @property
    def ref(self) -> str: ...

    @property
    def score(self) -> float: ...


class Retriever(Protocol):
    def search(self, query: str, k: int, /) -> Sequence[Hit]: ...


class Advisor:
    """Everything that answering needs of one policy, made once."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.topics = topics.load(policy.root, policy.articles)
        self.reader = Reader(self.topics, policy.text)
        self.selector = Selector(policy, self.topics)
        self.composer = Composer(policy, self.topics)

    def answer(self, question: str, language: str | None = None) -> Answer:
        """The answer from the policy alone."""
        asked = self.reader.read(question, language)
        pieces: list[Piece] = []
        before: Choice | None = None
        considered: list[str] = []
        for part in asked.parts:
            choice = self.selector.choose(part, before)
            types = self.selector.types_of(part, hints=True)
            if choice.bare and pieces and not part.strange:    # 要多少？ after a question that was answered
                continue
            compared = comparing.compare(part, choice.refs, self.policy, self.topics, types) if _compares(part, choice) else ()
            pieces.append(self.composer.piece(part, choice, compared, types))
            considered += choice.refs
            before = choice if choice.refs else before
        cited = citations.verified((one for piece in pieces for one in piece.cites), self.policy)
        return Answer(asked.text, self.composer.text(pieces, asked.language), any(piece.settled for piece in pieces),
                      cited, language=asked.language, considered=tuple(dict.fromkeys(considered)))


def _compares(part: Part, choice: Choice) -> bool:
    """Whether a question's figures decide: not where an entry of the policy folder settles this very wording."""
    if choice.kind is Kind.CLAUSE:
        return True
    return choice.kind is Kind.POINT and part.polar and all(one.verdict and not one.matches for one in choice.points)


def answer(question: str, policy: Policy, *, assessment: Assessment | None = None, language: str | None = None,
           retriever: Retriever | None = None, model: object | None = None, history: Sequence[object] = ()) -> Answer:
    """Answer one question. UsageError when nothing can be made of it."""
    return advisor(policy).answer(question, language)


def advisor(policy: Policy) -> Advisor:
    """The advisor for a policy, kept as long as the policy is the same."""
    return _advisor(policy.root, policy.sha256, policy.version, _Held(policy))


class _Held:
    """Carries a policy through a cache whose key is what identifies it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=8)
def _advisor(root: Path, sha256: str, version: str, held: _Held) -> Advisor:
    return Advisor(held.policy)


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as interfaces name it."""
    return {"question": answer.question, "answer": answer.text, "answerable": answer.answerable,
            "citations": [_citation(one) for one in answer.citations], "mode": answer.mode.value}


def _citation(citation: Citation) -> Mapping[str, Any]:
    if citation.ref:
        return {"ref": citation.ref, "quote": citation.quote}
    return {"document": citation.document, "page": citation.page, "quote": citation.quote}
