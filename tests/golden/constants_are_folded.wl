# What is known is computed now; x*1 and x+0 are x.
program f(x) { return (x*1 + 0) * (2*3 - 4)^2 }
run: simplify
expect:
program f(x: f64[]) {
  %2 = mul x 4
  return %2
}
