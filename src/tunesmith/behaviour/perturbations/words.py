"""Small lists of our own: names, places, everyday words in two languages, common misspellings."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a text: `left=right`, spaces between, `_` for a space inside."""
    pairs = (pair.replace("_", " ").split("=") for pair in text.split())
    return tuple((left, right) for left, right in pairs)


FIRST_NAMES = _words(
    "Alice Amelia Anna Ben Chloe Clara Daniel David Emily Emma Ethan Frank George Grace Hannah "
    "Harry Henry Hugo Irene Isabel Jack James Jane Julia Karen Laura Liam Lily Lucy Mary Michael "
    "Nina Noah Olivia Oscar Paul Peter Quinn Rachel Rose Ruth Samuel Sarah Simon Sophie Tara "
    "Thomas Ursula Victor Wendy William Xavier Yvonne Zoe Amina Carlos Diego Fatima Mei Priya "
    "Ravi Yusuf"
)
LAST_NAMES = _words(
    "Adams Baker Barnes Bell Carter Clarke Cooper Davies Dixon Edwards Evans Fisher Foster Grant "
    "Green Hall Harris Hart Hughes Irwin Jackson Johnson Jones King Lewis Martin Mason Miller "
    "Mitchell Moore Murray Nolan Owens Parker Patel Reed Roberts Scott Singh Smith Stone Taylor "
    "Thompson Turner Vaughan Walker Walsh Watson White Wilson Wright Young Garcia Khan Lopez "
    "Nguyen"
)
SURNAMES = _words(
    "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 "
    "曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜"
)
GIVEN_NAMES = _words(
    "伟 芳 娜 敏 静 丽 强 磊 洋 勇 艳 杰 娟 涛 超 霞 刚 桂英 建华 小红 志强 晓明 雨欣 子涵 梦琪 "
    "思远 佳怡 浩然 一诺 秀英 建国 丽华 海燕 雪梅 晓东 文博 宇轩 欣怡 诗涵 俊杰 明哲 嘉豪 雅婷 "
    "婷婷 天宇"
)
PLACES_EN = _words(
    "Aberdeen Armagh Bangor Bath Belfast Birmingham Bradford Brighton Bristol Cambridge "
    "Canterbury Cardiff Carlisle Coventry Derby Dundee Durham Edinburgh Exeter Glasgow "
    "Gloucester Hereford Hull Inverness Ipswich Lancaster Leeds Leicester Lichfield "
    "Liverpool London Luton Manchester Newcastle Newport Newry Norwich Nottingham Oxford Perth "
    "Peterborough Plymouth Portsmouth Ripon Salford Salisbury Sheffield Southampton "
    "Stirling Sunderland Swansea Truro Wakefield Winchester Worcester York Boston Chicago "
    "Denver Dublin Houston Paris Rome"
)
PLACES_ZH = _words(
    "北京 上海 广州 深圳 天津 重庆 杭州 苏州 成都 武汉 西安 南京 长沙 青岛 大连 厦门 昆明 福州 "
    "合肥 济南 郑州 沈阳 贵阳 南宁 兰州 太原 无锡 宁波 温州 珠海 佛山 东莞 烟台 洛阳 桂林 扬州 "
    "绍兴 泉州 海口 银川 西宁 常州 哈尔滨 长春 石家庄 乌鲁木齐 呼和浩特 南昌 拉萨 徐州 中山 惠州 "
    "嘉兴 台州"
)

# What people who live in both languages say in either; no goods, no colours, no names.
BOTH = _pairs(
    "order=订单 orders=订单 refund=退款 parcel=包裹 package=包裹 delivery=快递 shipping=运费 "
    "address=地址 invoice=发票 receipt=收据 warranty=保修 shop=店 store=店 cancel=取消 price=价格 "
    "discount=折扣 coupon=优惠券 voucher=优惠券 size=尺码 number=号码 "
    "phone=电话 email=邮箱 account=账号 password=密码 payment=付款 money=钱 card=卡 customer=客户 "
    "service=客服 manager=经理 friend=朋友 company=公司 office=办公室 home=家 city=城市 "
    "today=今天 tomorrow=明天 yesterday=昨天 morning=早上 afternoon=下午 "
    "evening=晚上 month=月 weekend=周末 problem=问题 question=问题 answer=回答 help=帮忙 "
    "thanks=谢谢 hello=你好 please=请 sorry=不好意思 new=新的 old=旧的 wrong=错的 broken=坏了 "
    "damaged=坏了 open=开门 closed=关门 buy=买 bought=买了 send=寄 sent=寄了 check=查 update=更新 "
    "wait=等 waiting=等 need=需要 want=想要 how=怎么 when=什么时候 where=在哪 why=为什么 quick=快 "
    "fast=快 slow=慢 cheap=便宜 expensive=贵 meeting=会议 project=项目 plan=计划 file=文件 "
    "team=团队 boss=老板 school=学校 movie=电影 film=电影 music=音乐 food=吃的 "
    "hotel=酒店 flight=航班 airport=机场 train=火车 hospital=医院 doctor=医生 weather=天气 "
    "video=视频 message=消息 news=新闻"
)
ENGLISH_TO_CHINESE = dict(BOTH)
CHINESE_TO_ENGLISH = {  # of several English words the first; single characters hide in other words
    right: left for left, right in reversed(BOTH) if len(right) > 1
}

# Written right, then as it comes out of a hurried pinyin keyboard.
MISSPELT_ZH = _pairs(
    "订单=定单 发货=发火 退款=退宽 地址=地只 什么=神马 帮我=邦我 时候=时侯 已经=以经 需要=须要 "
    "可以=可已 取消=取肖 发票=法票 优惠=优会 尺码=尺马 保修=报修 营业=盈业 送货=送或 收到=受到 "
    "物流=物留 快递=快第 麻烦=麻凡 请问=情问 多久=多就 多少=多小 能不能=能部能 怎么=咋么 "
    "没有=没油 还有=还由 现在=现再 知道=之道 问题=问提 质量=质亮 便宜=便以 喜欢=喜换 觉得=觉的 "
    "非常=非长 真的=真得 不错=不措 电影=电营 服务=服物 态度=太度 朋友=朋有 公司=工司 新闻=新文 "
    "手机=手基 客服=客夫 购买=构买 商品=商平 换货=换或 包裹=包果 在哪=再哪 哪里=那里 做的=作的 "
    "应该=因该 其实=其时 然后=然候 虽然=虽燃 因为=应为 所以=所一 一直=一只 马上=码上 到底=倒底 "
    "账号=帐号 的话=得话 开门=开们"
)
NEIGHBOUR_KEYS = dict(
    _pairs(
        "q=wa w=qes e=wrd r=etf t=ryg y=tuh u=yij i=uok o=ipl p=ol a=qsz s=awd d=sef f=drg g=fth "
        "h=gyj j=huk k=jil l=kop z=ax x=zsc c=xdv v=cfb b=vgn n=bhm m=nj"
    )
)
