# The cotangent of a broadcast bias is summed over the batch.
program f(x: f64[8,3], b: f64[3]) { return x + b }
run: vjp 1 | simplify | dead_code
expect:
program f_vjp(x: f64[8,3], b: f64[3], y_bar: f64[8,3]) {
  %3 = broadcast{shape=[8, 3]} b
  %4 = add x %3
  %5 = sum{axes=[0]} y_bar
  return %4, %5
}
