# The example of the talk (section 8), Jacobian accumulated in forward mode: 10 multiplications.
program f(x1, x2) {
  v1 = x1 * x2
  v2 = sin(v1)
  v3 = v1 * v2
  return cos(v3), exp(v3)
}
run: eliminate forward | simplify
expect:
program f_jacobian(x1: f64[], x2: f64[]) {
  v1 = mul x1 x2
  v2 = sin v1
  %4 = cos v1
  v3 = mul v1 v2
  %6 = sin v3
  %7 = neg %6
  %8 = exp v3
  %9 = mul %4 x2
  %10 = mul v2 x2
  %11 = mul %4 x1
  %12 = mul v2 x1
  %13 = mul v1 %9
  %14 = add %10 %13
  %15 = mul v1 %11
  %16 = add %12 %15
  %17 = mul %7 %14
  %18 = mul %8 %14
  %19 = mul %7 %16
  %20 = mul %8 %16
  return %17, %19, %18, %20
}
