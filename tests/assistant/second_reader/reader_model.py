"""A model for tests, which gives the answers that it was given, and applications made of a few lines of text."""
from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from assistant.judging import assessing
from assistant.llm import ModelError
from assistant.second_reader import reading
from assistant.second_reader.asking import request
from assistant.second_reader.asking.endpoint import Reply
from assistant.second_reader.asking.request import Message
from ingestion import parsing
from ingestion.domain import Assessment, Differ, Document, Extraction
from ingestion.policies import policy
from ingestion.policies.policy import Policy

DAY = date(2024, 6, 15)
APPLICANT = "重庆缙云光电研究院"
CENTER, PARK, OVERSEAS = "joint_research_center", "innovation_park", "overseas_innovation_center"


@cache
def shipped() -> Policy:
    return policy.load()


class Scripted:
    """Says what it was given in turn, the last for ever; an exception is raised."""

    name, most = "scripted", 150_000

    def __init__(self, *answers: str | Exception) -> None:
        self.answers, self.asked = list(answers), list[list[Message]]()
        self.kept: list[tuple[list[Message], Reply]] = []

    def ask(self, messages: Sequence[Message]) -> Reply:
        self.asked.append(list(messages))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Reply(answer, tokens=10, seconds=1.0)

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        self.kept.append((list(messages), reply))


def unreachable() -> ModelError:
    return ModelError("the language model failed.", "语言模型出错。")


def files(*contents: str) -> list[Document]:
    """Documents of plain text or Markdown."""
    return [parsing.read(content.encode(), f"材料{number}.md") for number, content in enumerate(contents, 1)]


def answer(**facts: Any) -> str:
    """An answer's text: `key=(low, high, claim, …)`, or `key=None` where nothing was found."""
    made = {}
    for key, value in facts.items():
        low, high, *claims = value if value is not None else (None, None)
        conflict = bool(claims and claims[0] is True)
        made[key] = {"interval": None if low is None else {"low": low, "high": high}, "conflict": conflict,
                     "claims": [one for one in claims if one is not True]}
    return json.dumps({"facts": made}, ensure_ascii=False)


def claim(role: str, place: str, quote: str = "", value: Any = None, counts: str = "yes", group: str = "a",
          **more: Any) -> dict[str, Any]:
    period = more.pop("period", None)
    made: dict[str, Any] = {"role": role, "places": [place], "quote": quote, "value": value, "counts": counts,
                            "group": group, **more}
    if period is not None:
        made["period"] = {"text": period[0], "is": period[1]}
    return made


def alone(documents: Sequence[Document], base_type: str = CENTER, day: date = DAY) -> Assessment:
    return assessing.assess_documents(documents, shipped(), base_type, day)


def read(documents: Sequence[Document], model: Scripted, base_type: str = CENTER, differ: Differ = Differ.CAUTIOUS,
         applicant: str = APPLICANT, day: date = DAY) -> Assessment:
    """The assessment with the model as second reader, unexamined."""
    first = alone(documents, base_type, day)
    about = request.asked(shipped(), base_type, applicant, day)
    second = reading.read(about, documents, Extraction(first.facts, first.exclusions), model, differ)
    return reading.assessed(first, shipped(), second)
