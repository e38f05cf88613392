"""What the reader is asked: instructions, then the documents; the same bytes for the same input.

The instructions are a versioned prompt filled from the policy folder. Where the documents do not fit the endpoint's
context, they are sent in parts, each with the headings that hold where it begins, and a last request joins the parts.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from string import Template

from msgspec import Struct

import prompts
from assistant.second_reader.asking import guide
from assistant.second_reader.places import Line, Places
from ingestion.policies.policy import Policy

PROMPT, AGAIN, JOIN, REPAIR = "read.v1.zh", "read_again.v1.zh", "read_join.v1.zh", "read_repair.v1.zh"
UNITS = {"count": "数", "money": "元", "yes_no": "是否"}
Message = tuple[str, str]  # role and text


class Asked(Struct, frozen=True):
    """What is asked about one application: its facts, who applies for what and when, and the window."""

    policy: Policy
    base_type: str
    keys: tuple[str, ...]
    applicant: str
    application_date: date
    window: tuple[date, date]


def asked(policy: Policy, base_type: str, applicant: str, application_date: date) -> Asked:
    return Asked(policy, base_type, guide.keys(policy, base_type), " ".join(applicant.split()), application_date,
                 policy.window_on(application_date))


def instructions(about: Asked) -> str:
    """What the model is told: the policy's facts, the window, the readings that concern them."""
    policy, told = about.policy, guide.of(about.policy)
    facts = [f"- `{key}`（{_unit(policy, key)}）：{told.facts[key].counts}" for key in about.keys]
    readings: list[str] = []
    for reading in told.readings:
        concerned = [key for key in about.keys if reading.concerns(key, policy.facts.facts[key])]
        if concerned:
            readings.append(f"{len(readings) + 1}. {reading.text.replace('${facts}', '、'.join(concerned))}")
    start, end = about.window
    return _filled(PROMPT, title=policy.title, facts="\n".join(facts), term=policy.window.term, start=start.isoformat(),
                   end=end.isoformat(), readings="\n".join(readings),
                   reasons="；".join(f"{code}（{text}）" for code, text in told.reasons.items()))


def requests(about: Asked, places: Places, most: int) -> list[list[Message]]:
    """One request, or one for each part of documents of which `most` characters fit."""
    system = ("system", instructions(about))
    parts = _parts(places, max(2000, most - len(system[1])))
    return [[system, ("user", f"{_head(about, places)}{_part(number, len(parts))}\n\n# 材料\n" + "\n".join(part))]
            for number, part in enumerate(parts, 1)]


def join(about: Asked, places: Places, claims: Sequence[str]) -> list[Message]:
    """The request that puts the answers of parts together."""
    told = "\n\n".join(f"## 第{number}部分\n{text}" for number, text in enumerate(claims, 1))
    return [("system", instructions(about)),
            ("user", f"{_head(about, places)}\n\n" + _filled(JOIN, parts=str(len(claims)), claims=told))]


def again(messages: Sequence[Message], answer: str, differences: Mapping[str, Sequence[str]]) -> list[Message]:
    """The same request once more, with what code could not confirm of each fact."""
    told = "\n".join(f"## {key}\n" + "\n".join(f"- {line}" for line in lines) for key, lines in differences.items())
    return [*messages, ("assistant", answer), ("user", _filled(AGAIN, differences=told))]


def repair(messages: Sequence[Message], answer: str, error: str) -> list[Message]:
    """The same request once more, with what made its answer unusable."""
    return [*messages, ("assistant", answer or "（空）"), ("user", _filled(REPAIR, error=error))]


def _head(about: Asked, places: Places) -> str:
    applicant = places.redactor.redact(about.applicant) or "（未写明）"
    label = about.policy.base_type(about.base_type).label
    return f"申报单位：{applicant}\n申报类型：{label}\n申报日：{about.application_date.isoformat()}"


def _part(number: int, parts: int) -> str:
    return "" if parts == 1 else f"\n这是材料的第{number}部分，共{parts}部分；只就本部分作出论断。"


def _parts(places: Places, most: int) -> list[list[str]]:
    """The lines in parts of at most `most` characters that end where a document or a paragraph does."""
    if sum(len(line.text) + 1 for line in places.lines) <= most:
        return [[line.text for line in places.lines]]
    parts: list[list[str]] = []
    current: list[str] = []
    length, head = 0, ""
    for line in places.lines:
        if not line.place and line.text.startswith("### "):
            head = line.text
        size = len(line.text) + 1
        if current and length + size > most:
            parts.append(current)
            current = _repeated(places, line, head)
            length = sum(len(text) + 1 for text in current)
        current.append(line.text)
        length += size
    return [*parts, current] if current else parts


def _repeated(places: Places, line: Line, head: str) -> list[str]:
    """What stands above the first line of a part: its document's head, its headings, its table's first row."""
    if not line.place:
        return [] if line.text.startswith("### ") else [head]
    place = places.by_id[line.place]
    above = [head, *(f"[{one}] # {places.by_id[one].shown}" for one in place.headings)]
    if place.table:
        first = places.by_id[places.by_id[place.table].rows[0]]
        above += [f"[{place.table}] 表（续）", f"[{first.id}] {first.shown}"]
    return above


def _unit(policy: Policy, key: str) -> str:
    spec = policy.facts.facts[key]
    return spec.unit_zh or UNITS[spec.kind]


def _filled(prompt: str, **values: str) -> str:
    text = (Path(prompts.__file__).parent / f"{prompt}.md").read_text(encoding="utf-8")
    return Template(text).substitute(values).rstrip("\n")
