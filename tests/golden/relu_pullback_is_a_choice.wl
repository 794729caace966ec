# The pullback of relu is a choice by sign, 0 at 0.
program f(x: f64[3]) { return relu(x) }
run: vjp | simplify
expect:
program f_vjp(x: f64[3], y_bar: f64[3]) {
  %2 = relu x
  %4 = broadcast{shape=[3]} 0
  %5 = less %4 x
  %7 = broadcast{shape=[3]} 1
  %8 = select %5 %7 %4
  %9 = mul y_bar %8
  return %2, %9
}
