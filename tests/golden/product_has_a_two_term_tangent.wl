# The tangent of a product is x_dot y + x y_dot, and nothing else.
program f(x, y) { return x*y }
run: jvp | simplify
expect:
program f_jvp(x: f64[], y: f64[], x_dot: f64[], y_dot: f64[]) {
  %4 = mul x y
  %5 = mul x_dot y
  %6 = mul y_dot x
  %7 = add %5 %6
  return %4, %7
}
