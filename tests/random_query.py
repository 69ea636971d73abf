"""What makers of random SQL queries have in common. A scope is a list of (expression, type)."""


class RandomQuery:
    TABLES = {}  # name: {column: type}

    def __init__(self, rng):
        self.rng = rng
        self.aliases = 0

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def pick(self, *choices):
        return self.rng.choice(choices)

    def alias(self):
        self.aliases += 1
        return f"r{self.aliases}"

    def where(self, scope, parts):
        parts = parts + [self.condition(scope) for _ in range(self.rng.randrange(3))]
        if self.chance(30):
            part = self.subquery(scope)
            parts.append(self.pick(part, f"({part} OR {self.condition(scope, 1)})",
                                   f"NOT ({part} AND {self.condition(scope, 1)})"))
        if self.chance(12):
            parts.append(f"{self.value(scope, 'int', 1)} {self.pick('=', '<', '>=')}"
                         f" {self.scalar(scope)}")
        return " WHERE " + " AND ".join(parts) if parts else ""

    def source(self, depth=1):
        """Something to stand in FROM, and its columns."""
        name = self.alias()
        if depth and self.chance(20):
            text, columns = self.query(depth - 1)
            return f"({text}) {name}", [(f"{name}.{c}", t) for c, t in columns]
        table = self.rng.choice(list(self.TABLES))
        return f"{table} {name}", [(f"{name}.{c}", t) for c, t in self.TABLES[table].items()]
