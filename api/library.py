"""guohe from Python: assess a folder, read its facts, ask about it. `docs/python.md` shows how.

    from api.library import Guohe

    guohe = Guohe()
    result = guohe.assess("examples/membrane-center", "joint_research_center", "2025-06-30")

What comes back are the records of `ingestion.domain`. Everything works without a model and without a network; failures
are `ingestion.errors.GuoheError`, with a text in both languages.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.errors import UsageError

if TYPE_CHECKING:
    from assistant.dialogue.conversation import Turn
    from assistant.llm import LanguageModel
    from assistant.retrieving.retrieval import Retriever
    from ingestion.domain import Answer, Assessment, Document, Extraction
    from ingestion.policies.policy import Policy

Paths = str | Path | Sequence[str | Path]
Day = str | date | None
Progress = Callable[[int, int, str], None]   # files read, files in all, the name of this one


class Facts:
    """What stands in documents, without a judgement: `found.facts` by key, `found.exclusions`, and the `documents`."""

    def __init__(self, documents: Sequence[Document], found: Extraction) -> None:
        self.documents, self.found = tuple(documents), found


class Guohe:
    """One policy, one language. `policy` is a policy folder; the policy that is shipped where it is None."""

    def __init__(self, policy: str | Path | None = None, language: str = "zh") -> None:
        from assistant.wording.phrases import phrases
        from ingestion.policies import policy as policies

        phrases(language)   # an unknown one is said here
        self.language = language
        self.policy: Policy = policies.load(Path(policy)) if policy is not None else policies.load()
        self._answers: tuple[LanguageModel | None, Retriever] | None = None

    def assess(self, paths: Paths, base_type: str = "", on: Day = None, progress: Progress | None = None) -> Assessment:
        """One application's documents against a base type, on an application date (today without one). Without a base
        type the one that the documents' forms name; UsageError where they name none."""
        from assistant.judging import assessing

        if base_type:
            self.policy.base_type(base_type)   # an unknown one is said before the documents are read
        documents = self._read(paths, progress)
        return assessing.assess_documents(documents, self.policy, base_type or self._named(documents), _day(on),
                                          self.language)

    def facts(self, paths: Paths, on: Day = None, progress: Progress | None = None) -> Facts:
        """All facts of the policy in the documents, with their evidence and what was left out."""
        from ingestion.facts.sandbox import wall

        read = wall.read(self._read(paths, progress), self.policy, _day(on))
        return Facts(read.documents, read.found)

    def ask(self, question: str, about: Assessment | None = None, history: Sequence[Turn] = ()) -> Answer:
        """An answer from the policy, or from an application `about` which is asked, every citation verified. The first
        question of all makes the policy's index, which takes some ten seconds once on a machine."""
        from api import answer_sources
        from assistant.answering import answering

        if self._answers is None:
            self._answers = answer_sources.model(), answer_sources.retriever(self.policy)
        model, retriever = self._answers
        return answering.answer(question, self.policy, assessment=about, language=self.language, retriever=retriever,
                                model=model, history=history)

    def conversation(self, about: Assessment | None = None) -> Conversation:
        """Questions that go on from the ones before."""
        return Conversation(self, about)

    def report(self, result: Assessment, path: str | Path, applicant: str = "") -> Path:
        """The review form of an assessment, written to a .docx or .pdf file."""
        from assistant.report import composing, particulars, render

        target = Path(path)
        if target.suffix.lower() not in (".docx", ".pdf"):
            raise UsageError(f"{target.name!r} is neither .docx nor .pdf; name one of them.",
                             f"{target.name} 不是 .docx 或 .pdf，请改用其中一种")
        form = composing.compose(result, self.policy, self.language, particulars.read(result.documents, applicant))
        target.write_bytes(render(form, target.suffix))
        return target

    def json(self, result: Assessment) -> dict[str, Any]:
        """An assessment as `guohe assess --json` writes it."""
        from assistant.report import serialising

        return serialising.assessment(result, self.policy, self.language)

    def _read(self, paths: Paths, progress: Progress | None) -> Sequence[Document]:
        from api.terminal.options import existing
        from ingestion import reading

        named = [paths] if isinstance(paths, str | Path) else list(paths)
        return reading.read_all(existing([str(one) for one in named]), progress)

    def _named(self, documents: Sequence[Document]) -> str:
        from assistant.report import particulars

        found = particulars.base_type(documents, self.policy)
        if not found:
            english, chinese = self.policy.choices
            raise UsageError(f"the documents do not name one base type; give one of: {english}",
                             f"材料中没有写明一种申报类型，请给出，可选：{chinese}")
        return found


class Conversation:
    """Questions one after another; `turns` holds what was said."""

    def __init__(self, guohe: Guohe, about: Assessment | None) -> None:
        self._guohe, self.about = guohe, about
        self.turns: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """The answer, understood with the questions before."""
        from assistant.dialogue import conversation

        answer = self._guohe.ask(question, self.about, self.turns)
        self.turns.append(conversation.turn(question, answer, self._guohe.policy))
        return answer


def _day(on: Day) -> date:
    """A day, from "2025-06-30" too; today without one."""
    from api.terminal.options import day

    return on if isinstance(on, date) else day(on)
