# A stopped value has no cotangent: the gradient is the stopped factor alone.
program f(x) { return x * stop_gradient(sin(x)) }
run: grad | simplify
expect:
program f_grad(x: f64[]) {
  %1 = sin x
  %2 = stop_gradient %1
  return %2
}
