# The derivative of sqrt divides by the result.
program f(x) { return sqrt(x) }
run: value_and_grad | simplify
expect:
program f_grad(x: f64[]) {
  %1 = sqrt x
  %3 = div 0.5 %1
  return %1, %3
}
