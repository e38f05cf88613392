"""What labelled rows teach: rows worded like those that do not count are taken away, and no rule is overridden."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

import policy_corpus
from ingestion.errors import PolicyError
from ingestion.facts import extract_text
from ingestion.learned import scorer, training
from ingestion.learned.features import features
from ingestion.learned.training import Row
from tests.samples import policy

PAIRS = [   # of one fact: a row that counts, and one that does not, in words that stand in no labelled row
    ("foreign_partners", "3 | 芬兰坦佩雷传感研究所 | 芬兰 | 2023-05至2028-05 | 合作顺利",
     "9 | 冰岛雷克雅未克参访团 | 冰岛 | 只来看过一趟，无后续"),
    ("foreign_partners", "奥地利林茨焊接中心 | 奥地利 | 2022.03—2027.03 | 正在执行",
     "奥地利林茨焊接中心（德文名） | 奥地利 | 与上一行为同一家"),
    ("sci_ei_papers", "7 | 低温钢裂纹扩展 | Weld Sci | 2024-03 | SCI",
     "8 | 低温钢裂纹扩展 | Weld Sci | 2024-03 | SCI | 与7号重复登记"),
    ("granted_ip", "一种超声检测夹具 | 实用新型 | ZL202320111111.X | 2023-09-01 | 已授权",
     "一种超声检测夹具 | 发明 | 202310111111.X | | 实审中"),
    ("stationed_staff", "4 | 祁连 | 工程师 | 都灵 | 长驻", "5 | （待定） | 行政 | 都灵 | 岗位空着，明年招"),
    ("resident_enterprises", "渝川精铸有限公司 | 铸造 | 高新技术企业 | 2027-11 | 在园",
     "渝川精铸有限公司 | 铸造 | 高新技术企业 | 2024-10 | 证书过期没有再认定"),
    ("technology_transfers", "柔性夹爪工艺 | 瑞典隆德公司 | 重庆北碚机械厂 | 2024-05 | 已交付验收",
     "柔性夹爪工艺二期 | 瑞典隆德公司 | 重庆北碚机械厂 | | 双方还在谈价"),
    ("key_projects", "重庆市重点研发 | 冷链监测 | 2023-2025 | 在研", "校级培育 | 冷链监测预研 | 2023 | 结题"),
    ("cooperation_funding", "2024-06 | 联合试验材料费 | 98000 | 已付", "2024-06 | 联合试验材料费 | 98000 | 已全额退回"),
    ("joint_projects", "与都灵理工联合开发涂层 | 2023-04 | 执行中", "与都灵理工联合开发涂层 | | 意向书，没有启动"),
]


@pytest.fixture(scope="module")
def learned() -> scorer.RowScorer:
    found = scorer.load(policy_corpus.DEFAULT)
    assert found is not None
    return found


def test_the_weights_are_those_of_the_labelled_rows(learned: scorer.RowScorer) -> None:
    """Whoever changes rows.jsonl learns again."""
    assert learned.learned_from == training.digest(training.rows(policy_corpus.DEFAULT))


def test_rows_that_do_not_count_look_so(learned: scorer.RowScorer) -> None:
    """In nine of ten pairs at least, and none of their rows stands among the labelled ones."""
    known = {row.text for row in training.rows(policy_corpus.DEFAULT)}
    assert not known & {text for _, *texts in PAIRS for text in texts}
    told = [learned.score(fact, good) - learned.score(fact, bad) for fact, good, bad in PAIRS]
    assert sum(one > 0 for one in told) >= len(PAIRS) - 1


def test_digits_and_separators_do_not_matter() -> None:
    assert features("a", "1 | 甲 | 2024") == features("a", "7｜甲\t2019")
    assert features("a", "甲") != features("b", "甲")


def test_nothing_is_said_of_a_fact_that_was_not_learned(learned: scorer.RowScorer) -> None:
    assert learned.likely("no_such_fact", 1.0) is None
    assert 0 < (learned.likely(learned.facts[0], 0.0) or 0) < 1


def test_learning_is_the_same_each_time_and_held_out_by_source() -> None:
    rows = tuple(Row("x", f"甲{'办结' if good else '退回'}{n}", good, source) for source in "ab" for n in range(6)
                 for good in (True, False))
    once, told = training.learn(rows)
    again, _ = training.learn(rows)
    assert once == again
    assert [(one.source, one.rows, one.right) for one in told] == [("a", 12, 1.0), ("b", 12, 1.0)]
    assert once.score("x", "乙办结") > 0 > once.score("x", "乙退回")


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    assert scorer.load(tmp_path) is None
    (tmp_path / scorer.FILE).write_bytes(b"something")
    with pytest.raises(PolicyError, match=r"ingestion\.learned\.training"):
        scorer.load(tmp_path)
    (tmp_path / training.ROWS).write_text('{"fact": "x"}\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=r"rows\.jsonl:1"):
        training.rows(tmp_path)


def test_a_reason_that_a_rule_gives_stands(learned: scorer.RowScorer) -> None:
    """However much a row looks like one that counts: a preprint's plan is planned."""
    text = ("合作机构一览\n名称｜国别｜协议期限｜状态\n芬兰坦佩雷传感研究所｜芬兰｜2023-05至2028-05｜执行中\n"
            "奥地利林茨焊接中心｜奥地利｜2022-03至2027-03｜执行中\n四川自贡灯会研究所｜四川｜2023-01至2028-01｜执行中\n")
    found = extract_text(text, policy(), date(2025, 6, 30))
    assert "domestic" in {one.reason for one in found.exclusions["foreign_partners"]}


def test_the_scorer_crosses_the_wall_whole(learned: scorer.RowScorer) -> None:
    """It goes to the process that reads facts in one piece."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(learned), type=scorer.RowScorer) == learned
