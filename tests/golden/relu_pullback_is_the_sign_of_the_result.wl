# The pullback of relu is the sign of its result: 0 up to 0, 1 above, and NaN where the result is.
program f(x: f64[3]) { return relu(x) }
run: vjp | simplify
expect:
program f_vjp(x: f64[3], y_bar: f64[3]) {
  %2 = relu x
  %3 = sign %2
  %4 = mul y_bar %3
  return %2, %4
}
