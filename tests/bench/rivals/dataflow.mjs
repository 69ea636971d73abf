// One view over a log with @tanstack/db-ivm or @electric-sql/d2ts: JSON in, JSON changes out.
//
//     node dataflow.mjs db-ivm|d2ts VIEW BATCH <LOG >CHANGES
//
// At the end the content is written to descriptor 3, if that is open: a JSON array of rows.
import { createInterface } from 'node:readline'
import { fstatSync, writeSync } from 'node:fs'

const [library, view, batchText] = process.argv.slice(2)
const d2ts = library === 'd2ts'
const d2 = await import(d2ts ? '@electric-sql/d2ts' : '@tanstack/db-ivm')
const of = d2.groupByOperators
const graph = d2ts ? new d2.D2({ initialFrontier: 0 }) : new d2.D2()

/* The table that the view is about, and the other one. */
const names = { v3: ['orders', 'customers'], v4: ['orders'] }[view] ?? ['users']
const inputs = names.map(() => graph.newInput())
const byScore = (a, b) => b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
const some = r => ({ id: r.id, name: r.name, score: r.score })
const place = r => ({ country: r.country, city: r.city })

const views = {
  v1: rows => rows,
  v2: rows => rows.pipe(d2.filter(r => r.active && r.age >= 30)),
  v3: (orders, customers) => orders.pipe(
    d2.map(o => [o.customer, o]),
    d2.join(customers.pipe(d2.filter(c => c.region === 'EU'), d2.map(c => [c.id, c])), 'inner'),
    d2.map(([, [left, right]]) => ({ left, right }))),
  v4: rows => rows.pipe(
    d2.groupBy(r => ({ customer: r.customer }), {
      count: of.count(), sum: of.sum(r => r.total), min: of.min(r => r.total),
      max: of.max(r => r.total) }),
    d2.map(([, group]) => group)),
  v5: rows => d2ts
    ? rows.pipe(d2.map(r => [null, some(r)]), d2.topK(byScore, { limit: 10 }), d2.map(([, r]) => r))
    : rows.pipe(d2.map(r => [r.id, some(r)]),
                d2.topKWithFractionalIndex(byScore, { limit: 10 }), d2.map(([, [r]]) => r)),
  v7: rows => rows.pipe(d2.map(r => [`${r.country}/${r.city}`, place(r)]), d2.distinct(),
                        d2.map(([, r]) => r)),
}

const content = new Map()
let out = []
let size = 0

function flush() {
  const bytes = Buffer.from(out.join(''))
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at)
  out = []
  size = 0
}

function take(set) {
  for (const [row, weight] of set.getInner()) {
    const text = JSON.stringify(row)
    const now = (content.get(text) ?? 0) + weight
    if (now) content.set(text, now)
    else content.delete(text)
    out.push(`{"weight":${weight},"record":${text}}\n`)
    size += text.length
  }
  if (size > 1 << 20) flush()
}

views[view](...inputs).pipe(d2.consolidate(), d2.output(message => {
  if (!d2ts) take(message)
  else if (message.type === d2.MessageType.DATA) take(message.data.collection)
}))
graph.finalize()

const tables = new Map(names.map(name => [name, new Map()]))
let before = names.map(() => new Map())
let waiting = 0
let step = 0

function flushStep() {
  step++
  names.forEach((name, i) => {
    const change = []
    for (const [id, old] of before[i]) {
      const now = tables.get(name).get(id)
      if (old) change.push([old, -1])
      if (now) change.push([now, 1])
    }
    if (!d2ts) inputs[i].sendData(new d2.MultiSet(change))
    else {
      if (change.length) inputs[i].sendData(step, new d2.MultiSet(change))
      inputs[i].sendFrontier(step + 1)
    }
    before[i].clear()
  })
  graph.run()
  waiting = 0
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const mutation = JSON.parse(line)
  const i = names.indexOf(mutation.table)
  if (i >= 0) {
    const table = tables.get(mutation.table)
    if (!before[i].has(mutation.id)) before[i].set(mutation.id, table.get(mutation.id))
    if (mutation.op === 'delete') table.delete(mutation.id)
    else table.set(mutation.id, mutation.record)
  }
  if (++waiting >= Number(batchText)) flushStep()
}
if (waiting) flushStep()
flush()
try {
  fstatSync(3)
} catch {
  process.exit(0)
}
const rows = Buffer.from(`[${[...content.keys()].join(',\n')}]`)
for (let at = 0; at < rows.length;) at += writeSync(3, rows, at)
