"""Finds phone numbers written without a country code, in the forms of the regions that are named.

Chinese and North American forms have patterns of their own; the others are looked up in the
numbering plans of phonenumbers. Figures alone prove little there: almost any eight are somebody's
number. So the text must say that it is one: by a leading zero or an area in brackets, or by a word.
"""

import re
from collections.abc import Iterator

from tunesmith.text.pii_patterns import CALLED, is_numbered

OWN_PATTERNS = frozenset({"CN", "US", "CA"})
NATIONAL = re.compile(
    r"(?<![0-9A-Za-z+.,/:=*<>-])(?<![0-9] )(?:[(（][0-9]{1,5}[)）][ .-]?)?"
    r"[0-9]{1,11}(?:[ .-][0-9]{2,8}){0,5}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?"
    r"(?![0-9A-Za-z%]| ?[=*<>]|[.,:/-][0-9])"
)
NO_PHONE = re.compile(  # a date, a decimal
    r"(?:19|20)[0-9]{2}[ .-][0-9]{1,2}[ .-][0-9]{1,2}|[0-9]{1,2}([.-])[0-9]{1,2}\1(?:19|20)[0-9]{2}"
    r"|[0-9]+\.[0-9]+"
)
NAMED_AFTER = re.compile(
    r"[ ,-]{0,2}[(（]?(?:office|home|work|mobile|cell|fax|tel|phone)(?![A-Za-z])"
    r"|[(（]?(?:手机|座机|传真|电话)",
    re.IGNORECASE,
)
MOST_DIGITS = 13
FEW_WITH_ZERO, FEW_GROUPED, FEW_BARE = 8, 6, 7  # digits; with a zero or brackets no word is asked


def national_phones(text: str, regions: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield where a number of one of the regions (`GB`, `DE` …) stands."""
    asked = [region for region in regions if region not in OWN_PATTERNS]
    for match in NATIONAL.finditer(text) if asked else ():
        if _looks_like_one(match) and not is_numbered(match) and _is_valid(match[0], asked):
            yield match.span()


def _looks_like_one(match: re.Match[str]) -> bool:
    """Whether form or words say that these figures are a phone number."""
    number = re.split("[xe]", match[0])[0].strip()
    digits = sum(map(str.isdigit, number))
    grouped = not number.isdigit()
    if digits > MOST_DIGITS or NO_PHONE.fullmatch(number):
        return False
    if grouped and digits >= FEW_WITH_ZERO and number[0] in "0(（":
        return True
    return digits >= (FEW_GROUPED if grouped else FEW_BARE) and _is_called_one(match)


def _is_called_one(match: re.Match[str]) -> bool:
    """Whether the words before or after say that this is a phone number."""
    before = match.string[max(0, match.start() - 60) : match.start()]
    return bool(CALLED.search(before) or NAMED_AFTER.match(match.string, match.end()))


def _is_valid(number: str, regions: list[str]) -> bool:
    """Whether the numbering plan of one of the regions has this number."""
    import phonenumbers

    for region in regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(parsed, region):
            return True
    return False


def known_region(region: str) -> str:
    """Return the region.

    Raises:
        ValueError: phonenumbers has no numbering plan of that name.
    """
    if region not in OWN_PATTERNS:
        from phonenumbers import SUPPORTED_REGIONS

        if region not in SUPPORTED_REGIONS:
            raise ValueError(f'no region "{region}"; two capital letters, such as GB or DE')
    return region
