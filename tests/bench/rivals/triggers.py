#!/usr/bin/env python3
"""One view over a log with SQLite and triggers that keep its changes: JSON in, JSON changes out.

triggers.py VIEW BATCH <LOG >CHANGES; at the end the content goes to descriptor 3, if that is open.
The tables keep the record as text and the columns that the view asks for.
"""
import json
import os
import sqlite3
import sys

view, batch = sys.argv[1], int(sys.argv[2])
TABLES = {"v3": {"orders": ["customer"], "customers": ["region"]},
          "v4": {"orders": ["customer", "total"]}}
COLUMNS = TABLES.get(view) or {"users": {"v1": [], "v2": ["active", "age"], "v5": ["name", "score"],
                                         "v7": ["country", "city"]}[view]}

db = sqlite3.connect(":memory:", isolation_level=None)
db.execute("PRAGMA synchronous = OFF")
for name, columns in COLUMNS.items():
    fields = "".join(f", {c}" for c in columns)
    db.execute(f"CREATE TABLE {name} (id TEXT PRIMARY KEY, record TEXT{fields}) WITHOUT ROWID")
db.execute("CREATE TABLE changes (n INTEGER PRIMARY KEY, weight, record)")


def on(table, body_old, body_new, when="1"):
    """Triggers: body_old for a row that goes, body_new for one that comes."""
    for event, bodies in (("INSERT", [("new", body_new)]), ("DELETE", [("old", body_old)]),
                          ("UPDATE", [("old", body_old), ("new", body_new)])):
        for i, (row, body) in enumerate(bodies):
            condition = when.replace("ROW", row)
            db.execute(f"CREATE TRIGGER {table}_{event}_{i} AFTER {event} ON {table} "
                       f"WHEN {condition} BEGIN {body.replace('ROW', row)}; END")


CHANGE = "INSERT INTO changes (weight, record) "
if view == "v1":
    on("users", CHANGE + "VALUES (-1, ROW.record)", CHANGE + "VALUES (1, ROW.record)")
    CONTENT = "SELECT record FROM users"
elif view == "v2":
    on("users", CHANGE + "VALUES (-1, ROW.record)", CHANGE + "VALUES (1, ROW.record)",
       "ROW.active AND ROW.age >= 30")
    CONTENT = "SELECT record FROM users WHERE active AND age >= 30"
elif view == "v3":
    PAIR = "'{\"left\":' || %s || ',\"right\":' || %s || '}'"
    db.execute("CREATE INDEX by_customer ON orders (customer)")
    left = CHANGE + "SELECT %d, " + PAIR % ("ROW.record", "c.record") + \
        " FROM customers c WHERE c.id = ROW.customer AND c.region = 'EU'"
    right = CHANGE + "SELECT %d, " + PAIR % ("o.record", "ROW.record") + \
        " FROM orders o WHERE o.customer = ROW.id"
    on("orders", left % -1, left % 1)
    on("customers", right % -1, right % 1, "ROW.region = 'EU'")
    CONTENT = "SELECT " + PAIR % ("o.record", "c.record") + \
        " FROM orders o JOIN customers c ON c.id = o.customer AND c.region = 'EU'"
elif view == "v4":
    db.execute("CREATE INDEX by_customer ON orders (customer, total)")
    db.execute("CREATE TABLE touched (customer PRIMARY KEY) WITHOUT ROWID")
    db.execute("CREATE TABLE groups (customer PRIMARY KEY, record) WITHOUT ROWID")
    TOUCH = ("INSERT INTO touched SELECT ROW.customer WHERE NOT EXISTS "
             "(SELECT 1 FROM touched WHERE customer = ROW.customer)")
    on("orders", TOUCH, TOUCH)
    GROUP = ("SELECT customer, json_object('customer', customer, 'count', count(*), 'sum', sum(total),"
             " 'min', min(total), 'max', max(total)) FROM orders ")
    CONTENT = "SELECT record FROM groups"
elif view == "v5":
    db.execute("CREATE INDEX by_score ON users (score DESC, id)")
    CONTENT = ("SELECT json_object('id', id, 'name', name, 'score', score) FROM users "
               "ORDER BY score DESC, id LIMIT 10")
else:
    db.execute("CREATE TABLE places (country, city, n, PRIMARY KEY (country, city)) WITHOUT ROWID")
    db.execute("CREATE TRIGGER gone AFTER UPDATE ON places WHEN new.n = 0 BEGIN " + CHANGE +
               "VALUES (-1, json_object('country', new.country, 'city', new.city)); "
               "DELETE FROM places WHERE country = new.country AND city = new.city; END")
    db.execute("CREATE TRIGGER come AFTER INSERT ON places BEGIN " + CHANGE +
               "VALUES (1, json_object('country', new.country, 'city', new.city)); END")
    on("users", "UPDATE places SET n = n - 1 WHERE country = ROW.country AND city = ROW.city",
       "INSERT INTO places VALUES (ROW.country, ROW.city, 1) "
       "ON CONFLICT (country, city) DO UPDATE SET n = n + 1")
    CONTENT = "SELECT json_object('country', country, 'city', city) FROM places"

top = {}


def finish():
    """The end of a step: what triggers alone cannot say, then what changed."""
    global top
    if view == "v4":
        for customer, in db.execute("SELECT customer FROM touched").fetchall():
            old = db.execute("SELECT record FROM groups WHERE customer = ?", (customer,)).fetchone()
            new = db.execute(GROUP + "WHERE customer = ? GROUP BY customer", (customer,)).fetchone()
            if old:
                write(-1, old[0])
                db.execute("DELETE FROM groups WHERE customer = ?", (customer,))
            if new:
                write(1, new[1])
                db.execute("INSERT INTO groups VALUES (?, ?)", new)
        db.execute("DELETE FROM touched")
    elif view == "v5":
        now = {record: 1 for record, in db.execute(CONTENT)}
        for record in top.keys() - now.keys():
            write(-1, record)
        for record in now.keys() - top.keys():
            write(1, record)
        top = now
    else:
        for weight, record in db.execute("SELECT weight, record FROM changes ORDER BY n"):
            write(weight, record)
        db.execute("DELETE FROM changes")
    db.execute("COMMIT")


def write(weight, record):
    sys.stdout.write(f'{{"weight":{weight},"record":{record}}}\n')


def main():
    statements = {}
    for name, columns in COLUMNS.items():
        names = ["record", *columns]
        sets = ", ".join(f"{c} = excluded.{c}" for c in names)
        marks = ", ".join("?" * (len(names) + 1))
        statements[name] = (f"INSERT INTO {name} (id, {', '.join(names)}) VALUES ({marks}) "
                            f"ON CONFLICT (id) DO UPDATE SET {sets}")
    waiting = 0
    for line in sys.stdin:
        mutation = json.loads(line)
        table = mutation["table"]
        if waiting == 0:
            db.execute("BEGIN")
        waiting += 1
        if table in COLUMNS and mutation["op"] == "delete":
            db.execute(f"DELETE FROM {table} WHERE id = ?", (mutation["id"],))
        elif table in COLUMNS:
            record = mutation["record"]
            db.execute(statements[table],
                       (mutation["id"], line[line.index('"record":') + 9:line.rindex("}")],
                        *[record[c] for c in COLUMNS[table]]))
        if waiting == batch:
            finish()
            waiting = 0
    if waiting:
        finish()
    try:
        out = os.fdopen(3, "w")
    except OSError:
        return
    with out:
        out.write("[" + ",\n".join(record for record, in db.execute(CONTENT)) + "]")


main()
