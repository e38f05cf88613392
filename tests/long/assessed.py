"""A process of its own that makes assessments, and makes again what another one has stored.

    python -m tests.long.assessed      (a Task as JSON on standard input; a list of Result as JSON on standard output)
"""
from __future__ import annotations

import hashlib
import json
import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from api.service.administration.recomputing import recompute
from api.service.policies.policies import Policies
from api.store.database import Database
from api.store.files import Files
from api.store.models import Assessment, Content
from api.store.rows import INSTALLATION
from tests.ingestion.facts.generated.words import DAYS
from tests.support.web_samples import installation

BASE_TYPES = ("innovation_park", "technology_transfer_center", "joint_research_center", "overseas_innovation_center")


@dataclass(frozen=True, slots=True)
class Task:
    """Assess the folders of `corpus` named by `numbers`, files in an order of `seed`, in `data` and the database `url`;
    then make again the assessments of `keys` that are stored in `other`.
    """

    corpus: str
    numbers: list[int]
    seed: int
    data: str
    url: str
    other: str
    keys: list[str]


@dataclass(frozen=True, slots=True)
class Result:
    """`bytes` is the hash of what is stored: the assessment in both languages."""

    number: int
    key: str
    bytes: str


def main(task: Task) -> tuple[list[Result], list[str]]:
    """What was made, and which of the keys came out otherwise."""
    with installation(Path(task.data), **({"GUOHE_DATABASE_URL": task.url} if task.url else {})) as site:
        made = []
        for number in task.numbers:
            files = [(one.name, one.read_bytes()) for one in sorted(Path(task.corpus, str(number)).iterdir())]
            random.Random(task.seed + number).shuffle(files)
            me = site.client()
            case = me.case(base_type=BASE_TYPES[number % len(BASE_TYPES)],
                           application_date=DAYS[number % len(DAYS)].isoformat())
            for one in files:
                me.upload(case, one)
            assert me.post(f"/api/v1/cases/{case}/assessments").status_code == 202
            with site.services.context.database.reading(INSTALLATION) as session:
                row = session.scalars(select(Assessment).where(Assessment.case_id == case)).one()
                content = session.get_one(Content, row.id).content
            made.append(Result(number, row.key, hashlib.sha256(content).hexdigest()))
    return made, again(Path(task.other), task.keys) if task.keys else []


def again(data: Path, keys: list[str]) -> list[str]:
    database, contents = Database(f"sqlite:///{data / 'guohe.sqlite3'}"), Files((data / "files").as_uri())
    policies = Policies(contents, None, database)
    try:
        return [key for key in keys if not recompute(database, contents, policies, key).same]
    finally:
        policies.close()
        database.close()


if __name__ == "__main__":
    found, other = main(Task(**json.load(sys.stdin)))
    json.dump([[asdict(one) for one in found], other], sys.stdout)
