# The step of a dense ReLU layer: the mask of the ReLU once, two products, one sum.
program f(w: f64[5,3], b: f64[3], x: f64[8,5]) { return sum(relu(matmul(x, w) + b)) }
run: grad 0 1 | simplify
expect:
program f_grad(w: f64[5,3], b: f64[3], x: f64[8,5]) {
  %3 = matmul x w
  %4 = broadcast{shape=[8, 3]} b
  %5 = add %3 %4
  %6 = relu %5
  %7 = sign %6
  %8 = sum{axes=[0]} %7
  %9 = matmul{transpose_a=true} x %7
  return %9, %8
}
