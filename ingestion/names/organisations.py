"""Where an organisation or a place named in a document is: abroad, in Hong Kong, Macao or Taiwan, in the mainland.

The words stand in `language/places.yaml`. Nothing here knows a policy: whether 境外 includes Hong Kong is the caller's.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from ingestion.language import load
from ingestion.names.forms import CHINESE, by_form, is_latin_body, name_forms
from ingestion.names.gazetteer import Kind, Mention, Origin, forms_of, lexicon, may_begin, plain, scan, scan_plain

__all__ = ["Kind", "Mention", "Origin", "countries_in", "country", "keys", "may_begin", "mentions", "normalise",
           "origin", "region", "regions", "scan"]

_BRACKET = re.compile(r"（([^（）]*)）")
_PUNCTUATION = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_INITIAL = re.compile(   # 匈·塞格德研究所, 冶金大学（奥）
    r"(?:(?<=[大学院所心司团会厂])（|^|(?<=[；;，,、\s｜|]))([一-鿿])(?:(?<=（.)）|·(?=[一-鿿]{4}))")
_NAMED_SUBSIDIARY = re.compile(
    r"[^（）；;，,、。\s]{1,20}（([^（）]+)）[^（）；;，,、。]*?(?:公司|Co\.|Ltd|Inc\b|Limited)")
_SUBSIDIARY = re.compile(r"（([^（）]+)）[^（）]*(?:公司|Co\.|Ltd|Inc\b|Limited)")


def origin(name: str, country: str = "") -> Origin:
    """Where the body called `name` belongs. `country` is the text of a country column, and decides if it says anything.

    One thing is stronger: a company whose legal name says that it is registered in the mainland is domestic whatever
    the column says, for the column then names the country of its owner: 西门子（中国）有限公司, 德国.
    """
    text = _squeeze(name)
    if not text:
        return _of_country(country) or Origin.UNKNOWN
    if any(_in_brackets(found.group(1)) is Origin.DOMESTIC for found in _SUBSIDIARY.finditer(text)):
        return Origin.DOMESTIC
    return _of_country(country) or _of_name(text)


def without_subsidiaries(text: str) -> str:
    """The text without companies whose name says that they are registered here (博世（中国）投资有限公司)."""
    return _NAMED_SUBSIDIARY.sub(
        lambda found: "" if _in_brackets(found.group(1)) is Origin.DOMESTIC else found.group(), text)


def mentions(text: str) -> list[tuple[int, int, Origin]]:
    """Words for countries, places and organisations in running text, in order, the longest match at each place; also
    a country's initial that a body's name carries (匈·塞格德研究所, 冶金大学（奥）)."""
    found = [(one.start, one.end, one.origin) for one in scan(text)]
    carried = [(place.start(1), place.end(1), _of_country(place[1])) for place in _INITIAL.finditer(text)]
    return sorted([*found, *((start, end, said) for start, end, said in carried if said is not None)])


def countries_in(text: str) -> list[str]:
    """ISO 3166-1 codes of the countries and territories that `text` names, each once, in order; HK, MO, TW apart."""
    codes: dict[str, None] = {}
    folded = plain(text)
    initials = lexicon().initials
    for found in scan_plain(folded):
        if found.kind is Kind.JOINT:
            codes |= dict.fromkeys(initials[c] for c in folded[found.start:found.end] if c in initials)
        elif found.kind is Kind.COUNTRY or (found.origin is Origin.GREATER_CHINA and found.kind is Kind.PLACE):
            codes[found.where] = None
    codes.pop("", None)
    return list(codes)


def country(name: str) -> str:
    """The ISO code of the country that a name points to first, or ""."""
    for found in scan_plain(_squeeze(name)):
        if found.origin is Origin.DOMESTIC:
            return "CN"
        if found.origin is not Origin.UNKNOWN and found.where:
            return found.where
    return ""


def region(text: str) -> str:
    """The province that the first mainland place in a name or an address lies in ("重庆"), or ""."""
    return next(iter(regions(text)), "")


def regions(text: str) -> list[str]:
    """The provinces of all mainland places in a text, in order."""
    return [found.where for found in scan_plain(plain(text))
            if found.origin is Origin.DOMESTIC and found.kind is Kind.PLACE and found.where]


def normalise(name: str) -> str:
    """A key under which two spellings of one body are equal: the well-known ones also in Chinese and English.

    Brackets go with their contents, except a place that makes another body: 香港中文大学（深圳）, 东北大学（日本）.
    """
    text = _squeeze(name)
    aliases = _aliases()
    if (whole := _core(text)) in aliases:
        return aliases[whole]
    groups = list(_BRACKET.finditer(text))
    if not groups:
        return _key(text)
    outside = _BRACKET.sub("", text).strip() or text.strip("（）")
    mainland = (own := _of_name(outside)) is Origin.DOMESTIC
    places = ""
    for group in groups:
        content = group.group(1)
        said = _in_brackets(content)
        if said and own is not Origin.UNKNOWN and mainland is not (said is Origin.DOMESTIC):
            places += "".join(content[found.start:found.end] for found in scan_plain(content))
    together = _core(places + outside)
    return aliases[together] if places and together in aliases else _key(outside) + _core(places)


def keys(name: str) -> frozenset[str]:
    """The keys of a name and of the aliases written beside it: 代尔夫特理工大学（TU Delft）, TU Delft/代尔夫特."""
    text = _squeeze(name)
    found = {normalise(part) for part in _variants(text)}
    return frozenset(key for key in found if key)


# Judging one name.


def _squeeze(name: str) -> str:
    """`plain`, without blanks that mean nothing."""
    return re.sub(r"(?<![A-Za-z.,&])\s+|\s+(?![A-Za-z&])", "", " ".join(plain(name).split()))


def _of_country(country: str) -> Origin | None:
    """What a country column says, or None: empty, unreadable, or both sides named."""
    text = _squeeze(country)
    if not text:
        return None
    found = {mention.origin for mention in scan_plain(text)} - {Origin.UNKNOWN}
    if not found:
        data = lexicon()
        codes = set(data.initials.values())
        if text == "中" or text == "CN":
            return Origin.DOMESTIC
        if text in ("港", "台", "HK", "MO", "TW"):
            return Origin.GREATER_CHINA
        known = {word.where for word in data.words.values() if word.kind is Kind.COUNTRY} | codes
        return Origin.FOREIGN if text in known or all(c in data.initials for c in text) else None
    if Origin.FOREIGN not in found and Origin.GREATER_CHINA in found:
        return Origin.GREATER_CHINA
    return found.pop() if len(found) == 1 else None


def _in_brackets(content: str) -> Origin | None:
    """The origin that a bracket says, if it holds nothing but a place."""
    found = [mention for mention in scan_plain(content) if mention.kind is not Kind.NEUTRAL]
    rest, end = "", 0
    for mention in found:
        rest += content[end:mention.start]
        end = mention.end
    if not found or any(mention.kind is Kind.ORGANISATION for mention in found) \
            or name_forms().bracket.sub("", rest + content[end:]):
        return None
    return _of_country(content)


def _of_name(text: str) -> Origin:
    """`text` went through `_squeeze`."""
    rules = name_forms()
    registered = rules.registered.search(text)
    if registered:
        place = _of_country(text[registered.end():])
        if place:
            return place
    groups = list(_BRACKET.finditer(text))
    if groups:
        known = next(iter(scan_plain(text)), None)
        if known and known.kind is Kind.ORGANISATION and known.start == 0 and known.end > groups[0].start():
            return known.origin
    for group in reversed(groups):
        said = _in_brackets(group.group(1))
        if said:
            return said
    outside = _BRACKET.sub("", text) if groups else text
    found = _of_words(outside)
    for group in groups:
        if found is Origin.UNKNOWN:
            found = _of_words(group.group(1))
    return found


def _of_words(text: str) -> Origin:
    """Where an organisation is by the names in it; by its form where there are none."""
    found = [mention for mention in scan_plain(text) if mention.kind is not Kind.NEUTRAL]
    start = name_forms().domestic_start.match(text)
    if start and not (found and found[0].start == 0):
        found.insert(0, Mention(0, start.end(), Origin.DOMESTIC, Kind.ORGANISATION, ""))
    if not found:
        return by_form(text)
    if any(mention.kind is Kind.JOINT for mention in found):
        return Origin.DOMESTIC if found[0].origin is Origin.DOMESTIC and found[0].kind is Kind.PLACE else Origin.UNKNOWN
    if len({mention.origin for mention in found}) == 1:
        return found[0].origin
    return _of_chinese(text, found) if CHINESE.search(text) else _of_latin(found)


def _of_chinese(text: str, found: list[Mention]) -> Origin:
    """Two origins in one name: the head decides, a branch's place decides over it, a joint body has none."""
    rules, first = name_forms(), found[0]
    other = next(mention for mention in found if mention.origin is not first.origin)
    between = "".join(text[a.end:b.start] for a, b in pairwise(found)) + "…" + text[found[-1].end:]
    if first.origin is Origin.DOMESTIC and other.kind is Kind.ORGANISATION and text.endswith(rules.mainland_forms):
        return Origin.DOMESTIC
    if (other.kind is Kind.ORGANISATION and rules.joiner.search(between)) or "联合" in between:
        return Origin.UNKNOWN
    if first.origin is Origin.DOMESTIC:
        abroad = other.kind in (Kind.COUNTRY, Kind.PLACE) and rules.abroad.match(text, other.end)
        away = other.kind is Kind.PLACE and first.kind is Kind.ORGANISATION
        return Origin.UNKNOWN if abroad or away else Origin.DOMESTIC
    for mention in reversed(found):
        follows = rules.branch if mention.kind is Kind.PLACE else rules.abroad if mention.kind is Kind.COUNTRY else None
        if mention.origin is not first.origin and follows and follows.match(text, mention.end):
            return mention.origin
    return first.origin


def _of_latin(found: list[Mention]) -> Origin:
    """In Latin script the place stands last: Siemens Ltd., China."""
    origins = {mention.origin for mention in found}
    mainland = [mention for mention in found if mention.origin is Origin.DOMESTIC]
    if not mainland:
        return found[-1].origin
    if Origin.GREATER_CHINA in origins and all(mention.kind is Kind.COUNTRY for mention in mainland):
        return Origin.GREATER_CHINA
    bodies = [mention for mention in found if mention.kind is Kind.ORGANISATION]
    if len({mention.origin for mention in bodies}) > 1:
        return Origin.UNKNOWN
    if bodies and bodies[0].origin is Origin.DOMESTIC and found[-1].origin is not Origin.DOMESTIC:
        return Origin.UNKNOWN
    return Origin.DOMESTIC


# Keys.


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    """From the core of each form of a well-known body outside the mainland to the core of its first form."""
    data = load("places")
    aliases: dict[str, str] = {}
    for groups in (data["greater_china"]["organisations"], data["foreign_organisations"]):
        for entry in "\n".join(groups.values()).replace(";", "\n").split("\n"):
            cores = [_core(form if form > "\u2e80" else plain(form)) for form in forms_of(entry)]
            for core in cores:
                aliases.setdefault(core, cores[0])
    return aliases


def _core(text: str) -> str:
    """Without legal form, case, blanks and points; `text` is plain."""
    rules = name_forms()
    core = text.strip()
    while core[-1:] in rules.legal_ends and (shorter := rules.legal.sub("", core).strip()) not in ("", core):
        core = shorter
    core = core.lower().removeprefix("the ")
    return core if core.isalnum() else _PUNCTUATION.sub("", core) or core


def _key(text: str) -> str:
    """What tells that two names are of one organisation."""
    data = lexicon()
    core = _core(text)
    if core in _aliases():
        return _aliases()[core]
    found = scan_plain(text)
    if found and found[0].start == 0 and found[0].origin is Origin.GREATER_CHINA and text.startswith("中国"):
        return _key(text[2:])
    if found and found[0].start == 0 and found[0].kind is Kind.COUNTRY and found[0].origin is not Origin.DOMESTIC:
        rest = text[found[0].end:].lstrip(" 的")
        core_of_rest = _core(rest)
        known = data.words.get(rest)
        if core_of_rest in _aliases() and (known is None or known.where == found[0].where):
            return _aliases()[core_of_rest]
        if len(rest) >= 4 and not rest.startswith(name_forms().not_a_name) \
                and _of_name(rest) in (Origin.FOREIGN, Origin.UNKNOWN):
            return core_of_rest
    return core


def _variants(text: str) -> Iterator[str]:
    """The whole name and what is written beside it as another name of the same body."""
    rules = name_forms()
    yield text
    outside = _BRACKET.sub("", text)
    for group in _BRACKET.finditer(text):
        content = rules.alias.sub("", group.group(1)).strip("“”\"")
        if _is_name(content):
            yield content
    parts = [part.strip() for part in re.split(r"[/|]", outside)]
    parts += re.split(r"(?<=[\u3400-\u9fff])\s*(?=[A-Za-z]{2})|(?<=[A-Za-z.])\s*(?=[\u3400-\u9fff])", outside)
    yield from (part for part in parts if part != outside and _is_name(part))


def _is_name(text: str) -> bool:
    rules = name_forms()
    if _core(text) in _aliases():
        return True
    if re.search(r"[0-9，,。；：]", text) or _in_brackets(text):
        return False
    if CHINESE.search(text):
        return len(text) >= 5 and bool(rules.suffix.search(text))
    return " " in text and is_latin_body(text)
