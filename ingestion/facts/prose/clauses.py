"""Clauses and whose they are: split at commas, brackets kept on what they explain, subjects carried on."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from ingestion.domain import Span
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Clause, Names
from ingestion.language import load
from ingestion.language.ngrams import may
from ingestion.names import organisations

_MARK = re.compile("[（），,。；！？]")

# a relative clause before the body that a clause speaks of, and a topic (就全校而言)
SHORT_NAME = 2  # characters of the shortest name that a body gives itself
_MODIFIER = re.compile(
    r"(?:[一二三四五六七八九十]是)?(?:(?:与|跟|和|同|离|距)[^，。；的]{1,10}的|隔壁|邻近|毗邻|周边|附近|对面|"
    r"(?:我|本)[^，。；的与和]{1,3}的?(?:合作|协作|共建|控股|参股|上级|主管|友好)(?:企业|单位|伙伴|高校|院校|机构|方))?")
# 近三年与外方…: with whom, and not who
_COMPANION = re.compile(r"(?:(?:近|过去|最近)[^，。；]{1,3}年来?)?(?:[与和同跟向]|对(?!方))")
_FRAME = re.compile(r"\s*(?:(?:就|从|以|按|对)[^，。；]{1,10}(?:而言|来说|来讲|来看|看)|放眼[^，。；]{1,8})$")
_TERRITORY = re.compile(r"(?:区|县)(?:管委会|管理委员会|人民政府)?$")
_OUR_TERRITORY = re.compile(r"我[区县旗州镇]$")
DEEPEST = 12  # brackets within brackets; further ones are taken as words


def split(text: str) -> list[Clause]:
    """The clauses in the order of their beginnings. What stands in brackets is deeper, and `outer` is what it hangs on.
    An unclosed bracket ends with the text."""
    clauses: list[Clause] = []
    starts, ignored = [0], 0  # where the open clause of each depth began; brackets that are words
    for mark in _MARK.finditer(text):
        place, char = mark.start(), mark[0]
        if char == "（" and len(starts) > DEEPEST:
            ignored += 1
        elif char == "（":
            starts.append(place + 1)
        elif char == "）" and ignored:
            ignored -= 1
        elif char == "）" and len(starts) > 1:
            clauses.append(Clause(Span(starts.pop(), place), len(starts), -1))
        elif char != "）" and not (
            char == "," and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()
        ):
            clauses.append(Clause(Span(starts[-1], place), len(starts) - 1, -1))
            starts[-1] = place + 1
    while starts:
        clauses.append(Clause(Span(starts.pop(), len(text)), len(starts), -1))
    if any(clause.depth for clause in clauses):
        clauses.sort(key=lambda c: (c.span.start, -c.span.end))
        _hang(clauses)
    return clauses


def _hang(clauses: list[Clause]) -> None:
    """Find the clause that each bracket interrupts: the last one less deep that holds it."""
    levels: dict[int, list[int]] = {}
    for index, clause in enumerate(clauses):
        levels.setdefault(clause.depth, []).append(index)
    starts = {depth: [clauses[i].span.start for i in level] for depth, level in levels.items()}
    for clause in clauses:
        level = levels.get(clause.depth - 1, [])
        for place in range(bisect_right(starts.get(clause.depth - 1, []), clause.span.start) - 1, -1, -1):
            if clause.span.end <= clauses[level[place]].span.end:
                clause.outer = level[place]
                break


def clause_of(clauses: list[Clause], place: int) -> int:
    best = 0
    for index, clause in enumerate(clauses):
        if clause.span.start > place:
            break
        if place < max(clause.span.end, clause.span.start + 1) and clause.depth >= clauses[best].depth:
            best = index
    return best


def assign_subjects(text: str, clauses: list[Clause], names: Names) -> None:
    """Whose figures a clause gives. A subject holds until another one is named; 其中本中心 brings it home."""
    current, own, larger = "", words("own"), words("larger")
    wide = False  # the larger body still speaks
    others, others_own = may(words("others"), text), may(words("others_own"), text)
    organisations_named = may(words("organisation_subject"), text) or may(words("proper_subject"), text)
    for clause in clauses:
        body = text[clause.span.start : clause.span.end]
        other = _other(body, names) if others else None
        named = _named_subject(body, names) if organisations_named else None
        other = other or named
        spoken = _spoken_of(body, names)
        if spoken:
            clause.subject = spoken
            current = spoken if clause.depth == 0 else current
        elif others_own and words("others_own").search(body):
            clause.subject = current = "own"
        elif _elsewhere(body, names) and not own.search(body):
            clause.subject = "other"
            current = "other" if clause.depth == 0 else current
        elif other and words("whole_body").match(other.group()) and (
                _FRAME.match(body) or words("subject_verbs").match(body, other.end())):
            clause.subject = current = "other"
        elif other and words("whole_body").match(other.group()):
            clause.subject = "whole"  # of a whole city or school; the next clause may be the applicant's again
        elif other:
            mine = own.match(body.lstrip())
            if mine and other.start() > mine.end() and not named:
                between = body.lstrip()[mine.end() :]
                stated = words("copula").match(between) is not None  # 我们是总公司的分公司
                near = other.start() - mine.end() <= 4 and not stated
                clause.subject = current = "other" if near or words("whole_body").match(other.group()) else "own"
            else:
                clause.subject = "other"
                if clause.depth == 0:
                    current = "other"
        elif own.match(body.lstrip()) or larger.match(body.lstrip()):
            clause.larger = _larger(text, clause, body.lstrip())
            clause.subject = "own"
            if clause.depth == 0:
                current, wide = "own", clause.larger
        else:
            clause.subject = current
            clause.larger = wide and current == "own"
        if _of_a_part(body, names) or (clause.subject in ("", "own") and _of_what_is_set_up(text, clauses, clause)):
            clause.subject = "within"
    _make_larger(text, clauses)
    _told_whose(text, clauses)


def _told_whose(text: str, clauses: list[Clause]) -> None:
    """承担5项的，是与我们合作的一所高校: what a clause says is somebody else's where the next one says who it is."""
    told = [clause for clause in clauses if not clause.depth]
    for clause, following in pairwise(told):
        if words("nominal_end").search(text, clause.span.start, clause.span.end) is None:
            continue
        said = words("says_who").match(text, following.span.start)
        who = said["who"] if said is not None else ""
        if any(words(name).match(who) for name in ("anybody", "other_subject")) or words("says_other").search(who):
            clause.subject = "apart"


def _of_a_part(body: str, names: Names) -> bool:
    """机器人学院只是内设机构, where somebody else by name applies."""
    said = words("part_is").match(body.lstrip()) if names.own else None
    return said is not None and not any(said["name"] in own or own in said["name"] for own in names.own)


def _of_what_is_set_up(text: str, clauses: list[Clause], clause: Clause) -> bool:
    """公司设国际合作处，为一级内设部门: a clause that says what something is has what was set up right before it."""
    place = clauses.index(clause)
    if not place or not words("is_said").match(text, clause.span.start):
        return False
    before = clauses[place - 1]
    said = text[before.span.start : before.span.end]
    return before.depth == clause.depth and words("set_up").search(said) is not None


def _make_larger(text: str, clauses: list[Clause]) -> None:
    """What is told by its part (高新区1,260家，其中本园区26家) is of a larger body; that body's figures are somebody
    else's where they are told as the ground that it gives (学校…近千篇，为中心建设提供了土壤)."""
    for place, clause in enumerate(clauses):
        if words("within_part").match(text, clause.span.start):
            for before in clauses[:place]:
                before.larger = before.larger or before.subject != "own"
    if any(c.larger for c in clauses) and any(words("supports_own").match(text, c.span.start) for c in clauses):
        for clause in clauses:
            clause.subject = "other" if clause.larger else clause.subject


def _larger(text: str, clause: Clause, body: str) -> bool:
    """The university, or a body against one within it that speaks behind it (学院210篇，中心27篇)."""
    if words("larger").match(body):
        return True
    return words("wider").match(body) is not None and words("within_it").search(text, clause.span.end) is not None


def _elsewhere(body: str, names: Names) -> bool:
    """A clause that begins with a mainland place outside the policy's region speaks of a body there."""
    head = body.strip()[:14]
    if not names.home or not organisations.may_begin(head) or any(name in head for name in names.home):
        return False
    first = next(iter(organisations.scan(head)), None)
    return (
        first is not None
        and first.start == 0
        and first.origin is organisations.Origin.DOMESTIC
        and first.kind is organisations.Kind.PLACE
    )


def _other(body: str, names: Names) -> re.Match[str] | None:
    """Somebody else as the one who has the figures, not as the one with whom something is done."""
    territory = any(_TERRITORY.search(name) for name in names.own)
    for match in words("others").finditer(body):
        if territory and _OUR_TERRITORY.search(match.group()):
            continue  # a development zone that applies calls itself 我区
        if words("group").search(match.group()) and any(words("group").search(name) for name in names.own):
            continue  # the applicant is a group itself
        if match.group() in load("discourse")["that_body"] and words("reported").search(body, 0, match.start()):
            continue
        before = max(0, match.start() - 6), match.start()
        if not words("with").search(body, *before) and not words("toward").search(body, *before):
            return match
    return None


def _spoken_of(body: str, names: Names) -> str:
    """Who a clause says something of, if it begins with somebody else (对方研究所近三年…) or with those whom the
    applicant houses (入驻企业…): "other", "housed" or ""."""
    if words("anybody").match(body.lstrip()) or _of_an_issuer(body.lstrip(), names):
        return "other"
    begun = words("subject").match(body.lstrip())
    if begun is None:
        return _spoken_abroad(body.lstrip(), names)
    name = begun["name"]
    if any(own in name for own in names.own) or words("own_subject").search(name) or _COMPANION.match(name):
        return ""
    if words("housed_subject").search(name):
        return "housed"
    if words("other_subject").search(name):
        return "other"
    abroad = organisations.origin(name) is organisations.Origin.FOREIGN
    return "other" if abroad and words("institution_end").search(name) else ""


def _of_an_issuer(body: str, names: Names) -> bool:
    """推广总站外事科…, in a letter that 涪陵区农机推广总站 signed: it speaks of itself by the end of its name."""
    return any(body.startswith(name[-length:]) and words("own").fullmatch(name[-length:]) is None
               for name in names.issuers for length in range(SHORT_NAME, len(name) + 1))


def _spoken_abroad(body: str, names: Names) -> str:
    """Silesian University of Technology has more than 200…: "other" where a named body abroad has the figures."""
    begun = words("named_abroad").match(body)
    if begun is None or any(own in begun["name"] for own in names.own):
        return ""
    name = re.sub(r"^the\s+", "", begun["name"], flags=re.IGNORECASE)
    proper = all(word[:1].isupper() or word in ("of", "and", "for") for word in name.split())
    abroad = " " in name and organisations.origin(name) is organisations.Origin.FOREIGN
    return "other" if proper and abroad else ""


def _properly_named(body: str, names: Names) -> re.Match[str] | None:
    """Moravia Invest集团在捷克雇员340人: a name in Latin letters, or one that begins with a place, as the subject; not
    of what it has or does in the policy's own region."""
    match = words("proper_subject").match(body)
    if match is None or any(body.startswith("在" + home, match.end()) for home in names.home):
        return None
    first = next(iter(organisations.scan(match["name"])), None)
    return match if match["name"][0].isascii() or (first is not None and first.start == 0) else None


def _named_subject(body: str, names: Names) -> re.Match[str] | None:
    """The body that begins a clause by its name, unless it is the applicant."""
    if not names.own:
        return None
    said = _MODIFIER.sub("", body.lstrip(), count=1)  # 与我们同楼的某学院…
    match = words("organisation_subject").match(said) or _properly_named(said, names)
    if match is None:
        return None
    name = match.groupdict().get("name") or match[1]
    if any(name in own or own in name for own in names.own) or words("own").fullmatch(name):
        return None
    return match
