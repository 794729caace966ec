# The example of the talk (section 8), Jacobian accumulated in reverse mode: 10 multiplications.
program f(x1, x2) {
  v1 = x1 * x2
  v2 = sin(v1)
  v3 = v1 * v2
  return cos(v3), exp(v3)
}
run: eliminate reverse | simplify
expect:
program f_jacobian(x1: f64[], x2: f64[]) {
  v1 = mul x1 x2
  v2 = sin v1
  %4 = cos v1
  v3 = mul v1 v2
  %6 = sin v3
  %7 = neg %6
  %8 = exp v3
  %9 = mul %7 v2
  %10 = mul %8 v2
  %11 = mul %7 v1
  %12 = mul %8 v1
  %13 = mul %11 %4
  %14 = add %9 %13
  %15 = mul %12 %4
  %16 = add %10 %15
  %17 = mul %14 x2
  %18 = mul %16 x2
  %19 = mul %14 x1
  %20 = mul %16 x1
  return %17, %19, %18, %20
}
