"""The supplement letter 补正通知: drafted from what is lacking, edited by people, kept in every version, sent."""
from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import clock, paging
from api.service.access import Action, may
from api.service.administration.stored_settings import Kept, OfficeSettings
from api.service.cases import standing
from api.service.cases.events import Events
from api.service.context import Context, case_for, new_id, now, record
from api.service.policies.policies import Policies
from api.service.records import Actor, Page
from api.service.review.progress import Progress, review_of
from api.service.review.worklist import NEVER, people
from api.service.review_records import Change, LetterDraft, LetterFrame, LetterView, SentLetter, Status
from api.store.models import Letter
from assistant.report import letter

LONGEST = 20_000
WIDTHS = {"title": 200, "issuer": 200, "reference": 100, "contact": 500}
NUMBERS = zlib.crc32(b"numbers of letters")    # given one at a time


@dataclass(frozen=True)
class Letters:
    context: Context
    policies: Policies
    progress: Progress
    events: Events
    kept: Kept

    def latest(self, actor: Actor, case_id: str) -> LetterView | None:
        """The newest version, None where nobody has saved one."""
        found = self.versions(actor, case_id, limit=1).items
        return found[0] if found else None

    def versions(self, actor: Actor, case_id: str, *, after: str | None = None, limit: int = 50) -> Page[LetterView]:
        """All of them, the newest first."""
        with self.context.database.reading() as session:
            case_for(session, actor, case_id, Action.READ_REVIEW)
            found, more = _part(session, case_id, after, limit)
            return Page(tuple(_view(session, one) for one in found), more)

    def sent(self, actor: Actor, case_id: str, *, after: str | None = None, limit: int = 50) -> Page[SentLetter]:
        """What the applicant was sent, the newest first, for whoever sees the case."""
        with self.context.database.reading() as session:
            case_for(session, actor, case_id)
            found, more = _part(session, case_id, after, limit, Letter.sent.is_not(None))
            return Page(tuple(SentLetter(one.number, whole(one), one.reference, one.due, one.sent)
                              for one in found if one.sent), more)

    def draft(self, actor: Actor, case_id: str, language: str = "zh") -> LetterDraft:
        """The letter as the gaps and the settings of now make it. Failure "not_submitted", "not_assessed"."""
        office = self.kept.get(OfficeSettings)
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id, Action.READ_REVIEW)
            review = review_of(session, case_id)
            made = standing.stand(session, self.policies, case, language)
            text = letter.draft(made.reviewed.assessment, made.policy, case.applicant or case.title, language,
                                standing.left(made.reviewed))
            issuer = office.issuer or (made.policy.issuer if language == "zh" else made.policy.issuer_en)
            today = clock.today(office.zone)
            chosen = review.due if today < review.due < NEVER else None
            by_rule = clock.working_days_after(today, office.days)
            return LetterDraft(text, LetterFrame(
                letter.title(made.policy, made.reviewed.assessment.base_type, language), issuer, "", office.contact,
                chosen), by_rule, office.days, clock.announced(by_rule.year))

    def shown(self, draft: LetterDraft, text: str, frame: LetterFrame, language: str) -> tuple[letter.Line, ...]:
        """The whole letter; what is left open as it would be if it were sent today."""
        if frame.title and not frame.dated:
            frame = replace(frame, dated=self.kept.today())
        if frame.title and not frame.due:
            frame = replace(frame, due=draft.by_rule, days=draft.days)
        return letter.compose(text.replace("\r\n", "\n").strip(), as_frame(frame), language)

    def save(self, actor: Actor, case_id: str, text: str, number: int, frame: LetterFrame | None = None,
             language: str = "zh") -> LetterView:
        """A new version after the one numbered so; without a frame with that of the version before, else the draft's.

        Failure "letter_meanwhile" where somebody saved another, "letter_due" for a last day that has passed.
        """
        if len(text) > LONGEST:
            raise Failure("too_long", most=LONGEST)
        if frame is None:
            before = self.latest(actor, case_id)
            frame = replace(before.frame, reference="", due=None, days=None, dated=None) if before and \
                before.frame.title else self.draft(actor, case_id, language).frame
        self._check(frame)
        with self.context.database.writing() as session:
            case_for(session, actor, case_id, Action.REVIEW_CASE)
            review_of(session, case_id)
            last = _newest(session, case_id)
            if (last.number if last else 0) != number:
                by = people(session, {last.by_id})[last.by_id].name if last else ""
                raise Failure("letter_meanwhile", by=by)
            row = Letter(id=new_id(), case_id=case_id, number=number + 1, text=text.replace("\r\n", "\n").strip(),
                         by_id=actor.id, created=now(), sent=None, language=language, days=None, year=None, serial=None,
                         due=frame.due, dated=frame.dated,
                         **{name: str(getattr(frame, name)).strip() for name in WIDTHS})
            session.add(row)
            session.flush()
            record(session, actor, "letter", "case", case_id, number=row.number, sha256=_digest(row))
            return _view(session, row)

    def send(self, actor: Actor, case_id: str) -> LetterView:
        """Return the case to its applicant with the newest version, which they see from now on: dated, numbered, with
        the last day to answer, each where nobody has given one. Failure "no_letter", "letter_due"."""
        office = self.kept.get(OfficeSettings)
        with self.context.database.writing() as session:
            case_for(session, actor, case_id, Action.REVIEW_CASE)
            row = _newest(session, case_id)
            if row is None or row.sent:
                raise Failure("no_letter")
            if row.title:
                self._complete(session, row, office)
            due = Change(status=Status.RETURNED, due=row.due)
            self.progress.apply(session, actor, case_id, due, lettered=True)
            row.sent = now()
            session.flush()
            record(session, actor, "letter_sent", "case", case_id, number=row.number, sha256=_digest(row),
                   reference=row.reference, due=row.due.isoformat() if row.due else None)
            return _view(session, row)

    def file(self, actor: Actor, case_id: str, number: int | None, kind: str) -> tuple[bytes, str]:
        """A version as "docx" or "pdf", with its title; the newest without a number. Applicants have what they were
        sent. Failure "not_found"."""
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id)
            office = may(actor, Action.READ_REVIEW, case.owner_id)
            query = select(Letter).where(Letter.case_id == case_id).order_by(Letter.number.desc()).limit(1)
            if number is not None:
                query = query.where(Letter.number == number)
            row = session.scalar(query if office else query.where(Letter.sent.is_not(None)))
            if row is None:
                raise Failure("not_found")
            text, frame, language, sent = row.text, as_frame(_frame(row)), row.language, row.sent is not None
        return _rendered(text, frame, kind, language, sent=sent), frame.title

    def drafted(self, actor: Actor, case_id: str, kind: str, language: str = "zh") -> tuple[bytes, str]:
        """The draft of now as a file."""
        made = self.draft(actor, case_id, language)
        frame = replace(made.frame, dated=self.kept.today())
        if frame.due is None:
            frame = replace(frame, due=made.by_rule, days=made.days)
        return _rendered(made.text, as_frame(frame), kind, language, sent=False), frame.title

    def _check(self, frame: LetterFrame) -> None:
        if any(len(str(getattr(frame, name))) > most for name, most in WIDTHS.items()):
            raise Failure("too_long", most=max(WIDTHS.values()))
        if frame.due is not None and frame.due < self.kept.today():
            raise Failure("letter_due", day=frame.due.isoformat())

    def _complete(self, session: Session, row: Letter, office: OfficeSettings) -> None:
        """Date, deadline and number of a letter that is sent."""
        today = clock.today(office.zone)
        row.dated = row.dated or today
        if row.due is None:
            row.due, row.days = clock.working_days_after(today, office.days), office.days
        elif row.due < today:
            raise Failure("letter_due", day=row.due.isoformat())
        if not row.reference and office.reference:
            self.context.database.alone(session, NUMBERS)
            year = row.dated.year
            last = session.scalar(select(func.max(Letter.serial)).where(Letter.year == year)) or 0
            row.year, row.serial = year, last + 1
            row.reference = office.reference.format(year=year, number=row.serial)


def whole(row: Letter) -> str:
    """The letter as plain text."""
    return letter.plain(row.text, as_frame(_frame(row)), row.language)


def last_sent(session: Session, case_id: str) -> Letter | None:
    return session.scalar(select(Letter).where(Letter.case_id == case_id, Letter.sent.is_not(None))
                          .order_by(Letter.number.desc()).limit(1))


def as_frame(frame: LetterFrame) -> letter.Frame:
    return letter.Frame(frame.title, frame.issuer, frame.reference, frame.contact, frame.due, frame.days, frame.dated)


def _rendered(text: str, frame: letter.Frame, kind: str, language: str, *, sent: bool) -> bytes:
    from assistant.report import letter_file

    return letter_file.render(text, frame, kind, language, sent=sent)


def _digest(row: Letter) -> str:
    return hashlib.sha256(whole(row).encode()).hexdigest()


def _part(session: Session, case_id: str, after: str | None, limit: int, *more: ColumnElement[bool]
          ) -> tuple[Sequence[Letter], str | None]:
    limit = paging.size(limit)
    query = select(Letter).where(Letter.case_id == case_id, *more).order_by(Letter.number.desc()).limit(limit + 1)
    if after:
        query = query.where(Letter.number < paging.number(after))
    found = session.scalars(query).all()
    return found[:limit], paging.cursor(found[limit - 1].number) if len(found) > limit else None


def _newest(session: Session, case_id: str) -> Letter | None:
    return session.scalar(select(Letter).where(Letter.case_id == case_id).order_by(Letter.number.desc()).limit(1))


def _frame(row: Letter) -> LetterFrame:
    return LetterFrame(row.title, row.issuer, row.reference, row.contact, row.due, row.days, row.dated)


def _view(session: Session, row: Letter) -> LetterView:
    return LetterView(row.id, row.number, row.text, people(session, {row.by_id})[row.by_id], row.created, row.sent,
                      _frame(row), row.language)
