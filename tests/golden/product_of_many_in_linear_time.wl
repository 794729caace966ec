# The gradient of a product of n factors (Speelpenning 1980) takes 3 n - 5 multiplications in reverse, value included.
program f(a, b, c, d, e) { return a*b*c*d*e }
run: value_and_grad | simplify | count
expect:
mul 10
