"""The shape of `policy.yaml` and `criteria.yaml` as they are written, and the list of what is wrong in a folder."""
from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from ingestion import typed_yaml
from ingestion.domain import Comparator, CriterionKind, Scale
from ingestion.errors import PolicyError
from ingestion.numbers.windows import WindowReading

HEAD, TEXT, CRITERIA, FACTS = "policy.yaml", "text.txt", "criteria.yaml", "facts"


def files(folder: Path) -> dict[str, Path]:
    """The files of a policy folder by name (`criteria.yaml`, `facts/sci_ei_papers.yaml`), sorted; hidden ones aside."""
    found = [one for place in (folder, folder / FACTS) if place.is_dir() for one in place.iterdir()
             if one.is_file() and not one.name.startswith(".")]
    return dict(sorted((one.relative_to(folder).as_posix(), one) for one in found))


class BaseTypeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    label: str
    label_en: str
    articles: tuple[str, ...]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of the review form; where they are "", the form is called by a general name."""

    title: str = ""
    title_en: str = ""
    name: str = ""
    name_en: str = ""


class WindowEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    term: str
    term_en: str
    undefined: str
    undefined_en: str
    reading: str
    readings: tuple[WindowReading, ...]
    occurs: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`policy.yaml`."""

    id: str
    title: str
    title_en: str
    issuer: str
    issuer_en: str
    version: str
    status: str
    status_en: str
    sha256: str
    base_types: tuple[BaseTypeEntry, ...]
    window: WindowEntry
    common_articles: tuple[str, ...] = ()
    language: str = "zh"
    form: Form = Form()
    number: str = ""                  # of the document: 渝科局发〔2024〕12号
    issued: date | None = None
    effective: date | None = None


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one criterion in explanations, beside its label."""

    unit: str = ""
    noun: str = ""
    noun_en: str = ""
    holds: str = ""
    holds_en: str = ""
    fails: str = ""
    fails_en: str = ""
    settled_by: str = ""
    settled_by_en: str = ""
    note: str = ""
    note_en: str = ""


class CriterionEntry(Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of `criteria.yaml`; the file's head says what each field is."""

    id: str
    cites: str
    quote: str
    kind: CriterionKind
    label: str
    label_en: str
    facts: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    bar: int | None = None
    comparator: Comparator = Comparator.AT_LEAST
    presence: bool = False
    priority: bool = False
    points: Scale | None = None
    sums: tuple[str, ...] = ()

    @property
    def article(self) -> str:
        return self.cites.split("（")[0]


class Problem(Struct, frozen=True):
    """A mistake in a policy folder. `english` and `chinese` say what is wrong and how to mend it; `line` from 1."""

    file: str
    line: int
    english: str
    chinese: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.english}"

    def error(self, more: int = 0) -> PolicyError:
        """The mistake to raise; `more` is how many others there are."""
        english = f" (and {more} more: `guohe policy check` lists them)" if more else ""
        chinese = f"（另有{more}处，用 guohe policy check 查看）" if more else ""
        return PolicyError(f"{self}{english}", f"{self.file} 第{self.line}行：{self.chinese}{chinese}",
                           self.file, self.line)


class Problems(list[Problem]):
    """The mistakes found in one folder so far."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def add(self, file: str, keys: Sequence[str | int], english: str, chinese: str) -> None:
        """A mistake in what stands under `keys` of `file`."""
        line = typed_yaml.line(self.folder / file, keys) if file.endswith(".yaml") else 1
        self.append(Problem(file, line, english, chinese))

    def add_repeated(self, file: str) -> None:
        """A mistake for every key that stands twice in one place of `file`."""
        for key, line in typed_yaml.repeated_keys(self.folder / file):
            self.append(Problem(file, line, f"{key!r} stands twice here and only the last counts; remove one",
                                f"{key} 在同一处出现两次，只有后一个有效，请删去一个"))

    def add_error(self, error: PolicyError) -> None:
        """A mistake that was raised; what it says of file and line is said once only."""
        self.append(Problem(error.file, max(1, error.line), str(error).removeprefix(f"{error.file}:{error.line}: "),
                            error.chinese.removeprefix(f"{error.file} 第{error.line}行：")))

    def add_unknown(self, file: str, keys: Sequence[str | int], names: Iterable[str], known: Collection[str],
                    english: str, chinese: str) -> None:
        """A mistake for every name that is not known, with the nearest one that is; `chinese` has {} for the name."""
        for name in names:
            if name in known:
                continue
            near = difflib.get_close_matches(name, known, 1)
            self.add(file, keys, f"{name!r} is no {english}; " + (f"did you mean {near[0]!r}?" if near else "mend it"),
                     chinese.format(name) + (f"，是否应为 {near[0]}？" if near else "，请改正"))
