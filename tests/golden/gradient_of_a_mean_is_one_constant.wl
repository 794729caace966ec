# The gradient of a mean is one constant, broadcast; nothing is computed from x.
program f(x: f64[2,3]) { return mean(x) }
run: grad | simplify
expect:
program f_grad(x: f64[2,3]) {
  %1 = constant f64[1,1] [[0.16666666666666666]]
  %2 = broadcast{shape=[2, 3]} %1
  return %2
}
