"""Figures that a policy folder's explanations, points and examples name and that their clauses no longer have.

A clause that says 15 where it said 20 leaves them behind: every one of them is then a mistake of the folder.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from assistant.checking import citations
from assistant.learning.likeness import EXAMPLES
from assistant.learning.training import Group
from assistant.questions.question_form import kinds_of
from assistant.questions.topics import GAPS, POINTS, Topics
from assistant.questions.understanding import fold
from ingestion.domain import Article, Criterion
from ingestion.numbers import numerals
from ingestion.policies import articles
from ingestion.policies.files import CRITERIA, Problems, Words
from ingestion.policies.policy import Policy

_REFERENCES = re.compile(
    r"第[零〇一二三四五六七八九十百\d]+[条章款项页]|[（(][一二三四五六七八九十\d]+[)）]|\d+条(?:\d+[项款])?|^\d+\.\d+$|〔\d{4}〕\s*\d+\s*号"
    r"|\bart(?:icle)?s?\.?\s*\d+(?:\s*(?:to|and|-|–|,)\s*\d+)*|chapters?\s*\d+|[a-z&]+\d+|\d+(?:st|nd|rd|th)\b"
    r"|“[^”]*五[^”]*”|十四五|\b[a-z]+-year plan")
_SHARE = re.compile(r"\d+(?:\.\d+)?\s*(?:%|per ?cent)")
_ARABIC = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)?(?:\s*(?:million|thousand|万|亿))?")
_DIGITS = "零〇一二两三四五六七八九十百千"
_UNITS = "(?:个|家|户|项|人|名|篇|件|份|年|月|日|天|种|类|步|处|方面|次|元)"
_CHINESE = re.compile(rf"(?<![几数多{_DIGITS}])(?:([{_DIGITS}]+)\s*{_UNITS}|([{_DIGITS}]+[万亿]))")
_ENGLISH = re.compile(r"\b(three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
                      r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty)\b")
_AT_LEAST = "(?:至少|不少于|不低于|最少|起码|达到?|要求(?:是|为|达)?|规定(?:是|为)?|at least|minimum of|no fewer than)"
_NUMBER = rf"(\d[\d,]*(?:\.\d+)?\s*[万亿]?|[{_DIGITS}]+(?:[万亿]|(?=\s*{_UNITS}))|\b(?:one|two)\b)"
_BAR = re.compile(rf"{_AT_LEAST}\s*{_NUMBER}|{_NUMBER}\s*[^\d\s，。；]{{0,3}}(?:（含）)?(?:以上|or more)")
# What a figure counts where it says how a text is built, not what a clause asks for: 四种类型, 五种情形, five steps
_BUILT = re.compile(
    rf"([\d]+|[{_DIGITS}]+)\s*(?:条(?!件)|章|(?:项|个|种|类|步|条)?(?:基本|申报|不同)?"
    r"(?:条件|情形|情况|要求|步骤|环节|程序|类型|基地|支持|措施|方面)|[种类步])|\b(\d+|[a-z]+)\s+(?:different\s+|basic\s+)?"
    r"(?:articles?|chapters?|types?|kinds?|cases|steps|conditions|requirements|grounds|ways|items|measures)\b")
# Words beside which a figure is the asker's own, or one of several that they choose from
_BROUGHT = re.compile(r"差|缺|没到|未到|没达到|我们|咱|本单位|我单位|花了|投入|累计|合计|还是"
                      r"|\b(?:we|our|i|my|short|still need|missing|or)\b|\b(?:right|correct)？$")
_TIMES = {"万": 10_000, "亿": 100_000_000, "million": 1_000_000, "thousand": 1_000}
_fold = lru_cache(8_192)(fold)   # of the words of policy folders alone
_SMALL = 2      # one and two are said of much: 两个方向, 一项


def check(policy: Policy, topics: Topics | None, groups: Sequence[Group]) -> Problems:
    """A mistake for every figure that a clause does not have, where its explanation, a point or an example names it."""
    problems = Problems(policy.root)
    for number, (criterion, words) in enumerate(_worded(policy)):
        for name, text in words:
            _figures(problems, CRITERIA, [number, name], text, [criterion.citation], policy)
    if topics is not None:
        for ref, gloss in topics.glosses.items():
            for language, text in (("zh", gloss.zh), ("en", gloss.en)):
                _figures(problems, POINTS, ["clauses", ref, language], text, [ref], policy)
        for place, point in enumerate(topics.points):
            for language, text in (("zh", point.zh), ("en", point.en)):
                _figures(problems, POINTS, ["points", place, language], text, point.cites, policy)
        for place, gap in enumerate(topics.gaps):
            for language, text in (("zh", gap.zh), ("en", gap.en)):
                _figures(problems, GAPS, ["gaps", place, language], text, gap.near, policy)
    for place, group in enumerate(groups):
        for number, question in enumerate(group.questions if group.cites else ()):
            if kinds_of(_fold(question)) & {"yes_no", "confirm"} or _BROUGHT.search(_fold(question)):
                continue      # it may well misquote the clause (要30篇以上吗)
            _figures(problems, EXAMPLES, [place, "questions", number], question, group.cites, policy)
    return problems


def _worded(policy: Policy) -> Iterator[tuple[Criterion, Iterator[tuple[str, str]]]]:
    """The criteria with what is written about each in words of its own."""
    for one in policy.criteria:
        words = policy.wordings[one.id]
        yield one, ((name, str(getattr(words, name, "") or getattr(one, name, ""))) for name in (
            "label", "label_en", *(each for each in Words.__struct_fields__ if each != "unit")))


def _figures(problems: Problems, file: str, keys: list[str | int], text: str, refs: Sequence[str], policy: Policy
             ) -> None:
    named = tuple(dict.fromkeys([*refs, *articles.parse_refs(_fold(text).replace("（", "(").replace("）", ")"))]))
    said = _fold(text)
    if not any("%" in _fold(clause.quote) for ref in named if (clause := citations.of_clause(policy, ref, whole=True))):
        said = _SHARE.sub(" ", said)      # how a clause without a share is understood: 恰好占50%的不算
    for value in sorted(figures(said, _building(policy, named)) - _of_clauses(policy, named)):
        _add(problems, file, keys, value, refs)


def _add(problems: Problems, file: str, keys: list[str | int], value: float, refs: Iterable[str]) -> None:
    shown, where = f"{value:,.10g}" if value < _TIMES["万"] else f"{int(value):,}", "、".join(refs)
    problems.add(file, keys, f"names {shown}, which does not stand in {where}; mend it by the clause or take it out",
                 f"写有 {shown}，而{where}中没有这个数，请按条文改正或删去")


@lru_cache(16_384)   # whoever mends a folder has it checked after each change, most of it as it was
def figures(text: str, built: frozenset[float] = frozenset()) -> frozenset[float]:
    """The figures of a text that say how much or how many, one and two in words aside; and aside those of `built` that
    say how many types, articles or items there are.
    """
    plain = _BUILT.sub(lambda match: " " if _value(match[1] or match[2]) in built else match[0],
                       _REFERENCES.sub(" ", _fold(text)))
    found = {value for match in _ARABIC.finditer(plain) if (value := _value(match[0])) > _SMALL}
    found |= {value for match in _CHINESE.finditer(plain) if (value := _value(match[1] or match[2])) > _SMALL}
    return frozenset(found | {_value(match[0]) for match in _ENGLISH.finditer(plain)} | set(_bars(plain)))


def _value(text: str) -> float:
    match = re.match(r"\d[\d,]*(?:\.\d+)?", text)
    if match is None:
        number = numerals.parse_number(text)
        return float(number) if number is not None else 0.0
    times = next((factor for word, factor in _TIMES.items() if text.endswith(word)), 1)
    return float(match[0].replace(",", "")) * times


def _bars(folded: str) -> list[float]:
    """What is asked for at least, however small."""
    return [_value((match[1] or match[2]).strip()) for match in _BAR.finditer(folded)]


def _of_clauses(policy: Policy, refs: tuple[str, ...]) -> frozenset[float]:
    """The figures of clauses, and of what their articles say before the items."""
    found: set[float] = set()
    for ref in refs:
        clause = citations.of_clause(policy, ref, whole=True)
        article = articles.by_ref(policy.articles, ref.split("（")[0])
        if clause is not None:
            found |= figures(clause.quote) | {_value(each) for each in _ARABIC.findall(_fold(clause.quote))}
        if isinstance(article, Article):
            found |= figures(policy.quote(article.opening))
    return frozenset(found)


def _building(policy: Policy, refs: tuple[str, ...]) -> frozenset[float]:
    """How many types, articles or items clauses say that there are; where they do not say, how many the policy has."""
    quotes = [_fold(clause.quote) for ref in refs if (clause := citations.of_clause(policy, ref, whole=True))]
    if stated := {_value(match[1] or match[2]) for quote in quotes for match in _BUILT.finditer(quote)}:
        return frozenset(stated)
    named = (articles.by_ref(policy.articles, ref.split("（")[0]) for ref in refs)
    return frozenset(map(float, (len(policy.articles), len(policy.chapters), len(policy.base_types), *(
        len(one.items) for one in named if isinstance(one, Article)))))
