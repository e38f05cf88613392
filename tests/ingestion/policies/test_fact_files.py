"""One file per fact: what is written, what is shared, and folders that hold all their facts in one file."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import policy_corpus
from api.cli import main
from api.errors import Failure
from api.service import versions
from api.service.governance import marking
from api.service.policies import folders
from api.service.records import Role
from ingestion.errors import PolicyError
from ingestion.facts import fact_files
from ingestion.policies import files as policy_files
from ingestion.policies import policy
from tests.support import policy_samples
from tests.support.places import POLICIES, YUNLING
from tests.support.web_samples import installation

INVENTED, ONE_FILE = YUNLING, POLICIES / "one-file" / "facts.yaml"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The invented policy as it was when one file held all facts."""
    folder = Path(shutil.copytree(INVENTED, tmp_path / "older"))
    shutil.rmtree(folder / "facts")
    shutil.copy(ONE_FILE, folder)
    return folder


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    return Path(shutil.copytree(INVENTED, tmp_path / "newer"))


def contents(folder: Path) -> dict[str, bytes]:
    return {name: file.read_bytes() for name, file in policy_files.files(folder).items()}


def test_a_folder_of_the_older_form_says_the_same(older: Path) -> None:
    """It is loaded as it is, with the same facts in the same order, and has no mistake."""
    assert policy.check(older) == []
    assert policy.load(older).facts == policy.load(INVENTED).facts
    assert list(policy.load(older).facts.facts) == list(policy.load(INVENTED).facts.facts)


def test_its_digest_is_that_of_before(older: Path) -> None:
    """Results name the folder that they rest on by it; the form of a folder is part of what it is."""
    before = {name: (older / name).read_bytes() for name in ("criteria.yaml", "facts.yaml", "policy.yaml", "text.txt")}
    assert versions.folder(older) == folders.digest(before)
    assert versions.folder(older) != versions.folder(INVENTED)


def test_digests_of_a_folder_and_of_its_files_are_one() -> None:
    """Whether a folder lies on disk or in a zip."""
    assert versions.folder(policy_corpus.DEFAULT) == folders.digest(policy_samples.FILES)
    assert "facts/sci_ei_papers.yaml" in policy_samples.FILES


def test_a_zip_goes_up_and_down_with_its_facts() -> None:
    """Also with a folder around them; a folder of another name in it is refused."""
    assert folders.unzip(policy_samples.zipped(policy_samples.FILES)) == policy_samples.FILES
    assert folders.unzip(folders.pack(policy_samples.FILES)) == policy_samples.FILES
    with pytest.raises(Failure, match=r"other/one\.yaml"):
        folders.unzip(policy_samples.zipped({**policy_samples.FILES, "other/one.yaml": b"a: 1\n"}))


def test_the_other_form_is_no_other_fact(older: Path, newer: Path) -> None:
    """What policy staff see as changed is what the files say, not how they are cut."""
    assert marking.difference(contents(older), contents(newer)).other == ()
    path = newer / "facts" / "energy_managers.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("heads: [专职, ", "heads: [专岗, 专职, "), "utf-8")
    assert marking.difference(contents(older), contents(newer)).other == ("facts",)


def test_a_fact_added_is_a_file_added(newer: Path) -> None:
    """It comes last until the order names it."""
    (newer / "facts" / "trees.yaml").write_text("label: 树木\nlabel_en: trees\nunit: trees\n", encoding="utf-8")
    assert list(policy.load(newer).facts.facts)[-1] == "trees"
    shared = newer / "facts" / "shared.yaml"
    shared.write_text(shared.read_text(encoding="utf-8").replace("order:", "order:\n  - trees\n #"), encoding="utf-8")
    assert next(iter(policy.load(newer).facts.facts)) == "trees"


@pytest.mark.parametrize(("change", "file", "said"), [
    (lambda folder: (folder / "facts" / "waste_stores.yaml").unlink(), "facts/shared.yaml", "waste_stores"),
    (lambda folder: (folder / "facts" / "shared.yaml").unlink(), "facts/shared.yaml", "is missing"),
    (lambda folder: shutil.copy(ONE_FILE, folder), "facts.yaml", "stand both here and in facts/"),
    (lambda folder: (folder / "facts" / "odd.yaml").write_text("- 1\n"), "facts/odd.yaml", "should be object"),
])
def test_what_is_wrong_names_its_file(newer: Path, change: object, file: str, said: str) -> None:
    """A fact that the order names and nobody wrote, nothing shared, both forms at once, a file that holds no fact."""
    change(newer)  # type: ignore[operator]
    (problem,) = [one for one in policy.check(newer) if not one.file.startswith("criteria")]
    assert (problem.file, said in problem.english) == (file, True), problem
    assert problem.chinese
    with pytest.raises(PolicyError):
        policy.load(newer)


def test_the_older_file_split_is_the_newer_form() -> None:
    """Word by word as it was written, comments too; each statement has an id."""
    files = fact_files.split(ONE_FILE.read_text(encoding="utf-8"))
    assert set(files) == {name for name in contents(INVENTED) if name.startswith("facts/")}
    assert "# code: [Chinese, English]" in files["facts/shared.yaml"]
    assert "{id: yes_1, value: 1, all: " in files["facts/no_accidents.yaml"]


WRITTEN = """home: {names: [甲], divisions: ['50']}
facts:
    # about
    one:  # one
        # of them
        label: 一
        label_en: one
        unit: yes/no
        kind: yes_no
        rules:
          - value: 1  # yes
            all: [[有]]
    two: {label: 二, label_en: two, unit: items}
# what they share
words:
  a: [b]  # c
"""
ONE = """# about
# one
# of them
label: 一
label_en: one
unit: yes/no
kind: yes_no
rules:
  - id: yes_1
    value: 1  # yes
    all: [[有]]
"""
SHARED = """home: {names: [甲], divisions: ['50']}

# what they share
words:
  a: [b]  # c

order:"""


def test_comments_and_blocks_stay_when_a_file_is_split() -> None:
    """Facts that do not stand last, statements written as blocks, comments above, beside and behind."""
    files = fact_files.split(WRITTEN)
    assert files["facts/one.yaml"] == ONE
    assert files["facts/two.yaml"] == "{label: 二, label_en: two, unit: items}\n"
    assert files["facts/shared.yaml"].startswith(SHARED)


def test_the_command_upgrades_a_folder_once(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The facts stay what they are; the second time there is nothing to do."""
    before = policy.load(older).facts
    assert main(["policy", "upgrade", str(older), "--lang", "en"]) == 0
    assert "6 facts now stand in facts/" in capsys.readouterr().out
    assert policy.check(older) == []
    assert policy.load(older).facts == before
    assert {name for name in contents(older) if "facts" in name} == {
        name for name in contents(INVENTED) if "facts" in name}
    assert main(["policy", "upgrade", str(older), "--lang", "en"]) == 0
    assert "nothing was changed" in capsys.readouterr().out


def test_a_folder_with_mistakes_is_not_upgraded(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The mistake is said as `policy check` says it, and nothing is written."""
    path = older / "facts.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("kind: money", "kind: gold"), encoding="utf-8")
    before = contents(older)
    assert main(["policy", "upgrade", str(older), "--lang", "en"]) == 2
    assert "facts.yaml:" in capsys.readouterr().err
    assert contents(older) == before


def test_a_fact_is_mended_where_its_file_is_shown(tmp_path: Path) -> None:
    """The page of a version lists the facts by name; each has a page of its own, and a mistake leads there."""
    with installation(tmp_path) as site:
        staff = site.client(Role.POLICY_STAFF)
        broken = {**policy_samples.stricter(), "facts/granted_ip.yaml": b"label: 1\n"}
        made = site.services.policy_work.versions.upload(staff.actor, policy_samples.zipped(broken))
        page = staff.get(f"/policy/versions/{made.line.id}").text
        assert f"/policy/versions/{made.line.id}/files/facts/granted_ip.yaml#line-1" in page
        assert "SCI或EI论文" in page
        assert "facts/shared.yaml" in page
        name = "facts/granted_ip.yaml"
        shown = staff.get(f"/policy/versions/{made.line.id}/files/{name}")
        assert (shown.status_code, "label: 1" in shown.text) == (200, True)
        answer = staff.http.put(f"/api/v1/policy/versions/{made.line.id}/files/{name}", json={
            "digest": made.line.digest, "content": policy_samples.FILES[name].decode()})
        assert answer.status_code == 200, answer.text
        assert answer.json()["problems"] == []
