# 0 x is not replaced by 0: x might be infinite or NaN.
program f(x) { return 0*x, x - x }
run: simplify
expect:
program f(x: f64[]) {
  %2 = mul 0 x
  %3 = sub x x
  return %2, %3
}
