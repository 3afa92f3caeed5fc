"""The fictional shop Larkfield (云雀小铺): what its texts speak of, and the facts about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

Lang = Literal["en", "zh"]
Facts = dict[str, str]

WEEKEND = 5
FIRST_YEAR, LAST_YEAR = 2021, 2025
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
PERCENTS = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50)


@dataclass(frozen=True)
class World:
    """What can be named in one language.

    `goods` come in colours, `wearables` in colours and sizes; `joint` goes between the two words
    of a product or of a person's name.
    """

    lang: Lang
    colours: tuple[str, ...]
    goods: tuple[str, ...]
    wearables: tuple[str, ...]
    cities: tuple[str, ...]
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    days: tuple[str, ...]
    months: tuple[str, ...]
    codes: tuple[str, ...]
    joint: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = World(
    lang="en",
    colours=_words(
        "blue red green grey black white yellow brown pink purple orange navy beige silver"
    ),
    goods=_words(
        "kettle lamp backpack tent umbrella blanket chair table mirror clock vase teapot toaster "
        "suitcase pillow carpet bookcase lantern cooler hammock basket mug thermos stove tray "
        "heater"
    ),
    wearables=_words(
        "jacket scarf sweater coat shirt hoodie vest skirt raincoat cardigan fleece dress"
    ),
    cities=_words(
        "Leeds York Bristol Oxford Cardiff Exeter Dundee Bath Derby Durham Norwich Lincoln Chester "
        "Preston Swansea Glasgow Belfast Coventry Plymouth Reading Ipswich Luton Carlisle Hereford "
        "Inverness Perth Newport Salford Truro Wells Ripon Bangor Armagh Newry Stirling Aberdeen"
    ),
    streets=_words(
        "Mill Church Station Park Orchard Bridge Castle Garden Market Forest River Meadow"
    ),
    first_names=_words(
        "Alice Ben Clara David Emma Frank Grace Henry Irene Jack Karen Liam Mary Noah Olivia Paul "
        "Quinn Rose Simon Tara Ursula Victor Wendy Xavier Yvonne Zoe Hugo Nina Oscar Ruth"
    ),
    last_names=_words(
        "Adams Baker Carter Dixon Evans Foster Grant Hughes Irwin Jones King Lewis Mason Nolan "
        "Owens Parker Reed Scott Turner Vaughan Walsh Young Barnes Cooper Fisher Hart Murray Stone"
    ),
    days=_words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    months=_words(
        "January February March April May June July August September October November December"
    ),
    codes=_words("SPRING SUMMER AUTUMN WINTER HELLO LARK HOME FAMILY GARDEN LUCKY BONUS FRIEND"),
    joint=" ",
)

CHINESE = World(
    lang="zh",
    colours=_words("蓝色 红色 绿色 灰色 黑色 白色 黄色 棕色 粉色 紫色 橙色 米色 银色 青色"),
    goods=_words(
        "水壶 台灯 背包 帐篷 雨伞 毛毯 椅子 茶几 镜子 闹钟 花瓶 茶壶 烤箱 行李箱 枕头 地毯 书架 "
        "保温杯 电饭锅 加湿器 收纳箱 风扇 砂锅 餐盘 吊床 暖炉"
    ),
    wearables=_words("夹克 围巾 毛衣 大衣 衬衫 卫衣 马甲 裙子 雨衣 外套 羽绒服 睡衣"),
    cities=_words(
        "杭州 苏州 成都 武汉 西安 南京 长沙 青岛 大连 厦门 昆明 福州 合肥 济南 郑州 沈阳 贵阳 南宁 "
        "兰州 太原 无锡 宁波 温州 珠海 佛山 东莞 烟台 洛阳 桂林 扬州 绍兴 泉州 海口 银川 西宁 常州"
    ),
    streets=_words(
        "人民路 中山路 解放路 建设路 和平街 文化街 花园路 滨江路 学院路 青年街 新华路 湖滨路"
    ),
    first_names=_words(
        "伟 芳 娜 敏 静 丽 强 磊 洋 勇 艳 杰 娟 涛 超 霞 平 刚 桂英 建华 小红 志强 晓明 雨欣 子涵 "
        "梦琪 思远 佳怡 浩然 一诺"
    ),
    last_names=_words(
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于"
    ),
    days=_words("星期一 星期二 星期三 星期四 星期五 星期六 星期日"),
    months=tuple(f"{month}月" for month in range(1, 13)),
    codes=_words("CHUN XIA QIU DONG YUN LARK HAO FU LE JIA XIN MEI"),
    joint="",
)

WORLDS: Mapping[Lang, World] = {"en": ENGLISH, "zh": CHINESE}


def delivery_days(world: World, city: str) -> int:
    """Days a parcel takes to `city`, 1 to 5: a fixed fact of the world."""
    return 1 + (7 * world.cities.index(city) + 3) % 5


def opening_hours(world: World, city: str, day: str) -> tuple[int, int]:
    """Opening and closing hour (0 to 24) of the store in `city`; weekends are an hour shorter."""
    place = world.cities.index(city)
    opens, closes = 8 + place % 3, 18 + place % 4
    return (opens, closes - 1) if world.days.index(day) >= WEEKEND else (opens, closes)


def warranty_years(world: World, good: str) -> int:
    """Years of warranty on a kind of good, 1 to 3: a fixed fact of the world."""
    return 1 + world.goods.index(good) % 3


def draw_facts(world: World, rng: np.random.Generator) -> Facts:
    """Draw one value for every slot that a text may name; derived facts follow from the others."""

    def pick(values: tuple[str, ...]) -> str:
        return values[int(rng.integers(len(values)))]

    good, city, day, month = (
        pick(v) for v in (world.goods, world.cities, world.days, world.months)
    )
    colour, year = pick(world.colours), int(rng.integers(FIRST_YEAR, LAST_YEAR + 1))
    percent = PERCENTS[int(rng.integers(len(PERCENTS)))]
    return {
        "order": str(int(rng.integers(10_000, 100_000))),
        "good": good,
        "product": colour + world.joint + good,
        "wear": pick(world.colours) + world.joint + pick(world.wearables),
        "size": pick(SIZES),
        "city": city,
        "street": pick(world.streets),
        "house": str(int(rng.integers(1, 100))),
        "name": _person(world, pick(world.first_names), pick(world.last_names)),
        "day": day,
        "month": month,
        "year": str(year),
        "until": str(year + warranty_years(world, good)),
        "days": str(delivery_days(world, city)),
        **_hours(world, city, day),
        "code": f"{pick(world.codes)}{percent}",
        "percent": str(percent),
    }


def _person(world: World, first: str, last: str) -> str:
    return last + first if world.lang == "zh" else f"{first} {last}"


def _hours(world: World, city: str, day: str) -> Facts:
    opens, closes = opening_hours(world, city, day)
    return {"opens": str(opens), "closes": str(closes)}
