# x^2 is differentiated without a power or a logarithm.
program f(x) { return x^2 }
run: grad | simplify
expect:
program f_grad(x: f64[]) {
  %2 = mul 2 x
  return %2
}
