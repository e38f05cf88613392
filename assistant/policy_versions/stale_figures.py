"""Figures that a policy folder's explanations, points and examples name and that their clauses no longer have.

A clause that says 15 where it said 20 leaves them behind: every one of them is then a mistake of the folder.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.checking import citations
from assistant.learning.likeness import EXAMPLES
from assistant.learning.training import Group
from assistant.questions.question_form import kinds_of
from assistant.questions.topics import POINTS, Topics
from assistant.questions.understanding import fold
from ingestion import articles, numerals
from ingestion.domain import Article
from ingestion.policy import Policy
from ingestion.policy_files import Problems

_REFERENCES = re.compile(
    r"第[零〇一二三四五六七八九十百\d]+[条章款项页]|[（(][一二三四五六七八九十\d]+[)）]|\barticles?\s*\d+(?:\s*(?:to|and|-|–|,)\s*\d+)*|〔\d{4}〕\s*\d+\s*号"
    r"|chapters?\s*\d+|[a-z&]+\d+|\d+(?:st|nd|rd|th)\b|“[^”]*五[^”]*”|十四五")
_ARABIC = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)?(?:\s*(?:million|thousand|万|亿))?")
_CHINESE = re.compile(
    r"([零〇一二两三四五六七八九十百千]+)\s*(?:个|家|户|项|人|名|篇|件|份|万|年|月|日|天|种|类|步|处|方面|次)")
_ENGLISH = re.compile(r"\b(three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
                      r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty)\b")
_BAR = re.compile(
    r"(?:至少|不少于|不低于|最少|起码|达到?|要求(?:是|为|达)?|规定(?:是|为)?|at least|minimum of|no fewer than)\s*"
    r"(\d[\d,]*(?:\.\d+)?\s*[万亿]?)"
    r"|(\d[\d,]*(?:\.\d+)?\s*[万亿]?)\s*[^\d\s，。；]{0,3}(?:（含）)?(?:以上|or more)")
_TIMES = {"万": 10_000, "亿": 100_000_000, "million": 1_000_000, "thousand": 1_000}
_SMALL = 2      # one and two are said of much: 两个方向, 一项


def check(policy: Policy, topics: Topics | None, groups: Sequence[Group]) -> Problems:
    """A mistake for every figure that a clause does not have, where its explanation, a point or an example names it."""
    problems = Problems(policy.root)
    if topics is not None:
        for ref, gloss in topics.glosses.items():
            for language, text in (("zh", gloss.zh), ("en", gloss.en)):
                _figures(problems, ["clauses", ref, language], text, [ref], policy)
        for place, point in enumerate(topics.points):
            for language, text in (("zh", point.zh), ("en", point.en)):
                _figures(problems, ["points", place, language], text, point.cites, policy)
    for place, group in enumerate(groups):
        for number, question in enumerate(group.questions if group.cites else ()):
            asks = kinds_of(fold(question))
            if asks & {"yes_no", "confirm"} or not _BAR.search(fold(question)):
                continue      # it may well misquote the clause: 要30篇以上吗
            known = _of_clauses(policy, group.cites)
            for value in _bars(fold(question)):
                if value not in known:
                    _add(problems, EXAMPLES, [place, "questions", number], value, group.cites)
    return problems


def _figures(problems: Problems, keys: list[str | int], text: str, refs: Sequence[str], policy: Policy) -> None:
    named = [*refs, *articles.parse_refs(fold(text).replace("（", "(").replace("）", ")"))]
    known = _of_clauses(policy, tuple(dict.fromkeys(named)))
    for value in sorted(figures(text) - known):
        _add(problems, POINTS, keys, value, refs)


def _add(problems: Problems, file: str, keys: list[str | int], value: float, refs: Iterable[str]) -> None:
    shown, where = f"{value:,.10g}" if value < _TIMES["万"] else f"{int(value):,}", "、".join(refs)
    problems.add(file, keys, f"names {shown}, which does not stand in {where}; mend it by the clause or take it out",
                 f"写有 {shown}，而{where}中没有这个数，请按条文改正或删去")


def figures(text: str) -> frozenset[float]:
    """The figures of a text that say how much or how many, one and two in words aside."""
    plain = _REFERENCES.sub(" ", fold(text))
    found = {value for match in _ARABIC.finditer(plain) if (value := _value(match[0])) > _SMALL} | set(_bars(plain))
    for match in _CHINESE.finditer(plain):
        number = numerals.parse_number(match[1])
        found |= {float(number)} if number is not None and number > _SMALL else set()
    for match in _ENGLISH.finditer(plain):
        number = numerals.parse_number(match[0])
        found |= {float(number)} if number is not None else set()
    return frozenset(found)


def _value(text: str) -> float:
    match = re.match(r"\d[\d,]*(?:\.\d+)?", text)
    times = next((factor for word, factor in _TIMES.items() if text.endswith(word)), 1)
    return float(match[0].replace(",", "")) * times if match else 0.0


def _bars(folded: str) -> list[float]:
    return [_value(match[1] or match[2]) for match in _BAR.finditer(folded)]


def _of_clauses(policy: Policy, refs: tuple[str, ...]) -> frozenset[float]:
    """The figures of clauses, the numbers of their items, and of the policy's articles, chapters and base types."""
    found = {float(len(policy.articles)), float(len(policy.chapters)), float(len(policy.base_types))}
    for ref in refs:
        clause = citations.of_clause(policy, ref, whole=True)
        article = articles.by_ref(policy.articles, ref.split("（")[0])
        if clause is not None:
            found |= figures(clause.quote) | {_value(each) for each in _ARABIC.findall(fold(clause.quote))}
        if isinstance(article, Article):
            found.add(float(len(article.items)))
            found |= figures(policy.quote(article.opening))
    return frozenset(found)
