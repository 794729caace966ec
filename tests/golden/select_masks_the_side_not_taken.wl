# The untaken side of select gets a cotangent of exactly zero, so an infinite partial there cannot leak.
program f(x) { return select(x < 0, x, sqrt(x)) }
run: vjp | simplify
expect:
program f_vjp(x: f64[], y_bar: f64[]) {
  %3 = less x 0
  %4 = sqrt x
  %6 = div 0.5 %4
  %7 = select %3 x %4
  %8 = select %3 0 %6
  %9 = select %3 y_bar 0
  %10 = select %3 0 y_bar
  %11 = mul %10 %8
  %12 = add %9 %11
  return %7, %12
}
