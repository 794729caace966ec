# What a formula is read as.
program f(x, y: f64[3], n: i64[]) {
  s = sum(y)/3 + pi
  `a b` = select(n >= 2, s, -x^2)
  return `a b`, y*2
}
run: print
expect:
program f(x: f64[], y: f64[3], n: i64[]) {
  %3 = sum{axes=[0]} y
  %5 = div %3 3
  s = add %5 3.141592653589793
  %8 = constant i64[] 2
  %9 = less_equal %8 n
  %11 = pow x 2
  %12 = neg %11
  `a b` = select %9 s %12
  %14 = broadcast{shape=[3]} 2
  %15 = mul y %14
  return `a b`, %15
}
