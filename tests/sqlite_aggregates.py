"""Aggregates that SQLite has not, from fractions; see plan_diff.py."""
import collections
import fractions
import json
import math


def plain(value):
    """One form for what ssp and SQLite say: truth as a number, whole numbers as int."""
    if isinstance(value, list):
        return "array " + json.dumps([plain(item) for item in value])
    if isinstance(value, (bool, float)) and value == int(value):
        return int(value)
    return float(f"{value:.12g}") if isinstance(value, float) else value


def sort_key(value):
    """The order of values."""
    return (value is not None, isinstance(value, str), value) if value is not None else (False,)


class Collected:
    """An aggregate for SQLite: everything that a group has, and what is made of it in the end."""

    def __init__(self):
        self.rows = []

    def step(self, *row):
        self.rows.append(row)

    def finalize(self):
        return self.result() if self.rows else None

    def known(self):
        return sorted((row[0] for row in self.rows if row[0] is not None), key=sort_key)

    def in_order(self):
        """The first arguments, by the third and those behind it, each the way the second says."""
        rows = self.rows
        for i in reversed(range(len(rows[0][1]))):
            rows = sorted(rows, key=lambda row: sort_key(row[2 + i]), reverse=rows[0][1][i] == "d")
        return [row[0] for row in rows]


class Percentile(Collected):
    def result(self):
        values, p = self.known(), fractions.Fraction(self.rows[0][1])
        if not values:
            return None
        place = p * (len(values) - 1)
        low, high = (fractions.Fraction(values[f(place)]) for f in (math.floor, math.ceil))
        return float(low + (high - low) * (place - math.floor(place)))


class PercentileDisc(Collected):
    def result(self):
        values, p = self.known(), fractions.Fraction(self.rows[0][1])
        return values[max(math.ceil(p * len(values)), 1) - 1] if values else None


class Mode(Collected):
    def result(self):
        counts = collections.Counter(self.known())
        return min(counts, key=lambda v: (-counts[v], sort_key(v))) if counts else None


class Spread(Collected):
    def result(self):
        values, function = [fractions.Fraction(v) for v in self.known()], self.rows[0][1]
        by = len(values) - (not function.endswith("_pop"))
        if by < 1:
            return None
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / by
        return math.sqrt(variance) if function.startswith("stddev") else float(variance)


class First(Collected):
    def result(self):
        return self.in_order()[0]


class Last(Collected):
    def result(self):
        return self.in_order()[-1]


class Array(Collected):
    def result(self):
        return plain(self.in_order())


class String(Collected):
    def result(self):
        known = [value for value in self.in_order() if value is not None]
        return "|".join(known) if known else None


class Arg(Collected):
    def result(self):
        self.rows = [row for row in self.rows if row[2] is not None]
        return self.in_order()[0] if self.rows else None


class Different(Collected):
    """Of DISTINCT values: all of them, in their order."""

    def result(self):
        return plain(sorted((row[0] for row in self.rows), key=sort_key))


class Joined(Collected):
    def result(self):
        return "|".join(self.known()) if self.known() else None


AGGREGATES = {"percentile": Percentile, "percentile_disc": PercentileDisc, "mode": Mode,
              "spread": Spread, "first_by": First, "last_by": Last, "array_agg_by": Array,
              "string_agg_by": String, "arg_by": Arg,
              "different": Different, "joined": Joined}
