/** The rings in a graph of `[from, to]` edges: one for each knot of nodes that reach one another, as a walk along it. */
export function findRings(edges) {
  const next = new Map()
  for (const [from, to] of edges) next.set(from, new Set([...(next.get(from) ?? []), to]))
  const reach = new Map([...next.keys()].map((node) => [node, reachableFrom(node, next)]))
  const seen = new Set()
  const rings = []
  for (const node of [...next.keys()].sort()) {
    if (seen.has(node) || !reach.get(node).has(node)) continue
    for (const other of reach.get(node)) if (reach.get(other)?.has(node)) seen.add(other)
    rings.push(shortestRing(node, next))
  }
  return rings
}

function reachableFrom(start, next) {
  const found = new Set()
  const open = [start]
  while (open.length > 0) {
    for (const node of next.get(open.pop()) ?? []) {
      if (!found.has(node)) {
        found.add(node)
        open.push(node)
      }
    }
  }
  return found
}

function shortestRing(start, next) {
  const paths = [[start]]
  const seen = new Set()
  for (const path of paths) {
    for (const node of next.get(path.at(-1)) ?? []) {
      if (node === start) return path
      if (!seen.has(node)) {
        seen.add(node)
        paths.push([...path, node])
      }
    }
  }
  return [start]
}
