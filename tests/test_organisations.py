"""Foreign or domestic, from the names that applications write."""
from __future__ import annotations

import pytest

from ingestion.organisations import Origin, countries_in, country, keys, mentions, normalise, origin, region, scan

FOREIGN = """
代尔夫特理工大学 帝国理工学院 弗劳恩霍夫协会 首尔大学 慕尼黑工业大学 国立首尔大学 日本东北大学 日本东京大学
韩国汉阳大学 德国德累斯顿工业大学 巴斯夫（德国总部） 某德国公司 布伦瑞克工业大学 马普学会 法国国家科学研究中心
""".split()


@pytest.mark.parametrize("name", FOREIGN)
def test_a_body_abroad_is_foreign(name: str) -> None:
    """A name of a body abroad, known or not, is FOREIGN."""
    assert origin(name) is Origin.FOREIGN
