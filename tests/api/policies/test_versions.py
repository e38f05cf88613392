"""A new version of the policy: mended, tried, published by two persons; what was assessed before stays as it was."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.errors import Failure
from api.service.policies import folders
from api.service.policies.policies import Policies
from api.service.policies.version_records import State
from api.service.records import Role
from assistant.learning import likeness
from tests.support import policy_samples
from tests.support.review_samples import handed_in
from tests.support.web_samples import APPLICATION, Installation, installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def published(site: Installation, files: dict[str, bytes]) -> str:
    """The id of a version that two persons published."""
    first, second = site.client(Role.POLICY_STAFF).actor, site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload(first, policy_samples.zipped(files))
    assert made.problems == ()
    versions.propose(first, made.line.id, made.line.digest)
    versions.publish(second, made.line.id, made.line.digest)
    return made.line.id


def test_a_text_alone_is_mended_before_it_is_proposed(site: Installation) -> None:
    """A criterion whose quotation vanished is listed with what stands there now; until it is mended nobody can
    propose the version.
    """
    staff = site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload_text(staff, policy_samples.text(policy_samples.PAPERS).encode(), "1.1.0")
    files = [one.file for one in made.problems]
    assert files[0] == "criteria.yaml" and set(files[1:]) == {"points.yaml"}   # what explains the clause says 20 still
    assert all(one.line > 1 for one in made.problems)
    found = versions.difference(staff, made.line.id)
    assert [(one.change, one.ref) for one in found.clauses] == [("changed", "第八条（二）")]
    mark = found.criteria[0]
    assert (mark.id, mark.state, mark.suggested_bar) == ("8.2.papers", "gone", 25)
    assert mark.suggestion == "在所申报领域近三年发表SCI或EI论文25篇（含）以上"
    assert {one.state for one in found.criteria[1:]} == {"clause_changed"}
    with pytest.raises(Failure, match=f"{len(files)} mistakes left"):
        versions.propose(staff, made.line.id, made.line.digest)
    mended = versions.mend_criterion(staff, made.line.id, made.line.digest, "8.2.papers",
                                     {"quote": mark.suggestion, "bar": 25})
    assert {one.file for one in mended.problems} == {"points.yaml"}
    with pytest.raises(Failure, match="mistakes left"):
        versions.propose(staff, made.line.id, mended.line.digest)
    mended = versions.mend(staff, made.line.id, mended.line.digest, "points.yaml",
                           policy_samples.stricter()["points.yaml"].decode())
    assert mended.problems == ()
    assert versions.propose(staff, made.line.id, mended.line.digest).line.state is State.PROPOSED


def test_a_version_is_checked_as_the_command_checks_it(site: Installation, tmp_path: Path) -> None:
    """The same mistakes: file, line and mend."""
    from assistant.policy_versions import folder_checks

    files = policy_samples.stricter()
    files["criteria.yaml"] = files["criteria.yaml"].replace(b"bar: 25", b"bar: 24")
    folder = tmp_path / "folder"
    folder.mkdir()
    folders.write(files, folder)
    made = site.services.policy_work.versions.upload(site.client(Role.POLICY_STAFF).actor,
                                                     policy_samples.zipped(files))
    assert [(one.file, one.line, one.text_en) for one in made.problems] == [
        (one.file, one.line, one.english) for one in folder_checks.check(folder)] != []


def test_what_is_learned_goes_along_with_mended_examples(site: Installation) -> None:
    """Examples that staff mend in a version are learned from then and there; a folder may come without what was
    learned of it.
    """
    staff = site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    files = {name: content for name, content in policy_samples.stricter().items() if name != likeness.FILE}
    some = "".join(policy_samples.FILES[likeness.EXAMPLES].decode().partition("- cites: [第三条]")[:1])
    made = versions.upload(staff, policy_samples.zipped({**files, likeness.EXAMPLES: some.encode()}))
    assert made.problems == ()
    assert likeness.FILE in made.files
    wrong = versions.mend(staff, made.line.id, made.line.digest, likeness.EXAMPLES,
                          some.replace("[第二条]", "[第九十条]"))
    assert {one.file for one in wrong.problems} == {likeness.EXAMPLES}
    mended = versions.mend(staff, made.line.id, wrong.line.digest, likeness.EXAMPLES,
                           some + '- gap: ""\n  questions: ["食堂管饭么"]\n')
    assert mended.problems == ()
    assert mended.line.digest not in (made.line.digest, wrong.line.digest)


def test_whoever_proposed_a_version_cannot_publish_it(site: Installation) -> None:
    """Nor can somebody whose role does not allow it; two persons stand in the audit."""
    first, second = site.client(Role.POLICY_STAFF).actor, site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload(first, policy_samples.zipped(policy_samples.stricter()))
    versions.propose(first, made.line.id, made.line.digest)
    for actor, code in ((first, "same_person"), (site.client(Role.REVIEWER).actor, "forbidden")):
        with pytest.raises(Failure) as raised:
            versions.publish(actor, made.line.id, made.line.digest)
        assert raised.value.code == code
    done = versions.publish(second, made.line.id, made.line.digest)
    assert (done.line.state, done.line.current) == (State.PUBLISHED, True)
    assert done.line.proposed and done.line.published
    assert (done.line.proposed.user_id, done.line.published.user_id) == (first.id, second.id)


def test_what_was_changed_after_it_was_looked_at_is_not_published(site: Installation) -> None:
    """Neither a proposal is mended silently, nor a digest published that somebody else has replaced."""
    first, second = site.client(Role.POLICY_STAFF).actor, site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload(first, policy_samples.zipped(policy_samples.stricter()))
    versions.propose(first, made.line.id, made.line.digest)
    with pytest.raises(Failure, match="proposed"):
        versions.mend(first, made.line.id, made.line.digest, "CHANGELOG.md", "other")
    versions.send_back(second, made.line.id, "please")
    mended = versions.mend(first, made.line.id, made.line.digest, "CHANGELOG.md", "other")
    with pytest.raises(Failure) as raised:
        versions.propose(first, made.line.id, made.line.digest)
    assert raised.value.code == "policy_changed"
    versions.propose(first, made.line.id, mended.line.digest)


def test_a_proposal_held_against_an_older_version_is_checked_again(site: Installation) -> None:
    """One that was proposed against a version that is no longer the newest is not published as it stands."""
    first, second = site.client(Role.POLICY_STAFF).actor, site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload(first, policy_samples.zipped(policy_samples.stricter("1.1.0")))
    versions.propose(first, made.line.id, made.line.digest)
    published(site, policy_samples.stricter("1.2.0", 30))
    with pytest.raises(Failure) as raised:
        versions.publish(second, made.line.id, made.line.digest)
    assert raised.value.code == "policy_moved"
    versions.send_back(second, made.line.id, "moved")
    assert versions.renew(first, made.line.id).base_version == "1.2.0"
    versions.propose(first, made.line.id, made.line.digest)
    assert versions.publish(second, made.line.id, made.line.digest).line.current


def test_old_assessments_keep_their_version_and_new_ones_take_the_newest(site: Installation) -> None:
    """23 papers meet the old bar and not the new one; the old result still says so."""
    owner = site.client()
    case = owner.assessed()
    before = owner.get(f"/api/v1/cases/{case}/assessments/latest").json()
    published(site, policy_samples.stricter())
    assert owner.get(f"/api/v1/cases/{case}/assessments/latest").json() == before
    owner.post(f"/api/v1/cases/{case}/assessments")
    after = owner.get(f"/api/v1/cases/{case}/assessments/latest").json()
    outcomes = [next(one["outcome"] for one in body["criteria"] if one["id"] == "8.2.papers")
                for body in (before, after)]
    assert outcomes == ["met", "not_met"]
    assert [body["policy"]["version"] for body in (before, after)] == [before["policy"]["version"], "1.1.0"]
    answer = owner.post("/api/v1/answers", json={"question": "国际联合研究中心要求多少篇论文？"}).json()
    assert "25篇（含）以上" in answer["answer"]


def test_another_process_takes_a_published_version(site: Installation) -> None:
    """It looks at the store by itself."""
    context = site.services.context
    other = Policies(context.contents, None, context.database)
    assert other.current.version != "1.1.0"
    published(site, policy_samples.stricter())
    other._looked -= 2
    assert other.current.version == "1.1.0"
    assert other.digest == site.services.policies.digest
    other.close()


def test_a_trial_says_which_outcomes_flip_and_why(site: Installation) -> None:
    """By the rules over stored facts: the clause and the bar before and after, and the fact's value."""
    staff = site.client(Role.POLICY_STAFF).actor
    case = handed_in(site.client(), APPLICATION)
    handed_in(site.client(), "近三年发表SCI论文31篇。")
    site.client().assessed()   # a draft is not tried
    work = site.services.policy_work
    made = work.versions.upload(staff, policy_samples.zipped(policy_samples.stricter()))
    work.trials.wait(work.trials.start(staff, made.line.id).id)
    trial = work.trials.latest(staff, made.line.id)
    assert trial and trial.found
    assert (trial.state, trial.found.cases, trial.found.flipped, trial.found.unread) == ("done", 2, 1, ())
    (flipped,) = trial.found.flips
    (flip,) = flipped.flips
    assert (flipped.case_id, flip.criterion, flip.before, flip.after) == (case, "8.2.papers", "met", "not_met")
    assert (flip.bar_before, flip.bar) == (20, 25)
    assert flip.facts[0].value
    assert (flip.facts[0].value.low, flip.facts[0].value.high) == (23, 23)
    assert "25篇" in flip.quote
    assert [(one.criterion, one.cases) for one in trial.found.criteria] == [("8.2.papers", 1)]


def test_a_trial_says_what_only_a_new_assessment_can_tell(site: Installation) -> None:
    """Another reading of the window changes how facts are read: their outcomes are marked, not guessed."""
    files = policy_samples.stricter()
    files["policy.yaml"] = files["policy.yaml"].replace(b"reading: third_calendar_year_before",
                                                        b"reading: rolling_36_months")
    staff = site.client(Role.POLICY_STAFF).actor
    handed_in(site.client(), APPLICATION)
    work = site.services.policy_work
    made = work.versions.upload(staff, policy_samples.zipped(files))
    work.trials.wait(work.trials.start(staff, made.line.id).id)
    trial = work.trials.latest(staff, made.line.id)
    assert trial and trial.found
    assert "sci_ei_papers" in trial.found.unread
    assert trial.found.uncertain == 1
    assert trial.found.flips[0].flips[0].unread


@pytest.mark.parametrize(("change", "said"), [
    (lambda files: files.pop("policy.yaml"), "policy.yaml"), (lambda files: files.update({"x.exe": b"MZ"}), "x.exe")])
def test_a_zip_that_is_no_policy_folder_is_refused(site: Installation, change: object, said: str) -> None:
    """The refusal says what is missing, and nothing is kept."""
    files = policy_samples.stricter()
    change(files)  # type: ignore[operator]
    with pytest.raises(Failure, match=said):
        site.services.policy_work.versions.upload(site.client(Role.POLICY_STAFF).actor, policy_samples.zipped(files))


def test_a_base_type_that_cases_have_cannot_go(site: Installation) -> None:
    """Their pages would have no name for it."""
    site.client().case(base_type="innovation_park")
    files = policy_samples.stricter()
    lines = files["policy.yaml"].decode().splitlines(keepends=True)
    files["policy.yaml"] = "".join(line for line in lines if "innovation_park" not in line).encode()
    made = site.services.policy_work.versions.upload(site.client(Role.POLICY_STAFF).actor, policy_samples.zipped(files))
    assert any("innovation_park" in one.text for one in made.problems)


INSERTED = "第五条 申报单位应当如实提供材料。\n"
NUMBERS = ("十八", "十七", "十六", "十五", "十四", "十三", "十二", "十一", "十", "九", "八", "七", "六", "五")


def shifted() -> str:
    """The text with an article put in before the fifth: those after it have the next number each."""
    words = policy_samples.TEXT
    for number, after in zip(NUMBERS, ("十九", *NUMBERS), strict=False):
        words = words.replace(f"第{number}条", f"第{after}条")
    return words.replace("第六条", f"{INSERTED}第六条", 1)


def test_a_text_with_other_numbers_is_followed_by_the_folders_own_files(site: Installation) -> None:
    """Old numbers that are other clauses now are told too; written anew at once, the version asks what it asked before,
    answers included.
    """
    staff = site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload_text(staff, shifted().encode(), "2.0.0")
    found = versions.difference(staff, made.line.id)
    assert dict(found.renumbered)["第八条（二）"] == "第九条（二）"
    assert found.old_numbers == ("policy.yaml", "criteria.yaml", "topics.yaml", "points.yaml", "gaps.yaml",
                                 "examples.yaml")
    assert made.problems
    mended = versions.renumber(staff, made.line.id, made.line.digest)
    assert mended.problems == ()
    assert versions.difference(staff, made.line.id).old_numbers == ()
    files = site.services.policies.files(mended.line.digest)
    assert b"cites: \xe7\xac\xac\xe4\xb9\x9d\xe6\x9d\xa1\xef\xbc\x88\xe4\xba\x8c\xef\xbc\x89" in files["criteria.yaml"]
    again = versions.renumber(staff, made.line.id, mended.line.digest)
    assert again.line.digest == mended.line.digest


def test_a_file_that_was_written_for_the_new_numbers_is_left_alone(site: Installation) -> None:
    """Whoever mended one file by hand does not find it changed twice."""
    staff = site.client(Role.POLICY_STAFF).actor
    versions = site.services.policy_work.versions
    made = versions.upload_text(staff, shifted().encode(), "2.0.0")
    gaps = versions.file(staff, made.line.id, "gaps.yaml").replace("第十一条", "第十二条")
    mine = versions.mend(staff, made.line.id, made.line.digest, "gaps.yaml", gaps)
    assert "gaps.yaml" not in versions.difference(staff, made.line.id).old_numbers
    versions.renumber(staff, made.line.id, mine.line.digest)
    assert versions.file(staff, made.line.id, "gaps.yaml") == gaps
