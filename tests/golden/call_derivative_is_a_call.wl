# A nested program is differentiated once and called, however often it is used.
program g(x) { return sin(x)*x }
program f(x) { return g(g(x)) }
run: value_and_grad | simplify
expect:
program g(x: f64[]) {
  %1 = sin x
  %2 = mul %1 x
  return %2
}

program g_jvp_transpose(%0: f64[], %1: f64[]) {
  %2 = sin %0
  %3 = cos %0
  %4 = mul %1 %2
  %5 = mul %1 %0
  %6 = mul %5 %3
  %7 = add %4 %6
  return %7
}

program f_grad(x: f64[]) {
  %1 = call{body=@g} x
  %2 = call{body=@g} %1
  %4 = call{body=@g_jvp_transpose} %1 1
  %5 = call{body=@g_jvp_transpose} x %4
  return %2, %5
}
