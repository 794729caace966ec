# A guard stays although nobody uses it, with what it looks at; the unused exponential goes.
program f(x) {
  c = x < 0
  g = guard{expected=false} c
  unused = exp(x)
  return sqrt(x)
}
run: dead_code
expect:
program f(x: f64[]) {
  c = less x 0
  g = guard{expected=false} c
  %4 = sqrt x
  return %4
}
