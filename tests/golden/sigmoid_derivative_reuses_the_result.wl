# The derivative of the sigmoid is y (1 - y), from the result alone.
program f(x) { return sigmoid(x) }
run: value_and_grad | simplify
expect:
program f_grad(x: f64[]) {
  %1 = sigmoid x
  %3 = sub 1 %1
  %4 = mul %1 %3
  return %1, %4
}
