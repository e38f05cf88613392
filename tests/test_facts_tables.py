"""Tables, forms and lists that nobody prepared for: typed by all their titles and by what their cells are."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts, parsing, policy
from ingestion.domain import Document

from . import word_samples as word

POLICY = policy.load()
DAY = date(2025, 6, 30)


def documents(*texts: str) -> list[Document]:
    return [parsing.read(text.encode(), f"{place}.md") for place, text in enumerate(texts)]


def read(*texts: str, day: date = DAY) -> dict[str, tuple[int, int | None]]:
    found = facts.extract(documents(*texts), POLICY, day).facts
    return {key: (one.interval.low, one.interval.high) for key, one in found.items()}


PARTNERS_ODD_TITLE = ("""# 国际创新园申报材料

## 三、对外联络

我园常年往来的海外同行列在下面，共有六家，其中两家近年已无往来。

| 伙 伴 | 属地 | 首签日 | 现约止期 | 近况 |
| --- | --- | --- | --- | --- |
| 代尔夫特理工大学 | 荷兰 | 2019.5 | 2029.5 | 正常 |
| 新南威尔士大学 | 澳大利亚 | 2021.3 | 2026.3 | 正常 |
| 西江大学 | 韩国 | 2018.9 | 2021.9 | 停滞 |
| 波尔图大学 | 葡萄牙 | 2022.11 | 2027.11 | 正常 |
| 华东理工大学 | 上海 | 2022.1 | 2027.1 | 正常 |
| 蒙特雷理工学院 | 墨西哥 | 2023.2 | 2028.2 | 正常 |
""",)

ENTERPRISE_STATUS = ("""# 园区企业花名册

| 顺序 | 户名 | 称号 | 证号 | 进园 | 经营状态 |
| --- | --- | --- | --- | --- | --- |
| 1 | 重庆明析仪器有限公司 | 高新技术企业 | GR202351100101 | 2021-03 | 存续 |
| 2 | 重庆云枢软件有限公司 | 高新技术企业 | GR202451100202 | 2022-07 | 存续 |
| 3 | 重庆渝杉医疗器械有限公司 | 科技型企业 | 2022500112B0044 | 2022-01 | 存续 |
| 4 | 重庆锦帆传感有限公司 | 高新技术企业 | GR202251100303 | 2020-11 | 停园整顿 |
| 5 | 重庆渡舟物流有限公司 | 无 | — | 2023-02 | 存续 |
| 6 | 重庆翌晨新能源有限公司 | 高新技术企业 | GR202351100404 | 2023-05 | 存续 |
""",)

PLATFORM_LANDSCAPE = ("""# 科研条件

## （二）平台建设

表 3 我院牵头或参建的平台

| 平台 | 授牌单位 | 授牌年份 | 运行 |
| --- | --- | --- | --- |
| 智能感知重庆市重点实验室 | 市科技局 | 2019 | 正常 |
| 山地灾害监测工程研究中心 | 重庆市发展改革委 | 2021 | 正常 |
| 渝北区数字孪生创新中心 | 渝北区科技局 | 2022 | 正常 |
| 国家地方联合工程实验室（遥感） | 国家发展改革委 | 2018 | 正常 |
""",)

PROJECTS_SPLIT_TABLE = ("""# 承担任务情况

| 任务名称 | 渠道 | 起 | 止 | 身份 |
| --- | --- | --- | --- | --- |
| 复杂地层掘进装备健康监测 | 国家重点研发计划 | 2022-01 | 2025-12 | 牵头 |
| 高陡边坡雷达快速成像 | 国家自然科学基金面上 | 2023-01 | 2026-12 | 主持 |

续表

| 任务名称 | 渠道 | 起 | 止 | 身份 |
| --- | --- | --- | --- | --- |
| 隧道衬砌缺陷智能识别 | 重庆市自然科学基金重点 | 2021-10 | 2024-09 | 主持 |
| 桥梁缆索检测机器人 | 企业横向 | 2023-03 | 2024-03 | 受托 |
| 山区公路气象预警 | 重庆市技术创新与应用发展专项 | 2022-06 | 2025-06 | 主持 |
""",)

PAPERS_NO_WORD = ("""# 附表4 近三年产出（截至2025年3月）

| 题 名 | 署名机构 | 载于 | 刊出 | 检索 |
| --- | --- | --- | --- | --- |
| Rail corrugation monitoring by fibre sensing | 本院；University of Birmingham（英国） | Sensors | 2023.04 | SCI |
| 轨道波磨的时频诊断 | 本院 | 机械工程学报 | 2023.09 | EI |
| Wheel flat detection with few labels | 本院；KTH（瑞典） | Measurement | 2024.02 | SCIE |
| 车轮多边形演化 | 本院；西南交通大学 | 铁道学报 | 2024.07 | EI |
| 道岔结构选型 | 本院 | 都市快轨交通 | 2024.08 | 北大核心 |
""",)

PAPERS_PLANNED = ("""# 四、预期成果

## 拟发表论文清单

| 论文题目 | 拟投期刊 | 预计时间 | 收录 |
| --- | --- | --- | --- |
| Adaptive grouting control | Tunnelling | 2026 | SCI |
| Lining stress inversion | Engineering Structures | 2026 | SCI |
""",)

MONEY_OTHER = ("""# 财务附表

表1 公司近三年利润（单位：万元）

| 项目 | 2022年 | 2023年 | 2024年 |
| --- | --- | --- | --- |
| 主营收入 | 5200 | 6100 | 7300 |
| 净利润 | 320 | 410 | 520 |

表2 国际科技合作专项列支（单位：万元）

| 列支事项 | 2022年 | 2023年 | 2024年 | 三年合计 |
| --- | --- | --- | --- | --- |
| 联合实验 | 30 | 36 | 44 | 110 |
| 人员交流 | 20 | 28 | 22 | 70 |
| 会议与资料 | 8 | 10 | 12 | 30 |
| 合计 | 58 | 74 | 78 | 210 |

表3 下一年度国际合作预算（单位：万元）

| 事项 | 金额 |
| --- | --- |
| 联合实验 | 60 |
| 人员交流 | 30 |
""",)

TRANSFER_LINES = ("""技术转移完成情况

技术名称 | 出让方 | 受让方 | 合同号 | 办结日期
低温甲醇洗节能技术 | 德国林德公司 | 重庆江川化工有限公司 | HT-2021-008 | 2022年5月
柑橘留树保鲜技术 | 重庆柑橘研究所 | 泰国清迈果业公司 | HT-2022-013 | 2023年1月
污泥干化技术 | 日本荏原 | 成都环投集团 | HT-2022-021 | 2023年6月
""",)

STAFF_HEADERLESS = ("""# 海外中心驻外人员名单

| 姓名 | 派驻方式 | 驻地 | 起始 |
| --- | --- | --- | --- |
| 林某 | 常驻 | 慕尼黑 | 2023-01 |
| K. Weber | 当地全职 | 慕尼黑 | 2022-06 |
| 周某 | 短期（每次两周） | 慕尼黑 | 2024-03 |
| 何某 | 常驻 | 慕尼黑 | 2023-09 |
""",)

TWO_LISTS_TRANSLATION = ("""# 合作单位名录

| 单位 | 国家 | 协议期限 |
| --- | --- | --- |
| 隆德大学 | 瑞典 | 2022-2027 |
| 奥卢大学 | 芬兰 | 2023-2028 |
| 塔尔图大学 | 爱沙尼亚 | 2021-2026 |
""", """# Partner institutions

| Institution | Country | Term |
| --- | --- | --- |
| Lund University | Sweden | 2022-2027 |
| University of Oulu | Finland | 2023-2028 |
""",)

IP_MIXED = ("""## 知识产权情况表

| 编号 | 成果名 | 类别 | 证书号 | 授权日 | 权属 | 现状 |
| --- | --- | --- | --- | --- | --- | --- |
| 1 | 一种滚珠丝杠预紧装置 | 发明专利 | ZL202110011111.1 | 2022-05-06 | 重庆岭工研究院 | 有效 |
| 2 | 一种主轴温控方法 | 发明专利 | ZL202110022222.2 | 2023-03-10 | 重庆岭工研究院 | 有效 |
| 3 | 机床误差补偿软件V1.0 | 软件著作权 | 2023SR0001111 | 2023-04-01 | 重庆岭工研究院 | 有效 |
| 4 | 一种换刀机构 | 发明专利 | — | — | 重庆岭工研究院 | 已受理 |
| 5 | 一种在线测量系统 | 发明专利 | — | — | 重庆岭工研究院 | 有效 |
""",)

AGREEMENTS_FORM = ("""# 四、与驻在国（匈牙利）机构签署的长期协议

| 机构 | 说明 |
| --- | --- |
| 布达佩斯技术与经济大学 | 五年合作协议，2022年3月1日至2027年2月28日 |
| 塞格德大学 | 合作协议，2023年9月1日至2026年8月31日 |
| 匈牙利农业研究网络 | 谅解备忘录，2021年5月签署，2023年5月期满 |
| 协议总数 | 2份 |
""",)

OVERSEAS_TEAMS = ("""# 2 海外机构与团队入驻情况

序号 团队/机构 来源 入驻年份 场地
1 亚琛工业大学齿轮团队 德国 2021 A栋3层
2 以色列光电检测团队 以色列 2023 B栋1层
3 巴西农业遥感团队 巴西 - 尚在签约

""",)

INDICATOR_TABLE = ("""# 园区主要指标

| 指标 | 单位 | 2025年6月实际 | 2027年目标 |
| --- | --- | --- | --- |
| 入驻高新技术企业和创新型企业 | 家 | 14 | 30 |
| 市级以上创新平台 | 个 | 4 | 8 |
| 入驻海外研发机构和团队 | 个 | 3 | 6 |
| 签约的国（境）外长期合作机构 | 家 | 7 | 12 |
""",)

TRANSFER_PARTIES = ("""# 附件三 业务登记表

| 序 | 标的 | 甲方 | 乙方 | 成交时间 | 履约 |
| --- | --- | --- | --- | --- | --- |
| 1 | 高速主轴动平衡工艺 | 瑞士 Kessler 公司 | 重庆北碚机床有限公司 | 2022-03 | 已履行完毕 |
| 2 | 竹纤维增强树脂配方 | 重庆工商大学 | 越南河内塑胶公司 | 2022-10 | 已履行完毕 |
| 3 | 水下声呐标定方法 | 挪威 Nord Sensor AS | 重庆涪陵海工装备公司 | 2023-05 | 已履行完毕 |
| 4 | 生物柴油催化剂 | 韩国 Hanil 化学 | 贵阳绿源能源公司 | 2023-06 | 已履行完毕 |
| 5 | 稻壳制炭成套设备 | 重庆农机研究所 | 老挝农业公司 | 2024-01 | 已履行完毕 |
| 6 | 智能灌溉控制器 | 以色列 DripTech | 重庆永川果业公司 | 2024-09 | 执行中 |
""",)

OFFICERS_ROSTER = ("""# 国际合作部岗位花名册

| 工号 | 姓名 | 岗位 | 聘用性质 | 到岗 |
| --- | --- | --- | --- | --- |
| G01 | 邹某 | 主任 | 专职 | 2020-03 |
| G02 | 阮某 | 协议与外专管理 | 专职 | 2021-07 |
| G03 | 柯某 | 项目联络 | 专职 | 2022-09 |
| G04 | 祝某 | 法务 | 兼职 | 2021-01 |
""",)

MONEY_FLOW = ("""# 国际科技合作经费使用明细（2022年1月—2025年6月）

单位：元

| 日期 | 用途 | 收款方 | 支出金额 |
| --- | --- | --- | --- |
| 2022-04-11 | 联合试验材料 | 某试剂公司 | 300,000 |
| 2022-11-02 | 外籍专家劳务 | 专家A等 | 200,000 |
| 小计 |  |  | 500,000 |
| 2023-03-15 | 样机加工 | 某机加公司 | 400,000 |
| 小计 |  |  | 400,000 |
| 2024-05-20 | 测试费 | 某检测中心 | 350,000 |
| 2025-02-18 | 差旅 | 员工报销 | 250,000 |
| 小计 |  |  | 600,000 |
| 总计 |  |  | 1,500,000 |
""",)

ENTERPRISE_BUILDINGS = ("""# 入驻企业台账

## A座

| 房号 | 企业 | 资质 | 证书编号 | 状态 |
| --- | --- | --- | --- | --- |
| A301 | 重庆曜石机器人有限公司 | 高新技术企业 | GR202351100811 | 在园 |
| A302 | 重庆沐川软件有限公司 | 高新技术企业 | GR202251100812 | 在园 |
| A303 | 重庆谷雨茶饮有限公司 | — | — | 在园 |
| 本座合计 | 3家 |  |  |  |

## B座

| 房号 | 企业 | 资质 | 证书编号 | 状态 |
| --- | --- | --- | --- | --- |
| B201 | 重庆沐川软件有限公司 | 高新技术企业 | GR202251100812 | 在园 |
| B202 | 重庆启衡传动有限公司 | 科技型企业 | 2023500109B0012 | 在园 |
| B203 | 重庆观澜检测有限公司 | 高新技术企业 | GR202451100813 | 在园 |
| B204 | 重庆星舟航电有限公司 | 高新技术企业 | GR202351100814 | 已迁往两江 |
| B205 | 重庆禾苗生物有限公司 | 科技型企业 | 2022500109B0077 | 在园 |
| 本座合计 | 5家 |  |  |  |
""",)

JOINT_PROGRESS = ("""# 合作研发进展说明（2022—2025）

| 编号 | 项目 | 外方 | 立项 | 阶段 |
| --- | --- | --- | --- | --- |
| P1 | 固态电池界面调控联合研发 | 代尔夫特理工大学 | 2022-05 | 中试 |
| P2 | 热失控预警算法合作开发 | 巴伊兰大学 | 2023-02 | 在研 |
| P3 | 退役电池梯次利用评估 | 首尔大学 | 2021-04 | 结题 |
| P4 | 电解液回收工艺联合开发 | 亚琛工业大学 | 2024-01 | 在研 |
| P5 | 钠电正极材料 | 待定 | 2026-01 | 拟立项 |
""",)

AWARDS_CERT = ("""# 附录 C 荣誉

| 年 | 名称 | 颁授机关 | 等次 | 我方排名 |
| --- | --- | --- | --- | --- |
| 2021 | 重庆市科技进步奖 | 重庆市人民政府 | 二等 | 1/5 |
| 2022 | 中国机械工业协会科技奖 | 中国机械工业联合会 | 三等 | 2/7 |
| 2023 | 国家技术发明奖 | 国务院 | 二等 | 3/6 |
| 2023 | 沙坪坝区创新团队 | 沙坪坝区政府 | — | 1 |
""",)

PARTNERS_BY_COUNTRY_MERGED = ("""# 与我所保持协议关系的单位

德国
- 卡尔斯鲁厄理工学院（2021—2026年框架协议）
- 弗劳恩霍夫生产技术研究所（2022年起，五年）

日本
- 九州大学（2020—2030年）
- 产业技术综合研究所（2023年起，三年）

新加坡
- 南洋理工大学（2022—2027年）
""",)

STAFF_ABROAD_TABLE = ("""# 5. Team at the Centre 中心团队

| Name 姓名 | Position 职务 | Basis 方式 | Since 到任 |
| --- | --- | --- | --- |
| Zhang 张某 | Director 主任 | Seconded, resident 派驻（常驻） | 2022-02 |
| M. Rossi | Engineer 工程师 | Local full-time 当地全职 | 2022-06 |
| L. Bianchi | Engineer 工程师 | Local full-time 当地全职 | 2023-01 |
| Wu 吴某 | Researcher 研究员 | Seconded, resident 派驻（常驻） | 2023-09 |
| G. Conti | Adviser 顾问 | Part-time 兼职 | 2023-09 |
| Chen 陈某 | Engineer 工程师 | Remote from Chongqing 在渝远程 | 2024-01 |
""",)

IP_CERTS = ("""# 成果证书目录

| 证书名称 | 证书号 | 日期 |
| --- | --- | --- |
| 一种耐磨涂层的制备方法（发明专利证书） | 第5123456号 | 2022-06-10 |
| 一种轴承试验台（实用新型专利证书） | 第16234567号 | 2022-09-01 |
| 轴承寿命预测软件（计算机软件著作权登记证书） | 2023SR0456789 | 2023-04-12 |
| 一种润滑脂（发明专利证书） | 第5987654号 | 2023-05-06 |
| 一种密封结构（受理通知书） | 202410012345.6 | 2024-01-03 |
""",)

PLATFORM_CARDS = ("""# 平台一览

| 平台一 | 重庆市智能网联测试工程技术研究中心 |
| --- | --- |
| 批准单位 | 重庆市科学技术局 |
| 批准时间 | 2021年12月 |

| 平台二 | 国家级科技企业孵化器（渝北众智） |
| --- | --- |
| 批准单位 | 科学技术部 |
| 批准时间 | 2020年6月 |

| 平台三 | 渝北区无人机众创空间 |
| --- | --- |
| 批准单位 | 渝北区科技局 |
| 批准时间 | 2022年3月 |
""",)

OVERSEAS_MIXED = ("""# 国际资源

## 4.1 园内外资研发单元

| 单元名称 | 母体 | 国别 | 入园 | 面积 |
| --- | --- | --- | --- | --- |
| 史密斯传动重庆实验室 | Smith Gear Ltd. | 英国 | 2021 | 500㎡ |
| 里昂微流控团队 | 里昂大学 | 法国 | 2022 | 210㎡ |
| 大邱光学研究中心 | 大邱光学株式会社 | 韩国 | 2023 | 330㎡ |

## 4.2 园外协作机构

| 机构 | 国别 | 协议期 |
| --- | --- | --- |
| 曼彻斯特大学 | 英国 | 2022.01-2026.12 |
| 里昂国立应用科学学院 | 法国 | 2023.05-2028.05 |
""",)

PAPERS_BY_LIST = ("""# 附件：近三年代表作以外的全部收录论文

（1）Li X, Müller T. Creep of magnesium sheets. Acta Mater, 2023, 250: 1. SCI 收录. 合作单位：TU Freiberg（德国）
（2）王某, 赵某. 镁板轧制边裂控制. 中国有色金属学报, 2022, 32(5): 11. EI 收录.
（3）Zhao Y. Twinning in AZ31. Mater Des, 2024, 240: 2. SCI 收录.
（4）Sun K, Chan W. Corrosion of WE43. Corros Sci, 2024, 230: 3. SCI 收录. 合作单位：香港城市大学
（5）周某. 镁合金产业评述. 材料导报, 2023. 北大核心.
""",)

CASES = ("""# 重庆某转移中心工作报告

表2 转化案例登记

案例号	技术	来自	去向	落地时间	结果
TT-01	微波杀菌	荷兰 瓦赫宁根大学	重庆江津食品公司	2022.04	已投产
TT-02	精油萃取	重庆三峡学院	斯里兰卡香料公司	2022.12	已交付
TT-03	膜分离	新加坡国立大学	重庆长寿化工公司	2023.08	已验收
TT-04	低温干燥	意大利都灵理工	湖北宜昌药企	2023.09	已验收
TT-05	果蔬分选	西班牙 MAF 公司	重庆奉节果业	—	设备安装中
""",)

RECORDS = ("""# 重庆某院近三年论文

第一篇 题目：Fatigue of adhesive joints；期刊：Int J Fatigue；时间：2023年5月；收录：SCI；外方单位：University of Porto
第二篇 题目：胶接接头老化；期刊：材料工程；时间：2024年3月；收录：EI；外方单位：无
第三篇 题目：Hybrid joints under impact；期刊：Compos Struct；时间：2024年9月；收录：SCI；外方单位：TU Delft
""",)

RANKS = ("""# 某园区载体情况

园区现有载体见下：

| 载体 | 等级 | 认定机构/年份 | 目前 |
| --- | --- | --- | --- |
| 渝创孵化器 | 国家级 | 科技部/2019 | 运营中 |
| 渝创众创空间 | 市级 | 市科技局/2020 | 运营中 |
| 智造中试平台 | 市级 | 市经信委/2022 | 运营中 |
| 创客工坊 | 区级 | 区科技局/2021 | 运营中 |
| 低碳实验室 | 市级 | 市科技局/2018 | 2024年摘牌 |
""",)


@pytest.mark.parametrize(("texts", "day", "want"), [
    pytest.param(PARTNERS_ODD_TITLE, DAY, {"foreign_partners": (4, 4)},
                 id="a title of no known word, headers with blanks in them, a state that no rule foresees"),
    pytest.param(ENTERPRISE_STATUS, DAY, {"resident_enterprises": (4, 5)},
                 id="an unforeseen state leaves a row unexplained"),
    pytest.param(PLATFORM_LANDSCAPE, DAY, {"municipal_platforms": (3, 3)},
                 id="who granted it tells its rank"),
    pytest.param(PROJECTS_SPLIT_TABLE, DAY, {"key_projects": (4, 4)},
                 id="a table goes on behind a caption; who pays is told by what the cells are"),
    pytest.param(PAPERS_NO_WORD, date(2025, 3, 31), {"sci_ei_papers": (4, 4), "joint_papers": (2, 2)},
                 id="the column of indexes shows that it lists papers"),
    pytest.param(PAPERS_PLANNED, date(2025, 3, 31), {}, id="the heading plans"),
    pytest.param(MONEY_OTHER, date(2025, 3, 31), {"cooperation_funding": (2100000, 2100000)},
                 id="other money beside it"),
    pytest.param(TRANSFER_LINES, date(2025, 3, 31), {"technology_transfers": (2, 2)},
                 id="lines that a bar parts"),
    pytest.param(STAFF_HEADERLESS, date(2025, 3, 31), {"stationed_staff": (3, 3)},
                 id="how each is stationed"),
    pytest.param(TWO_LISTS_TRANSLATION, DAY, {"foreign_partners": (3, 3)},
                 id="one list told in two languages"),
    pytest.param(IP_MIXED, DAY, {"granted_ip": (3, 3)}, id="no number, no grant"),
    pytest.param(AGREEMENTS_FORM, DAY, {"host_country_agreements": (2, 2)},
                 id="a form whose labels are the things"),
    pytest.param(OVERSEAS_TEAMS, DAY, {"overseas_units": (2, 2)},
                 id="words parted by blanks below headers; two doubts take a row away"),
    pytest.param(INDICATOR_TABLE, DAY, {"resident_enterprises": (14, 14),
                 "municipal_platforms": (4, 4), "foreign_partners": (7, 7), "overseas_units": (3, 3)},
                 id="a column of targets"),
    pytest.param(TRANSFER_PARTIES, DAY, {"technology_transfers": (4, 4)}, id="two sides, here and abroad"),
    pytest.param(OFFICERS_ROSTER, DAY, {"dedicated_officers": (3, 3)}, id="full-time or not"),
    pytest.param(MONEY_FLOW, DAY, {"cooperation_funding": (1500000, 1500000)},
                 id="payments by day with subtotals"),
    pytest.param(ENTERPRISE_BUILDINGS, DAY, {"resident_enterprises": (5, 5)},
                 id="one firm on two floors, a subtotal as a row"),
    pytest.param(JOINT_PROGRESS, DAY, {"joint_projects": (3, 3)}, id="a list by its own words"),
    pytest.param(AWARDS_CERT, DAY, {"municipal_awards": (2, 2)}, id="most names say what they are"),
    pytest.param(PARTNERS_BY_COUNTRY_MERGED, DAY, {"foreign_partners": (5, 5)},
                 id="places part a list no more than they lead it in"),
    pytest.param(STAFF_ABROAD_TABLE, DAY, {"stationed_staff": (4, 4)}, id="headers in two languages"),
    pytest.param(IP_CERTS, DAY, {"granted_ip": (4, 4)}, id="what certificates are of"),
    pytest.param(PLATFORM_CARDS, DAY, {"municipal_platforms": (2, 2)}, id="one card a thing"),
    pytest.param(OVERSEAS_MIXED, DAY, {"overseas_units": (3, 3), "foreign_partners": (2, 2)},
                 id="two tables of like columns under their own headings"),
    pytest.param(PAPERS_BY_LIST, DAY, {"sci_ei_papers": (4, 4), "joint_papers": (1, 2)},
                 id="references with notes"),
    pytest.param(CASES, DAY, {"technology_transfers": (3, 3)},
                 id="whence and whither"),
    pytest.param(RECORDS, DAY, {"joint_papers": (2, 2), "sci_ei_papers": (3, 3)},
                 id="lines of the same labels"),
    pytest.param(RANKS, DAY, {"municipal_platforms": (3, 3)},
                 id="a header that names what the rows are"),
])
def test_what_a_table_lists(texts: tuple[str, ...], day: date, want: dict[str, tuple[int, int]]) -> None:
    """The facts that it holds; nothing where all is planned."""
    found = read(*texts, day=day)
    assert {key: found.get(key) for key in want} == want
    assert found if want else not found


@pytest.mark.parametrize(("texts", "key", "silent"), [
    (ENTERPRISE_STATUS, "resident_enterprises", ()),
    (TRANSFER_PARTIES, "technology_transfers", ()),
    (ENTERPRISE_BUILDINGS, "resident_enterprises", ("本座合计",)),
    (PROJECTS_SPLIT_TABLE, "key_projects", ()),
    (OVERSEAS_TEAMS, "overseas_units", ()),
])
def test_every_row_of_a_table_of_a_fact_s_things_has_an_entry(
    texts: tuple[str, ...], key: str, silent: tuple[str, ...]
) -> None:
    """Counted, not counted with its reason, or unexplained."""
    document = documents(*texts)[0]
    found = facts.extract([document], POLICY, DAY)
    entries = [*found.facts[key].evidence, *found.exclusions.get(key, ()), *found.unexplained.get(key, ())]
    lines = [line.strip("| ") for line in document.text.splitlines() if line.count("|") > 2 or "\t" in line]
    rows = [line for line in lines if any(char.isdigit() for char in line) and not line.startswith(silent)]
    assert [row for row in rows if not any(row[:12] in one.quote or one.quote[:12] in row for one in entries)] == []


def test_a_row_with_one_doubt_is_unexplained() -> None:
    """What it would add is in the interval, and why it is open is said."""
    found = facts.extract(documents(*ENTERPRISE_STATUS), POLICY, DAY)
    [entry] = found.unexplained["resident_enterprises"]
    assert (entry.why, "停园整顿" in entry.quote, entry.adds) == ("unsettled_status", True, True)


@pytest.mark.parametrize("texts", [MONEY_OTHER, MONEY_FLOW, INDICATOR_TABLE, PAPERS_NO_WORD, TRANSFER_PARTIES])
def test_asking_for_one_fact_alone_changes_nothing(texts: tuple[str, ...]) -> None:
    """No spending table turns into projects where no money is asked for."""
    given = documents(*texts)
    together = facts.extract(given, POLICY, DAY)
    for key in POLICY.facts.facts:
        alone = facts.extract(given, POLICY, DAY, keys=[key])
        assert alone.facts.get(key) == together.facts.get(key), key
        assert alone.exclusions.get(key) == together.exclusions.get(key), key


NESTED = [
    ("合作单位情况", [["单位", "所在地", "协议起止"], ["拉彭兰塔理工大学", "芬兰", "2022.01-2027.01"],
                      ["四川大学", "成都", "2023.01-2026.01"], ["维尔纽斯大学", "立陶宛", "2023.05-2028.05"]]),
    ("拟合作单位（意向）", [["单位", "所在地", "协议起止"], ["里加工业大学", "拉脱维亚", "2026.01-2031.01"],
                            ["塔林理工大学", "爱沙尼亚", "2026.01-2031.01"]]),
]


@pytest.mark.parametrize(("host", "rows", "want"), [(*NESTED[0], (2, 2)), (*NESTED[1], None)])
def test_a_nested_table_is_titled_by_the_row_that_it_stands_in(
    host: str, rows: list[list[str]], want: tuple[int, int] | None
) -> None:
    """The label of a form's row, with what it plans."""
    label, content, beside = (word.cell(word.paragraph(word.run(text))) for text in ("栏目", "内容", host))
    within = word.cell(word.table(rows), word.paragraph())
    outer = f"<w:tbl><w:tr>{label}{content}</w:tr><w:tr>{beside}{within}</w:tr></w:tbl>"
    data = word.package(word.paragraph(word.run("重庆某研究院国际联合研究中心申报书")) + outer)
    found = facts.extract([parsing.read(data, "a.docx")], POLICY, DAY).facts.get("foreign_partners")
    assert (found and (found.interval.low, found.interval.high)) == want


def test_a_table_of_things_that_feeds_no_fact_is_said() -> None:
    """A person should know that nothing was read from it."""
    rows = "".join(f"| {n} | 重庆{n}号供应商有限公司 | 北京 | 2023-0{n} |\n" for n in range(1, 7))
    text = f"# 我公司情况\n\n本单位供货商\n\n| 序号 | 供货商 | 属地 | 建档 |\n| --- | --- | --- | --- |\n{rows}"
    prepared = facts.prepare(documents(text), POLICY)
    assert [one.code for one in prepared.notices["0.md"]] == ["table_unused"]
