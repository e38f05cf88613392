"""How names of organisations are formed: legal forms, branches, brackets; and what the form of an unknown name tells.

The words stand in `language/places.yaml`.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from ingestion.language import load
from ingestion.names.gazetteer import Origin, plain
from ingestion.patterns import compiled

CHINESE = re.compile(r"[\u3400-\u9fff]")


class NameForms(Struct, frozen=True):
    """Patterns of the data, compiled; matched on `plain` text."""

    domestic_start: re.Pattern[str]
    domestic: re.Pattern[str]
    foreign: re.Pattern[str]
    branch: re.Pattern[str]
    abroad: re.Pattern[str]
    registered: re.Pattern[str]
    joiner: re.Pattern[str]
    bracket: re.Pattern[str]
    alias: re.Pattern[str]
    suffix: re.Pattern[str]
    legal: re.Pattern[str]
    legal_ends: frozenset[str]
    latin_bodies: frozenset[str]
    mainland_bodies: frozenset[str]
    mainland_legal: re.Pattern[str]
    kinds: re.Pattern[str]
    not_a_name: tuple[str, ...]
    mainland_forms: tuple[str, ...]
    characters: frozenset[str]
    strong: frozenset[str]
    share: float
    company_share: float
    length: int
    limited_length: int
    whole_length: int


@lru_cache(maxsize=1)
def name_forms() -> NameForms:
    """The patterns of names of organisations, compiled once."""
    data = load("places")

    def any_of(words: Iterable[str]) -> str:
        folded = {plain(word) for word in words}
        return "|".join(re.escape(word) for word in sorted(folded, key=lambda word: (-len(word), word)))

    def split(block: str) -> list[str]:
        return [form.strip() for form in re.split(r"[|\n]", block) if form.strip()]

    legal = data["legal_suffixes"]
    sounds = data["transliteration"]
    bodies = [plain(form).split()[-1] for block in data["foreign_suffixes"].values() for form in split(block)]
    return NameForms(
        domestic_start=compiled.pattern(any_of(data["domestic_starts"].split())),
        domestic=compiled.pattern("|".join(f"(?:{line})" for line in data["domestic_patterns"].split("\n") if line)),
        foreign=compiled.pattern("|".join(f"(?:{line})" for line in data["foreign_patterns"].split("\n") if line)),
        branch=compiled.pattern(f"[省市区县）]*[^（），,]{{0,8}}?(?:{any_of(data['branch_words'].split())})"),
        abroad=compiled.pattern(f"(?:{any_of(data['abroad_words'].split())})"),
        registered=compiled.pattern(any_of(data["registered_words"].split())),
        joiner=compiled.pattern(any_of(data["joiners"].split()) + r"|\band\b"),
        bracket=compiled.pattern(any_of(data["bracket_words"].split()) + r"|[\s,，.、：·-]"),
        alias=compiled.pattern(f"^(?:{any_of(data['alias_words'].split())})[：“\"]?"),
        suffix=compiled.pattern(f"(?:{any_of(data['organisation_suffixes'].split())})$"),
        legal=compiled.pattern(rf"(?:(?<=[\u3400-\u9fff）a-zA-Z])(?:{any_of(legal['chinese'].split())})"
                         rf"|(?:\s*[,，]\s*|\s+)(?:{any_of(split(legal['latin']))}))[\s.。]*$"),
        legal_ends=frozenset(word[-1] for word in [*legal["chinese"].split(), *split(legal["latin"]), " "]),
        latin_bodies=frozenset(bodies), mainland_bodies=frozenset(data["mainland_bodies"].split()),
        mainland_legal=compiled.pattern(any_of(split(data["mainland_legal"]))),
        kinds=compiled.pattern(f"(?:{any_of(sounds['kinds'].split())})+$"),
        not_a_name=tuple(data["not_a_name"].split()), mainland_forms=tuple(data["mainland_forms"].split()),
        characters=frozenset(sounds["characters"]), strong=frozenset(sounds["foreign_only"]),
        share=sounds["share"], company_share=sounds["company_share"],
        length=sounds["length"], limited_length=sounds["limited_length"],
        whole_length=sounds["whole_length"])


def by_form(text: str) -> Origin:
    """A name without a word of the data: by its form, its sounds, its script."""
    rules = name_forms()
    if rules.foreign.search(text):
        return Origin.FOREIGN
    if rules.domestic.search(text):
        return Origin.DOMESTIC
    if CHINESE.search(text):
        return Origin.FOREIGN if _transliterated(text) else Origin.UNKNOWN
    bodies = _latin_bodies(text)
    if not bodies:
        return Origin.UNKNOWN
    form = rules.mainland_legal.search(text) or not rules.legal.search(text)
    mainland = form and bodies <= rules.mainland_bodies and _pinyin().fullmatch(text.split()[0])
    return Origin.UNKNOWN if mainland else Origin.FOREIGN


@lru_cache(maxsize=1)
def _pinyin() -> re.Pattern[str]:
    """Two syllables or more of Mandarin: Lifan Co., Ltd. or Ludong University may be in the mainland."""
    return compiled.pattern(rf"(?:{load('places')['pinyin']}){{2,}}", re.IGNORECASE)


def is_latin_body(text: str) -> bool:
    """Whether a word of an organisation, or a legal form, stands in a name in Latin script."""
    return bool(_latin_bodies(text))


def _latin_bodies(text: str) -> set[str]:
    bodies = name_forms().latin_bodies
    return {word for word in re.findall(r"[\w./&]+", text) if word in bodies or word.rstrip(".") in bodies}


def _transliterated(text: str) -> bool:
    """Whether a Chinese name is made of sounds of a foreign one."""
    rules = name_forms()
    if re.search(r"[\u3400-\u9fff][·•・‧][\u3400-\u9fff]", text):
        return True
    limited = "有限" in text
    company = "公司" in text or "集团" in text
    core = rules.legal.sub("", text)
    while core and (shorter := rules.kinds.sub("", rules.suffix.sub("", core))) != core:
        core = shorter
    sounds = sum(c in rules.characters for c in core)
    strong = sum(c in rules.strong for c in core)
    if limited:
        return len(core) >= rules.limited_length and sounds == len(core) and strong * 2 >= len(core)
    share = rules.company_share if company else rules.share
    if len(core) >= rules.whole_length and sounds == len(core):
        return True
    return len(core) >= rules.length and sounds >= share * len(core) and strong * 3 >= len(core)
