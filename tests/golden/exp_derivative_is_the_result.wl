# The gradient of exp costs nothing beyond the value.
program f(x) { return exp(x) }
run: value_and_grad | simplify
expect:
program f_grad(x: f64[]) {
  %1 = exp x
  return %1, %1
}
