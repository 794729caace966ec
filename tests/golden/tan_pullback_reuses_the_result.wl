# The pullback of tan reuses the primal result: 1 + y^2.
program f(x) { return tan(x) }
run: vjp | simplify
expect:
program f_vjp(x: f64[], y_bar: f64[]) {
  %2 = tan x
  %3 = mul %2 %2
  %5 = add 1 %3
  %6 = mul y_bar %5
  return %2, %6
}
