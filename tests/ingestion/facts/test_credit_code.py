"""The unified social credit code: its form, its check character, and what it settles (readings 22 and 31)."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import facts
from ingestion.facts.credit_code import CODE, SYMBOLS, valid
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2024, 6, 15)


def check(body: str) -> str:
    """The check character, worked out as the standard's table does: weights are the powers of 3 modulo 31."""
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    rest = 31 - sum(SYMBOLS.index(symbol) * weight for symbol, weight in zip(body, weights, strict=True)) % 31
    return SYMBOLS[rest % 31]


def code(division: str, body: str = "MA5U1XPN3") -> str:
    first = f"91{division}{body}"
    return first + check(first)


HOME, ELSEWHERE = code("500105"), code("510105")
WRONG = HOME[:-1] + SYMBOLS[(SYMBOLS.index(HOME[-1]) + 1) % 31]
bodies = st.tuples(st.sampled_from(["91", "12", "52", "51"]), st.from_regex(r"[0-9]{6}", fullmatch=True),
                   st.text(SYMBOLS, min_size=9, max_size=9)).map("".join)


@given(bodies)
def test_one_check_character_fits(body: str) -> None:
    """Of the 31 possible last characters exactly the standard's makes a code valid."""
    assert [symbol for symbol in SYMBOLS if valid(body + symbol)] == [check(body)]


@given(bodies, st.integers(0, 16), st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_noticed(body: str, place: int, symbol: str) -> None:
    """A single misread symbol never passes."""
    right = body + check(body)
    wrong = right[:place] + symbol + right[place + 1:]
    assert valid(wrong) is (wrong == right)


@pytest.mark.parametrize("text",
                         ["", "91500105", HOME + "0", HOME.lower(), HOME.replace("5", "I", 1), "O" * 18, "９" * 18])
def test_other_strings_are_no_codes(text: str) -> None:
    """Length, letters I, O, S, V and Z, and lower case are refused."""
    assert not valid(text)


def test_found_in_running_text() -> None:
    """The pattern finds a code between other characters and not inside a longer run of digits."""
    assert [m.group() for m in CODE.finditer(f"统一社会信用代码{HOME}，备案号1{HOME}。")] == [HOME]


def registered(text: str) -> tuple[int, int | None] | None:
    fact = facts.extract_text(text, POLICY, DAY).facts.get("registered_in_chongqing")
    return (fact.interval.low, fact.interval.high) if fact else None


def test_a_valid_code_of_the_region_shows_registration_only() -> None:
    """It settles where the body is registered, not that it is a legal person (reading 22)."""
    found = facts.extract_text(f"统一社会信用代码：{HOME}", POLICY, DAY).facts
    assert registered(f"统一社会信用代码：{HOME}") == (1, 1)
    assert "independent_legal_person" not in found


@pytest.mark.parametrize("written", [WRONG, ELSEWHERE])
def test_wrong_or_foreign_codes_settle_nothing(written: str) -> None:
    """An invalid code is no evidence, and one of another region leaves the fact absent (reading 22)."""
    assert registered(f"统一社会信用代码：{written}") is None


def test_the_address_decides() -> None:
    """A code of another region with a registered address in Chongqing is registered in Chongqing (reading 31)."""
    assert registered(f"统一社会信用代码：{ELSEWHERE}。住所：重庆市渝北区洪湖西路26号。") == (1, 1)


@pytest.mark.parametrize("label", ["通讯地址", "办公地址"])
def test_other_addresses_are_no_registration(label: str) -> None:
    """Mailing and office addresses do not show registration (reading 31)."""
    assert registered(f"{label}：重庆市渝北区洪湖西路26号。") is None
