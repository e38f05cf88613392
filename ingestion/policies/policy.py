"""A policy folder, loaded and held against its own text.

Loading refuses a folder whose text is not the one that was described (sha256), whose quotations do not stand exactly
once in the clause they cite, or whose bars are not what the quoted words say. `check` lists every mistake instead.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

import policy_corpus
from ingestion import typed_yaml
from ingestion.domain import Article, Chapter, Criterion, Span
from ingestion.errors import PathError, PolicyError, UsageError
from ingestion.facts import fact_files
from ingestion.numbers import windows
from ingestion.policies import articles
from ingestion.policies import criteria as policy_criteria
from ingestion.policies.criteria import Wording
from ingestion.policies.files import CRITERIA, HEAD, TEXT, Form, Head, Problem, Problems

if TYPE_CHECKING:
    from ingestion.facts.schema import FactBook

__all__ = ["BaseType", "Policy", "Problem", "Wording", "check", "load"]


class BaseType(Struct, frozen=True):
    """What can be applied for. `articles` are the references whose criteria apply, the common ones first."""

    id: str
    label: str
    label_en: str
    articles: tuple[str, ...]


class Policy(Struct, frozen=True):
    """`root` is the folder it came from; `wordings` holds one entry for every criterion, by its id."""

    id: str
    title: str
    title_en: str
    issuer: str
    issuer_en: str
    version: str
    status: str
    status_en: str
    language: str
    sha256: str
    text: str
    chapters: tuple[Chapter, ...]
    articles: tuple[Article, ...]
    base_types: tuple[BaseType, ...]
    window: windows.WindowSetting
    criteria: tuple[Criterion, ...]
    wordings: Mapping[str, Wording]
    facts: FactBook
    root: Path
    form: Form = Form()
    number: str = ""                  # of the document, and its days, where it has them
    issued: date | None = None
    effective: date | None = None

    def base_type(self, base_type_id: str) -> BaseType:
        """The base type of that id; an unknown one is a UsageError that names the choices."""
        for one in self.base_types:
            if one.id == base_type_id:
                return one
        english, chinese = self.choices
        raise UsageError(f"unknown base type {base_type_id!r}; choose one of: {english}",
                         f"未知的基地类型 {base_type_id!r}，可选：{chinese}")

    @property
    def choices(self) -> tuple[str, str]:
        """The base types with their names, in one line, in English and in Chinese."""
        return (", ".join(f"{one.id} ({one.label_en})" for one in self.base_types),
                "、".join(f"{one.id}（{one.label}）" for one in self.base_types))

    def criteria_for(self, base_type_id: str) -> tuple[Criterion, ...]:
        """The criteria of the common articles and of the base type's, in the order of criteria.yaml."""
        applies = self.base_type(base_type_id).articles
        return tuple(one for one in self.criteria if one.citation.split("（")[0] in applies)

    def window_on(self, application_date: date) -> tuple[date, date]:
        """The window by the reading that is set, both days inclusive."""
        return windows.window(self.window.current, application_date)

    def quote(self, span: Span) -> str:
        return self.text[span.start:span.end]


def load(folder: Path = policy_corpus.DEFAULT) -> Policy:
    """The policy in `folder`; its first mistake, if it has one, is raised as a PolicyError."""
    problems = Problems(folder)
    policy = _read(problems)
    if policy is None or problems:
        raise problems[0].error(len(problems) - 1)
    return policy


def check(folder: Path) -> list[Problem]:
    """Every mistake in a policy folder, by file and line; empty when it can be used."""
    problems = Problems(folder)
    _read(problems)
    if (facts := _facts(Problems(folder))) is not None:
        for keys, english, chinese in _unusable_words(facts):
            problems.add(*fact_files.locate(folder, keys), english, chinese)
    written = fact_files.names(folder)
    for name in (HEAD, CRITERIA, *written):
        problems.add_repeated(name)
    order = {name: place for place, name in enumerate((HEAD, TEXT, CRITERIA, *written))}
    return sorted(problems, key=lambda one: (order.get(one.file, len(order)), one.line))


def draft(folder: Path) -> Policy | None:
    """The policy as far as its mistakes leave one to be looked at further; never to be assessed with."""
    return _read(Problems(folder))


def _read(problems: Problems) -> Policy | None:
    """The policy, or None when none can be made. It goes on after a mistake as far as it can."""
    folder = problems.folder
    if not folder.is_dir():
        raise PathError(f"{str(folder)!r} is not a policy folder; name a folder that holds {HEAD}",
                        f"{folder} 不是政策文件夹，请指定含有 {HEAD} 的文件夹")
    head = _head(problems)
    text = _text(problems, head)
    chapters, parsed = articles.parse(text)
    if text and not parsed:
        problems.add(TEXT, (), "no article (第N条) was found; each must stand at the start of a line",
                     "未找到“第N条”，条文须从行首开始")
    base_types = _base_types(problems, head, parsed) if head else ()
    window = _window(problems, head, text, parsed) if head else None
    facts = _facts(problems)
    criteria, wordings = policy_criteria.read(problems, policy_criteria.Against(
        text, parsed, frozenset(ref for one in base_types for ref in one.articles), head.window.term if head else "",
        {key: spec.kind for key, spec in facts.facts.items()} if facts else None,
        frozenset(key for key, spec in facts.facts.items() if spec.time == "window") if facts else frozenset()))
    if head is None or window is None or facts is None:
        return None
    return Policy(
        head.id, head.title, head.title_en, head.issuer, head.issuer_en, head.version, head.status, head.status_en,
        head.language, head.sha256, text, chapters, parsed, base_types, window, criteria, wordings, facts, folder,
        head.form, head.number, head.issued, head.effective)


def _head(problems: Problems) -> Head | None:
    path = problems.folder / HEAD
    try:
        return typed_yaml.decode(typed_yaml.read(path), Head, path)
    except PolicyError as error:
        problems.add_error(error)
        return None


def _facts(problems: Problems) -> FactBook | None:
    from ingestion.facts import schema
    try:
        return schema.load(problems.folder)
    except PolicyError as error:
        problems.add_error(error)
        return None


def _unusable_words(facts: FactBook) -> Iterator[tuple[list[str | int], str, str]]:
    from ingestion.facts import schema
    return schema.mistakes(facts)


def _text(problems: Problems, head: Head | None) -> str:
    """The policy's text as it was described; mistakes go to `problems`."""
    try:
        content = (problems.folder / TEXT).read_bytes()
        text = content.decode("utf-8").removeprefix("\ufeff")
    except FileNotFoundError:
        problems.add(TEXT, (), "the policy's text is missing; put it here as it was published",
                     "缺少政策原文，请放入发布时的全文")
        return ""
    except UnicodeDecodeError:
        problems.add(TEXT, (), "the text is not UTF-8; save it as UTF-8", "政策原文不是 UTF-8 编码，请另存为 UTF-8")
        return ""
    found = hashlib.sha256(content).hexdigest()
    if head is not None and head.sha256 != found:
        problems.add(HEAD, ["sha256"], f"{TEXT} is not the text that was described: its sha256 is {found}. Restore it; "
                     "if it was meant to change, write this sha256 and a new version, and go through the criteria",
                     f"{TEXT} 与登记的不一致，其 sha256 为 {found}。请恢复原文；"
                     "确需变更的，请改写 sha256 和版本号，并逐条复核")
    return text


def _base_types(problems: Problems, head: Head, parsed: tuple[Article, ...]) -> tuple[BaseType, ...]:
    """What can be applied for, each with its articles; mistakes go to `problems`."""
    named: list[tuple[list[str | int], str]] = [(["common_articles", place], ref)
                                                for place, ref in enumerate(head.common_articles)]
    seen: set[str] = set()
    for number, entry in enumerate(head.base_types):
        if entry.id in seen:
            problems.add(HEAD, ["base_types", number, "id"], f"base type {entry.id!r} stands twice; rename one",
                         f"基地类型 {entry.id} 重复，请改名")
        seen.add(entry.id)
        named += [(["base_types", number, "articles", place], ref) for place, ref in enumerate(entry.articles)]
    if not head.base_types:
        problems.add(HEAD, ["base_types"], "no base type is named; add at least one", "未列出基地类型，请至少写一个")
    for keys, ref in named:
        if parsed and not any(one.ref == ref for one in parsed):
            near = articles.by_ref(parsed, ref)
            hint, chinese = (f"write {near.ref}", f"请写作 {near.ref}") if isinstance(near, Article) else \
                ("name one that is", "请写原文中有的条")
            problems.add(HEAD, keys, f"{ref!r} is no article of {TEXT}; {hint}",
                         f"{TEXT} 中没有 {ref} 这一条，{chinese}")
    return tuple(BaseType(one.id, one.label, one.label_en, tuple(dict.fromkeys((*head.common_articles, *one.articles))))
                 for one in head.base_types)


def _window(problems: Problems, head: Head, text: str, parsed: tuple[Article, ...]) -> windows.WindowSetting | None:
    """How the open term for a period is read, None where no reading is chosen; mistakes go to `problems`."""
    entry = head.window
    ids = [one.id for one in entry.readings]
    if entry.reading not in ids:
        problems.add(HEAD, ["window", "reading"], f"{entry.reading!r} is none of the readings; choose one of: "
                     + ", ".join(ids), f"没有名为 {entry.reading} 的口径，可选：{'、'.join(ids)}")
        return None
    for place, one in enumerate(ids):
        if one in ids[:place]:
            problems.add(HEAD, ["window", "readings", place], f"the reading {one!r} stands twice; rename one",
                         f"口径 {one} 重复，请改名")
    for place, ref in enumerate(entry.occurs):
        found = articles.by_ref(parsed, ref)
        if parsed and (found is None or entry.term not in text[found.span.start:found.span.end]):
            problems.add(HEAD, ["window", "occurs", place], f"{ref} does not say {entry.term!r}; remove it",
                         f"{ref} 中没有“{entry.term}”，请删去")
    for place, reading in enumerate(entry.readings):
        first, last = windows.window(reading, date(2024, 2, 29))
        if first > last:
            problems.add(HEAD, ["window", "readings", place], f"{reading.id!r} ends before it begins; mend its edges",
                         f"口径 {reading.id} 的终点早于起点，请改正")
    return windows.WindowSetting(entry.term, entry.term_en, entry.occurs, entry.undefined, entry.undefined_en,
                                 entry.reading, entry.readings)
