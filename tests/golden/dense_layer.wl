# The step of a dense ReLU layer: the mask of the ReLU once, two products, one sum.
program f(w: f64[5,3], b: f64[3], x: f64[8,5]) { return sum(relu(matmul(x, w) + b)) }
run: grad 0 1 | simplify
expect:
program f_grad(w: f64[5,3], b: f64[3], x: f64[8,5]) {
  %3 = matmul x w
  %4 = broadcast{shape=[8, 3]} b
  %5 = add %3 %4
  %7 = broadcast{shape=[8, 3]} 0
  %8 = less %7 %5
  %10 = broadcast{shape=[8, 3]} 1
  %11 = select %8 %10 %7
  %12 = sum{axes=[0]} %11
  %13 = matmul{transpose_a=true} x %11
  return %13, %12
}
