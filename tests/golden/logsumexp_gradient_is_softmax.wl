# The gradient of logsumexp reuses its result.
program f(x: f64[5]) { return logsumexp(x) }
run: value_and_grad | simplify
expect:
program f_grad(x: f64[5]) {
  %1 = logsumexp{axes=[0]} x
  %3 = equal %1 -inf
  %5 = select %3 0 %1
  %6 = broadcast{shape=[5]} %5
  %7 = sub x %6
  %8 = exp %7
  return %1, %8
}
