# The example of the talk (docs/talk.md), which is Naumann's of 2004: 7 multiplications and 1 addition, where forward and
# reverse mode take 10 and 2.
program talk(x1: f64[], x2: f64[]) {
  v1 = x1 * x2
  v2 = sin(v1)
  v3 = v1 * v2
  v4 = cos(v3)
  v5 = exp(v3)
  return v4, v5
}
