"""A policy folder to start from, out of a policy's text: articles, bars, points and units found, gaps marked with TODO.

Nothing is guessed that the text does not say: what a fact is called in documents, whose region counts and which types
there are is left to who writes the folder, and `guohe policy check` names every place that is still to be written.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import policy_corpus
from ingestion import typed_yaml
from ingestion.domain import Article, Comparator, CriterionKind, Scale
from ingestion.errors import PolicyError
from ingestion.facts import fact_files
from ingestion.language import load
from ingestion.numbers import numerals
from ingestion.policies import articles, measures, scales
from ingestion.policies.files import CRITERIA, HEAD, TEXT, Problem

TODO = "TODO"
LONGEST_LABEL = 24
_PIECE = re.compile(r"[^；;。\n]+")
_TERM = re.compile(r"近[一二两三四五六七八九十0-9]+个?(?:会计年度|自然年度|年度|年)")
_YEARS = re.compile(r"[一二两三四五六七八九十]|[0-9]+")
_NUMBER = re.compile(r"^[（(]?[一二三四五六七八九十0-9]+[)）、.．]\s*|^第.{1,6}条\s*")


@dataclass(frozen=True)
class Found:
    """A requirement as the text words it. `unit` is that of its figure, "" without one."""

    cites: str
    quote: str
    kind: CriterionKind
    unit: str = ""
    bar: int | None = None
    at_most: bool = False
    scale: Scale | None = None


@dataclass(frozen=True)
class Started:
    """What stands in the folder."""

    articles: int
    measured: int
    judged: int
    gaps: int


def start(text: bytes, folder: Path) -> Started:
    """Write a folder for `text` (UTF-8). A PolicyError where it has no articles."""
    try:
        read = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError("the text is not UTF-8; save it as UTF-8",
                          "政策原文不是 UTF-8 编码，请另存为 UTF-8") from None
    _, parsed = articles.parse(read)
    if not parsed:
        raise PolicyError("no article (第N条) was found; each must stand at the start of a line",
                          "未找到“第N条”，条文须从行首开始")
    found = list(requirements(read, parsed))
    files = {HEAD: _head(read, text, parsed, found), CRITERIA: _criteria(found), fact_files.SHARED: _shared(found)}
    files |= {fact_files.file_of(key): _fact(one) for key, one in _facts(found)}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / TEXT).write_bytes(text)
    measured = sum(one.kind is not CriterionKind.JUDGEMENT for one in found)
    return Started(len(parsed), measured, len(found) - measured, len(unwritten(folder)))


def unwritten(folder: Path) -> list[Problem]:
    """Every place of a folder that is still to be written, by file and line."""
    return [Problem(path.relative_to(folder).as_posix(), number, "still to be written: put something in place of TODO",
                    "尚未填写：请改写此处的 TODO")
            for path in sorted(folder.rglob("*.yaml"))
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
            if TODO in line]


def requirements(text: str, parsed: Sequence[Article]) -> Iterator[Found]:
    """What the articles ask for: each bar and each scale, and items without one in articles that have some."""
    for article in parsed:
        places = [(one.ref, text[one.span.start:one.span.end]) for one in article.items] or \
            [(article.ref, text[article.span.start:article.span.end])]
        asked = [(ref, piece) for ref, whole in places for piece in _pieces(whole)]
        read = [one for ref, piece in asked if (one := _measured(ref, piece, text)) is not None]
        if not read:
            continue
        known = {one.quote: one for one in read}
        for ref, piece in asked:
            if piece in known:
                yield known[piece]
            elif article.items and text.count(piece) == 1 and len(piece) > 1:
                yield Found(ref, piece, CriterionKind.JUDGEMENT)


def _pieces(clause: str) -> Iterator[str]:
    """The sentences of a clause, and the parts of one that names several bars (…达10户以上，…达3个以上)."""
    for match in _PIECE.finditer(clause):
        sentence = _NUMBER.sub("", match.group().strip())
        parts = [sentence]
        if len(measures.measures(sentence)) > 1 and scales.read(sentence) is None:
            parts = [one.strip() for one in re.split("[，,]", sentence) if measures.measures(one)]
        yield from (one for one in parts if one)


def _measured(ref: str, piece: str, text: str) -> Found | None:
    """A piece of a clause that names one bar, a scale, or several of something."""
    if text.count(piece) != 1:
        return None
    bars, worded = measures.measures(piece), scales.read(piece)
    if len(bars) == 1 and bars[0].unit in load("measure")["points"]["unit"]:
        return Found(ref, piece, CriterionKind.TOTAL, bars[0].unit, bars[0].bar)
    if worded is not None:
        by_person = not worded.unit
        return Found(ref, piece, CriterionKind.JUDGEMENT if by_person else CriterionKind.COUNT, worded.unit,
                     scale=worded.scale)
    if len(bars) == 1:
        one = bars[0]
        return Found(ref, piece, CriterionKind.COUNT, one.unit, one.bar, one.comparator is Comparator.AT_MOST)
    unit = measures.plural_unit(piece)
    return Found(ref, piece, CriterionKind.PLURAL, unit) if unit and not bars else None


def _facts(found: Sequence[Found]) -> Iterator[tuple[str, Found]]:
    """A fact for each requirement that counts something."""
    for number, one in enumerate(found, 1):
        if one.kind in (CriterionKind.COUNT, CriterionKind.PLURAL):
            yield f"fact_{number}", one


def _head(text: str, content: bytes, parsed: Sequence[Article], found: Sequence[Found]) -> str:
    """`policy.yaml`: the title, the first term for a period with where it stands, and gaps for the rest."""
    title = next(line.strip() for line in text.splitlines() if line.strip())
    applied = list(dict.fromkeys(one.cites.split("（")[0] for one in found)) or [parsed[0].ref]
    terms = list(dict.fromkeys(_TERM.findall(text)))
    term = terms[0] if terms else TODO
    number = _YEARS.search(term)
    years = int(numerals.parse_number(number[0]) or 1) if number else 1
    occurs = [ref for article in parsed for ref, span in (
        [(one.ref, one.span) for one in article.items] or [(article.ref, article.span)])
        if term in text[span.start:span.end]]
    more = f"   # also in the text: {'、'.join(terms[1:])}; a folder has one window" if terms[1:] else ""
    return f"""# {TODO}: names in English, who issued it, the types that can be applied for, how the window is read.
id: {TODO.lower()}-policy
title: {_quoted(title)}
title_en: {TODO}
issuer: {TODO}
issuer_en: {TODO}
version: "1"
status: {TODO}
status_en: {TODO}
sha256: {hashlib.sha256(content).hexdigest()}

common_articles: []   # articles that hold for every type
base_types:           # {TODO}: one entry for each type, with its own articles
  - {{id: applicant, label: {TODO}, label_en: {TODO}, articles: [{', '.join(applied)}]}}

window:
  term: {term}{more}
  term_en: {TODO}
  occurs: [{', '.join(occurs)}]
  undefined: {TODO}
  undefined_en: {TODO}
  reading: calendar_years   # {TODO}: which of the readings is used
  readings:
    - id: calendar_years
      label: 申报年之前第{years}年的1月1日至申报日
      label_en: from 1 January {years} years before the application year to the application date
      start: {{years: -{years}, month: 1, day: 1}}
    - id: rolling
      label: 申报日之前的{years * 12}个月
      label_en: the {years * 12} months up to the application date
      start: {{months: -{years * 12}, days: 1}}
"""


def _criteria(found: Sequence[Found]) -> str:
    """One entry for each requirement, in the text's order."""
    keys = {one: key for key, one in _facts(found)}
    entries = ["# The requirements as the text words them. Bars, units and points were read from the quotations."]
    for number, one in enumerate(found, 1):
        lines = [f"- id: item_{number}", f"cites: {one.cites}", f"quote: {_quoted(one.quote)}",
                 f"kind: {one.kind.value}"]
        if one in keys:
            lines.append(f"facts: [{keys[one]}]")
        if one.bar is not None:
            lines += [f"bar: {one.bar}"]
        if one.unit:
            lines += [f"unit: {_quoted(one.unit)}"]
        if one.at_most:
            lines.append("comparator: at_most")
        if one.scale is not None:
            lines.append(f"points: {scales.written(one.scale)}")
        lines += [f"label: {_quoted(one.quote[:LONGEST_LABEL])}   # {TODO}: a short name", f"label_en: {TODO}"]
        if one in keys:
            lines += [f"noun: {TODO}   # what is counted", f"settled_by: {TODO}   # the documents that show it"]
        entries.append("\n  ".join(lines))
    return "\n".join(entries) + "\n"


def _fact(one: Found) -> str:
    """A fact that is called as its clause calls it, until somebody writes how documents do."""
    money: dict[str, list[str]] = load("numbers")["money"]
    measure = next((name for name, words in load("numbers")["measures"].items() if one.unit in words), "")
    windowed = _TERM.search(one.quote) is not None
    lines = [f"# {TODO}: how documents word it; see the facts of other policies.",
             f"label: {_quoted(one.quote[:LONGEST_LABEL])}", f"label_en: {TODO}"]
    if one.unit in money["foreign"]:
        lines += [f"unit: {TODO}", f"unit_zh: {one.unit}", "kind: money", f"currency: [{one.unit}]"]
    elif one.unit in money["yuan"]:
        lines += ["unit: CNY", "unit_zh: 元", "kind: money"]
    else:
        lines += [f"unit: {TODO}", f"unit_zh: {_quoted(one.unit)}"]
    is_money = one.unit in money["foreign"] or one.unit in money["yuan"]
    lines += [f"time: {'window' if windowed else 'open'}",
              f"measures: [{'money' if is_money else measure or TODO}]",
              f"heads: [{TODO}]   # the words that name it, such as those of: {one.quote}"]
    return "\n".join(lines) + "\n"


def _shared(found: Sequence[Found]) -> str:
    """What every folder has: the reasons why something does not count, in words."""
    shared = typed_yaml.read(policy_corpus.DEFAULT / fact_files.SHARED, fact_files.SHARED)
    reasons = "\n".join(f"  {code}: [{', '.join(_quoted(text) for text in texts)}]"
                        for code, texts in shared["reasons"].items())
    order = "\n".join(f"  - {key}" for key, _ in _facts(found))
    return f"""home:   # the region of the policy: its names, and the first digits of its division codes (GB/T 2260)
  names: [{TODO}]
  divisions: ["{TODO}"]

reasons:   # code: [Chinese, English]
{reasons}

order:   # in which facts are shown
{order}
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
