"""No personal identifier leaves for a model, and each comes back in its place."""
from __future__ import annotations

import random
import re
import unicodedata

import pytest

from assistant.checking.redaction import Redactor

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SEED, EACH = 20250630, 400


def identity_card(chance: random.Random) -> str:
    place = chance.choice(("500101", "110105", "510124"))
    born = f"{chance.randint(1950, 2005)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    digits = f"{place}{born}{chance.randint(0, 999):03}"
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11]


def mobile(chance: random.Random) -> str:
    return f"1{chance.randint(3, 9)}{chance.randint(0, 999_999_999):09}"


def account(chance: random.Random) -> str:
    return "62" + "".join(chance.choice("0123456789") for _ in range(chance.randint(14, 17)))


def credit_code(chance: random.Random) -> str:
    return "91500" + "".join(chance.choice("0123456789") for _ in range(3)) + "".join(
        chance.choice(LETTERS) for _ in range(10))


def mail(chance: random.Random) -> str:
    name = "".join(chance.choice("abcdefghij._-0123456789") for _ in range(8)).strip("._-") or "name"
    return f"{name}@mail{chance.randint(1, 99)}.example.com"


KINDS = {"身份证": identity_card, "手机号": mobile, "账号": account, "信用代码": credit_code, "邮箱": mail}


def disguised(value: str, chance: random.Random) -> str:
    """As it is, in full-width characters, or split by blanks, dashes or invisible characters."""
    way = chance.randint(0, 4)
    if way == 1:
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in value)
    if way in (2, 3, 4) and "@" not in value:
        size, mark = chance.choice((3, 4, 6)), {2: " ", 3: "-", 4: "\u200b"}[way]
        return mark.join(value[place:place + size] for place in range(0, len(value), size))
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_no_identifier_is_left_in_any_disguise(kind: str) -> None:
    """Seeded identifiers, plain, full-width and split, within Chinese text: none is left, each comes back as it was."""
    chance = random.Random(f"{SEED}{kind}")
    for _ in range(EACH):
        value = disguised(KINDS[kind](chance), chance)
        text = f"申报单位联系人王某（{value}），近三年发表论文23篇，经费200万元。"
        redactor = Redactor()
        sent = redactor.redact(text)
        assert value not in sent
        assert "\u3014" in sent
        assert "论文23篇，经费200万元" in sent
        assert redactor.restore(sent) == text


CONTEXTS = (
    "（{}）", "{}", "：{}。", "统一社会信用代码{}", "read {} again", "code {}", "USCI:{}, issued 2021", "No.{} of 3",
    "the enterprise\n{}\nsigned", "2023 {} 17", "1\t20\t300\t4000\t50000\t600000\t{}\t7000\t80000\t900000", "code{}",
    "A/{}/B", "纳税人识别号 {} 联系人 Wang", "SCI 23 EI 18 {} 12", "{}is ours", "“{}”", "id={};", "一{}二", "{}、{}",
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_identifier_is_left_wherever_it_stands(kind: str) -> None:
    """2,000 seeded identifiers in all, in each disguise, after words, in rows of numbers, glued to letters: not eight
    characters of one are left, and each comes back as it was.
    """
    chance = random.Random(f"{SEED}{kind}")
    for number in range(EACH):
        bare = KINDS[kind](chance)
        value, context = disguised(bare, chance), CONTEXTS[number % len(CONTEXTS)]
        if kind == "邮箱" and context in GLUED:
            continue   # what it is glued to is part of it
        text = context.replace("{}", value)
        redactor = Redactor()
        sent = redactor.redact(text)
        left = bared(sent)
        pieces = {bare[place:place + 8] for place in range(len(bare) - 7)}
        assert not [one for one in pieces if one in left], (text, sent)
        assert redactor.restore(sent) == text


GLUED = {"code{}", "{}is ours", "A/{}/B"}


def bared(text: str) -> str:
    """Without what disguises."""
    return re.sub(r"[\s\u200b-]", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("text", [
    "A0000ABCDEFG paper 12345", "CN 101234567 A method of Wang", "GB/T 19001-2016 and ISO 14001",
    "grant 12345678 of the office", "ABCDEFGH12345678 IJKLMN",
])
def test_words_beside_a_number_are_no_credit_code(text: str) -> None:
    """Only a piece of its length is one; numbers beside words go out as they did, the words stay."""
    sent = Redactor().redact(text)
    assert "信用代码" not in sent
    assert re.findall("[a-z]{4,}", sent) == re.findall("[a-z]{4,}", text)


@pytest.mark.parametrize("text", [
    "2021-01-01至2024-06-15", "2021、2022、2023年", "2019 2020 2021 2022 2023", "20210101-20240615",
    "经费2,050,000元", "渝府发〔2022〕3号", "第八条（二）", "SCI论文20篇", "2.5 million yuan",
])
def test_dates_amounts_and_references_stay(text: str) -> None:
    """What is no identifier is sent as it stands."""
    assert Redactor().redact(text) == text


def test_the_same_identifier_is_the_same_placeholder_everywhere() -> None:
    """A number that comes twice, once split, gets one placeholder; another one gets another."""
    redactor = Redactor()
    first = redactor.redact("电话13812345678")
    second = redactor.redact("请拨138-1234-5678或13987654321")
    assert first.removeprefix("电话") in second
    assert second.count("手机号#") == 2


def test_a_placeholder_that_a_text_brings_along_is_not_taken_for_one() -> None:
    """Whoever writes 〔手机号#1〕 does not get somebody's number in its place."""
    redactor = Redactor()
    sent = redactor.redact("〔手机号#1〕和13812345678")
    assert redactor.restore(sent) == "〔手机号#1〕和13812345678"
    assert sent.startswith("〔手机号#1〕和〔手机号#2〕")
    assert redactor.restore("〔手机号#1〕") == "〔手机号#1〕"
