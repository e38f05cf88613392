"""Names of organisations as applications write them, by where they are at home."""
from __future__ import annotations


def names(block: str) -> list[str]:
    return [line.strip() for line in block.strip().split("\n")]


WELL_KNOWN_ABROAD = names("""
    代尔夫特理工大学
    帝国理工学院
    弗劳恩霍夫协会
    Universiti Sains Malaysia
    TU Dresden
    首尔大学
    德国弗劳恩霍夫协会生产技术研究所
    马普学会胶体与界面研究所
    日本东北大学
    日本东北大学金属材料研究所
    东北大学（仙台）
    东北大学（日本）
    美国西北大学
    美国东北大学
    加拿大西安大略大学
    韩国中央大学
    英国皇家化学会
    法国国家科学研究中心（CNRS）
    瑞士保罗谢勒研究所
    以色列理工学院
    國立首爾大學
    俄罗斯科学院西伯利亚分院
    乌克兰巴顿焊接研究所
    白俄罗斯国家科学院
    斯科尔科沃创新中心
    新加坡科技研究局（A*STAR）
    新加坡国立大学
    南洋理工大学
    Nanyang Technological University
    河内国家大学
    胡志明市国家大学
    泰国国家科技发展署
    马来西亚理科大学
    菲律宾大学洛斯巴尼奥斯分校
    国际水稻研究所
    国际应用系统分析研究所（IIASA）
    欧洲核子研究中心
    联合国工业发展组织
    CSIRO
    巴斯夫
    巴斯夫（德国总部）
    西门子股份公司
    博世集团
    三星电子
    ABB集团
    默克公司（Merck KGaA）
    印度理工学院孟买分校
    圣保罗大学
    开普敦大学
    内罗毕大学
    老挝国立大学
    University of California, Berkeley
    MIT
    ETH Zürich
    École Polytechnique Fédérale de Lausanne
    UNIVERSITY OF CAMBRIDGE
    Politecnico di Milano
    匈牙利布达佩斯技术与经济大学
    塞梅尔维斯大学
    慕尼黑工业大学（TUM）
    慕尼黑应用技术大学
    巴登-符腾堡州经济部
    德国工商大会
    意大利驻重庆总领事馆
    英国驻华大使馆文化教育处
    东京大学
    京都大学
    北海道大学
    国立材料研究所（日本）
    理化学研究所
    大分大学
    德州大学奥斯汀分校
    德州仪器公司
    纽约市立大学
    大阪市立大学
    罗马大学
""")

UNKNOWN_BODIES_ABROAD = names("""
    某德国公司
    某国外高校
    国外某研究机构
    境外某企业
    美国某大学
    德国莱茵某精密机械公司
    布列斯特国立技术大学
    埃尔福特应用科学大学
    克劳斯塔尔-策勒费尔德矿业学院
    奥登瓦尔德精密仪器公司
    弗雷塞尼乌斯应用科技大学
    圣艾蒂安·杜·鲁夫雷技术中心
    施瓦岑贝格工业技术研究所
    卡普芬伯格大学
    萨尔布吕肯赫尔姆研究中心
    新西兰惠灵顿某农业公司
    荷兰Innovate Horti公司
    德国Müller Präzision公司
    Kretschmann Antriebstechnik GmbH
    Zeta Robotics GmbH
    Nordlys Energi AS
    Oulun Älyteknologia Oy
    Instituto Tecnológico de la Sierra
    Universidade do Vale Verde
    Hochschule Kaltenbach
    Politechnika Nadmorska
    Blackwater Marine Research Institute
    Penang Precision Sdn. Bhd.
    Danube Biotech Kft.
    Adriatic Shipyards d.o.o.
    Tanaka Seiki K.K.
    株式会社山田制作所
    国立仙北大学
    皇家奥兰治理工学院
    联邦水利工程研究院
    Lakshmi Institute of Technology, Hyderabad
    Kyushu Robotics Lab
    Department of Chemistry, University of Oxford, UK
    Siemens AG, Munich, Germany
    The Volkov Research Centre, Novosibirsk
    韩国（株）大成机械
    全俄蔬菜研究所
    格罗斯曼精密工具公司
    Helmholtz-Zentrum Dresden-Rossendorf
    MedTech (Singapore) Pte. Ltd.
    缅甸农业畜牧与灌溉部
    捷克布尔诺精密铸造有限公司
    越南河内光明贸易有限公司
    尼日利亚拉各斯工程公司
    哈萨克斯坦阿拉木图农机中心
""")

GREATER_CHINA = names("""
    香港科技园公司
    香港大学
    香港中文大学
    香港理工大学
    港科大
    澳门大学
    澳门科技大学
    台湾大学
    国立台湾大学
    國立臺灣大學
    国立清华大学
    新竹清华大学
    阳明交通大学
    台湾成功大学
    中央研究院
    工业技术研究院
    台积电
    中国香港特别行政区政府创新科技署
    香港某科技有限公司
    台北某生技公司
    The Hong Kong Polytechnic University
    Hong Kong Science Park
    National Taiwan University
    University of Macau
    National Tsing Hua University
    香港中华总商会
    Hong Kong, China
    高雄医学大学
    澳门生产力暨科技转移中心
    中国台湾工研院
""")

DOMESTIC = names("""
    清华大学
    复旦大学
    同济大学
    东北大学
    东北大学（沈阳）
    东南大学
    中南大学
    西南大学
    国防科技大学
    哈尔滨工业大学（深圳）
    浙江大学
    四川大学
    上海交通大学
    中国科学院金属研究所
    中国科学院深圳先进技术研究院
    中科院重庆绿色智能技术研究院
    中国工程院
    中国电科第二十四研究所
    国家电网重庆市电力公司
    国家自然科学基金委员会
    中国汽车工程研究院股份有限公司
    中国石油大学（北京）
    中国地质大学（武汉）
    西门子（中国）有限公司
    巴斯夫（中国）有限公司
    博世（上海）投资有限公司
    三星（中国）半导体有限公司
    台积电（南京）有限公司
    西门子工厂自动化工程有限公司北京分公司
    美国XX公司重庆分公司
    美国XX公司北京代表处
    德国弗劳恩霍夫协会北京代表处
    新加坡国立大学重庆研究院
    新加坡国立大学（苏州）研究院
    牛津大学苏州先进研究中心
    香港中文大学（深圳）
    香港科技大学（广州）
    香港大学深圳研究院
    昆山杜克大学
    西交利物浦大学
    宁波诺丁汉大学
    上海纽约大学
    微软亚洲研究院
    赛诺菲巴斯德中国公司
    ABB（重庆）变压器有限公司
    重庆长安汽车股份有限公司
    重庆大学
    重庆邮电大学
    成都某公司
    重庆某生物科技有限公司
    某市级重点实验室（重庆）
    四川某机械厂
    重庆中德职业教育中心
    北京奔驰汽车有限公司
    一汽-大众汽车有限公司
    长安福特汽车有限公司
    重庆康明斯发动机有限公司
    工业和信息化部电子第五研究所
    State Key Laboratory of Silkworm Genome Biology
    上海大众汽车有限公司
    四川大学德国研究中心
    复旦大学美国研究中心
    中国社会科学院俄罗斯东欧中亚研究所
    中国驻德国大使馆
    中日友好医院
    山东省农业科学院
    宜宾市科技局
    云阳县农业技术推广站
    广西壮族自治区农业科学院
    内蒙古大学
    呼伦贝尔学院
    喀什大学
    塔里木大学
    鄂尔多斯应用技术学院
    陆军军医大学
    南京理工大学
    大连理工大学
    德州学院（山东德州）
    中山大学
    华为技术有限公司
    比亚迪股份有限公司
    赛力斯集团
    宁德时代
    我校
    国内某高校
    Chongqing University
    Tsinghua University
    Chinese Academy of Sciences
    Southeast University, Nanjing
    Northeastern University, Shenyang
    Siemens Ltd., China
    BASF (China) Company Limited
    University of Nottingham Ningbo China
    Huawei Technologies Co., Ltd.
    Chongqing Lanxin Technology Co., Ltd.
    School of English, Peking University
    Institute of Metal Research, CAS, Shenyang, P.R. China
    德国费斯托公司（注册地：济南）
    某外资公司，注册地北京
""")

UNDECIDED = names("""
    中德联合研究中心
    中美联合实验室
    中英低碳学院
    中央大学
    Northeastern University
    中新国际联合研究院
    重庆大学-辛辛那提大学联合学院
    清华大学与牛津大学联合研究中心
    华为德国公司
    中国科学院曼谷创新合作中心
    重庆轻纺集团德国公司
    合作单位
    XX公司
    先进制造研究中心
    光明科技有限公司
    高明机械有限公司
    金科新材料有限公司
    三方合作协议
    Lishan Technology Co., Ltd.
    Acme
    某研究院
""")
