#!/usr/bin/env python3
"""TPC-H and Nexmark over small data: ssp's views are PostgreSQL's, after loading and after changes.

usage: postgres_benchmarks.py SSP PLANS [tpch|nexmark] [--steps N] [--seed S]

The queries are those of plans/tpch and plans/nexmark. The data is made here, small and so that the
queries find something: their parameters are common in it. Each step is a transaction of random
creates, updates and deletes. Lists are compared by what they are ordered by, and as bags of whole
rows where no LIMIT chooses between rows that tie.
"""
import argparse
import collections
import datetime
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from postgres import Postgres, available
from postgres_diff import SKIPPED, by_value, parse

# What PostgreSQL does not have, for Nexmark.
WINDOWS = """
CREATE FUNCTION tumble(timestamp, interval) RETURNS timestamp IMMUTABLE LANGUAGE sql AS
$$ SELECT date_bin($2, $1, '1970-01-01') $$;
CREATE FUNCTION hop(timestamp, interval, interval) RETURNS timestamp[] IMMUTABLE LANGUAGE sql AS
$$ SELECT array(SELECT s FROM generate_series(date_bin($2, $1, '1970-01-01') - $3, $1, $2) s
                WHERE s <= $1 AND s > $1 - $3) $$;
"""


def day(rng, first, last):
    first, last = (datetime.date.fromisoformat(d) for d in (first, last))
    return first + datetime.timedelta(days=rng.randrange((last - first).days + 1))


def money(rng, least, most):
    return f"{rng.randrange(least * 100, most * 100) / 100:.2f}"


class Tpch:
    """Makes and changes records; `have` is what there is: table -> id -> record."""

    NATIONS = (("FRANCE", "EUROPE"), ("GERMANY", "EUROPE"), ("BRAZIL", "AMERICA"), ("CANADA", "AMERICA"),
               ("SAUDI ARABIA", "MIDDLE EAST"), ("CHINA", "ASIA"), ("INDIA", "ASIA"), ("KENYA", "AFRICA"))
    REGIONS = ("EUROPE", "AMERICA", "MIDDLE EAST", "ASIA", "AFRICA")
    COUNTS = {"supplier": 8, "part": 24, "customer": 20, "orders": 120}

    def __init__(self, rng):
        self.rng = rng
        self.have = collections.defaultdict(dict)

    def pick(self, *choices):
        return self.rng.choice(choices)

    def load(self):
        for i, name in enumerate(self.REGIONS):
            yield self.put("region", i, {"r_regionkey": i, "r_name": name, "r_comment": "none"})
        for i, (name, region) in enumerate(self.NATIONS):
            yield self.put("nation", i, {"n_nationkey": i, "n_name": name, "n_comment": None,
                                         "n_regionkey": self.REGIONS.index(region)})
        for table, count in self.COUNTS.items():
            for i in range(1, count + 1):
                yield from getattr(self, table)(i)

    def put(self, table, id_, record):
        self.have[table][id_] = record
        return {"table": table, "op": "update", "id": id_, "record": record}

    def delete(self, table, id_):
        del self.have[table][id_]
        return {"table": table, "op": "delete", "id": id_}

    def supplier(self, i):
        yield self.put("supplier", i, {
            "s_suppkey": i, "s_name": f"Supplier#{i:09}", "s_address": self.pick("x", "y"),
            "s_nationkey": i % len(self.NATIONS), "s_phone": "11-000",
            "s_acctbal": money(self.rng, -99, 999),
            "s_comment": self.pick("fine", "fine", "fine", "the Customer has Complaints")})

    def part(self, i):
        yield self.put("part", i, {
            "p_partkey": i, "p_name": self.pick("green lace", "forest rose", "forest green", "blue"),
            "p_mfgr": f"Manufacturer#{i % 5}", "p_brand": self.pick("Brand#12", "Brand#23", "Brand#34", "Brand#45"),
            "p_type": self.pick("ECONOMY ANODIZED STEEL", "PROMO PLATED BRASS", "MEDIUM POLISHED TIN",
                                "LARGE BRUSHED BRASS"),
            "p_size": self.pick(15, 15, 3, 9, 3, 1), "p_container": self.pick("SM CASE", "MED BOX", "MED BOX", "LG PKG"),
            "p_retailprice": money(self.rng, 900, 1100), "p_comment": "c"})
        for supplier in self.rng.sample(sorted(self.have["supplier"]), 4):
            yield self.put("partsupp", f"{i}-{supplier}", {
                "ps_partkey": i, "ps_suppkey": supplier, "ps_availqty": self.rng.randrange(1, 90),
                "ps_supplycost": money(self.rng, 1, 20), "ps_comment": "c"})

    def customer(self, i):
        nation = self.pick(0, 1, 2, 5, self.rng.randrange(len(self.NATIONS)))
        yield self.put("customer", i, {
            "c_custkey": i, "c_name": f"Customer#{i:09}", "c_address": "a", "c_nationkey": nation,
            "c_phone": f"{self.pick(13, 31, 17, 40)}-555", "c_acctbal": money(self.rng, -99, 999),
            "c_mktsegment": self.pick("BUILDING", "BUILDING", "MACHINERY"), "c_comment": "c"})

    def orders(self, i):
        date = self.pick(day(self.rng, "1993-06-01", "1993-12-31"), day(self.rng, "1994-01-01", "1996-12-31"),
                         day(self.rng, "1995-02-01", "1995-03-31"))
        yield self.put("orders", i, {
            "o_orderkey": i, "o_custkey": self.rng.choice(sorted(self.have["customer"])[::2]),
            "o_orderstatus": self.pick("F", "O"), "o_totalprice": money(self.rng, 100, 9999),
            "o_orderdate": str(date), "o_orderpriority": self.pick("1-URGENT", "2-HIGH", "5-LOW"),
            "o_clerk": "c", "o_shippriority": 0,
            "o_comment": self.pick("none", "special packages, requests", "other")})
        for line in range(1, self.rng.randrange(2, 8)):
            yield self.lineitem(i, line, date)

    def lineitem(self, order, line, date):
        after = lambda days: str(date + datetime.timedelta(days=self.rng.randrange(days)))
        supply = self.have["partsupp"][self.rng.choice(sorted(self.have["partsupp"]))]
        return self.put("lineitem", f"{order}-{line}", {
            "l_orderkey": order, "l_linenumber": line, "l_partkey": supply["ps_partkey"],
            "l_suppkey": supply["ps_suppkey"], "l_quantity": self.rng.choice((1, 5, 12, 20, 49, 90, 120)),
            "l_extendedprice": money(self.rng, 100, 3000), "l_discount": self.pick("0.05", "0.06", "0.07", 0.1, 0),
            "l_tax": self.pick("0.08", 0), "l_returnflag": self.pick("R", "A", "N"),
            "l_linestatus": self.pick("O", "F"), "l_shipdate": after(60), "l_commitdate": after(90),
            "l_receiptdate": after(120), "l_shipinstruct": self.pick("DELIVER IN PERSON", "DELIVER IN PERSON", "NONE"),
            "l_shipmode": self.pick("AIR", "AIR REG", "MAIL", "SHIP"), "l_comment": "c"})

    def step(self):
        for _ in range(self.rng.randrange(1, 4)):
            kind = self.rng.randrange(6)
            orders = sorted(self.have["orders"])
            if kind == 0:
                yield from self.orders(orders[-1] + 1)
            elif kind == 1 and len(orders) > 20:
                gone = self.rng.choice(orders)
                for id_ in [k for k, l in self.have["lineitem"].items() if l["l_orderkey"] == gone]:
                    yield self.delete("lineitem", id_)
                yield self.delete("orders", gone)
            elif kind == 2:
                line = self.rng.choice(sorted(self.have["lineitem"]))
                order, number = (int(n) for n in line.split("-"))
                yield self.lineitem(order, number, day(self.rng, "1993-06-01", "1996-12-31"))
            elif kind == 3:
                yield from self.customer(self.rng.randrange(1, self.COUNTS["customer"] + 1))
            elif kind == 4:
                yield from self.supplier(self.rng.randrange(1, self.COUNTS["supplier"] + 1))
            elif self.have["partsupp"]:
                yield self.delete("partsupp", self.rng.choice(sorted(self.have["partsupp"])))


class Nexmark:
    START = datetime.datetime(2024, 2, 29, 23, 59, 20)

    def __init__(self, rng):
        self.rng = rng
        self.have = collections.defaultdict(dict)
        self.now = 0

    put, delete, pick = Tpch.put, Tpch.delete, Tpch.pick

    def time(self, later=0):
        return (self.START + datetime.timedelta(milliseconds=self.now + later)).isoformat()

    def load(self):
        for i in range(4):
            yield self.put("side_input", i, {"key": i, "value": f"side {i}"})
        for _ in range(60):
            yield self.event()

    def event(self):
        self.now += self.rng.randrange(1, 2500) # no two at once: places in windows have no ties
        kind = self.rng.randrange(10)
        if kind == 0 or not self.have["person"]:
            i = len(self.have["person"])
            return self.put("person", i, {
                "id": i, "name": f"name {i}", "email": "e", "credit_card": "1", "city": "c",
                "state": self.pick("OR", "ID", "NY"), "date_time": self.time()})
        if kind < 3 or not self.have["auction"]:
            i = len(self.have["auction"])
            return self.put("auction", i, {
                "id": i, "item": f"item {i}", "description": "d", "initial_bid": 1, "reserve": 5,
                "date_time": self.time(), "expires": self.time(self.rng.randrange(20000)),
                "seller": self.rng.choice(sorted(self.have["person"])), "category": self.pick(10, 11)})
        return self.bid(len(self.have["bid"]))

    def bid(self, i):
        channel = self.pick("Apple", "google", "other", "channel-7")
        return self.put("bid", i, {
            "auction": self.rng.choice(sorted(self.have["auction"])[-3:]),
            "bidder": self.rng.randrange(5), "price": self.pick(7, 900, 1500, 20000, 2000000),
            "channel": channel, "url": f"https://a.com/x/y{i % 3}/item.htm?q=1&channel_id={i % 4}",
            "date_time": self.time()})

    def step(self):
        for _ in range(self.rng.randrange(1, 4)):
            self.now += 1
            bids = sorted(self.have["bid"])
            kind = self.rng.randrange(8)
            if kind == 0 and bids:
                i = self.rng.choice(bids)
                self.have["bid"][i] = {**self.have["bid"][i], "price": self.rng.randrange(2000)}
                yield self.put("bid", i, self.have["bid"][i])
            elif kind == 1 and bids:
                i = self.rng.choice(bids[:-1] or bids)
                if i != bids[-1]:
                    yield self.delete("bid", i)
            elif kind == 2 and self.have["auction"]:
                i = self.rng.choice(sorted(self.have["auction"]))
                yield self.put("auction", i, {**self.have["auction"][i], "category": self.pick(10, 11)})
            else:
                yield self.event()


def quoted(value):
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def mirror(step, key):
    """The same done to tables of PostgreSQL, whose records have one more column."""
    for m in step:
        yield f"DELETE FROM {m['table']} WHERE {key} = '{m['id']}';"
        if m["op"] != "delete":
            names = ", ".join(m["record"])
            values = ", ".join(quoted(v) for v in m["record"].values())
            yield f"INSERT INTO {m['table']} ({key}, {names}) VALUES ('{m['id']}', {values});"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def queries(folder):
    """Name, text behind AS, and what stands before the materialized view."""
    for path in sorted(glob.glob(f"{folder}/q*.sql")):
        text = re.sub(r"--[^\n]*\n", "", read(path))
        before, view = text.split("CREATE MATERIALIZED VIEW")
        yield re.match(r"\s*(\w+)", view).group(1), before, view.split(" AS", 1)[1].strip().rstrip(";"), path


def order_of(query):
    """The columns that a list is ordered by, and whether all its rows are there."""
    order = re.search(r"ORDER BY ([\w, ]+?)\s*(LIMIT \d+)?$", query)
    if not order:
        return [], True
    return [c.split()[0] for c in order.group(1).split(", ")], not order.group(2)


class Checker:
    def __init__(self, name, query):
        self.name, self.by, self.complete = name, *order_of(query)
        self.rows = []
        self.bag = collections.Counter()

    def take(self, update):
        if update["format"] == "flat":
            self.rows = [r["record"] for r in update["records"] for _ in range(int(r.get("weight", 1)))]
            self.bag = collections.Counter(map(whole, self.rows))
            return
        for r in update["records"]:
            self.bag[whole(r["record"])] += int(r["weight"])

    def differs(self, expected):
        keys = lambda rows: [tuple(plain(r[c]) for c in self.by) for r in rows]
        if self.by and keys(self.rows) != keys(expected):
            return f"ordered {keys(self.rows)}, not {keys(expected)}"
        want, got = collections.Counter(map(whole, expected)), +self.bag
        if (self.complete or len(self.rows) < 10) and want != got:
            return f"missing {dict(want - got)}, too many {dict(got - want)}"
        return None


def plain(value):
    """Without the blanks that PostgreSQL adds to char(n)."""
    return (value.rstrip(" "),) if type(value) is str else by_value(value)


def whole(record):
    return tuple((k, plain(v)) for k, v in record.items())


def updates_of(ssp, folder, views, steps):
    with tempfile.TemporaryDirectory() as scratch:
        with open(f"{scratch}/log", "w", encoding="utf-8") as log:
            for step in steps:
                log.write("\n".join(['{"op":"begin"}', *map(json.dumps, step), '{"op":"commit"}']) + "\n")
        plans = [w for v in views for w in ("-p", v[3])]
        done = subprocess.run([ssp, "--seq", "--format=delta", "-p", f"{folder}/tables.sql", *plans,
                               f"{scratch}/log"], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    updates = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        update = parse(line)
        updates[int(update["seq"])].append(update)
    return updates


def compare(ssp, postgres, folder, maker, step_count):
    name = os.path.basename(folder)
    views = list(queries(folder))
    steps = [list(maker.load())] + [list(maker.step()) for _ in range(step_count)]
    steps = [s for s in steps if s]
    postgres.run(f"DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; SET search_path = {name};")
    postgres.run(WINDOWS)
    postgres.run(read(f"{folder}/tables.sql"))
    for table in re.findall(r"CREATE TABLE (\w+)", read(f"{folder}/tables.sql")):
        postgres.run(f"ALTER TABLE {table} ADD ssp_id text;")
    script = [before for _, before, _, _ in views if before.strip()]
    columns = {}
    for i, step in enumerate([[], *steps]):
        script += mirror(step, "ssp_id")
        for view, _, query, _ in views:
            columns[view] = query.replace("SELECT a.*", "SELECT a.id, a.item, a.description, a.initial_bid, "
                                          "a.reserve, a.date_time, a.expires, a.seller, a.category")
            columns[view] = re.sub(r"SELECT \*, row_number", "SELECT auction, bidder, price, channel, url, "
                                   "date_time, row_number", columns[view])
            script.append(f"SELECT row_to_json(q) FROM ({columns[view]}) q;\n\\echo ~{view}.{i} :SQLSTATE")
    answers = postgres.answers("\n".join(script))
    updates = updates_of(ssp, folder, views, steps)
    checkers = {v[0]: Checker(v[0], v[2]) for v in views}
    bad, found = set(), collections.Counter()
    for i in range(len(steps) + 1):
        for update in updates[i]:
            checkers[update["view_id"]].take(update)
        for view, checker in checkers.items():
            state, lines = answers[f"{view}.{i}"]
            if state != "00000":
                sys.exit(f"{name} {view}: PostgreSQL refuses it: {state} {lines}")
            rows = [parse(line) for line in lines]
            found[view] += any(v is not None for r in rows for v in r.values())
            what = checker.differs(rows)
            if what and view not in bad:
                bad.add(view)
                print(f"{name} {view} after step {i}: {what}")
    empty = [v for v in checkers if not found[v]]
    print(f"{name}: {len(checkers)} queries, {len(steps) + 1} states, {len(bad)} differ"
          + (f"; always empty: {', '.join(empty)}" if empty else ""))
    return not bad and not empty


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ssp")
    parser.add_argument("plans")
    parser.add_argument("which", nargs="?")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not available():
        print("PostgreSQL 15 is not installed: tests/packages.sh installs it")
        sys.exit(SKIPPED)
    ok = True
    with Postgres() as postgres:
        for name, maker in (("tpch", Tpch), ("nexmark", Nexmark)):
            if options.which in (None, name):
                ok &= compare(options.ssp, postgres, f"{options.plans}/{name}",
                              maker(random.Random(options.seed)), options.steps)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
