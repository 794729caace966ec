# What depends on fixed inputs only is not differentiated: no derivative of the exponential here.
program f(x, y) { return x * exp(y) }
run: grad 0 | simplify
expect:
program f_grad(x: f64[], y: f64[]) {
  %2 = exp y
  return %2
}
