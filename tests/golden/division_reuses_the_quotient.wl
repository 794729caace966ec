# The partials of a quotient y are 1/b and -y times that: one division more.
program f(a, b) { return a / b }
run: vjp | simplify
expect:
program f_vjp(a: f64[], b: f64[], y_bar: f64[]) {
  %3 = div a b
  %5 = div 1 b
  %6 = neg %3
  %7 = mul %6 %5
  %8 = mul y_bar %7
  %9 = mul y_bar %5
  return %3, %9, %8
}
