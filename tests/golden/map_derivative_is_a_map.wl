# The derivative of a sum over many points is one loop whose body computes its values again; nothing is stored.
program point(a, x) { return exp(a*x) }
program f(a, x: f64[1000]) { y = sum_map(a, x, body=@point, mapped=[0, 1]); return y }
run: grad 0 | simplify
expect:
program point_jvp_transpose(%0: f64[], %1: f64[], %2: f64[]) {
  %3 = mul %0 %1
  %4 = exp %3
  %5 = mul %2 %4
  %6 = mul %5 %1
  return %6
}

program f_grad(a: f64[], x: f64[1000]) {
  %3 = map{body=@point_jvp_transpose, length=1000, mapped=[0, 1, 0], summed=[1]} a x 1
  return %3
}
