# With one input, forward mode: the Jacobian costs one tangent.
program f(x) { return sin(x), cos(x), x*x }
run: jacobian | simplify
expect:
program f_jacobian(x: f64[]) {
  %1 = sin x
  %2 = cos x
  %3 = neg %1
  %4 = add x x
  return %2, %3, %4
}
