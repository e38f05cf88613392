"""A policy's text as chapters 章, articles 条 and items （一）, and references to them.

The text is never changed: every span holds character offsets into it, without the white space around the piece.
References have one spelling everywhere, "第八条" and "第八条（二）", however they are written in a text or a question.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ingestion.domain import Article, Chapter, Item, Span

_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"\u3007": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUM = r"(?:[0-9０-９]{1,4}|[零〇一二三四五六七八九十百千两]{1,8})"
_BLANK = r"[ \t\u3000\u00a0]*"
_SENTENCE_END = "。；;！？!?"
_UNFINISHED = "，,、和或与及据照按依对在于由"  # a line that ends so goes on: what opens the next line is no heading
_LONGEST_HEADING = 30

_PART = re.compile(
    rf"^{_BLANK}(?:第{_BLANK}({_NUM}){_BLANK}([章节编])(?=\s|[^，。；：]{{0,{_LONGEST_HEADING}}}$)|附[件录表])",
    re.MULTILINE)
_ARTICLE = re.compile(rf"^{_BLANK}(第{_BLANK}({_NUM}){_BLANK}条(?:之({_NUM}))?)", re.MULTILINE)
_REFERENCE_GOES_ON = re.compile(r"(?:[、，,。；;（(第款项规所的之和或与及至到中等]|以上|以下|以外|内)")
_ITEM_START = rf"(?:^|(?<=[：:；;。])){_BLANK}"
_ITEM_STYLES = (
    re.compile(_ITEM_START + rf"([（(]{_BLANK}([零一二三四五六七八九十百]+){_BLANK}[)）])", re.MULTILINE),
    re.compile(_ITEM_START + rf"([（(]{_BLANK}([0-9０-９]{{1,3}}){_BLANK}[)）])", re.MULTILINE),
    re.compile(rf"^{_BLANK}(([0-9０-９]{{1,3}})(?:[．、]|\.(?![0-9])))", re.MULTILINE),
    re.compile(rf"^{_BLANK}(([一二三四五六七八九十百]+)[、．.])", re.MULTILINE),
)
_NUMBERED_LINE = re.compile(rf"{_BLANK}(?:[（(]?{_NUM}[)）.．、]|[①-⑳])")


def parse(text: str) -> tuple[tuple[Chapter, ...], tuple[Article, ...]]:
    """The chapters and articles of a policy's text, in order. A reference to an article opens none."""
    breaks = [match for match in _PART.finditer(text) if not _goes_on(text, match.start())]
    heads = list(_article_heads(text))
    starts = sorted([match.start() for match in breaks] + [match.start(1) for match in heads])
    chapters = _chapters(text, [match for match in breaks if match[2] == "章"], [match.start(1) for match in heads])
    articles = []
    for head in heads:
        end = next((start for start in starts if start > head.start(1)), len(text))
        chapter = sum(1 for one in chapters if one.span.start <= head.start(1)) - 1
        articles.append(_article(text, head, end, chapter))
    return chapters, tuple(articles)


def by_ref(articles: Sequence[Article], ref: str) -> Article | Item | None:
    """The article or the item that `ref` names in any spelling that `parse_refs` understands, or None."""
    found = _exactly(articles, ref)
    if found is None and (read := parse_refs(ref)):
        found = _exactly(articles, read[0])
    return found


def _exactly(articles: Sequence[Article], ref: str) -> Article | Item | None:
    for article in articles:
        if article.ref == ref:
            return article
        for item in article.items:
            if item.ref == ref:
                return item
    return None


def make_ref(article: int, item: int | None = None) -> str:
    """`make_ref(8, 2)` is "第八条（二）"."""
    return f"第{_words(article)}条" + (f"（{_words(item)}）" if item else "")


def in_english(ref: str) -> str:
    """第八条（二） as "Article 8(2)"; what is no reference stays as it is."""
    match = re.fullmatch(rf"第({_NUM})条(?:之({_NUM}))?(?:（({_NUM})）)?", ref)
    if match is None:
        return ref
    sub = f"-{whole_number(match[2])}" if match[2] else ""
    return f"Article {whole_number(match[1])}{sub}" + (f"({whole_number(match[3])})" if match[3] else "")


def whole_number(word: str) -> int:
    """一百零三, 103, １０３ as 103."""
    if word[0] in "0123456789０１２３４５６７８９":
        return int(word)
    total, digit = 0, 0
    for character in word:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def _article_heads(text: str) -> Iterator[re.Match[str]]:
    """Where articles begin: numbers that go on from the last one and are no reference."""
    last, last_sub = 0, 0
    for match in _ARTICLE.finditer(text):
        number, sub = whole_number(match[2]), whole_number(match[3]) if match[3] else 0
        if (number, sub) <= (last, last_sub) or _goes_on(text, match.start()):
            continue
        after = text[match.end():match.end() + 2]
        apart = not after or after[0].isspace() or after[0] in "【：:"
        if not apart and (_REFERENCE_GOES_ON.match(after) or (last and number != last + 1)):
            continue
        last, last_sub = number, sub
        yield match


def _goes_on(text: str, start: int) -> bool:
    """Whether the line before `start` is in the middle of its sentence."""
    before = text[max(0, start - 200):start].rstrip()
    return before.endswith(tuple(_UNFINISHED))


def _chapters(text: str, matches: list[re.Match[str]], heads: list[int]) -> tuple[Chapter, ...]:
    """A table of contents names the chapters before they come: those without an article, named again, are left out."""
    found: list[Chapter] = []
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        number = whole_number(match[1])
        again = any(whole_number(later[1]) == number for later in matches[place + 1:])
        if again and not any(match.start() <= head < end for head in heads):
            continue
        start = text.index("第", match.start())
        line_end = text.find("\n", match.end())
        title = text[match.end():line_end if line_end >= 0 else len(text)].strip()
        found.append(Chapter(number, title, _trim(text, start, end)))
    return tuple(found)


def _article(text: str, head: re.Match[str], end: int, chapter: int) -> Article:
    number = whole_number(head[2])
    ref = make_ref(number) + (f"之{_words(whole_number(head[3]))}" if head[3] else "")
    span = _trim(text, head.start(1), end)
    items = _items(text, head.end(1), span.end, ref)
    opening = _trim(text, span.start, items[0].span.start if items else span.end)
    return Article(number, ref, _heading(text, head.end(1), opening.end), span, opening, items, chapter)


def _heading(text: str, start: int, end: int) -> str:
    """The title on the number's line, or alone on the next one, if more of the opening follows it."""
    lines = text[start:end].strip().split("\n")
    if lines[0].startswith("【") and "】" in lines[0]:
        return lines[0][1:lines[0].index("】")].strip()
    title = lines[0].strip()
    plain = 0 < len(title) <= _LONGEST_HEADING and not re.search(r"[，。；：！？,;:]", title)
    return title if plain and len(lines) > 1 else ""


def _items(text: str, start: int, end: int, ref: str) -> tuple[Item, ...]:
    """Items of one style that count 1, 2, 3 …: what is numbered otherwise inside them belongs to them."""
    chains = []
    for style in _ITEM_STYLES:
        chain: list[re.Match[str]] = []
        for match in style.finditer(text, start, end):
            if whole_number(match[2]) == len(chain) + 1:
                chain.append(match)
        if chain:
            chains.append(chain)
    if not chains:
        return ()
    marks = min(chains, key=lambda chain: chain[0].start(1))
    items = []
    for place, mark in enumerate(marks):
        number = place + 1
        stop = marks[number].start(1) if number < len(marks) else _last_item_end(text, mark.end(1), end)
        items.append(Item(number, f"{ref}（{_words(number)}）", _trim(text, mark.start(1), stop)))
    return tuple(items)


def _last_item_end(text: str, start: int, end: int) -> int:
    """Where the last item stops: before a paragraph of the article that is no part of it (前款所称…)."""
    line_end = text.find("\n", start, end)
    while line_end >= 0:
        following = text[line_end + 1:end]
        so_far = text[start:line_end].rstrip()
        if following.strip() and so_far.endswith(tuple(_SENTENCE_END)) and not _NUMBERED_LINE.match(following.lstrip()):
            return line_end
        line_end = text.find("\n", line_end + 1, end)
    return end


def _trim(text: str, start: int, end: int) -> Span:
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end)


# References ---------------------------------------------------------------------------------------------------------

_ITEM_WORD = rf"(?:第?{_BLANK}[（(]?{_BLANK}{_NUM}{_BLANK}[)）]?{_BLANK}[项項]|[（(]{_BLANK}{_NUM}{_BLANK}[)）])"
_LIST = r"[、,，和及与或]"
_CHINESE = (
    rf"(?:第{_BLANK}(?P<list>{_NUM}(?:{_BLANK}{_LIST}{_BLANK}{_NUM})*)"
    rf"(?:{_BLANK}[条條]?{_BLANK}(?:至|到|-|—|～){_BLANK}第?{_BLANK}(?P<to>{_NUM}))?"
    rf"|(?:^|(?<=[^0-9０-９.．\u4e00-\u9fff])|(?<=[按据见看问查在照是和与及，。]))(?P<bare>{_NUM}))"
    rf"{_BLANK}[条條](?![件款例文目途意建措渠])(?:之(?P<sub>{_NUM}))?"
    rf"(?:{_BLANK}第{_BLANK}{_NUM}{_BLANK}款)?{_BLANK}(?:的|中的|里的|中|里)?{_BLANK}"
    rf"(?P<items>{_ITEM_WORD}(?:{_BLANK}{_LIST}?{_BLANK}{_ITEM_WORD})*|第{_NUM}(?:{_LIST}{_NUM})+[项項])?")
_SHORT = (
    rf"(?:(?<![0-9０-９零〇一二三四五六七八九十百千两第表图附件之])(?P<words>[一二三四五六七八九十百]+)[（(]{_BLANK}(?P<witem>{_NUM}){_BLANK}[)）]"
    r"|(?<![\w.．/])(?P<figures>[0-9]{1,3})[（(](?P<fitem>[0-9]{1,2})[)）](?!\w)"
    r"|(?<![\w.．/])(?P<dotted>[0-9]{1,2})\.(?P<ditem>[0-9]{1,2})(?![0-9%％万亿元年月日篇项个名人家户分倍岁美欧]|\.[0-9]))")
_ENGLISH_ITEM = r"(?:item|point|paragraph|para\.?|sub-?paragraph|clause)\s*(?:no\.?\s*)?\(?\s*"
_ENGLISH = (
    rf"(?:{_ENGLISH_ITEM}(?P<before>[0-9]{{1,2}})\s*\)?\s*(?:of|in|under|,)\s*(?:the\s+)?)?"
    r"\bart(?:icle)?(?P<plural>s)?\.?\s*(?:no\.?\s*)?(?P<article>[0-9]{1,3})"
    rf"(?:\s*\(\s*(?P<bracket>[0-9]{{1,2}})\s*\)|\s*\.(?P<dot>[0-9]{{1,2}})\b|,?\s*{_ENGLISH_ITEM}(?P<after>[0-9]{{1,2}}))?"
    r"(?P<more>(?:\s*(?:,|and|or|&|to|-|–)\s*(?:(?:and|or)\s+)?"
    r"(?:art(?:icle)?\.?\s*[0-9]{1,3}\b|[0-9]{1,3}\b(?(plural)(?!\s*[(.%])|(?!\s*[(.%0-9a-z]))))*)")
_FARTHEST_RANGE = 50


def parse_refs(text: str) -> list[str]:
    """The articles and items that a question or a running text names, in order, each once, whether they exist or not.

    第八条、第8条、8条2项、第八条第二项、第八条（二）、第六至八条、八（二）,
    Article 8, Art. 8(2), item 2 of article 8, 8.2. A 款 is a paragraph, no item: 第八条第二款 names the article.
    """
    found: list[tuple[int, str]] = []
    taken: list[Span] = []
    for pattern, read in ((_CHINESE, _read_chinese), (_ENGLISH, _read_english), (_SHORT, _read_short)):
        for match in _compiled(pattern).finditer(text):
            span = Span(match.start(), match.end())
            if any(span.overlaps(other) for other in taken):
                continue
            taken.append(span)
            found.extend((match.start(), ref) for ref in read(match))
    return list(dict.fromkeys(ref for _, ref in sorted(found, key=lambda one: one[0])))


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when the first reference is read: most commands read none."""
    return re.compile(pattern, re.IGNORECASE)


def _read_chinese(match: re.Match[str]) -> Iterator[str]:
    """The clauses that a reference in Chinese names."""
    numbers = [whole_number(word) for word in re.findall(_NUM, match["list"] or match["bare"])]
    if match["to"]:
        numbers += _up_to(numbers[-1], whole_number(match["to"]))
    for number in numbers[:-1]:
        yield make_ref(number)
    last = make_ref(numbers[-1]) + (f"之{_words(whole_number(match['sub']))}" if match["sub"] else "")
    items = [whole_number(word) for word in re.findall(_NUM, match["items"] or "")]
    if items:
        yield from (f"{last}（{_words(item)}）" for item in items)
    else:
        yield last


def _read_english(match: re.Match[str]) -> Iterator[str]:
    item = match["before"] or match["bracket"] or match["dot"] or match["after"]
    number = int(match["article"])
    yield make_ref(number, int(item) if item else None)
    for sign, word in re.findall(r"(to|-|–|,|and|or|&)[^0-9]*([0-9]+)", match["more"], re.IGNORECASE):
        following = _up_to(number, int(word)) if sign.lower() in ("to", "-", "–") else [int(word)]
        yield from (make_ref(one) for one in following)
        number = int(word)


def _read_short(match: re.Match[str]) -> Iterator[str]:
    article = match["words"] or match["figures"] or match["dotted"]
    item = match["witem"] or match["fitem"] or match["ditem"]
    yield make_ref(whole_number(article), whole_number(item))


def _up_to(first: int, last: int) -> list[int]:
    return list(range(first + 1, last + 1)) if first < last <= first + _FARTHEST_RANGE else [last]


def _words(number: int) -> str:
    """103 as 一百零三, below 10,000."""
    words, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            words += ("零" if gap and words else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    words = words or "零"
    return words[1:] if words.startswith("一十") else words
