# Both partials of a quotient share the division: 1/b and -y/b.
program f(a, b) { return a / b }
run: vjp | simplify
expect:
program f_vjp(a: f64[], b: f64[], y_bar: f64[]) {
  %3 = div a b
  %4 = neg %3
  %5 = div %4 b
  %7 = div 1 b
  %8 = mul y_bar %5
  %9 = mul y_bar %7
  return %3, %9, %8
}
