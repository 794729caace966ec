# Inlined bodies share what is equal.
program g(x, y) { return exp(x)*y }
program f(x, y) { return g(x, y) + g(x, 2) }
run: inline_calls | simplify
expect:
program f(x: f64[], y: f64[]) {
  %2 = exp x
  %3 = mul %2 y
  %5 = mul %2 2
  %6 = add %3 %5
  return %6
}
