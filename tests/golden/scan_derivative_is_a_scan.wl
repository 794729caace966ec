# A loop is differentiated as a loop: one scan that keeps the carries, one that runs in reverse.
program step(s, x) { return s*x }
program f(s, x: f64[10]) { last = scan(s, x, body=@step); return last }
run: grad | simplify
expect:
program step(%0: f64[], %1: f64[]) {
  %2 = mul %0 %1
  return %2, %0
}

program step_jvp_transpose(%0: f64[], %1: f64[], %2: f64[]) {
  %3 = mul %0 %1
  %4 = mul %0 %2
  return %4, %3
}

program f_grad(s: f64[], x: f64[10]) {
  last, %3 = scan{body=@step, carries=1, length=10, mapped=[1]} s x
  %5, %6 = scan{body=@step_jvp_transpose, carries=1, length=10, mapped=[1, 1], reverse=true} 1 %3 x
  return %5, %6
}
