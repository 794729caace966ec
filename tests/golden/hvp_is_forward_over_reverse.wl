# A Hessian-vector product of sum x^3 takes no Hessian.
program f(x: f64[4]) { return sum(x*x*x) }
run: hvp | simplify
expect:
program f_hvp(x: f64[4], x_v: f64[4]) {
  %2 = mul x_v x
  %3 = add %2 %2
  %4 = add %3 %3
  %5 = add %4 %3
  return %5
}
