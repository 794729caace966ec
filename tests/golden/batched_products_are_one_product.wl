# Over a leading axis, matrix times vector becomes one product of matrices.
program f(a: f64[3,2], x: f64[2]) { return matmul(a, x) }
run: batch 4 | simplify
expect:
program f(a: f64[4,3,2], x: f64[4,2]) {
  %2 = reshape{shape=[4, 2, 1]} x
  %3 = matmul a %2
  %4 = reshape{shape=[4, 3]} %3
  return %4
}
