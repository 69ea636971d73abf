"""Functions that SQLite has not, or has otherwise; see plan_diff.py."""
import datetime
import math
import re

EPOCH = datetime.datetime(1970, 1, 1)
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def moment(seconds):
    return EPOCH + datetime.timedelta(seconds=seconds)


def extract(unit, seconds):
    at = moment(seconds)
    week = at.isocalendar()
    return {"year": at.year, "quarter": (at.month + 2) // 3, "month": at.month, "day": at.day,
            "hour": at.hour, "minute": at.minute, "second": at.second, "dow": week[2] % 7,
            "isodow": week[2], "week": week[1], "isoyear": week[0],
            "doy": at.timetuple().tm_yday, "epoch": seconds}[unit]


def truncated(unit, seconds):
    if unit in SECONDS:
        return seconds - seconds % SECONDS[unit]
    at = moment(seconds).replace(hour=0, minute=0, second=0)
    if unit == "week":
        at -= datetime.timedelta(days=at.weekday())
    else:
        month = {"month": at.month, "quarter": (at.month - 1) // 3 * 3 + 1, "year": 1}[unit]
        at = at.replace(month=month, day=1)
    return int((at - EPOCH).total_seconds())


def rounded(number, digits):
    unit = 10 ** -digits
    return int(math.copysign((abs(number) + unit // 2) // unit * unit, number))


def split_part(text, separator, n):
    parts = text.split(separator)
    return parts[n - 1 if n > 0 else n] if 0 < abs(n) <= len(parts) else ""


FUNCTIONS = {
    "extract": extract,
    "date_trunc": truncated,
    "to_timestamp": lambda seconds: moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "round_to": rounded,
    "split_part": split_part,
    "to_upper": str.upper,  # of all scripts
    "to_lower": str.lower,
    "reverse": lambda text: text[::-1],
    "leftmost": lambda text, n: text[:n],
    "rightmost": lambda text, n: text[-n:] if n else "",
    "regexp": lambda pattern, text: re.search(pattern, text) is not None,
    "whole": lambda text: int(text) if re.fullmatch(r"-?[0-9]+", text) else None,
}


def strict(function):
    """Null for a null."""
    return lambda *values: None if None in values else function(*values)
