# Both cotangents of a matrix product are matrix products with a flag.
program f(a: f64[2,3], b: f64[3,4]) { return matmul(a, b) }
run: vjp | simplify
expect:
program f_vjp(a: f64[2,3], b: f64[3,4], y_bar: f64[2,4]) {
  %3 = matmul a b
  %4 = matmul{transpose_a=true} a y_bar
  %5 = matmul{transpose_b=true} y_bar b
  return %3, %5, %4
}
