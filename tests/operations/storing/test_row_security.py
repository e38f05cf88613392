"""Row-level security on PostgreSQL: where the application forgets its own condition, the database still holds it.

Once as the role that owns the tables (FORCE), once as one that owns nothing.
"""
from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text, true
from sqlalchemy.exc import DBAPIError

from api.cli import main
from api.service.access import Action, scope
from api.service.context import new_id, now
from api.service.notice_records import Choices, Kind, Told, Way
from api.service.notices.noting import Noting
from api.service.records import Actor, Role
from api.store import rows
from api.store.database import Database
from api.store.models import RULES, Base, Case, ReaderAnswer, Reading
from api.store.models.row_security import names
from api.store.rows import INSTALLATION, NOBODY
from tests.api.access.test_tenants import ASKED, CANARY, ENDLESS, ask, found_routes, leaks
from tests.support import review_samples
from tests.support.databases import KINDS, SUPERUSER, as_role, fresh, statement
from tests.support.web_samples import Client, Installation, installation

SHARED = [one for one in KINDS if one == "postgresql"]
SECRET = "a secret that all of them share, 42"
# Tables that name a person or something of theirs, and hold no text of an applicant's.
OPEN = {
    "sessions", "tokens", "identities",   # how somebody is known, before it is known who
    "resets",                             # the digest of a link for a new password, asked before anybody is signed in
    "asked", "asked_clauses",             # digests and counts of questions
    "model_use",                          # tokens of a day
}
TELLING = {"owner_id", "user_id", "case_id", "conversation_id", "turn_id", "assessment_id"}
POLICY_QUESTION = "申报需要哪些材料？"


@dataclass(frozen=True)
class Place:
    site: Installation
    owner: Client
    other: Client
    reviewer: Client
    case: str
    file: str

    @property
    def database(self) -> Database:
        return self.site.services.context.database


@pytest.fixture(scope="module", params=[f"{one} {role}" for one in SHARED for role in ("owner", "plain")])
def place(request: pytest.FixtureRequest, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two applicants, each with a row in every table, and a reviewer."""
    address = fresh(postgres)
    if request.param.endswith("plain"):
        made = Database(address)
        made.migrate()
        made.close()
        name = f"plain_{new_id()[:8]}"
        superuser = as_role(address, SUPERUSER)
        for one in (f"CREATE ROLE {name} LOGIN PASSWORD '{name}'", f"GRANT USAGE ON SCHEMA public TO {name}",
                    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
                    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"):
            statement(superuser, one)
        address = as_role(address, name, name)
    with installation(tmp_path_factory.mktemp("site"), GUOHE_DATABASE_URL=address, GUOHE_SECRET=SECRET) as site:
        yield furnished(site)


def furnished(site: Installation) -> Place:
    owner, other, reviewer = site.client(), site.client(), site.client(Role.REVIEWER)
    cases = [filled(one, reviewer, title) for one, title in ((owner, CANARY), (other, "别人"))]
    file = owner.get(f"/api/v1/cases/{cases[0]}/files").json()[0]["id"]
    return Place(site, owner, other, reviewer, cases[0], file)


def filled(owner: Client, reviewer: Client, title: str) -> str:
    """A case with everything that a case can have; its id."""
    case = owner.assessed(("申报书.txt", f"{review_samples.TEXT}{title}".encode()), title=title, applicant=title)
    reply = {"subject": review_samples.PAPERS, "version": 0, "text": title}
    assert owner.post(f"/api/v1/cases/{case}/replies", json=reply).status_code == 201
    assert owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    for path in (f"/api/v1/cases/{case}/answers", "/api/v1/answers"):
        turn = owner.post(path, json={"question": f"{POLICY_QUESTION}{title}"}).json()["id"]
        owner.post(f"/api/v1/turns/{turn}/rating", json={"up": False, "comment": title})
    assert review_samples.decide(reviewer, case, "confirm").status_code == 201
    services = reviewer_services(reviewer)
    services.letters.save(reviewer.actor, case, title, 0)
    services.presences.come(reviewer.actor, case)
    read_again(owner, case)
    services.worklist.save_view(owner_as_reviewer(owner), title, "status=received")
    told(owner, case)
    return case


def read_again(owner: Client, case: str) -> None:
    """A second reading of the case, with an answer."""
    database: Database = owner.http.app.state.services.context.database  # type: ignore[attr-defined]
    with database.writing(INSTALLATION) as session:
        latest = session.get_one(Case, case).latest_id
        session.add(Reading(
            id=new_id(), case_id=case, assessment_id=latest, requested_by=owner.actor.id, state="done", done=1, total=1,
            created=now(), updated=now(), attempts=0, host="h", model="m", foreseen=1, tokens=1, seconds=1.0, code="",
            error="", error_en="", made_id=None))
        session.add(ReaderAnswer(id=new_id(), case_id=case, digest="0" * 64, text="{}", tokens=1, seconds=1.0,
                                 ended="stop", created=now()))


def told(owner: Client, case: str) -> None:
    """A notice, what its owner chose, and a mail on its way."""
    services = owner.http.app.state.services  # type: ignore[attr-defined]
    services.notices.choose(owner.actor, Choices())
    with services.context.database.writing(INSTALLATION) as session:
        Noting(services.administration.kept, (Way.MAIL,)).tell(
            session, Told(Kind.RETURNED, case, {"receipt": "20261201-ABCDEF", "round": 1}), {owner.actor.id})


def reviewer_services(client: Client) -> Any:
    return client.http.app.state.services.review  # type: ignore[attr-defined]


def owner_as_reviewer(owner: Client) -> Actor:
    """Everybody may come to be a reviewer; their saved filters are theirs."""
    return Actor(owner.actor.id, owner.actor.email, owner.actor.name, Role.REVIEWER)


def counted(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def keys(table: str) -> str:
    return ", ".join(one.name for one in Base.metadata.tables[table].primary_key)


def held(place: Place, table: str, who: rows.Scope) -> set[tuple[Any, ...]]:
    with place.database.reading(who) as session:
        return {tuple(row) for row in session.execute(text(f"SELECT {keys(table)} FROM {table}"))}  # noqa: S608


def test_every_table_that_tells_of_a_person_has_rules() -> None:
    """Whoever adds one gives it rules, or says here why it needs none."""
    telling = {name for name, table in Base.metadata.tables.items() if TELLING & set(table.columns.keys())}
    assert telling - set(RULES) == OPEN
    assert set(RULES) - telling == set()


@pytest.mark.parametrize("table", RULES)
def test_a_statement_without_any_condition_reaches_ones_own_rows_only(place: Place, table: str) -> None:
    """SELECT, count, UPDATE and DELETE as one applicant: no row of another's is returned, counted, changed, gone."""
    mine, every = held(place, table, scope(place.other.actor)), held(place, table, INSTALLATION)
    theirs = held(place, table, scope(place.owner.actor))
    assert theirs, "the test needs a row of the other's"
    assert not mine & theirs
    assert mine | theirs <= every
    column = Base.metadata.tables[table].primary_key.columns.keys()[0]
    for sql in (f"UPDATE {table} SET {column} = {column} RETURNING {keys(table)}",  # noqa: S608
                f"DELETE FROM {table} RETURNING {keys(table)}"):  # noqa: S608
        with place.database.engine.connect() as connection:
            rows.say(connection, scope(place.other.actor))
            assert counted(connection, table) == len(mine)
            assert {tuple(row) for row in connection.execute(text(sql))} <= mine
            connection.rollback()
    assert held(place, table, INSTALLATION) == every


@pytest.mark.parametrize("table", RULES)
def test_a_transaction_that_says_nothing_sees_nothing(place: Place, table: str) -> None:
    """What forgets to say for whom it works finds no row."""
    assert held(place, table, NOBODY) == set()
    with place.database.engine.connect() as connection:
        assert counted(connection, table) == 0


def test_rows_cannot_be_put_into_what_is_another_s(place: Place) -> None:
    """Neither a new file in another's case, nor one's own case made another's."""
    statements = (
        f"INSERT INTO events (case_id, kind, data, at) VALUES ('{place.case}', 'x', '{{}}', now())",  # noqa: S608
        f"UPDATE cases SET owner_id = '{place.owner.actor.id}'",  # noqa: S608
        f"UPDATE files SET case_id = '{place.case}'",  # noqa: S608
        f"UPDATE conversations SET user_id = '{place.owner.actor.id}'")  # noqa: S608
    for sql in statements:
        with place.database.engine.connect() as connection, pytest.raises(DBAPIError, match="row-level security"):
            rows.say(connection, scope(place.other.actor))
            connection.execute(text(sql))


def test_a_draft_is_its_owners_alone(place: Place) -> None:
    """No row of it is there for those who see every case that was handed in, whatever they ask."""
    draft = place.site.client()
    case = draft.assessed(("申报书.txt", review_samples.TEXT.encode()), title="草稿")
    reply = {"subject": review_samples.PAPERS, "version": 0, "text": "草稿"}
    assert draft.post(f"/api/v1/cases/{case}/replies", json=reply).status_code == 201
    who, every = scope(place.reviewer.actor), INSTALLATION
    for table in ("cases", "files", "assessments", "assessment_contents", "assessed_files", "jobs", "events",
                  "item_keys", "replies"):
        mine = held(place, table, scope(draft.actor))
        assert mine, table
        assert held(place, table, who) == held(place, table, every) - mine, table
    assert held(place, "submissions", who) == held(place, "submissions", every)
    assert draft.delete(f"/api/v1/cases/{case}").status_code == 204


def test_reviewers_read_every_case_and_change_none(place: Place) -> None:
    """They may lock it, and write what reviewers write; the case, its files and results stay as they are."""
    who = scope(place.reviewer.actor)
    for table in ("cases", "files", "assessments", "assessment_contents", "decisions", "letters"):
        assert held(place, table, who) == held(place, table, INSTALLATION), table
    for table in ("conversations", "thumbs"):
        assert held(place, table, who) == set(), table
    with place.database.engine.connect() as connection:
        rows.say(connection, who)
        assert len(connection.execute(text("SELECT id FROM cases FOR UPDATE")).all()) == 2
        assert connection.execute(text("UPDATE reviews SET seconds = seconds")).rowcount == 2
        assert connection.execute(text("DELETE FROM files")).rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text("UPDATE cases SET title = 'x'"))


def test_staff_of_the_policy_see_what_was_asked_about_it_and_nothing_about_cases(place: Place) -> None:
    """Questions of everybody's about the policy, with what was said of the answers; none about a case."""
    staff = place.site.client(Role.POLICY_STAFF)
    who = scope(staff.actor, Action.READ_POLICY_WORK)
    with place.database.reading(who) as session:
        cases = session.execute(text(
            "SELECT DISTINCT c.case_id FROM turns t JOIN conversations c ON c.id = t.conversation_id")).all()
        turns = session.execute(text("SELECT record->>'question' FROM turns")).scalars().all()
        said = session.execute(text("SELECT comment FROM thumbs")).scalars().all()
    assert cases == []
    assert sorted(turns) == sorted(f"{POLICY_QUESTION}{one}" for one in (CANARY, "别人"))
    assert sorted(said) == sorted((CANARY, "别人"))
    assert held(place, "cases", who) == set()


def test_a_pooled_connection_takes_nothing_to_the_next_transaction(place: Place) -> None:
    """After a commit, a rollback and an error: the same connection knows nobody."""
    from sqlalchemy import create_engine

    engine = create_engine(place.database.url, pool_size=1, max_overflow=0)
    who = scope(place.owner.actor)

    def seen(connection: Connection) -> int:
        return counted(connection, "cases")

    backends = set()
    for end in ("commit", "rollback", "error"):
        with engine.connect() as connection:
            backends.add(connection.execute(text("SELECT pg_backend_pid()")).scalar())
            rows.say(connection, who)
            assert seen(connection) == 1
            if end == "error":
                with pytest.raises(DBAPIError):
                    connection.execute(text("SELECT 1/0"))
            elif end == "commit":
                connection.commit()
                assert seen(connection) == 0
            else:
                connection.rollback()
                assert seen(connection) == 0
        with engine.connect() as connection:
            backends.add(connection.execute(text("SELECT pg_backend_pid()")).scalar())
            assert seen(connection) == 0
    assert len(backends) == 1
    engine.dispose()


def test_a_session_keeps_its_scope_over_its_transactions_and_a_wider_step_ends(place: Place) -> None:
    """A commit in between loses nothing, and what the installation did within leaves nothing open."""
    with place.database.reading(scope(place.owner.actor)) as session:
        def seen() -> int:
            return counted(session.connection(), "cases")

        assert seen() == 1
        session.commit()
        assert seen() == 1
        with rows.widened(session):
            assert seen() == 2
        assert seen() == 1


def unruled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own rule, gone: everybody may do and see everything."""
    for name, module in list(sys.modules.items()):
        if name.startswith("api.service.") and name != "api.service.access":
            if hasattr(module, "visible"):
                monkeypatch.setattr(module, "visible", lambda _actor: true())
            if hasattr(module, "may"):
                monkeypatch.setattr(module, "may", lambda *_, **__: True)
            if hasattr(module, "demand"):
                monkeypatch.setattr(module, "demand", lambda *_, **__: None)


def walked(place: Place) -> tuple[int, list[str]]:
    """Every read of the interface as every kind of stranger: how many, and the paths that gave something away."""
    ids = {"case_id": place.case, "file_id": place.file, "page": "1", "kind": "report.docx", "ref": "第八条",
           "assessment_id": str(place.owner.get(f"/api/v1/cases/{place.case}/assessments").json()["items"][0]["id"])}
    strangers = (place.other, place.site.client(Role.POLICY_STAFF), place.site.client(Role.ADMINISTRATOR))
    asked, open_paths = 0, []
    for route in found_routes(place.site):
        if route.method != "get" or route.path.startswith(("/api/v1/questions", "/api/v1/policies")) \
                or route.path.endswith(ENDLESS):
            continue  # what was asked about the policy is shown to its staff; a stream does not end
        for who in strangers:
            answer = ask(who, route, ids)
            asked += 1
            if leaks(answer) or ("{case_id}" in route.path and answer.status_code < 400):
                open_paths.append(route.path)
    return asked, open_paths


def test_who_sees_every_case_looks_up_none_of_them_for_each_row(place: Place) -> None:
    """Lists over all cases would take several times as long; and a setting is read once for a statement."""
    with place.database.reading(scope(place.reviewer.actor)) as session:
        plan = "\n".join(session.scalars(text("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM reviews")))
        assert session.scalar(text("SHOW jit")) == "off"   # else it compiles for longer than such a statement runs
    assert "current_setting" not in plan.partition("InitPlan")[0]
    looked = [line for line in plan.splitlines() if re.search(r"Scan .*on cases", line)]
    assert looked
    assert all("never executed" in line for line in looked)


def test_with_the_application_s_rule_gone_strangers_still_see_nothing(place: Place, monkeypatch: pytest.MonkeyPatch
                                                                     ) -> None:
    """Every read of the interface as every other person, while the application allows everything."""
    unruled(monkeypatch)
    asked, open_paths = walked(place)
    assert asked > 100
    assert open_paths == []
    assert place.other.get("/api/v1/cases").json()["total"] == 1
    assert place.other.get("/api/v1/cases", params={"search": ASKED}).json()["total"] == 0
    assert place.other.get("/api/v1/review/cases").json()["total"] == 1


def test_without_row_security_that_would_give_cases_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same walk on SQLite, which has no second lock: so the test above can fail."""
    with installation(tmp_path) as site:
        place = furnished(site)
        unruled(monkeypatch)
        open_paths = walked(place)[1]
    assert {"/api/v1/cases/{case_id}", "/api/v1/cases/{case_id}/files/{file_id}/content",
            "/api/v1/review/cases/{case_id}"} <= set(open_paths)


def test_whether_the_database_holds_is_told(place: Place) -> None:
    """To administrators, on the page of health; a superuser passes all rules by, and that is said."""
    assert place.database.guarded()
    superuser = Database(as_role(place.database.url, SUPERUSER))
    assert not superuser.guarded()
    superuser.close()
    parts = place.site.services.administration.health.parts(place.site.client(Role.ADMINISTRATOR).actor)
    assert parts[0].facts["row_security"] is True


def test_the_doctor_puts_rules_back(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                    capsys: pytest.CaptureFixture[str]) -> None:
    """A policy that was dropped, a table that was opened: found, mended, and nothing is found after that."""
    if not postgres:
        return
    address = fresh(postgres)
    with installation(tmp_path, GUOHE_DATABASE_URL=address) as site:
        site.client().assessed()
        database = site.services.context.database
        monkeypatch.setenv("GUOHE_DATABASE_URL", address)
        statement(address, f"DROP POLICY {names('files')[0]} ON files")
        statement(address, "ALTER TABLE turns NO FORCE ROW LEVEL SECURITY")
        assert main(["doctor", "--data", str(tmp_path), "--lang", "en", "--check"]) == 2
        assert "row-level security in the database: 2 found that can be mended" in capsys.readouterr().out
        assert main(["doctor", "--data", str(tmp_path), "--lang", "en"]) == 0
        assert "row-level security in the database: 2 found and mended (files turns)" in capsys.readouterr().out
        assert main(["doctor", "--data", str(tmp_path), "--lang", "en", "--check"]) == 0
        with database.reading() as session:
            assert counted(session.connection(), "files") == 0
