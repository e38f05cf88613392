"""Which passwords are refused: what others use, and what is soon guessed."""
from __future__ import annotations

import time

import pytest

from api.errors import Failure
from api.service.accounts import passwords
from api.service.accounts.passwords import check_strength
from api.service.accounts.weak_passwords import guessable

PERSONAL = ("zhangsan@cqkj.gov.cn", "Zhang San")


@pytest.mark.parametrize("password", [
    "password1", "Password1!", "P@ssw0rd123", "admin123456", "Admin@2026", "1qaz2wsx", "qwertyuiop", "woaini1314520",
    "Chongqing2026!", "abcdefgh1", "1234567890", "11223344", "guohe@2025", "zhangsan88", "iloveyou2", "summer2025!!",
    "20001231", "我爱你中国2026", "keji2026keji", "qazwsx123"])
def test_a_password_that_others_use_is_refused(password: str) -> None:
    """Common words, also with digits for letters, rows of keys, years, repetitions, one's own name, put together."""
    with pytest.raises(Failure) as refused:
        check_strength(password, *PERSONAL)
    assert refused.value.code in {"password_known", "password_weak"}


@pytest.mark.parametrize("password", [
    "a quiet harbour 7", "a sentence that is remembered", "kT9#vLp2", "correct horse battery", "钓鱼台的第三块石头",
    "lanse-de-tudou-9", "Tr0ub4dor&3x"])
def test_a_password_of_ones_own_is_taken(password: str) -> None:
    """A sentence, or letters that follow nothing."""
    check_strength(password, *PERSONAL)


def test_the_least_that_is_asked_for_is_enough_and_is_what_is_said() -> None:
    """One number, for the hint, the field and the refusal."""
    exact = "kT9#vLp2x"[:passwords.SHORTEST]
    check_strength(exact, *PERSONAL)
    with pytest.raises(Failure) as refused:
        check_strength(exact[:-1], *PERSONAL)
    assert f"至少 {passwords.SHORTEST} 个字符" in refused.value.chinese



@pytest.mark.parametrize("password", ["qwertyuiop1234567890" * 10, "ab" * 100, "1a" * 100, "woaini" * 33])
def test_a_long_password_is_judged_soon(password: str) -> None:
    """The longest that comes in, of nothing but pieces, takes no time worth naming."""
    began = time.perf_counter()
    guessable(password, PERSONAL)
    assert time.perf_counter() - began < 0.5
