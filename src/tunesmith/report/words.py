"""Numbers and names as they are printed; nothing stored is ever rounded."""

from typing import Any

BYTES = ("B", "KiB", "MiB", "GiB", "TiB")
LONGEST_TEXT = 1500  # characters
LONGEST_BRIEF = 400  # of a text among many


def number(value: float, scale: float | None = 1.0) -> str:
    """Return a score: one decimal on a scale of 100, else three; a true minus."""
    text = f"{value:.1f}" if scale == 100 else f"{value:.3f}"
    return text.replace("-", "−")


def signed(value: float, scale: float | None = 1.0) -> str:
    """Return a difference with its sign."""
    text = f"{value:+.1f}" if scale == 100 else f"{value:+.3f}"
    return text.replace("-", "−")


def interval(low: float, high: float, scale: float | None = 1.0) -> str:
    """Return two bounds of a score; a dash between them where no minus can be taken for it."""
    between = "–" if low >= 0 else " to "
    return f"{number(low, scale)}{between}{number(high, scale)}"


def signed_share(part: float) -> str:
    """Return a change as percent with its sign; 0.03 is `+3.0 %`."""
    return f"{100 * part:+.1f} %".replace("-", "−")


def p_value(value: float) -> str:
    """Return a p-value; small ones as a bound."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def count(value: float) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{int(value):,}"


def share(part: float, whole: float) -> str:
    """Return a part of a whole in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def quantity(name: str, value: Any) -> str:
    """Return a measured value in the unit that its name ends with."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    if name.endswith("_bytes"):
        return _bytes(float(value))
    if name.endswith("_per_second"):
        return f"{value:,.1f} / s" if value < 100 else f"{value:,.0f} / s"
    if name.endswith("_seconds"):
        return _seconds(float(value))
    if name.endswith("_ratio"):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def label(name: str) -> str:
    """Return a field's name in words, without the unit that the value shows."""
    for unit in ("_per_second", "_seconds", "_bytes"):
        name = name.removesuffix(unit)
    return name.replace("_", " ").capitalize()


def shortened(text: str, most: int = LONGEST_TEXT) -> str:
    """Return a text that is not endless, and say so where it was cut."""
    return f"{text[:most]}{beyond(text, most)}"


def beyond(text: str, most: int) -> str:
    """Return what stands for the rest of a text that was cut; nothing if it was not."""
    return f" … (+{len(text) - most:,} characters)" if len(text) > most else ""


def brief(text: str | None) -> str:
    """Return a text that stands among many others; nothing for None."""
    return shortened(text or "", LONGEST_BRIEF)


def model_name(model: str) -> str:
    """Return a hub id or a relative path as it is, of a path of a machine the last part."""
    is_machine_path = model.startswith(("/", "~")) or model[1:3] == ":\\"
    return model.replace("\\", "/").rstrip("/").rpartition("/")[2] if is_machine_path else model


def _bytes(value: float) -> str:
    """Return bytes in the largest unit below them."""
    for unit in BYTES[:-1]:
        if abs(value) < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} {BYTES[-1]}"


def _seconds(value: float) -> str:
    """Return seconds as milliseconds, seconds, or hours and minutes."""
    if value < 1:
        return f"{1000 * value:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
