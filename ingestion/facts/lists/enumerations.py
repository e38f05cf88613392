"""Names enumerated in running text: 如下：A；B；C, 有A、B、C两支, 与A、B建立长期合作, and things with proper names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingestion.domain import Span
from ingestion.facts.claims.assertions import Claims
from ingestion.facts.lexicon import is_partial, words
from ingestion.facts.lists.pools import Item, Pool
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.prose.modality import section_block
from ingestion.facts.prose.phrases import run_from_abroad, says_any
from ingestion.facts.schema import FactBook, FactSpec, Listing
from ingestion.language import fold, load
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.numerals import quantities


def may_be_named(spec: FactSpec) -> bool:
    """Whether the fact's things may be named in running text."""
    listing = spec.listing
    return listing is not None and listing.prose and bool(listing.enumerated or listing.names or listing.events)


def may_name(book: FactBook, spec: FactSpec, text: str) -> bool:
    """Whether a statement can hold names of the fact's things at all."""
    return spec.listing is not None and may_be_named(spec) and says_any(book, spec.listing.named_in, text)


def enumerations(
    book: FactBook, spec: FactSpec, analyses: list[Analysis], chain: str, claims: Claims, pools: dict[str, Pool]
) -> None:
    """Names enumerated in one statement, `chain`: 如下：A；B；C, 有A、B、C两支, 与A、B建立长期合作."""
    listing = spec.listing
    if (
        listing is None
        or not listing.enumerated
        or analyses[0].sentence.pair
        or not says_any(book, listing.named_in, chain)
    ):
        return
    first, last = analyses[0].sentence, analyses[-1].sentence
    document, base = first.document, first.span.start
    text = first.folded if len(analyses) == 1 else fold(document.text[base : last.span.end])
    if any(section_block(a.sentence.section) for a in analyses[:1]) or any(
        r in ("quotation", "template") for a in analyses for r in a.clause_blocks.values()
    ):
        return
    listed = False
    for region in _regions(book, listing, text):
        if listed and not region[2]:
            return
        listed |= _enumerate(book, spec, listing, analyses, text, base, region, claims, pools) and region[2]


def sentence_items(book: FactBook, spec: FactSpec, analysis: Analysis, chain: str, pools: dict[str, Pool]) -> None:
    """Things with proper names in running text (重庆市轻合金材料重点实验室); `chain`: the statement it stands in."""
    listing = spec.listing
    if listing is None or not listing.names or analysis.sentence.pair:
        return
    recital = any(reason in ("quotation", "template") for reason in analysis.clause_blocks.values())
    if section_block(analysis.sentence.section) or recital:
        return
    if says_any(book, listing.named_in, chain):
        _named(book, spec, listing, analysis, pools)


def _regions(book: FactBook, listing: Listing, text: str) -> list[tuple[int, int, bool]]:
    """Where names are enumerated: (start, end, whether they follow a lead-in and so are a list of their own)."""
    regions: list[tuple[int, int, bool]] = []
    if not (listing.avoid and book.pattern(listing.avoid).search(text)):
        regions += _led_in(book.pattern(listing.about), text)
    regions += [] if regions else _said_of_names(book, listing, text)
    regions += [*_subjects(book, listing, text), *_objects(book, listing, text)]
    if not listing.split or not says_any(book, listing.named_in, text):
        return regions
    stop = -1
    for match in words("companions").finditer(text):
        if match.start() >= stop:
            stop = _region_end(text, match.end())
            regions.append((match.end(), stop, False))
    return regions


def _led_in(about: re.Pattern[str], text: str) -> list[tuple[int, int, bool]]:
    """Lists behind a lead-in (海外团队如下：…), with those whose own labels follow (高企：A、B；创新型企业：B、D)."""
    first = about.search(text)
    if first is None:
        return []
    regions: list[tuple[int, int, bool]] = []
    lead = words("enumerates").search(text, first.end())
    if lead and not re.search(r"[。；]", text[first.end() : lead.start()]) and lead.start() - first.end() < 30:
        regions.append((lead.end(), _list_end(text, lead.end()), True))
        while (label := words("next_list").match(text, regions[-1][1])) and about.search(label[0]):
            regions.append((label.end(), _list_end(text, label.end()), True))
        return regions
    for match in about.finditer(text):
        named = words("about_tail").match(text, match.end())
        begun = words("enumerates_next").match(text, named.end() if named else match.end())
        if begun is not None:
            return [(begun.end(), _list_end(text, begun.end()), True)]
    return []


def _said_of_names(book: FactBook, listing: Listing, text: str) -> list[tuple[int, int, bool]]:
    """下面这些单位跟我们签了协议：A、B; 与我们签了协议的有A、B: names abroad behind what the listing asks of them."""
    for lead in words("says_of_names").finditer(text) if listing.said else ():
        begun = max(text.rfind(mark, 0, lead.start()) for mark in "。；") + 1
        said = text[begun : lead.start()]
        if not says_any(book, listing.said, said) or (listing.avoid and says_any(book, listing.avoid, said)):
            continue
        end = _list_end(text, lead.end())
        names = [text[a:b] for a, b in _names(text, lead.end(), end)]
        abroad = [name for name in names if organisations.origin(name) in (Origin.FOREIGN, Origin.GREATER_CHINA)]
        bodies = [name for name in abroad if re.search(load("discourse")["body_words"], name, re.IGNORECASE)]
        if names and len(bodies) * 3 >= len(names) * 2:
            return [(lead.end(), end, True)]
    return []


def _subjects(book: FactBook, listing: Listing, text: str) -> list[tuple[int, int, bool]]:
    """Names abroad at the beginning of a clause, as the subject of what the listing asks."""
    regions: list[tuple[int, int, bool]] = []
    for match in book.pattern(listing.subjects).finditer(text) if listing.subjects else ():
        stop = match.start() - (text[match.start() - 1 : match.start()] == "，")  # A、B，都是我们的老伙伴
        start = max(text.rfind(mark, 0, stop) for mark in "。，；：\n") + 1
        origins = [organisations.origin(text[a:b]) for a, b in _names(text, start, stop)]
        if origins and all(origin in (Origin.FOREIGN, Origin.GREATER_CHINA) for origin in origins):
            regions.append((start, stop, False))
    return regions


def _objects(book: FactBook, listing: Listing, text: str) -> list[tuple[int, int, bool]]:
    """Names abroad behind a verb of what the listing asks: 已入驻A研究中心、B团队等海外机构; not 引进A大学的技术."""
    regions: list[tuple[int, int, bool]] = []
    for match in book.pattern(listing.objects).finditer(text) if listing.objects else ():
        end = words("objects_end").search(text, match.end())
        stop = end.start() if end else len(text)
        if words("attributive").match(text, stop):
            continue
        names = [text[a:b] for a, b in _names(text, match.end(), stop)]
        bodies = bool(names) and all(words("resident_end").search(name) for name in names)
        if bodies and all(organisations.origin(name) is Origin.FOREIGN or run_from_abroad(name) for name in names):
            regions.append((match.end(), stop, False))
    return regions


def _list_end(text: str, start: int) -> int:
    """The end of the sentence; without semicolons, a comma outside brackets ends the enumeration."""
    end = text.find("。", start)
    end = len(text) if end < 0 else end
    if "；" in text[start:end]:
        labelled = words("next_list").search(text, start, end)
        return labelled.start() if labelled else end
    depth = 0
    for place in range(start, end):
        depth += {"（": 1, "）": -1}.get(text[place], 0)
        if depth <= 0 and text[place] == "，":
            return place
    return end


def _enumerate(
    book: FactBook,
    spec: FactSpec,
    listing: Listing,
    analyses: list[Analysis],
    text: str,
    base: int,
    region: tuple[int, int, bool],
    claims: Claims,
    pools: dict[str, Pool],
) -> bool:
    """Names in one stretch of text as things of a fact; whether there were any."""
    start, end, closed = region
    document = analyses[0].sentence.document
    names = list(_members(text, start, end)) if closed and "；" in text[start:end] else list(_names(text, start, end))
    bodies = [(a, b) for a, b in names if _is_name(book, listing, text[a:b])]
    if not bodies or (len(bodies) < len(names) and not closed):
        return False
    clause, analysis = _clause_at(analyses, base + bodies[0][0])
    reason = analysis.clause_blocks.get(clause, "")
    around = analysis.clause_text(clause)
    tail = text[bodies[-1][1] :]
    tail = tail[len(_note(tail, 0, len(tail))) :][:30]
    numbered = words("numbered_list").match(tail) is not None
    open_list = words("open_list").match(tail) is not None and not numbered
    if not closed and spec.exclude_clause and book.pattern(spec.exclude_clause).search(around):
        return False
    items = []
    for a, b in bodies:
        note = _note(text, b, len(text))
        item = Item(document, Span(base + a, base + b + len(note)), text[a:b] + note, text[a:b])
        if closed:  # what follows a member until the next separator speaks of it
            stop = next((x for x in (text.find(c, b + len(note)) for c in "；、。") if x >= 0), len(text))
            item.text = text[a : min(stop, end)]
        elif len(bodies) == 1:
            stop = next((x for x in (text.find(c, b + len(note)) for c in "；。") if x >= 0), len(text))
            item.text = text[a:stop]
        items.append(item)
    if reason or (not closed and words("plan").search(_exempt(around))):
        for item in items:
            claims.exclude(item.document, item.span, reason or "planned")
        return True
    title = text[:start] + text[max(bodies[-1][1], start) :] if not closed else text[:start]
    abroad = any(r.origin == "foreign" for r in listing.require)
    if abroad and not closed and all(organisations.origin(text[a:b]) is Origin.DOMESTIC for a, b in bodies):
        open_list = numbered = False  # 与清华大学等4所国内高校: none of them could count
    pool = Pool(
        document, title, None, items, open_list or (numbered and not closed) or is_partial(text[:start]), loose=True
    )
    _pool(pools, pool, merge=not closed)
    return True


def _members(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The members of a list that semicolons divide: the name of each ends at its first comma, bracket or date."""
    for match in re.finditer(r"[^；]+", text[start:end]):
        body = match.group()
        lead = words("member_lead").match(body)
        first = lead.end() if lead else 0
        stop = words("member_stop").search(body[first:])
        last = first + (stop.start() if stop else len(body.rstrip(" 。")) - first)
        if last - first >= 2:
            yield start + match.start() + first, start + match.start() + last


def _clause_at(analyses: list[Analysis], offset: int) -> tuple[int, Analysis]:
    """The clause at an offset, and the sentence that it is of."""
    for analysis in analyses:
        span = analysis.sentence.span
        if span.start <= offset < span.end:
            place = offset - span.start
            return next(
                (
                    i
                    for i, c in enumerate(analysis.clauses)
                    if not c.depth and c.span.start <= place < max(c.span.end, c.span.start + 1)
                ),
                0,
            ), analysis
    return 0, analyses[0]


_MEMBER_END = " 。等"  # behind the last of several names
_PLACES = (organisations.Kind.COUNTRY, organisations.Kind.PLACE)


def _is_name(book: FactBook, listing: Listing, name: str) -> bool:
    """A proper name: not a country, not a generic body (境外机构, 国内兄弟院校), not a figure."""
    mentions = organisations.scan(name)
    no_name = words("no_name").search(name)
    if len(name) > 40 or (no_name and not (no_name.start() == 0 and any(m.start == 0 for m in mentions))):
        return False  # 多家机构, but 多伦多大学
    covered = [m for m in mentions if m.kind is organisations.Kind.COUNTRY]
    rest = name
    for mention in reversed(covered):
        rest = rest[: mention.start] + rest[mention.end :]
    if covered and words("national_body").search(rest):
        return True  # 越南科学院
    rest = book.pattern(["$foreign", "$domestic", "$organisations", "$countries"]).sub("", rest)
    rest = words("generic").sub("", rest)
    if mentions and all(one.kind is organisations.Kind.GENERIC for one in mentions) and not re.search(
            load("discourse")["body_words"], name, re.IGNORECASE):
        return False  # 跟外方扯皮
    if len(rest) < 2 and not rest.isupper():
        return False  # 外国大学; A大学 is one whose name is left out
    if listing.names and book.pattern(listing.names).search(name):
        return True
    return (
        any(one.kind is not organisations.Kind.GENERIC for one in mentions)
        or re.search(load("discourse")["body_words"], name, re.IGNORECASE) is not None
        or bool(book.pattern(listing.header or ["(?!)"]).search(name))
        or (listing.bare and words("bare_name").fullmatch(name) is not None and not quantities(name))
    )


def _exempt(text: str) -> str:
    return words("plan_exempt").sub("", text)


def _region_end(text: str, start: int) -> int:
    """Where an enumeration ends: a mark outside of brackets, or words that close it."""
    depth, place = 0, start
    while place < len(text):
        char = text[place]
        if char == "（":
            depth += 1
        elif char == "）":
            depth -= 1
        elif depth <= 0 and (
            char in "，。；"
            or (
                char not in "、"
                and not (char == "的" and _of_place(text, start, place))
                and words("companions_end").match(text, place)
                and not words("companions_keep").match(text, place)
            )
        ):
            break
        place += 1
    return place


def _of_place(text: str, start: int, end: int) -> bool:
    """匈牙利的塞格德大学: a place before 的 belongs to the name behind it."""
    before = words("sole").sub("", text[max(start, end - 10) : end])  # 匈牙利唯一的
    last = organisations.scan(before)[-1:]
    named = bool(last) and last[0].end == len(before) and last[0].kind in _PLACES
    return named or words("place_of").search(before) is not None


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The members of an enumeration, without the notes in brackets behind them."""
    if _without_notes(text[start:end]).isascii():
        for match in re.finditer(r"(?:（[^（）]*）|[^,;])+?(?=,|;|\band\b|$)", text[start:end]):
            name = match.group().partition("（")[0]
            left = start + match.start() + len(name) - len(name.lstrip(" "))
            left += 4 if text.startswith("and ", left) else 0
            right = start + match.start() + len(name.rstrip(" ."))
            if right - left >= 2:
                yield left, right
        return
    depth, first, place = 0, start, start
    while place <= end:
        char = text[place] if place < end else "、"
        if char == "（":
            depth += 1
        elif char == "）":
            depth = max(0, depth - 1)
        elif depth == 0 and (
            char in "、；，"
            or (words("joint").match(char)
                and (_joins(text, place, end) or _last_joint(text, start, first, place, end)))
            or place == end
        ):
            a, b = first, place
            cut = words("member_clause").search(text[a:b])
            b = a + cut.start() if cut else b
            dated = words("dated_end").search(text[a:b])
            b = a + dated.start() if dated else b  # 九州减速器设计团队2023年6月入驻
            if text[b - 1 : b] == "）" and (opened := _opening(text, a, b)) > a:
                b = opened
            while (joint := words("member_joint").match(text[a:b])) is not None:
                a += joint.end()
            while b > a and text[b - 1] in _MEMBER_END:
                b -= 1
            if b - a >= 2:
                yield a, b
            first = place + 1
        place += 1


def _opening(text: str, start: int, end: int) -> int:
    """Where the bracket that closes at `end` opens."""
    depth = 0
    for place in range(end - 1, start, -1):
        depth += {"）": 1, "（": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return -1


def _joins(text: str, place: int, end: int) -> bool:
    """和, 及 or 与 between two names; not inside one (经济与科技合作署)."""
    left = text[max(0, place - 3) : place]
    return words("joint_names").search(left) is not None and end - place > 2


def _last_joint(text: str, start: int, first: int, place: int, end: int) -> bool:
    """A、B和C: 和 before the last of names that no word for a body ends; not within one (化工和材料研究所)."""
    tail = re.match(r"[^，。；、（）]*", text[place + 1 : end])
    bare = tail is not None and not any(
        re.search(load("discourse")["body_words"], one[-4:], re.IGNORECASE) for one in (text[first:place], tail[0]))
    return bare and "、" in text[start:first] and place - first > 1 and tail is not None and len(tail[0]) > 1


def _note(text: str, place: int, end: int) -> str:
    if text[place : place + 1] != "（":
        return ""
    depth = 0
    for index in range(place, min(len(text), end + 40)):
        depth += {"（": 1, "）": -1}.get(text[index], 0)
        if depth == 0:
            return text[place : index + 1]
    return ""


def _pool(pools: dict[str, Pool], pool: Pool, merge: bool) -> None:
    key = f"{pool.document.name}|{'loose' if merge else len(pools)}"
    if key in pools:
        pools[key].items += pool.items
        pools[key].partial = pools[key].partial or pool.partial
    else:
        pools[key] = pool


def _named(book: FactBook, spec: FactSpec, listing: Listing, analysis: Analysis, pools: dict[str, Pool]) -> None:
    """Things with proper names in running text, each judged by its own clause."""
    sentence = analysis.sentence
    text = sentence.folded
    names = book.pattern(listing.names)
    if not sentence.may(names):
        return
    generic = book.pattern([*spec.heads, "$rank_high", "$rank_low", "$home"])
    for index, clause in enumerate(analysis.clauses):
        if clause.depth or analysis.clause_blocks.get(index):
            continue
        body = analysis.clause_text(index)
        figures = [f for f in analysis.figures if f.clause == index]
        tail = _tail(analysis, index)
        if any(_proper(match.group(), generic) for match in names.finditer(tail)):
            tail = ""  # it is of something else that has a name
        said_of_all = tail if words("all_of_them").match(tail.lstrip("｜ ")) else ""
        former = _former(body)
        for match in names.finditer(body):
            if any(start < match.end() <= end for start, end in former):
                continue  # （由重庆市某实验室更名）
            note = _note(text, clause.span.start + match.end(), len(text))
            counted = any(f.quantity.measure in spec.measures for f in figures)
            name = _proper(match.group(), generic)
            if not name and _told_to_be_one(match, body, note, said_of_all, counted=counted):
                name = words("before_name").split(match.group())[-1]
            if name and (words("applied_for").search(body[: match.end() - len(name)])
                         or words("application_titled").match(body, match.end())):
                continue  # 所申报的“某国际联合研究中心”, 某国际联合研究中心建设方案
            if words("figure_follows").match(body[match.end() :]):
                continue  # 重庆市科技进步奖1项: the figure says it
            if not name or any(
                match.start() <= f.quantity.span.start - clause.span.start < match.end() for f in figures
            ):
                continue
            start = clause.span.start + match.end() - len(name)
            scope = (
                body
                if len(list(names.finditer(body))) == 1
                else name + note + "｜" + names.sub("", _without_notes(body))
            )
            status = said_of_all or ("" if len(list(names.finditer(body))) > 1 else tail)
            if words("plan").search(_exempt(scope + status)) and not words("approved").search(scope):
                continue
            if words("shared_use").search(body[: match.start()]) and not words("own_use").search(body):
                continue
            item = Item(
                sentence.document,
                Span(sentence.span.start + start, sentence.span.start + clause.span.start + match.end() + len(note)),
                name + "｜" + note + "｜" + scope + status,
                name,
            )
            open_list = (
                is_partial(body[: match.start()]) or words("open_list_noted").match(body[match.end() :]) is not None
            )
            _pool(pools, Pool(sentence.document, text, None, [item], open_list, loose=True), merge=True)


def _told_to_be_one(match: re.Match[str], body: str, note: str, said_of_all: str, *, counted: bool) -> bool:
    """Whether a clause tells of one thing though its name is only a kind and a rank: 本院被认定为重庆市新型研发机构,
    获批重庆市院士专家工作站, 国家级工作站（2020年批准设立）, 有工程研究中心、企业技术中心，均为市级."""
    subject = words("own").match(body.lstrip()) or words("passive_start").match(body)
    own = subject and words("recognised_as").search(body, 0, match.end())
    approved = not counted and words("approved_as").search(match.group())
    noted = note and words("approved").search(note)
    each = said_of_all and not words("figure_follows").search(body)
    return bool(own or approved or noted or each)


def _former(body: str) -> list[tuple[int, int]]:
    """Where a text says what a body was called before."""
    found_ = words("former_name").finditer(body)
    return [match.span(n) for match in found_ for n in range(1, match.re.groups + 1) if match[n]]


def _without_notes(body: str) -> str:
    return re.sub(r"（[^（）]*）", "", body)


def _tail(analysis: Analysis, index: int) -> str:
    """The next two clauses, where they go on about the same thing: X孵化器，2018年认定，市级."""
    if index + 2 < len(analysis.clauses) and len(analysis.clause_text(index + 2)) <= 8:
        return "｜" + analysis.clause_text(index + 1) + "｜" + analysis.clause_text(index + 2)
    if index + 1 < len(analysis.clauses) and analysis.clauses[index + 1].depth == 0:
        return "｜" + analysis.clause_text(index + 1)
    return ""


_TITLED = re.compile(r"(.*)([“《][^”》]{3,}[”》])")


def _proper(name: str, generic: re.Pattern[str]) -> str:
    """A proper name without the verb and connectives before it; "" if only a kind and a rank are left."""
    titled = _TITLED.fullmatch(name)
    if titled is not None:
        return words("before_name").split(titled[1])[-1] + titled[2]  # 承担国家重点研发计划项目“深层…”
    name = words("before_name").split(name)[-1]
    rest = words("rank_words").sub("", name)
    rest = generic.sub("", rest)
    return name if len(re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", rest)) >= 2 else ""
