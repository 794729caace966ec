# Rates of change of six species by four reactions, two of them reversible, whose constants follow Arrhenius:
# A + B <-> C, C + D -> E + A, 2 E <-> F, F + B -> D; T is the temperature in units of the reference temperature.
program Kinetics(A, B, C, D, E, F, T) {
  inverse = 1/T
  k1 = 3*exp(-2*inverse)
  k1b = 0.7*exp(-5*inverse)
  k2 = 1.4*exp(-3*inverse)
  k3 = 0.9*sqrt(T)*exp(-1.5*inverse)
  k3b = 0.2*exp(-4*inverse)
  k4 = 2.1*T*exp(-2.5*inverse)
  r1 = k1*A*B - k1b*C
  r2 = k2*C*D
  r3 = k3*E*E - k3b*F
  r4 = k4*F*B
  return r2 - r1, -r1 - r4, r1 - r2, r4 - r2, r2 - 2*r3, r3 - r4
}
