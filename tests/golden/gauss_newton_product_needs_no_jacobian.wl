# J' J v is a tangent followed by a pullback.
program f(x: f64[3]) { return sin(x)*x }
run: gauss_newton_product | simplify
expect:
program f_gauss_newton_product(x: f64[3], x_v: f64[3]) {
  %2 = sin x
  %3 = cos x
  %4 = mul x_v %3
  %5 = mul %4 x
  %6 = mul x_v %2
  %7 = add %5 %6
  %8 = mul %7 %2
  %9 = mul %7 x
  %10 = mul %9 %3
  %11 = add %8 %10
  return %11
}
