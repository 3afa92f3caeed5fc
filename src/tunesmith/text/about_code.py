"""Tells texts about code or markup, whose tags and signs are what they are about."""

import re

ABOUT_CODE = re.compile(
    r"```|<!doctype|<(?:html|head|body|script|style|form|input|button|svg|\?xml)(?![a-z])"
    r"|(?<![a-z])(?:x?html5?|css|xml|svg|jsx|javascript|markup|markdown|php|(?:source|program) code"
    r"|(?:write|generate|create) (?:an? |the |some )?(?:code|script|program|function|query)"
    r"|code snippet|web ?pages?|html tags?)(?![a-z])|标签|网页|代码",
    re.IGNORECASE,
)
