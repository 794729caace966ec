# a b and b a are one product; a - b and b - a are not one difference.
program f(a, b) { return a*b + b*a, a - b, b - a }
run: common_subexpressions | dead_code
expect:
program f(a: f64[], b: f64[]) {
  %2 = mul a b
  %3 = add %2 %2
  %4 = sub a b
  %5 = sub b a
  return %3, %4, %5
}
