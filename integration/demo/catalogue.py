"""What the demo company sells, and the words from which its customers' names are made. All of it is invented."""

COMPANY = ("星河工品贸易有限公司", "Galaxy Industrial Supplies Co., Ltd.")

# category, then (name, English name, specification, unit, price incl. tax, cost without tax, kind of costing)
PRODUCTS = {
    "电动工具": [
        ("充电电钻", "Cordless drill", "18V 2.0Ah", 459, 262),
        ("冲击钻", "Impact drill", "750W 13mm", 329, 188),
        ("角磨机", "Angle grinder", "125mm 900W", 269, 151),
        ("电锤", "Rotary hammer", "26mm 800W", 689, 402),
        ("曲线锯", "Jigsaw", "650W", 389, 221),
        ("圆锯", "Circular saw", "185mm 1400W", 599, 343),
        ("热风枪", "Heat gun", "2000W", 219, 118),
        ("砂光机", "Sander", "125mm 300W", 299, 166),
        ("激光测距仪", "Laser distance meter", "60m", 349, 190),
        ("激光水平仪", "Laser level", "12 线 绿光", 799, 455),
    ],
    "手动工具": [
        ("套筒扳手组", "Socket wrench set", "46 件", 189, 101),
        ("扭力扳手", "Torque wrench", "20-110 N·m", 459, 255),
        ("螺丝刀组", "Screwdriver set", "12 件", 79, 39),
        ("活动扳手", "Adjustable wrench", "10 寸", 59, 29),
        ("管钳", "Pipe wrench", "14 寸", 99, 51),
        ("剥线钳", "Wire stripper", "0.5-6 mm²", 69, 34),
        ("卷尺", "Tape measure", "8m", 39, 18),
        ("工具箱", "Tool box", "19 寸", 129, 66),
    ],
    "劳保用品": [
        ("安全帽", "Safety helmet", "ABS 可调", 45, 21),
        ("防护眼镜", "Safety glasses", "防雾", 29, 12),
        ("防尘口罩", "Dust mask", "KN95 50 只/盒", 118, 61),
        ("防割手套", "Cut-resistant gloves", "5 级", 36, 17),
        ("安全鞋", "Safety shoes", "防砸 42 码", 229, 124),
        ("反光背心", "High-visibility vest", "L", 25, 11),
        ("耳塞", "Ear plugs", "200 副/盒", 96, 48),
        ("安全绳", "Safety harness", "双钩 2m", 319, 173),
    ],
    "仓储物流": [
        ("手动液压车", "Pallet truck", "2.5 t", 1699, 1040),
        ("货架", "Shelving", "2000×600×2000", 899, 520),
        ("塑料托盘", "Plastic pallet", "1200×1000", 199, 112),
        ("周转箱", "Storage crate", "600×400×280", 59, 28),
        ("打包带", "Strapping", "16mm 20kg", 239, 140),
        ("缠绕膜", "Stretch film", "50cm 4kg", 75, 41),
        ("电子台秤", "Bench scale", "150kg", 459, 252),
        ("条码扫描枪", "Barcode scanner", "无线 二维", 399, 214),
        ("标签打印机", "Label printer", "203dpi", 1199, 702),
        ("标签纸", "Labels", "60×40 1000 张", 35, 15),
    ],
    "机电配件": [
        ("三相异步电机", "Three-phase motor", "2.2kW", 1180, 731),
        ("变频器", "Frequency inverter", "2.2kW", 1390, 846),
        ("交流接触器", "AC contactor", "32A", 149, 79),
        ("断路器", "Circuit breaker", "3P 63A", 128, 66),
        ("接近开关", "Proximity switch", "M18 NPN", 69, 33),
        ("光电传感器", "Photoelectric sensor", "漫反射 1m", 139, 72),
        ("电磁阀", "Solenoid valve", "G1/2 24V", 168, 88),
        ("气缸", "Air cylinder", "32×100", 199, 108),
        ("深沟球轴承", "Deep groove ball bearing", "6205", 22, 9),
        ("同步带", "Timing belt", "HTD 8M-1200", 118, 60),
        ("联轴器", "Shaft coupling", "D40", 79, 38),
        ("伺服电机", "Servo motor", "750W", 1880, 1165),
    ],
    "耗材": [
        ("切割片", "Cutting disc", "125×1.2 10 片", 49, 23),
        ("砂纸", "Sandpaper", "240 目 100 张", 69, 33),
        ("钻头组", "Drill bit set", "19 件", 89, 43),
        ("润滑脂", "Grease", "锂基 1kg", 45, 22),
        ("除锈剂", "Rust remover", "500ml", 29, 12),
        ("电工胶带", "Electrical tape", "10 卷", 38, 17),
        ("扎带", "Cable ties", "4×200 500 根", 32, 14),
        ("焊条", "Welding rod", "3.2mm 5kg", 86, 45),
    ],
    "服务": [
        ("上门安装", "On-site installation", "每次", 600, 0),
        ("年度维保", "Yearly maintenance", "每台", 1200, 0),
        ("操作培训", "Operator training", "每天", 2400, 0),
        ("设备检测", "Equipment inspection", "每台", 380, 0),
    ],
}

# What the larger demo company has of each product: label, English label, price as a share of the plain one.
VERSIONS = [
    ("", "", 1.0),
    ("经济型", "Eco", 0.8),
    ("增强型", "Plus", 1.25),
    ("专业型", "Pro", 1.6),
    ("重载型", "Heavy", 2.1),
]

# The words in the specifications that an English reader cannot read.
MEASURES = {
    "12 线 绿光": "12 lines, green", "10 寸": '10"', "14 寸": '14"', "19 寸": '19"', "ABS 可调": "ABS, adjustable",
    "防雾": "anti-fog", "KN95 50 只/盒": "KN95, box of 50", "5 级": "level 5", "防砸 42 码": "steel toe, size 42",
    "200 副/盒": "box of 200 pairs", "双钩 2m": "double hook 2m", "无线 二维": "wireless, 2D", "漫反射 1m": "diffuse 1m",
    "60×40 1000 张": "60×40, 1000 labels", "125×1.2 10 片": "125×1.2, 10 pieces", "240 目 100 张": "grit 240, 100 sheets",
    "46 件": "46 pieces", "12 件": "12 pieces", "19 件": "19 pieces", "锂基 1kg": "lithium 1kg", "10 卷": "10 rolls",
    "4×200 500 根": "4×200, 500 pieces", "每次": "each time", "每台": "per machine", "每天": "per day",
}  # fmt: skip


def in_english(specification: str) -> str:
    """A specification for English readers; blank where they can read it as it is."""
    return MEASURES.get(specification, "")


PLACES = [
    ("上海", "Shanghai", "310000"), ("苏州", "Suzhou", "320500"), ("杭州", "Hangzhou", "330100"), ("宁波", "Ningbo", "330200"),
    ("南京", "Nanjing", "320100"), ("无锡", "Wuxi", "320200"), ("深圳", "Shenzhen", "440300"), ("东莞", "Dongguan", "441900"),
    ("广州", "Guangzhou", "440100"), ("佛山", "Foshan", "440600"), ("青岛", "Qingdao", "370200"), ("济南", "Jinan", "370100"),
    ("天津", "Tianjin", "120000"), ("武汉", "Wuhan", "420100"), ("长沙", "Changsha", "430100"), ("成都", "Chengdu", "510100"),
    ("重庆", "Chongqing", "500000"), ("合肥", "Hefei", "340100"), ("郑州", "Zhengzhou", "410100"), ("西安", "Xi'an", "610100"),
]  # fmt: skip
NAMES = [
    ("宏远", "Hongyuan"), ("恒泰", "Hengtai"), ("瑞丰", "Ruifeng"), ("华信", "Huaxin"), ("金盛", "Jinsheng"), ("东升", "Dongsheng"),
    ("远航", "Yuanhang"), ("天成", "Tiancheng"), ("新源", "Xinyuan"), ("联创", "Lianchuang"), ("安达", "Anda"), ("博睿", "Borui"),
    ("正大", "Zhengda"), ("科锐", "Kerui"), ("明德", "Mingde"), ("利通", "Litong"), ("海纳", "Haina"), ("中岳", "Zhongyue"),
    ("启航", "Qihang"), ("万和", "Wanhe"), ("卓越", "Zhuoyue"), ("同辉", "Tonghui"), ("佳禾", "Jiahe"), ("鼎盛", "Dingsheng"),
    ("嘉诚", "Jiacheng"), ("方正达", "Fangzhengda"), ("力创", "Lichuang"), ("盛世", "Shengshi"), ("顺达", "Shunda"), ("永固", "Yonggu"),
]  # fmt: skip
TRADES = [
    ("精密机械", "Precision Machinery"), ("自动化设备", "Automation"), ("建筑工程", "Construction"), ("电子科技", "Electronics"),
    ("汽车零部件", "Auto Parts"), ("物流", "Logistics"), ("食品机械", "Food Machinery"), ("模具", "Moulds"), ("新能源", "New Energy"),
    ("包装材料", "Packaging"),
]  # fmt: skip
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀英",
    "霞",
    "平",
    "刚",
    "桂英",
    "志强",
    "建华",
    "晓红",
]
SUPPLIERS = [
    ("浙江博力电动工具有限公司", "Zhejiang Boli Power Tools Co., Ltd.", ["电动工具"]),
    ("永康恒固五金有限公司", "Yongkang Henggu Hardware Co., Ltd.", ["手动工具", "耗材"]),
    ("南通安护劳保用品有限公司", "Nantong Anhu Safety Products Co., Ltd.", ["劳保用品"]),
    ("昆山仓优物流设备有限公司", "Kunshan Cangyou Logistics Equipment Co., Ltd.", ["仓储物流"]),
    ("温州正控电气有限公司", "Wenzhou Zhengkong Electric Co., Ltd.", ["机电配件"]),
]
TALKS = [
    ("call", "电话回访", "Follow-up call", "客户询问交期,已告知本周五前发货。"),
    ("visit", "上门拜访", "Visit on site", "与采购经理面谈,了解下季度设备更新计划。"),
    ("message", "微信沟通", "WeChat message", "客户需要电动工具的详细报价单。"),
    ("call", "催款电话", "Call about payment", "财务答应月底前安排付款。"),
    ("note", "需求记录", "Note", "对手报价低约 3%,客户更看重交期和售后。"),
    ("mail", "发送资料", "Sent documents", "已邮件发送产品目录和价格表。"),
]
# What a rep has to do: days from today, in Chinese, in English.
PLANS = [
    (-2, "电话回访", "Call"),
    (-1, "发送报价单", "Send the quotation to"),
    (0, "上门拜访", "Visit"),
    (0, "确认交期", "Confirm the delivery date with"),
    (1, "电话回访", "Call"),
    (3, "催收货款", "Ask for payment:"),
]

# What reps are after, where it came from, and what they plan next.
DEALS = [
    "年度框架采购 / yearly frame order",
    "新厂房工具配置 / tools for a new plant",
    "仓库照明改造 / new lights for the warehouse",
    "设备更新 / new equipment",
    "门店补货 / goods for the shops",
    "项目工程用料 / materials for a project",
]
SOURCES = ["展会 / fair", "官网 / website", "老客户介绍 / recommended", "电话 / phone"]
NEXT_STEPS = [
    "电话确认需求 / call about the needs",
    "发送方案 / send the proposal",
    "上门演示 / show it on site",
    "约见决策人 / meet who decides",
]
# Organisation, person and what they asked.
LEADS = [
    ("苏州金桥精密机械有限公司", "周涛", "想了解批量采购的价格和交期"),
    ("Northwind Lighting Ltd", "Ann Lee", "Please send your catalogue and prices for 200 pieces"),
    ("宁波海达进出口有限公司", "吴敏", "需要出口包装，能否提供样品？"),
    ("成都新锐自动化有限公司", "郑凯", "产线改造，需要技术人员上门"),
    ("杭州云栖商贸有限公司", "林悦", "门店长期补货，问一下账期"),
    ("Baltic Tools GmbH", "Jonas Weber", "We look for a second supplier in China"),
    ("武汉长江设备安装有限公司", "何军", "项目招标，需要报价单"),
    ("青岛蓝海船舶配件有限公司", "徐丽", "请寄产品目录"),
    ("佛山市顺安五金制品厂", "梁志强", "常用规格有没有现货？"),
    ("西安启明电子科技有限公司", "高翔", "想安排一次演示"),
    ("厦门鹭岛物业管理有限公司", "陈雅", "园区照明更换，大约 500 套"),
    ("Harbour Hotels", "Mary Stone", "Spare parts for three hotels"),
    ("天津滨海工程有限公司", "孙立", "能否按图加工？"),
    ("合肥智造装备有限公司", "胡斌", "询价：年度用量约 2000 件"),
    ("长沙湘江仓储有限公司", "谭琳", "仓库扩建，需要整套方案"),
    ("东莞市诚信模具有限公司", "黄伟", "老客户介绍来的，想见面谈"),
    ("Green Valley Farms", "Tom Hill", "Do you deliver to New Zealand?"),
    ("南京钟山环保设备有限公司", "蒋婷", "需要环保认证资料"),
    ("昆明云岭旅游开发有限公司", "段文", "酒店项目采购"),
    ("沈阳北方重工配套有限公司", "赵刚", "急用，最快几天到货？"),
    ("", "刘洋", "个人工作室，少量购买可以吗？"),
    ("无锡太湖印刷有限公司", "钱慧", "只是了解一下"),
    ("济南泉城教育设备有限公司", "孔明", "明年才有预算"),
    ("", "Peter Fox", "Wrong number, sorry"),
]
