"""Cases: one applicant's pre-check, its settings and its list."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import api
from api.errors import Failure
from api.service import paging, versions
from api.service.access import Action, demand, may, scope, visible
from api.service.cases.assessments import Assessments
from api.service.cases.events import Events
from api.service.cases.files import CaseFiles
from api.service.context import Context, case_for, changed, held, new_id, now, partly, record
from api.service.policies.policies import Policies
from api.service.records import Actor, CaseLine, CaseView, Page, Upload
from api.service.views import last_job, newest, outdated, seen_line
from api.store import rows
from api.store.models import Assessment, Case, File, Review, User
from assistant.wording.texts import load
from ingestion.policies.policy import Policy

LONGEST = 200
LONGEST_NUMBER = 100    # of a paper application
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Cases:
    context: Context
    policies: Policies
    files: CaseFiles
    assessments: Assessments
    events: Events

    def create(self, actor: Actor, *, base_type: str, application_date: date, title: str = "",
               applicant: str = "") -> CaseView:
        """Failure "unknown_base_type", "date_out_of_range", "forbidden"."""
        return self._create(actor, base_type, application_date, title, applicant, demo=False)

    def create_paper(self, actor: Actor, *, paper_number: str, applicant: str, base_type: str, application_date: date,
                     title: str = "") -> CaseView:
        """A case of an applicant who handed in on paper, under the number that the office received it with; never the
        applicant's own act. Failure "paper_incomplete", "paper_number_taken", and those of `create`.
        """
        demand(actor, Action.CREATE_PAPER)
        if not (_line(applicant) and _number(paper_number)):
            raise Failure("paper_incomplete")
        return self._create(actor, base_type, application_date, title, applicant, demo=False,
                            paper_number=_number(paper_number))

    def take_over(self, actor: Actor, case_id: str) -> CaseView:
        """A paper application that lies with the office, from whoever typed it in: from now on this reviewer adds what
        its applicant sends in later, and another one decides. Failure "not_on_paper".
        """
        force = self.policies.now()
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.READ_REVIEW)
            if not (case.on_paper and case.owner_id == actor.id):     # said twice, it is done once
                case = case_for(session, actor, case_id, Action.REVIEW_CASE)
                if not case.on_paper:
                    raise Failure("not_on_paper")
                record(session, actor, "take_over", "case", case_id, before={"typed_by": case.owner_id},
                       after={"typed_by": actor.id})
                with rows.widened(session):   # nobody gives a case away: it is the office's
                    case.owner_id = actor.id
                    session.flush()
                review = session.get(Review, case_id)
                if review is not None and review.assignee_id == actor.id:
                    review.assignee_id = None    # it is another one's to decide
            return self._view(session, actor, case, force)

    def create_demo(self, actor: Actor, language: str = "zh") -> CaseView:
        """A case with the bundled, fictional application, its assessment already asked for."""
        demo = load(Path(api.__file__).parent / "demo.yaml")
        folder = _examples() / demo["folder"]
        if not folder.is_dir():
            raise Failure("no_demo")
        title = demo["title_en"] if language == "en" else demo["title"]
        view = self._create(actor, demo["base_type"], demo["application_date"], title, "", demo=True)
        with ExitStack() as stack:
            self.files.add(actor, view.id, [
                Upload(path.name, stack.enter_context(path.open("rb"))) for path in sorted(folder.iterdir())])
        self.assessments.start(actor, view.id)
        return self.get(actor, view.id)

    def get(self, actor: Actor, case_id: str) -> CaseView:
        """Failure "not_found" where it is not there or not theirs."""
        force = self.policies.now()
        with self.context.database.reading() as session:
            return self._view(session, actor, case_for(session, actor, case_id), force)

    def seen(self, actor: Actor, case_ids: Sequence[str]) -> frozenset[str]:
        """Those of `case_ids` that the actor may see."""
        with self.context.database.reading(scope(actor)) as session:
            return frozenset(session.scalars(select(Case.id).where(visible(actor), Case.id.in_(case_ids))))

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 50, search: str = "") -> Page[CaseLine]:
        """The most recently changed first; `search` in title and applicant. Those the actor sees, and no others."""
        limit = paging.size(limit)
        conditions: list[ColumnElement[bool]] = [visible(actor)]
        if search.strip():
            found = f"%{_escaped(search.strip()[:LONGEST])}%"
            conditions.append(or_(*(one.ilike(found, escape="\\") for one in (
                Case.title, Case.applicant, Case.paper_number))))
        query = select(Case).where(*conditions).order_by(Case.updated.desc(), Case.id.desc()).limit(limit + 1)
        if after:
            query = query.where(tuple_(Case.updated, Case.id) < tuple_(*paging.at(after)))
        digest = self.policies.digest   # looked up before: a session within a session would wait for a commit's wait
        with self.context.database.reading(scope(actor)) as session:
            rows = session.scalars(query).all()
            total = session.scalar(select(func.count()).select_from(Case).where(*conditions))
            lines = tuple(self._lines(session, actor, rows[:limit], digest))
        more = paging.cursor(rows[limit - 1].updated, rows[limit - 1].id) if len(rows) > limit else None
        return Page(lines, more, total)

    def update(self, actor: Actor, case_id: str, *, title: str | None = None, applicant: str | None = None,
               base_type: str | None = None, application_date: date | None = None, paper_number: str | None = None
               ) -> CaseView:
        """What is None stays. A new base type or date makes the latest assessment stale. `paper_number` is for one that
        came on paper. Failure "not_on_paper", "paper_incomplete", "paper_number_taken" and those of `create`.
        """
        force = self.policies.now()
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.CHANGE_CASE)
            before = _settings(case)
            self._check(base_type, application_date)
            self._mend_paper(session, case, applicant, paper_number)
            case.title = _line(title) or case.title if title is not None else case.title
            case.applicant = _line(applicant) if applicant is not None else case.applicant
            case.base_type = base_type or case.base_type
            case.application_date = application_date or case.application_date
            after = _settings(case)
            if after != before:
                if (before["base_type"], before["application_date"]) != (after["base_type"], after["application_date"]):
                    changed(case)
                case.updated = now()
                self.events.publish(session, case_id, "case", {"revision": case.revision, **after})
                record(session, actor, "change", "case", case_id,
                       changed=[name for name in after if after[name] != before[name]])
            session.flush()
            return self._view(session, actor, case, force)

    def delete(self, actor: Actor, case_id: str) -> None:
        """A draft, with every text of it: files that no other case holds, assessments, conversations, events.

        Failure "handed_in_for_good": what was handed in, an administrator deletes (`Retention.delete_case`).
        """
        with self.context.database.writing() as session:
            case_for(session, actor, case_id, Action.DELETE_CASE)
            self.files.doom(session, session.scalars(select(File.sha256).where(File.case_id == case_id)))
            session.execute(delete(Case).where(Case.id == case_id))
            record(session, actor, "delete", "case", case_id)
        self.events.wake(case_id)
        self.files.sweep()

    # --------------------------------------------------------------------------------------------------------------

    def _create(self, actor: Actor, base_type: str, application_date: date, title: str, applicant: str, *,
                demo: bool, paper_number: str | None = None) -> CaseView:
        """A new case, numbered, told of and noted."""
        demand(actor, Action.CREATE_CASE)
        self._check(base_type, application_date)
        force = self.policies.now()
        label = force[0].base_type(base_type).label
        case = Case(id=new_id(), owner_id=actor.id, title=_line(title) or _line(applicant) or label,
                    applicant=_line(applicant), base_type=base_type, application_date=application_date, created=now(),
                    updated=now(), revision=1, demo=demo, withheld=None, latest_id=None, handed_in=None,
                    paper_number=paper_number)
        with self.context.database.writing(scope(actor)) as session:
            session.add(case)
            _numbered(session, case)
            self.events.publish(session, case.id, "case", {"revision": case.revision, **_settings(case)})
            if paper_number is None:
                record(session, actor, "create", "case", case.id, demo=demo)
            else:
                record(session, actor, "create_paper", "case", case.id)
            return self._view(session, actor, case, force)

    @staticmethod
    def _mend_paper(session: Session, case: Case, applicant: str | None, paper_number: str | None) -> None:
        if not case.on_paper:
            if paper_number is not None:
                raise Failure("not_on_paper")
            return
        if (applicant is not None and not _line(applicant)) or (paper_number is not None and not _number(paper_number)):
            raise Failure("paper_incomplete")
        case.paper_number = _number(paper_number) if paper_number is not None else case.paper_number
        _numbered(session, case)

    def _check(self, base_type: str | None, application_date: date | None) -> None:
        known = [one.id for one in self.policies.current.base_types]
        if base_type is not None and base_type not in known:
            raise Failure("unknown_base_type", base_type=base_type, choices=", ".join(known))
        if application_date is not None and not EARLIEST <= application_date <= LATEST:
            raise Failure("date_out_of_range", date=application_date.isoformat(), first=EARLIEST.year, last=LATEST.year)

    @staticmethod
    def _view(session: Session, actor: Actor, case: Case, force: tuple[Policy, str]) -> CaseView:
        """`force` is the policy in force with its digest."""
        owner = session.get_one(User, case.owner_id)
        latest = newest(session, case, case.handed_in if partly(case, actor) else None)
        review = session.get(Review, case.id)
        mine = may(actor, Action.CHANGE_CASE, case.owner_id)
        return CaseView(
            case.id, case.owner_id, owner.name, case.title, case.applicant, case.base_type, case.application_date,
            case.created, case.updated, case.revision, case.demo,
            latest is not None and latest.revision != case.revision,
            seen_line(latest, case, review, actor) if latest else None, last_job(session, case.id),
            mine and not held(case, review), outdated(latest, review, force[1]), force[0].version,
            review.status if review else None, mine and case.handed_in is None, case.withheld, case.paper_number,
            latest is not None and latest.extractor != versions.extractor())

    @staticmethod
    def _lines(session: Session, actor: Actor, rows: Sequence[Case], digest: str) -> Iterator[CaseLine]:
        """Cases as lines of a list, with what of their results may be seen."""
        ids = [row.id for row in rows]
        counted = {row.case_id: row.number for row in session.execute(
            select(File.case_id, func.count().label("number")).where(File.case_id.in_(ids), File.removed.is_(None))
            .group_by(File.case_id))}
        latest = {one.id: one for one in session.scalars(
            select(Assessment).where(Assessment.id.in_([row.latest_id for row in rows if row.latest_id])))}
        reviews = {one.case_id: one for one in session.scalars(select(Review).where(Review.case_id.in_(ids)))}
        for row in rows:
            made, review, less = latest.get(row.latest_id or ""), reviews.get(row.id), partly(row, actor)
            made = newest(session, row, row.handed_in) if less else made
            yield CaseLine(row.id, row.title, row.applicant, row.base_type, row.application_date, row.created,
                           row.updated, made.files if less and made else counted.get(row.id, 0),
                           seen_line(made, row, review, actor) if made else None,
                           review.status if review else None, outdated(made, review, digest), row.paper_number)


def _examples() -> Path:
    """Beside the packages in the repository, inside this one where it is installed."""
    here = Path(api.__file__).parent
    return next((folder for folder in (here / "examples", here.parent / "examples") if folder.is_dir()), here)


def _settings(case: Case) -> dict[str, str]:
    return {"title": case.title, "applicant": case.applicant, "base_type": case.base_type,
            "application_date": case.application_date.isoformat(),
            **({} if case.paper_number is None else {"paper_number": case.paper_number})}


def _numbered(session: Session, case: Case) -> None:
    """Flushed; no two paper applications have one number. Failure "paper_number_taken"."""
    number = case.paper_number
    try:
        session.flush()
    except IntegrityError as error:
        if number is None:
            raise
        raise Failure("paper_number_taken", name=number) from error


def _number(text: str) -> str:
    return _line(text)[:LONGEST_NUMBER].strip()


def _line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text).strip()[:LONGEST]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
