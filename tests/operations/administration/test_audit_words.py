"""The audit says everything in words, in both languages, with the value as it is kept at hand."""
from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.pages.administration.audit_words import HASHES, AuditWords
from api.pages.texts import words
from api.service.administration.auditing import PERSONS
from api.service.administration.stored_settings import LimitSettings, ModelSettings, ReadingSettings, RetentionSettings
from api.service.notice_records import Kind, Way
from api.service.records import Role, TokenScope
from api.service.review_records import Status
from assistant.correcting.corrections import Act
from ingestion.domain import Differ, Outcome, Overall
from tests.api.policies.test_versions import published
from tests.support import policy_samples
from tests.support.places import ROOT
from tests.support.review_samples import decide, handed_in
from tests.support.samples import policy
from tests.support.web_samples import Client, Installation, installation

SERVICES = ROOT / "api" / "service"
CODE = re.compile(r"[a-z]{3,}(?:[_.][a-z0-9]+)+|^[a-z_]{3,}$")      # 8.2.papers, in_review, low
CHANGED = ("title", "applicant", "base_type", "application_date", "paper_number")
VALUES: dict[str, tuple[Any, ...]] = {
    "role": tuple(Role), "roles": tuple(Role), "status": tuple(Status), "act": tuple(Act),
    "overall": (*Overall, [Overall.FAILS, Overall.PENDING]), "outcome": tuple(Outcome),
    "scopes": tuple(TokenScope), "changed": (list(CHANGED), *CHANGED), "why": ("clause_changed",),
    "base_type": tuple(one.id for one in policy().base_types), "differ": tuple(Differ),
    "page": (list(Kind), *Kind), "mail": (list(Kind), *Kind), "way": tuple(Way),
    "subject": (*(one.id for one in policy().criteria), *policy().facts.facts)}
PLAIN = {"form", "receipt", "round", "number", "version", "turn", "due", "url", "model", "count", "cases", "generation",
         "days", "reference", "failed", "host", "prompt", "tokens", "score", "obeyed", "opens", "closes", "quota"}
KEPT = {one.name for kind in (ModelSettings, ReadingSettings, LimitSettings, RetentionSettings) for one in fields(kind)}
FLAGS = {"digest_mail", "invited", "linked", "demo", "active", "up", "enabled", "withheld", "paper"}


@dataclass(frozen=True)
class Row:
    action: str = "change"
    object_kind: str = "case"
    object_id: str = "0" * 32
    reason: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def site(tmp_path: Path, store: None) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def recorded() -> Iterator[ast.Call]:
    """Every call in the services that writes a row."""
    for path in sorted(SERVICES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (
                    "record", "record_system", "_told"):
                yield node


def texts_of(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_act_and_kind_that_is_written_has_words(language: str) -> None:
    """Also those that the installation does by itself."""
    said, calls = AuditWords(words(language), policy(), {}), list(recorded())
    pairs = {tuple(texts_of(argument)[0] for argument in call.args[-3:-1] if texts_of(argument)) for call in calls}
    whole = {one for one in pairs if len(one) == 2}
    assert len(whole) > 35
    for act, kind in whole:
        told = said.told(Row(act, kind))
        assert (told.action, told.object) != (act, kind)
        assert act not in (told.action,) or language == "en", act
        assert not CODE.search(told.action) or language == "en", act


def test_every_detail_that_is_written_is_known_here() -> None:
    """A new detail, or a new setting, belongs to one of the lists above before it can be shown as it is."""
    named = {one.arg for call in recorded() for one in call.keywords} - {"reason", "before", "after", None}
    for call in recorded():
        for one in call.keywords:
            if one.arg in {"before", "after"} and isinstance(one.value, ast.Dict):
                named |= {key.value for key in one.value.keys if isinstance(key, ast.Constant)}
    known = VALUES.keys() | PLAIN | KEPT | FLAGS | {*HASHES, *PERSONS, "files", "low", "high"}
    assert named - known == set()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(VALUES))
def test_no_value_is_shown_as_a_code(language: str, name: str) -> None:
    """Roles, states, decisions, outcomes, facts and criteria are said in words, and the code is at hand."""
    said = AuditWords(words(language), policy(), {})
    for value in VALUES[name]:
        (pair,) = said.told(Row(detail={name: value})).detail
        assert not CODE.search(pair.label) or language == "en", name
        if language == "zh":
            assert re.search(r"[\u4e00-\u9fff]", pair.shown), (name, value)
        assert not re.search(r"[a-z]_[a-z]|^\d\.\d\.[a-z]", pair.shown), (name, value)
        code = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        assert pair.raw == (code if code != pair.shown else "")


@pytest.mark.parametrize(("language", "values", "shown"), [
    ("zh", {"low": 18, "high": 24}, "18至24篇"), ("zh", {"low": 20, "high": None}, "至少20篇"),
    ("zh", {"low": None, "high": None}, "无"), ("en", {"low": 21, "high": 21}, "21 papers"),
])
def test_a_figure_is_said_with_its_unit(language: str, values: dict[str, Any], shown: str) -> None:
    """As everywhere else; both bounds as they are kept beside it."""
    row = Row("decide", after=values, detail={"subject": "sci_ei_papers"})
    (pair,) = AuditWords(words(language), policy(), {}).told(row).after
    assert (pair.shown, pair.raw) == (shown, json.dumps([values["low"], values["high"]]))


def test_settings_persons_and_reasons_are_said_too() -> None:
    """Days of a retention period, names of people who are still there, reasons that nobody typed."""
    said = AuditWords(words("zh"), policy(), {"a" * 32: "李审"})
    told = said.told(Row("set", "setting", "retention", after={"cases": 0, "conversations": 90}))
    assert (told.object_name, [one.shown for one in told.after]) == ("保存期限", ["一直保存", "90 天后删除"])
    told = said.told(Row("review", before={"assignee": None}, after={"assignee": "a" * 32}))
    assert [one.shown for one in (*told.before, *told.after)] == ["无", "李审"]
    assert said.told(Row(after={"assignee": "b" * 32})).after[0].shown == "b" * 8
    assert [said.told(Row(reason=one)).reason for one in ("retention", "claim groups", "补正 a.b")] == [
        "保存期限已到", "按单点登录的声明 groups", "补正 a.b"]


def history(site: Installation) -> Client:
    """An auditor of an installation in which much was done."""
    owner, reviewer = site.client(name="张报"), site.client(Role.REVIEWER, "李审")
    admin = site.client(Role.ADMINISTRATOR)
    case = handed_in(owner)
    owner.patch(f"/api/v1/cases/{owner.case()}", json={"base_type": "innovation_park", "title": "另一份"})
    decide(reviewer, case, "correct", low=21, high=21)
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"assignee": reviewer.actor.id, "due": "2025-07-31"})
    for value in (LimitSettings(waiting=7), RetentionSettings(cases=30), ModelSettings(roles=(Role.REVIEWER,))):
        site.services.administration.kept.put(admin.actor, value, "年度调整")
    site.services.accounts.invite(admin.actor, "new@example.com", Role.REVIEWER)
    published(site, policy_samples.stricter())
    return site.client(Role.AUDITOR)


def test_the_page_shows_no_code(site: Installation) -> None:
    """Of what was done in an installation, all rows; what is kept stands below each."""
    page = history(site).get("/admin/audit").text
    table = page[page.index("<tbody>"):page.rindex("</tbody>")]
    kept = re.findall(r'<pre class="raw">(.*?)</pre>', table, re.DOTALL)
    shown = re.findall(r"<d[td][^>]*>(.*?)</d[td]>", table)
    assert len(kept) > 12
    assert len(shown) > 40
    assert [one for one in shown if CODE.search(one) and one not in (*map(str, Role),)] == []  # their names
    assert "更正" in table
    assert policy().facts.facts["sci_ei_papers"].label in table
    assert "李审" in table
    assert "&#34;act&#34;: &#34;correct&#34;" in "".join(kept)


def test_an_export_for_people_has_words_beside_what_is_kept(
        site: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the page and from the command line, in the language asked for; what is kept, and jsonl, are as they were."""
    auditor = history(site)
    rows = list(csv.DictReader(io.StringIO(auditor.get("/admin/audit/export").text.removeprefix("\ufeff"))))
    row = next(one for one in rows if one["action"] == "decide")
    assert (row["action_said"], row["object_said"]) == ("审查决定", "预审")
    assert "决定 更正" in row["what_said"]
    assert "数值 18篇 → 数值 21篇" in row["what_said"]
    monkeypatch.setenv("GUOHE_DATABASE_URL", site.services.settings.database_url)
    for language, said in (("zh", "审查决定"), ("en", "decided")):
        target = tmp_path / f"{language}.csv"
        assert main(["audit", "export", str(target), "--data", str(tmp_path), "--lang", language]) == 0
        found = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
        assert [one["hash"] for one in found[:len(rows)]] == [one["hash"] for one in rows]
        assert said in {one["action_said"] for one in found}
