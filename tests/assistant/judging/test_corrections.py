"""Decisions of persons over what the program found: both kept, the interval moved consistently, outcomes anew."""
from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from msgspec import structs

import policy_corpus
from assistant.correcting import corrections, recounting
from assistant.correcting.corrections import Act, Checked, Decision, Place
from assistant.judging import assessing
from ingestion import reading
from ingestion.domain import Assessment, Evidence, Exclusion, Interval, Outcome, Overall, Span
from ingestion.policies import policy as policies
from ingestion.policies.policy import Policy
from tests.support.places import EXAMPLE

PAPERS, PARTNERS = "sci_ei_papers", "foreign_partners"


@cache
def policy() -> Policy:
    return policies.load(policy_corpus.DEFAULT)


@cache
def assessment() -> Assessment:
    return assessing.assess_documents(reading.read_all([EXAMPLE]), policy(), "joint_research_center", date(2025, 6, 30))


def place(piece: Evidence | Exclusion) -> Place:
    return Place(piece.document, piece.page, piece.span, piece.quote)


def seen(*decisions: Decision) -> corrections.Reviewed:
    return corrections.review(assessment(), decisions, policy())


def outcome(reviewed: corrections.Reviewed, criterion: str) -> Outcome:
    return next(one.outcome for one in reviewed.assessment.findings if one.criterion.id == criterion)


def left_out(key: str, reason: str) -> Exclusion:
    return next(one for one in corrections.exclusions(assessment(), key) if one.reason == reason)


def items(key: str) -> list[Evidence]:
    return [one for one in assessment().facts[key].evidence if one.reads is None]


def test_without_decisions_everything_is_as_the_program_found_it() -> None:
    """Facts and outcomes of the assessment itself."""
    result = seen()
    asked = corrections.asked(assessment())
    assert result.assessment.facts == {key: assessment().facts[key] for key in asked if key in assessment().facts}
    assert [one.outcome for one in result.assessment.findings] == [one.outcome for one in assessment().findings]
    assert {state.checked for state in result.facts.values()} == {Checked.OPEN}


def test_a_corrected_value_decides_and_the_programs_stays_beside_it() -> None:
    """The interval is the person's, without a conflict; the outcome follows at once."""
    own = items(PAPERS)[0]
    result = seen(Decision(Act.CORRECT, PAPERS, "原件核对", Interval(21, 21), place=place(own)))
    state = result.facts[PAPERS]
    assert (state.machine and state.machine.interval) == Interval(19, 24)
    assert state.person is not None
    assert (state.person.interval, state.person.conflict, state.checked) == (
        Interval(21, 21), False, Checked.CORRECTED)
    assert (state.person.evidence[0].quote, state.person.evidence[0].reads) == (own.quote, Interval(21, 21))
    assert (outcome(seen(), "8.2.papers"), outcome(result, "8.2.papers")) == (Outcome.INSUFFICIENT, Outcome.MET)


def test_a_rejected_fact_is_missing_not_zero() -> None:
    """Its criterion is open, not failed."""
    result = seen(Decision(Act.REJECT, "dedicated_officers", "人员名单为兼职"))
    assert result.facts["dedicated_officers"].person is None
    assert outcome(result, "5.2.officers") is Outcome.INSUFFICIENT


def test_a_fact_is_added_with_its_place() -> None:
    """Absent before, met after; without a place, or where the fact is known, it is refused."""
    piece = place(assessment().facts["no_integrity_issues"].evidence[0])
    add = Decision(Act.ADD, "no_incidents", "承诺书中有同样意思的表述", Interval(1, 1), place=piece)
    assert outcome(seen(), "5.3.incidents") is Outcome.INSUFFICIENT
    assert outcome(seen(add), "5.3.incidents") is Outcome.MET
    assert corrections.problem(replace(add, place=None), seen(), policy()) == "place_missing"
    assert corrections.problem(replace(add, subject=PAPERS), seen(), policy()) == "fact_known"


@pytest.mark.parametrize(("counted", "interval", "conflict"), [(1, (20, 24), True), (5, (24, 24), False)])
def test_items_put_back_close_the_gap_between_list_and_total(counted: int, interval: tuple[int, int],
                                                             conflict: bool) -> None:
    """19 counted against 24 declared: one more is 20 to 24, and with five more the list agrees with the total."""
    found = [one for one in corrections.exclusions(assessment(), PAPERS) if one.document.endswith("xlsx")]
    result = seen(*(Decision(Act.COUNT, PAPERS, "核对原件", place=place(one)) for one in found[:counted]))
    fact = result.facts[PAPERS].person
    assert fact is not None
    assert (fact.interval, fact.conflict) == (Interval(*interval), conflict)
    assert len(fact.evidence) == 20 + counted
    assert len(result.facts[PAPERS].left_out) == 8 - counted


def test_an_item_taken_out_lowers_what_rests_on_the_list_alone() -> None:
    """Four partners are three, and the item stands among what is left out with the person's reason."""
    gone = items(PARTNERS)[0]
    result = seen(Decision(Act.LEAVE_OUT, PARTNERS, "协议未签署", place=place(gone)))
    state = result.facts[PARTNERS]
    assert state.person is not None
    assert state.person.interval == Interval(3, 3)
    assert (state.left_out[-1].reason, state.left_out[-1].detail, state.left_out[-1].span) == (
        "by_reviewer", "协议未签署", gone.span)


def test_an_item_taken_out_against_a_total_that_agreed_makes_a_conflict() -> None:
    """Six joint papers listed and declared: with five counted the documents contradict each other."""
    gone = items("joint_papers")[0]
    fact = seen(Decision(Act.LEAVE_OUT, "joint_papers", "无国外作者", place=place(gone))).facts["joint_papers"].person
    assert fact is not None
    assert (fact.interval, fact.conflict) == (Interval(5, 6), True)


def test_a_statement_taken_out_leaves_the_list() -> None:
    """Without the declared total the nineteen listed papers are the fact."""
    total = next(one for one in assessment().facts[PAPERS].evidence if one.reads is not None)
    result = seen(Decision(Act.LEAVE_OUT, PAPERS, "合计含录用论文", place=place(total)))
    fact = result.facts[PAPERS].person
    assert fact is not None
    assert (fact.interval, fact.conflict) == (Interval(19, 19), False)
    assert outcome(result, "8.2.papers") is Outcome.NOT_MET


def test_moving_an_item_there_and_back_changes_nothing() -> None:
    """In either direction the fact is again the program's."""
    item, spare = place(items(PARTNERS)[1]), place(left_out(PARTNERS, "expired"))
    there = [Decision(Act.LEAVE_OUT, PARTNERS, "一", place=item), Decision(Act.COUNT, PARTNERS, "二", place=item),
             Decision(Act.COUNT, PARTNERS, "三", place=spare), Decision(Act.LEAVE_OUT, PARTNERS, "四", place=spare)]
    assert seen(*there).facts[PARTNERS].person == assessment().facts[PARTNERS]


def test_a_count_without_any_item_is_missing() -> None:
    """All items taken out: the fact is absent, not nought."""
    gone = [Decision(Act.LEAVE_OUT, PARTNERS, "无效", place=place(one)) for one in items(PARTNERS)]
    assert seen(*gone).facts[PARTNERS].person is None
    assert outcome(seen(*gone), "8.2.partners") is Outcome.INSUFFICIENT


def test_an_item_may_stand_for_several() -> None:
    """A statement that was left out is counted as so many."""
    planned = left_out(PARTNERS, "planned")
    fact = seen(Decision(Act.COUNT, PARTNERS, "已签约", place=place(planned), amount=3)).facts[PARTNERS].person
    assert fact is not None
    assert (fact.interval, fact.evidence[-1].reads) == (Interval(7, 7), Interval(3, 3))


def test_items_move_a_persons_own_figure_too() -> None:
    """Corrected to 20, one item out: 19."""
    result = seen(Decision(Act.CORRECT, PAPERS, "核对", Interval(20, 20)),
                  Decision(Act.LEAVE_OUT, PAPERS, "重复", place=place(items(PAPERS)[3])))
    fact = result.facts[PAPERS].person
    assert fact is not None
    assert (fact.interval, result.facts[PAPERS].checked) == (Interval(19, 19), Checked.CORRECTED)


def test_a_decision_is_withdrawn_not_erased() -> None:
    """What the program found stands again."""
    result = seen(Decision(Act.REJECT, PAPERS, "误"), Decision(Act.WITHDRAW, PAPERS))
    assert result.facts[PAPERS].person == assessment().facts[PAPERS]
    assert result.facts[PAPERS].checked is Checked.OPEN


def test_a_judgement_is_decided_with_a_note() -> None:
    """Only where documents cannot settle it; the overall outcome follows."""
    judge = Decision(Act.JUDGE, "8.1.strength", "平台与团队达到国内先进", outcome=Outcome.MET)
    assert outcome(seen(judge), "8.1.strength") is Outcome.MET
    assert outcome(seen(replace(judge, outcome=Outcome.NOT_MET)), "8.1.strength") is Outcome.NOT_MET
    assert seen(replace(judge, outcome=Outcome.NOT_MET)).assessment.overall is Overall.FAILS
    assert corrections.problem(replace(judge, reason=" "), seen(), policy()) == "reason_missing"
    assert corrections.problem(replace(judge, subject="8.2.papers"), seen(), policy()) == "not_a_judgement"
    assert corrections.problem(replace(judge, outcome=Outcome.JUDGEMENT), seen(), policy()) == "value_invalid"


@pytest.mark.parametrize(("decision", "fault"), [
    (Decision(Act.CORRECT, PAPERS, "x", Interval(5, 4)), "value_invalid"),
    (Decision(Act.CORRECT, PAPERS, "x"), "value_invalid"),
    (Decision(Act.CORRECT, "no_integrity_issues", "x", Interval(2, 2)), "value_invalid"),
    (Decision(Act.CORRECT, PAPERS, "", Interval(5, 5)), "reason_missing"),
    (Decision(Act.CONFIRM, "no_incidents"), "nothing_to_confirm"),
    (Decision(Act.CONFIRM, "castles"), "unknown_subject"),
    (Decision(Act.COUNT, PAPERS, "x", place=Place("申报书.docx", None, Span(0, 2), "申报")), "no_such_item"),
    (Decision(Act.CONFIRM, PAPERS), ""),
])
def test_what_cannot_be_decided_is_refused(decision: Decision, fault: str) -> None:
    """With the code that says why."""
    assert corrections.problem(decision, seen(), policy()) == fault


def test_a_piece_is_verbatim_or_no_evidence() -> None:
    """One character beside it, or past the end, is not the same place."""
    document = assessment().documents[0]
    piece = place(next(one for one in assessment().facts[PAPERS].evidence if one.document == document.name))
    assert corrections.verbatim(piece, document)
    assert not corrections.verbatim(replace(piece, span=Span(piece.span.start + 1, piece.span.end + 1)), document)
    assert not corrections.verbatim(replace(piece, span=Span(len(document.text), len(document.text) + 2)), document)


def test_a_decision_rests_on_what_the_program_found() -> None:
    """Its basis is another when the figure or a piece is; other facts do not matter."""
    fewer = structs.replace(assessment(), facts={**assessment().facts, PARTNERS: structs.replace(
        assessment().facts[PARTNERS], interval=Interval(3, 3))})
    assert corrections.basis(PARTNERS, fewer) != corrections.basis(PARTNERS, assessment())
    assert corrections.basis(PAPERS, fewer) == corrections.basis(PAPERS, assessment())
    assert corrections.basis("8.2.partners", fewer) != corrections.basis("8.2.partners", assessment())


@pytest.mark.parametrize(("given", "met"), [
    ([(19, 19), (24, 24)], ((19, 24), True)), ([(6, 6), (6, 6)], ((6, 6), False)),
    ([(3, None), (5, 5)], ((5, 5), False)), ([(7, None), (5, 5)], ((5, 7), True)),
    ([(0, 24), (30, 30)], ((24, 30), True)), ([(3, None)], ((3, None), False))])
def test_intervals_meet_as_in_the_reading(given: list[tuple[int, int | None]],
                                          met: tuple[tuple[int, int | None], bool]) -> None:
    """What agrees is intersected; what does not is spanned and marked."""
    interval, conflict = recounting.meet([Interval(*one) for one in given])
    assert ((interval.low, interval.high), conflict) == met
