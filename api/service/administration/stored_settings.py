"""Settings that administrators make while the server runs: kept in the store, read at most some seconds late elsewhere.

A secret is never among them: it comes from the environment.
"""
from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from typing import Any, TypeVar

from api.errors import Failure
from api.service import clock
from api.service.access import Action, demand
from api.service.context import Context, now, record
from api.service.records import Actor, Role
from api.store.models import Setting
from ingestion.domain import Differ

LATE = 5.0   # seconds that another process may take to notice a change


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Whether a language model may word answers, for whom, and which. Empty: the one that the environment names."""

    enabled: bool = True
    url: str = ""
    model: str = ""
    roles: tuple[Role, ...] = tuple(Role)


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """Whether the language model reads as well, and what stands where it differs. Budgets are tokens, of all and of one
    person on one day, 0 for none; `at_once`: requests of one process; `withheld`: cases are kept from the
    model unless their owner says otherwise.
    """

    enabled: bool = False
    differ: Differ = Differ.CAUTIOUS
    day_tokens: int = 0
    user_tokens: int = 0
    at_once: int = 2
    withheld: bool = False

    def withholds(self, own: bool | None) -> bool:
        """Whether a case is kept from the model, by its owner's word or, without one, as all are."""
        return self.withheld if own is None else own


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """For each person: how many a minute, and `waiting`, how many assessments may wait at a time. Of people whom nobody
    knows yet: how many registrations and sign-ins a minute from one address, and in all.
    """

    requests: int = 3_000
    questions: int = 60
    uploads: int = 120
    assessments: int = 120
    waiting: int = 100
    registrations: int = 20
    all_registrations: int = 60
    sign_ins: int = 30
    all_sign_ins: int = 600


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """After how many days without a change it is deleted; 0 keeps it."""

    cases: int = 0
    conversations: int = 0
    demos: int = 0


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """Who writes to applicants, and by which clock. `issuer`: "" for the policy's; `reference`: how letters are
    numbered, with {year} and {number}, "" for none; `days`: working days in which applicants answer; `zone`: of every
    time on paper.
    """

    issuer: str = ""
    reference: str = ""
    contact: str = ""
    days: int = 10
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Which kinds of notices go to groups by their robots; how many working days before a deadline it is told; at
    which hour of the office's day a digest is sent. Where mail and robots are comes from the environment.
    """

    robots: tuple[str, ...] = ("submitted", "resubmitted", "published")
    days: int = 3
    hour: int = 8


NAMES: dict[type[Any], str] = {ModelSettings: "model", ReadingSettings: "reading", LimitSettings: "limits",
                               RetentionSettings: "retention", OfficeSettings: "office",
                               NoticeSettings: "notices"}
MOST, MOST_TOKENS, MOST_AT_ONCE, MOST_DAYS = 1_000_000, 10**12, 64, 250
MOST_BEFORE, HOURS = 30, 24
LONGEST_LINE, LONGEST_CONTACT = 60, 300
Kind = TypeVar("Kind", ModelSettings, ReadingSettings, LimitSettings, RetentionSettings, OfficeSettings,
               NoticeSettings)


AnySettings = ModelSettings | ReadingSettings | LimitSettings | RetentionSettings | OfficeSettings | NoticeSettings


class Kept:
    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._known: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, kind: type[Kind]) -> Kind:
        """The settings in force; what nobody has set is as the record says."""
        import msgspec

        name = NAMES[kind]
        with self._lock:
            asked, known = self._known.get(name, (0.0, None))
        if known is not None and time.monotonic() - asked < LATE:
            return known  # type: ignore[no-any-return]
        with self._database.reading() as session:
            row = session.get(Setting, name)
        found = msgspec.convert(row.value, kind) if row is not None else kind()
        self._remember(name, found)
        return found

    @property
    def office(self) -> tzinfo:
        """The office's time zone."""
        return clock.zone(self.get(OfficeSettings).zone)

    def today(self) -> date:
        """The office's day."""
        return datetime.now(self.office).date()

    def fresh(self, kind: type[Kind]) -> bool:
        """Whether `get` need not ask the store."""
        with self._lock:
            asked, known = self._known.get(NAMES[kind], (0.0, None))
        return known is not None and time.monotonic() - asked < LATE

    def put(self, actor: Actor, value: AnySettings, reason: str = "") -> None:
        """Failure "forbidden", "setting_invalid", "office_invalid"."""
        demand(actor, Action.ADMINISTER)
        if isinstance(value, OfficeSettings) and not _office(value):
            raise Failure("office_invalid", most=MOST_DAYS)
        fields = asdict(value)
        most = MOST_TOKENS if isinstance(value, ReadingSettings) else MOST
        if any(isinstance(one, int) and not 0 <= one <= most for one in fields.values()) or \
                (isinstance(value, LimitSettings) and min(fields.values()) < 1) or \
                (isinstance(value, NoticeSettings) and not (value.days <= MOST_BEFORE and value.hour < HOURS)) or \
                (isinstance(value, ReadingSettings) and not 1 <= value.at_once <= MOST_AT_ONCE):
            raise Failure("setting_invalid")
        name = NAMES[type(value)]
        with self._database.writing() as session:
            row = session.get(Setting, name, with_for_update=True)
            before = dict(row.value) if row is not None else None
            plain = {key: list(one) if isinstance(one, tuple) else one for key, one in fields.items()}
            if row is None:
                session.add(Setting(name=name, value=plain, revision=1, updated=now(), updated_by=actor.id))
            else:
                row.value, row.revision, row.updated, row.updated_by = plain, row.revision + 1, now(), actor.id
            record(session, actor, "set", "setting", name, before=before, after=plain, reason=reason.strip())
        self._remember(name, value)

    def _remember(self, name: str, value: Any) -> None:
        with self._lock:
            self._known[name] = (time.monotonic(), value)


def _office(value: OfficeSettings) -> bool:
    """Whether letters can be written by it."""
    if not 1 <= value.days <= MOST_DAYS or len(value.contact) > LONGEST_CONTACT or \
            max(len(value.issuer), len(value.reference)) > LONGEST_LINE or not clock.known(value.zone):
        return False
    return not value.reference or (value.reference.count("{number}") == 1 and not set("{}") & set(
        value.reference.replace("{number}", "").replace("{year}", "")))
