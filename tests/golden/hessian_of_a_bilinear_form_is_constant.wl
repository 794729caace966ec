# The Hessian of x y holds constants only.
program f(x, y) { return x*y }
run: hessian | simplify
expect:
program f_hessian(x: f64[], y: f64[]) {
  return 0, 1, 1, 0
}
