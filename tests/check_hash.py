import collections, decimal as d, json, sys, xxhash
exact = d.Context(prec=d.MAX_PREC, Emax=d.MAX_EMAX, Emin=d.MIN_EMIN)
def text(v):
    if type(v) is dict: return "{" + ",".join(
        text(k) + ":" + text(v[k]) for k in sorted(v)) + "}"
    if type(v) is list: return "[" + ",".join(map(text, v)) + "]"
    if type(v) is not d.Decimal: return json.dumps(v, ensure_ascii=False)
    v = exact.normalize(v or d.Decimal())
    e = v.as_tuple().exponent
    if v.adjusted() >= -7 and e <= 1000: return format(v, "f")
    return format(v.scaleb(-e, exact), "f") + "e%d" % e
total = collections.Counter()
for n, line in enumerate(sys.stdin.buffer, 1):
    u = json.loads(line, parse_int=d.Decimal, parse_float=d.Decimal)
    for r in u["records"]:
        key = r["id"] if type(r["id"]) is str else text(r["id"])
        h = xxhash.xxh3_128_intdigest(key + chr(0) + text(r["record"]))
        total[u["view_id"]] += h * int(r["weight"])
    if "%032x" % (total[u["view_id"]] % 2**128) != u["result_hash"]:
        sys.exit("line %d: wrong result_hash" % n)
