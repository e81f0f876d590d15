// Where a number that is not finite began: the same rules as trails.py.

// From a node back to the first whose value is not finite though all of its operands are.
export function trailOfValue(node, graph) {
  const trail = [node];
  for (;;) {
    const broken = graph.operands(trail[trail.length - 1]).find((operand) => !Number.isFinite(graph.number("data", operand)));
    if (broken === undefined) return trail;
    trail.push(broken);
  }
}

// From a node towards the result: what each `user` passes on to `node` is not finite.
export function trailOfGradient(node, graph) {
  const trail = [];
  for (let at = node; ;) {
    const steps = graph.users(at).map(({ node: user, use }) => {
      const [slope, grad] = [graph.slope(user, use), graph.number("grad", user)];
      return { node: at, user, slope, grad, product: slope === undefined ? NaN : slope * grad };
    });
    const broken = steps.filter(({ slope, product }) => slope !== undefined && !Number.isFinite(product));
    // What begins here comes before what only passes through.
    const next = broken.find(({ grad }) => Number.isFinite(grad)) ?? broken[0] ?? steps.find(({ slope }) => slope === undefined);
    if (next === undefined) return trail;
    trail.push(next);
    if (next.slope === undefined || Number.isFinite(next.grad)) return trail;
    at = next.user;
  }
}
