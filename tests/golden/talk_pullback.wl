# Reverse mode shares the adjoint of v1 between both inputs.
program f(x1, x2) {
  v1 = x1 * x2
  return v1 * sin(v1)
}
run: vjp | simplify
expect:
program f_vjp(x1: f64[], x2: f64[], y_bar: f64[]) {
  v1 = mul x1 x2
  %4 = sin v1
  %5 = cos v1
  %6 = mul v1 %4
  %7 = mul y_bar v1
  %8 = mul y_bar %4
  %9 = mul %7 %5
  %10 = add %8 %9
  %11 = mul %10 x1
  %12 = mul %10 x2
  return %6, %12, %11
}
