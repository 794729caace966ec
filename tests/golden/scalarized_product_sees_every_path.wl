# A small matrix product as scalars.
program f(a: f64[2,2], x: f64[2]) { return matmul(a, x) }
run: scalarize | dead_code
expect:
program f(a_0_0: f64[], a_0_1: f64[], a_1_0: f64[], a_1_1: f64[], x_0: f64[], x_1: f64[]) {
  %6 = mul a_0_0 x_0
  %7 = mul a_0_1 x_1
  %8 = add %6 %7
  %9 = mul a_1_0 x_0
  %10 = mul a_1_1 x_1
  %11 = add %9 %10
  return %8, %11
}
