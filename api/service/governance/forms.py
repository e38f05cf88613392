"""What staff change of a policy folder by forms instead of in its files. Pure.

A form says a value by its label; here stand the files and keys that it is kept under. Comments in the files stay.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import msgspec
import yaml

from api.errors import Failure
from api.service.governance import amounts, marking
from api.service.governance.form_records import (
    CriterionForm,
    EdgeForm,
    FactForm,
    FormChange,
    FormPart,
    HeadForm,
    ReadingForm,
    Stands,
    WindowForm,
)
from api.service.policies import folders
from api.service.policies.folders import Folder, Keys, Value
from ingestion import typed_yaml
from ingestion.domain import Comparator
from ingestion.facts import fact_files
from ingestion.numbers import windows
from ingestion.numbers.windows import Edge
from ingestion.policies.files import CRITERIA, HEAD, TEXT, CriterionEntry, WindowEntry, Words

HEAD_FIELDS = ("title", "title_en", "issuer", "issuer_en", "version", "status", "status_en", "number", "issued",
               "effective")
DATES = frozenset({"issued", "effective"})
WINDOW_FIELDS = ("term", "term_en", "undefined", "undefined_en", "reading")
EDGE_FIELDS = ("years", "months", "month", "day", "days")
READING_FIELDS = ("label", "label_en", *(f"{side}_{name}" for side in ("start", "end") for name in EDGE_FIELDS))
WORDS = tuple(name for name in Words.__struct_fields__ if name != "unit")
CRITERION_FIELDS = ("cites", "quote", "label", "label_en", "bar", "required", *WORDS)
FACT_FIELDS = ("label", "label_en", "unit", "unit_zh", "time", "definition", "definition_en", "settled_by",
               "settled_by_en")
FIELDS = {FormPart.HEAD: HEAD_FIELDS, FormPart.WINDOW: WINDOW_FIELDS, FormPart.READING: READING_FIELDS,
          FormPart.CRITERION: CRITERION_FIELDS, FormPart.FACT: FACT_FIELDS}
TIMES = ("window", "state", "open")
NEEDED = frozenset({"title", "title_en", "issuer", "issuer_en", "version", "status", "status_en", "term", "term_en",
                    "undefined", "undefined_en", "reading", "label", "label_en", "cites", "quote", "unit", "time"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LONGEST, FARTHEST = 1_000, 60      # of a value; of an edge in years, months or days


def changed(files: Folder, change: FormChange) -> dict[str, bytes]:
    """The folder with what a form says. Failure "not_found", "policy_field", "policy_amount", "policy_yaml"."""
    for name, value in change.values.items():
        if name not in FIELDS[change.part] or len(value) > LONGEST or (name in NEEDED and not value.strip()):
            raise Failure("policy_field", name=name, given=value[:60])
    values = {name: re.sub(r"\s*\n\s*", "", value).strip() for name, value in change.values.items()}
    made: dict[FormPart, Callable[[], dict[str, bytes]]] = {
        FormPart.HEAD: lambda: folders.with_values(files, HEAD, (), {
            name: _day(name, value) if name in DATES else value for name, value in values.items()
            if value or name in marking.head(files)}),
        FormPart.WINDOW: lambda: _window(files, values),
        FormPart.READING: lambda: _reading(files, change.id, values),
        FormPart.CRITERION: lambda: _criterion(files, change.id, values, change.reword),
        FormPart.FACT: lambda: _fact(files, change.id, values)}
    return made[change.part]()


def head(files: Folder) -> HeadForm | None:
    found = marking.head(files)
    if not found:
        return None
    texts = {name: str(found.get(name, "") or "") for name in HEAD_FIELDS if name not in DATES}
    return HeadForm(**texts, issued=_as_day(found.get("issued")), effective=_as_day(found.get("effective")),
                    stands=_stands(files, HEAD, ()))


def window(files: Folder, example: date) -> WindowForm | None:
    try:
        found = msgspec.convert(marking.head(files).get("window"), WindowEntry)
        readings = tuple(_reading_form(files, place, one, example) for place, one in enumerate(found.readings))
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
    return WindowForm(found.term, found.term_en, found.undefined, found.undefined_en, found.reading, readings, example,
                      _stands(files, HEAD, ("window",)))


def criteria(files: Folder) -> tuple[CriterionForm, ...]:
    """Those that can be read, in the order of the file."""
    text = files.get(TEXT, b"").decode("utf-8", "replace")
    return tuple(_criterion_form(files, one, text) for one in marking.criteria(files).values())


def facts(files: Folder) -> tuple[FactForm, ...]:
    found = []
    for key, (name, keys) in _fact_places(files).items():
        entry = _at(files, name, keys)
        usual = {"kind": "count", "time": TIMES[-1]}
        texts = {each: str(entry.get(each, usual.get(each, ""))) for each in (*FACT_FIELDS, "kind")}
        found.append(FactForm(key, **texts, stands=_stands(files, name, keys)))
    return tuple(found)


def criterion_at(files: Folder, line: int) -> str:
    """The criterion that stands at a line of its file; "" for none."""
    found = ""
    for one, place in _places(files).items():
        if _stands(files, CRITERIA, (place,)).line > line:
            break
        found = one
    return found


# ----------------------------------------------------------------------------------------------------------------------

def _window(files: Folder, values: Mapping[str, str]) -> dict[str, bytes]:
    if "reading" in values and values["reading"] not in {
            one.get("id") for one in _at(files, HEAD, ("window",)).get("readings", ())}:
        raise Failure("policy_field", name="reading", given=values["reading"])
    return folders.with_values(files, HEAD, ("window",), dict(values))


def _reading(files: Folder, reading: str, values: Mapping[str, str]) -> dict[str, bytes]:
    """The files with one reading of the window changed, or a new one."""
    texts: dict[str, Value] = {name: values[name] for name in ("label", "label_en") if name in values}
    edges: dict[str, Value] = {}
    for side in ("start", "end"):
        given = {name: values[f"{side}_{name}"] for name in EDGE_FIELDS if f"{side}_{name}" in values}
        if given:
            edges[side] = _edge(given)
    ids = [str(one.get("id", "")) for one in _at(files, HEAD, ("window",)).get("readings", ())]
    if not reading:
        if len(texts) < len(("label", "label_en")) or "start" not in edges:
            raise Failure("policy_field", name="label", given="")
        name = next(f"reading_{number}" for number in range(1, len(ids) + 2) if f"reading_{number}" not in ids)
        return folders.with_entry(files, HEAD, ("window", "readings"), {"id": name, **texts, **edges})
    if reading not in ids:
        raise Failure("not_found")
    return folders.with_values(files, HEAD, ("window", "readings", ids.index(reading)), texts | edges)


def _edge(given: Mapping[str, str]) -> dict[str, int]:
    """As it is written in the file, where years and months before the application date are negative."""
    found = {}
    for name, value in given.items():
        if not value:
            continue
        if not re.fullmatch(r"-?\d{1,3}", value) or abs(int(value)) > FARTHEST:
            raise Failure("policy_field", name=name, given=value)
        number = -int(value) if name in {"years", "months"} else int(value)
        limits = {"month": (1, 12), "day": (1, 31)}.get(name, (-FARTHEST, FARTHEST))
        if not limits[0] <= number <= limits[1]:
            raise Failure("policy_field", name=name, given=value)
        if number:
            found[name] = number
    return found


def _criterion(files: Folder, criterion: str, values: Mapping[str, str], reword: bool) -> dict[str, bytes]:
    """The files with one criterion changed, its text too if `reword`."""
    entry = marking.criteria(files).get(criterion)
    if entry is None:
        raise Failure("not_found")
    made = dict(files)
    held: dict[str, Value] = {name: value for name, value in values.items() if name not in {"bar", "required"}
                              and (value or getattr(entry, name))}
    if "required" in values:
        held |= {} if entry.priority != (values["required"] == "true") else {"priority": values["required"] != "true"}
    if values.get("bar"):
        bar = amounts.read(values["bar"], entry.unit)
        if bar != entry.bar:
            held["bar"] = bar
            if reword:
                made, held["quote"] = _reworded(made, entry, str(held.get("quote", entry.quote)), bar)
    return folders.with_criterion(made, criterion, held)


def _reworded(files: Folder, entry: CriterionEntry, quote: str, bar: int) -> tuple[dict[str, bytes], str]:
    """The text and every criterion that quotes these words, naming the new number."""
    words = files[TEXT].decode("utf-8-sig")
    other = amounts.reworded(quote, bar, entry.comparator, entry.unit)
    if not other or words.count(quote) != 1:
        raise Failure("policy_reword", given=quote[:120])
    made = folders.with_file(files, TEXT, words.replace(quote, other))
    for one in marking.criteria(files).values():
        if one.id != entry.id and quote in one.quote:
            made = folders.with_criterion(made, one.id, {"quote": one.quote.replace(quote, other)})
    return made, other


def _fact(files: Folder, key: str, values: Mapping[str, str]) -> dict[str, bytes]:
    """The files with one fact changed."""
    places = _fact_places(files)
    if key not in places:
        raise Failure("not_found")
    if values.get("time", TIMES[0]) not in TIMES:
        raise Failure("policy_field", name="time", given=values["time"])
    name, keys = places[key]
    entry = _at(files, name, keys)
    usual = {"time": "open"}
    return folders.with_values(files, name, keys, {
        each: value for each, value in values.items() if str(entry.get(each, usual.get(each, ""))) != value})


def _fact_places(files: Folder) -> dict[str, tuple[str, Keys]]:
    """Where each fact stands, a file and keys in it, in the order in which facts are shown."""
    if fact_files.SINGLE in files:
        return {key: (fact_files.SINGLE, ("facts", key)) for key in _at(files, fact_files.SINGLE, ("facts",))}
    order = _at(files, fact_files.SHARED, ()).get("order")
    known = {fact_files.file_of(str(key)): str(key) for key in (order if isinstance(order, list) else ())}
    known |= {name: PurePosixPath(name).stem for name in sorted(files)
              if name.startswith(f"{fact_files.FOLDER}/") and name not in {*known, fact_files.SHARED}}
    return {key: (name, ()) for name, key in known.items() if name in files and _at(files, name, ())}


def _criterion_form(files: Folder, one: CriterionEntry, text: str) -> CriterionForm:
    bar = amounts.written(one.bar, one.unit) if one.bar is not None and not one.presence else ""
    words = {name: getattr(one, name) for name in WORDS}
    rewords = bool(bar) and text.count(one.quote) == 1 and bool(
        amounts.reworded(one.quote, (one.bar or 0) + 1, Comparator(one.comparator), one.unit))
    stands = _stands(files, CRITERIA, (_places(files)[one.id],))
    return CriterionForm(one.id, one.cites, one.quote, one.kind.value, one.label, one.label_en, bar, one.unit,
                         not one.priority, **words, rewords=rewords, stands=stands)


def _reading_form(files: Folder, place: int, one: windows.WindowReading, example: date) -> ReadingForm:
    first, last = windows.window(one, example)
    return ReadingForm(one.id, one.label, one.label_en, _edge_form(one.start), _edge_form(one.end), first, last,
                       _stands(files, HEAD, ("window", "readings", place)))


def _edge_form(one: Edge) -> EdgeForm:
    return EdgeForm(-one.years, -one.months, one.month, one.day, one.days)


def _at(files: Folder, name: str, keys: Keys) -> Mapping[str, Any]:
    """The mapping under `keys` of a file; an empty one where there is none that can be read."""
    found = _loaded(files.get(name, b""))
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _places(files: Folder) -> dict[str, int]:
    """The place of each criterion in its file, by its id."""
    root = _composed(files.get(CRITERIA, b""))
    entries = root.value if isinstance(root, yaml.SequenceNode) else []
    return {str(value.value): place for place, entry in enumerate(entries) if isinstance(entry, yaml.MappingNode)
            for name, value in entry.value if name.value == "id"}


def _stands(files: Folder, name: str, keys: Keys) -> Stands:
    return Stands(name, typed_yaml.line_in(_composed(files[name]), keys))


@lru_cache(maxsize=16)
def _composed(content: bytes) -> yaml.Node | None:
    try:
        found: yaml.Node | None = yaml.compose(content.decode("utf-8-sig"), Loader=_LOADER)
    except (UnicodeDecodeError, yaml.YAMLError):
        return None
    return found


@lru_cache(maxsize=16)
def _loaded(content: bytes) -> Any:
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_LOADER)  # noqa: S506 - safe loaders
    except (UnicodeDecodeError, yaml.YAMLError):
        return None


def _day(name: str, value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if value else None
    except ValueError as error:
        raise Failure("policy_field", name=name, given=value) from error


def _as_day(value: object) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None
