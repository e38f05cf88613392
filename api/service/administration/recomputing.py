"""An assessment made again from what is stored: the files' bytes, the policy's folder, the date and the type."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from api.errors import Failure
from api.service import versions
from api.service.cases import stored
from api.service.policies.policies import Policies
from api.store.database import Database
from api.store.files import Files
from api.store.models import AssessedFile, Assessment, Content, File
from api.store.rows import INSTALLATION


@dataclass(frozen=True, slots=True)
class Recomputed:
    """`same`: every byte of the assessment's JSON, in both languages, and its key. `differs` names what is not."""

    assessment_id: str
    same: bool
    differs: tuple[str, ...]
    extractor: str
    extractor_now: str
    bodies: dict[str, Any]


def recompute(database: Database, contents: Files, policies: Policies, key: str) -> Recomputed:
    """`key` is an assessment's key or its id. Nothing that was read before is used: the files are read anew, and a
    language model that read says what it said then.

    Failure "not_found" for an unknown key, and where a file's content or the policy is not kept any more.
    """
    from api.service.cases.reading import document_of

    with database.reading(INSTALLATION) as session:
        row = session.scalar(select(Assessment).where(or_(Assessment.key == key, Assessment.id == key))
                             .order_by(Assessment.created.desc()).limit(1))
        if row is None:
            raise Failure("not_found")
        files = session.execute(select(File.sha256, File.name).join(AssessedFile, AssessedFile.file_id == File.id)
                                .where(AssessedFile.assessment_id == row.id).order_by(File.name)).all()
        content = session.get_one(Content, row.id).content
    documents = [document_of(contents, sha256, name) for sha256, name in files]
    before, policy = stored.decode(content), policies.of(row.policy_digest)
    made = stored.remade(stored.make(documents, policy, row.base_type, row.application_date), documents, policy, before)
    made_key = stored.key(documents, row.policy_digest, versions.extractor(), row.base_type, row.application_date, made)
    differs = [name for name, other in (
        ("key", made_key != row.key), ("zh", _bytes(made.bodies["zh"]) != _bytes(before.bodies["zh"])),
        ("en", _bytes(made.bodies["en"]) != _bytes(before.bodies["en"])),
        ("content", stored.encode(made) != content)) if other]
    return Recomputed(row.id, not differs, tuple(differs), row.extractor, versions.extractor(), made.bodies)


def _bytes(body: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(body)
