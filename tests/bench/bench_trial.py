"""A trial of a new policy version over stored cases: `python -m tests.bench.bench_trial [cases]`.

The facts of one real assessment are stored again for every case; no document is read.
"""
from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from api.service.cases import stored
from api.service.context import new_id, now
from api.service.records import Role
from api.store.models import Assessment, Case, Content
from api.store.rows import INSTALLATION
from tests.support import policy_samples
from tests.support.web_samples import Installation, installation

Row = TypeVar("Row", Case, Assessment)
GOAL = 60.0    # seconds for 1,000 cases on two cores


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as site:
        fill(site, wanted)
        staff, work = site.client(Role.POLICY_STAFF).actor, site.services.policy_work
        made = work.versions.upload(staff, policy_samples.zipped(policy_samples.stricter()))
        began = time.monotonic()
        work.trials.wait(work.trials.start(staff, made.line.id).id)
        took = time.monotonic() - began
        trial = work.trials.latest(staff, made.line.id)
        assert trial is not None
        assert trial.found is not None
        found = trial.found
        sys.stdout.write(f"{found.cases} cases, {found.flipped} flipped: {took:.1f} s (goal {GOAL:.0f} s)\n")
        sys.exit(took > GOAL)


def fill(site: Installation, wanted: int) -> None:
    """The example's assessment, again and again, as cases of their own."""
    me = site.client()
    case_id = me.post("/api/v1/cases/demo").json()["id"]
    with site.services.context.database.writing(INSTALLATION) as session:
        first = session.get_one(Case, case_id)
        row = session.scalars(select(Assessment).where(Assessment.case_id == case_id)).one()
        content = session.get_one(Content, row.id).content
        stored.decode(content)
        for number in range(wanted - 1):
            copy = _copy(first, id=new_id(), title=f"{number}", updated=now())
            made = _copy(row, id=new_id(), case_id=copy.id, job_id=new_id())
            copy.latest_id = made.id
            session.add(copy)
            session.flush()
            session.add(made)
            session.flush()
            session.add(Content(assessment_id=made.id, content=content))


def _copy(row: Row, **changes: object) -> Row:
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns} | changes
    return type(row)(**values)


if __name__ == "__main__":
    main()
