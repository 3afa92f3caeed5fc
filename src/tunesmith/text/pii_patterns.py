r"""The forms and check digits of personal data that `pii.py` looks for.

ASCII classes and look-arounds only: next to Chinese `\b` finds no word boundary.
"""

import ipaddress
import re

FIGURE = re.compile(r"[0-9]")  # all but mail and some keys hold one
FIGURES = re.compile(r"[0-9]+")
MARKS = ("AKIA", "AIza", "eyJ")  # of keys
HYPHEN_MARKS = ("sk-", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "glpat-", "-----BEGIN")
UNDERSCORE_MARKS = (
    "sk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "hf_",
    "npm_",
)
GATES = (  # one of these is in all that holds a figure; each is fast, unlike all in one pattern
    re.compile(r"[0-9](?:[ ().\-（）]{0,2}[0-9]){6}"),  # seven figures that belong together
    re.compile(r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}"),
)
SIGN_GATES = (  # these need three of a sign, which are counted faster than the form is searched
    (".", re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")),
    (":", re.compile(r"[0-9A-Fa-f](?::{1,2}[0-9A-Fa-f]{1,4}){2}:")),
)
LOOSE_GATE = re.compile(r"[0-9](?:[ ().\-（）]{0,4}[0-9]){5}")  # phones of other regions
SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{20,200}|gh[pousr]_[A-Za-z0-9]{36,251}"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|glpat-[A-Za-z0-9_-]{20,100}|npm_[A-Za-z0-9]{36}"
    r"|github_pat_[A-Za-z0-9_]{22,255}|hf_[A-Za-z0-9]{30,100}|AKIA[0-9A-Z]{16}"
    r"|AIza[A-Za-z0-9_-]{35}|xox[abprs]-[A-Za-z0-9-]{10,200}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000})(?![A-Za-z0-9])"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s]{1,8000}"
    r"-----END [A-Z ]{0,20}PRIVATE KEY-----"
)
EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
CN_ID = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
CARD = re.compile(r"(?<![0-9A-Za-z.-])[1-6][0-9](?:[ -]?[0-9]){10,17}(?![0-9A-Za-z]|[.-][0-9])")
SSN = re.compile(
    r"(?<![0-9A-Za-z-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9A-Za-z-])"
)
IPV4 = re.compile(r"(?<![0-9A-Za-z.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z]|\.[0-9])")
IPV6 = re.compile(
    r"(?<![0-9A-Za-z:])[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){3,7}(?![0-9A-Za-z:])"
)
CN_MOBILE = re.compile(
    r"(?<![0-9A-Za-z+.-])(?:\(?\+?86\)?[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}"
    r"(?![0-9A-Za-z]|[.-][0-9])"
)
CN_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z+-])(?:0[0-9]{2,3}[ -]|[(（]0[0-9]{2,3}[)）] ?)[2-8][0-9]{6,7}(?![0-9A-Za-z-])"
)
NANP = re.compile(
    r"(?<![0-9A-Za-z+.-])(?:(?:\+?1|001)[ .-]?)?(?:\([0-9]{3}\)[ .-]?|[2-9][0-9]{2}[ .-])"
    r"[0-9]{3}[ .-][0-9]{4}(?:(?: ?(?:x|ext\.?) ?)[0-9]{1,6})?(?![0-9A-Za-z]|[.-][0-9])"
)
ABROAD = re.compile(r"(?<![0-9A-Za-z+])\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}(?![0-9A-Za-z])")
LOOSE_PHONE = re.compile(
    r"(?<![0-9A-Za-z+.-])(?:\+|00)?[(（]?[0-9]{2,4}[)）]?(?:[ .-]{1,2}[(]?[0-9]{2,8}[)]?){1,5}"
    r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z]|[.-][0-9])"
    r"|(?<![0-9A-Za-z+.-])[0-9]{7,11}(?:x[0-9]{1,6})?(?![0-9A-Za-z]|[.-][0-9])"
)
CALLED = re.compile(
    r"(?:(?<![A-Za-z])(?:call|phone|tel|telephone|mobile|cell|fax|whatsapp|contact|dial|reach|number"
    r"|text me)|电话|手机|座机|传真|热线|微信|联系|致电|拨打)[^0-9\n]{0,40}$",
    re.IGNORECASE,
)
IBAN = re.compile(
    r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])"
)
IBAN_START = re.compile(r"[A-Z]{2}[0-9]{2}")
PASSPORT = re.compile(
    r"(?:(?<=护照)|(?<=护照号)|(?<=护照号码)|(?<=护照号是)|(?<=护照号码是))[:：\s]{0,2}"
    r"[A-Z][A-Z0-9]?[0-9]{7}(?![0-9A-Za-z])"
    r"|(?<=[Pp]assport )(?:[Nn]o\.? ?|[Nn]umber )?(?:is )?[A-Z][A-Z0-9]?[0-9]{7}(?![0-9A-Za-z])"
)
NUMBERED = re.compile(
    r"(?:(?<![A-Za-z])(?:order|tracking|parcel|invoice|ticket|reference|ref|serial|item|code|sku|model|isbn|version|ver|v)"
    r"|订单|单号|编号|运单|快递|发票|型号|货号|版本)"
    r"[\s号码为是:：#.]{0,4}(?:(?:no|number|id|is|nr)[\s:.#]{0,3}){0,2}$",
    re.IGNORECASE,
)
CARD_PREFIX = re.compile(
    r"(?:4(?:[0-9]{15}|[0-9]{18})|(?:5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}"
    r"|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12}|62[0-9]{14,17}|(?:2131|1800)[0-9]{11}|35[0-9]{14}|3(?:0[0-5]|[68][0-9])[0-9]{11})"
)
OLD_CARD = re.compile(r"4[0-9]{12}|(?:5[0678]|6[0-9])[0-9]{10,17}")  # old Visa, Maestro
PAID = re.compile(
    r"(?:(?<![A-Za-z])(?:credit|debit|card|visa|maestro)(?![a-z])|卡)[^0-9\n]{0,30}$", re.IGNORECASE
)

PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def id_checks(match: re.Match[str]) -> bool:
    """ISO 7064 MOD 11-2 over 17 digits, as GB 11643-1999 asks."""
    digits = match[0].upper()
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17]


def card_checks(match: re.Match[str]) -> bool:
    """A known issuer's prefix and length, and the Luhn digit; rarer forms after "card" or `卡`."""
    digits = re.sub("[ -]", "", match[0])
    if not CARD_PREFIX.fullmatch(digits):
        before = match.string[max(0, match.start() - 40) : match.start()]
        if not (OLD_CARD.fullmatch(digits) and PAID.search(before)):
            return False
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def iban_checks(match: re.Match[str]) -> bool:
    """ISO 7064 MOD 97-10, as ISO 13616 asks, and 15 to 34 characters."""
    code = match[0].replace(" ", "")
    moved = "".join(str(int(char, 36)) for char in code[4:] + code[:4])
    return 15 <= len(code) <= 34 and int(moved) % 97 == 1


def is_address(match: re.Match[str]) -> bool:
    """A real address: not the machine's own, of a private net, a version or a list (`2.3.4.5`)."""
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:
        return False
    parts = match[0].split(".")
    if all(len(part) == 1 for part in parts) and parts == sorted(set(parts)):
        return False
    inside = any(address in net for net in PRIVATE)
    return not (inside or address.is_loopback or address.is_unspecified or is_numbered(match))


def is_phone(match: re.Match[str]) -> bool:
    """Not the number of an order, a version or the like."""
    return not is_numbered(match)


def is_foreign_phone(match: re.Match[str]) -> bool:
    """A number with a country code that phonenumbers holds for possible."""
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(match[0], None))
    except phonenumbers.NumberParseException:
        return False


def is_possible_phone(match: re.Match[str]) -> bool:
    """Seven to fifteen figures after a word such as "call" or `电话`, and no number of a thing."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    digits = sum(map(str.isdigit, match[0].partition("x")[0]))
    return 7 <= digits <= 15 and bool(CALLED.search(before)) and not is_numbered(match)


def is_numbered(match: re.Match[str]) -> bool:
    """True if the words before say that this is the number of a thing."""
    return NUMBERED.search(match.string[max(0, match.start() - 24) : match.start()]) is not None
