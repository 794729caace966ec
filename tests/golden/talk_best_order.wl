# The example of the talk (section 8) in 7 multiplications: r = c3 + c5 c4, s = r c1, t = r c2, four products with c6 and c7.
program f(x1, x2) {
  v1 = x1 * x2
  v2 = sin(v1)
  v3 = v1 * v2
  return cos(v3), exp(v3)
}
run: eliminate best | simplify
expect:
program f_jacobian(x1: f64[], x2: f64[]) {
  v1 = mul x1 x2
  v2 = sin v1
  %4 = cos v1
  v3 = mul v1 v2
  %6 = sin v3
  %7 = neg %6
  %8 = exp v3
  %9 = mul v1 %4
  %10 = add v2 %9
  %11 = mul %10 x2
  %12 = mul %10 x1
  %13 = mul %7 %11
  %14 = mul %8 %11
  %15 = mul %7 %12
  %16 = mul %8 %12
  return %13, %15, %14, %16
}
